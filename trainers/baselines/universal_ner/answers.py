"""What a model answered about the types of each sentence, and the tags that follow from it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from datasets import Dataset

from nuner.data_builders.annotation.replies.alignment import AlignmentOptions, align
from nuner.data_builders.labelled.label_schemes import EntitySpan, write_iob2
from nuner.data_builders.labelled.overlaps import keep_longest
from nuner.data_builders.labelled.placed_words import PlacedWords, place_sentences
from nuner.data_builders.raw_entity import RawEntity

_MATCHING = AlignmentOptions(ignore_case=True, normalize=True)

Mentions = Mapping[str, Sequence[str]]
"""Type -> what a model says that the text has of it."""


@dataclass
class Account:
    """What became of questions and of the texts in their answers.

    Args:
        questions: Questions that were asked.
        unanswered: Reason -> questions without an answer that can be read.
        lost: Reason -> texts of answers that have no place in their sentence.
        conflicts: Entities that gave way to one that shares a word with them.
    """

    questions: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, for JSON; the most frequent reason comes first."""
        return {
            name: dict(value.most_common()) if isinstance(value, Counter) else value
            for name, value in vars(self).items()
        }


def placed_sentences(dataset: Dataset) -> list[PlacedWords]:
    """Return the texts of labelled sentences with their words.

    Args:
        dataset: Rows with `tokens` and perhaps `text`, as `load_labelled` gives them.
    """
    texts = dataset["text"] if "text" in dataset.column_names else repeat(None)
    return place_sentences(dataset["tokens"], texts)


def answered_tags(sentence: PlacedWords, mentions: Mentions, account: Account | None = None) -> list[str]:
    """Tag the words of a sentence from the answers about its types.

    Each text of an answer stands for all its occurrences that cut no word in two, found as the annotator finds those
    of its entities, also in other letters' case and with other quotes and dashes. Of entities that share a word, the
    longest stays; of equally long ones the first in the text, and of those in the same place the one whose type comes
    first.

    Args:
        sentence: The words in the text.
        mentions: The answers, in the order of the types.
        account: Is filled on the way.

    Returns:
        IOB2 tags, one a word.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.placed_words import place_words
        >>> from nuner.trainers.baselines.universal_ner.answers import answered_tags
        >>> sentence = place_words(["new", "york", "and", "york"])
        >>> answered_tags(sentence, {"city": ["York"], "state": ["New York", "Ohio"]})
        ['B-state', 'I-state', 'O', 'B-city']

        ```
    """
    account = Account() if account is None else account
    spans: list[EntitySpan] = []
    for entity_type, texts in mentions.items():
        found = align(sentence.text, [RawEntity(text, "entity") for text in texts], _MATCHING)
        account.lost += found.losses
        for place in found.spans:
            first, last = bisect_right(sentence.ends, place["start"]), bisect_left(sentence.starts, place["end"])
            if first < last:
                spans.append(EntitySpan(first, last, entity_type))
    kept = keep_longest(spans)
    account.conflicts += len(spans) - len(kept)
    return write_iob2(kept, len(sentence.starts))
