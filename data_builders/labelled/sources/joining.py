"""Several labelled data sets as one, such as hand-labelled sentences and those that a language model labelled."""

from __future__ import annotations

from collections.abc import Sequence

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, concatenate_datasets

from .split_names import SPLIT_WORDS

_TRAIN = "train"


def join_labelled(parts: Sequence[DatasetDict]) -> DatasetDict:
    """Join labelled data sets, split by split.

    The same sentence is learnt once, and never where it is measured: of a training sentence that several parts have,
    the labels of the first part stay, and none that stands in another split of any part.

    Args:
        parts: What `load_labelled` returned for each.

    Returns:
        All splits that one of them has, with the types of all, those of the first part first.

    Example:
        ```python
        >>> from nuner.data_builders import join_labelled, load_labelled
        >>> tickets = load_labelled("support-tickets")
        >>> some, all = DatasetDict({"train": tickets["train"].select(range(32))}), tickets
        >>> {split: len(rows) for split, rows in join_labelled([some, all]).items()}
        {'train': 400, 'test': 200}

        ```
    """
    names = [name for part in parts for rows in part.values() for name in rows.features["ner_tags"].feature.names]
    label_names = list(dict.fromkeys(names))
    splits: dict[str, list[Dataset]] = {}
    for part in parts:
        for split, rows in part.items():
            splits.setdefault(SPLIT_WORDS.get(str(split), str(split)), []).append(_with_labels(rows, label_names))
    seen = {
        _key(tokens)
        for split, found in splits.items()
        if split != _TRAIN
        for rows in found
        for tokens in rows["tokens"]
    }
    for number, rows in enumerate(splits.get(_TRAIN, [])):
        keys = [_key(tokens) for tokens in rows["tokens"]]
        splits[_TRAIN][number] = rows.select([place for place, key in enumerate(keys) if key not in seen])
        seen.update(keys)
    return DatasetDict({split: concatenate_datasets(found) for split, found in splits.items()})


def _with_labels(rows: Dataset, names: list[str]) -> Dataset:
    """Number the tags of a split by the labels of all parts."""
    before = rows.features["ner_tags"].feature.names
    number = [names.index(name) for name in before]
    features = Features({**rows.features, "ner_tags": List(ClassLabel(names=names))})
    columns = {name: rows[name] for name in features}
    columns["ner_tags"] = [[number[tag] for tag in tags] for tags in rows["ner_tags"]]
    return Dataset.from_dict(columns, features=features)


def _key(tokens: Sequence[str]) -> str:
    """Return a sentence as it is the same however it was divided into words."""
    return "".join("".join(tokens).split())
