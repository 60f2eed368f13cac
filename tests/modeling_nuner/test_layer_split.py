import pytest
import torch
from transformers import AlbertConfig, AutoModel, MPNetConfig

from nuner.modeling_nuner.layer_split import find_layers, lower_output, parameters_below, starting_from


@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_two_parts_give_what_the_whole_gives(text_config, inputs, num_layers):
    encoder = AutoModel.from_config(text_config).eval()
    mask = inputs["attention_mask"]
    whole = encoder(input_ids=inputs["input_ids"], attention_mask=mask).last_hidden_state
    lower = lower_output(encoder, num_layers, input_ids=inputs["input_ids"], attention_mask=mask)
    parts = starting_from(encoder, num_layers)(inputs_embeds=lower, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(parts[mask.bool()], whole[mask.bool()], rtol=1e-5, atol=1e-6)


def test_the_view_shares_parameters_and_leaves_the_encoder_alone(text_config, inputs):
    encoder = AutoModel.from_config(text_config).eval()
    before = encoder(**{k: inputs[k] for k in ("input_ids", "attention_mask")}).last_hidden_state
    view = starting_from(encoder, 2)
    ours = {id(p) for p in view.parameters()}  # pyright: ignore
    assert ours and ours < {id(p) for p in encoder.parameters()}
    after = encoder(**{k: inputs[k] for k in ("input_ids", "attention_mask")}).last_hidden_state
    assert torch.equal(before, after)
    assert len(find_layers(encoder)[1]) == 4


def test_parameters_below_are_all_that_matters_and_no_more(text_config, inputs):
    encoder = AutoModel.from_config(text_config).eval()
    below = parameters_below(encoder, 2)
    assert all(p.requires_grad for p in encoder.parameters())
    batch = {k: inputs[k] for k in ("input_ids", "attention_mask")}
    output = lower_output(encoder, 2, **batch)
    with torch.no_grad():
        for p in encoder.parameters():
            if all(p is not q for q in below):
                p.add_(1.0)
        assert torch.equal(lower_output(encoder, 2, **batch), output)
        for p in below:
            p.mul_(1.5).add_(0.1)
        assert not torch.equal(lower_output(encoder, 2, **batch), output)


def test_shared_position_biases_count_as_below():
    encoder = AutoModel.from_config(
        MPNetConfig(vocab_size=50, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=16)
    )
    below = parameters_below(encoder, 1)
    assert any(p is encoder.encoder.relative_attention_bias.weight for p in below)


def test_an_encoder_without_a_list_of_layers_is_told_apart():
    encoder = AutoModel.from_config(
        AlbertConfig(
            vocab_size=50,
            embedding_size=8,
            hidden_size=16,
            num_hidden_layers=3,
            num_attention_heads=2,
            intermediate_size=16,
        )
    )
    with pytest.raises(ValueError, match="no list of 3 layers"):
        find_layers(encoder)


def test_all_layers_cannot_be_below(text_config, inputs):
    encoder = AutoModel.from_config(text_config)
    with pytest.raises(ValueError, match="keep at least one above"):
        lower_output(encoder, 4, input_ids=inputs["input_ids"])
