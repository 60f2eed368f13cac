"""Labelled sentences in columns: one word a line, a blank line between sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from ...record_error import RecordError
from ...rejections import Rejections
from ..columns.choice import ColumnName, choose_columns
from ..columns.column import INDEX, INDEX_OF_MORE
from ..columns.columns_error import ColumnsError
from ..columns.first_row import check_first_row
from ..columns.rows import Row, Rows, split_rows
from ..sentence import LabelledSentence
from ..tag_spelling import has_usual_mark, is_outside
from .labelled_file import LabelledFile

CONLL_SUFFIXES = (
    *(".conll", ".conllu", ".conllup", ".conll03", ".iob", ".iob1", ".iob2", ".bio", ".bio2", ".bioes", ".bilou"),
    *(".bioul", ".bmes", ".ner", ".tsv", ".tab", ".txt", ".raw", ".data", ".dat"),
    # CoNLL-2003's own files are `eng.train`, `eng.testa` and `eng.testb`, other tasks' `de.dev` and `test.annotated`.
    *(".train", ".testa", ".testb", ".valid", ".val", ".dev", ".test", ".annotated"),
)

_SHOWN_ROWS = 4
_LONGEST_SHOWN = 20


def read_conll(
    file: LabelledFile,
    rejections: Rejections,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
) -> Iterator[LabelledSentence]:
    r"""Read a file of columns, as CoNLL-2002, CoNLL-2003, WNUT, GermEval, UNER, MIT and MultiCoNER have it.

    Columns are set apart by tabs where most lines have one, by spaces otherwise. Which of them holds the tags, and
    which the words, is told by what stands in them all through the file. A header gives names to them. Lines with
    `-DOCSTART-`, and comments (`# id = 7`, `#DOCSTART`), are passed over; so are the lines of CoNLL-U that stand for
    several words, or for none.

    Args:
        file: The file.
        rejections: Takes the sentences that cannot be read; the line is that of the fault.
        words_column: The column of the words: its name in the header, or its number, from 0, or from the end if
            negative.
        tags_column: Likewise that of the tags.

    Yields:
        Each sentence, its scheme left open.

    Raises:
        ValueError: If it cannot be told which column is which; the message shows the first lines.

    Example:
        ```python
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "train.conll")
        ...     _ = path.write_text("1 B-PER Ada\n2 O smiled\n\n1 B-LOC Rome\n")
        ...     [sentence.tokens for sentence in read_conll(LabelledFile(path), Rejections())]
        [['Ada', 'smiled'], ['Rome']]

        ```
    """
    yield from read_columns(
        file, split_rows(file.text, (words_column, tags_column)), rejections, words_column, tags_column
    )


def read_columns(
    file: LabelledFile,
    rows: Rows,
    rejections: Rejections,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
) -> Iterator[LabelledSentence]:
    """Read the words and tags of rows; see `read_conll`."""
    columns = rows.columns()
    if not rows.sentences:
        return
    try:
        words, tags = choose_columns(columns, words_column, tags_column)
        if rows.names is None and words_column is None and tags_column is None:
            check_first_row(words, tags)
    except ColumnsError as error:
        raise ColumnsError(_refusal(file, rows, error)) from None
    layout = _Layout(
        width=rows.width,
        words=columns.index(words),
        tags=columns.index(tags),
        index=next((place for place, column in enumerate(columns) if column.counts_words), None),
        known_tags=frozenset(tags.counts),
    )
    for sentence in rows.sentences:
        try:
            kept: list[Row] = []
            for row in sentence:
                if layout.has_word(row, is_first=not kept):
                    kept.append(row)
        except _RowError as error:
            rejections.add(str(file.path), error.line, RecordError("not a labelled sentence", str(error)))
        else:
            if kept:
                tokens, labels = ([row.cells[place] for row in kept] for place in (layout.words, layout.tags))
                yield LabelledSentence(tokens, labels, None, str(file.path), kept[0].line)


class _RowError(ValueError):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class _Layout:
    """What stands where: the numbers of the columns, and the tags that occur."""

    width: int
    words: int
    tags: int
    index: int | None
    known_tags: frozenset[str]

    def has_word(self, row: Row, is_first: bool) -> bool:
        """Tell whether a row has a word, and is no comment and no further line of CoNLL-U.

        Raises:
            _RowError: If it has other columns than the file, or may be a comment as well as a word.
        """
        fits = len(row.cells) == self.width
        index = row.cells[self.index] if self.index is not None and fits else None
        if row.hashed and not (fits and self._is_tag(row.cells[self.tags]) and self._counts(index)):
            # `#fun CITY` may be a word whose type is found nowhere else, `# Rome` above a sentence is none; `##lace X`
            # below a word is a part of it.
            is_plain = not any(map(has_usual_mark, self.known_tags))
            is_more = row.cells[0].strip("#") != ""
            is_part = is_more and not is_first and row.cells[0].startswith("##")
            may_be_word = is_part or (is_plain and (is_more or not is_first))
            if fits and may_be_word and self.index is None:
                raise _RowError(
                    row.line, f"a comment, or a word with the tag {row.cells[self.tags]!r}, which no other word has"
                )
            return False
        if not fits:
            raise _RowError(row.line, f"{len(row.cells)} columns, but most lines have {self.width}")
        return index is None or not INDEX_OF_MORE.fullmatch(index)

    def _is_tag(self, cell: str) -> bool:
        return cell in self.known_tags or is_outside(cell) or has_usual_mark(cell)

    def _counts(self, index: str | None) -> bool:
        return self.index is None or (index is not None and INDEX.fullmatch(index) is not None)


def _refusal(file: LabelledFile, rows: Rows, error: ColumnsError) -> str:
    """Say what is wrong, show the first lines with their columns numbered, and name the options."""
    first = islice((row for rows in rows.sentences for row in rows if not row.hashed), _SHOWN_ROWS)
    shown = [[str(i) for i in range(rows.width)], *([rows.names] if rows.names else []), *(row.cells for row in first)]
    shown = [[cell[:_LONGEST_SHOWN] for cell in cells[: rows.width]] for cells in shown]
    widths = [max(map(len, cells)) for cells in zip_longest(*shown, fillvalue="")]
    table = "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)).rstrip()
        for cells in shown
    )
    return (
        f"{file.path}: {error}. The first lines in columns, numbered from 0:\n{table}\n"
        "Say which columns hold them with words_column= and tags_column=. Running text has to be labelled first."
    )
