"""Find the place of a reply's entities in their sentence (section 3.1 of the paper)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...locating import locate
from ...raw_entity import RawEntity
from ...surrogates import is_encodable
from .concept_names import clean_concept
from .folded_text import FoldedText
from .sides import with_known_sides
from .surfaces import cleaned_surfaces

EMPTY = "empty"
TOO_LONG = "too long"
NOT_FOUND = "not found"
INSIDE_A_WORD = "only inside of a word"
DUPLICATE = "duplicate"
NOT_UNICODE = "not valid Unicode"
TOO_MANY = "too many in one sentence"

EXACT = "exact"
COMPOSED = "composed letters"
CLEANED = "without marks around it"

MOST_SPANS = 10_000
"""A sentence gets no more spans, so that a reply in a circle cannot take all memory."""


@dataclass(frozen=True)
class AlignmentOptions:
    """What counts as a match, beyond the exact one.

    Args:
        ignore_case: Whether an entity that is not found is looked for in any case of its letters.
        normalize: Whether one that is still not found is looked for with look-alike characters taken as the
            same: composed and decomposed letters (NFC), quotes, dashes, white space.
        max_characters: A longer entity is dropped.
    """

    ignore_case: bool = False
    normalize: bool = False
    max_characters: int = 100

    def __post_init__(self) -> None:
        if self.max_characters < 1:
            raise ValueError(f"max_characters is {self.max_characters}; it must be at least 1.")

    def foldings(self) -> Iterator[tuple[str, dict[str, bool]]]:
        """Yield name and options of the ways to fold a text, the most careful first."""
        if self.ignore_case:
            yield "ignoring case", {"ignore_case": True}
        if self.normalize:
            yield "normalized", {"normalize": True}
        if self.ignore_case and self.normalize:
            yield "ignoring case, normalized", {"ignore_case": True, "normalize": True}


class Alignment(NamedTuple):
    """The entities of a sentence in their places.

    Args:
        spans: `start`, `end`, `text`, `concept`, `description` of each occurrence, in the order of the text;
            `text[start:end]` of the sentence is the span's text, whatever the model's spelling was.
        losses: Reason -> entities of the reply that were dropped.
        matches: Way of matching -> entities of the reply that were found by it.
    """

    spans: list[dict[str, Any]]
    losses: Counter[str]
    matches: Counter[str]


def align(text: str, entities: Iterable[RawEntity], options: AlignmentOptions | None = None) -> Alignment:
    """Find every occurrence of each entity on word boundaries; nothing is guessed.

    The exact match is tried first, then that without what models write around a text (marks of Markdown, quotes,
    escapes of HTML, marks at its end) and with composed letters for decomposed ones and the other way round, then
    those that the options allow. Of an entity that can be meant either way (`EitherWay`), the side that stands in the
    sentence is its text. Concept names are brought to one form by `clean_concept`. What is not found, empty, too long,
    or there already is dropped and counted.

    Args:
        text: The sentence.
        entities: What `parse_reply` read from the model's reply.
        options: What counts as a match; the exact one only by default.

    Returns:
        Spans, losses and ways of matching.

    Example:
        ```python
        >>> spans, losses, _ = align("The cat saw a cat.", [RawEntity("cat", "Animal"), RawEntity("dog", "animal")])
        >>> [(span["start"], span["concept"]) for span in spans], dict(losses)
        ([(4, 'animal'), (14, 'animal')], {'not found': 1})

        ```
    """
    options = options or AlignmentOptions()
    places = _Places(text, options)
    losses: Counter[str] = Counter()
    matches: Counter[str] = Counter()
    spans: dict[tuple[int, int, str], dict[str, Any]] = {}
    for entity in with_known_sides(entities, places.have):
        surface, concept = entity.text.strip(), clean_concept(entity.concept)
        description = (entity.description or "").strip() or None
        if not surface or not concept:
            losses[EMPTY] += 1
            continue
        if len(surface) > options.max_characters:
            losses[TOO_LONG] += 1
            continue
        if not is_encodable(concept) or not is_encodable(description or ""):
            losses[NOT_UNICODE] += 1
            continue
        way, found = places.of(surface)
        if not found:
            losses[INSIDE_A_WORD if surface in text else NOT_FOUND] += 1
            continue
        new = [(start, end) for start, end in found if (start, end, concept) not in spans]
        if not new:
            losses[DUPLICATE] += 1
            continue
        if len(spans) + len(new) > MOST_SPANS:
            losses[TOO_MANY] += 1
            continue
        matches[way] += 1
        for start, end in new:
            spans[start, end, concept] = {
                "start": start,
                "end": end,
                "text": text[start:end],
                "concept": concept,
                "description": description,
            }
    in_order = sorted(spans.values(), key=lambda span: (span["start"], span["end"]))
    return Alignment(in_order, losses, matches)


class _Places:
    """Looks entities up in one text, each once; the text is folded when that is first needed."""

    def __init__(self, text: str, options: AlignmentOptions) -> None:
        self._text = text
        self._options = options
        self._foldings = [*options.foldings()] if text.isascii() else [(COMPOSED, {}), *options.foldings()]
        self._folded: dict[str, FoldedText] = {}
        self._known: dict[str, tuple[str, list[tuple[int, int]]]] = {}

    def have(self, surface: str) -> bool:
        """Tell whether an entity is found."""
        surface = surface.strip()
        return len(surface) <= self._options.max_characters and bool(self.of(surface)[1])

    def of(self, surface: str) -> tuple[str, list[tuple[int, int]]]:
        """Return the way in which an entity was found, and its places."""
        known = self._known.get(surface)
        if known is None:
            known = self._known[surface] = self._find(surface)
        return known

    def _find(self, surface: str) -> tuple[str, list[tuple[int, int]]]:
        way, found = self._find_as_it_is(surface)
        if found:
            return way, found
        for cleaned in cleaned_surfaces(surface):
            _, found = self._find_as_it_is(cleaned)
            if found:
                return CLEANED, found
        return EXACT, []

    def _find_as_it_is(self, surface: str) -> tuple[str, list[tuple[int, int]]]:
        found = locate(surface, self._text)
        if found:
            return EXACT, found
        for way, folding in self._foldings:
            if way not in self._folded:
                self._folded[way] = FoldedText(self._text, **folding)
            found = self._folded[way].locate(surface)
            if found:
                return way, found
        return EXACT, []
