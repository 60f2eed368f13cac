"""Sequences of uneven length laid end to end, so that an encoder reads them in one row without any padding.

The names of the inputs are those of transformers for flash attention. An encoder that reads packed rows takes padded
batches as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

ATTENTION = "nuner_packed"

# Sequences of a rounded row are a multiple of this, and those that fill it up.
SLOTS_MULTIPLE = 64

# Largest difference, relative to the size of the vectors, between sequences that are read packed and one by one.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Packer:
    """Lay sequences end to end, as one encoder reads them.

    Args:
        first_position: Number of the first position of a sequence: RoBERTa counts from 2, BERT from 0.
        longest: Length of the longest sequence that there may be, in tokens.
        rounded: Whether rows are filled up to few different sizes, by up to an eighth, since what is captured or
            compiled is so for one size.

    Example:
        ```python
        >>> from nuner.modeling_nuner.packing import Packer
        >>> packed = Packer(first_position=0, longest=64)([[5, 6, 7], [8]])
        >>> packed["input_ids"].tolist(), packed["position_ids"].tolist(), packed["cu_seq_lens_q"].tolist()
        ([[5, 6, 7, 8]], [[0, 1, 2, 0]], [0, 3, 4])

        ```
    """

    first_position: int
    longest: int
    rounded: bool = False

    @classmethod
    def of(cls, encoder: nn.Module, longest: int, *, rounded: bool = False) -> Packer:
        """Return what packs for an encoder.

        Args:
            encoder: The encoder.
            longest: As above.
            rounded: As above.
        """
        embeddings: Any = getattr(encoder, "embeddings", None)
        counts_from_padding = hasattr(embeddings, "create_position_ids_from_input_ids")
        return cls(embeddings.padding_idx + 1 if counts_from_padding else 0, longest, rounded)

    def __call__(self, sequences: Sequence[Sequence[int]]) -> dict[str, Any]:
        """Pack sequences.

        Args:
            sequences: Token ids.

        Returns:
            `input_ids` and `position_ids` `(1, tokens)`, and where each sequence starts, with the end of the last,
            `(sequences + 1,)`, as transformers names it; `num_sequences`. Where rows are filled up, more sequences
            follow that are none, some of them empty.
        """
        ends = torch.tensor([len(ids) for ids in sequences]).cumsum(0)
        tokens = int(ends[-1])
        input_ids = torch.zeros(self._size(tokens) if self.rounded else tokens, dtype=torch.long)
        input_ids[:tokens] = torch.tensor(list(chain.from_iterable(sequences)))
        if self.rounded:
            slots = len(sequences) + -len(sequences) % SLOTS_MULTIPLE + -(-len(input_ids) // (8 * self.longest))
            filling = tokens + self.longest * torch.arange(1, slots - len(sequences) + 1)
            ends = torch.cat([ends, filling.clamp(max=len(input_ids))])
        starts = torch.nn.functional.pad(ends, (1, 0))
        position_ids = torch.arange(len(input_ids)) - starts[:-1].repeat_interleave(starts.diff())
        starts = starts.to(torch.int32)
        return {
            "input_ids": input_ids[None],
            "position_ids": position_ids[None] + self.first_position,
            "cu_seq_lens_q": starts,
            "cu_seq_lens_k": starts,
            "max_length_q": self.longest,
            "max_length_k": self.longest,
            "num_sequences": len(sequences),
        }

    @staticmethod
    def _size(number: int) -> int:
        """Round up, by less than an eighth, to one of four to eight sizes between two powers of two."""
        step = 1 << max(0, number.bit_length() - 4)
        return number + -number % step


def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    cu_seq_lens_q: Tensor | None = None,
    max_length_q: int | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Let each token attend to those of its own sequence, as an attention function of transformers.

    Args:
        module: The attention layer.
        query: `(1, heads, tokens, head size)` of a packed row; of any other batch as `sdpa` takes it.
        key: Likewise.
        value: Likewise.
        attention_mask: Mask of a padded batch.
        dropout: Share of the attention weights that is dropped.
        scaling: Factor of the products; that of the head size when left out.
        cu_seq_lens_q: Starts of the packed sequences; the batch is not packed when left out.
        max_length_q: Length of the longest of them.
        **kwargs: What else transformers gives.

    Returns:
        `(1, tokens, heads, head size)`, and no weights.

    Raises:
        ValueError: If the layer wants more of its attention than that, such as a window or position biases.
    """
    if cu_seq_lens_q is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout, scaling, **kwargs)
    if kwargs.get("sliding_window") is not None or kwargs.get("position_bias") is not None:
        raise ValueError(f"{type(module).__name__} has a window or position biases, which packed rows have not")
    if query.is_cuda and query.dtype in (torch.float16, torch.bfloat16):
        # torch.nn.attention.varlen is this without dropout.
        q, k, v = (states[0].transpose(0, 1) for states in (query, key, value))
        output = torch.ops.aten._flash_attention_forward(
            q, k, v, cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q, dropout, False, False, scale=scaling
        )[0]
        return output[None], None
    # The same for the machines that tests run on: all pairs, most of them masked.
    tokens = torch.arange(query.shape[2], device=query.device)
    sequence = torch.bucketize(tokens, cu_seq_lens_q[1:], right=True)
    own = sequence[:, None] == sequence
    output = scaled_dot_product_attention(query, key, value, own, dropout, scale=scaling)
    return output.transpose(1, 2), None


AttentionInterface.register(ATTENTION, packed_attention)
AttentionMaskInterface.register(ATTENTION, sdpa_mask)


@torch.no_grad()
def read_packed(encoder: nn.Module, sequences: Sequence[Sequence[int]]) -> bool:
    """Let an encoder read packed rows, if it gives each sequence the vectors that it gives it alone.

    Args:
        encoder: An encoder of transformers; where it cannot, it stays as it is.
        sequences: Two or more sequences of token ids to try it on, in the precision that it is used with.

    Returns:
        False where an architecture has its own attention, such as the relative positions of MPNet and DeBERTa, or
        where the machine has no kernel for it.
    """
    model = cast(Any, encoder)
    if not model._can_set_attn_implementation():
        return False
    before = model.config._attn_implementation
    device = next(encoder.parameters()).device
    packed = {
        name: value.to(device) if isinstance(value, Tensor) else value
        for name, value in Packer.of(encoder, max(map(len, sequences)))(sequences).items()
    }
    training = encoder.training
    encoder.eval()
    try:
        with torch.autocast(device.type, enabled=False):
            alone = [model(input_ids=torch.tensor([list(ids)], device=device)).last_hidden_state for ids in sequences]
            model.set_attn_implementation(ATTENTION)
            together = model(**packed).last_hidden_state
        model(**packed)  # in the precision of the caller
        expected = torch.cat(alone, dim=1)
        fits = bool((together - expected).abs().max() <= TOLERANCE * expected.abs().max())
    except (RuntimeError, ValueError, TypeError, AttributeError):
        fits = False
    finally:
        encoder.train(training)
    if not fits:
        model.set_attn_implementation(before)
    return fits
