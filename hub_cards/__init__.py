"""Cards of models and data sets, and what goes to the Hub.

Names are imported when they are first used, so that `import nuner.hub_cards` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module of this package that defines it.
_EXPORTS = {
    "AnnotationFacts": "corpus_facts",
    "CorpusFacts": "corpus_facts",
    "HubError": "hub_errors",
    "ModelCardCallback": "model_card_callback",
    "Source": "training_facts",
    "TrainingData": "training_facts",
    "TrainingFacts": "training_facts",
    "check_card": "card_checks",
    "pull_folder": "pull",
    "push_corpus": "corpus_push",
    "push_folder": "push",
    "push_model": "model_push",
    "push_space": "space_push",
    "without_paths": "few_shot_table",
    "write_corpus": "corpus_files",
    "write_dataset_card": "dataset_card",
    "write_model_card": "model_card",
}

__all__ = sorted(_EXPORTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
