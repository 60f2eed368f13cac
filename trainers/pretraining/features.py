"""From corpus rows to token ids and sparse targets."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import Dataset, Features, List, Value
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.corpus.concept_counts import arrow_tables, entity_field, list_column

from ..mapping import map_tables
from .concept_table import ConceptTable

logger = logging.getLogger(__name__)

FEATURES = Features(
    {
        "input_ids": List(Value("int32")),
        "token_mask": List(Value("int8")),
        "positive_tokens": List(Value("int32")),
        "positive_concepts": List(Value("int32")),
        "length": Value("int32"),
        "row": Value("int32"),
    }
)
_CUT = "cut_entities"


def featurize_corpus(
    corpus: Dataset,
    tokenizer: PreTrainedTokenizerBase,
    concepts: ConceptTable,
    max_length: int = 256,
    *,
    show_progress: bool = False,
) -> Dataset:
    """Tokenize a corpus and turn its entities into positive (token, concept) pairs (section 3.2).

    Texts of which the tokenizer leaves nothing are left out. Large corpora are read by several processes, and what was
    made of a corpus from the cache is kept there: the same corpus, tokenizer, concepts and length are read once.

    Args:
        corpus: Rows of the corpus schema: `text` and `entities` with `start`, `end`, `concept`.
        tokenizer: Fast tokenizer of the text encoder.
        concepts: Table of concepts; entities of other concepts are left out.
        max_length: Longest text, in tokens.
        show_progress: Whether to show how many texts are done.

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
    ids = {name: place for place, name in enumerate(concepts.names)}
    featurizer = Featurizer.of(tokenizer, ids, max_length)
    features = map_tables(
        corpus,
        featurizer,
        Features({**FEATURES, _CUT: Value("int32")}),
        made_of=[*featurizer.reading(), concepts.names],
        description="Tokenizing the corpus",
        show_progress=show_progress,
    )
    cut = sum(int(table[_CUT].to_numpy().sum()) for table in arrow_tables(features, [_CUT]))
    if cut:
        logger.warning("%d entities lie beyond %d tokens of their text and are not learnt.", cut, max_length)
    return _with_tokens(features.remove_columns(_CUT), tokenizer.num_special_tokens_to_add(), show_progress)


