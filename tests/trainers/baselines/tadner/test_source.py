import pytest

from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
from nuner.trainers.baselines.tadner.source import episode_sentences
from nuner.trainers.baselines.tadner.span_detector import without_types

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


def test_no_episode_is_no_source():
    with pytest.raises(ValueError, match="no training episode"):
        episode_sentences([])


def test_entities_that_touch_stay_two_without_their_types():
    rows = without_types(episode_sentences([Episode(("city", "company"), [BOTH], [ROME])]))
    names = rows.features["ner_tags"].feature.names
    assert [[names[tag] for tag in tags] for tags in rows["ner_tags"]] == [
        ["B-entity", "B-entity", "O"],
        ["O", "B-entity"],
    ]
