"""Labelled named-entity data sets: local files, Hub ids and the bundled task, as tokens with IOB2 tags."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import get_args, overload

from datasets import (
    ClassLabel,
    Dataset,
    DatasetDict,
    Features,
    List,
    Value,
    load_dataset,
    load_from_disk,
)

from .label_schemes import OUTSIDE, LabelScheme, TagError, detect_scheme, to_iob2
from .labelled_sentence import LabelledSentence, parse_labelled, read_labelled_lines
from .rejections import OnError, Rejections
from .schema import RecordError

logger = logging.getLogger(__name__)

SUPPORT_TICKETS = "support-tickets"

_Splits = dict[str, list[LabelledSentence]]


@overload
def load_labelled(
    path_or_id: str | Path,
    split: None = None,
    *,
    config: str | None = None,
    scheme: LabelScheme | None = None,
    on_error: OnError = "raise",
) -> DatasetDict: ...
@overload
def load_labelled(
    path_or_id: str | Path,
    split: str,
    *,
    config: str | None = None,
    scheme: LabelScheme | None = None,
    on_error: OnError = "raise",
) -> Dataset: ...
def load_labelled(
    path_or_id: str | Path,
    split: str | None = None,
    *,
    config: str | None = None,
    scheme: LabelScheme | None = None,
    on_error: OnError = "raise",
) -> DatasetDict | Dataset:
    """Load a labelled data set as `tokens` and `ner_tags` (IOB2), whatever scheme it is written in.

    A row holds `tokens` and `tags` (or `ner_tags`), or `text` and `entities` with `start`, `end`
    (characters, end exclusive) and `label`; `tag_words` says how the latter become words. The
    labels are `O`, then `B-` and `I-` of each type; the types keep the order in which a
    `ClassLabel` declares them and are sorted by name otherwise.

    Args:
        path_or_id: `support-tickets`, the bundled task (600 customer messages, eight types); or
            a folder of `<split>.jsonl` files, or one such file; or a folder that `save_to_disk`
            wrote; or whatever else `datasets.load_dataset` loads, such as a Hub id.
        split: Return only this split, as a `Dataset`.
        config: Configuration of a Hub data set.
        scheme: Scheme of the tags; told from all tags of the data set if not given.
        on_error: `"raise"` stops at a record that cannot be read, `"skip"` leaves it out and
            logs how many there were, with file and line.

    Returns:
        All splits, or the one asked for; columns `tokens` and `ner_tags`.

    Raises:
        FileNotFoundError: There is no such folder, file or data set.
        ValueError: A record, a tag or a split cannot be read; the message names it.

    Example:
        >>> tickets = load_labelled("support-tickets")
        >>> tickets["train"].features["ner_tags"].feature.names[:3]
        ['O', 'B-action', 'I-action']
    """
    if scheme is not None and scheme not in get_args(LabelScheme):
        raise ValueError(f"unknown label scheme {scheme!r}; known are {', '.join(get_args(LabelScheme))}")
    rejections = Rejections(on_error)
    splits, declared = _read_splits(path_or_id, config, rejections)
    labelled = _iob2_splits(splits, declared, scheme, rejections)
    rejections.warn()
    for name, rows in labelled.items():
        if not len(rows):
            raise ValueError(f"split {name!r} of {path_or_id} has no readable record")
    if split is None:
        return labelled
    if split not in labelled:
        raise ValueError(f"{path_or_id} has no split {split!r}, only {', '.join(map(str, labelled))}")
    return labelled[split]


def entity_types(dataset: Dataset) -> list[str]:
    """The entity types of a data set that `load_labelled` returned, in the order of its labels.

    Example:
        >>> entity_types(load_labelled("support-tickets", "test"))[:2]
        ['action', 'amount']
    """
    names = dataset.features["ner_tags"].feature.names
    return [name[2:] for name in names if name.startswith("B-")]


def _read_splits(path_or_id: str | Path, config: str | None, rejections: Rejections) -> tuple[_Splits, list[str]]:
    """The sentences of each split, and the tags that a ClassLabel declares, in its order."""
    if str(path_or_id) == SUPPORT_TICKETS:
        folder = Path(__file__).parent / "data"
        files = {split: folder / f"{SUPPORT_TICKETS}-{split}.jsonl" for split in ("train", "test")}
        return _read_files(files, rejections), []
    path = Path(path_or_id).expanduser()
    if path.is_file():
        if path.suffix != ".jsonl":
            raise ValueError(f"{path} is not a .jsonl file (JSON Lines, one sentence a line)")
        return _read_files({path.stem: path}, rejections), []
    # train before the others, as everywhere on the Hub
    if path.is_dir() and (found := sorted(path.glob("*.jsonl"), key=lambda f: (f.stem != "train", f.stem))):
        return _read_files({file.stem: file for file in found}, rejections), []
    return _read_datasets(path_or_id, path, config, rejections)


def _read_files(files: dict[str, Path], rejections: Rejections) -> _Splits:
    splits: _Splits = {}
    widened = 0
    for split, file in files.items():
        splits[split] = []
        for sentence, count in read_labelled_lines(file, rejections):
            splits[split].append(sentence)
            widened += count
    if widened:
        logger.warning("%d entities began or ended inside a word and were widened to whole words", widened)
    return splits


def _read_datasets(
    path_or_id: str | Path, path: Path, config: str | None, rejections: Rejections
) -> tuple[_Splits, list[str]]:
    loaded = _load_with_datasets(path_or_id, path, config)
    splits: _Splits = {}
    declared: list[str] = []
    for split, rows in loaded.items():
        column = next((name for name in ("ner_tags", "tags") if name in rows.column_names), None)
        if column is None or "tokens" not in rows.column_names:
            raise ValueError(
                f"split {split!r} of {path_or_id} has the columns {', '.join(rows.column_names)}; "
                "tokens and ner_tags are needed"
            )
        label = getattr(rows.features[column], "feature", None)
        names = label.names if isinstance(label, ClassLabel) else None
        declared += [name for name in names or [] if name not in declared]
        split = str(split)
        splits[split] = []
        for line, (tokens, tags) in enumerate(zip(rows["tokens"], rows[column], strict=True), start=1):
            where = f"{path_or_id}[{split}]"
            try:
                if names is not None:
                    tags = [names[tag] for tag in tags]
                sentence, _ = parse_labelled({"tokens": list(tokens), "tags": list(tags)}, where, line)
            except (ValueError, IndexError, TypeError) as error:
                rejections.add(where, line, RecordError("not a labelled sentence", str(error)))
            else:
                splits[split].append(sentence)
    return splits, declared


def _load_with_datasets(path_or_id: str | Path, path: Path, config: str | None) -> DatasetDict:
    if path.is_dir() and ((path / "dataset_dict.json").exists() or (path / "state.json").exists()):
        loaded = load_from_disk(str(path))
        return loaded if isinstance(loaded, DatasetDict) else DatasetDict({"train": loaded})
    if not path.exists() and (path.is_absolute() or str(path_or_id).startswith((".", "~"))):
        raise FileNotFoundError(f"there is no labelled data set at {path_or_id}")
    try:
        loaded = load_dataset(str(path_or_id), config)
    except Exception as error:  # the Hub client raises a dozen kinds, most of them not OSErrors
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileNotFoundError(
            f"{path_or_id} is not a folder or file with labelled sentences, nor the name "
            f"{SUPPORT_TICKETS!r}, and could not be loaded from the Hub ({reason})"
        ) from error
    assert isinstance(loaded, DatasetDict)
    return loaded


def _iob2_splits(
    splits: _Splits, declared: list[str], scheme: LabelScheme | None, rejections: Rejections
) -> DatasetDict:
    if scheme is None:
        scheme = _scheme_of(splits, declared)
    converted: dict[str, list[tuple[list[str], list[str]]]] = {}
    for split, sentences in splits.items():
        converted[split] = []
        for sentence in sentences:
            try:
                tags = to_iob2(sentence.tags, sentence.scheme or scheme)
            except TagError as error:
                rejections.add(sentence.file, sentence.line, RecordError("unreadable tags", str(error)))
            else:
                converted[split].append((sentence.tokens, tags))
    used = {tag[2:] for rows in converted.values() for _, tags in rows for tag in tags if tag != OUTSIDE}
    names = _label_names(_declared_types(declared, scheme, used) if declared else sorted(used))
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})
    number = {name: i for i, name in enumerate(names)}
    return DatasetDict(
        {
            split: Dataset.from_dict(
                {
                    "tokens": [tokens for tokens, _ in rows],
                    "ner_tags": [[number[tag] for tag in tags] for _, tags in rows],
                },
                features=features,
            )
            for split, rows in converted.items()
        }
    )


def _scheme_of(splits: _Splits, declared: list[str]) -> LabelScheme:
    """Scheme of the declared tags and of those that occur; a stray tag is traced to its record."""
    where: dict[str, LabelledSentence] = {}
    for sentences in splits.values():
        for sentence in sentences:
            if sentence.scheme is None:
                for tag in sentence.tags:
                    where.setdefault(tag, sentence)
    try:
        return detect_scheme([*declared, *where])
    except TagError as error:
        if error.tag not in where:
            raise
        sentence = where[error.tag]
        raise TagError(f"{sentence.file}:{sentence.line}: {error}", error.tag) from None


def _declared_types(declared: list[str], scheme: LabelScheme, used: Iterable[str]) -> list[str]:
    types = [tag if scheme == "plain" else tag[2:] for tag in declared if tag != OUTSIDE]
    return list(dict.fromkeys([*types, *sorted(used)]))


def _label_names(types: list[str]) -> list[str]:
    return [OUTSIDE] + [f"{prefix}-{name}" for name in types for prefix in "BI"]
