"""Where labelled sentences come from: the bundled task, files, Hub ids and `datasets` objects."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from datasets import Dataset, DatasetDict, IterableDataset, load_dataset, load_from_disk

from ...data_kinds import is_project
from ...record_error import RecordError
from ...rejections import Rejections
from ..columns.choice import ColumnName
from ..formats.columns import CONLL
from ..formats.conll import read_conll
from ..formats.dataset_rows import dataset_rows, label_names
from ..formats.labelled_file import LabelledFile, data_suffix
from ..formats.labelled_format import Labelled
from ..formats.parquet import PARQUET, parquet_dataset
from ..formats.table import recognize_format
from ..formats.text_records import JSON_LINES, lists_of, read_text_records
from ..formats.word_rows import WORD_ROWS, read_word_rows
from ..labelled_text import LabelledText
from ..projects.reading import project_splits
from ..sentence import LabelledSentence
from ..support_tickets import SUPPORT_TICKETS, support_tickets_files
from ..tag_spelling import is_outside
from ..text_words import tag_text
from .split_files import listing, split_files

logger = logging.getLogger(__name__)

_FILES_OF_DATASETS = (".parquet", ".json", ".jsonl", ".csv", ".arrow")

AnyDataset = Dataset | IterableDataset
LabelledSource = str | Path | AnyDataset | Mapping[Any, AnyDataset]
"""A path, a Hub id, a data set, streamed or not, or a `DatasetDict` or another mapping of splits."""


class Columns(NamedTuple):
    """The columns that the user names, by name or number; None where they are to be found.

    Args:
        words: That of the words.
        tags: That of the tags.
    """

    words: ColumnName | None = None
    tags: ColumnName | None = None


class ReadSplits(NamedTuple):
    """What was read.

    Args:
        sentences: The sentences of each split, as they are tagged.
        declared: The tags that a `ClassLabel` declares, in its order.
    """

    sentences: dict[str, list[LabelledSentence]]
    declared: list[str]


def read_splits(source: LabelledSource, config: str | None, columns: Columns, rejections: Rejections) -> ReadSplits:
    """Read the sentences of each split as they are tagged.

    Args:
        source: As for `load_labelled`.
        config: Configuration of a Hub data set.
        columns: The columns of the words and tags, where the user names them.
        rejections: Takes the records that cannot be read.

    Returns:
        The sentences and the declared tags.

    Raises:
        FileNotFoundError: If there is no such folder, file or data set.
        ValueError: If it is not a labelled data set.
    """
    if isinstance(source, AnyDataset):
        source = {"train": source}
    if isinstance(source, Mapping):
        return _read_datasets(source, "the data set", columns, rejections)
    if str(source) == SUPPORT_TICKETS:
        return _read_files({split: [path] for split, path in support_tickets_files().items()}, columns, rejections)
    path = Path(source).expanduser()
    saved = path.is_dir() and any((path / name).exists() for name in ("dataset_dict.json", "state.json"))
    files = split_files(path) if path.exists() and not saved else {}
    # datasets finds the parts of Parquet data in folders below, too, and what a card says about them.
    if path.is_file() or any(data_suffix(file) != ".parquet" for found in files.values() for file in found):
        return _read_files(files, columns, rejections)
    loaded = _load_saved(path) if saved else _load_with_datasets(source, path, config)
    return _read_datasets(loaded, str(source), columns, rejections)


def _read_files(files: Mapping[str, Sequence[Path]], columns: Columns, rejections: Rejections) -> ReadSplits:
    read = ReadSplits({}, [])
    notes: Counter[str] = Counter()
    if [path.is_file() and is_project(path) for paths in files.values() for path in paths] == [True]:
        ((path,),) = files.values()
        for split, texts in project_splits(path, notes).items():
            read.sentences[split] = list(_sentences(texts, False, rejections, notes))
        _log(notes)
        return read
    for split, paths in files.items():
        read.sentences[split] = []
        for path in paths:
            read.sentences[split] += _read_file(LabelledFile(path), columns, read.declared, rejections, notes)
    _log(notes)
    if columns.tags is None:
        _check_entities(read, files)
    return read


def _check_entities(read: ReadSplits, files: Mapping[str, Sequence[Path]]) -> None:
    """Refuse files in columns of which none has an entity: what says `O` throughout may be another column."""
    sentences = [sentence for found in read.sentences.values() for sentence in found]
    if not sentences or any(not is_outside(tag) for sentence in sentences for tag in sentence.tags):
        return
    path = next((path for found in files.values() for path in found), None)
    if path is not None and recognize_format(LabelledFile(path)) in (CONLL, WORD_ROWS):
        raise ValueError(f"{path}: the only column of tags has no entities; if it is the right one, pass tags_column=")


def _read_file(
    file: LabelledFile, columns: Columns, declared: list[str], rejections: Rejections, notes: Counter[str]
) -> Iterator[LabelledSentence]:
    are_named = any(column is not None for column in columns)
    found = JSON_LINES if are_named and file.json_rows else recognize_format(file)
    if found is CONLL:
        yield from read_conll(file, rejections, *columns)
    elif found is WORD_ROWS:
        yield from read_word_rows(file, rejections, *columns)
    elif found is PARQUET:
        yield from _read_dataset(parquet_dataset(file), str(file.path), columns, declared, rejections, notes)
    elif found is JSON_LINES:
        labelled = read_text_records(file.json_rows, lists_of(file.json_rows, *columns), rejections, notes)
        yield from _sentences(labelled, False, rejections, notes)
    elif are_named:
        raise ValueError(
            f"{file.path} is {found.title}, which has no columns to choose; leave words_column and tags_column out"
        )
    else:
        yield from _sentences(found.read(file, rejections, notes), found.sentence_a_line, rejections, notes)


def _read_datasets(
    loaded: Mapping[Any, AnyDataset], name: str, columns: Columns, rejections: Rejections
) -> ReadSplits:
    read = ReadSplits({}, [])
    notes: Counter[str] = Counter()
    for split, rows in loaded.items():
        where = f"{name}[{split}]"
        read.sentences[str(split)] = list(_read_dataset(rows, where, columns, read.declared, rejections, notes))
    _log(notes)
    return read


def _read_dataset(
    rows: AnyDataset,
    name: str,
    columns: Columns,
    declared: list[str],
    rejections: Rejections,
    notes: Counter[str],
) -> Iterator[LabelledSentence]:
    records = list(dataset_rows(rows, name))
    names = lists_of(records, *columns)
    if names is not None:
        declared += [tag for tag in label_names(rows, names.tags) if tag not in declared]
    elif records and not {"text", "entities"} <= records[0].value.keys():
        there = ", ".join(rows.column_names or records[0].value)
        raise ValueError(f"{name} has the columns {there}; words and tags are needed, or text and entities")
    yield from _sentences(read_text_records(records, names, rejections, notes), False, rejections, notes)


def _sentences(
    labelled: Iterable[Labelled], sentence_a_line: bool, rejections: Rejections, notes: Counter[str]
) -> Iterator[LabelledSentence]:
    for item in labelled:
        if not isinstance(item, LabelledText):
            yield item
            continue
        for text in item.lines() if sentence_a_line else [item]:
            try:
                yield tag_text(text, notes)
            except ValueError as error:
                rejections.add(text.file, text.line, RecordError("not a labelled sentence", str(error)))


def _log(notes: Counter[str]) -> None:
    for note, count in notes.items():
        if count:
            logger.warning("%d %s", count, note)


def _load_saved(path: Path) -> Mapping[Any, Dataset]:
    loaded = load_from_disk(str(path))
    return loaded if isinstance(loaded, DatasetDict) else {"train": loaded}


def _load_with_datasets(source: str | Path, path: Path, config: str | None) -> DatasetDict:
    if not path.exists() and (path.is_absolute() or str(source).startswith((".", "~"))):
        raise FileNotFoundError(f"there is no labelled data set at {source}")
    # What else datasets finds in folders, such as running text, it reads in its own way.
    if path.is_dir() and not any(data_suffix(file) in _FILES_OF_DATASETS for file in path.rglob("*")):
        raise _no_files(path)
    try:
        loaded = load_dataset(str(source), config)
    except Exception as error:  # the Hub client raises a dozen kinds, most of them not OSErrors
        if path.is_dir():
            raise _no_files(path) from error
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileNotFoundError(
            f"{source} is not a folder or file with labelled sentences, nor the name "
            f"{SUPPORT_TICKETS!r}, and could not be loaded from the Hub ({reason})"
        ) from error
    assert isinstance(loaded, DatasetDict)
    return loaded


def _no_files(folder: Path) -> FileNotFoundError:
    return FileNotFoundError(
        f"{folder} has no labelled files that are called as splits are, such as train.jsonl and test.conll; in it is "
        + listing(folder)
    )
