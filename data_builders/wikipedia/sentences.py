"""From an article to the sentences in which something is marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..annotation.sentences.filters import SentenceFilters
from ..annotation.sentences.recently_seen import RecentlySeen
from ..annotation.sentences.segmentation import split_sentences
from ..locating import is_whole, occurrences
from ..schema import sentence_id
from .dump import Page
from .entity_types import EntityTypes
from .titles import article_title, name_of
from .wikitext import PlainText, plain_text

NO_SENTENCE = "no sentence: a heading, a table, an item of a list"
REPEATED = "repeated"
UNMARKED_NAMES = "too many names that are marked as nothing"

_DISAMBIGUATION = re.compile(
    # "{{disambiguation needed}}" stands behind a link in an article like any other.
    r"\{\{[^{}|\n]{0,40}?"
    r"(?:disambig(?!\w*[ _-]needed)|desambig|begriffskl|homonymie|ujednoznacz|неоднозначн|hndis|geodis)"
    r"|\{\{(?:dab|dp)\}\}",
    re.I,
)
_LIST_MARKS = "*#:; "
_NO_PROSE = ("=", "|", "!", "{")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "\N{FULLWIDTH EXCLAMATION MARK}", "\N{FULLWIDTH QUESTION MARK}", "؟", "।")
_BEHIND_THEM = "\"'”\N{RIGHT SINGLE QUOTATION MARK}»)]"
# Without one, a line has a single sentence, which is sooner seen here than by those who know abbreviations.
_INNER_END = re.compile(f"[{''.join(_SENTENCE_ENDS)}].")
# What stands beside most links.
_NO_LETTERS = " .,;:()'\"\n"
# Shorter names are found where something else is meant.
_SHORTEST_NAME = 3


class Entity(NamedTuple):
    """Something that is marked in a page.

    Args:
        start: Its first character.
        end: Its end.
        concept: Its type.
    """

    start: int
    end: int
    concept: str


@dataclass
class PageCounts:
    """What became of the pages of a dump.

    Args:
        articles: Articles that were read.
        redirects: Pages that lead to an article.
        disambiguations: Pages that list what a name may mean.
        other_pages: Pages that are no articles.
        links: Links to articles.
        typed_links: Those among them whose target has a type.
        own_mentions: Places at which an article names what it is about.
        sentences: Sentences, and lines that are none, with something marked.
        left_out: Reason -> how many of these were left out.
        unclosed_markup: Mark of wikitext -> how often it is opened and not closed.
    """

    articles: int = 0
    redirects: int = 0
    disambiguations: int = 0
    other_pages: int = 0
    links: int = 0
    typed_links: int = 0
    own_mentions: int = 0
    sentences: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    unclosed_markup: Counter[str] = field(default_factory=Counter)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, for JSON."""
        return {
            name: dict(value.most_common()) if isinstance(value, Counter) else value
            for name, value in vars(self).items()
        }


