import json

import pytest
from support.cli_runs import nuner

_TASK = {
    "data": {"text": "😀 Ada in Rome"},
    "annotations": [
        {
            "result": [
                {"type": "labels", "value": {"start": 3, "end": 6, "text": "Ada", "labels": ["PER"]}},
                {"type": "relation", "from_id": "a", "to_id": "b"},
            ]
        }
    ],
}

_MISFIT = {"start": 0, "end": 3, "text": "Rome", "labels": ["LOC"]}


@pytest.fixture
def tasks(tmp_path):
    (tmp_path / "tasks.json").write_text(json.dumps([_TASK]))
    return tmp_path / "tasks.json"


def test_a_file_becomes_one_of_another_tool(tasks, tmp_path):
    result = nuner("labels", "convert", tasks, tmp_path / "new" / "train.jsonl", "--to", "doccano")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "new" / "train.jsonl").read_text())["label"] == [[2, 5, "PER"]]
    assert "1 texts, 1 entities: Label Studio JSON to doccano JSON Lines" in result.output
    assert "1 results of type 'relation' were left out" in result.output


def test_a_name_that_tells_the_format_is_enough(tasks, tmp_path):
    assert nuner("labels", "convert", tasks, tmp_path / "train.conll").exit_code == 0
    assert (tmp_path / "train.conll").read_text() == "😀\tO\nAda\tB-PER\nin\tO\nRome\tO\n"


def test_nothing_is_overwritten_unasked(tasks, tmp_path):
    target = tmp_path / "train.conll"
    target.write_text("mine")
    refused = nuner("labels", "convert", tasks, target)
    assert (refused.exit_code, target.read_text()) == (2, "mine")
    assert "--force" in refused.output
    assert nuner("labels", "convert", tasks, target, "--force").exit_code == 0
    assert "Ada" in target.read_text()
    assert nuner("labels", "convert", tasks, tasks, "--to", "label-studio-min", "--force").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train.json"], "--to"),
        (["train.jsonl", "--to", "brta"], "--to"),
        (["train.jsonl", "--from", "label studio"], "--from"),
    ],
)
def test_formats_that_cannot_be_told_name_the_option(tasks, tmp_path, arguments, said):
    result = nuner("labels", "convert", tasks, tmp_path / arguments[0], *arguments[1:])
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / arguments[0]).exists()


def test_records_that_cannot_be_read(tasks, tmp_path):
    misfit = {
        "data": {"text": "Rome"},
        "annotations": [{"result": [{"type": "labels", "value": _MISFIT}]}],
    }
    tasks.write_text(json.dumps([_TASK, misfit]))
    refused = nuner("labels", "convert", tasks, tmp_path / "train.conll")
    assert refused.exit_code == 2
    assert "tasks.json:2: the offsets do not fit the text" in refused.output
    assert "pass --on-error skip to leave it out" in refused.output
    skipped = nuner("labels", "convert", tasks, tmp_path / "train.conll", "--on-error", "skip")
    assert skipped.exit_code == 0
    assert "Left out 1 records" in skipped.output


def test_tags_that_cannot_be_read_are_named_with_their_place(tmp_path):
    for tags, said in ((("B-PER", "LOC"), "a.tsv:3: tag 'LOC' has no prefix"), (("BX", "IX"), "a.tsv: tags 'BX' and")):
        (tmp_path / "a.tsv").write_text(f"Ada\t{tags[0]}\n\nRome\t{tags[1]}\nis\tO\nbig\tO\n.\tO\n")
        result = nuner("labels", "convert", tmp_path / "a.tsv", tmp_path / "a.jsonl", "--to", "doccano")
        assert result.exit_code == 2
        assert said in result.output and "--scheme plain" in result.output


def test_columns_and_scheme_are_chosen(tmp_path):
    (tmp_path / "a.tsv").write_text("Ada\tS-PER\tO\nin\tO\tO\nRome\tS-LOC\tS-TOWN\n")
    target = tmp_path / "a.jsonl"
    arguments = ("labels", "convert", tmp_path / "a.tsv", target, "--to", "doccano", "--tags-column", "2")
    assert nuner(*arguments).exit_code == 0
    assert json.loads(target.read_text())["label"] == [[7, 11, "TOWN"]]
    assert nuner(*arguments, "--force", "--scheme", "plain").exit_code == 0
    assert json.loads(target.read_text())["label"] == [[7, 11, "S-TOWN"]]
    assert nuner(*arguments, "--force", "--scheme", "IOB3").exit_code == 2
    tagged = nuner("labels", "convert", target, tmp_path / "b.conll", "--tags-column", "label")
    assert tagged.exit_code == 2
    assert "has no columns to choose" in tagged.output
