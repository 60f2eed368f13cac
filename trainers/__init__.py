"""Pre-training, fine-tuning, and the few-shot comparison.

Names are imported when they are first used, so that `import nuner.trainers` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module of this package that defines it.
_EXPORTS = {
    "FewShotResult": "few_shot_result",
    "LinearHeads": "linear_heads",
    "TokenFeatures": "features",
    "WordVectors": "features",
    "Calibration": "calibration",
    "calibrate": "calibration",
    "compare_encoders": "few_shot",
    "fit_linear_heads": "linear_heads",
    "macro_token_f1": "metrics",
    "token_classes": "metrics",
}

__all__ = sorted(_EXPORTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
