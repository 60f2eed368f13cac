"""Whether a pre-training has learnt anything, and why it has not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

# Concepts are not equally frequent, and a small sample is lucky: what has learnt is many times better than chance.
TIMES_CHANCE = 2.0
# With fewer sentences, or fewer pairs that agree, chance alone is as good now and then.
LEAST_SENTENCES, LEAST_POSITIVES = 10, 200
# Logits that differ by less are one score for all pairs.
_EQUAL = 0.1
_HARDLY_CHANGED = 0.05


class NotLearntError(RuntimeError):
    """A pre-training came to its end, all is written, and the model tells nothing apart.

    Args:
        reason: What to say, with the likely reason.
        figures: What `pretrain` would have returned.

    Example:
        ```python
        >>> from nuner.trainers import NotLearntError, pretrain
        >>> try:  # takes hours  # doctest: +SKIP
        ...     figures = pretrain("roberta-base", corpus, "runs/nuner")
        ... except NotLearntError as error:
        ...     figures = error.figures

        ```
    """

    def __init__(self, reason: str, figures: dict[str, Any]) -> None:
        super().__init__(reason)
        self.figures = figures


def why_not_learnt(
    validation: Mapping[str, float],
    log_history: Sequence[Mapping[str, float]],
    *,
    epochs: float,
    sentences: int,
    positives: int,
    learning_rate: float,
) -> str | None:
    """Say in a sentence that a run has not learnt, and the likely reason.

    Args:
        validation: The last validation, as the trainer returns it.
        log_history: All that was logged.
        epochs: Passes over the corpus by then.
        sentences: Validation sentences.
        positives: (token, concept) pairs of the validation sentences that agree.
        learning_rate: The highest learning rate.

    Returns:
        The sentence; None where the run has learnt, has not had an epoch, or has too few of them to tell.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.validation.learning import why_not_learnt
        >>> validation = {"eval_average_precision": 0.31, "eval_chance": 0.002, "eval_loss": 4.0}
        >>> size = {"sentences": 400, "positives": 5000}
        >>> why_not_learnt(validation, [], epochs=3, learning_rate=5e-4, **size) is None
        True

        ```
    """
    precision, chance = validation.get("eval_average_precision"), validation.get("eval_chance")
    too_few = sentences < LEAST_SENTENCES or positives < LEAST_POSITIVES
    if precision is None or chance is None or epochs < 1 or too_few:
        return None
    losses = [entry["loss"] for entry in log_history if "loss" in entry]
    if all(map(math.isfinite, (*losses, validation["eval_loss"]))) and precision > TIMES_CHANCE * chance:
        return None
    return (
        f"The run has not learnt: after {epochs:g} epoch{'' if epochs == 1 else 's'}, average precision on the "
        "validation sentences is "
        f"{precision:.4f}, and {chance:.4f} is chance. {_reason(validation, losses, learning_rate)}"
    )


def _reason(validation: Mapping[str, float], losses: Sequence[float], learning_rate: float) -> str:
    if not all(map(math.isfinite, (*losses, validation["eval_loss"]))):
        return f"The loss is no number: a learning rate of {learning_rate:g} is too high."
    if validation["eval_logit_spread"] < _EQUAL:
        return (
            f"All pairs have the same score, as where the first steps were too long: try a learning rate below "
            f"{learning_rate:g}."
        )
    if len(losses) < 2:
        return "It was short: try more epochs or more sentences."
    if losses[-1] > (1 - _HARDLY_CHANGED) * losses[0]:
        return (
            f"The loss has hardly changed, from {losses[0]:.3f} to {losses[-1]:.3f}: try more epochs, or a learning "
            f"rate above {learning_rate:g}."
        )
    return (
        "The loss fell on the training sentences alone: there are too few of them, or the validation sentences are of "
        "another kind."
    )
