"""From finished sentences to rows of the corpus, with an account of what is lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...corpus.selection import Filters, KeptCounts, Record
from ...schema import normalize_concept
from ..replies.alignment import AlignmentOptions, align
from ..replies.parsing import ReplyError, parse_reply
from ..store.finished_sentence import FinishedSentence


@dataclass
class YieldCounts:
    """What became of sentences and of the entities in their replies.

    Args:
        sentences: Finished sentences.
        unreadable_replies: Reason -> sentences whose reply cannot be read.
        reply_forms: Form -> sentences whose reply was read from it.
        without_place: Sentences of whose entities not one could be placed.
        dropped_by_concept: Sentences that carry one of the concepts to drop.
        kept: Sentences in the corpus.
        entities: Entities in the replies that could be read.
        unreadable_entities: Those among them without a text or a concept.
        losses: Reason -> entities that could not be placed.
        matches: Way of matching -> entities that were placed.
        annotations: Annotations in the corpus; an entity has one at each of its occurrences.
    """

    sentences: int = 0
    unreadable_replies: Counter[str] = field(default_factory=Counter)
    reply_forms: Counter[str] = field(default_factory=Counter)
    without_place: int = 0
    dropped_by_concept: int = 0
    kept: int = 0
    entities: int = 0
    unreadable_entities: int = 0
    losses: Counter[str] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    annotations: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, for JSON; the most frequent reason comes first."""
        return {
            name: dict(value.most_common()) if isinstance(value, Counter) else value
            for name, value in vars(self).items()
        }


def corpus_rows(
    sentences: Iterable[FinishedSentence],
    counts: YieldCounts | None = None,
    *,
    alignment: AlignmentOptions | None = None,
    drop_concepts: Iterable[str] = (),
) -> Iterator[Record]:
    """Yield a row of the corpus for each finished sentence that gives one, in order.

    A sentence in which the model saw nothing is a row without entities. One whose entities were all lost is left
    out, since it would be taken for such a row.

    Args:
        sentences: Sentences with their raw replies.
        counts: Is filled on the way.
        alignment: What counts as a match; the exact one only by default.
        drop_concepts: A sentence that carries one of these is dropped, whatever the case of its letters.

    Returns:
        Rows of `CORPUS_FEATURES`.

    Example:
        ```python
        >>> reply = '{"entities": [{"text": "Ada", "concept": "Person"}]}'
        >>> row = next(corpus_rows([FinishedSentence("1", "Ada was here.", "en", None, reply, False)]))
        >>> row["entities"]
        [{'start': 0, 'end': 3, 'text': 'Ada', 'concept': 'person', 'description': None}]

        ```
    """
    counts = YieldCounts() if counts is None else counts
    filters = Filters(frozenset(normalize_concept(name).lower() for name in drop_concepts))
    dropped = KeptCounts()
    for row in filters.apply(_placed(sentences, counts, alignment), dropped):
        counts.kept += 1
        counts.annotations += len(row["entities"])
        yield row
    counts.dropped_by_concept += dropped.dropped_by_concept


def _placed(
    sentences: Iterable[FinishedSentence], counts: YieldCounts, alignment: AlignmentOptions | None
) -> Iterator[Record]:
    for sentence in sentences:
        counts.sentences += 1
        try:
            parsed = parse_reply(sentence.reply, truncated=sentence.truncated)
        except ReplyError as error:
            counts.unreadable_replies[error.reason] += 1
            continue
        spans, losses, matches = align(sentence.text, parsed.entities, alignment)
        counts.reply_forms[parsed.form] += 1
        counts.entities += len(parsed.entities) + parsed.unreadable
        counts.unreadable_entities += parsed.unreadable
        counts.losses += losses
        counts.matches += matches
        if parsed.entities and not spans:
            counts.without_place += 1
            continue
        yield {
            "id": sentence.id,
            "text": sentence.text,
            "language": sentence.language,
            "source": sentence.source,
            "entities": spans,
        }
