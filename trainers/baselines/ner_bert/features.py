"""From a corpus to tokens, each with the one type that it has, or none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from datasets import Dataset, Features, List, Value
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.corpus.concept_counts import concept_counts, list_column
from nuner.data_builders.labelled.tag_spelling import OUTSIDE

from ...fine_tuning.features import IGNORED
from ...mapping import map_tables
from ...pretraining.concept_table import ConceptTable
from ...pretraining.features import featurize_corpus

FEATURES = Features(
    {
        "input_ids": List(Value("int32")),
        "attention_mask": List(Value("int8")),
        "labels": List(Value("int64")),
        "length": Value("int32"),
    }
)

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
    counts = concept_counts(corpus)
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
    corpus: Dataset,
    tokenizer: PreTrainedTokenizerBase,
    labels: Sequence[str],
    max_length: int = 256,
    *,
    show_progress: bool = False,
) -> Dataset:
    """Tokenize a corpus; what a token is labelled with is what the contrastive pre-training pairs it with.

    Of several concepts of a token the most frequent one stays. Concepts that are no labels count as no entity.

    Args:
        corpus: Rows of the corpus schema.
        tokenizer: Fast tokenizer of the encoder.
        labels: What `corpus_types` returns.
        max_length: Longest text, in tokens.
        show_progress: Whether to show how many texts are done.

    Returns:
        Rows with `input_ids`, `attention_mask`, `labels` (-100 for special tokens) and `length`.

    Raises:
        ValueError: If the tokenizer gives no character offsets, or leaves nothing of any text.
    """
    table = ConceptTable(tuple(labels), ((),) * len(labels), 0)
    features = featurize_corpus(corpus, tokenizer, table, max_length, show_progress=show_progress)
    return map_tables(
        features,
        _labelled,
        FEATURES,
        made_of="labels of types",
        description="Labelling the tokens",
        show_progress=show_progress,
    )


def _labelled(table: pa.Table, rows: list[int]) -> pa.Table:
    lengths = table["length"].to_numpy()
    labels = np.where(list_column(table, "token_mask").flatten().to_numpy(), 0, IGNORED).astype(np.int64)
    pairs = list_column(table, "positive_tokens").value_lengths().to_numpy()
    tokens = list_column(table, "positive_tokens").flatten().to_numpy() + np.repeat(
        np.cumsum(lengths) - lengths, pairs
    )
    types = list_column(table, "positive_concepts").flatten().to_numpy()
    # Labels are in the order of frequency, and so are those of a token: the first stays, being written last.
    labels[tokens[types > 0][::-1]] = types[types > 0][::-1]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.table(
        {
            "input_ids": table["input_ids"],
            "attention_mask": pa.ListArray.from_arrays(offsets, np.ones(len(labels), np.int8)),
            "labels": pa.ListArray.from_arrays(offsets, labels),
            "length": table["length"],
        }
    )
