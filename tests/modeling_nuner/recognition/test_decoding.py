"""Decoding, label tables, windows and batches against plain loops."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.modeling_nuner.recognition.decoding import LabelDecoder, TypeDecoder, decode
from nuner.modeling_nuner.recognition.labels.label_table import LabelTable
from nuner.modeling_nuner.recognition.words.batching import plan_batches
from nuner.modeling_nuner.recognition.words.windows import plan_windows

IOB2 = ["O", "B-a", "I-a", "B-b", "I-b"]
BIOES = ["O", "B-a", "I-a", "E-a", "S-a", "S-b"]


def spans(tags, names=IOB2, viterbi=False):
    logits = np.full((len(tags), len(names)), -5.0, dtype=np.float32)
    logits[np.arange(len(tags)), [names.index(tag) for tag in tags]] = 5
    found = decode(logits, np.array([0]), table := LabelTable(names), viterbi=viterbi)
    return [(int(a), int(b), table.types[k]) for a, b, k in zip(found.first, found.last, found.type, strict=True)]


def test_sequences_become_valid_iob2():
    assert spans(["B-a", "I-a", "B-a", "O", "I-b", "I-b"]) == [(0, 1, "a"), (2, 2, "a"), (4, 5, "b")]
    assert spans(["I-a", "I-b", "B-b", "I-a"]) == [(0, 0, "a"), (1, 1, "b"), (2, 2, "b"), (3, 3, "a")]
    assert spans(["O", "O"]) == spans([]) == []


def test_other_schemes():
    assert spans(["B-a", "I-a", "E-a", "S-a", "S-b"], BIOES) == [(0, 2, "a"), (3, 3, "a"), (4, 4, "b")]
    assert spans(["B-a", "E-a", "E-a"], BIOES) == [(0, 1, "a"), (2, 2, "a")]
    assert spans(["x", "x", "O", "B-y"], ["O", "x", "B-y"]) == [(0, 1, "x"), (3, 3, "B-y")]
    assert spans(["I-a", "I-a", "B-a"], ["O", "I-a", "B-a"]) == [(0, 1, "a"), (2, 2, "a")]


def test_texts_do_not_run_into_one_another():
    logits = np.array([[0, 9, 0], [0, 0, 9], [0, 0, 9], [9, 0, 0]], dtype=np.float32)
    found = decode(logits, np.array([0, 2, 2, 4]), LabelTable(["O", "B-a", "I-a"]))
    assert found.first.tolist() == [0, 2]
    assert found.last.tolist() == [1, 2]


def test_the_score_is_the_mean_probability():
    logits = np.log(np.array([[0.1, 0.8, 0.1], [0.3, 0.1, 0.6]], dtype=np.float32))
    found = decode(logits, np.array([0]), LabelTable(["O", "B-a", "I-a"]))
    assert found.score.tolist() == pytest.approx([0.7])


@pytest.mark.parametrize("names", [IOB2, BIOES])
@given(seed=st.integers(0, 10_000), lengths=st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_viterbi_is_the_best_of_all_valid_sequences(names, seed, lengths):
    table = LabelTable(names)
    scores = np.random.default_rng(seed).normal(size=(sum(lengths), len(names))).astype(np.float32)
    starts = np.cumsum([0, *lengths[:-1]])
    found = decode(scores, starts, table, viterbi=True)
    allowed, last = table.transitions(), table.may_be_last()
    expected = []
    for start, length in zip(starts, lengths, strict=True):
        valid = [
            sequence
            for sequence in itertools.product(range(len(names)), repeat=length)
            if all(allowed[a, b] for a, b in itertools.pairwise((len(names), *sequence)))
            and (not sequence or last[sequence[-1]])
        ]
        best = max(valid, key=lambda sequence: sum(scores[start + i, label] for i, label in enumerate(sequence)))
        tags = np.full((length, len(names)), -9.0, dtype=np.float32)
        tags[np.arange(length), list(best)] = 9
        one = decode(tags, np.array([0]), table)
        expected += [(int(start) + int(a), int(start) + int(b)) for a, b in zip(one.first, one.last, strict=True)]
    assert list(zip(found.first.tolist(), found.last.tolist(), strict=True)) == expected


def test_types_are_decoded_together_or_each_by_itself():
    # Logits of the threshold and of two types, for four words.
    logits = np.array([[0, 2, 1], [0, -1, 3], [0, -2, -1], [0, 4, 1]], dtype=np.float32)
    flat = TypeDecoder(["city", "B-cell"])
    assert flat.labels.types == ["city", "B-cell"]
    found = flat(logits, np.array([0]))
    assert list(zip(found.first, found.last, found.type, strict=True)) == [(0, 0, 0), (1, 1, 1), (3, 3, 0)]
    assert found.score.tolist() == pytest.approx([1 / (1 + np.exp(-z)) for z in (2, 3, 4)])
    nested = TypeDecoder(["city", "B-cell"], nested=True)(logits, np.array([0]))
    spans = [(0, 1, 1), (0, 0, 0), (3, 3, 0), (3, 3, 1)]
    assert list(zip(nested.first, nested.last, nested.type, strict=True)) == spans
    assert nested.score[0] == pytest.approx((1 / (1 + np.exp(-1)) + 1 / (1 + np.exp(-3))) / 2)


def test_a_decoding_that_there_is_not():
    with pytest.raises(ValueError, match="decoding is 'beam'; it must be 'greedy' or 'viterbi'"):
        LabelDecoder(LabelTable(IOB2), "beam")  # pyright: ignore[reportArgumentType]


@given(
    lengths=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    size=st.integers(2, 20),
    share=st.floats(0, 0.9),
)
def test_every_token_counts_in_one_window_with_context(lengths, size, share):
    overlap = min(int(size * share), size - 1)
    bounds = np.cumsum([0, *lengths])
    windows = plan_windows(bounds, size, overlap)
    counted = [t for a, b in zip(windows.keep_start, windows.keep_end, strict=True) for t in range(a, b)]
    assert counted == list(range(bounds[-1]))
    for start, end, keep_start, keep_end in zip(*windows, strict=True):
        assert start <= keep_start < keep_end <= end <= start + size
        text = np.searchsorted(bounds, start, side="right") - 1
        assert end <= bounds[text + 1]
        assert keep_start - start >= overlap // 2 or start == bounds[text]
        assert end - keep_end >= overlap // 2 or end == bounds[text + 1]


@given(lengths=st.lists(st.integers(1, 700), min_size=1, max_size=60), padding=st.floats(0, 0.5))
def test_batches_hold_every_window_once_within_their_bounds(lengths, padding):
    sizes = np.array(lengths)
    batches = list(plan_batches(sizes, 512, padding))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(sizes)))
    for rows in batches:
        area = sizes[rows].max() * len(rows)
        assert area <= 512 or len(rows) == 1
        assert 1 - sizes[rows].sum() / area <= padding + 1e-9 or area <= 256
