"""From corpora to the features that a trainer reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from datasets import Dataset
from datasets import IterableDataset as Stream
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.corpus.concept_counts import concept_counts

from ...machines import agree
from ..arguments import ContrastiveTrainingArguments
from ..concept_table import ConceptTable
from ..features import featurize_corpus
from ..validation.measured_part import measured_part
from .streamed_concepts import StreamedConcepts
from .streamed_features import StreamedFeatures


@dataclass(frozen=True)
class Reading:
    """How texts and names are read.

    Args:
        tokenizer: Fast tokenizer of the text encoder.
        max_length: Longest text, in tokens.
        concept_tokenizer: Tokenizer of the concept encoder.
        max_concept_length: Longest concept name, in tokens.
    """

    tokenizer: PreTrainedTokenizerBase
    max_length: int
    concept_tokenizer: PreTrainedTokenizerBase
    max_concept_length: int

    def features(self, corpus: Dataset, *, show_progress: bool = False) -> tuple[ConceptTable, Dataset]:
        """Return the concepts of a corpus, and its features."""
        concepts = self.concepts([corpus], show_progress)
        return concepts, featurize_corpus(corpus, self.tokenizer, concepts, self.max_length)

    def concepts(self, corpora: list[Dataset], show_progress: bool) -> ConceptTable:
        """Return the concepts of some corpora."""
        names = set().union(*map(concept_counts, corpora))
        return ConceptTable.from_names(
            names, self.concept_tokenizer, self.max_concept_length, show_progress=show_progress
        )


@dataclass(frozen=True)
class PreparedCorpora:
    """Features to learn from and to measure on, and the concepts that they refer to.

    Args:
        concepts: All concepts of corpora that are read as a whole; of a stream those that came so far.
        train: What is learnt from.
        measured: Rows of the corpus that are measured.
        evaluation: Their features.
    """

    concepts: ConceptTable | StreamedConcepts
    train: Dataset | StreamedFeatures | None
    measured: Dataset | None
    evaluation: Dataset | None

    @classmethod
    def of(
        cls,
        train: Dataset | Stream | None,
        evaluation: Dataset | Stream | None,
        reading: Reading,
        args: ContrastiveTrainingArguments,
    ) -> PreparedCorpora:
        """Prepare corpora.

        Args:
            train: Rows of the corpus schema to learn from.
            evaluation: Rows to measure a part of: of a stream its beginning.
            reading: How texts and names are read.
            args: The arguments of the training.

        Returns:
            The features. The first process of each machine makes them, the others find them in the cache.

        Raises:
            ValueError: If the corpus has no concept, machines have different ones, or a stream is to be read for no
                number of steps.
        """
        shows = args.process_index == 0
        measured = None if evaluation is None else _measured(evaluation, args.max_eval_samples)
        if isinstance(train, Stream):
            return cls._of_stream(train, measured, reading, args)
        concepts = reading.concepts([corpus for corpus in (train, measured) if corpus is not None], shows)
        digest = hashlib.sha256("\n".join(concepts.names).encode("utf-8")).hexdigest()
        agree("corpus", [digest, *(None if corpus is None else len(corpus) for corpus in (train, measured))])
        with args.main_process_first(local=True, desc="tokenizing the corpus"):
            features = [
                featurize_corpus(corpus, reading.tokenizer, concepts, reading.max_length, show_progress=shows)
                if corpus is not None
                else None
                for corpus in (train, measured)
            ]
        return cls(concepts, features[0], measured, features[1])

    @classmethod
    def _of_stream(
        cls, train: Stream, measured: Dataset | None, reading: Reading, args: ContrastiveTrainingArguments
    ) -> PreparedCorpora:
        if args.max_steps <= 0:
            raise ValueError("A streamed corpus has no length: say how many steps to train (max_steps, --max-steps).")
        # Each process takes its share of what all of them read: batches cannot be sent from one to the others.
        config: Any = args.accelerator_config
        config.dispatch_batches = False
        tokenizer = reading.concept_tokenizer
        concepts = StreamedConcepts(tokenizer, reading.max_concept_length, cast(int, tokenizer.pad_token_id or 0))
        evaluation = None
        if measured is not None:
            rows = StreamedFeatures(measured.to_iterable_dataset(), reading.tokenizer, reading.max_length)
            evaluation = Dataset.from_list(list(rows))
        return cls(concepts, StreamedFeatures(train, reading.tokenizer, reading.max_length), measured, evaluation)


def _measured(corpus: Dataset | Stream, size: int | None) -> Dataset:
    if isinstance(corpus, Dataset):
        return measured_part(corpus, size)
    if size is None:
        raise ValueError("Not all of a streamed corpus can be measured: say how many sentences (max_eval_samples).")
    rows: Any = corpus.take(size)
    if not (measured := Dataset.from_list(list(rows))):
        raise ValueError(
            "No sentence of the streamed corpus is for validation: it is too small to be streamed (--streaming)."
        )
    return measured
