"""Of the answers of a reply, drafts and corrections, find the one that counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...raw_entity import SEPARATOR
from .entity_values import FoundEntities, entities_in
from .forms.json_forms import JsonForm, JsonPiece
from .forms.lines import is_correction

_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_GAP = 400  # of what stands between two answers, so much is looked at on either side


@dataclass
class Answer:
    """The entities that belong to one answer.

    Args:
        found: The entities.
        form: How it was written.
        ends: Where its last piece ends.
    """

    found: FoundEntities
    form: JsonForm
    ends: int
    _texts: set[str] = field(default_factory=set)

    def add(self, found: FoundEntities, piece: JsonPiece) -> None:
        """Add one more item."""
        self.found.entities += found.entities
        self.found.unreadable += found.unreadable
        self.ends = piece.end
        if piece.form in ("repaired", "cut"):
            self.form = piece.form
        self._texts.update(entity.text for entity in found.entities)

    def mentions(self, found: FoundEntities) -> bool:
        """Tell whether it has one of these entities already."""
        return any(entity.text in self._texts for entity in found.entities)


def last_answer(reply: str, pieces: Iterable[JsonPiece]) -> tuple[Answer | None, FoundEntities | None]:
    """Return the last whole answer of a reply, and the last value that is none.

    Items that follow one another, such as lines of JSON, are one answer. A value that holds its entities is an answer
    of its own and takes the place of those before it; of a value that was cut off this holds only where no whole one
    stands before.

    Args:
        reply: What the model wrote.
        pieces: Its JSON.
    """
    answers: list[Answer] = []
    unreadable: FoundEntities | None = None
    pair: tuple[FoundEntities, JsonPiece] | None = None
    end = 0
    for piece in pieces:
        before, end = end, piece.end
        found = entities_in(piece.value)
        if _is_pair(piece.value):  # one alone is no more than two words
            found = entities_in([piece.value])
            found.kind = "item"
            first, pair = pair, (found, piece)
            if not (answers and answers[-1].found.kind == "item") and (
                first is None or _LETTER.search(reply, first[1].end, piece.start)
            ):
                unreadable = FoundEntities("unreadable", unreadable=2)
                continue
            if first is not None and not answers:
                answers.append(_answer(*first))
        if found.kind == "unreadable":
            if piece.form == "cut" and answers and piece.value is None:
                answers[-1].form = "cut"
            else:
                unreadable = found
            continue
        if found.kind == "nothing":
            if piece.form == "cut":
                unreadable = unreadable or FoundEntities("unreadable")
                if answers and answers[-1].found.kind == "item":
                    answers[-1].form = "cut"
            elif not answers or is_correction(_between(reply, before, piece.start)):
                answers.append(_answer(found, piece))
            continue
        if answers and found.entities and not any(_LETTER.search(entity.concept) for entity in found.entities):
            continue  # the format, with dots for what stands there
        last = answers[-1] if answers else None
        if last is not None and found.kind == "item" and _goes_on(reply, last, found, piece):
            last.add(found, piece)
        else:
            answers.append(_answer(found, piece))
    whole = [answer for answer in answers if answer.form != "cut"]
    return (whole or answers or [None])[-1], unreadable


def _answer(found: FoundEntities, piece: JsonPiece) -> Answer:
    answer = Answer(FoundEntities(found.kind), piece.form, piece.end)
    answer.add(found, piece)
    return answer


def _is_pair(value: object) -> bool:
    if not isinstance(value, list) or not 2 <= len(value) <= 3:
        return False
    return all(isinstance(side, str) and SEPARATOR not in side for side in value)


def _goes_on(reply: str, last: Answer, found: FoundEntities, piece: JsonPiece) -> bool:
    """Tell whether an item belongs to the answer before it."""
    if not _LETTER.search(reply, last.ends, piece.start):
        return True
    if last.found.kind != "item" or last.mentions(found):
        return False
    return not is_correction(_between(reply, last.ends, piece.start))


def _between(reply: str, start: int, end: int) -> str:
    gap = reply[start:end]
    return f"{gap[:_LONGEST_GAP]} {gap[-_LONGEST_GAP:]}"
