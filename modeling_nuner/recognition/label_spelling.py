"""How recognizers spell their labels: `B-PER`, `b_per`, `PER.B`, `NONE`, `[PAD]`."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
        >>> from nuner.modeling_nuner.recognition.label_spelling import parse_labels
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
