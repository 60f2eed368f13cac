"""What is said about checkpoints that do not exist or hold something else."""

import os
import socket
import subprocess
import sys

import pytest

from nuner import EntityRecognizer, ZeroShotRecognizer
from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors

WITHIN_REACH = "neither a folder with a saved model nor a Hub id within reach"


def load_export(checkpoint):
    EntityRecognizer.from_pretrained(checkpoint, "onnx")


def load_zero_shot(checkpoint):
    ZeroShotRecognizer.from_pretrained(checkpoint, labels=["city"])


@pytest.mark.parametrize(
    ("load", "missing", "hollow"),
    [
        (
            EntityRecognizer.from_pretrained,
            f"there is no recognizer {{name!r}}: {WITHIN_REACH}",
            "{name} holds no recognizer with its tokenizer (",
        ),
        (
            load_zero_shot,
            f"there is no bi-encoder {{name!r}}: {WITHIN_REACH}",
            "{name} holds no bi-encoder with its tokenizer (",
        ),
        (
            load_export,
            "there is no export {name!r}: neither a folder that `nuner export` wrote nor a Hub id within reach",
            "{name} has no config.json: it is no folder that `nuner export` wrote",
        ),
    ],
)
def test_what_was_asked_for_is_said(load, missing, hollow, tmp_path):
    for name in (str(tmp_path / "absent"), "nobody/no-such-model"):
        with pytest.raises(FileNotFoundError) as error:
            load(name)
        assert str(error.value) == missing.format(name=name)
    folder = tmp_path / "hollow"
    folder.mkdir()
    with pytest.raises(ValueError) as error:
        load(str(folder))
    assert str(error.value).startswith(hollow.format(name=folder))
    assert "\n" not in str(error.value)


def test_other_errors_are_left_alone(tmp_path):
    with pytest.raises(KeyError), explain_checkpoint_errors(tmp_path, "encoder"):
        raise KeyError("bug")
    with (
        pytest.raises(ValueError, match=r"holds no encoder \(OSError\)"),
        explain_checkpoint_errors(tmp_path, "encoder"),
    ):
        raise OSError


def test_without_the_hub_a_mistyped_name_is_told_at_once():
    script = """
import time
from nuner import EntityRecognizer
for name in ("me/recogniser", "recogniser", "no/id/at/all"):
    began = time.monotonic()
    try:
        EntityRecognizer.from_pretrained(name)
    except FileNotFoundError as error:
        print(time.monotonic() - began, error, sep="|")
"""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_HUB_OFFLINE")}
        environment["HF_ENDPOINT"] = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
    lines = [line.split("|") for line in done.stdout.splitlines()]
    assert len(lines) == 3 and all(WITHIN_REACH in said for _, said in lines)
    assert all(float(seconds) < 5 for seconds, _ in lines[1:])
