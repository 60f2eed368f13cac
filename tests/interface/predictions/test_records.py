"""Reading the records of texts to recognize: formats, places, and what is said of those that cannot be read."""

import csv
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nuner.predictions.records import read_records


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


@pytest.mark.parametrize("rows_a_group", [1, 3, 100])
@pytest.mark.parametrize("skip", [0, 1, 3, 9, 10, 11])
def test_parquet_is_read_behind_what_is_skipped(tmp_path, rows_a_group, skip):
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"id": list(range(10)), "text": list("abcdefghij")}), path, row_group_size=rows_a_group)
    assert [record["id"] for record in records(path, "parquet", skip=skip)] == list(range(10))[skip:]


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
        (b"", "csv", "has no field 'text', only ; name it with --column$"),
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
