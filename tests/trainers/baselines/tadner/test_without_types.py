from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
from nuner.data_builders.labelled.episodes.sentences import episode_sentences
from nuner.trainers.baselines.tadner.span_detector import without_types

BOTH = LabelledWords(["Rome", "Inc", "here"], ["city", "company", "O"])
ROME = LabelledWords(["in", "Rome"], ["O", "city"])


def test_entities_that_touch_stay_two_without_their_types():
    rows = without_types(episode_sentences([Episode(("city", "company"), [BOTH], [ROME])]))
    names = rows.features["ner_tags"].feature.names
    assert [[names[tag] for tag in tags] for tags in rows["ner_tags"]] == [
        ["B-entity", "B-entity", "O"],
        ["O", "B-entity"],
    ]
