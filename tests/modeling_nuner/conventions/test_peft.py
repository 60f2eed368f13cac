"""peft adapts, saves, loads and merges all three classes."""

import copy
from typing import Any

import pytest
import torch
from peft import IA3Config, LoraConfig, PeftModel, get_peft_model
from support.main_output import main_output

from nuner import NuNerForPreTraining, NuNerForTokenClassification

LINEAR = {
    "modernbert": ["Wqkv", "mlp.Wo"],
    "deberta-v2": ["query_proj", "output.dense"],
}
METHODS: dict[str, Any] = {
    "LoRA": lambda linear, task: LoraConfig(target_modules=linear, task_type=task),
    "LoRA on all linear layers": lambda linear, task: LoraConfig(target_modules="all-linear", task_type=task),
    "DoRA": lambda linear, task: LoraConfig(target_modules=linear, task_type=task, use_dora=True),
    "IA3": lambda linear, task: IA3Config(target_modules=linear, feedforward_modules=linear[1:], task_type=task),
    "IA3 on all linear layers": lambda linear, task: IA3Config(
        target_modules="all-linear", feedforward_modules=[], task_type=task
    ),
}


@pytest.mark.parametrize("method", METHODS)
def test_adapters_train_load_and_merge(make_model, inputs, text, method, tmp_path):
    base = make_model()
    linear = LINEAR.get(base.config.text_config.model_type, ["query", "output.dense"])
    recognizer = isinstance(base, NuNerForTokenClassification)
    task = "TOKEN_CLS" if recognizer else "FEATURE_EXTRACTION"
    fresh = copy.deepcopy(base)
    if recognizer:
        # A new classifier, as before a training: the trained one must come with the adapters.
        fresh.classifier[-1].weight.data.normal_()
    model: Any = get_peft_model(base, METHODS[method](linear, task))
    if isinstance(fresh, NuNerForPreTraining):
        model(**inputs).loss.backward()
    elif recognizer:
        model(**text, labels=torch.ones_like(text["input_ids"])).loss.backward()
    else:
        main_output(model(**text))[..., 0].mean().backward()
    for p in filter(lambda p: p.requires_grad, model.parameters()):
        assert p.grad is not None
        p.data += 0.2 * torch.randn_like(p)
    model.eval()
    trained = main_output(model(**text)).detach()
    assert not torch.allclose(trained, main_output(fresh(**text)), atol=1e-3)
    model.save_pretrained(tmp_path)

    loaded: Any = PeftModel.from_pretrained(fresh, str(tmp_path)).eval()
    torch.testing.assert_close(main_output(loaded(**text)), trained)
    merged: Any = loaded.merge_and_unload()
    assert type(merged) is type(fresh)
    torch.testing.assert_close(main_output(merged(**text)), trained, rtol=1e-4, atol=1e-4)
    assert merged.state_dict().keys() == make_model().state_dict().keys()
