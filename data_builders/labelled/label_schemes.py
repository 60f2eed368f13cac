"""Token tag schemes (IOB1, IOB2, BIOES, BILOU, BMES, plain) and their conversion to IOB2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, get_args

from .tag_spelling import MARKS, OUTSIDE, TagError, spell_tags

LabelScheme = Literal["IOB1", "IOB2", "BIOES", "BILOU", "BMES", "plain"]

_PREFIXES: dict[LabelScheme, frozenset[str]] = {
    "IOB2": frozenset("BI"),
    "BIOES": frozenset("BIES"),
    "BILOU": frozenset("BILU"),
    "BMES": frozenset("BMES"),
}
_MOST_NAMED = 5
_FUSED_MARK = re.compile(r"\W*(?P<mark>[BbIi])\W*(?P<type>.+)", re.DOTALL)
_BEGIN, _INSIDE, _END, _SINGLE = "B", frozenset("IM"), frozenset("EL"), frozenset("SU")


class EntitySpan(NamedTuple):
    """One entity: tokens `start` up to and without `end`, of type `label`."""

    start: int
    end: int
    label: str


def _split(tag: str) -> tuple[str, str] | None:
    """Return ('B', 'PER') for 'B-PER', None where the tag has no scheme prefix."""
    prefix, dash, label = tag.partition("-")
    return (prefix, label) if dash and prefix in tuple(MARKS) and label else None


def detect_scheme(tags: Iterable[str]) -> LabelScheme:
    """Tell the scheme from the tags of a whole data set.

    Tags may be spelt as `spell_tags` knows it, `B_PER` or `per-b` for `B-PER`, `NONE` for `O`.
    Tags of only `B-` and `I-` are IOB1 when some type has `I-` but never `B-`, otherwise
    IOB2. (IOB1 with adjacent entities of every type has the same tags as IOB2; both are read
    by the same rule, so nothing depends on the difference.)

    Args:
        tags: All tags that occur; repeats and order do not matter.

    Returns:
        The name of the scheme.

    Raises:
        TagError: If a tag is empty, is a bare prefix, does not go with the others, or may be a plain type as well
            as one with a prefix; or if tags are plain and none is `O`.

    Example:
        ```python
        >>> detect_scheme(["O", "S-PER", "B-LOC", "E-LOC"])
        'BIOES'

        ```
    """
    spelling, marked = spell_tags(tags)
    if not marked:
        _check_plain(set(spelling.values()))
        return "plain"
    parts = [part for tag in set(spelling.values()) if (part := _split(tag))]
    prefixes = {prefix for prefix, _ in parts}
    scheme: LabelScheme | None = next((name for name, known in _PREFIXES.items() if prefixes <= known), None)
    if scheme is None:
        raise TagError(f"the prefixes {', '.join(sorted(prefixes))} fit no known scheme together")
    if scheme != "IOB2":
        return scheme
    begun = {label for prefix, label in parts if prefix == "B"}
    return "IOB2" if all(label in begun for _, label in parts) else "IOB1"


def _check_plain(tags: set[str]) -> None:
    """Refuse plain types that may be something else."""
    if tags and OUTSIDE not in tags:
        raise TagError(
            f"no word is tagged 'O', as those outside all entities are: each of {_some(tags)} would be a type. Write "
            "'O' for the one that is none, or pass scheme='plain' if every word is in an entity"
        )
    marks: dict[str, dict[str, str]] = {}
    for tag in tags:
        if match := _FUSED_MARK.fullmatch(tag):
            marks.setdefault(match["type"], {})[match["mark"].upper()] = tag
    pair = next((found for found in marks.values() if len(found) > 1), None)
    if pair is not None:
        raise TagError(
            f"tags {pair['B']!r} and {pair['I']!r} look like the beginning and the inside of one type; write them as "
            "'B-person' and 'I-person' are, or pass scheme='plain' if they are two types"
        )


def _some(tags: Iterable[str]) -> str:
    names = sorted(tags)
    return ", ".join(map(repr, names[:_MOST_NAMED])) + (", ..." if len(names) > _MOST_NAMED else "")


def read_spans(tags: Sequence[str], scheme: LabelScheme = "IOB2") -> list[EntitySpan]:
    """Read the entities of one tagged sentence.

    IOB1 and IOB2 share one rule: `B-X` starts an entity and so does an `I-X` that follows
    anything other than X. The schemes that mark the end of an entity (BIOES, BILOU, BMES)
    are read strictly. A run of one plain tag is one entity.

    Args:
        tags: One tag a token.
        scheme: The scheme of the tags.

    Returns:
        The entities in order of position.

    Raises:
        TagError: If a tag is not of the scheme, or an entity has no proper start or end.

    Example:
        ```python
        >>> read_spans(["B-PER", "I-PER", "O", "B-LOC"])
        [EntitySpan(start=0, end=2, label='PER'), EntitySpan(start=3, end=4, label='LOC')]

        ```
    """
    if scheme not in get_args(LabelScheme):
        raise ValueError(f"unknown label scheme {scheme!r}; known are {', '.join(get_args(LabelScheme))}")
    spans: list[EntitySpan] = []
    start, open_label = 0, None  # the entity that is open at this token
    marks_end = scheme not in ("IOB1", "IOB2", "plain")

    def close(end: int) -> None:
        nonlocal open_label
        if open_label is not None:
            if marks_end:
                raise TagError(f"the {open_label!r} entity opened at token {start} has no end before token {end}")
            spans.append(EntitySpan(start, end, open_label))
        open_label = None

    for position, tag in enumerate(tags):
        if tag == OUTSIDE:
            close(position)
            continue
        prefix, label = _parts(tag, scheme, position)
        if prefix == _BEGIN or prefix in _SINGLE or (not marks_end and label != open_label):
            close(position)
            start, open_label = position, label
        elif label != open_label:
            raise TagError(f"tag {tag!r} at token {position} continues an entity that was not opened")
        if prefix in _END or prefix in _SINGLE:
            spans.append(EntitySpan(start, position + 1, label))
            open_label = None
    close(len(tags))
    return spans


def _parts(tag: str, scheme: LabelScheme, position: int) -> tuple[str, str]:
    """Return prefix and type of a tag; a plain tag counts as `I-`, so a run of it is one entity."""
    if not isinstance(tag, str) or not tag.strip():
        raise TagError(f"tag {tag!r} at token {position} is not a label")
    if scheme == "plain":
        return "I", tag
    parts = _split(tag)
    if parts is None or parts[0] not in _PREFIXES["IOB2" if scheme == "IOB1" else scheme]:
        raise TagError(f"tag {tag!r} at token {position} is not a {scheme} tag")
    return parts


def write_iob2(spans: Iterable[EntitySpan], length: int) -> list[str]:
    """Tag a sentence of `length` tokens in IOB2; the spans must not overlap.

    Example:
        ```python
        >>> write_iob2([EntitySpan(1, 3, "LOC")], 4)
        ['O', 'B-LOC', 'I-LOC', 'O']

        ```
    """
    tags = [OUTSIDE] * length
    for start, end, label in spans:
        tags[start:end] = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
    return tags


def to_iob2(tags: Sequence[str], scheme: LabelScheme, record: str = "") -> list[str]:
    """Convert one sentence's tags to IOB2.

    Args:
        tags: One tag a token.
        scheme: Their scheme, as `detect_scheme` tells it for the data set.
        record: Name of the sentence (such as `train.jsonl:12`) for the error message.

    Returns:
        One IOB2 tag a token.

    Raises:
        TagError: If the tags cannot be read; the message names the tag and the record.

    Example:
        ```python
        >>> to_iob2(["S-PER", "O", "B-LOC", "E-LOC"], "BIOES")
        ['B-PER', 'O', 'B-LOC', 'I-LOC']

        ```
    """
    try:
        spelling = spell_tags(tags, marked=scheme != "plain").spelling
        return write_iob2(read_spans([spelling[tag] for tag in tags], scheme), len(tags))
    except TagError as error:
        raise TagError(f"{record}: {error}" if record else str(error)) from None
