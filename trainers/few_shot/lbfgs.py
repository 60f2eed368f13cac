"""L-BFGS for many independent convex problems of one shape at once."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_HISTORY = 10
_MOST_HALVINGS = 20
# Armijo's condition: the least share of the decrease that the slope promises.
_DECREASE = 1e-4
# Decreases below the rounding error of the objective cannot be seen.
_ROUNDING = 1e-6

_Pair = tuple[Tensor, Tensor, Tensor]


def minimize(
    objective: Callable[[Tensor], tuple[Tensor, Tensor]],
    start: Tensor,
    factor: Tensor,
    tolerance: float,
    max_iterations: int,
) -> tuple[Tensor, Tensor]:
    """Minimize a function of each matrix of a batch.

    Each problem has its own step length and its own end; none sees the others.

    Args:
        objective: From matrices `(problems, rows, columns)` to the values `(problems,)` and the gradients
            `(problems, rows, columns)`. Strictly convex for each problem.
        start: Where to begin, `(problems, rows, columns)`.
        factor: Cholesky factor of an estimate of the Hessian of one column, the preconditioner,
            `(problems, rows, rows)`.
        tolerance: A problem is done when no entry of its gradient exceeds this.
        max_iterations: Most steps.

    Returns:
        The minimizers and the gradients there.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.few_shot.lbfgs import minimize
        >>> def squares(w):
        ...     return (w - 3).square().sum((1, 2)), 2 * (w - 3)
        >>> least, _ = minimize(squares, torch.zeros(1, 1, 1), torch.ones(1, 1, 1), tolerance=1e-6, max_iterations=9)
        >>> round(least.item(), 4)
        3.0

        ```
    """
    w = start
    value, gradient = objective(w)
    history: list[_Pair] = []
    for _ in range(max_iterations):
        active = gradient.abs().amax((1, 2)) > tolerance
        if not active.any():
            break
        direction = -_times_inverse_hessian(gradient, history, factor)
        slope = _dot(direction, gradient)
        length = active.float()
        new_w = w + length[:, None, None] * direction
        new_value, new_gradient = objective(new_w)
        for _ in range(_MOST_HALVINGS):
            wanted = value + _DECREASE * length * slope + _ROUNDING * value.abs()
            too_long = active & (new_value > wanted)
            if not too_long.any():
                break
            length = torch.where(too_long, length / 2, length)
            new_w = w + length[:, None, None] * direction
            new_value, new_gradient = objective(new_w)
        step, change = new_w - w, new_gradient - gradient
        curvature = _dot(step, change)
        # A weight of 0 makes a pair without curvature, such as that of a finished problem, inert.
        weight = torch.where(curvature > 1e-12, 1 / curvature.clamp_min(1e-12), 0.0)
        history = [*history[1 - _HISTORY :], (step, change, weight)]
        w, value, gradient = new_w, new_value, new_gradient
    return w, gradient


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum((1, 2))


def _times_inverse_hessian(gradient: Tensor, history: list[_Pair], factor: Tensor) -> Tensor:
    """The two-loop recursion of L-BFGS for every problem."""
    result = gradient
    shares: list[Tensor] = []
    for step, change, weight in reversed(history):
        shares.append((weight * _dot(step, result))[:, None, None])
        result = result - shares[-1] * change
    result = torch.cholesky_solve(result, factor)
    if history:
        step, change, weight = history[-1]
        expected = weight * _dot(change, torch.cholesky_solve(change, factor))
        result = result * torch.where(weight > 0, 1 / expected.clamp_min(1e-12), 1.0)[:, None, None]
    for (step, change, weight), share in zip(history, reversed(shares), strict=True):
        result = result + step * (share - (weight * _dot(change, result))[:, None, None])
    return result
