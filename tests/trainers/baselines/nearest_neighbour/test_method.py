"""ProtoBERT, NNShot and StructShot on a tiny encoder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.small_episodes import episode, travel

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.trainers.baselines.nearest_neighbour.abstract_transitions import AbstractTransitions
from nuner.trainers.baselines.nearest_neighbour.class_scores import nearest_word_scores, prototype_scores
from nuner.trainers.baselines.nearest_neighbour.method import NearestClasses
from nuner.trainers.few_shot.word_vectors import TokenFeatures


@pytest.fixture(scope="module")
def features(tiny_bert_dir: Path) -> TokenFeatures:
    return TokenFeatures(tiny_bert_dir)


def reference_proto_bert(features: TokenFeatures, episode: Episode) -> list[list[str]]:
    """ProtoBERT in ten lines."""
    examples: dict[str, list[torch.Tensor]] = {}
    for sentence in episode.support:
        for vector, label in zip(features([sentence.words]).vectors, sentence.labels, strict=True):
            examples.setdefault(label, []).append(vector)
    prototypes = {label: torch.stack(vectors).mean(0) for label, vectors in examples.items()}
    return [
        [min(prototypes, key=lambda label: float((prototypes[label] - vector).norm())) for vector in vectors]
        for vectors in (features([sentence.words]).vectors for sentence in episode.query)
    ]


def test_proto_bert_is_the_reference(features: TokenFeatures) -> None:
    method = NearestClasses(features, prototype_scores)
    for each in travel(3):
        assert method.predict(each) == reference_proto_bert(features, each)


@pytest.mark.parametrize("structured", [False, True])
def test_a_query_that_is_the_support_gets_its_labels(features: TokenFeatures, structured: bool) -> None:
    each = travel(1)[0]
    same = Episode(each.types, each.support, each.support)
    method = NearestClasses(features, nearest_word_scores, structured=structured, tau=0.0)
    assert method.predict(same) == [sentence.labels for sentence in each.support]


def test_transitions_change_what_struct_shot_says(features: TokenFeatures) -> None:
    nowhere = AbstractTransitions((1.0, 0.0), (1.0, 0.0), (1.0, 0.0, 0.0))
    method = NearestClasses(features, nearest_word_scores, structured=True, transitions=nowhere, tau=10.0)
    found = method.predict(travel(1)[0])
    plain = NearestClasses(features, nearest_word_scores).predict(travel(1)[0])
    assert sum(label != "O" for labels in found for label in labels) < sum(
        label != "O" for labels in plain for label in labels
    )


def test_labels_of_the_query_are_not_looked_at(features: TokenFeatures) -> None:
    each = travel(1)[0]
    blind = Episode(each.types, each.support, [one._replace(labels=["O"] * len(one.words)) for one in each.query])
    method = NearestClasses(features, prototype_scores)
    assert method.predict(blind) == method.predict(each)


def test_words_that_cannot_be_read_are_outside(features: TokenFeatures) -> None:
    long = " ".join(["paris"] * 100)
    found = NearestClasses(features, prototype_scores).predict(
        episode(("place",), ["paris/place in"], [long, "\u200b paris"])
    )
    # 64 positions, two of them for the special tokens.
    assert found[0] == ["place"] * 62 + ["O"] * 38
    assert found[1] == ["O", "place"]


def test_a_support_that_cannot_be_read_is_said(features: TokenFeatures) -> None:
    with pytest.raises(ValueError, match="the support of an episode has no word that the encoder can read"):
        NearestClasses(features, prototype_scores).predict(episode(("place",), ["\u200b/place"], ["paris"]))


def test_a_query_of_many_sentences_is_read_in_parts(features: TokenFeatures) -> None:
    few = travel(1)[0]
    many = Episode(few.types, few.support, few.query * 200)
    method = NearestClasses(features, prototype_scores)
    assert method.predict(many) == method.predict(few) * 200
