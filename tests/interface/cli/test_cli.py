"""The command line as a whole: help, version, and what it says to bad input."""

import errno
import json
import os
import re
import subprocess
import sys

import pytest
import typer
import typer.main
from support.cli_runs import nuner, start_nuner
from typer.testing import CliRunner

from nuner import __version__
from nuner.cli import app
from nuner.cli.errors import StoppedByUser, errors_as_messages, is_disk_full, one_sentence


def test_help_names_every_command():
    result = nuner("--help")
    assert result.exit_code == 0
    for command in ("quickstart", "corpus", "pretrain", "finetune", "benchmark"):
        assert command in result.output
        assert nuner(command, "--help").exit_code == 0


def commands_of(group, names=()):
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        yield (*names, name), command
        if inner:
            yield from commands_of(command, (*names, name))


def test_help_cuts_no_name_and_no_sentence():
    shown: dict[tuple[str, ...], str] = {(): nuner("--help").output}
    for names, command in commands_of(typer.main.get_command(app)):
        shown[names] = CliRunner().invoke(app, [*names, "--help"]).output
        for option in (name for parameter in command.params for name in parameter.opts if name.startswith("--")):
            assert re.search(rf"{option}(?![\w-])", shown[names]), (names, option)
        assert "…" not in shown[names] and max(map(len, shown[names].splitlines())) <= 80
        summary = (command.help or "").partition("\n\n")[0]
        if names[:-1] == ("annotate",):
            continue  # the help of `annotate` is that of `annotate run`
        assert summary and "".join(summary.split()) in "".join(shown[names[:-1]].split()), names


def test_version():
    result = nuner("--version")
    assert (result.exit_code, result.output) == (0, f"nuner {__version__}\n")


def test_an_unknown_command_is_bad_input():
    assert nuner("pre-train").exit_code == 2


def test_the_command_line_imports_nothing_heavy_of_its_own():
    script = (
        "import sys, nuner; before = set(sys.modules); import nuner.cli; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new & {'torch', 'transformers', 'datasets', 'sklearn', 'matplotlib', 'accelerate'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.fixture
def bad(tmp_path):
    """Files that cannot be used, each in its own way."""
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "misaligned.jsonl").write_text(
        json.dumps(
            {
                "text": "Ada met Bo.",
                "language": "en",
                "entities": [{"start": 4, "end": 7, "text": "Ada", "concept": "person"}],
            }
        )
        + "\n"
    )
    (tmp_path / "latin1.jsonl").write_bytes('{"text": "Café"}\n'.encode("latin-1"))
    (tmp_path / "concepts.jsonl").write_text(
        json.dumps(
            {
                "text": "Ada met Bo.",
                "language": "en",
                "entities": [{"start": 0, "end": 3, "text": "Ada", "concept": "person"}],
            }
        )
        + "\n"
    )
    scheme = tmp_path / "scheme"
    scheme.mkdir()
    for split in ("train", "test"):
        (scheme / f"{split}.jsonl").write_text('{"tokens": ["Ada", "met"], "tags": ["B-PER", "B-"]}\n')
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["pretrain", "--text-encoder", "./absent", "-o", "{out}"], ["'./absent'", "encoder"]),
        (["finetune", "./absent", "--data", "support-tickets", "-o", "{out}"], ["'./absent'", "encoder"]),
        (["benchmark", "./absent", "-o", "{out}"], ["'./absent'", "encoder"]),
        (
            ["finetune", "{bert}", "--data", "support-tickets", "--k", "500", "-o", "{out}"],
            ["k = 500 is too large", "'order_id'"],
        ),
        (["finetune", "{bert}", "--data", "support-tickets", "--k", "0", "-o", "{out}"], ["k must be at least 1"]),
        (["finetune", "{bert}", "--data", "{bad}/scheme", "-o", "{out}"], ["train.jsonl:1", "'B-'"]),
        (["finetune", "{bert}", "--data", "{bad}/absent", "-o", "{out}"], ["absent"]),
        (["corpus", "stats", "records", "{bad}/absent.jsonl"], ["absent.jsonl"]),
        (["corpus", "stats", "records", "{bad}/empty.jsonl"], ["empty.jsonl", "is empty"]),
        (["corpus", "stats", "records", "{bad}/latin1.jsonl"], ["latin1.jsonl:1"]),
        (
            ["corpus", "stats", "records", "{bad}/misaligned.jsonl", "--on-error", "raise"],
            ["misaligned.jsonl:1"],
        ),
        (
            ["corpus", "stats", "records", "{bad}/concepts.jsonl", "--drop-concept", "person"],
            ["concepts.jsonl", "is empty", "person"],
        ),
        (
            ["pretrain", "--text-encoder", "{bert}", "--corpus", "{bad}/empty.jsonl", "-o", "{out}"],
            ["empty.jsonl", "is empty"],
        ),
        (
            ["pretrain", "--text-encoder", "{bert}", "-o", "{out}"],
            ["(--frozen-layers) is 6, and the encoder has 2 layers", "set it to 1 or less"],
        ),
        (
            ["pretrain", "--text-encoder", "{bert}", "--temperature", "0", "--max-examples", "40", "-o", "{out}"],
            ["temperature is 0"],
        ),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tiny_bert_dir, bad, tmp_path, arguments, parts):
    places = {"bert": str(tiny_bert_dir), "bad": str(bad), "out": str(tmp_path / "out")}
    arguments = [argument.format(**places) for argument in arguments]
    if arguments[0] == "corpus":
        arguments += ["--cache-dir", tmp_path / "cache"]
    result = nuner(*arguments)
    assert result.exit_code == 2, result.output
    (said,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    for part in parts:
        assert part in said
    assert "Traceback" not in result.output
    assert not (tmp_path / "out" / "model.safetensors").exists()


@pytest.mark.parametrize("arguments", [["finetune", "encoder", "-o", "out"], ["evaluate", "recognizer"]])
def test_the_data_are_asked_for(arguments):
    result = nuner(*arguments)
    assert result.exit_code == 2
    assert "Missing option '--data'" in result.stderr


def test_an_encoder_that_the_hub_does_not_have(tmp_path):
    process = start_nuner("finetune", "nobody/no-such-encoder", "--data", "support-tickets", "-o", "out", cwd=tmp_path)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 2
    assert stderr.strip() == (
        "Error: there is no encoder 'nobody/no-such-encoder': "
        "neither a folder with a saved model nor a Hub id within reach"
    )


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("k is 0.\nMore words."), 2, "Error: k is 0."),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.jsonl"), 2, "Error: a.jsonl: no such file"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "Error: /x: permission denied"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "Error: the disk is full."),
        (RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed"), 1, "the disk is full."),
        (StoppedByUser("Stopped. Go on with --resume."), 130, "Stopped. Go on with --resume."),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_errors_the_user_can_mend(capsys, error, code, said):
    with pytest.raises(typer.Exit) as stop, errors_as_messages():
        raise error
    assert stop.value.exit_code == code
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1


def test_a_bug_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="shapes differ"), errors_as_messages():
        raise RuntimeError("shapes differ")


