"""Reading rows from files, and records from rows, in each format."""

import gzip
import json
import logging
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.corpus.readers.numind import MAX_OUTPUT_CHARACTERS, read_numind
from nuner.data_builders.corpus.readers.pile_ner import read_pile_ner
from nuner.data_builders.corpus.readers.records import bundled_rows, read_records
from nuner.data_builders.files.rows import Row, dataset_rows, file_rows
from nuner.data_builders.rejections import CorpusError, Rejections
from nuner.data_builders.schema import RecordError

ADA = {"text": "Ada met Bo.", "entities": [{"start": 0, "end": 3, "text": "Ada", "concept": "person"}]}


def rows_of(path, rejections=None, **options):
    return list(file_rows(str(path), Rejections() if rejections is None else rejections, **options))


def json_lines(*values):
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


# Files


def test_json_lines_are_numbered_from_one_and_blank_lines_count(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"a": 1}\r\n\n  \n{"a": 2}')
    assert rows_of(path) == [Row(str(path), 1, {"a": 1}), Row(str(path), 4, {"a": 2})]


def test_a_line_separator_inside_a_string_does_not_end_the_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "one\u2028two\x85three"}\n{"a": 2}\n', encoding="utf-8")
    assert [row.line for row in rows_of(path)] == [1, 2]


def test_broken_utf8_and_broken_json_are_booked_by_line_and_the_rest_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    huge_number = b"9" * 5000
    path.write_bytes(b'{"a": 1}\n{"a": "\xff"}\n{"a": \n[' + b"[" * 99999 + b"\n" + huge_number + b'\n{"a": 6}\n')
    rejections = Rejections()
    assert [row.line for row in rows_of(path, rejections)] == [1, 6]
    assert [(item.line, item.reason) for item in rejections.items] == [
        (2, "the line is not valid UTF-8"),
        (3, "the line is not valid JSON"),
        (4, "the line is not valid JSON"),
        (5, "the line is not valid JSON"),
    ]
    assert rejections.items[0].file == str(path)


def test_raise_refuses_with_file_and_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\nno json\n')
    with pytest.raises(CorpusError, match=r"a\.jsonl:2: the line is not valid JSON"):
        rows_of(path, Rejections("raise"))


def test_the_format_is_told_from_the_content_and_not_from_the_name(tmp_path):
    values = [{"a": 1}, {"a": 2}]
    pq.write_table(pa.Table.from_pylist(values), tmp_path / "one")
    (tmp_path / "two").write_bytes(gzip.compress(json_lines(*values)))
    (tmp_path / "three").write_text(json.dumps(values))
    (tmp_path / "four").write_text(json.dumps(values, indent=2))
    for name in ("one", "two", "three", "four"):
        rows = rows_of(tmp_path / name, shown_as="shown")
        assert rows == [Row("shown", 1, {"a": 1}), Row("shown", 2, {"a": 2})], name


def test_an_empty_file_has_no_rows(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"")
    assert rows_of(tmp_path / "a.jsonl") == []


def test_a_first_line_that_is_a_list_of_other_things_does_not_swallow_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'["stray"]\n{"a": 2}\n')
    assert [row.value for row in rows_of(path)] == [["stray"], {"a": 2}]


def test_a_truncated_gzip_file_is_refused_as_a_whole(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json_lines(*({"a": number} for number in range(5000))))[:-200])
    with pytest.raises(CorpusError, match=r"a\.jsonl\.gz: the compressed file is damaged after line \d+"):
        rows_of(path)


def test_a_gzip_file_with_a_wrong_checksum_is_refused_as_a_whole(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    packed = bytearray(gzip.compress(json_lines({"a": 1})))
    packed[-8] ^= 1
    path.write_bytes(packed)
    with pytest.raises(CorpusError, match=r"a\.jsonl\.gz: the compressed file is damaged after line 1"):
        rows_of(path)


def test_a_damaged_array_and_a_damaged_parquet_file_are_refused_as_a_whole(tmp_path):
    (tmp_path / "a.json").write_text('[\n{"a": 1},\n{"a":')
    with pytest.raises(CorpusError, match=r"a\.json: the JSON array cannot be read .*line 3"):
        rows_of(tmp_path / "a.json")
    (tmp_path / "b.json").write_bytes(b'[\n{"a": "\xff"}]')
    with pytest.raises(CorpusError, match=r"b\.json:2: the JSON array is not valid UTF-8"):
        rows_of(tmp_path / "b.json")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(CorpusError, match=r"c\.parquet: the Parquet file is damaged after row 0"):
        rows_of(tmp_path / "c.parquet")


def test_broken_utf8_in_parquet_is_booked_by_row(tmp_path):
    bad = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary()).view(pa.string())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": bad}), path)
    rejections = Rejections()
    assert [(row.line, row.value) for row in rows_of(path, rejections)] == [
        (1, {"a": "good"}),
        (3, {"a": "fine"}),
    ]
    assert [item.line for item in rejections.items] == [2]


def test_a_missing_file_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        rows_of(tmp_path / "absent.jsonl")


# Records


