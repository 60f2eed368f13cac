"""Transitions that know no types, and the best labels under them."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nuner.trainers.baselines.nearest_neighbour.abstract_transitions import AbstractTransitions, best_path

SEEN = AbstractTransitions.of([["O", "a", "a", "O"], ["b", "O", "O"], ["O", "b", "a"]])


def test_what_follows_what_is_counted() -> None:
    assert SEEN.start == (2 / 3, 1 / 3)
    assert SEEN.outside == (1 / 3, 2 / 3)
    assert SEEN.inside == (2 / 4, 1 / 4, 1 / 4)


def test_where_nothing_was_counted_all_is_as_likely() -> None:
    assert AbstractTransitions.of([["O"]]).inside == (1 / 3, 1 / 3, 1 / 3)


def test_probabilities_are_spread_over_the_types() -> None:
    start, transitions = (logarithms.exp() for logarithms in SEEN.log_probabilities(3, tau=1.0))
    torch.testing.assert_close(start, torch.tensor([2 / 3, 1 / 9, 1 / 9, 1 / 9]))
    torch.testing.assert_close(transitions[0], torch.tensor([1 / 3, 2 / 9, 2 / 9, 2 / 9]))
    torch.testing.assert_close(transitions[2], torch.tensor([2 / 4, 1 / 8, 1 / 4, 1 / 8]))


@given(num_types=st.integers(1, 10), tau=st.floats(0, 2))
def test_they_sum_to_one_whatever_tau_is(num_types: int, tau: float) -> None:
    for logarithms in SEEN.log_probabilities(num_types, tau):
        torch.testing.assert_close(logarithms.exp().sum(-1), torch.ones(logarithms.shape[:-1]), atol=1e-4, rtol=0)


def test_the_smaller_tau_the_less_they_differ() -> None:
    spread = [SEEN.log_probabilities(2, tau)[1].std().item() for tau in (1.0, 0.32, 0.0)]
    assert spread[0] > spread[1] > spread[2] == 0


def test_what_was_never_seen_is_not_impossible() -> None:
    never = AbstractTransitions((1.0, 0.0), (1.0, 0.0), (0.0, 0.0, 1.0))
    for num_types in (1, 2):
        assert all(torch.isfinite(logarithms).all() for logarithms in never.log_probabilities(num_types, 1.0))


@given(words=st.integers(1, 5), classes=st.integers(2, 4), seed=st.integers(0, 10_000))
def test_the_best_path_is_that_of_brute_force(words: int, classes: int, seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    scores = torch.randn(words, classes, generator=draw).double().log_softmax(1)
    start = torch.randn(classes, generator=draw).double().log_softmax(0)
    transitions = torch.randn(classes, classes, generator=draw).double().log_softmax(1)

    def probability(path: tuple[int, ...]) -> float:
        total = start[path[0]] + sum(scores[place, each] for place, each in enumerate(path))
        return float(total + sum(transitions[a, b] for a, b in pairwise(path)))

    best = max(product(range(classes), repeat=words), key=probability)
    assert best_path(scores, start, transitions) == list(best)


def test_a_sentence_of_no_words_has_no_labels() -> None:
    assert best_path(torch.empty(0, 3), torch.zeros(3), torch.zeros(3, 3)) == []


def test_transitions_decide_where_words_do_not() -> None:
    together = AbstractTransitions((0.5, 0.5), (0.9, 0.1), (0.1, 0.9, 0.0))
    scores = torch.tensor([[0.1, 0.8, 0.1], [0.4, 0.3, 0.3], [0.1, 0.8, 0.1]]).log()
    assert scores.argmax(1).tolist() == [1, 0, 1]
    assert best_path(scores, *together.log_probabilities(2, 1.0)) == [1, 1, 1]
    assert best_path(scores, *together.log_probabilities(2, 0.0)) == pytest.approx([1, 0, 1])
