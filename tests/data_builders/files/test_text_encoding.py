import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.files.rows import json_rows
from nuner.data_builders.files.text_encoding import utf8_lines
from nuner.data_builders.files.text_rows import csv_rows, line_rows
from nuner.data_builders.rejections import Rejections

_LINE = st.text(st.characters(exclude_characters="\r\n\ufeff", exclude_categories=("Cs",)), max_size=8)
_ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


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