@dataclass(frozen=True)
class Featurizer:
    """Makes features of some rows of a corpus at a time.

    Args:
        tokenizer: Fast tokenizer of the text encoder.
        special_ids: Its special tokens, which carry no loss.
        concept_ids: Concept -> its id; annotations of others are left out.
        max_length: Longest text, in tokens.
    """

    tokenizer: PreTrainedTokenizerBase
    special_ids: list[int]
    concept_ids: dict[str, int]
    max_length: int

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, concept_ids: dict[str, int], max_length: int) -> Featurizer:
        """Check a tokenizer and take it.

        Raises:
            ValueError: If it gives no character offsets.
        """
        if not tokenizer.is_fast:
            raise ValueError(f"{type(tokenizer).__name__} gives no character offsets; use a fast tokenizer.")
        return cls(tokenizer, sorted(tokenizer.all_special_ids), concept_ids, max_length)

    def reading(self) -> list[Any]:
        """Return all that the features depend on besides corpus and concepts: the tokenizer, the length, this code."""
        backend: Any = self.tokenizer.backend_tokenizer
        rules = json.loads(backend.to_str())
        # A tokenizer remembers how it was last called.
        rules.update(truncation=None, padding=None)
        return [json.dumps(rules, sort_keys=True), self.special_ids, self.max_length, Path(__file__).read_bytes()]

    def __call__(self, table: pa.Table, rows: list[int]) -> pa.Table:
        """Make the features.

        Args:
            table: Rows of the corpus.
            rows: Their places in it.

        Returns:
            The columns of `FEATURES`, and the number of entities that were cut with the end of their text.
        """
        encoded = self.tokenizer(
            table["text"].to_pylist(),
            truncation=True,
            max_length=self.max_length,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        lengths = np.fromiter(map(len, encoded["input_ids"]), np.int64, len(table))
        input_ids = np.fromiter(chain.from_iterable(encoded["input_ids"]), np.int32, lengths.sum())
        places = chain.from_iterable(chain.from_iterable(encoded["offset_mapping"]))
        spans = np.fromiter(places, np.int64, 2 * len(input_ids)).reshape(-1, 2)
        real = ~np.isin(input_ids, self.special_ids)
        token_rows = np.repeat(np.arange(len(table)), lengths)

        numbers = list_column(table, "entities").value_lengths().to_numpy()
        names = entity_field(table, "concept").to_pylist()
        concepts = np.fromiter((self.concept_ids.get(name, -1) for name in names), np.int64, len(names))
        known = concepts >= 0
        concepts, entity_rows = concepts[known], np.repeat(np.arange(len(table)), numbers)[known]
        starts, ends = (entity_field(table, side).to_numpy().astype(np.int64)[known] for side in ("start", "end"))

        first, behind = touched_tokens(spans[real], token_rows[real], starts, ends, entity_rows)
        counts = np.maximum(behind - first, 0)
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        tokens = np.flatnonzero(real)[np.repeat(first, counts) + steps]
        # Sorted by token and concept, each pair once.
        base = int(concepts.max(initial=0)) + 1
        tokens, concepts = np.divmod(np.unique(tokens * base + np.repeat(concepts, counts)), base)
        pairs = np.bincount(token_rows[tokens], minlength=len(table))
        begins = np.cumsum(lengths) - lengths
        return pa.table(
            {
                "input_ids": _lists(input_ids, lengths),
                "token_mask": _lists(real.astype(np.int8), lengths),
                "positive_tokens": _lists((tokens - begins[token_rows[tokens]]).astype(np.int32), pairs),
                "positive_concepts": _lists(concepts.astype(np.int32), pairs),
                "length": lengths.astype(np.int32),
                "row": np.asarray(rows, np.int32),
                _CUT: np.bincount(entity_rows[counts == 0], minlength=len(table)).astype(np.int32),
            }
        )


def touched_tokens(
    spans: np.ndarray, token_rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, entity_rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the tokens that each entity touches.

    All texts are laid end to end, with room between them, so that one search serves all.

    Args:
        spans: First character of each token and its end, `(tokens, 2)`.
        token_rows: The text that it is of, in ascending order.
        starts: First character of each entity.
        ends: Its end.
        entity_rows: The text that it is of.

    Returns:
        The first token of each entity, and the one behind its last; no greater one where the text was cut before it.

    Example:
        ```python
        >>> import numpy as np
        >>> from nuner.trainers.pretraining.features import touched_tokens
        >>> spans = np.array([[0, 3], [4, 9], [10, 15]])
        >>> touched_tokens(spans, np.zeros(3, int), np.array([5]), np.array([15]), np.zeros(1, int))
        (array([1]), array([3]))

        ```
    """
    room = 1 + max(int(spans.max(initial=0)), int(ends.max(initial=0)))
    laid = np.maximum.accumulate(spans + (token_rows * room)[:, None])
    first = np.searchsorted(laid[:, 1], starts + entity_rows * room, side="right")
    behind = np.searchsorted(laid[:, 0], ends + entity_rows * room, side="left")
    return first, behind


def _lists(values: np.ndarray, lengths: np.ndarray) -> pa.ListArray:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, values)


def _with_tokens(features: Dataset, special: int, show_progress: bool) -> Dataset:
    """Leave out texts of nothing but special tokens, if there are any."""
    lengths = np.concatenate([table["length"].to_numpy() for table in arrow_tables(features, ["length"])])
    kept = np.flatnonzero(lengths > special)
    if len(kept) == len(features):
        return features
    if not len(kept):
        raise ValueError(f"The tokenizer leaves nothing of any of the {len(features):,} texts; take another encoder.")
    return map_tables(
        features.select(kept),
        _numbered,
        FEATURES,
        made_of="numbered",
        description="Leaving out empty texts",
        show_progress=show_progress,
    )


def _numbered(table: pa.Table, rows: list[int]) -> pa.Table:
    place = table.column_names.index("row")
    return table.set_column(place, "row", pa.array(rows, pa.int32()))
