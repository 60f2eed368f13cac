"""From a corpus to tokens, each with the one type that it has, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.labelled.tag_spelling import OUTSIDE

from ...fine_tuning.features import IGNORED
from ...pretraining.concept_table import ConceptTable
from ...pretraining.features import featurize_corpus

# A classifier of more has more weights than the encoder, and hardly an example of most of them.
MOST_TYPES = 5000


def corpus_types(corpus: Dataset) -> list[str]:
    """Return the concepts of a corpus as labels, the most frequent first, behind that of no entity.

    Args:
        corpus: Rows of the corpus schema.

    Raises:
        ValueError: If there is none, or there are more than a classifier can tell apart.

    Example:
        ```python
        >>> from datasets import Dataset
        >>> from nuner.trainers.baselines.ner_bert.features import corpus_types
        >>> corpus_types(Dataset.from_list([{"entities": [{"concept": "city"}, {"concept": "city"}]}]))
        ['O', 'city']

        ```
    """
    counts = Counter(entity["concept"] for entities in corpus["entities"] for entity in entities)
    counts.pop(OUTSIDE, None)
    if not counts:
        raise ValueError("The corpus has no concept to learn from; check its filters.")
    if len(counts) > MOST_TYPES:
        raise ValueError(
            f"The corpus has {len(counts):,} concepts, and a classifier of tokens learns {MOST_TYPES:,} at most: keep "
            "the most frequent ones (max_concepts)."
        )
    return [OUTSIDE, *sorted(counts, key=lambda concept: (-counts[concept], concept))]


def featurize_types(
    corpus: Dataset, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str], max_length: int = 256
) -> Dataset:
    """Tokenize a corpus; what a token is labelled with is what the contrastive pre-training pairs it with.

    Of several concepts of a token the most frequent one stays. Concepts that are no labels count as no entity.

    Args:
        corpus: Rows of the corpus schema.
        tokenizer: Fast tokenizer of the encoder.
        labels: What `corpus_types` returns.
        max_length: Longest text, in tokens.

    Returns:
        Rows with `input_ids`, `attention_mask`, `labels` (-100 for special tokens) and `length`.

    Raises:
        ValueError: If the tokenizer gives no character offsets, or leaves nothing of any text.
    """
    table = ConceptTable(tuple(labels), ((),) * len(labels), 0)
    features = featurize_corpus(corpus, tokenizer, table, max_length)

    def label(row: dict[str, Any]) -> dict[str, Any]:
        labels = [0 if mask else IGNORED for mask in row["token_mask"]]
        # Labels are in the order of frequency: the first of several is the one that stays.
        for token, concept in zip(row["positive_tokens"], row["positive_concepts"], strict=True):
            labels[token] = labels[token] or concept
        return {"labels": labels, "attention_mask": [1] * len(labels)}

    return features.map(
        label,
        remove_columns=["token_mask", "positive_tokens", "positive_concepts", "row"],
        desc="Labelling the tokens",
    )
