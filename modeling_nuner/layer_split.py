"""Run an encoder of any architecture in two parts: up to a layer, and from it on.

Frozen lower layers give the same output for a text every time. Computing it once and keeping it saves their work
in every later epoch; for that, the encoder must be able to start in the middle.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import torch
from torch import Tensor, nn


class _LayerReached(Exception):
    """Ends a forward pass at the layer whose input was wanted."""

    def __init__(self, hidden_states: Tensor) -> None:
        self.hidden_states = hidden_states


class _Embedded(nn.Module):
    """Stands in for the embeddings of an encoder that starts from hidden states."""

    def forward(self, *args: Any, inputs_embeds: Tensor | None = None, **kwargs: Any) -> Tensor:
        if inputs_embeds is not None:
            return inputs_embeds
        # DistilBERT passes it by position; it is the only floating-point input there.
        return next(a for a in args if isinstance(a, Tensor) and a.is_floating_point())


def find_layers(encoder: nn.Module) -> tuple[str, nn.ModuleList]:
    """Find the list of an encoder's layers and the dotted name that leads to it.

    Args:
        encoder: An encoder with a configuration that states `num_hidden_layers`.

    Returns:
        Name and list.

    Raises:
        ValueError: If the encoder has no such list.
    """
    depth = encoder.config.num_hidden_layers  # pyright: ignore
    for name, module in encoder.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return name, module
    raise ValueError(f"{type(encoder).__name__} has no list of {depth} layers; its lower layers cannot be told apart.")


def lower_output(encoder: nn.Module, num_layers: int, **inputs: Any) -> Tensor:
    """Compute the output of an encoder's lowest layers, without running the others.

    Args:
        encoder: The encoder.
        num_layers: How many layers to run; fewer than the encoder has.
        **inputs: What its `forward` takes.

    Returns:
        What the next layer would be given, `(batch, length, hidden_size)`.

    Raises:
        ValueError: If the number of layers is not below the encoder's depth.
    """
    _, layers = find_layers(encoder)
    if not 0 <= num_layers < len(layers):
        raise ValueError(f"{num_layers} lower layers of an encoder that has {len(layers)}; keep at least one above.")

    def stop(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        raise _LayerReached(args[0] if args else kwargs["hidden_states"])

    handle = layers[num_layers].register_forward_pre_hook(stop, with_kwargs=True)
    try:
        encoder(**inputs)
    except _LayerReached as reached:
        return reached.hidden_states
    finally:
        handle.remove()
    raise ValueError(f"{type(encoder).__name__} does not run its layer {num_layers}.")


def parameters_below(encoder: nn.Module, num_layers: int) -> list[nn.Parameter]:
    """Find the parameters that the output of an encoder's lowest layers depends on.

    Autograd is asked rather than the names, so that what several layers share (the relative position biases of
    MPNet and DeBERTa) counts too.

    Args:
        encoder: The encoder.
        num_layers: How many layers count as the lowest ones.

    Returns:
        The parameters, those of the embeddings included.
    """
    parameters = list(encoder.parameters())
    wanted = [p.requires_grad for p in parameters]
    device = parameters[0].device
    for p in parameters:
        p.requires_grad_(True)
    try:
        with torch.enable_grad():
            output = lower_output(
                encoder,
                num_layers,
                input_ids=torch.ones(1, 4, dtype=torch.long, device=device),
                attention_mask=torch.ones(1, 4, dtype=torch.long, device=device),
            )
            grads = torch.autograd.grad(output.sum(), parameters, allow_unused=True)
    finally:
        for p, requires_grad in zip(parameters, wanted, strict=True):
            p.requires_grad_(requires_grad)
    return [p for p, grad in zip(parameters, grads, strict=True) if grad is not None]


def below_all_training(encoder: nn.Module) -> list[nn.Module]:
    """Find the parts of an encoder below which, and in which, nothing is trained.

    Args:
        encoder: The encoder; its embeddings must be a child called `embeddings`, as nearly all are.

    Returns:
        The whole encoder where all of it is frozen, else its embeddings and lowest layers as far as they are.
    """

    def frozen(module: nn.Module) -> bool:
        return not any(p.requires_grad for p in module.parameters())

    if frozen(encoder):
        return [encoder]
    below: list[nn.Module] = []
    embeddings = getattr(encoder, "embeddings", None)
    if embeddings is not None and frozen(embeddings):
        below = [embeddings, *takewhile(frozen, find_layers(encoder)[1])]
    return below


def starting_from(encoder: nn.Module, num_layers: int) -> Callable[..., Any]:
    """Make a view of an encoder that starts above its lowest layers and shares all parameters with it.

    Args:
        encoder: The encoder; its embeddings must be a child called `embeddings`, as nearly all are.
        num_layers: How many layers to leave out.

    Returns:
        An encoder to be called with `inputs_embeds` (what `lower_output` gives) and `attention_mask`.
    """
    path, layers = find_layers(encoder)
    view = _shallow_copy(encoder)
    view.embeddings = _Embedded()
    parent = view
    *ancestors, last = path.split(".")
    for name in ancestors:
        child = _shallow_copy(getattr(parent, name))
        setattr(parent, name, child)
        parent = child
    setattr(parent, last, layers[num_layers:])
    return view


def _shallow_copy(module: nn.Module) -> nn.Module:
    view = copy.copy(module)
    view.__dict__["_modules"] = dict(module._modules)
    return view
