"""`nuner demo`: the page as a process of its own serves it."""

import re
import signal
import urllib.request

import pytest
from support.cli_runs import nuner, start_nuner
from support.small_models import save_small_model, whole_facts


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


def test_without_gradio_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("nuner.cli.recognition.demo.find_spec", lambda name: None)
    result = nuner("demo", "tickets")
    assert result.exit_code == 2
    assert "pip install 'nuner[demo]'" in result.stderr
