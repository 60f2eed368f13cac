"""Entity types and thresholds as callers name them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Labels = Iterable[str] | Mapping[str, str]
"""Entity types as a caller names them: their names, or names with a description that is compared in their place."""


class NamedTypesError(ValueError):
    """Entity types, or a threshold, that the caller can mend."""


def check_threshold(threshold: float | None) -> float | None:
    """Check a threshold of a recognizer.

    Args:
        threshold: A probability, or None for that of the recognizer.

    Returns:
        The same.

    Raises:
        NamedTypesError: If it is not between 0 and 1.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.labels.named_types import check_threshold
        >>> check_threshold(0.5)
        0.5

        ```
    """
    if threshold is not None and not 0 < threshold < 1:
        raise NamedTypesError(f"threshold is {threshold}; it must be a probability between 0 and 1")
    return threshold


def described_types(labels: Labels) -> dict[str, str]:
    """Check entity types as a caller names them.

    Args:
        labels: Names of the types, or names with a description.

    Returns:
        The description of each, in the order given; the name itself where there is none.

    Raises:
        NamedTypesError: If there is no label, one is not a string, is blank or comes twice.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.labels.named_types import described_types
        >>> described_types(["city", "drug"])
        {'city': 'city', 'drug': 'drug'}

        ```
    """
    if isinstance(labels, str):
        raise NamedTypesError(f"the candidate labels are the string {labels!r}: give a list, such as [{labels!r}]")
    if not isinstance(labels, Iterable):
        raise NamedTypesError(
            f"the candidate labels are a {type(labels).__name__}: give a list of strings, such as ['city', 'drug']"
        )
    descriptions: dict[str, str] = {}
    for label, description in labels.items() if isinstance(labels, Mapping) else ((label, label) for label in labels):
        for value in (label, description):
            if not isinstance(value, str):
                raise NamedTypesError(
                    f"a candidate label is {value!r}, a {type(value).__name__}: labels must be strings"
                )
        if not label.strip():
            raise NamedTypesError(f"the candidate label {label!r} is blank: name an entity type")
        if not description.replace("_", " ").strip():
            raise NamedTypesError(f"the description of the candidate label {label!r} is blank: leave it out")
        if label in descriptions:
            raise NamedTypesError(f"the candidate label {label!r} comes twice")
        descriptions[label] = description
    if not descriptions:
        raise NamedTypesError("there is no candidate label: name at least one entity type, such as ['city', 'drug']")
    return descriptions


def types_among(labels: Labels, known: Sequence[str]) -> list[str]:
    """Choose some of the types that a classifier was trained for.

    Args:
        labels: Their names.
        known: All types of the classifier.

    Returns:
        The names.

    Raises:
        NamedTypesError: If the classifier has no such type, or a name has a description, which it could not read.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.labels.named_types import types_among
        >>> types_among(["city"], known=["city", "person"])
        ['city']

        ```
    """
    descriptions = described_types(labels)
    for label, description in descriptions.items():
        if label not in known:
            raise NamedTypesError(
                f"this recognizer was trained for {', '.join(known)}, and has no type {label!r}: leave it out, or "
                "take a bi-encoder, as `nuner pretrain` writes it, which looks for types by their names"
            )
        if description != label:
            raise NamedTypesError(
                f"this recognizer was trained for {', '.join(known)}, and reads no descriptions: give {label!r} alone"
            )
    return [*descriptions]
