"""Average precision and best F1 over (token, concept) pairs, in constant memory."""

from __future__ import annotations

import torch
from torch import Tensor

# Logits beyond these are certain anyway; the width of a bin is 1/256.
LOWEST, HIGHEST, BINS = -32.0, 32.0, 64 * 256


class PairMetrics:
    """Histograms of the logits of pairs that agree and pairs that do not.

    A validation split has hundreds of millions of pairs; the counts of two histograms say all that ranking metrics
    need, to the width of a bin.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.pretraining.validation.pair_metrics import PairMetrics
        >>> metrics = PairMetrics()
        >>> metrics.add(torch.tensor([[2.0, -1.0], [-3.0, -2.0]]), torch.tensor([[0, 0]]))
        >>> metrics.compute()["average_precision"]
        1.0

        ```
    """

    def __init__(self) -> None:
        self.positives = torch.zeros(BINS, dtype=torch.long)
        self.negatives = torch.zeros(BINS, dtype=torch.long)

    def add(self, logits: Tensor, positives: Tensor) -> None:
        """Count the pairs of a batch.

        Args:
            logits: Logits of its tokens and concepts, `(tokens, concepts)`.
            positives: Row and column of the pairs that agree, `(pairs, 2)`.
        """
        hit = _histogram(logits[positives[:, 0], positives[:, 1]])
        self.positives += hit
        self.negatives += _histogram(logits) - hit

    def all_reduce(self) -> None:
        """Add up the counts of all processes of a data-parallel run."""
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            device = "cuda" if torch.distributed.get_backend() == "nccl" else "cpu"
            counts = torch.stack([self.positives, self.negatives]).to(device)
            torch.distributed.all_reduce(counts)
            self.positives, self.negatives = counts.cpu()

    def compute(self) -> dict[str, float]:
        """Compute the metrics.

        Returns:
            `average_precision`; `f1` at the threshold that is best, and that `threshold`, a probability; `chance`,
            the share of pairs that agree, which is the average precision of scores that tell nothing; `logit_spread`,
            their standard deviation. Empty when no pair agrees.
        """
        total = int(self.positives.sum())
        if not total:
            return {}
        found = self.positives.flip(0).cumsum(0).double()
        returned = found + self.negatives.flip(0).cumsum(0)
        precision = found / returned.clamp(min=1)
        recall = found / total
        average_precision = (precision * torch.diff(recall, prepend=recall.new_zeros(1))).sum()
        f1 = 2 * found / (returned + total)
        best = int(f1.argmax())
        threshold = HIGHEST - (best + 1) * (HIGHEST - LOWEST) / BINS
        counts = self.positives + self.negatives
        centers = LOWEST + (torch.arange(BINS, dtype=torch.double) + 0.5) * (HIGHEST - LOWEST) / BINS
        mean = (counts * centers).sum() / counts.sum()
        return {
            "average_precision": float(average_precision),
            "f1": float(f1[best]),
            "threshold": float(torch.tensor(threshold, dtype=torch.double).sigmoid()),
            "chance": total / int(counts.sum()),
            "logit_spread": float(((counts * (centers - mean) ** 2).sum() / counts.sum()).sqrt()),
        }


def _histogram(logits: Tensor) -> Tensor:
    bins = ((logits.flatten().float() - LOWEST) * (BINS / (HIGHEST - LOWEST))).long().clamp_(0, BINS - 1)
    return torch.bincount(bins, minlength=BINS).cpu()
