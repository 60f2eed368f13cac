"""Train the encoders that can on packed rows, and on a CUDA device by graphs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from torch import nn

from nuner.modeling_nuner.packing import Packer, read_packed

from ..pair_loss_trainer import PairLossTrainer
from .encoder_graphs import encoder_graphs

logger = logging.getLogger(__name__)


def pack_encoders(trainer: PairLossTrainer, texts: Sequence[Sequence[int]], max_length: int) -> None:
    """Let the collator of a trainer pack for the encoders that read packed rows, and name the others.

    Args:
        trainer: The trainer.
        texts: Token ids of one or more texts, to try it on.
        max_length: Longest text, in tokens.
    """
    concepts = trainer.data_collator.concepts
    rounded = _can_be_captured(trainer)

    def packer(encoder: nn.Module, sequences: Sequence[Sequence[int]], longest: int) -> Packer | None:
        with trainer.compute_loss_context_manager():
            if read_packed(encoder, [*sequences, *sequences]):
                return Packer.of(encoder, longest, rounded=rounded)
        logger.warning("%s cannot read texts end to end: they are padded.", type(encoder).__name__)
        return None

    trainer.data_collator.packer = packer(trainer.model.nuner.encoder, texts, max_length)
    trainer.data_collator.concept_packer = packer(trainer.model.concept_encoder, concepts.sample, concepts.longest)


def _can_be_captured(trainer: PairLossTrainer) -> bool:
    """Tell whether training is by CUDA graphs: not where processes share gradients, or layers are run in two parts."""
    args = trainer.args
    return (
        args.device.type == "cuda"
        and args.world_size == 1
        and not args.gradient_checkpointing
        and not args.cache_frozen_layers
    )


@contextmanager
def graphs_of_packed_encoders(trainer: PairLossTrainer) -> Iterator[None]:
    """Train by CUDA graphs for as long as the block runs, where rows are made for it.

    Args:
        trainer: The trainer.
    """
    packers = {
        trainer.model.nuner.encoder: trainer.data_collator.packer,
        trainer.model.concept_encoder: trainer.data_collator.concept_packer,
    }
    with ExitStack() as stack:
        for encoder, packer in packers.items():
            if packer is not None and packer.rounded:
                stack.enter_context(encoder_graphs(encoder))
        yield
