import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModel,
    AutoModelForPreTraining,
    AutoModelForTokenClassification,
    AutoTokenizer,
    pipeline,
)

from nuner import NuNerConfig, NuNerForPreTraining, NuNerForTokenClassification, NuNerModel

TEXT = ("input_ids", "attention_mask")
AUTO = {
    "NuNerModel": AutoModel,
    "NuNerForPreTraining": AutoModelForPreTraining,
    "NuNerForTokenClassification": AutoModelForTokenClassification,
}


def run_without_nuner(code: str, cwd: Path) -> str:
    """Run code in a process where `nuner` cannot be imported."""
    blocker = "import sys; sys.modules['nuner'] = None\n"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cwd / "hf"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", blocker + code],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("model_class", [NuNerModel, NuNerForPreTraining, NuNerForTokenClassification])
def test_weights_and_outputs_survive(text_config, inputs, tmp_path, model_class):
    model = model_class(NuNerConfig(text_config=text_config)).eval()
    model.save_pretrained(tmp_path)
    loaded = AUTO[model_class.__name__].from_pretrained(tmp_path)
    assert type(loaded) is model_class
    assert loaded.state_dict().keys() == model.state_dict().keys()
    for name, weight in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weight), name


@pytest.mark.parametrize("saved", [NuNerModel, NuNerForPreTraining, NuNerForTokenClassification])
@pytest.mark.parametrize("wanted", [NuNerModel, NuNerForPreTraining, NuNerForTokenClassification])
def test_each_class_loads_the_checkpoints_of_the_others(tmp_path, saved, wanted):
    from transformers import BertConfig

    size: dict[str, Any] = {"vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    model = saved(NuNerConfig(text_config=BertConfig(**size, intermediate_size=64)))
    model.save_pretrained(tmp_path)
    loaded = AUTO[wanted.__name__].from_pretrained(tmp_path)
    ours = model if saved is NuNerModel else model.nuner
    theirs = loaded if wanted is NuNerModel else loaded.nuner
    for name, weight in ours.state_dict().items():
        assert torch.equal(theirs.state_dict()[name], weight), name


def test_a_folder_called_nuner(tiny_bert_dir, tmp_path, monkeypatch):
    NuNerForPreTraining.from_encoders(tiny_bert_dir).save_pretrained(tmp_path / "nuner")
    monkeypatch.chdir(tmp_path)
    assert isinstance(AutoModel.from_pretrained("nuner"), NuNerModel)


def test_remote_code_loads_where_nuner_is_not_installed(tiny_bert_dir, tmp_path):
    model = NuNerForPreTraining.from_encoders(tiny_bert_dir).eval()
    model.save_pretrained(tmp_path / "pushed")
    ids = torch.tensor([[2, 20, 21, 3]])
    expected = model.nuner(ids).last_hidden_state.sum().item()
    output = run_without_nuner(
        "import torch\n"
        "from transformers import AutoModel, AutoModelForPreTraining, AutoModelForTokenClassification\n"
        "for auto in (AutoModel, AutoModelForPreTraining, AutoModelForTokenClassification):\n"
        "    model = auto.from_pretrained('pushed', trust_remote_code=True).eval()\n"
        "    nuner = getattr(model, 'nuner', model)\n"
        "    print(type(model).__name__, nuner(torch.tensor([[2, 20, 21, 3]])).last_hidden_state.sum().item())\n",
        tmp_path,
    )
    lines = [line.split() for line in output.splitlines()]
    assert [name for name, _ in lines] == ["NuNerModel", "NuNerForPreTraining", "NuNerForTokenClassification"]
    assert all(float(value) == pytest.approx(expected, rel=1e-4) for _, value in lines)


def test_backbone_loads_where_nuner_cannot_be_imported(tiny_bert_dir, tmp_path):
    from nuner import export_backbone

    model = NuNerForPreTraining.from_encoders(tiny_bert_dir).eval()
    export_backbone(model, tmp_path / "backbone")
    assert not list((tmp_path / "backbone").glob("*.py"))
    expected = model.nuner(torch.tensor([[2, 20, 21, 3]])).last_hidden_state.sum().item()
    output = run_without_nuner(
        "import torch\n"
        "from transformers import AutoModel\n"
        "model = AutoModel.from_pretrained('backbone').eval()\n"
        "print(type(model).__name__, model(torch.tensor([[2, 20, 21, 3]])).last_hidden_state.sum().item())\n",
        tmp_path,
    )
    name, value = output.split()
    assert name == "BertModel"
    assert float(value) == pytest.approx(expected, rel=1e-4)


def test_pipeline_with_a_recognizer(tiny_bert_dir, tmp_path):
    labels = ["O", "B-city", "I-city"]
    NuNerForTokenClassification.from_encoder(tiny_bert_dir, labels).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(tmp_path)
    ner: Any = pipeline("ner", model=str(tmp_path), aggregation_strategy="first")  # pyright: ignore[reportCallIssue, reportArgumentType]
    for entity in ner("anna lives in paris"):
        assert entity["entity_group"] in ("city",)
        assert "anna lives in paris"[entity["start"] : entity["end"]]
