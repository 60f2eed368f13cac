"""The types of training arguments that settings hand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError


def check_types(kind: type, arguments: Mapping[str, Any]) -> None:
    """Check that arguments have the types of the fields of a dataclass.

    Args:
        kind: The dataclass, such as `ContrastiveTrainingArguments`.
        arguments: Some of its arguments.

    Raises:
        ValueError: If one has another type; the message names it.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.argument_types import check_types
        >>> from nuner.trainers.pretraining.arguments import ContrastiveTrainingArguments
        >>> check_types(ContrastiveTrainingArguments, {"learning_rate": "fast"})
        Traceback (most recent call last):
            ...
        ValueError: learning_rate is 'fast'; it must be of type float

        ```
    """
    types = get_type_hints(kind)
    for name, value in arguments.items():
        try:
            TypeAdapter(types[name]).validate_python(value, strict=True)
        except ValidationError:
            raise ValueError(
                f"{name} is {value!r}; it must be of type {getattr(types[name], '__name__', types[name])}"
            ) from None
