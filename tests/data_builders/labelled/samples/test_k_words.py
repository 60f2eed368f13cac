import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.labelled.samples.k_shot import annotation_counts
from nuner.data_builders.labelled.samples.k_words import sample_k_words, word_counts

_SENTENCES = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(1, 5), max_size=3), min_size=1, max_size=9)


def _drawn(examples, rows):
    total = Counter()
    for row in rows:
        total.update(examples[row])
    return total


def _possible(examples):
    """Find by trying all choices which k_w can be drawn."""
    types = {name for counts in examples for name in counts}
    totals = (
        _drawn(examples, rows)
        for size in range(1, len(examples) + 1)
        for rows in combinations(range(len(examples)), size)
    )
    return {total.most_common(1)[0][1] for total in totals if set(total) == types and len(set(total.values())) == 1}


@given(_SENTENCES.filter(any), st.integers(1, 8), st.integers(0, 3))
def test_each_type_has_exactly_k_w_words_wherever_some_choice_has(examples, k_w, seed):
    possible = _possible(examples)
    if k_w in possible:
        rows = sample_k_words(examples, k_w, seed)
        assert rows == sorted(set(rows))
        assert _drawn(examples, rows) == dict.fromkeys({name for counts in examples for name in counts}, k_w)
        assert all(examples[row] for row in rows)
    else:
        told = f"the largest possible k_w is {max(possible)}$" if possible else "no k_w can be drawn$"
        with pytest.raises(ValueError, match=f"^k_w = {k_w} cannot be drawn: .*; {told}"):
            sample_k_words(examples, k_w, seed)


@pytest.mark.parametrize("k_w", [1, 2, 4, 8, 16, 32, 64])
def test_types_of_long_entities_beside_frequent_ones_are_exact(k_w):
    rng = random.Random(0)
    lengths = {"plot": [1, 4, 7, 9, 12], "title": [1, 2, 3], "actor": [1, 2], "year": [1]}
    examples = [
        Counter({name: rng.choice(lengths[name]) for name in rng.sample(sorted(lengths), rng.randint(0, 3))})
        for _ in range(1500)
    ]
    samples = [sample_k_words(examples, k_w, seed) for seed in range(3)]
    assert all(_drawn(examples, rows) == dict.fromkeys(lengths, k_w) for rows in samples)
    assert len({tuple(rows) for rows in samples}) == 3


def test_sentences_with_few_words_are_as_likely_as_those_with_many():
    examples = [{"a": 1}] * 500 + [{"a": 4}] * 500
    drawn = Counter()
    for seed in range(20):
        drawn.update(examples[row]["a"] for row in sample_k_words(examples, 40, seed))
    assert 0.6 <= drawn[1] / drawn[4] <= 1.6


def test_samples_are_fixed_for_all_time_and_differ_between_seeds():
    counts = word_counts(load_labelled("support-tickets", "train"))
    assert sample_k_words(counts, 16, seed=0) == FIXED
    assert sample_k_words(counts, 16, seed=1) != FIXED


FIXED = [33, 55, 150, 154, 164, 220, 304, 310, 348, 393]


def test_words_are_counted_not_annotations():
    train = load_labelled("support-tickets", "train")
    words, annotations = word_counts(train), annotation_counts(train)
    for tags, of_words, of_annotations in zip(train["ner_tags"], words, annotations, strict=True):
        assert sum(of_words.values()) == sum(tag != 0 for tag in tags)
        assert of_words.keys() == of_annotations.keys()
        assert all(of_words[name] >= of_annotations[name] for name in of_words)


@pytest.mark.parametrize(
    ("examples", "k_w", "message"),
    [
        ([{"a": 1}] * 9 + [{"b": 1}] * 3, 4, "there are 3 words of type 'b'; the largest possible k_w is 3"),
        (
            [{"a": 1}] * 9 + [{"b": 3}] * 3,
            2,
            "there are 0 words of type 'b' in sentences with at most 2 words of each type; "
            "the largest possible k_w is 9",
        ),
        (
            [{"a": 2}] * 9 + [{"b": 1}] * 9,
            5,
            "no choice of whole sentences has exactly 5 words of each type; the largest possible k_w is 8",
        ),
    ],
)
def test_the_error_says_what_is_in_the_way_and_the_largest_k_w(examples, k_w, message):
    with pytest.raises(ValueError) as caught:
        sample_k_words(examples, k_w, 0)
    assert str(caught.value) == f"k_w = {k_w} cannot be drawn: {message}"


def test_a_type_without_any_word_is_named():
    with pytest.raises(ValueError, match="there are 0 words of type 'b'; no k_w can be drawn"):
        sample_k_words([{"a": 1}], 1, 0, types=["a", "b"])


def test_k_w_below_one_and_empty_data_are_refused():
    with pytest.raises(ValueError, match="at least 1, not 0"):
        sample_k_words([{"a": 1}], 0, 0)
    with pytest.raises(ValueError, match="no annotation to sample from"):
        sample_k_words([{}, {}], 1, 0)
