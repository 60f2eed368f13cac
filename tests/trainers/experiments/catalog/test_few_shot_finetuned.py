"""The experiment few-shot-finetuned: which cells there are, and what their table says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from nuner.data_builders.labelled.samples.k_words import word_counts
from nuner.trainers.experiments.catalog.few_shot_finetuned import FEW_SHOT_FINETUNED, FewShotFinetunedSettings
from nuner.trainers.experiments.cells.fine_tuning import FineTuning
from nuner.trainers.experiments.grids.fine_tuning_grid import FineTuningGrid
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.run import run_experiment
from nuner.trainers.experiments.settings.reading import read_settings

SETTINGS: dict[str, Any] = {
    "encoders": {"base": "base-encoder", "NuNER": {"text_encoder": "base-encoder", "corpus": "bundled"}},
    "recipes": {"default": "default", "two layers": "section-6"},
    "data_sets": {"tickets": "support-tickets"},
    "ks": [2, 4],
    "samples": 3,
}


def cells_of(settings: FewShotFinetunedSettings) -> list[Any]:
    return [cell for cell in FEW_SHOT_FINETUNED.cells(settings) if isinstance(cell, FineTuning)]


def read(**values: object) -> FewShotFinetunedSettings:
    return read_settings(FewShotFinetunedSettings, yaml.safe_dump({**SETTINGS, **values}), "my.yaml")


def test_rows_that_would_have_the_same_name_are_refused() -> None:
    encoders, recipes = {"a": "x", "a, b": "x"}, {"c": "default", "b, c": "section-6"}
    with pytest.raises(ValueError, match=r"my\.yaml: two rows would be called 'a, b, c': an encoder or"):
        read(encoders=encoders, recipes=recipes)


def test_there_is_a_cell_for_each_encoder_recipe_and_sample() -> None:
    cells = cells_of(read())
    assert len(cells) == 2 * 2 * 2 * 3
    assert len({(cell.name, cell.k, cell.sample) for cell in cells}) == len(cells)
    assert {cell.name for cell in cells} == {f"{a}, {b}" for a in ("base", "NuNER") for b in SETTINGS["recipes"]}
    assert {cell.preset for cell in cells if cell.name.endswith("two layers")} == {"section-6"}


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            {"recipes": {"x": "sektion-6"}},
            "recipes.x.preset is 'sektion-6': there is no such preset; did you mean 'sec",
        ),
        ({"recipes": {"x": {"arguments": {"learning_rat": 1}}}}, "'learning_rat'; did you mean 'learning_rate'"),
        ({"recipes": {"x": {"arguments": {"early_stopping_patience": 1}}}}, "there is no 'early_stopping_patience'"),
        ({"recipes": {}}, "recipes is {}"),
        ({"sampling": "words"}, "sampling is 'words'"),
        ({"names": True}, "there is no key 'names'"),
        ({"encoders": {}}, "encoders is {}"),
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read(**values)


def test_arguments_are_checked_before_anything_is_computed(tiny_bert_dir: Path) -> None:
    settings = read(encoders={"base": str(tiny_bert_dir)}, recipes={"x": {"arguments": {"classifier_init": "zeros"}}})
    with pytest.raises(ValueError, match="classifier_init is 'zeros'; it must be one of"):
        cells_of(settings)[0].check()


def test_words_are_counted_where_the_settings_say_so(tiny_bert_dir: Path) -> None:
    same = {"encoders": {"base": str(tiny_bert_dir)}, "ks": [6], "samples": 2}
    settings = read(sampling="k_w", **same)
    words, annotations = cells_of(settings), cells_of(read(**same))
    assert {cell.sampling for cell in words} == {"k_w"}
    assert not {cell.fingerprint for cell in words} & {cell.fingerprint for cell in annotations}
    task = FineTuningGrid({}, {}, settings, settings.sampling).sampled.tasks["tickets"]
    for rows in task.samples.values():
        assert set(sum(word_counts(task.train.select(rows)), Counter()).values()) == {6}


def test_a_k_that_the_data_do_not_allow_is_said() -> None:
    settings = read(ks=[2, 5000])
    assert {cell.k for cell in cells_of(settings)} == {2}


def test_without_any_k_nothing_begins() -> None:
    with pytest.raises(ValueError, match="'tickets', split 'train': k = 5000 is too large"):
        cells_of(read(ks=[5000]))


def test_from_encoders_to_tables(tiny_bert_dir: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "encoders": {
            "base": str(tiny_bert_dir),
            "NuNER": {
                "text_encoder": str(tiny_bert_dir),
                "corpus": {"options": {"max_examples": 60}},
                "arguments": {"num_frozen_concept_layers": 0, "max_steps": 2},
            },
        },
        "recipes": {
            "one layer": {"arguments": {"max_steps": 3}},
            "two layers": {"preset": "section-6", "arguments": {"max_steps": 3, "learning_rate": 1e-3}},
        },
        "data_sets": {"tickets": "support-tickets"},
        "ks": [6, 5000],
        "samples": 1,
        "sampling": "k_w",
        "max_test_sentences": 20,
        "bf16": False,
    }
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    result = run_experiment("few-shot-finetuned", file, tmp_path / "out", tell=lambda _: None)
    entities, tokens = (ScoreTable.from_dict(table) for table in result["tables"])
    assert entities.rows == ["base, one layer", "base, two layers", "NuNER, one layer", "NuNER, two layers"]
    assert entities.references == {f"NuNER, {recipe}": f"base, {recipe}" for recipe in settings["recipes"]}
    assert (entities.ks, entities.samples, tokens.samples) == ([6], 1, 1)
    assert any("k_w = 5000 cannot be drawn" in note for note in entities.notes)
    assert "entity F1" in entities.metric and "token F1" in tokens.metric
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "out").rglob("fine-tuning/*.json")]
    assert len(kept) == 4
    assert {cell["result"]["steps"] for cell in kept} == {3}
    assert {cell["result"]["classifier_init"] for cell in kept} == {"random", "names"}
    assert not list((tmp_path / "out").rglob("fine-tuning/**/*.safetensors"))
