"""Records as files: numbers that JSON does not know, values with parts, and types of Parquet that stay."""

from __future__ import annotations

import csv
import json
import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.predictions.records import read_records, schema_of
from nuner.predictions.writing import RecordFiles, json_line

ENTITY = {"start": 0, "end": 3, "text": "Ada", "label": "person", "score": 0.5}

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def without_nan(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: without_nan(inner) for key, inner in value.items()}
    return [without_nan(inner) for inner in value] if isinstance(value, list) else value


def no_constant(name):
    raise AssertionError(f"{name} is no JSON")


@given(st.dictionaries(st.text(), _JSON))
def test_lines_are_json_in_which_nothing_else_has_changed(tmp_path_factory, record):
    line = json_line(record)
    assert line.count("\n") == 1
    assert json.loads(line, parse_constant=no_constant) == without_nan(record)
    assert not set(line[:-1]) & {chr(code) for code in (*range(32), *range(127, 160), 0x2028, 0x202E)}
    path = tmp_path_factory.mktemp("lines") / "part"
    RecordFiles("jsonl", "entities").write_part([record], path)
    text = path.read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=no_constant) == without_nan(record)


@pytest.mark.parametrize(("file_format", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_values_with_parts_are_json_in_a_table(tmp_path, file_format, delimiter):
    records = [{"id": 1, "tags": ["a", {"b": float("nan")}], "entities": [ENTITY]}, {"tags": None, "entities": []}]
    RecordFiles(file_format, "entities").write_part(records, tmp_path / "part")
    with (tmp_path / "part").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    assert list(rows[0]) == ["id", "tags", "entities"]
    assert json.loads(rows[0]["tags"]) == ["a", {"b": None}]
    assert json.loads(rows[0]["entities"]) == [ENTITY]
    assert rows[1] == {"id": "", "tags": "", "entities": "[]"}


NOW = datetime(2024, 2, 29, 12, 30, 1, 123456)
TYPES = {
    "int8": (pa.int8(), [1, None]),
    "uint64": (pa.uint64(), [2**64 - 1, 0]),
    "float32": (pa.float32(), [0.5, None]),
    "decimal": (pa.decimal128(10, 2), [Decimal("1.50"), None]),
    "date": (pa.date32(), [NOW.date(), date(1, 1, 1)]),
    "timestamp in ns": (pa.timestamp("ns"), [1, None]),
    "timestamp with zone": (pa.timestamp("us", "Europe/Paris"), [NOW.replace(tzinfo=timezone.utc), None]),
    "time": (pa.time64("us"), [time(1, 2, 3), None]),
    "duration": (pa.duration("us"), [timedelta(1), None]),
    "binary": (pa.large_binary(), [b"\xff", None]),
    "large text": (pa.large_string(), ["a", None]),
    "category": (pa.dictionary(pa.int8(), pa.string()), ["a", "b"]),
    "list": (pa.list_(pa.int16()), [[1], None]),
    "struct": (pa.struct({"a": pa.int8(), "b": pa.float32()}), [{"a": 1, "b": None}, None]),
    "map": (pa.map_(pa.string(), pa.int32()), [[("a", 1)], []]),
    "nothing": (pa.null(), [None, None]),
    "truth": (pa.bool_(), [True, None]),
}


@pytest.mark.parametrize("name", TYPES)
def test_types_of_parquet_stay(tmp_path, name):
    kind, values = TYPES[name]
    table = pa.table({"text": ["Ada.", "Bo."], "value": pa.array(values, kind)})
    pq.write_table(table, tmp_path / "in.parquet")
    table = pq.read_table(tmp_path / "in.parquet")  # what Parquet itself makes of the type
    files = RecordFiles("parquet", "entities", schema_of(str(tmp_path / "in.parquet")))
    records = read_records(str(tmp_path / "in.parquet"), "parquet", "text")
    for number, record in enumerate(records):
        files.write_part([{**record, "entities": [ENTITY]}], tmp_path / f"part{number}")
    files.join_parts([tmp_path / "part0", tmp_path / "part1"], tmp_path / "out")
    written = pq.read_table(tmp_path / "out")
    assert written.column_names == ["text", "value", "entities"]
    assert written.select(["text", "value"]).to_pylist() == table.to_pylist()
    assert written.schema.field("value").type == table.schema.field("value").type
    assert written["entities"].to_pylist() == [[ENTITY]] * 2


@pytest.mark.parametrize("value", [2**70, {"a": 1, "b": object()}])
def test_what_no_column_holds_is_told(tmp_path, value):
    with pytest.raises(ValueError, match=r"the field 'value' fits no column of Parquet \(.*\); write .jsonl"):
        RecordFiles("parquet", "entities").write_part([{"value": value, "entities": []}], tmp_path / "part")
