"""Features of a corpus that is read while the model learns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pyarrow as pa
from datasets import IterableDataset as Stream
from torch.utils.data import IterableDataset
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.corpus.concept_counts import entity_field

from ..features import Featurizer

_ROWS_AT_ONCE = 256
_READ = pa.schema(
    {
        "text": pa.string(),
        "entities": pa.list_(
            pa.struct({"start": pa.int32(), "end": pa.int32(), "concept": pa.string()})  # pyright: ignore
        ),
    }
)


class StreamedFeatures(IterableDataset):
    """What `featurize_corpus` makes of a corpus, made as it comes; `positive_concepts` are names.

    Args:
        corpus: Rows of the corpus schema, as `NuNerCorpus.as_streaming_dataset` gives them.
        tokenizer: Fast tokenizer of the text encoder.
        max_length: Longest text, in tokens; entities beyond it are left out.

    Raises:
        ValueError: If the tokenizer gives no character offsets.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.corpora.streamed_features import StreamedFeatures
        >>> features = StreamedFeatures(corpus["train"].to_iterable_dataset(), tokenizer, max_length=128)
        >>> sorted(next(iter(features)))
        ['input_ids', 'length', 'positive_concepts', 'positive_tokens', 'row', 'token_mask']

        ```
    """

    def __init__(self, corpus: Stream, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        self.corpus = corpus
        self.featurizer = Featurizer.of(tokenizer, {}, max_length)
        self.special = tokenizer.num_special_tokens_to_add()

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch, where the stream is shuffled.

        Args:
            epoch: Its number, from 0.
        """
        self.corpus.set_epoch(epoch)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over the features of the texts, but those of which the tokenizer leaves nothing."""
        rows, read = iter(self.corpus), 0
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            yield from self._features(some, read)
            read += len(some)

    def _features(self, rows: Iterable[dict[str, Any]], read: int) -> Iterator[dict[str, Any]]:
        table = pa.Table.from_pylist([_fields(row) for row in rows], schema=_READ)
        names = sorted(set(entity_field(table, "concept").to_pylist()))
        featurizer = replace(self.featurizer, concept_ids={name: i for i, name in enumerate(names)})
        places = list(range(read, read + len(table)))
        for row in featurizer(table, places).drop_columns(["cut_entities"]).to_pylist():
            if row["length"] > self.special:
                yield {**row, "positive_concepts": [names[concept] for concept in row["positive_concepts"]]}


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    entities = [{name: entity[name] for name in ("start", "end", "concept")} for entity in row["entities"]]
    return {"text": row["text"], "entities": entities}
