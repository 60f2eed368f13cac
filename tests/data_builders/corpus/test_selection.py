"""What the options of a corpus keep, and in which order they choose."""

from collections import Counter
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.corpus.selection import Filters, KeptCounts, Selection

CONCEPTS = "abcdef"

corpora = st.lists(st.text(CONCEPTS, max_size=6), min_size=1, max_size=12).map(
    lambda rows: [
        {"id": f"id{number}", "entities": [{"concept": concept} for concept in concepts]}
        for number, concepts in enumerate(rows)
    ]
)
numbers = st.none() | st.integers(1, 20)


def chosen(records, max_examples=None, max_concepts=None, max_annotations=None, seed=0):
    """Sentence -> its concepts, and the counts."""
    selection = Selection.of(
        lambda: deepcopy(records),
        max_examples=max_examples,
        max_concepts=max_concepts,
        max_annotations=max_annotations,
        seed=seed,
    )
    counts = KeptCounts()
    kept = selection.apply(deepcopy(records), counts)
    return {record["id"]: [entity["concept"] for entity in record["entities"]] for record in kept}, counts


def annotations(kept):
    return Counter((id, concept) for id, concepts in kept.items() for concept in concepts)


@given(corpora, numbers, numbers, numbers, st.integers(0, 3))
def test_sentences_first_then_their_concepts_then_their_annotations(records, examples, concepts, number, seed):
    sampled, _ = chosen(records, examples, seed=seed)
    with_top, _ = chosen(records, examples, concepts, seed=seed)
    kept, counts = chosen(records, examples, concepts, number, seed)

    assert len(sampled) == min(len(records), examples or len(records))
    # Each step looks at what the one before has left; sentences go in the first one only.
    frequencies = Counter(concept for names in sampled.values() for concept in names)
    top = sorted(frequencies, key=lambda concept: (-frequencies[concept], concept))[:concepts]
    assert with_top == {id: [name for name in names if name in top] for id, names in sampled.items()}
    assert list(kept) == list(sampled)
    assert annotations(kept) <= annotations(with_top)

    there = annotations(with_top).total()
    assert annotations(kept).total() == min(there, number or there)
    assert (counts.kept, counts.not_sampled) == (len(kept), len(records) - len(kept))
    assert counts.annotations == annotations(kept).total()
    assert counts.annotations_not_sampled == there - counts.annotations
    assert counts.annotations_cut == frequencies.total() - there


@given(corpora, st.integers(1, 20), st.integers(0, 20), st.randoms())
def test_samples_of_annotations_lie_within_each_other_whatever_the_order(records, number, more, random):
    small, large = chosen(records, max_annotations=number)[0], chosen(records, max_annotations=number + more)[0]
    assert annotations(small) <= annotations(large)
    shuffled = random.sample(records, len(records))
    assert chosen(shuffled, max_annotations=number)[0] == small


def test_another_seed_draws_other_annotations():
    records = [{"id": "x", "entities": [{"concept": f"c{number}"} for number in range(40)]}]
    drawn = {tuple(chosen(records, max_annotations=20, seed=seed)[0]["x"]) for seed in range(5)}
    assert len(drawn) == 5
    assert drawn != {tuple(f"c{number}" for number in range(20))}


def test_an_annotation_that_stands_twice_is_two():
    records = [{"id": "x", "entities": [{"concept": "c"}] * 5}]
    assert chosen(records, max_annotations=3)[0] == {"x": ["c"] * 3}


@given(st.lists(st.sampled_from(["news", "News ", "law", None])), st.sets(st.sampled_from(["news", "law"])))
def test_sources_and_what_they_exclude_divide_a_corpus(sources, names):
    records = [{"id": str(n), "language": None, "source": source, "entities": []} for n, source in enumerate(sources)]
    counts, others = KeptCounts(), KeptCounts()
    kept = list(Filters(sources=frozenset(names)).apply(records, counts))
    excluded = list(Filters(exclude_sources=frozenset(names)).apply(records, others))
    assert {(record["source"] or "").strip().lower() for record in kept} <= names
    assert not {(record["source"] or "").strip().lower() for record in excluded} & names
    assert sorted(record["id"] for record in kept + excluded) == sorted(record["id"] for record in records)
    assert (counts.dropped_by_source, others.dropped_by_source) == (len(excluded), len(kept))
