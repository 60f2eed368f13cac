"""Training arguments that settings hand on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from ..cells.argument_types import check_types
from .reading import Settings, known_keys, nearest

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


class PresetSettings(Settings):
    """A preset of training arguments and what replaces some of them; the name of the preset alone will do.

    Attributes:
        presets: The presets by name.
        kind: The dataclass of the arguments.
        not_given: Those of them that settings do not give.

    Args:
        preset: Name of the preset.
        arguments: Arguments that replace those of the preset.
    """

    presets: ClassVar[Mapping[str, Any]]
    kind: ClassVar[type]
    not_given: ClassVar[Collection[str]]

    preset: str
    arguments: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_preset_alone(cls, value: Any) -> Any:
        return {"preset": value} if isinstance(value, str) else value

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        if name not in cls.presets:
            raise ValueError(f"there is no such preset; {nearest(name, cls.presets)}")
        return name

    @field_validator("arguments")
    @classmethod
    def _known_arguments(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        return check_arguments(cls.kind, arguments, cls.not_given)
