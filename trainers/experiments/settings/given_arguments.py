"""Training arguments that settings hand on."""

from __future__ import annotations

from collections.abc import Collection
from math import inf
from typing import Any

from ..cells.argument_types import check_types
from .reading import known_keys

# What no trainer looks at before it has begun.
_POSITIVE = {"learning_rate", "num_train_epochs", "per_device_train_batch_size"}


def check_arguments(kind: type, arguments: dict[str, Any], but: Collection[str]) -> dict[str, Any]:
    """Check training arguments before anything is computed, as far as each can be checked alone.

    Args:
        kind: Their dataclass.
        arguments: The arguments.
        but: Those of the dataclass that are not given here.

    Returns:
        The arguments.

    Raises:
        ValueError: If there is no such argument, or its value has another type or makes no sense.

    Example:
        ```python
        >>> from nuner.trainers.experiments.settings.given_arguments import check_arguments
        >>> from nuner.trainers.fine_tuning.arguments import FineTuningArguments
        >>> check_arguments(FineTuningArguments, {"learning_rate": 0.0}, [])
        Traceback (most recent call last):
            ...
        ValueError: learning_rate is 0.0; it must be more than 0

        ```
    """
    beside = [name for name in ("seed", "bf16") if name in arguments]
    if beside:
        raise ValueError(f"{beside[0]} is no key of arguments; seeds and bf16 have keys of their own")
    fields: Any = kind
    known_keys(arguments, fields.__dataclass_fields__.keys() - set(but))
    check_types(kind, arguments)
    for name in _POSITIVE & arguments.keys():
        value = arguments[name]
        if isinstance(value, int | float) and not 0 < value < inf:
            raise ValueError(f"{name} is {value}; it must be more than 0")
    return arguments
