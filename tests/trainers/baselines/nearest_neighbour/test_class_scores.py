"""Nearness to prototypes and to single words, against what the formulas say."""

from __future__ import annotations

import torch

from nuner.trainers.baselines.nearest_neighbour.class_scores import nearest_word_scores, prototype_scores

VECTORS, QUERIES = (
    torch.randn(20, 8, generator=torch.manual_seed(0)),
    torch.randn(7, 8, generator=torch.manual_seed(1)),
)
CLASSES = torch.tensor([0, 1, 2, 0, 1] * 4)
UNIT = VECTORS.square().sum(1).mean() / 36


def test_prototype_scores_are_squared_distances_to_means() -> None:
    scores = prototype_scores(VECTORS, CLASSES, QUERIES, 3)
    for query in range(7):
        for each in range(3):
            mean = VECTORS[each == CLASSES].mean(0)
            torch.testing.assert_close(scores[query, each] * UNIT, -((QUERIES[query] - mean) ** 2).sum())


def test_nearest_word_scores_are_squared_distances_to_the_nearest() -> None:
    scores = nearest_word_scores(VECTORS, CLASSES, QUERIES, 3)
    for query in range(7):
        for each in range(3):
            nearest = min(((QUERIES[query] - vector) ** 2).sum() for vector in VECTORS[each == CLASSES])
            torch.testing.assert_close(scores[query, each] * UNIT, -nearest)


def test_a_class_without_a_word_is_never_the_nearest() -> None:
    for scores in (prototype_scores, nearest_word_scores):
        found = scores(VECTORS, CLASSES, QUERIES, 4)
        assert torch.isneginf(found[:, 3]).all()
        assert torch.isfinite(found[:, :3]).all()


def test_scores_do_not_depend_on_the_length_of_an_encoders_vectors() -> None:
    for scores in (prototype_scores, nearest_word_scores):
        torch.testing.assert_close(scores(7 * VECTORS, CLASSES, 7 * QUERIES, 3), scores(VECTORS, CLASSES, QUERIES, 3))
