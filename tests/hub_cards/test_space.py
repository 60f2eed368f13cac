import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest
from huggingface_hub import RepoCard
from support.folders import REPOSITORY
from support.small_models import save_small_model, whole_facts

from nuner.hub_cards.space.write_space import GRADIO_VERSION, write_space

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def test_a_space_holds_what_it_needs(tiny_bert_dir, tmp_path):
    model = save_small_model("two-layer", tiny_bert_dir, tmp_path / "model")
    whole_facts().save(model)
    space = write_space(tmp_path / "space", "ada/<cities>", checkpoint=model, license="mit")
    settings = json.loads((space / "space.json").read_text(encoding="utf-8"))
    assert settings == {"model": "ada/<cities>", "trust_remote_code": True, "examples": whole_facts().examples}
    card = RepoCard.load(space / "README.md").data.to_dict()
    assert card["sdk"] == "gradio" and card["app_file"] == "app.py" and card["models"] == ["ada/<cities>"]
    assert "nuner" not in (space / "app.py").read_text(encoding="utf-8")
    assert "transformers" in (space / "requirements.txt").read_text(encoding="utf-8")


def test_the_version_of_gradio_is_the_tested_one():
    constraints = REPOSITORY / "constraints.txt"
    assert f"gradio=={GRADIO_VERSION}\n" in constraints.read_text(encoding="utf-8")


def test_only_a_recognizer_is_shown(tiny_bert_dir, tmp_path):
    model = save_small_model("backbone", tiny_bert_dir, tmp_path / "model")
    with pytest.raises(ValueError, match="is a backbone; a demonstration needs a recognizer"):
        write_space(tmp_path / "space", "ada/x", checkpoint=model)


@pytest.mark.skipif(find_spec("gradio") is None, reason="gradio is not installed")
def test_a_long_text_is_read_to_its_end(tiny_bert_dir, tmp_path):
    from nuner.hub_cards.space import app

    model = save_small_model("recognizer", tiny_bert_dir, tmp_path / "model")
    ner = app.load_recognizer(str(model))
    assert app.entity_types(ner) == ["city", "company"]
    assert isinstance(ner("london " * 50), list)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.skipif(find_spec("gradio") is None, reason="gradio is not installed")
def test_text_that_is_typed_in_a_browser_is_highlighted(recognizer_of_cities, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    space = write_space(tmp_path / "space", str(recognizer_of_cities), examples=["acme works in berlin"])
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "GRADIO_SERVER_PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }
    with (
        subprocess.Popen(
            [sys.executable, "app.py"], cwd=space, env=environment, stdout=subprocess.PIPE, text=True
        ) as server,
        playwright.sync_playwright() as driver,
    ):
        try:
            assert server.stdout is not None
            url = next(match[0] for line in server.stdout if (match := re.search(r"http://\S+", line)))
            browser = driver.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            page = browser.new_page()
            faults, hosts = [], set()
            page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            page.goto(url)
            page.fill("#text textarea", "bought in london and paris")
            page.click("#recognize")
            marked = page.locator("#entities .textfield", has_text="london")
            marked.wait_for()
            assert "paris" in page.inner_text("#entities")
            page.wait_for_function("document.querySelector('#table').innerText.includes('city')")
            assert faults == []
            assert {host for host in hosts if host} == {url.split("/")[2]}
            browser.close()
        finally:
            server.terminate()


def free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def recognizer_of_cities(tiny_bert_dir, tmp_path_factory):
    """A recognizer that has learnt three cities."""
    import torch
    from transformers import AutoTokenizer

    from nuner import NuNerForTokenClassification, save_recognizer

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    model = NuNerForTokenClassification.from_encoder(tiny_bert_dir, ["O", "B-city", "I-city"])
    batch = tokenizer(["bought in london and paris", "acme works in berlin", "the order of monday"], padding=True,
                      return_tensors="pt")  # fmt: skip
    cities = torch.tensor(tokenizer.convert_tokens_to_ids(["london", "paris", "berlin"]))
    labels = torch.isin(batch["input_ids"], cities).long()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(60):
        model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    folder = tmp_path_factory.mktemp("cities")
    save_recognizer(model.eval(), tokenizer, folder)
    return folder
