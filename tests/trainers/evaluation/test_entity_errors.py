from hypothesis import assume, given
from hypothesis import strategies as st

from nuner.data_builders.labelled.label_schemes import EntitySpan, read_spans
from nuner.trainers.evaluation.entity_errors import CORRECT, compare_entities
from nuner.trainers.evaluation.entity_scores import type_scores

TAGS = st.lists(st.sampled_from(["O", "O", "B-a", "I-a", "B-b", "I-b"]), min_size=1, max_size=12)


def kinds(gold, predicted):
    return [(pair.kind, pair.type) for pair in compare_entities(gold, predicted)]


def test_each_kind_of_error_is_told():
    city, drug = EntitySpan(1, 3, "city"), EntitySpan(1, 3, "drug")
    assert kinds([city], [city]) == [("correct", "city")]
    assert kinds([city], []) == [("missed", "city")]
    assert kinds([], [drug]) == [("spurious", "drug")]
    assert kinds([city], [drug]) == [("wrong type", "city")]
    assert kinds([city], [EntitySpan(2, 5, "city")]) == [("wrong boundary", "city")]
    assert kinds([city], [EntitySpan(2, 5, "drug")]) == [("wrong type and boundary", "city")]
    assert kinds([city], [EntitySpan(3, 5, "city")]) == [("missed", "city"), ("spurious", "city")]


def test_the_best_partner_is_found_whatever_the_order():
    gold = [EntitySpan(0, 4, "city"), EntitySpan(4, 6, "drug")]
    predicted = [EntitySpan(0, 1, "city"), EntitySpan(1, 5, "city"), EntitySpan(5, 6, "drug")]
    expected = [("spurious", "city"), ("wrong boundary", "city"), ("wrong boundary", "drug")]
    assert kinds(gold, predicted) == kinds(gold[::-1], predicted[::-1]) == expected
    pairs = compare_entities(gold, predicted)
    assert next(pair for pair in pairs if pair.gold == gold[0]).predicted == EntitySpan(1, 5, "city")


@given(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=4))
def test_every_entity_is_counted_once_and_correct_ones_as_by_seqeval(sentences):
    gold = [tags for tags, _ in sentences]
    predicted = [(other + ["O"] * len(tags))[: len(tags)] for tags, other in sentences]
    assume(any(tag != "O" for tags in (*gold, *predicted) for tag in tags))  # seqeval warns where there is nothing
    pairs = [
        pair
        for one, other in zip(gold, predicted, strict=True)
        for pair in compare_entities(read_spans(one), read_spans(other))
    ]
    scores = type_scores(gold, predicted)
    for name, of_type in scores.items():
        assert sum(pair.gold is not None and pair.gold.label == name for pair in pairs) == of_type["support"]
        correct = sum(pair.kind == CORRECT and pair.type == name for pair in pairs)
        assert abs(correct - of_type["recall"] * of_type["support"]) < 1e-9
    assert sum(pair.predicted is not None for pair in pairs) == sum(len(read_spans(tags)) for tags in predicted)
