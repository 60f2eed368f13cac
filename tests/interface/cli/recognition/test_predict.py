"""`nuner predict` and `nuner export`."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet
from support.cli_runs import nuner, start_nuner
from support.killed_commands import steps_of_a_killed_command
from support.labelled_readings import reading
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer
from transformers import AutoTokenizer, BertForTokenClassification

from nuner import EntityRecognizer

TEXTS = ["paris visited london", "", "the order, berlin", "acme 😀 paris", "a b"]
LABELS = ["O", "B-city", "I-city"]
DELIMITERS = {"csv": ",", "tsv": "\t"}


@pytest.fixture(scope="module")
def recognizer(tiny_bert_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recognizer")
    model = BertForTokenClassification.from_pretrained(tiny_bert_dir, id2label=dict(enumerate(LABELS)))
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def expected(recognizer):
    return EntityRecognizer.from_pretrained(recognizer)(TEXTS)


def write_input(folder: Path, file_format: str) -> Path:
    path = folder / f"texts.{file_format}"
    rows = [{"id": i, "text": text} for i, text in enumerate(TEXTS)]
    if file_format == "txt":
        path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    elif file_format == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif file_format in DELIMITERS:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["id", "text"], delimiter=DELIMITERS[file_format])
            writer.writeheader()
            writer.writerows(rows)
    else:
        parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=2)
    return path


def read_output(path: Path) -> list[dict]:
    if path.suffix == ".parquet":
        return parquet.read_table(path).to_pylist()
    if path.suffix in (".csv", ".tsv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file, delimiter=DELIMITERS[path.suffix[1:]])
            return [{**row, "entities": json.loads(row["entities"])} for row in rows]
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("file_format", ["txt", "jsonl", "csv", "tsv", "parquet"])
@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
def test_every_format_to_every_format(recognizer, expected, tmp_path, file_format, ending):
    output = tmp_path / f"out.{ending}"
    done = nuner("predict", recognizer, write_input(tmp_path, file_format), "-o", output, "--rows-per-part", 2)
    assert done.exit_code == 0, done.output
    assert "5 texts (1 empty" in done.stderr
    rows = read_output(output)
    assert [row["text"] for row in rows] == TEXTS
    assert [row["entities"] for row in rows] == expected
    if file_format != "txt":
        assert [int(row["id"]) for row in rows] == [0, 1, 2, 3, 4]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([output.name, f"texts.{file_format}"])


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_texts_without_tokens(recognizer, tmp_path, ending):
    odd = ["\u200b", "\ufeff", "\x00", "\xad", "\ud800"]
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in odd))
    result = nuner("predict", recognizer, tmp_path / "odd.jsonl", "-o", tmp_path / f"found.{ending}")
    assert result.exit_code == 0, result.output
    assert [row["entities"] for row in read_output(tmp_path / f"found.{ending}")] == [[]] * len(odd)


def test_standard_input_to_standard_output(recognizer, expected):
    command = [sys.executable, "-m", "nuner.cli", "predict", str(recognizer)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, input="\n".join(TEXTS).encode(), capture_output=True, env=environment, check=True)
    assert [json.loads(line)["entities"] for line in done.stdout.decode().splitlines()] == expected


def test_a_field_that_was_there_is_kept(recognizer, expected, tmp_path):
    source, output = tmp_path / "texts.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"text": text, "entities": ["gold"]}) + "\n" for text in TEXTS))
    for arguments in ((), ("-o", output)):
        refused = nuner("predict", recognizer, source, *arguments)
        assert refused.exit_code == 2
        assert "have a field 'entities' already: name the new one with --entities-field" in refused.stderr
    assert not output.exists()
    done = nuner("predict", recognizer, source, "-o", output, "--entities-field", "found", "--restart")
    assert done.exit_code == 0, done.output
    rows = read_output(output)
    assert [row["entities"] for row in rows] == [["gold"]] * len(TEXTS)
    assert [row["found"] for row in rows] == expected
    again = nuner("predict", recognizer, output, "-o", tmp_path / "again.csv", "--entities-field", "found")
    assert again.exit_code == 2
    assert "have a field 'found' already" in again.stderr


def test_a_finished_output_is_replaced_when_that_is_asked_for(recognizer, tmp_path):
    source, output = write_input(tmp_path, "txt"), tmp_path / "out.jsonl"
    output.write_text("of the user")
    for arguments in ((), ("--restart",)):
        refused = nuner("predict", recognizer, source, "-o", output, *arguments)
        assert refused.exit_code == 2
        assert "is there already" in refused.stderr and "--force" in refused.stderr
    assert output.read_text() == "of the user"
    assert nuner("predict", recognizer, source, "-o", output, "--force").exit_code == 0
    assert len(read_output(output)) == len(TEXTS)
    refused = nuner("predict", recognizer, output, "-o", output, "--force")
    assert "is what is read" in refused.stderr


def test_a_running_one_is_not_disturbed(recognizer, tmp_path):
    source, output = tmp_path / "texts.txt", tmp_path / "out.jsonl"
    source.write_text("paris visited the order in london and berlin\n" * 3_000)
    arguments = ("predict", recognizer, source, "-o", output, "--rows-per-part", 500)
    process = start_nuner(*arguments)
    parts = tmp_path / "out.jsonl.parts"
    deadline = time.monotonic() + 120
    while not list(parts.glob("part-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGSTOP)
    for more in ((), ("--restart",), ("--force",)):
        refused = nuner(*arguments, *more)
        assert refused.exit_code == 2
        assert f"out.jsonl is being written by process {process.pid} on " in refused.stderr
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert len(read_output(output)) == 3_000


def test_a_run_that_is_killed_at_any_step_is_finished_by_the_next_one(
    recognizer, expected, tmp_path, tmp_path_factory
):
    source, output = write_input(tmp_path, "jsonl"), tmp_path / "out.jsonl"
    arguments = ("predict", recognizer, source, "-o", output, "--rows-per-part", 2, "--force")
    whole = "".join(
        json.dumps({"id": i, "text": text, "entities": found}, ensure_ascii=False) + "\n"
        for i, (text, found) in enumerate(zip(TEXTS, expected, strict=True))
    )
    states = set()
    output.write_text("of before")
    first = ("predict", recognizer, source, "-o", tmp_path_factory.mktemp("first") / "out.jsonl")
    for step in steps_of_a_killed_command(*arguments, cwd=tmp_path, first=first):
        assert output.read_text() in ("of before", whole), step
        states.add((output.read_text() == whole, (tmp_path / "out.jsonl.parts").exists()))
        done = nuner(*arguments, *(["--restart"] if step % 2 else []))
        assert done.exit_code == 0, done.output
        assert output.read_text() == whole
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "texts.jsonl"], step
        output.write_text("of before")
    # Output old or new, parts there or not: nothing, some parts, all is there, and all but a leftover is removed.
    assert states == {(False, False), (False, True), (True, True), (True, False)}


def test_a_killed_run_goes_on_behind_its_last_whole_part(recognizer, tmp_path):
    source = tmp_path / "texts.txt"
    source.write_text("paris visited the order in london and berlin\n" * 40_000)
    arguments = ("predict", recognizer, source, "-o", tmp_path / "out.jsonl", "--rows-per-part", 2000)
    process = start_nuner(*arguments)
    parts = tmp_path / "out.jsonl.parts"
    deadline = time.monotonic() + 120
    while len(list(parts.glob("part-*"))) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    whole = sorted(parts.glob("part-*"))
    assert 2 <= len(whole) < 20
    written = {path: path.stat().st_mtime_ns for path in whole}

    refused = nuner(*arguments, "--decoding", "viterbi")
    assert refused.exit_code == 2
    assert "begun with another options" in refused.stderr
    refused = nuner(*arguments, "--label", "city", "--threshold", "0.5")
    assert "begun with another labels, threshold" in refused.stderr
    source_rows = 40_000
    done = nuner(*arguments)
    assert done.exit_code == 0, done.output
    assert f"Going on behind record {2000 * len(written):,}" in done.stderr
    assert f"{source_rows - 2000 * len(written):,} texts" in done.stderr
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert len(lines) == source_rows
    assert len(set(lines)) == 1
    assert not parts.exists()


def test_memory_does_not_grow_with_the_stream(recognizer):
    script = (
        "import resource, sys\n"
        "from nuner import EntityRecognizer\n"
        "from nuner.predictions.run import with_entities\n"
        f"recognizer = EntityRecognizer.from_pretrained({str(recognizer)!r})\n"
        "records = ({'text': f'paris visited the order {i} in london'} for i in range(25_000))\n"
        "peaks = []\n"
        "for i, _ in enumerate(with_entities(records, recognizer, 'text')):\n"
        "    if i in (6_000, 24_999):\n"
        "        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "print(*peaks)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    early, late = map(int, done.stdout.split())
    assert late - early < 15_000  # kB; 19,000 records with their entities would be more


def test_bad_input_is_said_in_a_sentence(recognizer, tmp_path):
    def refusal(*arguments):
        result = nuner("predict", recognizer, *arguments)
        assert result.exit_code == 2
        return result.stderr.replace("\n", " ")

    assert "nowhere.txt: no such file" in refusal(tmp_path / "nowhere.txt")
    (tmp_path / "t.xml").write_text("x")
    assert "tells no format; known are .txt" in refusal(tmp_path / "t.xml")
    path = tmp_path / "t.jsonl"
    path.write_text('{"text": "paris"}\n{"body": "x"}\n')
    assert "line 2 of" in refusal(path)
    path.write_text('{"text": "paris"}\n{"text": \n')
    assert "is no JSON" in refusal(path)
    path.write_text("[1]\n")
    assert "no JSON object but a list" in refusal(path)
    path.write_text('{"text": 3}\n')
    assert "text number 0 is a int" in refusal(path)
    (tmp_path / "t.csv").write_text("body\nx\n")
    assert "has no field 'text', only body; name it with --column" in refusal(tmp_path / "t.csv")
    (tmp_path / "t.parquet").write_text("x")
    assert "is no Parquet file" in refusal(tmp_path / "t.parquet")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    assert "is not UTF-8 text" in refusal(tmp_path / "latin.txt")
    assert "tells no format; known are .jsonl" in refusal(tmp_path / "latin.txt", "-o", tmp_path / "out.txt")


def test_export_and_predict_with_it(recognizer, expected, tmp_path):
    source = write_input(tmp_path, "jsonl")
    done = nuner("export", recognizer, "-o", tmp_path / "exported", "--format", "openvino", "--sample", source)
    assert done.exit_code == 0, done.output
    assert "0 labels changed" in done.output
    assert json.loads((tmp_path / "exported/openvino_model.xml.parity.json").read_text())["labels_changed"] == 0
    output = tmp_path / "out.jsonl"
    done = nuner("predict", tmp_path / "exported", source, "-o", output, "--backend", "openvino")
    assert done.exit_code == 0, done.output
    found = [[(e["start"], e["end"]) for e in row["entities"]] for row in read_output(output)]
    assert found == [[(e["start"], e["end"]) for e in entities] for entities in expected]
    # Both may lie in one folder.
    shutil.copytree(recognizer, tmp_path / "exported", dirs_exist_ok=True)
    for backend in ("torch", "openvino"):
        done = nuner("predict", tmp_path / "exported", "--text", "paris", "--backend", backend)
        assert done.exit_code == 0, done.output


def test_labels_and_a_threshold(tiny_bert_dir, tmp_path):
    two_types = save_tiny_recognizer(tiny_bert_dir, tmp_path / "two")
    everything = EntityRecognizer.from_pretrained(two_types)(TEXTS)
    scores = sorted(entity["score"] for row in everything for entity in row)
    middle = scores[len(scores) // 2]
    source, output = write_input(tmp_path, "jsonl"), tmp_path / "out.jsonl"
    done = nuner("predict", two_types, source, "-o", output, "--label", "city", "--threshold", middle)
    assert done.exit_code == 0, done.output
    assert [row["entities"] for row in read_output(output)] == [
        [e for e in row if e["label"] == "city" and e["score"] >= middle] for row in everything
    ]
    for arguments, message in (
        (["--label", "drug"], "was trained for city, person, and has no type 'drug'"),
        (["--label", "city=town"], "reads no descriptions: give 'city' alone"),
        (["--label", "city", "--label", "city"], "--label 'city' comes twice"),
        (["--label", "=town"], "is blank on one side of ="),
        (["--label", "city= "], "is blank on one side of ="),
        (["--threshold", "1"], "threshold is 1.0; it must be a probability between 0 and 1"),
    ):
        refused = nuner("predict", two_types, source, *arguments)
        assert refused.exit_code == 2 and message in refused.stderr, refused.output


def test_a_bi_encoder_predicts_the_types_that_are_described(tiny_bert_dir, tmp_path):
    folder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    types = {"place": "city = town", "company": "company"}
    source, output = write_input(tmp_path, "jsonl"), tmp_path / "out.jsonl"
    done = nuner(
        *("predict", folder, source, "-o", output, "--threshold", 0.3),
        *("--label", "place=city = town", "--label", "company"),
    )
    assert done.exit_code == 0, done.output
    direct = EntityRecognizer.from_pretrained(folder, labels=types, threshold=0.3)(TEXTS)
    assert [row["entities"] for row in read_output(output)] == direct
    assert any(direct)


def test_one_look(recognizer, expected):
    done = nuner("predict", recognizer, "--text", TEXTS[0])
    assert done.exit_code == 0 and done.stderr == ""
    rows = [line.split("│")[1:-1] for line in done.stdout.splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row] for row in rows] == [
        [e["text"], e["label"], f"{e['score']:.2f}", str(e["start"]), str(e["end"])] for e in expected[0]
    ]
    nothing = nuner("predict", recognizer, "--text", "")
    assert nothing.exit_code == 0 and "No entity was found." in nothing.stdout
    for arguments in (["texts.txt"], ["-o", "out.jsonl"]):
        both = nuner("predict", recognizer, "--text", "paris", *arguments)
        assert (
            both.exit_code == 2 and "--text is for one look, in place of INPUT, --output and --format" in both.stderr
        )


TOOLS = {"label-studio": "json", "prodigy": "jsonl", "doccano": "jsonl"}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("rows_a_part", [2, 100])
def test_tasks_for_annotation_tools(recognizer, expected, tmp_path, tool, rows_a_part):
    output = tmp_path / f"tasks.{TOOLS[tool]}"
    source = write_input(tmp_path, "jsonl")
    done = nuner("predict", recognizer, source, "-o", output, "--format", tool, "--rows-per-part", rows_a_part)
    assert done.exit_code == 0, done.output
    spans = [[(entity["start"], entity["end"], entity["label"]) for entity in entities] for entities in expected]
    assert any(spans)
    if tool == "label-studio":
        tasks = json.loads(output.read_text())
        assert [task["data"] for task in tasks] == [{"id": i, "text": text} for i, text in enumerate(TEXTS)]
        for task in tasks:  # what the tool would export once a person has agreed
            task["annotations"] = [{"result": task["predictions"][0]["result"]}]
        scores = [[item["score"] for item in task["predictions"][0]["result"]] for task in tasks]
        assert scores == [[entity["score"] for entity in entities] for entities in expected]
        output.write_text(json.dumps(tasks))
    else:
        assert [json.loads(line)["text"] for line in output.read_text().splitlines()] == TEXTS
    name, read, _, rejected = reading(output)
    assert (name, rejected) == (tool, [])
    assert read == list(zip(TEXTS, spans, strict=True))


def test_tasks_on_standard_output(recognizer, tmp_path):
    (tmp_path / "texts.csv").write_text("id,body\n7,paris\n", encoding="utf-8")
    arguments = ("predict", recognizer, tmp_path / "texts.csv", "--column", "body")
    [task] = json.loads(nuner(*arguments, "--format", "label-studio").stdout)
    assert task["data"] == {"body": "paris", "id": "7"}
    assert json.loads(nuner(*arguments, "--format", "prodigy").stdout)["text"] == "paris"
    (tmp_path / "texts.csv").write_text("id,body\n", encoding="utf-8")
    assert json.loads(nuner(*arguments, "--format", "label-studio").stdout) == []
    refused = nuner(*arguments, "--format", "label-studio", "-o", tmp_path / "tasks.csv")
    assert refused.exit_code == 2
    assert "takes a .json file" in refused.output
