"""Share the concepts of a batch between the processes of a data-parallel run."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.autograd import Function


class _GatherRows(Function):
    """Rows of all processes, one after the other; gradients flow back to the process that owns a row."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int]) -> Tensor:
        ctx.counts = counts
        padded = rows.new_zeros(max(counts), *rows.shape[1:])
        padded[: len(rows)] = rows
        parts = [torch.empty_like(padded) for _ in counts]
        dist.all_gather(parts, padded)
        return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        grad = grad.contiguous()
        dist.all_reduce(grad)
        rank = dist.get_rank()
        start = sum(ctx.counts[:rank])
        return grad[start : start + ctx.counts[rank]], None


def gather_concepts(embeddings: Tensor, concept_ids: Tensor) -> tuple[Tensor, Tensor]:
    """Gather the concepts of all processes' batches, so that each token is scored against every one of them.

    Where several processes encoded a concept, the vector of the first counts, as it would in one process with the
    joined batch. In a run of one process nothing changes.

    Args:
        embeddings: Vectors of this process's concepts, `(concepts, hidden_size)`.
        concept_ids: Their ids, the same in all processes, `(concepts,)`.

    Returns:
        Vectors of the joined batch's concepts, `(all concepts, hidden_size)`, and for each concept of this process
        its row in them, `(concepts,)`.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.pretraining.gather import gather_concepts
        >>> vectors, rows = gather_concepts(torch.zeros(3, 8), torch.tensor([7, 2, 5]))
        >>> vectors.shape, rows.tolist()  # one process: nothing to gather
        (torch.Size([3, 8]), [0, 1, 2])

        ```
    """
    if not (dist.is_available() and dist.is_initialized()) or dist.get_world_size() == 1:
        return embeddings, torch.arange(len(concept_ids), device=concept_ids.device)
    counts = [torch.zeros((), dtype=torch.long, device=concept_ids.device) for _ in range(dist.get_world_size())]
    dist.all_gather(counts, torch.tensor(len(concept_ids), device=concept_ids.device))
    sizes = [int(count) for count in counts]
    all_ids: Tensor = _GatherRows.apply(concept_ids, sizes)  # pyright: ignore
    all_embeddings: Tensor = _GatherRows.apply(embeddings, sizes)  # pyright: ignore
    unique, inverse = torch.unique(all_ids, return_inverse=True)
    places = torch.arange(len(all_ids), device=all_ids.device)
    first = torch.full_like(unique, len(all_ids)).scatter_reduce_(0, inverse, places, "amin")
    start = sum(sizes[: dist.get_rank()])
    return all_embeddings.index_select(0, first), inverse[start : start + len(concept_ids)]
