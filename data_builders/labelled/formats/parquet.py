"""Parquet files with the columns of our JSON Lines, as the Hub's data sets have them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa
from datasets import ClassLabel, Dataset, Features, List, Value
from pyarrow import parquet

from ...files.rows import PARQUET_MAGIC
from ...rejections import Rejections
from ..labelled_text import LabelledText
from ..text_words import tag_text
from .dataset_rows import dataset_rows
from .labelled_file import LabelledFile
from .labelled_format import Labelled, LabelledFormat
from .text_records import lists_of, read_text_records

_ENTITY = {"start": Value("int64"), "end": Value("int64"), "label": Value("string")}


def parquet_dataset(file: LabelledFile) -> Dataset:
    """Return the rows of a Parquet file, with the features that `datasets` noted in it.

    Raises:
        ValueError: If it is damaged.
    """
    try:
        table = parquet.read_table(io.BytesIO(file.data))
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{file.path} is no Parquet file, or damaged ({error})") from error
    return Dataset(table)


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[Labelled]:
    rows = list(dataset_rows(parquet_dataset(file), str(file.path)))
    return read_text_records(rows, lists_of(rows), rejections, notes)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    if all(text.words is not None for text in texts):
        sentences = [tag_text(text, notes) for text in texts]
        types = sorted({tag[2:] for tag in chain.from_iterable(sentence.tags for sentence in sentences) if tag != "O"})
        labels = ClassLabel(names=["O", *(f"{prefix}-{name}" for name in types for prefix in "BI")])
        columns = {
            "tokens": [sentence.tokens for sentence in sentences],
            "ner_tags": [labels.str2int(sentence.tags) for sentence in sentences],
        }
        features = Features({"tokens": List(Value("string")), "ner_tags": List(labels)})
    else:
        columns = {
            "text": [text.text for text in texts],
            "entities": [[entity._asdict() for entity in text.entities] for text in texts],
        }
        features = Features({"text": Value("string"), "entities": List(_ENTITY)})
    content = io.BytesIO()
    parquet.write_table(pa.table(columns, schema=features.arrow_schema), content)
    return content.getvalue()


PARQUET = LabelledFormat(
    name="parquet",
    title="Parquet",
    suffixes=(".parquet",),
    recognize=lambda file: int(file.data.startswith(PARQUET_MAGIC)),
    read=_read,
    write=_write,
)