def read(reader, *values, on_error: Any = "skip"):
    rejections = Rejections(on_error)
    return list(reader(dataset_rows(values, "data"), rejections)), rejections


def test_records_are_kept_in_order_and_bad_ones_booked():
    other = {**ADA, "text": "Ada met Cy."}
    records, rejections = read(read_records, ADA, {"text": "", "entities": []}, other)
    assert [record["text"] for record in records] == ["Ada met Bo.", "Ada met Cy."]
    assert [str(item) for item in rejections.items] == ["data:2: the text is empty"]


def test_a_text_is_kept_once_and_an_id_stands_for_one_text():
    again = {**ADA, "id": "another"}
    first, clash = {**ADA, "id": "x", "text": "Ada sat."}, {**ADA, "id": "x", "text": "Ada ran."}
    records, rejections = read(read_records, ADA, again, first, clash)
    assert [record["text"] for record in records] == ["Ada met Bo.", "Ada sat."]
    assert [(item.line, item.reason) for item in rejections.items] == [
        (2, "the text occurred before"),
        (4, "the id stands for another text already"),
    ]


def test_the_bundled_corpus_is_clean():
    rejections = Rejections("raise")
    records = list(read_records(bundled_rows(rejections), rejections))
    assert len(records) == 5280
    assert records[0]["id"] == "cbdb72c77d4abf34"


# Rejections


def test_rejections_are_counted_and_warned_about_with_the_first_few(caplog):
    rejections = Rejections()
    for line in range(1, 9):
        rejections.add("a.jsonl", line, RecordError("the text is empty"))
    rejections.add("a.jsonl", 9, RecordError("odd", "very"), part="annotation")
    with caplog.at_level(logging.WARNING, logger="nuner.data_builders.rejections"):
        rejections.warn()
    assert rejections.counts() == {"the text is empty": 8, "odd": 1}
    assert "8 records and 1 single annotations" in caplog.text
    assert "a.jsonl:5: the text is empty" in caplog.text
    assert "a.jsonl:6" not in caplog.text
    assert Rejections.from_list(json.loads(json.dumps(rejections.to_list()))).items == rejections.items


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="on_error is 'ignore'"):
        Rejections("ignore")  # pyright: ignore[reportArgumentType]


# numind


def numind(text, *items):
    return {"input": text, "output": repr(list(items))}


def test_numind_annotates_every_occurrence_with_concept_and_description():
    row = numind("Bo met Ada; Ada left Adam.", "Ada <> person <> a <> b", "Bo <>  short   name ")
    records, rejections = read(read_numind, row)
    assert not len(rejections)
    assert records[0]["language"] == "en"
    assert [(e["start"], e["end"], e["concept"], e["description"]) for e in records[0]["entities"]] == [
        (0, 2, "short name", None),
        (7, 10, "person", "a <> b"),
        (12, 15, "person", "a <> b"),
    ]


def test_numind_entities_that_overlap_or_repeat_are_each_kept_once():
    items = ["Ada <> person", "Ada <> person", "Ada <> founder", "Ada Inc <> company"]
    records, _ = read(read_numind, numind("Ada Inc grew.", *items))
    assert [(e["text"], e["concept"]) for e in records[0]["entities"]] == [
        ("Ada", "person"),
        ("Ada", "founder"),
        ("Ada Inc", "company"),
    ]


def test_numind_leaves_out_what_is_not_in_the_sentence_and_keeps_the_rest():
    records, rejections = read(read_numind, numind("Ada met Bo.", "Ada <> person", "Eve <> person", "no separator"))
    assert [entity["text"] for entity in records[0]["entities"]] == ["Ada"]
    assert [(item.line, item.part, item.reason) for item in rejections.items] == [
        (1, "annotation", "an annotation is not 'entity <> concept'"),
        (1, "annotation", "an entity is not in the sentence"),
    ]


def test_numind_row_of_which_no_annotation_is_left_is_rejected_and_an_empty_list_is_not():
    records, rejections = read(read_numind, numind("Ada sat.", "Eve <> person"), numind("Bo sat."))
    assert [record["text"] for record in records] == ["Bo sat."]
    assert rejections.items[-1].reason == "none of its annotations can be used"
    assert rejections.count("record") == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("text", "the record is not an object"),
        ({"input": "Ada."}, "the columns are not 'input' and 'output' (found: input)"),
        ({"input": "Ada.", "output": "[]", "id": 1}, "the columns are not"),
        ({"input": "Ada.", "output": None}, "the output is not a list of strings"),
        ({"input": "Ada.", "output": "{'a': 1}"}, "the output is not a list of strings"),
        ({"input": "Ada.", "output": "['Ada <> x', 3]"}, "the output is not a list of strings"),
        ({"input": "Ada.", "output": "['Ada <> x'"}, "the output is not a list literal"),
        ({"input": "Ada.", "output": "Ada <> x"}, "the output is not a list literal"),
        ({"input": "Ada.", "output": "[" * 5000 + "]" * 5000}, "the output is not a list literal"),
        ({"input": "Ada.", "output": "-" * 100_000 + "1"}, "the output is not a list literal"),
        ({"input": "Ada.", "output": "['" + "a" * MAX_OUTPUT_CHARACTERS + "']"}, "the output is too long"),
        ({"input": "", "output": "[]"}, "the text is empty"),
        ({"input": 3, "output": "[]"}, "'text' is a number"),
    ],
)
def test_a_bad_numind_row_is_booked_with_its_reason(row, reason):
    records, rejections = read(read_numind, row)
    assert records == []
    assert reason in str(rejections.items[0])
    with pytest.raises(CorpusError, match="data:1: "):
        read(read_numind, row, on_error="raise")


