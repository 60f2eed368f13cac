"""`nuner pretrain --objective token-classification`: an encoder as NER-BERT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from datasets import DatasetDict

_OF_PAIRS = ("concept_encoder", "frozen_concept_layers", "temperature", "concept_pooling")


def refuse_options_of_pairs(context: typer.Context) -> None:
    """Refuse options that were given and mean nothing without a concept encoder.

    Args:
        context: Of the command.

    Raises:
        ValueError: If one was given.
    """
    for name in _OF_PAIRS:
        if context.params.get(name) is not None:
            raise ValueError(
                f"--{name.replace('_', '-')} has no effect with --objective token-classification, which has no "
                "concept encoder."
            )


def learn_types(
    encoder: str, splits: DatasetDict, output: Path, *, num_frozen_text_layers: int | None = None, **options: Any
) -> str | None:
    """Pre-train.

    Args:
        encoder: Folder or Hub id.
        splits: The corpus.
        output: Where to write.
        num_frozen_text_layers: Lowest layers that are not trained.
        **options: Those of `pretrain_types`.

    Returns:
        Why nothing was learnt, if so.
    """
    from transformers import AutoConfig

    from nuner.trainers.baselines.ner_bert.run import pretrain_types

    if num_frozen_text_layers is not None:
        config: Any = AutoConfig.from_pretrained(encoder, trust_remote_code=False)
        layers = getattr(config, "text_config", config).num_hidden_layers
        if num_frozen_text_layers >= layers:
            raise ValueError(
                f"--frozen-layers is {num_frozen_text_layers}, and the encoder has {layers} layers, of which some "
                f"must be trained: set it to {layers - 1} or less."
            )
        # Half a layer more, so that no rounding takes one away.
        options["frozen_share"] = (num_frozen_text_layers + 0.5) / layers if num_frozen_text_layers else 0.0
    return pretrain_types(encoder, splits, output, **options).get("not_learnt")
