"""Reading rows of text from files of every format."""

import bz2
import gzip
import json
import lzma

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nuner.data_builders.files.text_rows import text_rows
from nuner.data_builders.rejections import CorpusError, Rejections

PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}


def read(path, columns=("text",), rejections=None):
    rows = text_rows(str(path), columns, Rejections() if rejections is None else rejections)
    return [(row.line, row.value) for row in rows]


@pytest.mark.parametrize("packing", ["", *PACKERS])
@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.txt", "\ufeffAda.\r\n\n Bo.\u2028Cy. \n", [(1, {"text": "Ada."}), (3, {"text": "Bo.\u2028Cy."})]),
        ("a", "{no json}\n", [(1, {"text": "{no json}"})]),
        ("a.jsonl", '{"text": "Ada."}\n{"text": "Bo."}\n', [(1, {"text": "Ada."}), (2, {"text": "Bo."})]),
        ("a.csv", '\ufeffn,text\n1,"Ada,\nBo."\n', [(3, {"n": "1", "text": "Ada,\nBo."})]),
        ("a.tsv", "n\ttext\n1\tAda, Bo\n", [(2, {"n": "1", "text": "Ada, Bo"})]),
    ],
)
def test_every_format_is_read_in_every_packing(tmp_path, name, content, rows, packing):
    path = tmp_path / (name + packing)
    path.write_bytes(PACKERS.get(packing, bytes)(content.encode()))
    assert read(path) == rows


def test_parquet_is_known_by_its_bytes_and_read_by_column(tmp_path):
    path = tmp_path / "download"
    pq.write_table(pa.table({"text": ["Ada.", "Bo."], "url": ["u", "v"]}), path)
    assert read(path) == [(1, {"text": "Ada."}), (2, {"text": "Bo."})]
    with pytest.raises(CorpusError, match="has no column 'body'; it has text, url"):
        read(path, ("body",))


@pytest.mark.parametrize(
    ("name", "content", "kept", "lines"),
    [
        ("a.txt", b"Ada.\nB\xff.\nCy.\n", 2, [2]),
        ("a.csv", b'text\nAda.\n"B\n\xff."\nCy.\n', 2, [4]),
        ("a.jsonl", b'{"text": "Ada."}\n{"text": "\xff"}\n{"text"\n', 1, [2, 3]),
    ],
)
def test_lines_in_another_encoding_are_left_out_and_named(tmp_path, name, content, kept, lines):
    path = tmp_path / name
    path.write_bytes(content)
    rejections = Rejections()
    assert len(read(path, rejections=rejections)) == kept
    assert [(item.file, item.line) for item in rejections.items] == [(str(path), line) for line in lines]


def test_a_field_too_large_for_csv_is_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "x" * 200_000 + "\nAda.\n")
    rejections = Rejections()
    assert read(path, rejections=rejections) == [(3, {"text": "Ada."})]
    assert rejections.counts() == {"the row is not valid CSV": 1}


@pytest.mark.parametrize("packing", PACKERS)
def test_a_damaged_packing_is_one_clear_error(tmp_path, packing):
    path = tmp_path / f"a.txt{packing}"
    packed = PACKERS[packing](json.dumps(list(range(20_000))).encode() * 3)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(CorpusError, match="the compressed file is damaged after line"):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.txt"):
        read(tmp_path / "absent.txt")


def test_kept_rejections_are_bounded_and_their_counts_are_not(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\n" * 1000)
    rejections = Rejections(max_items=3)
    assert read(path, rejections=rejections) == []
    assert (len(rejections), len(rejections.items), rejections.count("record")) == (1000, 3, 1000)