def test_numind_output_is_never_evaluated(tmp_path):
    victim = tmp_path / "touched"
    row = {"input": "Ada.", "output": f"[open({str(victim)!r}, 'w').name]"}
    _, rejections = read(read_numind, row)
    assert rejections.items[0].reason == "the output is not a list literal"
    assert not victim.exists()


@pytest.mark.filterwarnings("error")
def test_numind_unknown_escapes_are_read_without_a_warning():
    records, _ = read(read_numind, {"input": r"Run \d now.", "output": r"['\d <> regular expression']"})
    assert records[0]["entities"][0]["text"] == r"\d"


@given(st.text(max_size=40), st.text(max_size=60) | st.lists(st.text(max_size=20), max_size=4).map(repr))
def test_numind_survives_any_output(text, output):
    records, rejections = read(read_numind, {"input": text, "output": output})
    assert len(records) + rejections.count("record") == 1
    for record in records:
        for entity in record["entities"]:
            assert record["text"][entity["start"] : entity["end"]] == entity["text"]


# pile_ner


def conversation(text, *questions):
    turns = [{"from": "human", "value": f"Text: {text}"}, {"from": "gpt", "value": "I've read this text."}]
    for concept, answer in questions:
        turns.append({"from": "human", "value": f"What describes {concept} in the text?"})
        turns.append({"from": "gpt", "value": answer if isinstance(answer, str) else json.dumps(answer)})
    return {"id": "ner_1", "conversations": turns}


def test_pile_ner_reads_the_answers_and_passes_over_empty_ones():
    row = conversation("Ada met Bo in Rome.", ("person", ["Ada", "Bo"]), ("drug", []), ("city", ["Rome"]))
    records, rejections = read(read_pile_ner, row)
    assert not len(rejections)
    assert records[0]["text"] == "Ada met Bo in Rome."
    assert records[0]["id"] != "ner_1"
    found = [(entity["text"], entity["concept"]) for entity in records[0]["entities"]]
    assert found == [("Ada", "person"), ("Bo", "person"), ("Rome", "city")]


def test_pile_ner_leaves_out_a_broken_answer_and_keeps_the_rest():
    row = conversation("Ada met Bo.", ("person", ["Ada", "Eve"]), ("city", "['single quotes']"), ("x", "[1]"))
    records, rejections = read(read_pile_ner, row)
    assert [entity["text"] for entity in records[0]["entities"]] == ["Ada"]
    assert sorted(rejections.counts().items()) == [
        ("an answer is not a JSON list of strings", 2),
        ("an entity is not in the sentence", 1),
    ]


def test_pile_ner_offsets_fit_a_text_with_blank_ends_and_line_breaks():
    records, _ = read(read_pile_ner, conversation("  Ada\nmet Bo. \n", ("two\nlines", ["Bo"])))
    assert records[0]["text"] == "Ada\nmet Bo."
    assert records[0]["entities"][0]["start"] == 8
    assert records[0]["entities"][0]["concept"] == "two lines"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "the record is not an object"),
        ({"id": "1"}, "'conversations' is missing or not a list"),
        ({"conversations": [], "odd": 1}, "unknown fields (odd)"),
        ({"conversations": []}, "the conversation is incomplete (0 turns)"),
        ({"conversations": conversation("Ada.", ("x", []))["conversations"][:-1]}, "incomplete (3 turns)"),
        ({"conversations": ["Text: Ada."]}, "turn 1 should be what the human says"),
        ({"conversations": [{"from": "gpt", "value": "Text: Ada."}]}, "turn 1 should be what the human says"),
        ({"conversations": [{"from": "human", "value": 1}]}, "a turn cannot be read"),
        (
            {"conversations": [{"from": "human", "value": "Ada."}, {"from": "gpt", "value": "Yes."}]},
            "the first turn does not begin with 'Text:'",
        ),
        (conversation("Ada.", ("x", ["Bo"])), "an entity is not in the sentence"),
        (conversation("  ", ("x", [])), "the text is empty"),
    ],
)
def test_a_bad_conversation_is_booked_with_its_reason(row, reason):
    records, rejections = read(read_pile_ner, row)
    assert records == []
    assert reason in str(rejections.items[0])


def test_a_question_of_another_form_is_booked():
    row = conversation("Ada met Bo.", ("person", ["Ada"]), ("city", []))
    row["conversations"][4]["value"] = "Which cities are there?"
    records, rejections = read(read_pile_ner, row)
    assert len(records[0]["entities"]) == 1
    assert rejections.items[0].reason == "a question is not 'What describes ... in the text?'"
