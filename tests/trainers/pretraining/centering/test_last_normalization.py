import pytest
import torch
from support.one_sided_encoders import ENDING_WITH_A_BIAS, OTHERS, save_one_sided_encoder
from transformers import AutoModel

from nuner.trainers.pretraining.centering.last_normalization import last_normalization


@pytest.mark.parametrize("name", sorted({**ENDING_WITH_A_BIAS, **OTHERS}))
def test_it_is_found_where_it_scales_and_shifts_the_vectors_alone(name, tiny_bert_dir, tmp_path):
    encoder = AutoModel.from_pretrained(save_one_sided_encoder(name, tiny_bert_dir, tmp_path)).eval()
    before = {key: value.clone() for key, value in encoder.state_dict().items()}
    input_ids = torch.tensor([[2, 7, 9, 3], [2, 8, 3, 0]])
    mask = (input_ids > 0).long()
    found = last_normalization(encoder, input_ids, mask)
    assert all(torch.equal(before[key], value) for key, value in encoder.state_dict().items())
    if name in OTHERS:
        assert found is None
        return
    with torch.no_grad():
        vectors = encoder(input_ids, attention_mask=mask).last_hidden_state
        shift = torch.randn(32)
        found.weight.mul_(3.0)
        found.bias.mul_(3.0).add_(shift)
        moved = encoder(input_ids, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(moved, 3 * vectors + shift, rtol=1e-4, atol=1e-4)
