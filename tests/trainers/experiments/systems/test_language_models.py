"""Language models as systems that settings name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from datasets import Dataset
from support.tiny_language_model import write_tiny_language_model

from nuner.data_builders.labelled.load import load_labelled
from nuner.trainers.experiments.catalog.compare import CompareSettings
from nuner.trainers.experiments.settings.reading import read_settings
from nuner.trainers.experiments.systems.language_models import AskedByType, InContext, Server, TunedByType
from nuner.trainers.experiments.systems.system import Place, System


def system_of(**values: object) -> System:
    settings = {"systems": {"a": values}, "data_sets": {"tickets": "support-tickets"}, "ks": [1]}
    return read_settings(CompareSettings, yaml.safe_dump(settings), "my.yaml").systems["a"].system(False)


def test_settings_name_the_model_and_what_is_changed() -> None:
    tuned = system_of(method="universal-ner", model="gemma.gguf", arguments={"lora_rank": 8}, max_new_tokens=9)
    assert tuned == TunedByType("gemma.gguf", True, {"bf16": False, "lora_rank": 8}, 9)
    assert tuned.learns
    asked = system_of(method="universal-ner-server", model="gold", base_url="http://localhost/v1", prices=[1, 2])
    assert asked == AskedByType(Server("gold", "http://localhost/v1", (1.0, 2.0)))
    assert not asked.learns
    slow = system_of(
        method="universal-ner-server", model="gold", base_url="http://localhost/v1", timeout=600, max_attempts=1
    )
    assert slow.server.client().timeout == 600
    assert slow.server.run_settings == {"concurrency": 16, "max_attempts": 1, "prices": None}
    shown, named = (system_of(method="llm", model="gold", examples=examples) for examples in (True, False))
    assert shown == InContext(Server("gold"))
    assert (shown.learns, named.learns) == (True, False)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="model"):
        system_of(method="universal-ner")
    with pytest.raises(ValueError, match="max_tokens"):
        system_of(method="universal-ner-server", model="gold", max_tokens=0)
    with pytest.raises(ValueError, match="timeout"):
        system_of(method="llm", model="gold", timeout=0)


def test_a_model_is_asked_as_it_is(tmp_path: Path) -> None:
    model = write_tiny_language_model(tmp_path / "tiny")
    rows = load_labelled(Dataset.from_list([{"tokens": ["in", "Rome"], "tags": ["O", "B-city"]}]), "train")
    system = TunedByType(str(model), False, {"num_train_epochs": 3}, max_new_tokens=4)
    result = system.run(rows, rows, Place(None, None, tmp_path), 0, lambda line: None)
    assert (result.tags, result.details["questions"]) == ([["O", "O"]], 1)
