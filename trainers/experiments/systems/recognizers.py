"""Recognizers: fine-tuned ones, and those that know no more of a type than its name."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

from datasets import Dataset

from nuner.data_builders.labelled.label_schemes import write_iob2
from nuner.data_builders.labelled.load import entity_types
from nuner.modeling_nuner.recognition.concepts import concept_labels
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer, ZeroShotRecognizer

from ...baselines.rival_result import RivalResult
from ...evaluation.recognizer_evaluation import evaluate_recognizer
from ...fine_tuning.run import finetune
from .system import Place, System


@dataclass(frozen=True)
class FineTuned(System):
    """Train encoder and classifier on the sample (section 6), as `nuner finetune` does.

    Args:
        preset: Preset of the training arguments.
        arguments: Training arguments that replace those of the preset.
        bf16: Compute in bfloat16 while learning.
    """

    preset: str = "default"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    bf16: bool = False

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Train and apply a recognizer, which is not kept; see `System.run`."""
        assert place.bi_encoder is not None
        began = time.perf_counter()
        with TemporaryDirectory() as folder:
            trainer = finetune(
                place.bi_encoder, train, folder, preset=self.preset, seed=seed, bf16=self.bf16, **self.arguments
            )
            trainer.save_model()
            learnt = time.perf_counter()
            recognizer = EntityRecognizer.from_pretrained(folder)
            model: Any = trainer.model
            return _found(recognizer, test, learnt - began, model.num_parameters())


@dataclass(frozen=True)
class ZeroShot(System):
    """Compare each word with the names of the types, and look at no example.

    Args:
        descriptions: Type -> what is compared in place of its name.
        threshold: Probability from which a word belongs to a type; the one that was fitted after pre-training, if not
            given.
    """

    needs_concept_encoder = True

    descriptions: Mapping[str, str] = field(default_factory=dict)
    threshold: float | None = None

    @property
    def learns(self) -> bool:
        """It knows no more than the names of the types."""
        return False

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Apply the bi-encoder; see `System.run`. Nothing is drawn at random."""
        assert place.bi_encoder is not None
        began = time.perf_counter()
        labels = {
            name: self.descriptions.get(name, words) for name, words in concept_labels(entity_types(train)).items()
        }
        recognizer = ZeroShotRecognizer.from_pretrained(place.bi_encoder, labels=labels, threshold=self.threshold)
        ready = time.perf_counter()
        # The names are encoded once, whatever the number of texts.
        return _found(recognizer, test, ready - began, recognizer.model.nuner.num_parameters())


def _found(recognizer: EntityRecognizer, test: Dataset, learning: float, parameters: int) -> RivalResult:
    evaluation = evaluate_recognizer(recognizer, test)
    tags = [write_iob2(sentence.predicted, len(sentence.words.starts)) for sentence in evaluation.sentences]
    return RivalResult(tags, learning, evaluation.seconds, parameters=parameters)
