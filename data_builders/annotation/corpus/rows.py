"""From finished sentences to rows of the corpus, with an account of what is lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...corpus.selection import Filters, KeptCounts, Record
from ...schema import normalize_concept
from ..entity_types.type_names import TypeNames
from ..replies.alignment import AlignmentOptions, align
from ..replies.concept_names import clean_concept
from ..replies.parsing import ReplyError, parse_reply
from ..store.finished_sentence import FinishedSentence
from .typed_entities import REJECTED, typed_entities


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
        losses: Reason -> entities that could not be placed, or are of none of the types that were asked for.
        unknown_types: Concept that is none of these types -> entities that have it.
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
    unknown_types: Counter[str] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    annotations: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, for JSON; the most frequent reason comes first.

        Types that are not known are there where types were asked for.
        """
        return {
            name: dict(value.most_common()) if isinstance(value, Counter) else value
            for name, value in vars(self).items()
            if value or name != "unknown_types"
        }


def corpus_rows(
    sentences: Iterable[FinishedSentence],
    counts: YieldCounts | None = None,
    *,
    alignment: AlignmentOptions | None = None,
    drop_concepts: Iterable[str] = (),
    types: TypeNames | None = None,
) -> Iterator[Record]:
    """Yield a row of the corpus for each finished sentence that gives one, in order.

    A sentence in which the model saw nothing, or no more than candidates that it found to be none, is a row without
    entities. One whose entities were all lost is left out, since it would be taken for such a row.

    Args:
        sentences: Sentences with their raw replies.
        counts: Is filled on the way.
        alignment: What counts as a match; the exact one only by default.
        drop_concepts: A sentence that carries one of these is dropped, whatever the case of its letters.
        types: The types that were asked for (`AnnotationStore.types`): concepts are these, by their own names.

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
    for row in filters.apply(_placed(sentences, counts, alignment, types), dropped):
        counts.kept += 1
        counts.annotations += len(row["entities"])
        yield row
    counts.dropped_by_concept += dropped.dropped_by_concept


def _placed(
    sentences: Iterable[FinishedSentence],
    counts: YieldCounts,
    alignment: AlignmentOptions | None,
    types: TypeNames | None,
) -> Iterator[Record]:
    # The alignment writes concepts in lower case; a type keeps the name that the user gave it.
    own_names = {clean_concept(name): name for name in types or ()}
    for sentence in sentences:
        counts.sentences += 1
        try:
            parsed = parse_reply(sentence.reply, truncated=sentence.truncated)
        except ReplyError as error:
            counts.unreadable_replies[error.reason] += 1
            continue
        counts.reply_forms[parsed.form] += 1
        counts.entities += len(parsed.entities) + parsed.unreadable
        counts.unreadable_entities += parsed.unreadable
        entities, is_empty = parsed.entities, not parsed.entities
        if types is not None:
            entities, losses, unknown = typed_entities(entities, types, sentence.text.__contains__)
            counts.losses += losses
            counts.unknown_types += unknown
            is_empty = losses[REJECTED] == len(parsed.entities)
        spans, losses, matches = align(sentence.text, entities, alignment)
        counts.losses += losses
        counts.matches += matches
        if not spans and not is_empty:
            counts.without_place += 1
            continue
        if types is not None:
            spans = [{**span, "concept": own_names[span["concept"]]} for span in spans]
        yield {
            "id": sentence.id,
            "text": sentence.text,
            "language": sentence.language,
            "source": sentence.source,
            "entities": spans,
        }
