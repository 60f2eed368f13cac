"""The figures of a sitting: scores, agreement, keys."""

import itertools
from collections import deque

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.entity_types import EntityType
from nuner.data_builders.labelled.projects.project import Project
from nuner.trainers.active_learning.agreement import agreement
from nuner.trainers.active_learning.instant_head import InstantHead, LearntText, fit_heads
from nuner.trainers.active_learning.key_presses import key_presses
from nuner.trainers.active_learning.scoring import entity_counts, score_head

TYPES = (EntityType(3, "city", "", ""), EntityType(8, "drug", "", ""))


def text_of(classes, labels):
    """Return a text whose vectors say the class of each word, a character a word."""
    place = np.arange(len(classes))
    return LearntText.of(tuple(labels), np.eye(3, dtype=np.float32)[classes], place, place + 1)


@pytest.fixture
def head():
    layer = torch.nn.Linear(3, 3, bias=False)
    layer.weight.data = 9 * torch.eye(3)
    return InstantHead(TYPES, layer.requires_grad_(False), 1)


def test_entities_are_counted_in_their_texts(head):
    texts = [
        text_of([0, 1, 1, 2], [Label(1, 3, 3), Label(3, 4, 8)]),
        text_of([1, 0], [Label(0, 2, 3)]),  # another end
        text_of([1, 1], [Label(0, 1, 3), Label(1, 2, 3)]),  # two entities that the head takes for one
    ]
    assert entity_counts(head, texts)[:, 0].tolist() == [[1, 1, 1], [0, 1, 1], [0, 1, 2]]
    assert entity_counts(head, texts)[:, 1].tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_a_score_has_a_band_that_narrows_with_the_texts(head):
    right, wrong = text_of([1], [Label(0, 1, 3)]), text_of([0], [Label(0, 1, 3)])
    few, many = (score_head(head, [right, right, wrong] * times) for times in (4, 40))
    assert few is not None and many is not None
    assert few.f1 == many.f1 == pytest.approx(0.8)
    assert few.low < many.low < 0.8 < many.high < few.high
    assert many.types[3].support == 120
    assert 8 not in many.types
    assert score_head(head, [text_of([0], [])]) is None
    assert score_head(head, []) is None


def test_a_head_begins_with_an_earlier_one_of_other_types():
    draw = torch.Generator().manual_seed(0)
    words = torch.randn(60, 8, generator=draw)
    kinds = np.array([0, 3, 8] * 20)
    texts = [LearntText((), words + 2 * torch.eye(8)[kinds % 5], kinds, ())]
    (cold,) = fit_heads([texts], TYPES, None)
    only = [LearntText((), texts[0].vectors[kinds != 8], kinds[kinds != 8], ())]
    (before,) = fit_heads([only], TYPES[:1], None)
    (warm,) = fit_heads([texts], TYPES[::-1], None, before)
    assert torch.allclose(cold.layer.weight[[0, 2, 1]], warm.layer.weight, atol=0.02)


def test_agreement_is_f1_of_entities_and_kappa_of_words(tmp_path):
    with Project(tmp_path / "x.studio") as project:
        assert agreement(project) is None
        project.add_texts([("From Oslo to Rome", None), ("to Bergen", None)])
        ada, bo = project.annotator("Ada"), project.annotator("Bo")
        city, place = (project.types.add(ada, name).number for name in ("city", "place"))
        project.save(1, ada, [Label(5, 9, city), Label(13, 17, city)])
        project.save(1, bo, [Label(5, 9, city), Label(13, 17, place)])
        project.save(2, ada, [Label(3, 9, city)])
        found = agreement(project)
        assert found is not None and found.texts == 1
        assert found.f1 == pytest.approx(0.5)
        assert found.kappa == pytest.approx(cohen_kappa_score([0, 1, 0, 1], [0, 1, 0, 2]))
        project.save(1, bo, [Label(5, 9, city), Label(13, 17, city)])
        found = agreement(project)
        assert found is not None and found[1:] == (1.0, 1.0)


def entities(words=8):
    """Return strategies of entities of a text without overlaps."""
    edges = st.lists(st.integers(0, words - 1), max_size=6, unique=True).map(sorted)
    return edges.map(lambda e: [(a, b, 1) for a, b in zip(e[::2], e[1::2], strict=False)])


@given(right=entities(), suggested=entities())
def test_right_suggestions_never_cost_a_key_and_wrong_ones_do(right, suggested):
    assert key_presses(right, right, 8) == 1
    assert key_presses(right, suggested, 8) >= 1 + len(set(right) - set(suggested))
    if set(suggested) <= set(right):
        assert key_presses(right, suggested, 8) <= key_presses(right, [], 8)


def test_corrections_cost_what_the_page_asks_for():
    assert key_presses([], [(0, 1, 1)], 5) == 2  # X, Enter
    assert key_presses([], [(0, 1, 1), (3, 3, 1)], 5) == 3  # X, X, Enter
    assert key_presses([(0, 1, 1)], [(0, 1, 1), (3, 3, 1)], 5) == 3  # down, X, Enter
    assert key_presses([(0, 1, 2)], [(0, 1, 1)], 5) == 2  # type, Enter
    assert key_presses([(0, 2, 1)], [(0, 1, 1)], 5) == 3  # one more word, type, Enter
    assert key_presses([(8, 8, 1)], [(0, 1, 1)], 9) == 4  # X, the last word, type, Enter


def presses_to_pick(wanted, chosen, words):
    """Search the fewest arrows as picking.js moves: from the chosen words, or from nothing, to the wanted ones."""

    def moved(picked, by, extend):
        if picked is None:
            return (0 if by > 0 else words - 1,) * 3
        first, last, anchor = picked
        if not extend:
            return (min(words - 1, max(0, (last if by > 0 else first) + by)),) * 3
        edge = min(words - 1, max(0, (first if first < anchor else last) + by))
        return min(anchor, edge), max(anchor, edge), anchor

    begin = chosen and (*chosen, chosen[0])
    seen, waiting = {begin}, deque([(begin, 0)])
    while True:
        picked, presses = waiting.popleft()
        if picked and picked[:2] == wanted:
            return presses
        for step in {moved(picked, by, extend) for by in (-1, 1) for extend in (False, True)} - seen:
            seen.add(step)
            waiting.append((step, presses + 1))


@pytest.mark.parametrize("words", range(1, 7))
def test_what_is_missing_is_picked_the_shortest_way(words):
    stretches = [(first, last) for first in range(words) for last in range(first, words)]
    for wanted, chosen in itertools.product(stretches, [None, *stretches]):
        shown = [(*chosen, 2)] if chosen else []
        kept = (
            [*shown, (*wanted, 1)] if chosen and (wanted[0] > chosen[1] or chosen[0] > wanted[1]) else [(*wanted, 1)]
        )
        arrows = [presses_to_pick(wanted, chosen, words), presses_to_pick(wanted, None, words) + (chosen is not None)]
        assert key_presses(kept, shown, words) == min(arrows) + 2  # type, Enter
