"""Outputs of frozen layers, computed once for all epochs."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch
from datasets import Dataset
from torch import Tensor, nn

from nuner.data_builders.corpus.concept_counts import arrow_tables
from nuner.modeling_nuner.layer_split import lower_output, starting_from

from ..progress import counted
from .concept_table import pad_right

logger = logging.getLogger(__name__)

TOKENS_A_BATCH = 2048

# Bytes that the kept vectors of a corpus may take.
LARGEST_KEPT = 2**31

# Few sizes of batches, since CPU kernels are compiled, and kept, for each.
LENGTH_MULTIPLE = 4

# Largest difference, relative to the size of the vectors, between an encoder run whole and in two parts.
SPLIT_TOLERANCE = 1e-3


class LowerLayerCache:
    """What the frozen lowest layers of an encoder give for each of many sequences.

    Args:
        states: Vectors of all tokens, one sequence after the other, `(tokens, hidden_size)`.
        offsets: Where each sequence starts in `states`, and the end of the last.
    """

    def __init__(self, states: Tensor, offsets: Sequence[int]) -> None:
        self.states = states
        self.offsets = offsets

    @classmethod
    @torch.no_grad()
    def compute(
        cls,
        encoder: nn.Module,
        num_layers: int,
        sequences: Sequence[Sequence[int]],
        pad_token_id: int,
        *,
        show_progress: bool = False,
    ) -> LowerLayerCache:
        """Run the lowest layers over all sequences.

        Args:
            encoder: The encoder; its frozen layers must be in evaluation mode.
            num_layers: How many layers to run.
            sequences: Token ids.
            pad_token_id: Id that fills up shorter sequences of a batch.
            show_progress: Whether to show how many sequences are done.

        Returns:
            The cache, on the CPU.
        """
        device = next(encoder.parameters()).device
        lengths = [len(ids) for ids in sequences]
        offsets = [0, *torch.tensor(lengths).cumsum(0).tolist()]
        states = torch.empty(offsets[-1], encoder.config.hidden_size)  # pyright: ignore
        by_length: dict[int, list[int]] = {}
        for i, length in enumerate(lengths):
            by_length.setdefault(length + -length % LENGTH_MULTIPLE, []).append(i)
        batches = [
            members[start : start + size]
            for padded, members in by_length.items()
            for size in [max(1, TOKENS_A_BATCH // padded)]
            for start in range(0, len(members), size)
        ]
        with counted("Frozen layers, once", len(sequences), "sequences", show=show_progress) as advance:
            for rows in batches:
                input_ids, attention_mask = pad_right([sequences[i] for i in rows], pad_token_id, LENGTH_MULTIPLE)
                output = lower_output(
                    encoder, num_layers, input_ids=input_ids.to(device), attention_mask=attention_mask.to(device)
                ).cpu()
                for place, i in enumerate(rows):
                    states[offsets[i] : offsets[i + 1]] = output[place, : lengths[i]]
                advance(len(rows))
        return cls(states, offsets)

    @classmethod
    def of_splittable(
        cls,
        encoder: nn.Module,
        num_layers: int,
        sequences: Sequence[Sequence[int]],
        pad_token_id: int,
        *,
        show_progress: bool = False,
    ) -> LowerLayerCache | None:
        """Run the lowest layers as `compute` does, if there are any and the encoder can go on from what they give."""
        if not num_layers:
            return None
        if can_be_split(encoder, num_layers, sequences[0]):
            return cls.compute(encoder, num_layers, sequences, pad_token_id, show_progress=show_progress)
        logger.warning(
            "%s gives other vectors when it is started at its layer %d: its frozen layers are run every time.",
            type(encoder).__name__,
            num_layers,
        )
        return None

    def batch(self, rows: Sequence[int], length: int) -> Tensor:
        """Return the outputs for some sequences, padded with zeros.

        Args:
            rows: Which sequences.
            length: Length to pad to, in tokens.

        Returns:
            `(rows, length, hidden_size)`.
        """
        output = self.states.new_zeros(len(rows), length, self.states.shape[1])
        for place, i in enumerate(rows):
            kept = self.states[self.offsets[i] : self.offsets[i + 1]]
            output[place, : len(kept)] = kept
        return output

    def packed(self, rows: Sequence[int]) -> Tensor:
        """Return the outputs for some sequences, end to end.

        Args:
            rows: Which sequences.

        Returns:
            `(1, tokens, hidden_size)`.
        """
        return torch.cat([self.states[self.offsets[i] : self.offsets[i + 1]] for i in rows])[None]


def can_be_kept(features: Dataset, hidden_size: int, read: int | None) -> bool:
    """Tell whether what frozen layers give for a corpus is worth its memory, and says so where it is too much.

    Args:
        features: What is learnt from.
        hidden_size: Length of a vector.
        read: Texts that the training will read; None where it reads all.

    Returns:
        False where most texts are never read, or their vectors would take more than 2 GiB.
    """
    if read is not None and read < len(features):
        return False
    tokens = sum(int(table["length"].to_numpy().sum()) for table in arrow_tables(features, ["length"]))
    needed = 4 * tokens * hidden_size
    if needed > LARGEST_KEPT:
        logger.warning(
            "What the frozen layers give for %d sentences would take %.0f GiB of memory: they are run every time.",
            len(features),
            needed / 2**30,
        )
    return needed <= LARGEST_KEPT


@torch.no_grad()
def can_be_split(encoder: nn.Module, num_layers: int, token_ids: Sequence[int]) -> bool:
    """Tell whether an encoder gives the same vectors when it is run in two parts.

    Args:
        encoder: The encoder.
        num_layers: Layers of the first part.
        token_ids: A sequence to try it on.

    Returns:
        False where an architecture does something between its embeddings and layers, or counts its layers.
    """
    input_ids = torch.tensor([list(token_ids)], device=next(encoder.parameters()).device)
    mask = torch.ones_like(input_ids)
    modes = [(module, module.training) for module in encoder.modules()]  # of frozen layers another one
    encoder.eval()
    try:
        whole = encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        lower = lower_output(encoder, num_layers, input_ids=input_ids, attention_mask=mask)
        parts = starting_from(encoder, num_layers)(inputs_embeds=lower, attention_mask=mask).last_hidden_state
    except (RuntimeError, ValueError, TypeError, AttributeError, StopIteration):
        return False
    finally:
        for module, training in modes:
            module.training = training
    return float((whole - parts).abs().max()) <= SPLIT_TOLERANCE * float(whole.abs().max())
