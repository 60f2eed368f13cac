"""The second network of TadNER: it tells the types of spans by the types' names and some examples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from datasets import Dataset
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize
from transformers import PreTrainedModel
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.load import entity_types
from nuner.modeling_nuner.encoder_loading import load_encoder

from ...fine_tuning.arguments import FineTuningArguments
from ...progress import TrainingProgress
from .arguments import TadNerArguments
from .prototypes import FALSE_SPAN, Prototypes
from .sentence_reader import ReadSentences, SentenceReader
from .type_names import type_names
from .type_trainer import NO_TYPE, TypeCollator, TypeTrainer
from .upper_layers import UpperLayers, fine_tuned


def train_type_encoder(
    encoder: str | os.PathLike[str],
    source: Dataset,
    output_dir: str | os.PathLike[str],
    reader: SentenceReader,
    arguments: TadNerArguments,
    averaged_layers: int,
    *,
    descriptions: Mapping[str, str] | None = None,
    seed: int = 0,
) -> PreTrainedModel:
    """Teach an encoder that words are near the name of their type.

    Args:
        encoder: Folder or Hub id.
        source: Rows with `tokens` and `ner_tags`, as `load_labelled` gives them.
        output_dir: Folder for what `transformers.Trainer` writes.
        reader: Tokenizes sentences.
        arguments: How it learns.
        averaged_layers: The vectors are means over so many layers, the highest ones.
        descriptions: What is read in place of the names of some types.
        seed: Of the order and dropout.

    Returns:
        The encoder.
    """
    args = FineTuningArguments.preset(
        "default",
        output_dir=os.fspath(output_dir),
        seed=seed,
        num_train_epochs=arguments.source_epochs,
        learning_rate=arguments.source_learning_rate,
        per_device_train_batch_size=arguments.batch_size,
    )
    trainer = TypeTrainer(
        model=load_encoder(encoder),
        args=args,
        train_dataset=source.filter(any, input_columns="ner_tags"),
        data_collator=TypeCollator(reader, type_names(entity_types(source), descriptions)),
        averaged_layers=averaged_layers,
        temperature=arguments.temperature,
    )
    trainer.pop_callback(ProgressCallback)
    trainer.pop_callback(PrinterCallback)
    trainer.add_callback(TrainingProgress("Learning types"))
    if arguments.source_epochs:
        trainer.train()
    assert isinstance(trainer.model, PreTrainedModel)
    return trainer.model


class TypeClassifier:
    """Tells the types of spans after a few steps on some examples.

    Args:
        encoder: What `train_type_encoder` returns.
        reader: Tokenizes sentences for it.
        arguments: How it learns from examples.
        averaged_layers: The vectors are means over so many layers, the highest ones.
    """

    def __init__(
        self, encoder: PreTrainedModel, reader: SentenceReader, arguments: TadNerArguments, averaged_layers: int
    ) -> None:
        self.encoder = encoder
        self._read = reader
        self._arguments = arguments
        self._layers = UpperLayers(encoder, arguments.trained_layers, averaged_layers)

    @contextmanager
    def fine_tuned(
        self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[EntitySpan]], names: Mapping[str, list[str]]
    ) -> Iterator[Prototypes]:
        """Learn from examples for the length of a block.

        Args:
            sentences: The words of the examples.
            spans: The entities of each.
            names: Type -> the words of its name.

        Yields:
            The prototypes of the types, for `classify`.
        """
        read = self._read(sentences).to(self.encoder.device)
        places = {name: i for i, name in enumerate(names)}
        types = torch.full((len(read.row),), NO_TYPE)
        for start, found in zip(read.starts.tolist(), spans, strict=False):
            for span in found:
                types[start + span.start : start + span.end] = places[span.label]
        types = types.to(self.encoder.device)
        typed = (types != NO_TYPE) & read.read
        lower = self._layers.lower_states(read)
        name_vectors = self._name_vectors([*names.values()])

        def loss() -> Tensor:
            words = normalize(self._layers.word_vectors(read, lower)[typed], dim=-1)
            logits = words @ name_vectors.T / self._arguments.temperature
            return cross_entropy(logits, types[typed], reduction="sum") / typed.sum().clamp(min=1)

        with fine_tuned(
            self._layers.parameters,
            loss,
            steps=self._arguments.steps if typed.any() else 0,
            learning_rate=self._arguments.learning_rate,
        ):
            vectors = read.span_means(self._layers.word_vectors(read, lower), spans)
            of_span = torch.tensor([places[span.label] for found in spans for span in found], dtype=torch.long)
            seen = vectors.any(-1)  # of some spans the tokenizer leaves nothing
            yield Prototypes.of(name_vectors, vectors[seen], of_span.to(vectors.device)[seen])

    @torch.no_grad()
    def classify(
        self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[EntitySpan]], prototypes: Prototypes
    ) -> list[list[int]]:
        """Tell the types of spans.

        Args:
            sentences: The words of each; one sentence at least.
            spans: Their spans.
            prototypes: Those of the types.

        Returns:
            For each span its type, or `FALSE_SPAN`.
        """
        read = self._read(sentences).to(self.encoder.device)
        vectors = read.span_means(self._layers.word_vectors(read, self._layers.lower_states(read)), spans)
        found = iter(prototypes.nearest(vectors).tolist())
        return [[next(found) for _ in of_sentence] for of_sentence in spans]

    @torch.no_grad()
    def _name_vectors(self, names: Sequence[Sequence[str]]) -> Tensor:
        read: ReadSentences = self._read(names).to(self.encoder.device)
        return read.sentence_means(self._layers.word_vectors(read, self._layers.lower_states(read)))
