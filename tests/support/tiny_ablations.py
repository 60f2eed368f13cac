"""Experiments on a tiny encoder and a tiny corpus, with results that are computed or made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from support.small_corpus import small_corpus

from nuner.trainers.experiments.cells.few_shot import FewShot
from nuner.trainers.experiments.cells.pretraining import Pretraining
from nuner.trainers.experiments.experiment import Experiment
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.run import run_experiment
from nuner.trainers.experiments.runner.results_folder import ResultsFolder

MEASURING = {"data_sets": {"tickets": "support-tickets"}, "ks": [1, 4], "samples": 2, "max_test_sentences": 30}


def small_encoder(folder: Path, **arguments: Any) -> dict[str, Any]:
    """Settings of an encoder of two layers that is trained for an epoch."""
    quick = {"num_train_epochs": 1, "num_frozen_concept_layers": 1, "cache_frozen_layers": False}
    return {"text_encoder": str(folder), "arguments": {**quick, **arguments}}


def write_corpus(file: Path, sentences: int = 120) -> str:
    """Write a corpus with the sources `often` and, of a third of the sentences, `rare`."""
    rows = small_corpus(sentences)
    rows = rows.add_column("source", ["often", "often", "rare"] * (sentences // 3))  # pyright: ignore[reportCallIssue]
    rows.to_json(file)
    return str(file)


def settings_of(experiment: Experiment, **keys: Any) -> Any:
    """Settings that differ from quick ones in the keys that are given."""
    return experiment.settings.model_validate({**MEASURING, **keys})


def compute(experiment: Experiment, folder: Path, **keys: Any) -> dict[str, Any]:
    """Run an experiment with such settings."""
    settings = folder / "settings.yaml"
    settings.write_text(yaml.safe_dump({**MEASURING, **keys}, sort_keys=False), encoding="utf-8")
    return run_experiment(experiment.name, settings, folder / "out", tell=lambda line: None)


def make_up(
    experiment: Experiment,
    settings: Any,
    folder: Path,
    score: Callable[[str], float],
    figures: Callable[[str], dict[str, Any]] = lambda row: {},
) -> list[ScoreTable]:
    """Make the tables of an experiment from scores of its rows, and from what the training of a row told."""
    results = ResultsFolder(folder)
    trained = {"sentences": {"train": 90, "validation": 10}, "annotations": 300, "concepts": 50, "steps": 20}
    for cell in experiment.cells(settings):
        if isinstance(cell, Pretraining):
            results.keep(cell, {**trained, "not_learnt": None, **figures(cell.name)}, 1.0)
        elif isinstance(cell, FewShot):
            scores = {str(k): [score(cell.name), score(cell.name) + 1] for k in cell.ks}
            results.keep(cell, {"scores": scores, "left_out": {}, "about": {}, "no_vectors": None}, 1.0)
    return list(experiment.tables(settings, results))
