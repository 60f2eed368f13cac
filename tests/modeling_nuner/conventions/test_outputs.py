"""Hidden states and attentions, asked for in the call or by the configuration."""

from typing import Any

import pytest
import torch
from support.main_output import main_output
from transformers import AutoModel, BertConfig

from nuner import NuNerConfig, NuNerForTokenClassification

LAYERS, HEADS, LENGTH, WIDTH = 4, 2, 9, 32


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("by", ["argument", "configuration", "loading"])
def test_hidden_states(make_model, text, by, training, tmp_path):
    model = make_model(**({"output_hidden_states": True} if by == "configuration" else {}))
    if by == "loading":
        model.save_pretrained(tmp_path)
        model = type(model).from_pretrained(tmp_path, output_hidden_states=True)
    model.train(training)
    output = model(**text, **({"output_hidden_states": True} if by == "argument" else {}))
    assert [tuple(state.shape) for state in output.hidden_states] == [(2, LENGTH, WIDTH)] * (LAYERS + 1)
    assert output.attentions is None


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("by", ["argument", "configuration", "loading"])
def test_attentions(make_model, text, by, training, tmp_path):
    model = make_model(attn_implementation="eager")
    if by == "configuration":
        model.config.output_attentions = True
    if by == "loading":
        model.save_pretrained(tmp_path)
        model = type(model).from_pretrained(tmp_path, attn_implementation="eager", output_attentions=True)
    model.train(training)
    output = model(**text, **({"output_attentions": True} if by == "argument" else {}))
    assert [tuple(attention.shape) for attention in output.attentions] == [(2, HEADS, LENGTH, LENGTH)] * LAYERS
    assert output.hidden_states is None


def test_nothing_more_is_given_unasked_or_declined(make_model, text):
    output = make_model()(**text)
    assert output.hidden_states is None and output.attentions is None
    declined = make_model(output_hidden_states=True)(**text, output_hidden_states=False)
    assert declined.hidden_states is None


def test_they_are_those_of_the_encoder(make_model, text):
    model = make_model()
    encoder = getattr(model, "nuner", model).encoder
    output, expected = (each(**text, output_hidden_states=True) for each in (model, encoder))
    for ours, theirs in zip(output.hidden_states, expected.hidden_states, strict=True):
        assert torch.equal(ours, theirs)


def test_as_a_tuple(make_model, text):
    model = make_model(attn_implementation="eager")
    asked = {"output_hidden_states": True, "output_attentions": True}
    named, plain = model(**text, **asked), model(**text, **asked, return_dict=False)
    assert isinstance(plain, tuple)
    assert torch.equal(plain[0], main_output(named))
    assert [len(part) for part in plain[1:]] == [len(part) for part in named.to_tuple()[1:]]


def test_their_gradients_can_be_kept(make_model, text):
    model = make_model(attn_implementation="eager")
    output = model(**text, output_hidden_states=True, output_attentions=True)
    kept = output.hidden_states[0], output.attentions[0]
    for tensor in kept:
        tensor.retain_grad()
    main_output(output).sum().backward()
    assert all(tensor.grad is not None and tensor.grad.isfinite().all() for tensor in kept)


def test_single_hidden_states_by_their_numbers(text):
    size: dict[str, Any] = {"vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2}
    bert = BertConfig(**size, intermediate_size=64)
    for layers in (1, 2):
        model = NuNerForTokenClassification(NuNerConfig(text_config=bert, num_classifier_layers=layers)).eval()
        every = model(**text, output_hidden_states=True).hidden_states
        some = model(**text, output_hidden_states=[0, -1]).hidden_states
        assert [state is None for state in some] == [False, True, True, True, False]
        assert torch.equal(some[0], every[0]) and torch.equal(some[-1], every[-1])


def test_output_of_a_loaded_encoder_by_the_auto_class(make_model, text, tmp_path):
    make_model().save_pretrained(tmp_path)
    loaded = AutoModel.from_pretrained(tmp_path, output_hidden_states=True)
    assert len(loaded(**text).hidden_states) == LAYERS + 1
