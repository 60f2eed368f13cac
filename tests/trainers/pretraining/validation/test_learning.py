from __future__ import annotations

from typing import Any

import pytest

from nuner.trainers.pretraining.validation.learning import why_not_learnt

LEARNT = {"eval_average_precision": 0.3, "eval_chance": 0.002, "eval_logit_spread": 2.0, "eval_loss": 4.0}
LOG = [{"loss": 9.0}, {"epoch": 1.0}, {"loss": 4.0}]


def verdict(
    log: list[dict[str, float]] = LOG,
    epochs: float = 3,
    sentences: Any = 400,
    positives: Any = 5000,
    **validation: float,
) -> Any:
    given = {**LEARNT, **{f"eval_{name}": value for name, value in validation.items()}}
    return why_not_learnt(given, log, epochs=epochs, sentences=sentences, positives=positives, learning_rate=5e-4)


def test_a_run_that_has_learnt_has_nothing_to_say() -> None:
    assert verdict() is None
    assert why_not_learnt({}, LOG, epochs=3, sentences=0, positives=0, learning_rate=1e-3) is None


@pytest.mark.parametrize(
    ("validation", "log", "reason"),
    [
        ({"logit_spread": 0.01}, LOG, "All pairs have the same score"),
        ({}, [], "It was short"),
        ({}, LOG, "on the training sentences alone"),
        ({}, [{"loss": 9.0}, {"loss": 8.9}], "hardly changed, from 9.000 to 8.900"),
        ({"loss": float("nan")}, LOG, "no number: a learning rate of 0.0005 is too high"),
        ({"average_precision": 0.5}, [{"loss": float("inf")}], "no number"),
    ],
)
def test_one_that_has_not_names_the_likely_reason(
    validation: dict[str, float], log: list[dict[str, float]], reason: str
) -> None:
    said = verdict(log, **{"average_precision": 0.0021, **validation})
    assert said.startswith("The run has not learnt: after 3 epochs, ")
    assert reason in said


def test_nothing_is_said_of_what_cannot_be_told_yet() -> None:
    assert verdict(average_precision=0.002, epochs=0.5) is None
    assert verdict(average_precision=0.002, positives=20) is None
    assert verdict(average_precision=0.002, sentences=5) is None
