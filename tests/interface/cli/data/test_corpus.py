"""`nuner corpus stats` and `nuner corpus build`."""

import json
from typing import cast

import pytest
from datasets import Dataset, disable_progress_bars, load_dataset
from support.cli_runs import start_nuner
from typer.testing import CliRunner

from nuner.cli.data.corpus import app
from nuner.cli.options.corpus import CorpusFormat
from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.store import AnnotationStore, Outcome
from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.corpus.report import REPORT_FILENAME, BuildReport
from nuner.data_builders.rejections import CorpusError

disable_progress_bars()


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def run(*arguments, **options):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "120"}, **options)


@pytest.fixture
def corpus_file(tmp_path):
    lines = []
    for number in range(40):
        name = f"Ada{number}"
        concept = "person" if number % 4 else "Founder"
        entity = {"start": 0, "end": len(name), "text": name, "concept": concept}
        lines.append(json.dumps({"text": f"{name} met Bo.", "language": "en", "entities": [entity]}))
    lines[2] = "no json"
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_no_bar_of_a_library_is_in_a_log(tmp_path):
    row = {"text": "Ada was here.", "entities": [{"start": 0, "end": 3, "text": "Ada", "concept": "person"}]}
    (tmp_path / "mine.jsonl").write_text(json.dumps(row) + "\n")
    for arguments in (("stats", "records", "mine.jsonl"), ("build", "records", "mine.jsonl", "-o", "corpus")):
        process = start_nuner("corpus", *arguments, "--cache-dir", tmp_path / arguments[0], cwd=tmp_path)
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, "Reading the corpus ...\n")


def test_stats_of_the_bundled_corpus(cache, tmp_path):
    pytest.importorskip("matplotlib")
    outputs = tmp_path / "new" / "stats.json", tmp_path / "new" / "rank.png"
    result = run("stats", "--cache-dir", cache, "--json", outputs[0], "--plot", outputs[1])
    assert result.exit_code == 0, result.output
    for text in (
        "5,280",
        "138,197",
        "48,431",
        "18,316",
        "13,368",
        "5.3%",
        "12.7%",
        "31.4%",
        "55.5%",
        "city (782)",
    ):
        assert text in result.output
    summary = json.loads(outputs[0].read_text(encoding="utf-8"))
    assert summary["statistics"]["annotations"] == 48_431
    assert summary["corpus"] == "bundled"
    assert summary["splits"] == {"train": 4762, "validation": 518}
    assert summary["options"]["drop_concepts"] == ["concept"]
    assert outputs[1].read_bytes().startswith(b"\x89PNG")
    assert not list(outputs[0].parent.glob("*.incomplete"))


def test_stats_of_a_file_says_what_was_left_out(cache, corpus_file, tmp_path):
    json_path = tmp_path / "stats.json"
    result = run("stats", "records", corpus_file, "--cache-dir", cache, "--json", json_path)
    assert result.exit_code == 0, result.output
    assert "Left out 1 records and 0 single annotations" in result.output
    assert f"{corpus_file}:3: the line is not valid JSON" in result.output
    rejections = json.loads(json_path.read_text(encoding="utf-8"))["report"]["rejections"]
    assert [(item["file"], item["line"]) for item in rejections] == [(str(corpus_file), 3)]


def test_every_option_reaches_the_corpus(cache, corpus_file, tmp_path):
    json_path = tmp_path / "stats.json"
    options = ["--max-concepts", 1, "--max-examples", 20, "--seed", 4, "--lowercase", "--language", "en"]
    drop = ["--drop-concept", "x", "--drop-concept", "y"]
    result = run("stats", "records", corpus_file, "--cache-dir", cache, "--json", json_path, *options, *drop)
    assert result.exit_code == 0, result.output
    summary = json.loads(json_path.read_text(encoding="utf-8"))
    assert summary["options"] == {
        "max_concepts": 1,
        "max_examples": 20,
        "seed": 4,
        "drop_concepts": ["x", "y"],
        "lowercase": True,
        "languages": ["en"],
        "source_split": None,
        "on_error": "skip",
    }
    builder = NuNerCorpus(
        "records",
        data_files=corpus_file,
        max_concepts=1,
        max_examples=20,
        seed=4,
        drop_concepts=["x", "y"],
        lowercase=True,
        languages=["en"],
        cache_dir=cache,
    )
    assert builder.report.to_dict() == summary["report"]
    assert summary["statistics"]["sentences"] == 20


def test_the_bundled_corpus_in_other_languages(cache, tmp_path):
    json_path = tmp_path / "stats.json"
    chosen = ["--language", "fr", "--language", "nl", "--max-annotations", 300, "--cache-dir", cache]
    result = run("stats", *chosen, "--json", json_path)
    assert result.exit_code == 0, result.output
    assert "nl (250)" in result.output
    assert "search-queries (5)" in result.output
    statistics = json.loads(json_path.read_text(encoding="utf-8"))["statistics"]
    assert (statistics["languages"], statistics["annotations"]) == ({"nl": 250, "fr": 249}, 300)
    assert sum(statistics["sources"].values()) == statistics["sentences"] == 499

    result = run("build", *chosen, "--output", tmp_path / "corpus")
    assert result.exit_code == 0, result.output
    facts = json.loads((tmp_path / "corpus" / "corpus_facts.json").read_text(encoding="utf-8"))
    assert facts["options"]["languages"] == ["fr", "nl"]
    assert facts["options"]["max_annotations"] == 300
    built = load_dataset("parquet", data_dir=str(tmp_path / "corpus"), split="train", cache_dir=str(cache))
    assert set(built["language"]) == {"fr", "nl"}


