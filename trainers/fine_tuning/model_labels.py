"""The labels of a recognizer: IOB2, or the entity types alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast, get_args

from datasets import Dataset

from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.labelled.tag_spelling import OUTSIDE
from nuner.modeling_nuner.recognition.labels.label_table import parse_labels

ModelScheme = Literal["IOB2", "plain"]

MODEL_SCHEMES = ("auto", *get_args(ModelScheme))

# Share of entities that begin right after one of the same type, above which plain types would lose too much: both
# entities of each such pair are wrong without a label that parts them.
_MOST_TOUCHING = 0.02

_PREFIXES = ("B-", "I-")


def model_labels(dataset: Dataset, scheme: str = "auto") -> list[str]:
    """Choose the labels of a recognizer for a labelled data set.

    With plain types a run of words of one type is one entity: there are half as many classes to learn, and nothing
    but the type, which is what NuNER's pre-training teaches, has to be told. Two entities of one type that touch
    cannot be told apart then, which IOB2 can.

    Args:
        dataset: Rows with `tokens` and `ner_tags` (IOB2).
        scheme: `"plain"`, `"IOB2"`, or `"auto"`: plain where (nearly) no entities of one type touch.

    Returns:
        Names of the labels, `O` first.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.fine_tuning.model_labels import model_labels
        >>> model_labels(load_labelled("support-tickets", "train"))[:3]
        ['O', 'action', 'amount']

        ```
    """
    types = entity_types(dataset)
    names: list[str] = dataset.features["ner_tags"].feature.names
    if scheme == "auto":
        # pipeline("ner") would take the "B-" of a type "B-cell" for a prefix, a recognizer the name "none" for "O"
        ambiguous = any(name.startswith(_PREFIXES) for name in types) or parse_labels(types) != [
            ("I", name) for name in types
        ]
        scheme = "IOB2" if ambiguous or _touching_share(dataset, names) > _MOST_TOUCHING else "plain"
    return [OUTSIDE, *types] if scheme == "plain" else names


def model_scheme(names: Sequence[str]) -> ModelScheme:
    """Tell which scheme the labels of a recognizer are in.

    Args:
        names: Its labels.

    Returns:
        `"IOB2"` or `"plain"`.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.model_labels import model_scheme
        >>> model_scheme(["O", "B-city", "I-city"]), model_scheme(["O", "city"])
        ('IOB2', 'plain')

        ```
    """
    prefixed = all(name == OUTSIDE or name.startswith(_PREFIXES) for name in names)
    return cast(ModelScheme, "IOB2" if prefixed else "plain")


def label_types(names: Sequence[str]) -> list[str]:
    """Tell what each label of a recognizer is about.

    Args:
        names: Its labels.

    Returns:
        The entity type of each, `O` for that of no entity.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.model_labels import label_types
        >>> label_types(["O", "B-city", "I-city"]), label_types(["O", "city"])
        (['O', 'city', 'city'], ['O', 'city'])

        ```
    """
    prefixed = model_scheme(names) == "IOB2"
    return [name[2:] if prefixed and name != OUTSIDE else name for name in names]


def _touching_share(dataset: Dataset, names: list[str]) -> float:
    entities = touching = 0
    for tags in dataset["ner_tags"]:
        previous = 0
        for tag in tags:
            if names[tag].startswith("B-"):
                entities += 1
                touching += previous != 0 and names[previous][2:] == names[tag][2:]
            previous = tag
    return touching / max(1, entities)
