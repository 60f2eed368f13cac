from typing import Any, cast

import pytest
import torch
from transformers import AutoModel

from nuner import NuNerConfig, NuNerForPreTraining, NuNerForTokenClassification, NuNerModel
from nuner.modeling_nuner.layer_split import find_layers, lower_output

TEXT = ("input_ids", "attention_mask")


def test_loss_is_the_sum_over_pairs_by_positives(text_config, inputs):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config, temperature=3)).eval()
    output = model(**inputs)
    logits = model.score(output.token_embeddings, output.concept_embeddings)
    targets = torch.zeros_like(logits).flatten(0, 1)
    targets[inputs["positives"][:, 0], inputs["positives"][:, 1]] = 1
    real = inputs["token_mask"].flatten()
    dense = torch.nn.functional.binary_cross_entropy_with_logits(
        logits.flatten(0, 1)[real], targets[real], reduction="sum"
    )
    torch.testing.assert_close(output.loss, dense / 4)
    assert output.token_embeddings.shape == (2, 9, 32)
    assert output.concept_embeddings.shape == (3, 32)


def test_every_trained_parameter_gets_a_gradient(text_config, inputs):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config)).train()
    model(**inputs).loss.backward()
    without = [name for name, p in model.named_parameters() if p.grad is None]
    assert without == []


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_concepts_do_not_depend_on_their_company(text_config, inputs, pooling):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config, concept_pooling=pooling)).eval()
    ids, mask = inputs["concept_input_ids"], inputs["concept_attention_mask"]
    together = model.encode_concepts(ids, mask)
    for i in range(3):
        length = int(mask[i].sum())
        alone = model.encode_concepts(ids[i : i + 1, :length], mask[i : i + 1, :length])
        torch.testing.assert_close(together[i], alone[0], rtol=1e-4, atol=1e-5)


def test_kept_lower_states_give_the_same_loss_and_gradients(text_config, inputs):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config)).eval()
    whole = model(**inputs).loss
    text = {k: inputs[k] for k in TEXT}
    concepts = {"input_ids": inputs["concept_input_ids"], "attention_mask": inputs["concept_attention_mask"]}
    parts = model(
        **inputs,
        lower_hidden_states=lower_output(model.nuner.encoder, 2, **text).detach(),
        num_lower_layers=2,
        concept_lower_hidden_states=lower_output(model.concept_encoder, 1, **concepts).detach(),
        num_concept_lower_layers=1,
    ).loss
    torch.testing.assert_close(parts, whole)
    upper = list(find_layers(model.nuner.encoder)[1][2:].parameters())
    ours = torch.autograd.grad(parts, upper)
    torch.testing.assert_close(ours, torch.autograd.grad(whole, upper), rtol=1e-4, atol=1e-6)


def test_frozen_parts_run_without_dropout(text_config, inputs):
    model = NuNerModel(NuNerConfig(text_config=text_config))
    for p in model.parameters():
        p.requires_grad_(False)
    model.train()
    text = {k: inputs[k] for k in TEXT}
    assert torch.equal(model(**text).last_hidden_state, model(**text).last_hidden_state)
    next(model.parameters()).requires_grad_(True)
    model.train()
    assert model.encoder.training


def test_gradient_checkpointing_changes_nothing(text_config, inputs, monkeypatch):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config)).eval()
    if not model.supports_gradient_checkpointing:
        assert text_config.model_type == "mpnet"
        with pytest.raises(ValueError, match="does not support"):
            model.gradient_checkpointing_enable()
        return
    model(**inputs).loss.backward()
    plain = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    # Checkpointing is for training mode only, and dropout would change the gradients.
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        for name in ("attention_dropout", "dropout_prob"):
            if isinstance(getattr(module, name, None), float):
                monkeypatch.setattr(module, name, 0.0)
    model(**inputs).loss.backward()
    for name, p in model.named_parameters():
        if p.grad is not None:
            torch.testing.assert_close(p.grad, plain[name], rtol=1e-3, atol=1e-5)


def test_bf16_and_autocast(text_config, inputs):
    model = NuNerForPreTraining(NuNerConfig(text_config=text_config)).eval()
    exact = model(**inputs).loss
    with torch.autocast("cpu", dtype=torch.bfloat16):
        close = model(**inputs).loss
    assert close.dtype == torch.float32
    assert close.item() == pytest.approx(exact.item(), rel=0.05)
    assert cast(Any, model).to(torch.bfloat16)(**inputs).loss.item() == pytest.approx(exact.item(), rel=0.05)


@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
def test_attention_implementations_agree(inputs, implementation):
    from transformers import RobertaConfig

    size: dict[str, Any] = {"vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    model = NuNerModel(NuNerConfig(text_config=RobertaConfig(**size, intermediate_size=64))).eval()
    text = {k: inputs[k] for k in TEXT}
    expected = model(**text).last_hidden_state
    model.set_attn_implementation(implementation)
    assert model.encoder.config._attn_implementation == implementation
    torch.testing.assert_close(model(**text).last_hidden_state, expected, rtol=1e-4, atol=1e-5)


def test_compiled_model_gives_the_same_vectors(inputs):
    from transformers import BertConfig

    config = BertConfig(
        vocab_size=120, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    model = NuNerModel(NuNerConfig(text_config=config)).eval()
    text = {k: inputs[k] for k in TEXT}
    compiled = torch.compile(model, backend="aot_eager")
    torch.testing.assert_close(
        compiled(**text).last_hidden_state, model(**text).last_hidden_state, rtol=1e-4, atol=1e-5
    )


def test_from_encoders_takes_the_weights_of_both(text_config, inputs, tmp_path):
    text, concept = AutoModel.from_config(text_config), AutoModel.from_config(text_config)
    text.save_pretrained(tmp_path / "text")
    concept.save_pretrained(tmp_path / "concept")
    model = NuNerForPreTraining.from_encoders(tmp_path / "text", tmp_path / "concept", temperature=2.0).eval()
    expected = text.eval()(**{k: inputs[k] for k in TEXT}).last_hidden_state
    output = model(**inputs)
    torch.testing.assert_close(output.token_embeddings, expected)
    ids, mask = inputs["concept_input_ids"][1:2], inputs["concept_attention_mask"][1:2]
    expected = concept.eval()(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
    torch.testing.assert_close(output.concept_embeddings[1:2], expected, rtol=1e-4, atol=1e-5)
    assert model.config.temperature == 2.0


def test_an_encoder_that_does_not_exist(tmp_path):
    with pytest.raises(OSError, match="no-such-encoder"):
        NuNerForPreTraining.from_encoders(tmp_path / "no-such-encoder")


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("features", [[-1], [-1, -3]])
def test_token_classifier_heads(text_config, inputs, layers, features):
    config = NuNerConfig(
        text_config=text_config,
        num_classifier_layers=layers,
        feature_layers=features,
        id2label={0: "O", 1: "B-x", 2: "I-x"},
    )
    model = NuNerForTokenClassification(config).eval()
    labels = torch.where(inputs["token_mask"], 1, -100)
    output = model(**{k: inputs[k] for k in TEXT}, labels=labels)
    assert output.logits.shape == (2, 9, 3)
    mean = torch.nn.functional.cross_entropy(output.logits[labels == 1], labels[labels == 1])
    torch.testing.assert_close(output.loss, mean)
    items = int((labels == 1).sum()) * 2
    half = model(**{k: inputs[k] for k in TEXT}, labels=labels, num_items_in_batch=items).loss
    torch.testing.assert_close(half, mean / 2)
