"""What is wrong with predicted entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from nuner.data_builders.labelled.label_schemes import EntitySpan

CORRECT = "correct"
ErrorKind = Literal["missed", "spurious", "wrong type", "wrong boundary", "wrong type and boundary"]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)


class EntityComparison(NamedTuple):
    """A gold entity beside the predicted one that answers to it.

    Args:
        kind: `"correct"` or what is wrong.
        gold: The gold entity, or None where the prediction is spurious.
        predicted: The predicted entity, or None where the gold one is missed.
    """

    kind: Literal["correct"] | ErrorKind
    gold: EntitySpan | None
    predicted: EntitySpan | None

    @property
    def type(self) -> str:
        """The type that the error counts for: that of the gold entity, or of a spurious one."""
        entity = self.gold or self.predicted
        assert entity is not None
        return entity.label


def compare_entities(gold: Sequence[EntitySpan], predicted: Sequence[EntitySpan]) -> list[EntityComparison]:
    """Pair the gold and the predicted entities of a sentence.

    Each entity is in one pair at most. Equal ones are paired first, then those with the same words and another type,
    then those that overlap with the same type, then others that overlap; among the latter, those that share most
    words. What is left is missed or spurious.

    Args:
        gold: The gold entities.
        predicted: The predicted ones.

    Returns:
        The pairs, in the order of the sentence.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.label_schemes import EntitySpan
        >>> from nuner.trainers.evaluation.entity_errors import compare_entities
        >>> gold, predicted = [EntitySpan(0, 2, "city")], [EntitySpan(1, 2, "city"), EntitySpan(4, 5, "drug")]
        >>> [pair.kind for pair in compare_entities(gold, predicted)]
        ['wrong boundary', 'spurious']

        ```
    """
    candidates = []
    for g, one in enumerate(gold):
        for p, other in enumerate(predicted):
            shared = min(one.end, other.end) - max(one.start, other.start)
            if shared > 0:
                same_words = one[:2] == other[:2]
                same_type = one.label == other.label
                candidates.append((not (same_words and same_type), not same_words, not same_type, -shared, g, p))
    pairs: list[EntityComparison] = []
    free_gold, free_predicted = set(range(len(gold))), set(range(len(predicted)))
    for *_, other_words, other_type, _, g, p in sorted(candidates):
        if g in free_gold and p in free_predicted:
            free_gold.remove(g)
            free_predicted.remove(p)
            pairs.append(EntityComparison(_kind(other_words, other_type), gold[g], predicted[p]))
    pairs += (EntityComparison("missed", gold[g], None) for g in free_gold)
    pairs += (EntityComparison("spurious", None, predicted[p]) for p in free_predicted)
    return sorted(pairs, key=lambda pair: (pair.gold or pair.predicted or (0,))[:2])


def _kind(other_words: bool, other_type: bool) -> Literal["correct"] | ErrorKind:
    if other_words:
        return "wrong type and boundary" if other_type else "wrong boundary"
    return "wrong type" if other_type else CORRECT
