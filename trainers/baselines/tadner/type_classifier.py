"""The second network of TadNER: it tells the types of spans by the types' names and some examples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from datasets import Dataset
from torch import Tensor
from torch.nn.functional import normalize
from transformers import PreTrainedModel

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.load import entity_types
from nuner.modeling_nuner.configuration_nuner import NuNerConfig
from nuner.modeling_nuner.encoder_loading import load_encoder
from nuner.modeling_nuner.modeling_nuner import NuNerModel

from ...fine_tuning.arguments import FineTuningArguments
from ...fine_tuning.features import IGNORED
from .arguments import TadNerArguments
from .prototypes import Prototypes
from .sentence_reader import SentenceReader, batches
from .type_names import type_names
from .type_trainer import TypeCollator, TypeTrainer
from .upper_layers import UpperLayers


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
        num_train_epochs=arguments.epochs_over(len(source)),
        learning_rate=arguments.source_learning_rate,
        per_device_train_batch_size=arguments.batch_size,
    )
    loaded = load_encoder(encoder)
    # Trainer wraps the forward pass of what it is given, which a part of the encoder must not inherit.
    model = NuNerModel(NuNerConfig(text_config=loaded.config))
    model.encoder = loaded
    trainer = TypeTrainer(
        model=model,
        args=args,
        train_dataset=source.select([row for row, tags in enumerate(source["ner_tags"]) if any(tags)]),
        data_collator=TypeCollator(reader, [*type_names(entity_types(source), descriptions).values()]),
        averaged_layers=averaged_layers,
        temperature=arguments.temperature,
    )
    trainer.show_progress("Learning types")
    trainer.train()
    return model.encoder


class TypeClassifier:
    """Tells the types of spans after a few steps on some examples.

    Args:
        encoder: What `train_type_encoder` returns.
        reader: Tokenizes sentences for it.
        arguments: How it learns from examples.
        averaged_layers: The vectors are means over so many layers, the highest ones.
        seed: Of dropout on the examples.
    """

    def __init__(
        self,
        encoder: PreTrainedModel,
        reader: SentenceReader,
        arguments: TadNerArguments,
        averaged_layers: int,
        *,
        seed: int = 0,
    ) -> None:
        self.encoder = encoder
        self.averaged_layers = averaged_layers
        self._temperature = arguments.temperature
        self._layers = UpperLayers(encoder, reader, arguments, averaged_layers, seed=seed)

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
        places = {name: place for place, name in enumerate(names)}
        targets = [[IGNORED] * len(words) for words in sentences]
        for of_sentence, found in zip(targets, spans, strict=True):
            for start, end, label in found:
                of_sentence[start:end] = [places[label]] * (end - start)
        with torch.no_grad():
            lower = self._layers.read([*names.values()])
            name_vectors = lower.sentences.sentence_directions(self._layers.word_vectors(lower))

        def logits(words: Tensor) -> Tensor:
            return normalize(words, dim=-1) @ name_vectors.T / self._temperature

        with self._layers.fine_tuned(sentences, targets, logits):
            parts, types = [name_vectors[:0]], []
            for batch in batches(sentences):
                of_batch = [spans[i] for i in batch]
                parts.append(self._span_directions([sentences[i] for i in batch], of_batch))
                types += [places[span.label] for found in of_batch for span in found]
            vectors = torch.cat(parts)
            seen = vectors.any(-1)  # the tokenizer leaves nothing of some spans
            of_span = torch.tensor(types, dtype=torch.long, device=vectors.device)
            yield Prototypes.of(name_vectors, vectors[seen], of_span[seen])

    def classify(
        self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[EntitySpan]], prototypes: Prototypes
    ) -> list[list[int]]:
        """Tell the types of spans.

        Args:
            sentences: The words of each.
            spans: Their spans.
            prototypes: Those of the types.

        Returns:
            For each span the place of its type, or `FALSE_SPAN`.
        """
        found = iter(prototypes.nearest(self._span_directions(sentences, spans)).tolist())
        return [[next(found) for _ in of_sentence] for of_sentence in spans]

    @torch.no_grad()
    def _span_directions(self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[EntitySpan]]) -> Tensor:
        lower = self._layers.read(sentences)
        return lower.sentences.span_directions(self._layers.word_vectors(lower), spans)
