"""Settings of experiments: YAML files that a user copies and edits."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.error import MarkedYAMLError

_PRESETS = Path(__file__).parents[1] / "presets"
_SUFFIX = ".yaml"
_MOST_LISTED = 20
# What pydantic says in the words of Python.
_MUST = {
    "bool_parsing": "be true or false",
    "bool_type": "be true or false",
    "dict_type": "hold keys and values",
    "finite_number": "be a finite number",
    "float_parsing": "be a number",
    "float_type": "be a number",
    "int_from_float": "be a whole number",
    "int_parsing": "be a whole number",
    "int_type": "be a whole number",
    "model_attributes_type": "hold keys and values",
    "model_type": "hold keys and values",
    "string_type": "be a text",
    "tuple_type": "be a list",
    "too_short": "hold {min_length} at least",
}


class Settings(BaseModel):
    """Settings of which each key is known and each value has its type."""

    # A data set may be called 2004.
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False)


S = TypeVar("S", bound=Settings)


def preset_names(experiment: str) -> list[str]:
    """List the presets of an experiment.

    Args:
        experiment: Name of the experiment.

    Returns:
        `default` and others, such as `paper`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.settings.reading import preset_names
        >>> preset_names("few-shot-frozen")
        ['default', 'paper']

        ```
    """
    return sorted(file.stem for file in (_PRESETS / experiment).glob(f"*{_SUFFIX}"))


def settings_text(experiment: str, source: str | os.PathLike[str] = "default") -> str:
    """Return settings as they are written, comments included.

    Args:
        experiment: Name of the experiment.
        source: Name of a preset, or a file.

    Returns:
        YAML.

    Raises:
        FileNotFoundError: If there is neither such a preset nor such a file.
        ValueError: If the file is no text.
    """
    name = os.fspath(source)
    presets = preset_names(experiment)
    if name in presets:
        return (_PRESETS / experiment / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    path = Path(name)
    if not path.is_file():
        raise FileNotFoundError(
            f"There are no settings {name!r} for {experiment}: name a YAML file, or one of {', '.join(presets)}."
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no YAML: it is not text in UTF-8") from None


def read_settings(kind: type[S], text: str, name: str) -> S:
    """Read settings.

    Args:
        kind: What they are read as.
        text: YAML.
        name: What to call them in messages.

    Returns:
        The settings.

    Raises:
        ValueError: If it is no YAML, a key is unknown or missing, or a value is not what it must be; the message names
            the key, and the nearest right one.

    Example:
        ```python
        >>> from nuner.trainers.experiments.catalog.few_shot_frozen import FewShotFrozenSettings
        >>> from nuner.trainers.experiments.settings.reading import read_settings
        >>> read_settings(FewShotFrozenSettings, "encoder: {}", "my.yaml")
        Traceback (most recent call last):
            ...
        ValueError: my.yaml: there is no key 'encoder'; did you mean 'encoders'?

        ```
    """
    # YAML 1.2: 2e-4 is a number, "no" is a word, and no key may be there twice.
    try:
        values = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, RecursionError, ValueError) as error:  # ValueError: a date or an escape of what is none
        raise ValueError(f"{name} is no YAML: {_yaml_fault(error)}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{name} must hold keys and values.")
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ValueError(f"{name}: {_first_fault(kind, error)}") from None


def _yaml_fault(error: Exception) -> str:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())


def _first_fault(kind: type[BaseModel], error: ValidationError) -> str:
    # What is unknown comes first: a key that is missing may only be misspelt.
    fault: Any = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    path, known = _place(kind, fault["loc"])
    where = ".".join(path)
    if fault["type"] == "extra_forbidden":
        return f"there is no key {where!r}; {nearest(path[-1], known)}"
    if fault["type"] == "union_tag_invalid":
        tags = re.findall(r"'([^']*)'", fault["ctx"]["expected_tags"])
        key = fault["ctx"]["discriminator"].strip("'")
        return f"{where}.{key} is {fault['ctx']['tag']!r}; {nearest(fault['ctx']['tag'], tags)}"
    if fault["type"] == "union_tag_not_found":
        return f"the key '{where}.{fault['ctx']['discriminator'].strip(chr(39))}' is missing."
    said = "empty" if fault["input"] is None else repr(fault["input"])
    if fault["type"] == "missing" and isinstance(fault["loc"][-1], int):  # in a list of fixed length
        return f"{'.'.join(path[:-1])} is {said}; it must hold more."
    if fault["type"] == "missing":
        return f"the key {where!r} is missing."
    if fault["type"] in _MUST:
        return f"{where} is {said}; it must {_MUST[fault['type']].format(**fault.get('ctx', {}))}."
    reason = fault["msg"].removeprefix("Value error, ")
    return f"{where} is {said}: {reason[0].lower()}{reason[1:]}" if fault["loc"] else reason


def _place(kind: type[BaseModel], loc: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Return the path of a fault as it is written in the YAML, and the keys that may stand at its end."""
    models, known, path = [kind], list(kind.model_fields), list[str]()
    for part in loc:
        chosen = [model for model in models if len(models) > 1 and part in _tags(model)]
        if chosen:  # pydantic's word for which of several models it is, which is not written
            models = chosen
            continue
        path.append(str(part))
        known = [name for model in models for name in model.model_fields]
        fields = [model.model_fields[part].annotation for model in models if part in model.model_fields]
        models = [inner for annotation in fields for inner in _models_in(annotation)] or models
    return path, known


def _tags(model: type[BaseModel]) -> list[Any]:
    """List the words that a model is chosen by."""
    return [
        tag
        for field in model.model_fields.values()
        if get_origin(field.annotation) is Literal
        for tag in get_args(field.annotation)
    ]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Find the models in a type such as `dict[str, Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return what to say behind a name that is not known: the nearest that is, or all if they are few.

    Args:
        name: The name.
        known: Those that are known.

    Example:
        ```python
        >>> from nuner.trainers.experiments.settings.reading import nearest
        >>> nearest("quickstrat", ["paper", "quickstart"])
        "did you mean 'quickstart'?"

        ```
    """
    known = list(known)
    near = get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    if len(known) > _MOST_LISTED:
        return f"the nearest are {', '.join(get_close_matches(name, known, n=3, cutoff=0))}."
    return f"known are {', '.join(known)}."


def known_keys(given: dict[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Check the keys of a mapping that settings hand on.

    Args:
        given: The mapping.
        known: The keys that it may have.

    Returns:
        The mapping.

    Raises:
        ValueError: If it has another one; the message names the nearest right one.

    Example:
        ```python
        >>> from nuner.trainers.experiments.settings.reading import known_keys
        >>> known_keys({"learning_rat": 1e-4}, ["learning_rate", "seed"])
        Traceback (most recent call last):
            ...
        ValueError: there is no 'learning_rat'; did you mean 'learning_rate'?

        ```
    """
    for key in given:
        if key not in known:
            raise ValueError(f"there is no {key!r}; {nearest(str(key), sorted(known))}")
    return given
