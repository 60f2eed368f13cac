"""The normalization that an encoder ends with, whose weight and bias scale and shift its vectors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

# Largest difference, of the largest value, between vectors that are shifted and those of the shifted encoder.
TOLERANCE = 1e-4
_SCALE, _SHIFT = 0.5, 1.0


@torch.no_grad()
def last_normalization(encoder: nn.Module, input_ids: Tensor, attention_mask: Tensor) -> Any:
    """Find the module that the vectors of an encoder come from, if scaling and shifting it does so to the vectors.

    Names of modules are not asked: the module is found, and tried, on an input.

    Args:
        encoder: The encoder, in evaluation mode; it is left as it was.
        input_ids: Token ids to try it on, `(batch, length)`.
        attention_mask: 1 for tokens, 0 for padding, `(batch, length)`.

    Returns:
        A module with `weight` and `bias`, both `(hidden_size,)`. None where the encoder does not end with one (the
        last normalization of ModernBERT has no bias), or uses it elsewhere, too (ALBERT in every layer).

    Example:
        ```python
        >>> import torch
        >>> from transformers import BertConfig, BertModel
        >>> from nuner.trainers.pretraining.centering.last_normalization import last_normalization
        >>> encoder = BertModel(BertConfig(hidden_size=8, num_attention_heads=1, intermediate_size=8)).eval()
        >>> input_ids = torch.tensor([[101, 2003, 102]])
        >>> last = encoder.encoder.layer[-1].output.LayerNorm
        >>> last_normalization(encoder, input_ids, torch.ones_like(input_ids)) is last
        True

        ```
    """
    outputs: list[tuple[Any, Tensor]] = []

    def note(module: nn.Module, _: Any, output: Any) -> None:
        outputs.append((module, output))

    def encode() -> Tensor:
        return encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    size: Any = encoder.config.hidden_size  # pyright: ignore
    handles = [m.register_forward_hook(note) for m in encoder.modules() if _scales_and_shifts(m, size)]
    try:
        vectors = encode()
    finally:
        for handle in handles:
            handle.remove()
    found = next((module for module, output in reversed(outputs) if torch.equal(output, vectors)), None)
    if found is None:
        return None
    weight, bias = found.weight.clone(), found.bias.clone()
    found.weight.mul_(_SCALE)
    found.bias.mul_(_SCALE).add_(_SHIFT)
    wanted = _SCALE * vectors + _SHIFT
    difference = (encode() - wanted)[attention_mask.bool()].abs().max()
    found.weight.copy_(weight)
    found.bias.copy_(bias)
    return found if difference <= TOLERANCE * wanted.abs().max() else None


def _scales_and_shifts(module: nn.Module, size: int) -> bool:
    own = dict(module.named_parameters(recurse=False))
    return own.keys() == {"weight", "bias"} and all(p.shape == (size,) for p in own.values())
