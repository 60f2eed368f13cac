"""A table of scores like those of experiments."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuner.trainers.experiments.results.score_table import ScoreTable

NOT_TOLD = "four concepts"


def score_table(
    groups: tuple[str, ...] = ("movies", "genes"),
    ks: tuple[int, ...] = (1, 16),
    *,
    runs: int = 2,
    samples: int = 8,
    lacking: tuple[tuple[str, int], ...] = (),
    **options: Any,
) -> ScoreTable:
    """Make a table of three rows: `base`, `NuNER` which gains ten points, and `four concepts` which gains nothing.

    Args:
        groups: Names of the groups.
        ks: Sizes of the samples.
        runs: Number of runs of NuNER; the others have one.
        samples: Number of samples.
        lacking: The cells that NuNER lacks.
        **options: Entries of the table, in the place of those that it has.
    """
    generator = np.random.default_rng(0)
    scores: dict[str, dict[str, dict[int, list[list[float]]]]] = {"base": {}, NOT_TOLD: {}, "NuNER": {}}
    for place, group in enumerate(groups):
        for of_row in scores.values():
            of_row[group] = {}
        for k in ks:
            base = 20 + 9 * place + 5 * np.log2(k) + generator.normal(size=(1, samples)) * 3
            noise = np.resize([0.5, -0.5], samples)
            scores["base"][group][k] = base.tolist()
            scores[NOT_TOLD][group][k] = (base + noise).tolist()
            if (group, k) not in lacking:
                scores["NuNER"][group][k] = (base + 10 + noise + np.arange(runs)[:, None]).tolist()
    entries: dict[str, Any] = {
        "title": "Encoders",
        "metric": "Macro-averaged token F1 without O, in percent",
        "scores": scores,
        "references": {NOT_TOLD: "base", "NuNER": "base"},
    }
    return ScoreTable(**entries | options)
