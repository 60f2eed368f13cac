"""Freeze the lowest layers of an encoder (section 3.3)."""

from __future__ import annotations

from torch import nn

from nuner.modeling_nuner.layer_split import find_layers, parameters_below


def freeze_lower_layers(encoder: nn.Module, num_layers: int) -> None:
    """Stop the training of the embeddings and the lowest layers of an encoder.

    Whatever their output depends on is frozen, position biases that upper layers share too; so their output for a
    text never changes.

    Args:
        encoder: An encoder of any architecture whose layers are a list.
        num_layers: How many of its layers; 0 freezes nothing, not even the embeddings.

    Raises:
        ValueError: If fewer than 0 or more layers are named than the encoder has, less one.

    Example:
        ```python
        >>> from transformers import BertConfig, BertModel
        >>> from nuner.trainers.freezing import freeze_lower_layers
        >>> encoder = BertModel(BertConfig(hidden_size=8, num_attention_heads=1, intermediate_size=8))
        >>> freeze_lower_layers(encoder, 6)
        >>> sum(layer.output.dense.weight.requires_grad for layer in encoder.encoder.layer)
        6

        ```
    """
    if num_layers == 0:
        return
    _, layers = find_layers(encoder)
    if not 0 < num_layers < len(layers):
        raise ValueError(
            f"Cannot freeze {num_layers} of {len(layers)} layers; name 0 to {len(layers) - 1}, "
            "so that some are trained."
        )
    for parameter in parameters_below(encoder, num_layers):
        parameter.requires_grad_(False)
