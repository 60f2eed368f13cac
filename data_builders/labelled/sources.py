"""Where labelled sentences come from: the bundled task, files, Hub ids and `datasets` objects."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Any

from datasets import ClassLabel, Dataset, DatasetDict, load_dataset, load_from_disk

from ..record_error import RecordError
from ..rejections import Rejections
from .formats.columns import CONLL
from .formats.conll import CONLL_SUFFIXES, read_conll
from .formats.json_lines import JSON_LINES_SUFFIX, read_json_lines
from .formats.labelled_file import LabelledFile
from .formats.labelled_format import LabelledFormat
from .formats.parquet import PARQUET, parquet_dataset
from .formats.table import recognize_format
from .formats.text_records import JSON_LINES
from .labelled_text import LabelledText
from .sentence import LabelledSentence, parse_labelled
from .support_tickets import SUPPORT_TICKETS, support_tickets_files
from .text_words import WIDENED, tag_text

logger = logging.getLogger(__name__)

LabelledSource = str | Path | Dataset | Mapping[Any, Dataset]
"""A path, a Hub id, a `Dataset`, or a `DatasetDict` or another mapping of splits."""

VALIDATION_SPLITS = ("validation", "dev", "valid")
"""What a split to validate on is called, the most usual name first."""

_SPLITS = ("train", *VALIDATION_SPLITS, "test")
_TAG_COLUMNS = ("ner_tags", "tags")


def read_splits(
    source: LabelledSource, config: str | None, tags_column: str | int | None, rejections: Rejections
) -> tuple[dict[str, list[LabelledSentence]], list[str]]:
    """Read the sentences of each split as they are tagged.

    Args:
        source: As for `load_labelled`.
        config: Configuration of a Hub data set.
        tags_column: Name of the column of the tags, or its number in files of columns.
        rejections: Takes the records that cannot be read.

    Returns:
        The sentences of each split, and the tags that a `ClassLabel` declares, in its order.

    Raises:
        FileNotFoundError: If there is no such folder, file or data set.
        ValueError: If it is not a labelled data set.
    """
    if isinstance(source, Dataset):
        source = {"train": source}
    if isinstance(source, Mapping):
        return _read_datasets(source, "the data set", tags_column, rejections)
    if str(source) == SUPPORT_TICKETS:
        return _read_files(support_tickets_files(), tags_column, rejections), []
    path = Path(source).expanduser()
    if path.is_file():
        return _read_files({path.stem: path}, tags_column, rejections), []
    if path.is_dir() and (files := _files_of(path)):
        return _read_files(files, tags_column, rejections), []
    return _read_datasets(_load_with_datasets(source, path, config), str(source), tags_column, rejections)


def _files_of(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by split: the JSON Lines if there are any, else those in columns."""
    for suffixes in ((JSON_LINES_SUFFIX,), CONLL_SUFFIXES):
        found = [file for file in folder.iterdir() if file.suffix in suffixes and file.is_file()]
        # A README.txt is no split; in columns only the usual names count.
        if suffixes is CONLL_SUFFIXES:
            found = [file for file in found if file.stem in _SPLITS]
        if found:
            # train before the others, as everywhere on the Hub
            found.sort(key=lambda file: (file.stem != "train", file.stem))
            return {file.stem: file for file in found}
    return {}


def _read_files(
    files: dict[str, Path], tags_column: str | int | None, rejections: Rejections
) -> dict[str, list[LabelledSentence]]:
    splits: dict[str, list[LabelledSentence]] = {}
    notes: Counter[str] = Counter()
    for split, path in files.items():
        splits[split] = []
        file = LabelledFile(path)
        found = recognize_format(file)
        if found is CONLL:
            splits[split] += read_conll(file, rejections, None, tags_column)
        elif found is JSON_LINES and file.suffix == JSON_LINES_SUFFIX:
            for sentence, count in read_json_lines(path, rejections):
                splits[split].append(sentence)
                notes[WIDENED] += count
        elif found is PARQUET:
            read, _ = _read_datasets({split: parquet_dataset(file)}, str(path), tags_column, rejections)
            splits[split] += read[split]
        else:
            splits[split] += _sentences(file, found, rejections, notes)
    for note, count in notes.items():
        if count:
            logger.warning("%d %s", count, note)
    return splits


