import json

import pytest

from nuner.data_builders.plain_console import PlainConsole
from nuner.quickstart.run import run_quickstart


@pytest.mark.slow
def test_a_short_quickstart_from_end_to_end(tmp_path):
    console = PlainConsole(record=True, width=120)
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

    again = PlainConsole(record=True, width=120)
    run_quickstart(files.folder, max_steps=20, ks=(1,), seeds=1, finetune_epochs=1, console=again)
    assert "Done by an earlier run" in again.export_text()
