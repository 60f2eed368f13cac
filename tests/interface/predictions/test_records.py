"""Reading the records of texts to recognize: formats, places, and what is said of those that cannot be read."""

import bz2
import csv
import gzip
import io
import json
import sys
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nuner.predictions.records import format_of, read_records


def records(path, file_format="text", column="text", skip=0):
    return list(read_records(str(path), file_format, column, skip))


def test_lines_stay_as_they_are(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("\ufeff  Ada \r\n\r\nBo\rCleo\n\n".encode())
    assert [record["text"] for record in records(path)] == ["  Ada ", "", "Bo", "Cleo", ""]
    assert [record["text"] for record in records(path, skip=3)] == ["Cleo", ""]


def test_csv_keeps_its_fields(tmp_path):
    path = tmp_path / "texts.csv"
    rows = [{"id": "1", "text": 'a "quoted"\nfield, long'}, {"id": "2", "text": "x" * 200_000}]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    assert records(path, "csv") == rows
    assert records(path, "csv", skip=1) == rows[1:]


PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress}


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("texts.txt", "\ufeffAda, Bo; Cy.\n"),
        ("texts.jsonl", '\ufeff{"text": "Ada, Bo; Cy."}\n'),
        ("texts.ndjson", '{"text": "Ada, Bo; Cy."}\n'),
        ("texts.csv", '\ufefftext\r\n"Ada, Bo; Cy."\r\n'),
        ("semicolons.csv", '\ufefftext;id\r\n"Ada, Bo; Cy.";1\r\n'),
        ("commas.csv", 'text,"a;text"\n"Ada, Bo; Cy.",1\n'),
        ("tabs.csv", "id\ttext\n1\tAda, Bo; Cy.\n"),
        ("texts.tsv", "\ufeffid\ttext\n1\tAda, Bo; Cy.\n"),
    ],
)
def test_files_are_read_as_they_come(tmp_path, monkeypatch, name, content, packing):
    path = tmp_path / (name + packing)
    path.write_bytes(PACKERS[packing](content.encode()))
    file_format = format_of(path)
    expected = list(read_records(str(path), file_format, "text"))
    assert [record["text"] for record in expected] == ["Ada, Bo; Cy."]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert list(read_records("-", file_format, "text")) == expected
    with path.open("rb") as pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
        assert list(read_records("-", file_format, "text")) == expected


@pytest.mark.parametrize("rows_a_group", [1, 3, 100])
@pytest.mark.parametrize("skip", [0, 1, 3, 9, 10, 11])
def test_parquet_is_read_behind_what_is_skipped(tmp_path, rows_a_group, skip):
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"id": list(range(10)), "text": list("abcdefghij")}), path, row_group_size=rows_a_group)
    assert [record["id"] for record in records(path, "parquet", skip=skip)] == list(range(10))[skip:]


@pytest.mark.parametrize("file_format", ["text", "jsonl", "csv", "tsv"])
def test_a_file_of_no_bytes_has_no_records(tmp_path, file_format):
    path = tmp_path / "texts"
    path.write_bytes(b"")
    assert list(records(path, file_format)) == []


@pytest.mark.parametrize(
    ("content", "file_format", "message"),
    [
        (b"caf\xe9\n", "text", "texts is not UTF-8 text: .* at byte 3 of line 1$"),
        (b'{"text": "a"}\n{"text": "\xff"}\n', "jsonl", "texts is not UTF-8 text: invalid start byte at byte 10 of"),
        (b"text\n\xff\n", "csv", "texts is not UTF-8 text: see line 2$"),
        (b"te\xffxt\na\n", "csv", "texts is not UTF-8 text: see line 1$"),
        (b'\n{"text": \n', "jsonl", "^line 2 of .*texts is no JSON: Expecting value at character 9$"),
        (b'[{"text": "a"}]\n', "jsonl", "^line 1 of .*texts is no JSON object but a list$"),
        (b'{"body": "a"}\n', "jsonl", "^line 1 of .*texts has no field 'text', only body; name it with --column$"),
        (b"text,id\na,1\nb,2,3\n", "csv", "^line 3 of .*texts has more fields than the header$"),
        (b"body\n", "csv", "^.*texts has no field 'text', only body; name it with --column$"),
        (b"PAR1", "parquet", "texts is no Parquet file: "),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, content, file_format, message):
    path = tmp_path / "texts"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        records(path, file_format)


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "texts.jsonl"
    with path.open("w") as file:
        for number in range(20_000):
            file.write(json.dumps({"id": number, "text": "paris visited the order in london " * 4}) + "\n")
    tracemalloc.start()
    assert sum(1 for _ in read_records(str(path), "jsonl", "text")) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