def _sentences(
    file: LabelledFile, labelled_format: LabelledFormat, rejections: Rejections, notes: Counter[str]
) -> Iterator[LabelledSentence]:
    for labelled in labelled_format.read(file, rejections, notes):
        if not isinstance(labelled, LabelledText):
            yield labelled
            continue
        for text in labelled.lines() if labelled_format.sentence_a_line else [labelled]:
            try:
                yield tag_text(text, notes)
            except ValueError as error:
                rejections.add(text.file, text.line, RecordError("not a labelled sentence", str(error)))


def _warn_of_widened(widened: int) -> None:
    if widened:
        logger.warning("%d entities began or ended inside a word and were widened to whole words", widened)


def _read_datasets(
    loaded: Mapping[Any, Dataset], name: str, tags_column: str | int | None, rejections: Rejections
) -> tuple[dict[str, list[LabelledSentence]], list[str]]:
    splits: dict[str, list[LabelledSentence]] = {}
    declared: list[str] = []
    widened = 0
    for split, rows in loaded.items():
        split = str(split)
        records, names = _records(rows, f"split {split!r} of {name}", tags_column)
        declared += [tag for tag in names or [] if tag not in declared]
        splits[split] = []
        where = f"{name}[{split}]"
        for line, record in enumerate(records, start=1):
            try:
                if names is not None:
                    record["tags"] = [names[tag] for tag in record["tags"]]
                sentence, count = parse_labelled(record, where, line)
            except (ValueError, IndexError, TypeError) as error:
                rejections.add(where, line, RecordError("not a labelled sentence", str(error)))
            else:
                splits[split].append(sentence)
                widened += count
    _warn_of_widened(widened)
    return splits, declared


def _records(
    rows: Dataset, name: str, tags_column: str | int | None
) -> tuple[Iterator[dict[str, Any]], list[str] | None]:
    """Return the records as they stand in JSON Lines, and the names that a ClassLabel gives to their tags."""
    columns = rows.column_names
    wanted = _TAG_COLUMNS if tags_column is None else (str(tags_column),)
    column = next((tags for tags in wanted if tags in columns), None)
    if "tokens" in columns and column is not None:
        label = getattr(rows.features[column], "feature", None)
        if isinstance(label, ClassLabel):
            names = label.names
        elif getattr(label, "dtype", "string") not in ("string", "large_string", "null"):
            raise ValueError(
                f"{name} has numbers without names as {column}; give it names with "
                f"cast_column({column!r}, List(ClassLabel(names=[...])))"
            )
        else:
            names = None
        texts = rows["text"] if "text" in columns else repeat(None, len(rows))
        triples = zip(rows["tokens"], rows[column], texts, strict=True)
        return ({"tokens": list(tokens), "tags": list(tags), "text": text} for tokens, tags, text in triples), names
    if tags_column is None and {"text", "entities"} <= set(columns):
        pairs = zip(rows["text"], rows["entities"], strict=True)
        return ({"text": text, "entities": list(entities)} for text, entities in pairs), None
    raise ValueError(
        f"{name} has the columns {', '.join(columns)}; tokens and {' or '.join(wanted)} are needed, "
        "or text and entities"
    )


def _load_with_datasets(source: str | Path, path: Path, config: str | None) -> DatasetDict:
    if path.is_dir() and ((path / "dataset_dict.json").exists() or (path / "state.json").exists()):
        loaded = load_from_disk(str(path))
        return loaded if isinstance(loaded, DatasetDict) else DatasetDict({"train": loaded})
    if not path.exists() and (path.is_absolute() or str(source).startswith((".", "~"))):
        raise FileNotFoundError(f"there is no labelled data set at {source}")
    try:
        loaded = load_dataset(str(source), config)
    except Exception as error:  # the Hub client raises a dozen kinds, most of them not OSErrors
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileNotFoundError(
            f"{source} is not a folder or file with labelled sentences, nor the name "
            f"{SUPPORT_TICKETS!r}, and could not be loaded from the Hub ({reason})"
        ) from error
    assert isinstance(loaded, DatasetDict)
    return loaded
