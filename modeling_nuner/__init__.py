"""The NuNER models, their loss, and what runs and exports recognisers.

Names are imported when they are first used: an exported recogniser needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module of this package that defines it.
_EXPORTS = {
    "EntityRecognizer": "recognizer",
    "NuNerConfig": "configuration_nuner",
    "NuNerForPreTraining": "modeling_nuner",
    "NuNerForPreTrainingOutput": "modeling_nuner",
    "NuNerForTokenClassification": "modeling_nuner",
    "NuNerModel": "modeling_nuner",
    "ZeroShotNerPipeline": "pipelines",
    "ZeroShotRecognizer": "zero_shot",
    "contrastive_bce": "loss",
    "export_recognizer": "recognizer_export",
}

__all__ = sorted(_EXPORTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
