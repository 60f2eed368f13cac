"""Parameter groups with a learning rate for each layer of an encoder."""

from __future__ import annotations

from typing import Any

from torch import nn

from nuner.modeling_nuner.layer_split import find_layers


def layerwise_parameter_groups(
    model: nn.Module,
    encoder: nn.Module,
    *,
    learning_rate: float,
    head_learning_rate: float,
    layer_decay: float,
    weight_decay: float,
) -> list[dict[str, Any]]:
    """Group the trained parameters of a model by learning rate and weight decay.

    The highest layer of the encoder has `learning_rate`, each one below it `layer_decay` times that of the one above,
    the embeddings as if they were a layer below all; whatever is not part of the encoder has `head_learning_rate`.
    Biases and the weights of normalization are not decayed.

    Args:
        model: The model.
        encoder: Its encoder, whose layers are a list.
        learning_rate: Of the highest layer.
        head_learning_rate: Of what is on top.
        layer_decay: Ratio of neighboring layers, above 0 and at most 1.
        weight_decay: Of the weight matrices.

    Returns:
        Groups for a torch optimizer; no parameter is in two of them.

    Example:
        ```python
        >>> from torch import nn
        >>> from nuner.trainers.fine_tuning.layerwise_learning_rates import layerwise_parameter_groups
        >>> model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
        >>> groups = layerwise_parameter_groups(
        ...     model, model[0], learning_rate=1e-4, head_learning_rate=1e-3, layer_decay=1.0, weight_decay=0.01
        ... )
        >>> [(group["lr"], group["weight_decay"]) for group in groups]
        [(0.0001, 0.01), (0.0001, 0.0), (0.001, 0.01), (0.001, 0.0)]

        ```
    """
    rates: dict[int, float] = {}
    depth = 0
    if layer_decay != 1:  # without a decay, no list of layers is needed
        _, layers = find_layers(encoder)
        depth = len(layers)
        for place, layer in enumerate(layers):
            rates.update((id(p), learning_rate * layer_decay ** (depth - 1 - place)) for p in layer.parameters())
    lowest = learning_rate * layer_decay**depth
    for parameter in encoder.parameters():
        rates.setdefault(id(parameter), lowest)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for parameter in model.parameters():
        if parameter.requires_grad:
            rate = rates.get(id(parameter), head_learning_rate)
            groups.setdefault((rate, weight_decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    return [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]
