"""Sequences that lie end to end have the vectors that they have alone."""

import pytest
import torch
from support.tiny_configs import CONFIGS, tiny_config
from transformers import AutoModel

from nuner.modeling_nuner.packing import ATTENTION, Packer, packed_attention, read_packed

SEQUENCES = [[2, 5, 6, 7, 8, 9, 10, 3], [2, 11, 3], [2, 30, 40, 50, 60, 3]]
PACKABLE = {"bert", "roberta", "distilbert"}


def tiny_encoder(architecture):
    torch.manual_seed(0)
    return AutoModel.from_config(tiny_config(architecture)).eval()


@pytest.mark.parametrize("architecture", CONFIGS)
def test_an_encoder_reads_packed_rows_or_stays_as_it_is(architecture):
    encoder = tiny_encoder(architecture)
    before = encoder.config._attn_implementation
    assert read_packed(encoder, SEQUENCES) is (architecture in PACKABLE)
    assert encoder.config._attn_implementation == (ATTENTION if architecture in PACKABLE else before)
    assert ATTENTION not in str(encoder.config.to_dict())


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize("architecture", sorted(PACKABLE))
def test_packed_sequences_have_the_vectors_and_gradients_of_padded_ones(architecture, rounded):
    encoder = tiny_encoder(architecture)
    encoder.set_attn_implementation(ATTENTION)
    lengths = [len(ids) for ids in SEQUENCES]
    pad = encoder.config.pad_token_id
    input_ids = torch.tensor([ids + [pad] * (max(lengths) - len(ids)) for ids in SEQUENCES])
    mask = torch.tensor([[1] * n + [0] * (max(lengths) - n) for n in lengths])
    wanted = torch.randn(sum(lengths), 32, generator=torch.Generator().manual_seed(1))
    padded = encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state[mask.bool()]
    packed = encoder(**Packer.of(encoder, 12, rounded=rounded)(SEQUENCES)).last_hidden_state[0, : sum(lengths)]
    torch.testing.assert_close(packed, padded, rtol=1e-4, atol=1e-5)
    weights = [p for p in encoder.parameters() if p.requires_grad]
    for ours, expected in zip(
        torch.autograd.grad((packed * wanted).sum(), weights, allow_unused=True),
        torch.autograd.grad((padded * wanted).sum(), weights, allow_unused=True),
        strict=True,
    ):
        assert (ours is None) is (expected is None)
        if ours is not None:
            torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-4)


def test_rounded_rows_are_of_few_sizes_and_filled_up_with_sequences_that_fit():
    pack = Packer(first_position=0, longest=5, rounded=True)
    shapes = set()
    for count in range(20, 60):
        packed = pack([[7] * 5] * count)
        starts = packed["cu_seq_lens_q"]
        assert starts[count] == 5 * count and starts[-1] == packed["input_ids"].shape[1]
        assert int(starts.diff().min()) >= 0 and int(starts.diff().max()) <= 5
        assert packed["input_ids"].shape[1] <= 1.125 * 5 * count
        assert int(packed["position_ids"].max()) == 4
        shapes.add((packed["input_ids"].shape[1], len(starts)))
    assert len(shapes) <= 14  # of 40


def test_attention_with_a_window_is_not_packed():
    states = torch.zeros(1, 1, 4, 8)
    with pytest.raises(ValueError, match="Linear has a window"):
        packed_attention(
            torch.nn.Linear(1, 1), states, states, states, None, cu_seq_lens_q=torch.tensor([0, 4]), sliding_window=3
        )