def test_a_full_disk_is_seen_behind_other_errors():
    try:
        try:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as full:
            raise ValueError("could not write") from full
    except ValueError as error:
        assert is_disk_full(error)
    assert not is_disk_full(OSError(errno.EACCES, os.strerror(errno.EACCES)))


def test_an_error_without_words_has_a_name():
    assert one_sentence(ValueError()) == "ValueError"


def test_everything_of_the_user_is_shown_as_it_is(tmp_path):
    name = "team [red] [bold] :boom: \x1b[31m\u202e"
    shown = r"team [red] [bold] :boom: \x1b[31m\u202e"
    path = tmp_path / f"{name}.jsonl"
    entity = {"start": 0, "end": 3, "text": "Ada", "concept": f"[/b]{name}"}
    path.write_text(json.dumps({"text": "Ada was here.", "entities": [entity]}) + "\nno json\n", encoding="utf-8")
    process = start_nuner("corpus", "stats", "records", path.name, "--json", f"{name}.json", cwd=tmp_path)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert f"[/b]{shown} (1)" in output
    assert f"Corpus: records ({shown}.jsonl)" in output
    # Logged by the reader, and told by the command.
    assert errors.count(f"{shown}.jsonl:2: the line is not valid JSON") == 2
    assert "\x1b" not in output + errors and "\u202e" not in output + errors
    for arguments in (("predict", name), ("corpus", "stats", name), ("predict", "model", "--format", name), (name,)):
        process = start_nuner(*arguments, cwd=tmp_path)
        output, errors = process.communicate()
        assert process.returncode == 2
        assert not {"\x1b", "\u202e"} & set(output + errors)


def test_a_terminal_that_knows_few_letters_gets_the_rest_as_escapes(tmp_path):
    entity = {"start": 0, "end": 3, "text": "Zo\u00eb", "concept": "\u4eba"}
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Zo\u00eb was here.", "entities": [entity]}) + "\n")
    process = start_nuner("corpus", "stats", "records", "a.jsonl", cwd=tmp_path, PYTHONIOENCODING="latin-1")
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert r"\u4eba (1)" in output
