"""`nuner demo`: the page as a process of its own serves it."""

import re
import signal
import urllib.request

import pytest
from support.cli_runs import nuner, start_nuner
from support.small_models import save_small_model, whole_facts
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer


def test_the_page_is_served_until_ctrl_c(tiny_bert_dir, tmp_path):
    pytest.importorskip("gradio")
    model = save_small_model("recognizer", tiny_bert_dir, tmp_path / "tickets")
    whole_facts().save(model)
    demo = start_nuner("demo", model, "--port", 0)
    try:
        assert demo.stdout is not None
        line = next((line for line in demo.stdout if "Ctrl-C" in line), None)
        assert line is not None, demo.communicate()[1]
        address = re.search(r"tickets is at (http://127\.0\.0\.1:\d+/)", line)
        assert address is not None, line
        with urllib.request.urlopen(address[1], timeout=60) as answer:
            assert answer.status == 200
            page = answer.read().decode()
        assert "tickets: named entities" in page
        assert whole_facts().examples[0] in page
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=60)
        assert "Traceback" not in errors
    finally:
        demo.kill()
        demo.wait()


def test_only_a_recognizer_is_shown(tiny_bert_dir, tmp_path):
    pytest.importorskip("gradio")
    model = save_small_model("backbone", tiny_bert_dir, tmp_path / "encoder")
    result = nuner("demo", model)
    assert result.exit_code == 2, result.output
    assert f"{model} is an encoder without a classifier" in result.stderr
    assert f"fine-tune it first: nuner finetune {model}" in result.stderr


@pytest.mark.parametrize("kind", ["recognizer", "bi-encoder"])
def test_the_page_finds_the_types_that_are_named(tiny_bert_dir, tmp_path, kind):
    pytest.importorskip("gradio")
    client = pytest.importorskip("gradio_client")
    if kind == "recognizer":
        model = save_tiny_recognizer(tiny_bert_dir, tmp_path / "model")
    else:
        model = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "model")
    text = "london visited paris monday acme"
    expected = EntityRecognizer.from_pretrained(model, labels=["city"], threshold=0.3)(text)
    demo = start_nuner("demo", model, "--port", 0, "--label", "city", "--threshold", 0.3)
    try:
        assert demo.stdout is not None
        line = next((line for line in demo.stdout if "Ctrl-C" in line), None)
        assert line is not None, demo.communicate()[1]
        marked, _ = client.Client(line.split(" is at ")[1].split(" ")[0], verbose=False).predict(
            text, api_name="/recognize"
        )
        found = [part["token"] for part in marked if part["class_or_confidence"] == "city"]
        assert found == [entity["text"] for entity in expected] != []
    finally:
        demo.kill()
        demo.wait()


def test_options_that_do_not_go_together(tiny_bert_dir, tmp_path):
    pytest.importorskip("gradio")
    bi_encoder = save_small_model("bi-encoder", tiny_bert_dir, tmp_path / "bi")
    result = nuner("demo", bi_encoder)
    assert (
        result.exit_code == 2
        and "is a bi-encoder, and a recognizer is needed; name the types that it shall find, by --label"
        in result.stderr
    )
    result = nuner("demo", bi_encoder, "--label", "city", "--trust-remote-code")
    assert result.exit_code == 2 and "goes without --label" in result.stderr
