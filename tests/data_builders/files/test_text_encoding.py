import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.files.rows import json_rows
from nuner.data_builders.files.text_encoding import read_lines, utf8_lines
from nuner.data_builders.files.text_rows import csv_rows, line_rows
from nuner.data_builders.rejections import Rejections

_LINE = st.text(st.characters(exclude_characters="\r\n\ufeff", exclude_categories=("Cs",)), max_size=8)
_ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


@given(st.lists(_LINE, min_size=1), _ENCODINGS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_lines_of_any_encoding_and_any_line_end(tmp_path_factory, lines, encoding, end, compressed):
    path = tmp_path_factory.mktemp("text") / "lines.txt"
    content = "".join(line + end for line in lines).encode(encoding)
    path.write_bytes(gzip.compress(content) if compressed else content)
    assert read_lines(path) == lines


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Ada\n\nZo\xeb\n", r"lines\.txt:3 is not UTF-8 \(invalid continuation byte\); convert"),
        (b"\xff\xfeA\x00\n\x00\x00", r"lines\.txt:2 is not UTF-16 \(truncated data\); convert"),
    ],
)
def test_what_is_no_text_is_named_by_its_line(tmp_path, content, message):
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_lines(path)


@given(st.lists(_LINE), _ENCODINGS)
def test_lines_of_bytes_become_utf8(lines, encoding):
    text = "".join(f"{line}\n" for line in lines)
    assert b"".join(utf8_lines(io.BytesIO(text.encode(encoding)))).decode("utf-8") == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_every_reader_of_rows_knows_byte_order_marks(encoding):
    rejections = Rejections("raise")
    assert [row.value for row in json_rows(io.BytesIO('{"a": "Ċ"}\n[1]\n'.encode(encoding)), "f", rejections)] == [
        {"a": "Ċ"},
        [1],
    ]
    assert [row.value for row in csv_rows(io.BytesIO("a,b\nĊ,1\n".encode(encoding)), "f", rejections)] == [
        {"a": "Ċ", "b": "1"}
    ]
    assert [row.value for row in line_rows(io.BytesIO("Ċ\n".encode(encoding)), "f", rejections, "a")] == [{"a": "Ċ"}]
