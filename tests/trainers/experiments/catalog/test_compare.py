"""The experiment compare: systems that learn from the same samples, and what they cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.annotation_cases import MODEL, forget_key
from support.openai_server_process import OpenAIServerProcess

from nuner.data_builders.labelled.label_schemes import read_spans
from nuner.data_builders.labelled.load import load_labelled
from nuner.trainers.experiments.catalog.compare import COMPARE, CompareSettings
from nuner.trainers.experiments.cells.encoder import Encoder
from nuner.trainers.experiments.cells.few_shot import FewShot
from nuner.trainers.experiments.cells.finding import Finding
from nuner.trainers.experiments.cells.labelled_data import LabelledData
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.run import run_experiment
from nuner.trainers.experiments.runner.results_folder import ResultsFolder
from nuner.trainers.experiments.settings.reading import read_settings
from nuner.trainers.experiments.systems.frozen_encoder import FrozenEncoder

TRAINED = {
    "text_encoder": "base",
    "corpus": {"source": "bundled", "options": {"max_examples": 60}},
    "arguments": {"num_frozen_concept_layers": 0, "max_steps": 2},
}
SYSTEMS: dict[str, Any] = {
    "frozen": {"method": "frozen", "encoder": "base"},
    "by name": {"method": "zero-shot", "encoder": TRAINED},
    "tuned": {"method": "fine-tuned", "encoder": "base", "recipe": {"arguments": {"max_steps": 2}}},
}
MEASURED = {"data_sets": {"tickets": "support-tickets"}, "ks": [1, 2], "samples": 2, "max_test_sentences": 20}


@pytest.fixture(autouse=True)
def encoders(tiny_bert_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").symlink_to(tiny_bert_dir)
    monkeypatch.chdir(tmp_path)
    forget_key(monkeypatch)


def read(systems: object, **values: object) -> CompareSettings:
    text = yaml.safe_dump({"systems": systems, **MEASURED, **values}, sort_keys=False)
    return read_settings(CompareSettings, text, "my.yaml")


def test_what_learns_nothing_is_run_once() -> None:
    cells = COMPARE.cells(read(SYSTEMS))
    names = [cell.name for cell in cells if isinstance(cell, Finding)]
    assert names == ["frozen"] * 4 + ["by name"] + ["tuned"] * 4


@pytest.mark.parametrize(
    ("system", "complaint"),
    [
        (
            {"method": "zero-shot", "encoder": TRAINED, "descriptions": {"dat": "x"}},
            "a type 'dat'; did you mean 'date'",
        ),
        ({"method": "llm", "model": "m"}, "there is no API key"),
        ({"method": "universal-ner-server", "model": "m", "base_url": "here"}, "does not begin with http"),
        ({"method": "universal-ner", "model": "absent"}, "no language model 'absent'"),
        ({"method": "universal-ner", "model": "base"}, "base holds no model .*it is an encoder"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_computed(system: object, complaint: str) -> None:
    Path("mine.yaml").write_text(yaml.safe_dump({"systems": {"frozen": SYSTEMS["frozen"], "a": system}, **MEASURED}))
    with pytest.raises((ValueError, OSError), match=complaint):
        run_experiment("compare", "mine.yaml", "out", tell=lambda line: pytest.fail(f"told {line}"))


@pytest.mark.parametrize(
    ("system", "complaint"),
    [
        ({"method": "frozn", "encoder": "x"}, "systems.a.method is 'frozn'; did you mean 'frozen'"),
        ({"encoder": "x"}, "the key 'systems.a.method' is missing"),
        ({"method": "frozen", "encodr": "x"}, "there is no key 'systems.a.encodr'; did you mean 'encoder'"),
        ({"method": "frozen", "recipe": "default"}, "there is no key 'systems.a.recipe'; known are"),
        ({"method": "zero-shot", "encoder": "x", "threshold": 1}, "systems.a.threshold is 1: "),
        ({"method": "tadner", "encoder": "x", "arguments": {"step": 1}}, "there is no 'step'; did you mean 'steps'"),
        ({"method": "llm", "model": "m", "prices": [1]}, r"systems.a.prices is \[1\]; it must hold more"),
        ({"method": "llm", "model": "m", "prices": [1, float("inf")]}, "prices.1 is inf; it must be a finite number"),
        ({"method": "llm", "model": "m", "descriptions": {"date": " "}}, "the description of 'date' is blank"),
        ({"method": "frozen", "encoder": None}, "systems.a.encoder is empty; it must hold keys and values"),
        ({"method": "llm", "model": ""}, "systems.a.model is ''"),
        ({"method": "universal-ner", "model": "m", "arguments": {"lora": 1}}, "did you mean 'lora_rank'"),
        ({"method": "fine-tuned", "encoder": "x", "recipe": {"presett": "a"}}, "did you mean 'preset'"),
        ({"method": "fine-tuned", "encoder": {"text_encodr": "x"}}, "no key 'systems.a.encoder.text_encodr'"),
        ("frozen", "systems.a is 'frozen'; it must hold keys and values"),
    ],
)
def test_what_makes_no_sense_is_refused(system: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read({"a": system})


def test_names_alone_need_a_concept_encoder() -> None:
    (cell,) = COMPARE.cells(read({"by name": {"method": "zero-shot", "encoder": "base"}}))
    with pytest.raises(ValueError, match="base has no concept encoder"):
        cell.check()


def test_a_frozen_encoder_has_the_token_f1_of_the_few_shot_comparison(tmp_path: Path) -> None:
    Path("short").mkdir()
    # Words beyond the end of the encoder's longest input are left out there, and count as missed here.
    tickets: dict[str, Any] = {str(split): rows for split, rows in load_labelled("support-tickets").items()}
    for split, rows in tickets.items():
        names = rows.features["ner_tags"].feature.names
        pairs = [(row["tokens"][:6], [names[tag] for tag in row["ner_tags"][:6]]) for row in rows]
        lines = [json.dumps({"tokens": words, "tags": tags}) for words, tags in pairs if len("".join(words)) < 40]
        Path(f"short/{split}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    data, folder = LabelledData("short"), ResultsFolder(tmp_path / "out")
    expected = FewShot("a", "b", Encoder("base"), data, (1,), 2).compute(folder, lambda _: None)
    cells = [Finding("a", "b", FrozenEncoder(), Encoder("base"), data, 1, sample) for sample in (0, 1)]
    found = [cell.compute(folder, lambda _: None) for cell in cells]
    assert [each["scores"]["token_macro_f1"] for each in found] == pytest.approx(expected["scores"]["1"])
    assert found[0]["cents_per_1000_sentences"] == 0 < found[0]["seconds_per_1000_sentences"]


def test_from_systems_to_tables(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"systems": SYSTEMS, **MEASURED, "dollars_an_hour": 3.6}, sort_keys=False))
    result = run_experiment("compare", file, "out", tell=lambda _: None)
    entities, tokens, seconds, cents = map(ScoreTable.from_dict, result["tables"])
    assert entities.rows == tokens.rows == list(SYSTEMS)
    assert entities.references == {"by name": "frozen", "tuned": "frozen"}
    assert entities.scores["by name"]["tickets"][1] == entities.scores["by name"]["tickets"][2]
    # 3.6 dollars an hour are a tenth of a cent a second.
    assert cents.mean("tuned") == pytest.approx(seconds.mean("tuned") / 10)
    assert [note.split(":")[0] for note in seconds.notes] == [
        "Millions of parameters",
        "Seconds to learn from the first sample",
    ]
    assert len(list((tmp_path / "out" / "compare").glob("compare-*.png"))) == 4


def test_a_language_model_beside_a_recognizer(tmp_path: Path) -> None:
    rows: Any = load_labelled("support-tickets")["test"].select(range(6))
    names = rows.features["ner_tags"].feature.names
    gold = {" ".join(row["tokens"]): ([names[tag] for tag in row["ner_tags"]], row["tokens"]) for row in rows}
    replies = {}
    for text, (tags, words) in gold.items():
        entities = [{"text": " ".join(words[a:b]), "concept": label} for a, b, label in read_spans(tags)]
        replies[text] = json.dumps({"entities": entities})
    lines = [json.dumps({"tokens": words, "tags": tags}) for tags, words in gold.values()]
    for split in ("train", "test"):
        Path(f"{split}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with OpenAIServerProcess(models=[MODEL], replies=replies) as server:
        asked = {"model": MODEL, "base_url": server.base_url, "prices": [1.0, 2.0]}
        systems = {
            "in context": {"method": "llm", **asked},
            "by names": {"method": "llm", "examples": False, **asked, "prices": None},
            "two networks": {"method": "tadner", "encoder": "base", "arguments": {"source_epochs": 1, "steps": 1}},
        }
        settings = {"systems": systems, "data_sets": {"few": "."}, "ks": [1], "samples": 1}
        Path("mine.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        result = run_experiment("compare", "mine.yaml", "out", tell=lambda _: None)
    found, _, _, cents = map(ScoreTable.from_dict, result["tables"])
    assert found.mean("in context") == found.mean("by names") == 100
    assert cents.mean("in context") > 0 == cents.mean("by names")
    assert cents.notes[1] == "Without what the servers of these ask for: by names"
