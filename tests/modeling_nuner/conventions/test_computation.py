"""Attention implementations, precisions, graphs, checkpointing and devices give one result."""

import copy
from typing import Any

import pytest
import torch
from support.main_output import main_output
from torch.export import Dim, export

from nuner import NuNerConfig, NuNerForPreTraining

TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 5e-2, torch.float16: 1e-2}


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("side", ["left", "right", "no"])
def test_eager_and_sdpa_attention_agree(make_model, text, dtype, side, tmp_path):
    make_model().save_pretrained(tmp_path)
    model_class = type(make_model())
    mask = torch.ones_like(text["attention_mask"])
    if side != "no":
        mask[1, slice(0, 3) if side == "left" else slice(-3, None)] = 0
    outputs = []
    for implementation in ("eager", "sdpa"):
        try:
            model = model_class.from_pretrained(tmp_path, dtype=dtype, attn_implementation=implementation).eval()
        except ValueError as error:
            assert implementation == "sdpa" and "scaled_dot_product_attention" in str(error)
            pytest.skip("the architecture has no sdpa attention")
        assert model.dtype == dtype
        with torch.no_grad():
            outputs.append(main_output(model(text["input_ids"], mask))[mask.bool()])
    tolerance = TOLERANCE[dtype]
    torch.testing.assert_close(outputs[0], outputs[1], rtol=tolerance, atol=tolerance)


def test_the_graph_can_be_exported(make_model, text):
    model = make_model()
    batch, length = Dim.AUTO, Dim.AUTO
    program = export(model, (), text, dynamic_shapes={name: {0: batch, 1: length} for name in text}, strict=False)
    other = {name: torch.cat([value, value[:1]])[:, :7] for name, value in text.items()}
    with torch.no_grad():
        torch.testing.assert_close(
            main_output(program.module()(**other)), main_output(model(**other)), rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_the_graph_of_the_bi_encoder_with_concepts_can_be_exported(text_config, inputs, pooling):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config, concept_pooling=pooling)).eval()
    names = ("input_ids", "attention_mask", "concept_input_ids", "concept_attention_mask")
    given = {name: inputs[name] for name in names}
    program = export(model, (), given, strict=False)
    with torch.no_grad():
        ours, theirs = program.module()(**given), model(**given)
    torch.testing.assert_close(ours.concept_embeddings, theirs.concept_embeddings, rtol=1e-4, atol=1e-5)


def test_the_class_knows_of_gradient_checkpointing(make_model, text):
    model = make_model().train()
    assert type(model).supports_gradient_checkpointing
    if not model.supports_gradient_checkpointing:
        assert model.config.text_config.model_type == "mpnet"
        return
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    model.gradient_checkpointing_enable()
    assert model.is_gradient_checkpointing
    main_output(model(**text)).sum().backward()
    model.gradient_checkpointing_disable()
    assert not model.is_gradient_checkpointing


def test_layers_may_lie_on_several_devices(make_model, text, tmp_path):
    from accelerate import dispatch_model, infer_auto_device_map

    model = make_model()
    if model._no_split_modules == set():
        pytest.skip("the architecture does not say what must stay together")
    expected = main_output(model(**text)).detach()
    parts: Any = copy.deepcopy(model)
    weights = sum(p.numel() * p.element_size() for p in parts.parameters())
    device_map = infer_auto_device_map(
        parts, max_memory={"cpu": weights // 2, "disk": 10 * weights}, no_split_module_classes=parts._no_split_modules
    )
    assert set(device_map.values()) == {"cpu", "disk"}
    parts = dispatch_model(parts, device_map, main_device=torch.device("cpu"), offload_dir=tmp_path, force_hooks=True)
    torch.testing.assert_close(main_output(parts(**text)), expected)
