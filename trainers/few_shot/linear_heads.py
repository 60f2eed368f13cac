"""Many linear softmax classifiers on frozen features, fitted together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .lbfgs import minimize

logger = logging.getLogger(__name__)

# Chosen with the features of MiniLM on 1,000 held-out training sentences of each of MIT Movie, MIT
# Restaurant and BioNLP 2004 (5 seeds, mean F1 over k = 1, 4, 16, 64): 38.9 for 0.003, 39.6 for 0.01,
# 39.8 for 0.02, 0.03 and 0.05. With l2 = 0.01, a bias without penalty cost 4 points at k = 1, where it
# only learns that most words are outside all entities, and gave 0.5 at k = 64.
DEFAULT_L2 = 0.02

# Elements of one padded batch of training sets: 256 MiB in float32.
_BATCH_ELEMENTS = 64 * 2**20
# Sets that are shorter than this share of the longest one wait for the next batch.
_LEAST_FILL = 0.7


@dataclass(frozen=True)
class LinearHeads:
    """Fitted classifiers.

    Args:
        weight: The weights, `(heads, features, classes)`.
        bias: The biases, `(heads, classes)`.
        gradient: Largest absolute entry of the gradient where fitting stopped, `(heads,)`.
    """

    weight: Tensor
    bias: Tensor
    gradient: Tensor

    def predict(self, features: Tensor) -> Tensor:
        """Classify words by each head.

        Args:
            features: Vectors of the words, `(words, features)`.

        Returns:
            Class numbers, `(heads, words)`.
        """
        pairs = zip(self.weight, self.bias, strict=True)
        return torch.stack([(features @ weight + bias).argmax(-1) for weight, bias in pairs])


def fit_linear_heads(
    features: Sequence[Tensor],
    labels: Sequence[Tensor],
    num_classes: int,
    *,
    l2: float = DEFAULT_L2,
    bias_l2: float | None = None,
    origins: Sequence[nn.Linear] | None = None,
    starts: Sequence[nn.Linear] | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 500,
) -> LinearHeads:
    """Fit a multinomial logistic regression to each training set, all in batched tensors.

    A head minimizes `mean cross-entropy + l2 * |W|^2 + bias_l2 * |b|^2` over the words of its training
    set. The features are first centered and divided by one number, so that their mean square
    is 1 and the penalty weighs the same for every encoder; the heads returned take the
    features as they came. The objective is strictly convex: the result depends on it alone,
    not on a learning rate or a number of steps.

    Args:
        features: For each head, the vectors of its words, `(words, features)`.
        labels: For each head, class numbers below `num_classes`, `(words,)`.
        num_classes: Number of classes, the same for all heads.
        l2: Weight of the penalty, above 0.
        bias_l2: Weight of the penalty on the biases, above 0; l2 if not given.
        origins: For each head, a layer from features to the logits of the classes that the penalty draws the head to,
            in place of zeros: W and b are then what the head adds to it.
        starts: For each head, where the solver begins, such as what was fitted to most of the words before; the origin
            if not given. The minimum is the same.
        tolerance: A head is done when no entry of its gradient exceeds this.
        max_iterations: Most steps of the solver.

    Returns:
        The heads in the order of the training sets.

    Raises:
        ValueError: If a training set is empty, or l2 or bias_l2 is not above 0.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers import fit_linear_heads
        >>> heads = fit_linear_heads([torch.tensor([[-1.0], [1.0]])], [torch.tensor([0, 1])], 2)
        >>> heads.predict(torch.tensor([[-2.0], [3.0]])).tolist()
        [[0, 1]]

        ```
    """
    if not features or any(len(rows) == 0 for rows in features):
        raise ValueError("a head needs at least one word to be fitted to")
    bias_l2 = l2 if bias_l2 is None else bias_l2
    if min(l2, bias_l2) <= 0:
        raise ValueError(
            f"l2 and bias_l2 must be above 0, not {min(l2, bias_l2)}: without a penalty there may be no minimum"
        )
    heads: dict[int, tuple[Tensor, Tensor, Tensor]] = {}
    for batch in _batches([rows.numel() for rows in features]):
        x, target, means, scales = _padded([features[i] for i in batch], [labels[i] for i in batch], num_classes)
        offset = torch.zeros(())
        if origins is not None:
            offset = _padded_logits([features[i] for i in batch], [origins[i] for i in batch])
        start = x.new_zeros(x.shape[0], x.shape[2], num_classes)
        if starts is not None:
            for head, i in enumerate(batch):
                start[head] = _scaled(
                    starts[i], origins[i] if origins is not None else None, means[head], scales[head]
                )
        w, gradient = _fit(x, target, offset, start, (l2, bias_l2), tolerance, max_iterations)
        weight = w[:, :-1] / scales[:, None, None]
        bias = w[:, -1] - torch.einsum("hd,hdc->hc", means, weight)
        if origins is not None:
            weight = weight + torch.stack([origins[i].weight.detach().T for i in batch])
            bias = bias + torch.stack([origins[i].bias.detach() for i in batch])
        heads.update(zip(batch, zip(weight, bias, gradient, strict=True), strict=True))
    fitted = LinearHeads(*(torch.stack([heads[i][part] for i in range(len(features))]) for part in range(3)))
    unfinished = int((fitted.gradient > tolerance).sum())
    if unfinished:
        logger.warning("%d of %d heads did not converge to %g", unfinished, len(features), tolerance)
    return fitted


def _batches(sizes: Sequence[int]) -> list[list[int]]:
    """Group training sets of similar size so that their padded batch fits in memory."""
    batches: list[list[int]] = []
    for i in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        longest = sizes[batches[-1][0]] if batches else 0
        if not batches or sizes[i] < _LEAST_FILL * longest or (len(batches[-1]) + 1) * longest > _BATCH_ELEMENTS:
            batches.append([])
        batches[-1].append(i)
    return batches


def _padded(
    features: Sequence[Tensor], labels: Sequence[Tensor], num_classes: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Lay the training sets side by side; features and targets are zero at padding.

    Returns:
        Scaled features with a constant last column `(heads, words, features + 1)`, one-hot targets
        `(heads, words, classes)`, and the means and scales that were taken out.
    """
    longest, dim = max(map(len, features)), features[0].shape[1]
    x = torch.zeros(len(features), longest, dim + 1)
    target = torch.zeros(len(features), longest, num_classes)
    means, scales = torch.zeros(len(features), dim), torch.ones(len(features))
    for head, (rows, classes) in enumerate(zip(features, labels, strict=True)):
        means[head] = rows.float().mean(0)
        centered = rows.float() - means[head]
        # one word, or equal ones, leave nothing to scale
        scales[head] = centered.square().mean().sqrt().clamp_min(1e-6)
        x[head, : len(rows), :-1] = centered / scales[head]
        x[head, : len(rows), -1] = 1.0
        target[head, torch.arange(len(rows)), classes] = 1.0
    return x, target, means, scales


@torch.no_grad()
def _padded_logits(features: Sequence[Tensor], origins: Sequence[nn.Linear]) -> Tensor:
    """Return the logits of the features as they came, `(heads, words, classes)`."""
    logits = [origin(rows.float()) for rows, origin in zip(features, origins, strict=True)]
    return nn.utils.rnn.pad_sequence(logits, batch_first=True)


@torch.no_grad()
def _scaled(head: nn.Linear, origin: nn.Linear | None, mean: Tensor, scale: Tensor) -> Tensor:
    """Return what a head adds to its origin, for features as `_padded` lays them out, `(features + 1, classes)`."""
    weight, bias = head.weight.T, head.bias
    if origin is not None:
        weight, bias = weight - origin.weight.T, bias - origin.bias
    return torch.cat([weight * scale, (bias + mean @ weight)[None]])


def _fit(
    x: Tensor, target: Tensor, offset: Tensor, start: Tensor, l2: tuple[float, float], tolerance: float, max_steps: int
) -> tuple[Tensor, Tensor]:
    words = target.sum((1, 2))
    penalty = torch.full((x.shape[2],), l2[0])
    penalty[-1] = l2[1]  # the last feature is the constant
    transposed = x.transpose(1, 2)

    def objective(w: Tensor) -> tuple[Tensor, Tensor]:
        log_p = (x @ w + offset).log_softmax(-1)
        value = -(log_p * target).sum((1, 2)) / words + (penalty[:, None] * w.square()).sum((1, 2))
        # rows of x are zero at padding, so padding adds nothing to the gradient either
        gradient = transposed @ (log_p.exp() - target) / words[:, None, None] + 2 * penalty[:, None] * w
        return value, gradient

    # The Hessian is never above this matrix in any class's block (Böhning, 1992).
    bound = transposed @ x / (2 * words[:, None, None]) + 2 * penalty.diag()
    w, gradient = minimize(objective, start, torch.linalg.cholesky(bound), tolerance, max_steps)
    return w, gradient.abs().amax((1, 2))
