"""The experiment few-nerd: which cells there are, and what its tables say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support.small_episodes import in_other_sentences, travel, write_episodes

from nuner.trainers.experiments.catalog.few_nerd import FEW_NERD, FewNerdSettings
from nuner.trainers.experiments.cells.episodes.measuring import EpisodeMeasuring
from nuner.trainers.experiments.cells.episodes.sets import SampledEpisodes
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.run import run_experiment
from nuner.trainers.experiments.settings.reading import read_settings

SETTINGS: dict[str, Any] = {
    "encoders": {"base": "base-encoder", "NuNER": {"text_encoder": "base-encoder", "corpus": "bundled"}},
    "methods": {"ProtoBERT": "proto", "StructShot": {"method": "structshot", "arguments": {"tau": 0.1}}},
    "benchmarks": {"INTRA": "intra", "INTER": {"episodes": "inter"}},
    "ways": [5, 10],
    "shots": [5, 1],
    "seeds": [0, 1],
}


def read(**values: object) -> FewNerdSettings:
    return read_settings(FewNerdSettings, yaml.safe_dump({**SETTINGS, **values}, sort_keys=False), "my.yaml")


def cells_of(settings: FewNerdSettings) -> list[EpisodeMeasuring]:
    return [cell for cell in FEW_NERD.cells(settings) if isinstance(cell, EpisodeMeasuring)]


def test_there_is_a_cell_for_each_method_encoder_task_and_seed() -> None:
    sentences = {name: {"episodes": name, "sentences": "support-tickets"} for name in ("intra", "inter")}
    assert len(cells_of(read(methods={"TadNER": "tadner"}, benchmarks=sentences))) == 2 * 2 * 4 * 2
    # Where there is nothing to learn from before, one seed is as good as all.
    cells = cells_of(read())
    assert len(cells) == 2 * 2 * 2 * 4
    assert {cell.name for cell in cells} == {f"{m}, {e}" for m in SETTINGS["methods"] for e in SETTINGS["encoders"]}
    assert str(cells[0].episodes) == "intra/test_5_1.jsonl"
    assert cells[0].title == "Measuring ProtoBERT, base on INTRA 5-way 1~2 (seed 0)"


def test_training_episodes_are_those_beside() -> None:
    assert cells_of(read())[0].training is None


def test_training_episodes_of_the_folder_are_found(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_episodes(tmp_path / f"{split}_2_1.jsonl", travel(2))
    methods = {"trained": "proto", "not": {"method": "proto", "arguments": {"epochs": 0}}}
    cells = cells_of(read(methods=methods, benchmarks={"mine": str(tmp_path)}, ways=[2], shots=[1]))
    assert [(cell.name, cell.seed) for cell in cells if cell.name.endswith("base")] == [
        ("trained, base", 0),
        ("trained, base", 1),
        ("not, base", 0),
    ]
    [cell, *_] = cells
    assert str(cell.training) == str(tmp_path / "train_2_1.jsonl")


def test_episodes_are_drawn_from_labelled_data() -> None:
    drawn = {"sampled_from": "support-tickets", "number": 7, "sentences": "support-tickets"}
    [cell, *_] = cells_of(read(benchmarks={"tickets": drawn}, ways=[5], shots=[1]))
    assert isinstance(cell.episodes, SampledEpisodes) and isinstance(cell.training, SampledEpisodes)
    assert (cell.episodes.split, cell.training.split) == ("test", "train")
    assert (len(cell.episodes.episodes), len(cell.training.episodes)) == (7, 7)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"methods": {"x": "prot"}}, "there is no such method; did you mean 'proto'"),
        ({"methods": {"x": {"method": "proto", "arguments": {"tua": 1.0}}}}, "there is no 'tua'; did you mean 'tau'"),
        ({"methods": {"x": {"method": "proto", "arguments": {"method": "nnshot"}}}}, "there is no 'method'"),
        (
            {"methods": {"x": {"method": "proto", "arguments": {"epochs": "many"}}}},
            "epochs is 'many'; it must be of ty",
        ),
        ({"methods": {"x": {"method": "proto", "arguments": {"epochs": -1}}}}, "epochs is -1; it must be at least 0"),
        ({"methods": {}}, "methods is {}"),
        ({"ways": [0]}, "each must be at least 1"),
        ({"seeds": [1, 1]}, "one of them is there twice"),
        ({"benchmarks": {"x": {}}}, "needs either the key episodes or the key sampled_from"),
        (
            {"benchmarks": {"x": {"episodes": "a", "sampled_from": "b"}}},
            "needs either the key episodes or the key sam",
        ),
        ({"benchmarks": {"x": {"sampled_from": "b", "split": "dev"}}}, "are drawn from the test split"),
        ({"benchmarks": {"x": {"episode": "a"}}}, "there is no key 'benchmarks.x.episode'; did you mean 'episodes'"),
        (
            {"encoders": {"a": "x", "b, a": "x"}, "methods": {"c": "proto", "c, b": "proto"}},
            "two rows would be called",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read(**values)


def test_episodes_that_are_not_there_are_said_before_anything_is_computed(tmp_path: Path, tiny_bert_dir: Path) -> None:
    write_episodes(tmp_path / "test_2_1.jsonl", travel(1))
    settings = read(encoders={"base": str(tiny_bert_dir)}, benchmarks={"mine": str(tmp_path)}, ways=[3], shots=[1])
    with pytest.raises(
        FileNotFoundError, match=r"there are no episodes .*test_3_1\.jsonl.*did you mean .*test_2_1\.jsonl"
    ):
        cells_of(settings)[0].check()


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    file = write_episodes(tmp_path / "test_2_1.jsonl", travel(1))
    [cell, *_] = cells_of(read(benchmarks={"mine": str(file)}, ways=[2], shots=[1]))
    with pytest.raises(ValueError, match=r"test_2_1\.jsonl' is a file; episodes are named by their folder"):
        _ = cell.episodes.episodes


def test_episodes_that_cannot_be_used_are_said_or_left_out(tmp_path: Path) -> None:
    file = write_episodes(tmp_path / "test_2_1.jsonl", travel(3))
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], "{broken", *lines[1:]]), encoding="utf-8")

    def episodes(on_error: str) -> list[Any]:
        benchmarks = {"mine": {"episodes": str(tmp_path), "on_error": on_error}}
        return cells_of(read(benchmarks=benchmarks, ways=[2], shots=[1]))[0].episodes.episodes

    with pytest.raises(ValueError, match=r"test_2_1\.jsonl:2: the line is not valid JSON"):
        episodes("raise")
    assert episodes("skip") == travel(3)


def test_what_tadner_learns_from_is_given_or_missed(tmp_path: Path, tiny_bert_dir: Path) -> None:
    def cell(**more: str) -> EpisodeMeasuring:
        encoders, benchmarks = {"base": str(tiny_bert_dir)}, {"mine": {"episodes": str(tmp_path), **more}}
        methods = {"TadNER": "tadner"}
        return cells_of(read(encoders=encoders, methods=methods, benchmarks=benchmarks, ways=[2], shots=[1]))[0]

    write_episodes(tmp_path / "test_2_1.jsonl", travel(1))
    with pytest.raises(ValueError, match="TadNER, base has nothing to learn from before mine 2-way 1~2"):
        cell().check()
    write_episodes(tmp_path / "train_2_1.jsonl", travel(2))
    with pytest.raises(ValueError, match="each of its training episodes shares a sentence with the episodes"):
        cell().check()
    write_episodes(tmp_path / "train_2_1.jsonl", in_other_sentences(travel(1)))
    assert cell().training is not None
    cell().check()
    from_sentences = cell(sentences="support-tickets")
    assert from_sentences.training is None
    assert str(from_sentences.sentences) == "support-tickets"


def test_what_is_not_trained_needs_nothing_to_learn_from(tmp_path: Path, tiny_bert_dir: Path) -> None:
    for split in ("train", "test"):
        write_episodes(tmp_path / f"{split}_2_1.jsonl", travel(1))
    methods = {"trained": "proto", "not": {"method": "proto", "arguments": {"epochs": 0}}}
    encoders, benchmarks = {"base": str(tiny_bert_dir)}, {"mine": str(tmp_path)}
    settings = read(encoders=encoders, methods=methods, benchmarks=benchmarks, ways=[2], shots=[1], seeds=[0])
    trained, not_trained = cells_of(settings)
    with pytest.raises(ValueError, match="trained, base has nothing to learn from before mine"):
        trained.check()
    not_trained.check()


def test_episodes_count_by_their_content(tmp_path: Path, tiny_bert_dir: Path) -> None:
    def fingerprint(folder: str, number: int, **values: object) -> str:
        (tmp_path / folder).mkdir()
        write_episodes(tmp_path / folder / "test_2_1.jsonl", travel(number))
        encoders, benchmarks = {"base": str(tiny_bert_dir)}, {"mine": str(tmp_path / folder)}
        return cells_of(read(encoders=encoders, benchmarks=benchmarks, ways=[2], shots=[1]))[0].fingerprint

    assert fingerprint("a", 2) == fingerprint("b", 2) != fingerprint("c", 3)


def test_from_encoders_to_tables(tiny_bert_dir: Path, tmp_path: Path) -> None:
    write_episodes(tmp_path / "test_2_1.jsonl", travel(3))
    write_episodes(tmp_path / "train_2_1.jsonl", [*travel(1), *in_other_sentences(travel(2))])
    settings: dict[str, Any] = {
        "encoders": {
            "base": str(tiny_bert_dir),
            "NuNER": {
                "text_encoder": str(tiny_bert_dir),
                "corpus": {"options": {"max_examples": 60}},
                "arguments": {"num_frozen_concept_layers": 0, "max_steps": 2},
            },
        },
        "methods": {
            "ProtoBERT": "proto",
            "StructShot": {"method": "structshot", "arguments": {"epochs": 0}},
            "TadNER": {"method": "tadner", "arguments": {"source_epochs": 1, "steps": 1}},
        },
        "benchmarks": {"mine": {"episodes": str(tmp_path), "number": 2}},
        "ways": [2],
        "shots": [1],
        "seeds": [0],
    }
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    told: list[str] = []
    result = run_experiment("few-nerd", file, tmp_path / "out", tell=told.append)
    assert any("1 of 3 training episodes share a sentence with what is measured on; left out" in each for each in told)
    [table] = [ScoreTable.from_dict(each) for each in result["tables"]]
    assert table.rows == [f"{m}, {e}" for m in settings["methods"] for e in ("base", "NuNER")]
    assert table.references["TadNER, NuNER"] == "TadNER, base"
    assert (table.groups, table.ks, table.samples) == (["2-way"], [1], 2)
    assert table.notes[0] == "Episodes: 2 of 2-way 1~2"
    assert len(result["claims"]) == 3


def test_gains_are_told_by_the_episodes(tmp_path: Path, tiny_bert_dir: Path) -> None:
    counts = [[4, 4, right] for right in (1, 2, 3, 2, 1, 3)]
    settings = read(
        encoders={
            "base": str(tiny_bert_dir),
            "NuNER": {"text_encoder": str(tiny_bert_dir), "corpus": "bundled", "seeds": [0, 1]},
        },
        methods={"TadNER": "tadner"},
        benchmarks={"mine": {"episodes": str(tmp_path), "sentences": "support-tickets"}},
        ways=[2],
        shots=[1],
    )
    write_episodes(tmp_path / "test_2_1.jsonl", travel(6))

    class Measured:
        """Each seed and pre-training of NuNER finds one more of each episode's entities."""

        def __getitem__(self, cell: EpisodeMeasuring) -> dict[str, Any]:
            more = cell.name.endswith("NuNER")
            return {"of_episodes": [[gold, found, right + more] for gold, found, right in counts]}

    measured: Any = Measured()
    notes = "nuner.trainers.experiments.catalog.few_nerd.training_notes"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notes, lambda *_: [])
        [table] = FEW_NERD.tables(settings, measured)
    assert (table.samples, table.runs("TadNER, base"), table.runs("TadNER, NuNER")) == (6, 4, 4)
    assert table.mean("TadNER, base") == pytest.approx(100 * 12 / 24)
    assert table.gain("TadNER, NuNER") == pytest.approx(100 * 6 / 24)
    [claim] = FEW_NERD.claims(settings, [table])
    assert claim.verdict == "holds"
