"""Probabilities from logits, and the threshold that parts them best (Platt, 1999)."""

from __future__ import annotations

import numpy as np


def fit_platt_scaling(logits: np.ndarray, agrees: np.ndarray) -> tuple[float, float]:
    """Fit the logistic regression of "the pair agrees" on its logit.

    Args:
        logits: Logits of the pairs, `(pairs,)`.
        agrees: Whether each pair agrees, `(pairs,)`.

    Returns:
        Scale and bias: `sigmoid(scale * logit + bias)` is the probability. The scale is positive, so that the order
        of probabilities is that of the logits.

    Example:
        ```python
        >>> import numpy as np
        >>> from nuner.trainers.pretraining.platt_scaling import fit_platt_scaling
        >>> logits = np.array([-3.0, -1.0, -1.0, 1.0, 1.0, 3.0])
        >>> scale, bias = fit_platt_scaling(logits, np.array([False, False, True, False, True, True]))
        >>> 0 < scale < 2, abs(round(bias, 3))
        (True, 0.0)

        ```
    """
    from scipy.optimize import minimize

    sign = np.where(agrees, 1.0, -1.0)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        scale, bias = np.exp(parameters[0]), parameters[1]
        margin = sign * (scale * logits + bias)
        pull = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.array([(pull * logits).mean() * scale, pull.mean()])
        return float(np.logaddexp(0, -margin).mean()), gradient

    # Beyond these scales every score is 0.5, or 0 and 1: the regression of classes that are apart has no end.
    fitted = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-6, 3), (-100, 100)])
    return float(np.exp(fitted.x[0])), float(fitted.x[1])


def best_threshold(logits: np.ndarray, agrees: np.ndarray) -> tuple[float, float]:
    """Find the logit from which on the F1 of the pairs is best.

    Args:
        logits: Logits of the pairs, `(pairs,)`.
        agrees: Whether each pair agrees, `(pairs,)`.

    Returns:
        The logit, one of those given, and the F1.

    Example:
        ```python
        >>> import numpy as np
        >>> from nuner.trainers.pretraining.platt_scaling import best_threshold
        >>> best_threshold(np.array([3.0, 2.0, 1.0]), np.array([True, True, False]))
        (2.0, 1.0)

        ```
    """
    order = np.argsort(-logits, kind="stable")
    found = np.cumsum(agrees[order])
    f1 = 2 * found / (np.arange(1, len(logits) + 1) + found[-1])
    # A threshold cannot part equal scores.
    f1[:-1][np.diff(logits[order]) == 0] = 0
    best = int(f1.argmax())
    return float(logits[order][best]), float(f1[best])
