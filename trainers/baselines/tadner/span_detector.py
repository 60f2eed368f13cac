"""The first network of TadNER: it finds entities, of whatever type."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from datasets import ClassLabel, Dataset, List

from nuner.data_builders.labelled.label_schemes import EntitySpan, read_spans, to_iob2, write_iob2
from nuner.data_builders.labelled.overlaps import keep_longest
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

from ...fine_tuning.model_labels import model_scheme
from ...fine_tuning.run import finetune
from ...fine_tuning.trainer import with_unread_words
from .arguments import TadNerArguments
from .sentence_reader import SentenceReader
from .upper_layers import UpperLayers

ENTITY = "entity"


def train_span_detector(
    encoder: str | os.PathLike[str],
    source: Dataset,
    output_dir: str | os.PathLike[str],
    arguments: TadNerArguments,
    *,
    seed: int = 0,
) -> NuNerForTokenClassification:
    """Teach an encoder what an entity is.

    Args:
        encoder: Folder or Hub id.
        source: Rows with `tokens` and `ner_tags`, as `load_labelled` gives them; their types are not looked at.
        output_dir: Folder for what `transformers.Trainer` writes.
        arguments: How it learns.
        seed: Of the classifier's first weights, the order and dropout.

    Returns:
        A recognizer of a single type.
    """
    trainer = finetune(
        encoder,
        without_types(source),
        output_dir,
        seed=seed,
        num_train_epochs=arguments.epochs_over(len(source)),
        learning_rate=arguments.source_learning_rate,
        per_device_train_batch_size=arguments.batch_size,
        max_length=arguments.max_length,
        classifier_init="random",
    )
    model = trainer.model
    assert isinstance(model, NuNerForTokenClassification)
    return model


def without_types(dataset: Dataset) -> Dataset:
    """Make all entities of a labelled data set ones of a single type.

    Args:
        dataset: Rows with `tokens` and `ner_tags` in IOB2.

    Returns:
        The same rows; entities that touch are still two.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.baselines.tadner.span_detector import without_types
        >>> without_types(load_labelled("support-tickets", "test")).features["ner_tags"].feature.names
        ['O', 'B-entity', 'I-entity']

        ```
    """
    # `O` is 0, then come B and I of each type in turn.
    untyped = [[tag and 2 - tag % 2 for tag in tags] for tags in dataset["ner_tags"]]
    tags = List(ClassLabel(names=["O", f"B-{ENTITY}", f"I-{ENTITY}"]))
    return dataset.remove_columns("ner_tags").add_column("ner_tags", untyped, feature=tags)  # pyright: ignore


class SpanDetector:
    """Finds spans after a few steps on the spans of some examples.

    Args:
        model: What `train_span_detector` returns.
        reader: Tokenizes sentences for it.
        arguments: How it learns from examples.
        seed: Of dropout on the examples.
    """

    def __init__(
        self, model: NuNerForTokenClassification, reader: SentenceReader, arguments: TadNerArguments, *, seed: int = 0
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self._layers = UpperLayers(model.nuner.encoder, reader, arguments, seed=seed)
        self._labels = [*(model.config.id2label or {}).values()]

    @contextmanager
    def fine_tuned(self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[EntitySpan]]) -> Iterator[None]:
        """Learn from examples for the length of a block.

        Args:
            sentences: The words of the examples.
            spans: The entities of each; of those that overlap the longest is learnt from.

        Yields:
            Nothing; call `find` inside.
        """
        targets = [self._targets(found, len(words)) for words, found in zip(sentences, spans, strict=True)]
        head = self.model.classifier
        with self._layers.fine_tuned(sentences, targets, logits=head, head=head.parameters()):
            yield

    @torch.no_grad()
    def find(self, sentences: Sequence[Sequence[str]]) -> list[list[EntitySpan]]:
        """Find spans.

        Args:
            sentences: The words of each; one sentence at least.

        Returns:
            The spans of each, which do not overlap, all of type `ENTITY`.
        """
        lower = self._layers.read(sentences)
        labels = self.model.classifier(self._layers.word_vectors(lower)).argmax(-1).tolist()
        read = lower.sentences.read.tolist()
        return [self._spans(labels[start:end], read[start:end]) for start, end in lower.sentences.bounds]

    def _targets(self, spans: Sequence[EntitySpan], length: int) -> list[int]:
        tags = write_iob2([span._replace(label=ENTITY) for span in keep_longest(spans)], length)
        return [self._labels.index(tag if tag in self._labels else ENTITY) for tag in tags]

    def _spans(self, labels: Sequence[int], read: Sequence[bool]) -> list[EntitySpan]:
        tags = [self._labels[label] for label, is_read in zip(labels, read, strict=True) if is_read]
        if model_scheme(self._labels) == "plain":
            tags = to_iob2(tags, "plain")
        return read_spans(with_unread_words(tags, read))
