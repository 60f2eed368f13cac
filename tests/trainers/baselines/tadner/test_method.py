from itertools import pairwise

import pytest
import torch

from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.modeling_nuner.recognition.labels.named_types import NamedTypesError
from nuner.trainers.baselines.tadner.method import TadNer
from nuner.trainers.episodes.evaluation import evaluate_episodes


def sentence(text, **labels):
    """Words of which some have labels."""
    return LabelledWords(text.split(), [labels.get(word, "O") for word in text.split()])


EPISODE = Episode(
    ("city", "disease"),
    support=[sentence("anna lives in xe", xe="city"), sentence("the order of xf in the", xf="disease")],
    query=[sentence("in xe lives", xe="city"), sentence("anna lives in xf", xf="disease"), sentence("the order")],
)


def test_it_finds_new_types_after_one_mention_each(tadner):
    scores = evaluate_episodes(tadner, [EPISODE], show=False)
    assert scores.total.f1 == 1.0


def test_an_episode_leaves_nothing_behind(tadner):
    first = tadner.predict(EPISODE)
    other = Episode(("river",), [sentence("xg lives in the order", xg="river", the="river")], EPISODE.query)
    tadner.predict(other)
    assert tadner.predict(EPISODE) == first


def test_the_names_of_the_types_bear_on_the_prediction(tadner):
    """Without a mention, the names alone tell the types: those of the source, whichever way round."""
    query = [sentence("anna lives in xa"), sentence("the order of xb in the")]
    support = [sentence("the order in the")]
    there = tadner.predict(Episode(("person", "dish"), support, query))
    assert [label for labels in there for label in labels if label != "O"] == ["person", "dish"]
    swapped = TadNer(tadner.detector, tadner.classifier, {"person": "dish", "dish": "person"})
    back = swapped.predict(Episode(("person", "dish"), support, query))
    assert [label for labels in back for label in labels if label != "O"] == ["dish", "person"]


def test_a_class_without_a_mention_is_no_crash_and_can_be_found(tadner):
    episode = Episode(("city", "person"), [EPISODE.support[0]], [sentence("in the xa lives"), EPISODE.query[0]])
    labels = tadner.predict(episode)
    assert labels[1] == ["O", "city", "O"]


def test_a_query_without_spans_is_outside(tadner):
    query = [sentence("the order"), sentence("lives")]
    assert tadner.predict(Episode(EPISODE.types, EPISODE.support, query)) == [["O", "O"], ["O"]]


def test_long_sentences_are_read_to_their_end(tadner):
    words = " ".join(["the order of the"] * 40)
    long = sentence(f"{words} in xe lives", xe="city")
    support = [sentence(f"{words} anna lives in xe", xe="city"), EPISODE.support[1]]
    [labels] = tadner.predict(Episode(EPISODE.types, support, [long]))
    assert len(labels) == 163
    assert labels[161] != "O"


def test_spans_of_a_support_may_overlap(tadner):
    words = EPISODE.support[0].words
    spans = [EntitySpan(2, 4, "place"), EntitySpan(3, 4, "city")]
    with tadner.fine_tuned([words], [spans], ["place", "city"]) as find:
        [found] = find([words])
    assert all(span.label in ("place", "city") for span in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_words_that_the_tokenizer_leaves_nothing_of_are_outside(tadner):
    nothing = LabelledWords(["\u200b", "\u200b"], ["city", "O"])
    episode = Episode(EPISODE.types, [*EPISODE.support, nothing], [nothing, LabelledWords([], []), EPISODE.query[0]])
    assert tadner.predict(episode) == [["O", "O"], [], ["O", "city", "O"]]


def test_a_type_that_comes_twice_is_refused(tadner):
    with pytest.raises(NamedTypesError, match="twice"):
        tadner.predict(Episode(("city", "city"), EPISODE.support, EPISODE.query))


def test_more_queries_in_a_batch_change_nothing(tadner):
    many = Episode(EPISODE.types, EPISODE.support, EPISODE.query * 100)
    assert tadner.predict(many) == tadner.predict(EPISODE) * 100


def test_all_parameters_count(tadner):
    encoder = sum(parameter.numel() for parameter in tadner.classifier.encoder.parameters())
    assert tadner.num_parameters > 2 * encoder
    assert not torch.is_inference(next(tadner.classifier.encoder.parameters()))
