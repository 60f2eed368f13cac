import pytest

from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
from nuner.data_builders.labelled.episodes.sentences import episode_sentences

ROME = LabelledWords(["in", "Rome"], ["O", "city"])
BOTH = LabelledWords(["Rome", "Inc", "here"], ["city", "company", "O"])


def test_each_sentence_of_the_episodes_is_there_once():
    rows = episode_sentences([Episode(("city",), [ROME], [ROME]), Episode(("city", "company"), [BOTH], [ROME])])
    names = rows.features["ner_tags"].feature.names
    assert rows["tokens"][:] == [["in", "Rome"], ["Rome", "Inc", "here"]]
    assert [[names[tag] for tag in tags] for tags in rows["ner_tags"]] == [
        ["O", "B-city"],
        ["B-city", "B-company", "O"],
    ]


def test_a_sentence_has_the_labels_of_all_episodes_that_it_is_in():
    city = LabelledWords(["Ada", "in", "New", "York"], ["O", "O", "city", "city"])
    person = LabelledWords(["Ada", "in", "New", "York"], ["person", "O", "O", "O"])
    for episodes in ([city, person, city], [person, city, person]):
        rows = episode_sentences([Episode(("city", "person"), [each], [each]) for each in episodes])
        names = rows.features["ner_tags"].feature.names
        assert [[names[tag] for tag in tags] for tags in rows["ner_tags"]] == [["B-person", "O", "B-city", "I-city"]]


def test_no_episode_has_no_sentences():
    with pytest.raises(ValueError, match="no episode"):
        episode_sentences([])
