"""Entity types that are named at run time, as the concept encoder reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def concept_labels(labels: Iterable[str] | Mapping[str, str]) -> dict[str, str]:
    """Turn entity types into names like the concepts of pre-training: words, in lower case.

    Args:
        labels: Names of the types, or names with a description that is compared in place of the name.

    Returns:
        What is compared for each label, in the order given.

    Raises:
        ValueError: If there is no label, one is not a string, is blank or comes twice.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.concept_labels import concept_labels
        >>> concept_labels(["RATINGS_AVERAGE", "cell_line"])
        {'RATINGS_AVERAGE': 'ratings average', 'cell_line': 'cell line'}
        >>> concept_labels({"TITLE": "movie title"})
        {'TITLE': 'movie title'}

        ```
    """
    if isinstance(labels, str):
        raise ValueError(f"the candidate labels are the string {labels!r}: give a list, such as [{labels!r}]")
    if not isinstance(labels, Iterable):
        raise ValueError(
            f"the candidate labels are a {type(labels).__name__}: give a list of strings, such as ['city', 'drug']"
        )
    described = list(labels.items() if isinstance(labels, Mapping) else ((label, label) for label in labels))
    concepts: dict[str, str] = {}
    for label, description in described:
        for value in (label, description):
            if not isinstance(value, str):
                raise ValueError(f"a candidate label is {value!r}, a {type(value).__name__}: labels must be strings")
        concept = " ".join(description.replace("_", " ").lower().split())
        if not concept or not label.strip():
            raise ValueError(f"the candidate label {label!r} is blank: name an entity type")
        if label in concepts:
            raise ValueError(f"the candidate label {label!r} comes twice")
        concepts[label] = concept
    if not concepts:
        raise ValueError("there is no candidate label: name at least one entity type, such as ['city', 'drug']")
    return concepts