def test_sources_are_chosen_and_listed(cache, tmp_path):
    kept, others = tmp_path / "kept.json", tmp_path / "others.json"
    names = ["--source", "Botany", "--source", "court-rulings"]
    for path, options in ((kept, names), (others, ["--exclude-source", "botany"])):
        result = run("stats", *options, "--cache-dir", cache, "--json", path)
        assert result.exit_code == 0, result.output
    assert "botany" not in result.output
    summary = json.loads(kept.read_text(encoding="utf-8"))
    assert summary["statistics"]["sources"] == {"botany": 16, "court-rulings": 16}
    assert summary["options"]["sources"] == ["Botany", "court-rulings"]
    summary = json.loads(others.read_text(encoding="utf-8"))
    assert len(summary["statistics"]["sources"]) == 316
    assert summary["report"]["dropped_by_source"] == 16


def test_build_writes_parquet_that_loads_back(cache, corpus_file, tmp_path):
    output = tmp_path / "out" / "corpus"
    arguments = ["build", "records", corpus_file, "--cache-dir", cache, "--output", output, "--drop-concept", ""]
    for force in ([], ["--force"]):
        result = run(*arguments, *force)
        assert result.exit_code == 0, result.output
    (output / "train-00001-of-00002.parquet").touch()
    with pytest.raises(FileExistsError, match=r"corpus is there already: .* --force"):
        run(*arguments, catch_exceptions=False)
    assert run(*arguments, "--force").exit_code == 0
    assert sorted(path.name for path in output.iterdir()) == [
        "corpus-report.json",
        "corpus_facts.json",
        "train-00000-of-00001.parquet",
        "validation-00000-of-00001.parquet",
    ]
    report = json.loads((output / "corpus-report.json").read_text(encoding="utf-8"))
    assert report["report"]["kept"] == 39
    assert report["options"]["drop_concepts"] == []

    files = {split: str(output / f"{split}-00000-of-00001.parquet") for split in ("train", "validation")}
    loaded = load_dataset("parquet", data_files=files, cache_dir=str(cache))
    built = NuNerCorpus("records", data_files=corpus_file, drop_concepts=(), cache_dir=cache)
    for split in files:
        rows = cast(Dataset, built.as_dataset(split))
        assert loaded[split].features == rows.features
        assert list(loaded[split]) == list(rows)


def test_bad_input_is_raised_for_the_command_line_to_word(cache, corpus_file, tmp_path):
    cases = [
        (["stats", "c4"], ValueError, "There is no corpus 'c4'"),
        (["stats", "records"], ValueError, "needs data_files"),
        (["stats", "records", tmp_path / "absent.jsonl"], FileNotFoundError, "absent.jsonl"),
        (["stats", "records", corpus_file, "--on-error", "raise"], CorpusError, "corpus.jsonl:3:"),
        (["stats", "records", corpus_file, "--language", "de"], CorpusError, "is empty"),
        (["stats", "--language", "french"], ValueError, "its languages are en, es, fr"),
        (["stats", "--source", "botanny"], CorpusError, "the nearest of its sources are 'botany'"),
        (["stats", "--source", "botany", "--exclude-source", "law"], ValueError, "both are given"),
        (
            ["build", "bundled", "--max-concepts", "0", "--output", tmp_path / "o"],
            ValueError,
            "max_concepts is 0",
        ),
    ]
    for arguments, kind, message in cases:
        result = run(*arguments, "--cache-dir", cache)
        assert isinstance(result.exception, kind), (arguments, result.exception)
        assert message in str(result.exception)
    assert not (tmp_path / "o").exists()


def test_an_option_value_that_typer_can_judge_is_its_own_error(cache):
    for arguments in (["--on-error", "ignore"], ["--max-concepts", "many"]):
        assert run("stats", *arguments, "--cache-dir", cache).exit_code == 2


def test_the_formats_of_the_options_are_those_of_the_builder():
    assert {name.value for name in CorpusFormat} == set(NuNerCorpus.builder_configs) - {"bundled"}


def test_stores_of_several_machines_are_one_corpus(tmp_path):
    stores = []
    for machine in range(2):
        stores.append(tmp_path / f"{machine}.sqlite")
        with AnnotationStore(stores[-1]) as store:
            store.add(raw_sentence(f"Ada{number} met Bo.") for number in range(20 * machine, 20 * machine + 30))
            reply = json.dumps({"entities": [{"text": "Bo", "concept": "person"}]})
            annotator = store.bind(LLMClient("m", base_url="http://127.0.0.1:9/v1", prompt=Prompt()))
            store.record([Outcome(number, "done", reply, annotator=annotator) for number in range(1, 30)])
    result = run("build", *stores, "-o", tmp_path / "corpus")
    assert result.exit_code == 0, result.output
    assert "49 sentences, 49 in the corpus" in result.output and "Not in it: 1 pending." in result.output
    assert BuildReport.read(tmp_path / "corpus" / REPORT_FILENAME).corpus == "0.sqlite, 1.sqlite"


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (["0.sqlite"], "0.sqlite is given twice"),
        (["absent.sqlite"], "No such file or directory"),
        (["mine.jsonl"], "mine.jsonl is an annotated corpus, and an annotation store is needed"),
    ],
)
def test_what_is_no_further_store_is_refused(tmp_path, monkeypatch, others, said):
    monkeypatch.chdir(tmp_path)
    with AnnotationStore("0.sqlite"):
        pass
    row = {"text": "Ada was here.", "entities": [{"start": 0, "end": 3, "text": "Ada", "concept": "person"}]}
    (tmp_path / "mine.jsonl").write_text(json.dumps(row) + "\n")
    result = run("build", "0.sqlite", *others, "-o", "corpus")
    assert said in str(result.exception)
    assert not (tmp_path / "corpus").exists()
