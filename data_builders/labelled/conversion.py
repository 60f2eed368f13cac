"""Labelled files of one format as files of another."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ..files.new_output import new_output
from ..files.whole_files import whole_files, write_whole
from ..record_error import RecordError
from ..rejections import OnError, Rejections
from .columns.choice import ColumnName
from .formats.columns import CONLL
from .formats.conll import read_conll
from .formats.labelled_file import LabelledFile
from .formats.labelled_format import Labelled, LabelledFormat
from .formats.table import format_for, format_named, recognize_format
from .formats.text_records import JSON_LINES, lists_of, read_text_records
from .formats.word_rows import WORD_ROWS, read_word_rows
from .label_schemes import LabelScheme, detect_scheme, read_spans
from .labelled_text import LabelledText
from .sentence import LabelledSentence
from .tag_spelling import TagError, spell_tags

_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@dataclass(frozen=True)
class Conversion:
    """What a conversion did.

    Args:
        source_format: Title of the format that was read.
        target_format: Title of the format that was written.
        texts: Texts that were written.
        entities: Entities of these, as they were read.
        notes: How much was left out or changed, under phrases that follow the number.
        rejections: The records that could not be read.
    """

    source_format: str
    target_format: str
    texts: int
    entities: int
    notes: Counter[str]
    rejections: Rejections


def convert_labels(
    source: Path,
    target: Path,
    source_format: str | None = None,
    target_format: str | None = None,
    *,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
    scheme: LabelScheme | None = None,
    on_error: OnError = "raise",
    overwrite: bool = False,
) -> Conversion:
    r"""Write the labelled texts of a file in another format.

    Texts, offsets and labels stay as they are wherever the new format can hold them. A format of words gets the words
    of a text; one of texts gets words with a space between each two.

    Args:
        source: A file in one of the formats, or a folder of brat's files; compressed or not.
        target: The file to write, compressed if its name ends with `.gz`; for brat a folder.
        source_format: Name of the format of the source; told from its content if not given.
        target_format: Name of the format of the target; told from its name if not given.
        words_column: Column of the words, as for `load_labelled`.
        tags_column: Column of the tags, as for `load_labelled`.
        scheme: Scheme of the tags; told from all tags if not given.
        on_error: `"raise"` stops at a record that cannot be read, `"skip"` leaves it out and counts it.
        overwrite: Whether a file that is there is replaced; the source never is.

    Returns:
        What was written, and what was left out or changed.

    Raises:
        FileNotFoundError: If there is no source.
        FileExistsError: If there is something at the target that would be lost.
        ValueError: If a format is unknown or cannot be told, or a record cannot be read.

    Example:
        ```python
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> source, target = Path(folder.name, "train.conll"), Path(folder.name, "train.jsonl")
        >>> _ = source.write_text("Ada B-PER\nsmiled O\n")
        >>> convert_labels(source, target, target_format="doccano").texts
        1
        >>> target.read_text()
        '{"id": 1, "text": "Ada smiled", "label": [[0, 3, "PER"]]}\n'

        ```
    """
    if not source.exists():
        raise FileNotFoundError(2, "No such file", str(source))
    if scheme is not None and scheme not in get_args(LabelScheme):
        raise ValueError(f"unknown label scheme {scheme!r}; known are {', '.join(get_args(LabelScheme))}")
    writes = format_named(target_format) if target_format else format_for(target)
    if writes.write is None:
        raise ValueError(f"{writes.title} is read and not written; name another format")
    file = LabelledFile(source)
    reads = format_named(source_format) if source_format else recognize_format(file)
    rejections, notes = Rejections(on_error), Counter[str]()
    labelled = _read(file, reads, (words_column, tags_column), rejections, notes)
    texts = list(_without_surrogates(_texts(labelled, scheme, rejections), notes))
    if not texts:
        raise ValueError(f"{source} has no readable record")
    content = writes.write(texts, notes)
    with new_output(target, inputs=[source], overwrite=overwrite):
        _write(target, content)
    entities = sum(len(text.entities) for text in texts)
    return Conversion(reads.title, writes.title, len(texts), entities, +notes, rejections)


def _write(target: Path, content: bytes | Mapping[str, bytes]) -> None:
    if isinstance(content, bytes):
        write_whole(target, gzip.compress(content, mtime=0) if target.suffix.lower() == ".gz" else content)
        return
    others = {path.name for path in target.iterdir()} - set(content) if target.is_dir() else set()
    if others:
        raise FileExistsError(f"{target} holds other files ({min(others)}), which would be taken for labelled ones")
    with whole_files(target) as folder:
        for name, part in content.items():
            write_whole(folder / name, part)


def _read(
    file: LabelledFile,
    reads: LabelledFormat,
    columns: tuple[ColumnName | None, ColumnName | None],
    rejections: Rejections,
    notes: Counter[str],
) -> Iterable[Labelled]:
    if columns == (None, None):
        return reads.read(file, rejections, notes)
    if reads is CONLL:
        return read_conll(file, rejections, *columns)
    if reads is WORD_ROWS:
        return read_word_rows(file, rejections, *columns)
    if reads is JSON_LINES:
        return read_text_records(file.json_rows, lists_of(file.json_rows, *columns), rejections, notes)
    raise ValueError(f"{file.path} is {reads.title}, which has no columns to choose; leave them out")


def _texts(labelled: Iterable[Labelled], scheme: LabelScheme | None, rejections: Rejections) -> Iterator[LabelledText]:
    """Yield all as texts; spelling and scheme of the tags are told from all of them."""
    found = list(labelled)
    tagged = [item for item in found if isinstance(item, LabelledSentence) and not item.scheme]
    try:
        tags = {tag for item in tagged for tag in item.tags}
        spelling = spell_tags(tags, None if scheme is None else scheme != "plain").spelling
        scheme = scheme or detect_scheme(spelling.values())
    except TagError as error:
        where = next((f"{item.file}:{item.line}" for item in tagged if error.tag in item.tags), tagged[0].file)
        raise TagError(f"{where}: {error}", error.tag) from None
    for item in found:
        if isinstance(item, LabelledText):
            yield item
            continue
        tags = item.tags if item.scheme else [spelling[tag] for tag in item.tags]
        try:
            spans = read_spans(tags, item.scheme or scheme)
            text = LabelledText.from_words(item.tokens, spans, item.file, item.line)
        except TagError as error:
            rejections.add(item.file, item.line, RecordError("unreadable tags", str(error)))
        except RecordError as error:
            rejections.add(item.file, item.line, error)
        else:
            yield text


def _without_surrogates(texts: Iterable[LabelledText], notes: Counter[str]) -> Iterator[LabelledText]:
    """Replace halves of surrogate pairs, which JSON can hold and nothing else."""
    for text in texts:
        plain = text.text.translate(_SURROGATES)
        if plain != text.text:
            notes["texts got U+FFFD for halves of surrogate pairs"] += 1
            words = text.words and tuple(word._replace(text=plain[word.start : word.end]) for word in text.words)
            text = LabelledText(plain, text.entities, text.file, text.line, words)
        yield text
