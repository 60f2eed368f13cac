"""NuNER: entity encoders that need few labels, for transformers, datasets and the Hub.

Importing this package registers the models with the Auto classes of transformers, without importing torch before
something needs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nuner.modeling_nuner.registration import register_when_needed

from ._version import __version__

if TYPE_CHECKING:
    from nuner.data_builders.annotation.client import LLMClient as LLMClient
    from nuner.data_builders.annotation.corpus_build import build_corpus as build_corpus
    from nuner.data_builders.annotation.raw_sentences import read_sentences as read_sentences
    from nuner.data_builders.annotation.run import annotate as annotate
    from nuner.data_builders.corpus import NuNerCorpus as NuNerCorpus
    from nuner.data_builders.labelled import load_labelled as load_labelled
    from nuner.modeling_nuner.configuration_nuner import NuNerConfig as NuNerConfig
    from nuner.modeling_nuner.export import export_backbone as export_backbone
    from nuner.modeling_nuner.export import export_token_classifier as export_token_classifier
    from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining as NuNerForPreTraining
    from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification as NuNerForTokenClassification
    from nuner.modeling_nuner.modeling_nuner import NuNerModel as NuNerModel
    from nuner.modeling_nuner.recognizer import Entity as Entity
    from nuner.modeling_nuner.recognizer import EntityRecognizer as EntityRecognizer
    from nuner.modeling_nuner.recognizer_export import export_recognizer as export_recognizer
    from nuner.modeling_nuner.zero_shot import ZeroShotRecognizer as ZeroShotRecognizer
    from nuner.trainers.arguments import ContrastiveTrainingArguments as ContrastiveTrainingArguments
    from nuner.trainers.calibration import calibrate as calibrate
    from nuner.trainers.contrastive import ContrastiveTrainer as ContrastiveTrainer
    from nuner.trainers.few_shot import compare_encoders as compare_encoders
    from nuner.trainers.finetuning import finetune as finetune
    from nuner.trainers.finetuning_arguments import FineTuningArguments as FineTuningArguments
    from nuner.trainers.recognizer_evaluation import evaluate_recognizer as evaluate_recognizer
    from nuner.trainers.recognizer_files import save_recognizer as save_recognizer

register_when_needed()

_MODULES = {
    "ContrastiveTrainer": "trainers.contrastive",
    "ContrastiveTrainingArguments": "trainers.arguments",
    "Entity": "modeling_nuner.recognizer",
    "EntityRecognizer": "modeling_nuner.recognizer",
    "FineTuningArguments": "trainers.finetuning_arguments",
    "LLMClient": "data_builders.annotation.client",
    "NuNerConfig": "modeling_nuner",
    "NuNerCorpus": "data_builders.corpus",
    "NuNerForPreTraining": "modeling_nuner",
    "NuNerForTokenClassification": "modeling_nuner",
    "NuNerModel": "modeling_nuner",
    "annotate": "data_builders.annotation.run",
    "build_corpus": "data_builders.annotation.corpus_build",
    "ZeroShotRecognizer": "modeling_nuner.zero_shot",
    "calibrate": "trainers.calibration",
    "compare_encoders": "trainers.few_shot",
    "evaluate_recognizer": "trainers.recognizer_evaluation",
    "export_backbone": "modeling_nuner.export",
    "export_recognizer": "modeling_nuner.recognizer_export",
    "export_token_classifier": "modeling_nuner.export",
    "finetune": "trainers.finetuning",
    "load_labelled": "data_builders.labelled",
    "read_sentences": "data_builders.annotation.raw_sentences",
    "save_recognizer": "trainers.recognizer_files",
}

__all__ = ["__version__", *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
