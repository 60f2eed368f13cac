import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from transformers import AutoModelForTokenClassification, BertConfig

from nuner import NuNerConfig, NuNerForTokenClassification, export_token_classifier
from nuner.modeling_nuner.export.plain import ExportError

LABELS = {0: "O", 1: "B-city", 2: "I-city"}


def test_logits_equal_those_of_the_plain_classifier(text_config, inputs, tmp_path):
    config = NuNerConfig(text_config=text_config, id2label=LABELS)
    model = NuNerForTokenClassification(config).eval()
    if text_config.model_type in ("modernbert",):
        with pytest.raises(ExportError, match="head of its own"):
            export_token_classifier(model, tmp_path)
        return
    export_token_classifier(model, tmp_path)
    plain = AutoModelForTokenClassification.from_pretrained(tmp_path).eval()
    assert plain.config.model_type == text_config.model_type
    assert plain.config.id2label == LABELS
    text = {k: inputs[k] for k in ("input_ids", "attention_mask")}
    real = inputs["attention_mask"].bool()
    torch.testing.assert_close(plain(**text).logits[real], model(**text).logits[real], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fields", [{"num_classifier_layers": 2}, {"feature_layers": [-1, -2]}])
def test_other_heads_are_refused(text_config, tmp_path, fields):
    model = NuNerForTokenClassification(NuNerConfig(text_config=text_config, id2label=LABELS, **fields))
    with pytest.raises(ExportError, match="save_pretrained"):
        export_token_classifier(model, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_model_that_was_trained_in_bf16_is_compared_in_full_precision(tmp_path):
    torch.manual_seed(0)
    text_config = BertConfig(hidden_size=32, num_attention_heads=2, num_hidden_layers=4, intermediate_size=64)
    model = NuNerForTokenClassification(NuNerConfig(text_config=text_config, id2label=LABELS))
    # Large logits: what bf16 rounds off them is more than the check allows.
    torch.nn.init.normal_(model.classifier[-1].weight, std=5)  # pyright: ignore[reportArgumentType]
    # A trainer of another test may have fixed the precision of this process, which is told to each as it begins.
    AcceleratorState._reset_state(reset_partial_state=True)
    prepared = Accelerator(cpu=True, mixed_precision="bf16").prepare(model)
    assert prepared.forward is not type(model).forward
    export_token_classifier(prepared, tmp_path)
    assert AutoModelForTokenClassification.from_pretrained(tmp_path).config.id2label == LABELS
