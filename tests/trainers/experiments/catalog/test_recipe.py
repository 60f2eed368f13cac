"""The experiment recipe: changes of the pre-training, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nuner.trainers import LenientBCELoss
from nuner.trainers.experiments.catalog.few_shot_frozen import FEW_SHOT_FROZEN, FewShotFrozenSettings
from nuner.trainers.experiments.catalog.recipe import RECIPE, RecipeSettings
from nuner.trainers.experiments.cells.pretraining import Pretraining
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.run import run_experiment
from nuner.trainers.experiments.settings.reading import read_settings

MEASURED = {"data_sets": {"tickets": "support-tickets"}, "ks": [2, 4], "samples": 3, "max_test_sentences": 20}


def read(changes: object, corpus: object = "bundled", **recipe: object) -> RecipeSettings:
    encoder = {"text_encoder": "base", **recipe}
    settings = {"encoder": encoder, "corpus": corpus, "changes": changes, **MEASURED}
    return read_settings(RecipeSettings, yaml.safe_dump(settings, sort_keys=False), "my.yaml")


@pytest.fixture(autouse=True)
def encoders(tiny_bert_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").symlink_to(tiny_bert_dir)
    monkeypatch.chdir(tmp_path)


def test_a_change_replaces_one_thing() -> None:
    arguments, corpus = {"max_steps": 5, "learning_rate": 1e-4}, {"options": {"max_examples": 90}}
    changes = {
        "pairs": {"arguments": {"loss_normalization": "pairs", "max_steps": 9}},
        "cold": {"model": {"temperature": 1.0}},
        "lower case": {"corpus": {"lowercase": True}},
    }
    cells: Any = RECIPE.cells(read(changes, arguments=arguments, corpus=corpus, seeds=[0, 1]))
    trained = {(cell.name, cell.seed): cell for cell in cells if isinstance(cell, Pretraining)}
    assert len(trained) == 2 * 4
    assert trained["recipe", 1].arguments == arguments
    assert trained["pairs", 1].arguments == {**arguments, "loss_normalization": "pairs", "max_steps": 9}
    assert trained["cold", 0].model_fields == {"temperature": 1.0}
    assert trained["lower case", 0].corpus.options == {"max_examples": 90, "lowercase": True}
    assert len({encoder.fingerprint for encoder in trained.values()}) == len(trained)


def test_what_needs_code_of_its_own_is_trained_with_it() -> None:
    changes = {
        "several": {"spread_concepts": 2, "corpus": {"lowercase": True}},
        "lenient": {"similar_concepts": 0.5},
        "lenient pairs": {"similar_concepts": 0.5, "arguments": {"loss_normalization": "pairs"}},
        "stricter": {"similar_concepts": 0.9},
    }
    trained = {cell.name: cell for cell in RECIPE.cells(read(changes)) if isinstance(cell, Pretraining)}
    assert str(trained["several"].corpus) == "bundled (lowercase True), concepts spread from 2"
    assert trained["lenient"].loss == LenientBCELoss(0.5, "positives")
    assert trained["lenient pairs"].loss == LenientBCELoss(0.5, "pairs")
    assert trained["recipe"].loss is None
    assert len({cell.fingerprint for cell in trained.values()}) == len(trained)


def test_a_corpus_without_descriptions_is_refused_before_anything_is_computed() -> None:
    change = {"append_descriptions": True, "arguments": {"num_frozen_concept_layers": 0}}
    cells = RECIPE.cells(read({"described": change}, corpus={"options": {"max_examples": 60}}))
    (described,) = [cell for cell in cells if isinstance(cell, Pretraining) and cell.name == "described"]
    with pytest.raises(ValueError, match="no entity of the corpus has a description"):
        described.check()


def test_the_recipe_is_the_encoder_of_other_experiments() -> None:
    ours = RECIPE.cells(read({"cold": {"model": {"temperature": 1.0}}}))
    encoders = {"base": "base", "NuNER": {"text_encoder": "base", "corpus": "bundled"}}
    theirs = FEW_SHOT_FROZEN.cells(FewShotFrozenSettings.model_validate({"encoders": encoders, **MEASURED}))
    assert [cell.fingerprint for cell in ours[:3]] == [cell.fingerprint for cell in theirs]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, "changes is {}"),
        ({"recipe": {"model": {"temperature": 1.0}}}, "a change cannot be called 'recipe'"),
        ({"x": {"arguments": {"temperature": 1.0}}}, "there is no 'temperature'"),
        ({"x": {"model": {"temprature": 1.0}}}, "there is no 'temprature'; did you mean 'temperature'"),
        ({"x": {"corpus": {"lower_case": True}}}, "there is no 'lower_case'; did you mean 'lowercase'"),
        ({"x": {"similar_concepts": 2}}, "similar_concepts is 2: "),
        ({"x": {"modle": {}}}, "there is no key 'changes.x.modle'; did you mean 'model'"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read(changes)


def test_from_changes_to_a_table(tmp_path: Path) -> None:
    changes = {
        "several": {"spread_concepts": 1},
        "lenient": {"similar_concepts": 0.7},
        "as before": {"arguments": {"weight_decay": 0.01}},
        "astray": {"arguments": {"learning_rate": 1e9}},
    }
    settings = read(
        changes,
        corpus={"options": {"max_examples": 60}},
        arguments={"num_frozen_concept_layers": 0, "max_steps": 2},
    )
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False), encoding="utf-8")
    (table,) = map(ScoreTable.from_dict, run_experiment("recipe", file, "out", tell=lambda _: None)["tables"])
    assert table.rows == ["base encoder", "recipe", *changes]
    assert table.references == dict.fromkeys(changes, "recipe")
    assert [table.runs(row) for row in table.rows] == [1] * 6
    assert table.ks == [2, 4]
    assert table.mean("astray") == 0 < table.mean("recipe")
    told = dict(note.split(": ", 1) for note in table.notes if note.split(": ", 1)[0] in changes)
    assert "gives vectors that are no numbers" in told["astray"]
    assert told["as before"] == "every score is that of the recipe, so this changes nothing here"
