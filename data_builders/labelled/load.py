"""Labelled named-entity data sets: local files, Hub ids and the bundled task, as tokens with IOB2 tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args, overload

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from ..record_error import RecordError
from ..rejections import OnError, Rejections
from .columns.choice import ColumnName
from .label_schemes import LabelScheme, detect_scheme, to_iob2
from .sentence import LabelledSentence
from .sources.reading import Columns, LabelledSource, read_splits
from .sources.split_names import find_split
from .tag_spelling import OUTSIDE, TagError, spell_tags

# Halves of surrogate pairs, from broken JSON: they are no characters, no file of Unicode holds them.
_SURROGATES = re.compile("[\ud800-\udfff]")


@overload
def load_labelled(
    source: LabelledSource,
    split: None = None,
    *,
    config: str | None = None,
    scheme: LabelScheme | None = None,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
    types: Sequence[str] | None = None,
    on_error: OnError = "raise",
) -> DatasetDict: ...
@overload
def load_labelled(
    source: LabelledSource,
    split: str,
    *,
    config: str | None = None,
    scheme: LabelScheme | None = None,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
    types: Sequence[str] | None = None,
    on_error: OnError = "raise",
) -> Dataset: ...
def load_labelled(
    source: LabelledSource,
    split: str | None = None,
    *,
    config: str | None = None,
    scheme: LabelScheme | None = None,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
    types: Sequence[str] | None = None,
    on_error: OnError = "raise",
) -> DatasetDict | Dataset:
    """Load a labelled data set as `tokens` and `ner_tags` (IOB2), whatever scheme it is written in.

    A row holds words and tags (`tokens` and `ner_tags`, or other names), or `text` and `entities`
    with `start`, `end` (characters, end exclusive) and `label`; or it is a row of columns, a word
    a line. Which columns hold what is told by what stands in them; where that is in doubt, nothing
    is loaded. Tags may be spelt as `detect_scheme` knows it; numbers need the names of a
    `ClassLabel`, and a word tagged -100, -1 or None cannot be read, for it has no label. The labels
    that are returned are `O`, then `B-` and `I-` of each type; the types keep the order in which a
    `ClassLabel` declares them and are sorted by name otherwise.

    Args:
        source: `support-tickets`, the bundled task (600 customer messages, eight types); or a
            file in one of the formats of `nuner labels`, which becomes the split `train` unless its
            name says `test` or `dev`; or a folder of such files (`train.jsonl`, `eng.testa`,
            `en-dev.conll`, ...); or a folder that `save_to_disk` wrote; or whatever else
            `datasets.load_dataset` loads, such as a Hub id; or a `Dataset`, streamed or not, which
            becomes the split `train`, or a `DatasetDict`.
        split: Return only this split, as a `Dataset`; `dev` also stands for `validation`.
        config: Configuration of a Hub data set.
        scheme: Scheme of the tags; told from all tags of the data set if not given.
        words_column: Column of the words: its name; in files of columns without a header its
            number, from 0, or from the end if negative. Found by its content, if not given.
        tags_column: Likewise that of the tags.
        types: Entity types to keep, in this order; words of the others become `O`. All, if not
            given.
        on_error: `"raise"` stops at a record that cannot be read, `"skip"` leaves it out and
            logs how many there were, with file and line.

    Returns:
        All splits, or the one asked for; columns `tokens` and `ner_tags`, and `text`, from which the words were
        taken, where that is known.

    Raises:
        FileNotFoundError: If there is no such folder, file or data set.
        ValueError: If a record, a tag, a split or a type cannot be read; the message names it.

    Example:
        ```python
        >>> tickets = load_labelled("support-tickets")
        >>> tickets["train"].features["ner_tags"].feature.names[:3]
        ['O', 'B-action', 'I-action']

        ```
    """
    if scheme is not None and scheme not in get_args(LabelScheme):
        raise ValueError(f"unknown label scheme {scheme!r}; known are {', '.join(get_args(LabelScheme))}")
    name = str(source) if isinstance(source, str | Path) else "the data set"
    rejections = Rejections(on_error)
    splits, declared = read_splits(source, config, Columns(words_column, tags_column), rejections)
    labelled = _iob2_splits(splits, declared, scheme, types, rejections)
    rejections.warn()
    for each, rows in labelled.items():
        if not len(rows):
            raise ValueError(f"split {each!r} of {name} has no readable record")
    if split is None:
        return labelled
    found = find_split(split, map(str, labelled))
    if found is None:
        raise ValueError(f"{name} has no split {split!r}, only {', '.join(map(str, labelled))}")
    return labelled[found]


def entity_types(dataset: Dataset) -> list[str]:
    """Return the entity types of a data set that `load_labelled` returned, in the order of its labels.

    Example:
        ```python
        >>> entity_types(load_labelled("support-tickets", "test"))[:2]
        ['action', 'amount']

        ```
    """
    names = dataset.features["ner_tags"].feature.names
    return [name[2:] for name in names if name.startswith("B-")]


def _iob2_splits(
    splits: dict[str, list[LabelledSentence]],
    declared: list[str],
    scheme: LabelScheme | None,
    types: Sequence[str] | None,
    rejections: Rejections,
) -> DatasetDict:
    spelling, used_scheme = _spelling_and_scheme(splits, declared, scheme)
    told = "" if scheme else f"; all tags together look like {used_scheme}, pass scheme= if they are not"
    converted: dict[str, list[tuple[LabelledSentence, list[str]]]] = {}
    for split, sentences in splits.items():
        converted[split] = []
        for sentence in sentences:
            try:
                if sentence.scheme is None:
                    tags = to_iob2([spelling.get(tag, tag) for tag in sentence.tags], used_scheme)
                else:
                    tags = to_iob2(sentence.tags, sentence.scheme)
            except TagError as error:
                rejections.add(sentence.file, sentence.line, RecordError("unreadable tags", f"{error}{told}"))
            else:
                converted[split].append((sentence, tags))
    used = {tag[2:] for rows in converted.values() for _, tags in rows for tag in tags if tag != OUTSIDE}
    declared = [spelling[tag] for tag in declared if tag in spelling]
    found = _declared_types(declared, used_scheme, used) if declared else sorted(used)
    kept = found if types is None else _checked_types(types, found)
    names = _label_names(kept)
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})
    if any(sentence.text is not None for rows in converted.values() for sentence, _ in rows):
        features["text"] = Value("string")
    number = {name: i for i, name in enumerate(names)}
    # words of types that were not asked for are outside all entities
    number.update((tag, 0) for tag in _label_names(found) if tag not in number)
    columns = {
        split: {
            "tokens": [[_storable(token) for token in sentence.tokens] for sentence, _ in rows],
            "ner_tags": [[number[tag] for tag in tags] for _, tags in rows],
            "text": [None if sentence.text is None else _storable(sentence.text) for sentence, _ in rows],
        }
        for split, rows in converted.items()
    }
    return DatasetDict(
        {
            split: Dataset.from_dict({name: rows[name] for name in features}, features=features)
            for split, rows in columns.items()
        }
    )


def _storable(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


def _spelling_and_scheme(
    splits: dict[str, list[LabelledSentence]], declared: list[str], scheme: LabelScheme | None
) -> tuple[dict[str, str], LabelScheme]:
    """Tell both from the declared tags and those that occur; a stray tag is traced to its record."""
    where: dict[str, LabelledSentence] = {}
    for sentences in splits.values():
        for sentence in sentences:
            if sentence.scheme is None:
                for tag in sentence.tags:
                    where.setdefault(tag, sentence)
    tags = dict.fromkeys([*declared, *where])
    while True:
        try:
            spelling = spell_tags(tags, None if scheme is None else scheme != "plain").spelling
            return spelling, scheme or detect_scheme(spelling.values())
        except TagError as error:
            if error.tag not in tags:
                file = next((f"{sentence.file}: " for sentence in where.values()), "")
                raise TagError(f"{file}{error}") from None
            if error.tag in where and scheme is None:
                sentence = where[error.tag]
                raise TagError(f"{sentence.file}:{sentence.line}: {error}", error.tag) from None
            # A label that no word has, such as [PAD], says nothing; one that does not fit the user's scheme is
            # found again with its sentence.
            del tags[error.tag]


def _declared_types(declared: list[str], scheme: LabelScheme, used: Iterable[str]) -> list[str]:
    types = [tag if scheme == "plain" else tag[2:] for tag in declared if tag != OUTSIDE]
    return list(dict.fromkeys([*types, *sorted(used)]))


def _checked_types(types: Sequence[str], found: list[str]) -> list[str]:
    unknown = next((name for name in types if name not in found), None)
    if unknown is not None:
        raise ValueError(f"there is no entity of type {unknown!r}; the types are {', '.join(found)}")
    if not types:
        raise ValueError(f"no entity type is asked for; the types are {', '.join(found)}")
    return list(dict.fromkeys(types))


def _label_names(types: list[str]) -> list[str]:
    return [OUTSIDE] + [f"{prefix}-{name}" for name in types for prefix in "BI"]
