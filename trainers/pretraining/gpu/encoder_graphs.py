"""Replay what a packed row makes an encoder compute, instead of launching its thousand kernels one by one.

A batch of 48 sentences keeps a GPU busy for less time than it takes to launch the kernels. A CUDA graph launches them
at once. It is for rows of one length: lengths are rounded up (`Packer.rounded`), so that few graphs serve all batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from transformers.modeling_outputs import BaseModelOutput


@dataclass(frozen=True)
class _Graph:
    inputs: dict[str, Tensor]
    forward: torch.cuda.CUDAGraph
    output: Tensor
    output_gradient: Tensor
    backward: torch.cuda.CUDAGraph


class _Replay(Function):
    """The encoder as a function of autograd; the gradients of its weights are written by the graph itself."""

    @staticmethod
    def forward(ctx: Any, anchor: Tensor, graphs: EncoderGraphs, graph: _Graph) -> Tensor:
        ctx.graphs, ctx.graph = graphs, graph
        graph.forward.replay()
        return graph.output.detach()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[None, None, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.graph.output_gradient.copy_(grad)
        ctx.graphs.attach_gradients()
        ctx.graph.backward.replay()
        return None, None, None


class EncoderGraphs:
    """Takes the place of an encoder's `forward` while it is trained on a CUDA device.

    A length is computed as ever when it comes for the first time, captured when it comes again, and replayed from then
    on. So is all that is not training on packed rows.

    Args:
        encoder: The encoder.
    """

    def __init__(self, encoder: nn.Module) -> None:
        self.encoder = encoder
        self.compute = encoder.forward
        self.parameters = [p for p in encoder.parameters() if p.requires_grad]
        # Graphs add to gradients where they are: these stay.
        self.gradients = [torch.zeros_like(p) for p in self.parameters]
        self.anchor = torch.zeros((), device=self.parameters[0].device, requires_grad=True)
        self.pool = torch.cuda.graph_pool_handle()
        self.seen: set[tuple[int, ...]] = set()
        self.graphs: dict[tuple[int, ...], _Graph] = {}

    def __call__(self, input_ids: Tensor | None = None, attention_mask: Tensor | None = None, **kwargs: Any) -> Any:
        """Encode, as `forward` of the encoder."""
        packed = input_ids is not None and "cu_seq_lens_q" in kwargs
        if not packed or not self.encoder.training or not torch.is_grad_enabled():
            return self.compute(input_ids=input_ids, attention_mask=attention_mask, **kwargs)
        inputs = {"input_ids": input_ids, **kwargs}
        tensors = {name: value for name, value in inputs.items() if isinstance(value, Tensor)}
        shape = tuple(value.numel() for value in tensors.values())
        if shape not in self.seen:
            self.seen.add(shape)
            return self.compute(**inputs)
        if shape not in self.graphs:
            self.graphs[shape] = self._capture(inputs)
        graph = self.graphs[shape]
        for name, value in tensors.items():
            graph.inputs[name].copy_(value, non_blocking=True)
        return BaseModelOutput(last_hidden_state=_Replay.apply(self.anchor, self, graph))  # pyright: ignore

    def attach_gradients(self) -> None:
        """Put the gradients where graphs write them, with what has been added up so far."""
        fresh = [own for p, own in zip(self.parameters, self.gradients, strict=True) if p.grad is None]
        if fresh:
            torch._foreach_zero_(fresh)  # pyright: ignore[reportPrivateImportUsage]
        for p, own in zip(self.parameters, self.gradients, strict=True):
            if p.grad is not own:
                if p.grad is not None:
                    own.copy_(p.grad)
                p.grad = own

    def _capture(self, inputs: dict[str, Any]) -> _Graph:
        inputs = {name: v.clone() if isinstance(v, Tensor) else v for name, v in inputs.items()}
        forward, backward = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
        self.attach_gradients()
        # Kept copies of the weights in half precision would be those of this step; the loader's thread goes on.
        kept = torch.is_autocast_cache_enabled()
        torch.set_autocast_cache_enabled(False)
        try:
            with torch.cuda.graph(forward, pool=self.pool, capture_error_mode="thread_local"):
                output = self.compute(**inputs).last_hidden_state
            gradient = torch.zeros_like(output)
            with torch.cuda.graph(backward, pool=self.pool, capture_error_mode="thread_local"):
                torch.autograd.backward(output, gradient)
        finally:
            torch.set_autocast_cache_enabled(kept)
        tensors = {name: value for name, value in inputs.items() if isinstance(value, Tensor)}
        return _Graph(tensors, forward, output.detach(), gradient, backward)


@contextmanager
def encoder_graphs(encoder: nn.Module) -> Iterator[None]:
    """Train an encoder by graphs for as long as the block runs.

    Args:
        encoder: The encoder, on a CUDA device.
    """
    encoder.forward = EncoderGraphs(encoder)
    try:
        yield
    finally:
        del encoder.forward
