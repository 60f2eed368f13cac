"""What a recognizer's labels say: entity type, where an entity begins, where it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

OUTSIDE = "O"
_BEGINS, _ENDS = frozenset("BSU"), frozenset("ESLU")
_UNNAMED = re.compile(r"LABEL_\d+")
_MARKS = "BIESLUM"  # B and I of IOB1 and IOB2, and what BIOES, BILOU and BMES add
_OUTSIDE = re.compile(r"O|o|[Nn]one|NONE|[Nn]ull|NULL|[Oo]utside|OUTSIDE|[-_0]|\[\w+\]|</?\w+>")
# What tokenizers' pieces are labelled with, beside labels with marks.
_OF_NO_WORD = frozenset({"X", "PAD"})
_CANONICAL = re.compile(rf"(?P<mark>[{_MARKS}])-(?P<type>.+)", re.DOTALL)
_FORMS = [
    re.compile(form, re.DOTALL)
    for marks in (_MARKS, _MARKS.lower())
    for separator in map(re.escape, "-_.:/|")
    for form in (rf"(?P<mark>[{marks}]){separator}(?P<type>.+)", rf"(?P<type>.+){separator}(?P<mark>[{marks}])")
]


def parse_labels(names: Sequence[str]) -> list[tuple[str, str | None]]:
    """Tell what each label says.

    Marks may stand before or behind the types, in one way throughout; in other ways than `B-PER` they must be proven
    by a type that has two of them. An odd label beside marked ones is a plain type of its own.

    Args:
        names: Names of the labels of one recognizer.

    Returns:
        Of each its mark, `I` for a plain type and for none, and its entity type; None for `O`, and for the labels of
        special tokens.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.labels.label_table import parse_labels
        >>> parse_labels(["O", "B-city", "I-city", "[PAD]"])
        [('I', None), ('B', 'city'), ('I', 'city'), ('I', None)]
        >>> parse_labels(["none", "city_B", "city_I"])
        [('I', None), ('B', 'city'), ('I', 'city')]

        ```
    """
    types = [name for name in names if not _OUTSIDE.fullmatch(name)]
    marked = _marked(types)
    outside = {name for name in names if name not in types or (marked and name in _OF_NO_WORD)}
    return [("I", None) if name in outside else marked.get(name, ("I", name)) for name in names]


class LabelTable:
    """The labels of a recognizer as arrays, so that whole batches are decoded at once.

    Args:
        names: Names of the labels, in the order of their ids. IOB1, IOB2, BIOES, BILOU, BMES and plain types are
            understood.

    Raises:
        ValueError: If there are no names, or only the placeholders `LABEL_0`, `LABEL_1`, ... of transformers.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.labels.label_table import LabelTable
        >>> LabelTable(["O", "B-city", "I-city", "B-drug", "I-drug"]).types
        ['city', 'drug']

        ```
    """

    def __init__(self, names: Sequence[str]) -> None:
        if not names or all(_UNNAMED.fullmatch(name) for name in names):
            raise ValueError(
                "the checkpoint does not name its labels (its id2label is missing, or says LABEL_0, LABEL_1, ...): "
                'write the names into id2label, such as {"0": "O", "1": "B-city", "2": "I-city"}'
            )
        self.names = list(names)
        prefixes, types = zip(*parse_labels(self.names), strict=True)
        self.types = list(dict.fromkeys(kind for kind in types if kind is not None))
        place = {kind: i for i, kind in enumerate(self.types)}
        self.type_of = np.array([-1 if kind is None else place[kind] for kind in types])
        self.begins = np.array([prefix in _BEGINS for prefix in prefixes])
        self.ends = np.array([prefix in _ENDS for prefix in prefixes])
        # A type whose entities have no label to begin with (IOB1, plain types) begins with any of its labels.
        has_begin = {kind for kind, begins in zip(types, self.begins, strict=True) if begins}
        self.can_begin = np.array(
            [kind is None or begins or kind not in has_begin for kind, begins in zip(types, self.begins, strict=True)]
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LabelTable:
        """Read the labels of a `config.json`.

        Args:
            config: Its fields.

        Returns:
            The table.

        Raises:
            ValueError: If it does not name all of its labels.
        """
        id2label = {int(i): str(name) for i, name in (config.get("id2label") or {}).items()}
        if sorted(id2label) != list(range(len(id2label))):
            raise ValueError(f"id2label of the checkpoint skips numbers: it names {sorted(id2label)}")
        return cls([id2label[i] for i in range(len(id2label))])

    @classmethod
    def of_types(cls, types: Iterable[str]) -> LabelTable:
        """Make the table of entity types that have one label each, which both begins and continues their entities.

        Args:
            types: Their names, whatever they look like.

        Returns:
            The table; its first label is that of no entity.

        Example:
            ```python
            >>> from nuner.modeling_nuner.recognition.labels.label_table import LabelTable
            >>> LabelTable.of_types(["city", "B-cell"]).types
            ['city', 'B-cell']

            ```
        """
        return cls([OUTSIDE, *(f"I-{name}" for name in types)])

    def transitions(self) -> np.ndarray:
        """Tell which label may follow which.

        Returns:
            True where the label of the column may follow that of the row, `(labels + 1, labels)`; the last row is
            the beginning of a text.
        """
        types, count = self.type_of, len(self.names)
        inside = types >= 0
        opened = inside & ~self.ends
        continues = opened[:, None] & (types[:, None] == types[None, :]) & ~self.begins[None, :]
        allowed = np.zeros((count + 1, count), dtype=bool)
        allowed[:count] = self.can_begin[None, :] | continues
        if self.ends.any():
            # Where labels mark the end of an entity, one that is open must go on to its end.
            allowed[:count][opened] = continues[opened]
        allowed[count] = self.can_begin
        return allowed

    def may_be_last(self) -> np.ndarray:
        """Tell which labels the last word of a text may have, `(labels,)`."""
        if not self.ends.any():
            return np.ones(len(self.names), dtype=bool)
        return (self.type_of < 0) | self.ends


def _marked(names: list[str]) -> dict[str, tuple[str, str]]:
    """Return mark and type of the labels that have one; of none, where marks are part of the types' names."""
    matches = [{name: match for name in names if (match := form.fullmatch(name))} for form in _FORMS]
    proven = max(filter(_has_two_marks, matches), key=len, default={})
    canonical = {name: match for name in names if (match := _CANONICAL.fullmatch(name))}
    # "B-cell" beside "protein" and "DNA" is a name; "MISC" beside "I-PER" and "I-LOC" has lost its mark.
    if 2 * len(canonical) > len(names) and len(canonical) >= len(proven):
        proven = canonical
    return {name: (match["mark"].upper(), match["type"]) for name, match in proven.items()}


def _has_two_marks(matches: dict[str, re.Match[str]]) -> bool:
    marks: dict[str, set[str]] = {}
    for match in matches.values():
        marks.setdefault(match["type"], set()).add(match["mark"].upper())
    return any("B" in found and len(found) > 1 for found in marks.values())
