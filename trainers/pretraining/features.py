"""From corpus rows to token ids and sparse targets."""

from __future__ import annotations

import logging
from bisect import bisect_left
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from .concept_table import ConceptTable

logger = logging.getLogger(__name__)


def tokens_of_span(starts: list[int], ends: list[int], start: int, end: int) -> range:
    """Find the tokens that a span of characters touches.

    Args:
        starts: First character of each token, ascending.
        ends: End of each token, ascending.
        start: First character of the span.
        end: Its end.

    Returns:
        Their places, an unbroken range; empty where the text was cut before the span.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.features import tokens_of_span
        >>> tokens_of_span([0, 4, 10], [3, 9, 15], start=5, end=15)
        range(1, 3)

        ```
    """
    return range(bisect_left(ends, start + 1), bisect_left(starts, end))


def featurize_corpus(
    corpus: Dataset, tokenizer: PreTrainedTokenizerBase, concepts: ConceptTable, max_length: int = 256
) -> Dataset:
    """Tokenize a corpus and turn its entities into positive (token, concept) pairs (section 3.2).

    Texts of which the tokenizer leaves nothing are left out.

    Args:
        corpus: Rows of the corpus schema: `text` and `entities` with `start`, `end`, `concept`.
        tokenizer: Fast tokenizer of the text encoder.
        concepts: Table of concepts; entities of other concepts are left out.
        max_length: Longest text, in tokens.

    Returns:
        Rows with `input_ids`, `token_mask` (1 where a token carries loss), `positive_tokens` and
        `positive_concepts` (aligned lists, each pair once), `length` and `row`.

    Raises:
        ValueError: If the tokenizer gives no character offsets, or leaves nothing of any text.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.features import featurize_corpus
        >>> features = featurize_corpus(corpus["train"], tokenizer, concepts)

        ```
    """
    if not tokenizer.is_fast:
        raise ValueError(f"{type(tokenizer).__name__} gives no character offsets; use a fast tokenizer.")
    ids = {name: i for i, name in enumerate(concepts.names)}

    def featurize(batch: dict[str, list[Any]], rows: list[int]) -> dict[str, list[Any]]:
        encoded = tokenizer(batch["text"], truncation=True, max_length=max_length, return_offsets_mapping=True)
        features: dict[str, list[Any]] = {
            "input_ids": encoded["input_ids"],
            "token_mask": [],
            "positive_tokens": [],
            "positive_concepts": [],
            "length": [len(token_ids) for token_ids in encoded["input_ids"]],
            "row": rows,
            "cut_entities": [],
        }
        for token_ids, offsets, entities in zip(
            encoded["input_ids"], encoded["offset_mapping"], batch["entities"], strict=True
        ):
            special = tokenizer.get_special_tokens_mask(token_ids, already_has_special_tokens=True)
            real = [i for i, flag in enumerate(special) if not flag]
            starts, ends = [offsets[i][0] for i in real], [offsets[i][1] for i in real]
            pairs, cut = set(), 0
            for entity in entities:
                concept = ids.get(entity["concept"])
                if concept is None:
                    continue
                touched = tokens_of_span(starts, ends, entity["start"], entity["end"])
                cut += not touched
                pairs.update((real[i], concept) for i in touched)
            features["token_mask"].append([1 - flag for flag in special])
            features["positive_tokens"].append([token for token, _ in sorted(pairs)])
            features["positive_concepts"].append([concept for _, concept in sorted(pairs)])
            features["cut_entities"].append(cut)
        return features

    features = corpus.map(
        featurize,
        batched=True,
        with_indices=True,
        remove_columns=corpus.column_names,
        desc="Tokenizing the corpus",
    )
    cut = sum(features["cut_entities"])
    if cut:
        logger.warning("%d entities lie beyond %d tokens of their text and are not learnt.", cut, max_length)
    return _with_tokens(features.remove_columns("cut_entities"), tokenizer.num_special_tokens_to_add())


def _with_tokens(features: Dataset, special: int) -> Dataset:
    """Leave out texts of nothing but special tokens, if there are any."""
    kept = [row for row, length in enumerate(features["length"]) if length > special]
    if len(kept) == len(features):
        return features
    if not kept:
        raise ValueError(f"The tokenizer leaves nothing of any of the {len(features):,} texts; take another encoder.")
    return features.select(kept).map(lambda _, row: {"row": row}, with_indices=True, desc="Leaving out empty texts")
