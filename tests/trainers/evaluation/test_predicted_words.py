from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.placed_words import place_words
from nuner.modeling_nuner.recognition.recognizer import Entity
from nuner.trainers.evaluation.predicted_words import predicted_words


def entity(start, end, label="city", score=0.9):
    return Entity(start=start, end=end, text="", label=label, score=score)


def test_entities_cover_the_words_they_touch():
    tokens = ["in", "New-York", "\u0301", "", "now"]  # "in New-York ́  now"
    assert predicted_words(place_words(tokens), [entity(3, 11)]).spans == [EntitySpan(1, 2, "city")]
    assert predicted_words(place_words(tokens), [entity(7, 11)]).spans == [EntitySpan(1, 2, "city")]
    assert predicted_words(place_words(tokens), [entity(3, 6), entity(7, 11)]).spans == [EntitySpan(1, 2, "city")]
    assert predicted_words(place_words(tokens), [entity(15, 18)]).spans == [EntitySpan(4, 5, "city")]
    assert predicted_words(place_words(tokens), [entity(0, 2), entity(3, 11)]).spans == [
        EntitySpan(0, 1, "city"),
        EntitySpan(1, 2, "city"),
    ]


def test_of_two_types_in_a_word_the_surer_one_stays_and_the_other_is_counted():
    tokens = ["University", "of", "London"]
    found = predicted_words(place_words(tokens), [entity(0, 20, "university", 0.7), entity(14, 20, "city", 0.8)])
    assert found.spans == [EntitySpan(2, 3, "city")]
    assert found.scores == [0.8] and found.dropped == 1