class SentenceReader:
    """Make annotated sentences of articles.

    Marked are links whose target has a type, and wherever else an article names what it is about, since it does not
    link to itself.

    Args:
        types: The type of each article's subject.
        language: Language of the text (ISO 639-1), which decides how sentences are divided.
        source: What the records name as their source.
        namespaces: Lower-cased prefixes of links that are not to articles.
        filters: Which sentences are left out for their length and letters.
        max_unmarked_names: Leave a sentence out where a larger share of its capitalized words, but for the first, is
            marked as nothing: it would teach that names are none.
        counts: Is filled on the way.
    """

    def __init__(
        self,
        types: EntityTypes,
        *,
        language: str,
        source: str | None,
        namespaces: Collection[str],
        filters: SentenceFilters,
        max_unmarked_names: float,
        counts: PageCounts,
    ) -> None:
        self.types = types
        self.language, self.source, self.namespaces = language, source, namespaces
        self.filters, self.max_unmarked_names = filters, max_unmarked_names
        self.counts = counts
        self._seen = RecentlySeen()

    def read(self, page: Page) -> tuple[PlainText, list[dict[str, Any]]]:
        """Return the text of a page, and its sentences as records of the corpus schema.

        Args:
            page: An article.
        """
        text = plain_text(page.text, self.namespaces)
        entities = self._entities(page.title, text)
        return text, list(self._records(text.text, entities)) if entities else []

    def _entities(self, title: str, text: PlainText) -> list[Entity]:
        own, *types = self.types.of_titles([title, *(article_title(link.target) for link in text.links)])
        found = [
            Entity(link.start, link.end, kind)
            for link, kind in zip(text.links, types, strict=True)
            if kind is not None and _cuts_no_word(text.text, link.start, link.end)
        ]
        self.counts.links += len(text.links)
        self.counts.typed_links += len(found)
        name = name_of(title)
        if own is None or len(name) < _SHORTEST_NAME or name not in text.text:
            return found
        mentions = list(_outside(text, name))
        self.counts.own_mentions += len(mentions)
        return sorted([*found, *(Entity(start, end, own) for start, end in mentions)])

    def _records(self, text: str, entities: Sequence[Entity]) -> Iterator[dict[str, Any]]:
        place = 0
        while place < len(entities):
            start = text.rfind("\n", 0, entities[place].start) + 1
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            first = place
            while place < len(entities) and entities[place].start < end:
                place += 1
            yield from self._records_of_line(text[start:end], start, entities[first:place])

    def _records_of_line(self, line: str, offset: int, entities: Sequence[Entity]) -> Iterator[dict[str, Any]]:
        if line.startswith(_NO_PROSE):
            self.counts.sentences += 1
            self.counts.left_out[NO_SENTENCE] += 1
            return
        position = len(line) - len(line.lstrip(_LIST_MARKS))
        text = line[position:].rstrip()
        for sentence in split_sentences(text, self.language) if _INNER_END.search(text) else [text]:
            start = line.find(sentence, position)
            position = start + len(sentence)
            shift = offset + start
            inside = [
                Entity(first - shift, end - shift, concept)
                for first, end, concept in entities
                if shift <= first and end <= offset + position
            ]
            if not inside:
                continue
            self.counts.sentences += 1
            id = sentence_id(sentence)
            reason = self._why_left_out(sentence, inside)
            if reason is None and self._seen.add(int(id, 16)):
                reason = REPEATED
            if reason is not None:
                self.counts.left_out[reason] += 1
                continue
            yield self._record(id, sentence, inside)

    def _why_left_out(self, sentence: str, entities: Sequence[Entity]) -> str | None:
        if not sentence.rstrip(_BEHIND_THEM).endswith(_SENTENCE_ENDS):
            return NO_SENTENCE
        reason = self.filters.why_left_out(sentence)
        if reason is not None:
            return reason
        marked = sum(_capitalized(sentence[entity.start : entity.end]) for entity in entities)
        unmarked = _capitalized(_without(sentence, entities))
        # The first word of a sentence has a capital letter, whatever it is.
        if unmarked and entities[0].start > 0 and sentence[0].isupper():
            unmarked -= 1
        return UNMARKED_NAMES if unmarked > self.max_unmarked_names * (marked + unmarked) else None

    def _record(self, id: str, sentence: str, entities: Sequence[Entity]) -> dict[str, Any]:
        return {
            "id": id,
            "text": sentence,
            "language": self.language,
            "source": self.source,
            "entities": [
                {
                    "start": start,
                    "end": end,
                    "text": sentence[start:end],
                    "concept": concept,
                    "description": None,
                }
                for start, end, concept in entities
            ],
        }


def is_disambiguation(page: Page) -> bool:
    """Tell whether a page lists what a name may mean, in one of the eight languages of the paper's appendix A.2.

    Args:
        page: The page.
    """
    return page.title.endswith("(disambiguation)") or _DISAMBIGUATION.search(page.text) is not None


def _outside(text: PlainText, name: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands whole, and not in a link."""
    links = iter(text.links)
    link = next(links, None)
    for start, end in occurrences(name, text.text, lambda start, end: is_whole(text.text, start, end)):
        while link is not None and link.end <= start:
            link = next(links, None)
        if link is None or end <= link.start:
            yield start, end


def _cuts_no_word(text: str, start: int, end: int) -> bool:
    beside = text[max(0, start - 1) : start], text[end : end + 1]
    return (beside[0] in _NO_LETTERS and beside[1] in _NO_LETTERS) or is_whole(text, start, end)


def _without(sentence: str, entities: Sequence[Entity]) -> str:
    pieces, position = [], 0
    for entity in entities:
        pieces.append(sentence[position : entity.start])
        position = entity.end
    return "".join([*pieces, sentence[position:]])


def _capitalized(text: str) -> int:
    return len([word for word in text.split() if word[0].isupper()])
