"""TadNER for few-shot recognition (Li et al., 2023; section 4.2)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import numpy as np
from datasets import Dataset
from transformers import AutoConfig, PreTrainedModel

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.modeling_nuner.devices import choose_device
from nuner.modeling_nuner.input_length import fitting_length
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification
from nuner.modeling_nuner.recognition.words.batching import plan_batches

from ...word_tokenizer import load_word_tokenizer
from .arguments import TadNerArguments
from .prototypes import FALSE_SPAN
from .sentence_reader import SentenceReader
from .span_detector import SpanDetector, train_span_detector
from .type_classifier import TypeClassifier, train_type_encoder
from .type_names import type_names

Finder = Callable[[Sequence[Sequence[str]]], list[list[EntitySpan]]]
"""From the words of sentences to the entities of each."""

# Most words of a batch with padding, and the largest part of it that may be padding.
_BATCH_WORDS, _MOST_PADDING = 2048, 0.2


class TadNer:
    """Two networks that know entities, and learn new types of them from their names and a few examples.

    Args:
        detector: Finds spans.
        classifier: Tells their types, and which are false.
    """

    def __init__(self, detector: SpanDetector, classifier: TypeClassifier) -> None:
        self.detector = detector
        self.classifier = classifier

    @contextmanager
    def fine_tuned(
        self,
        sentences: Sequence[Sequence[str]],
        spans: Sequence[Sequence[EntitySpan]],
        types: Sequence[str],
        descriptions: Mapping[str, str] | None = None,
    ) -> Iterator[Finder]:
        """Learn new types from examples, for the length of a block."""
        names = dict(zip(types, type_names(types, descriptions), strict=True))
        with (
            self.detector.fine_tuned(sentences, spans),
            self.classifier.fine_tuned(sentences, spans, names) as prototypes,
        ):

            def find(unlabelled: Sequence[Sequence[str]]) -> list[list[EntitySpan]]:
                found: list[list[EntitySpan]] = [[] for _ in unlabelled]
                lengths = np.array([max(1, len(sentence)) for sentence in unlabelled])
                for batch in plan_batches(lengths, _BATCH_WORDS, _MOST_PADDING):
                    of_batch = [unlabelled[i] for i in batch]
                    detected = self.detector.find(of_batch)
                    classes = self.classifier.classify(of_batch, detected, prototypes)
                    for i, of_sentence, classes_of in zip(batch, detected, classes, strict=True):
                        found[i] = [
                            span._replace(label=types[number])
                            for span, number in zip(of_sentence, classes_of, strict=True)
                            if number != FALSE_SPAN
                        ]
                return found

            yield find


def train_tadner(
    encoder: str | os.PathLike[str],
    source: Dataset,
    *,
    arguments: TadNerArguments | None = None,
    descriptions: Mapping[str, str] | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> TadNer:
    """Train both networks on a source of entities, whose types need not be those that are looked for later.

    Args:
        encoder: Folder or Hub id of any encoder, or of a NuNER checkpoint.
        source: Rows with `tokens` and `ner_tags`, as `load_labelled` gives them.
        arguments: How it learns.
        descriptions: What is read in place of the names of some types of the source.
        seed: Of first weights, the order and dropout.
        tell: Called with what the user should know.

    Returns:
        Both networks.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or there is no entity in the source.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.baselines.tadner.method import train_tadner
        >>> source = load_labelled("support-tickets", "train")
        >>> tadner = train_tadner("roberta-base", source)  # takes minutes  # doctest: +SKIP

        ```
    """
    arguments = arguments or TadNerArguments()
    tokenizer = load_word_tokenizer(encoder)
    averaged = arguments.averaged_layers or _layers_with_knowledge(encoder)
    reader = SentenceReader(tokenizer, fitting_length(encoder, arguments.max_length))
    with TemporaryDirectory() as folder:
        tell(f"Learning to find spans on {len(source):,} sentences")
        detector = train_span_detector(encoder, source, folder, arguments, seed=seed)
        tell("Learning to tell their types")
        types = train_type_encoder(
            encoder, source, folder, reader, arguments, averaged, descriptions=descriptions, seed=seed
        )
    device = choose_device()
    return TadNer(
        SpanDetector(detector.to(device), reader, arguments),
        TypeClassifier(types.to(device), reader, arguments, averaged),
    )


def _layers_with_knowledge(encoder: str | os.PathLike[str]) -> int:
    """NuNER has its knowledge in the last layer, other encoders in several (section 4.2)."""
    return 1 if AutoConfig.from_pretrained(encoder, trust_remote_code=False).model_type == "nuner" else 4
