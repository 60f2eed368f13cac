"""`NuNerCorpus`: options, splits, cache, streaming and errors."""

import ast
import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, IterableDatasetDict, disable_progress_bars

from nuner.data_builders.corpus.builder import FILES_THAT_DECIDE_THE_ROWS, NuNerCorpus
from nuner.data_builders.corpus.config import NuNerCorpusConfig
from nuner.data_builders.rejections import CorpusError
from nuner.data_builders.schema import CORPUS_FEATURES, TRAIN, VALIDATION, split_of

disable_progress_bars()


def sentence(number, concept="person", language="en"):
    text = f"Ada{number} met Bo."
    end = text.index(" ")
    return {
        "text": text,
        "language": language,
        "entities": [{"start": 0, "end": end, "text": text[:end], "concept": concept}],
    }


def write_lines(path, values):
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def build(cache_dir: Any, *arguments: Any, **options: Any) -> Any:
    builder = NuNerCorpus(*arguments, cache_dir=cache_dir, **options)
    builder.download_and_prepare()
    return builder


def texts(corpus):
    return [row["text"] for split in (TRAIN, VALIDATION) for row in corpus[split]]


def concepts(corpus):
    return Counter(entity["concept"] for split in corpus.values() for row in split for entity in row["entities"])


@pytest.fixture(scope="module")
def bundled_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("bundled")


@pytest.fixture(scope="module")
def bundled(bundled_cache):
    return build(bundled_cache, "bundled")


@pytest.fixture
def files(tmp_path):
    """Forty sentences with concepts of different frequency and two languages, in two files."""
    concepts = ["person"] * 20 + ["city"] * 10 + ["Tool"] * 6 + ["tool"] * 2 + ["concept", "rare"]
    rows = [sentence(n, concept, "fr" if n % 4 == 0 else "en") for n, concept in enumerate(concepts)]
    return [
        str(write_lines(tmp_path / "a.jsonl", rows[:25])),
        str(write_lines(tmp_path / "b.jsonl", rows[25:])),
    ]


# The bundled corpus


def test_bundled_is_the_default_and_complete(bundled):
    corpus = bundled.as_dataset()
    assert isinstance(corpus, DatasetDict)
    assert {split: rows.num_rows for split, rows in corpus.items()} == {TRAIN: 4762, VALIDATION: 518}
    assert corpus[TRAIN].features == CORPUS_FEATURES
    assert all(split_of(id) == split for split, rows in corpus.items() for id in rows["id"])
    assert NuNerCorpus(cache_dir=bundled._cache_dir_root).cache_dir == bundled.cache_dir


def test_top_concepts_are_those_with_the_most_annotations(bundled, bundled_cache):
    before = concepts(bundled.as_dataset())
    small = build(bundled_cache, "bundled", max_concepts=16)
    after = concepts(small.as_dataset())
    assert len(after) == 16
    assert min(after.values()) >= max(count for concept, count in before.items() if concept not in after)
    assert all(before[concept] == count for concept, count in after.items())
    assert small.report.counts.kept == 5280
    assert small.report.counts.annotations_cut == before.total() - after.total()


def test_streaming_gives_the_same_rows(bundled, bundled_cache):
    several: list[dict[str, Any]] = [
        {},
        {"max_examples": 300, "max_concepts": 20, "lowercase": True},
        {"sources": ["baking", "botany"], "max_annotations": 50},
    ]
    for options in several:
        builder = build(bundled_cache, "bundled", **options)
        streamed = builder.as_streaming_dataset()
        assert isinstance(streamed, IterableDatasetDict)
        for split, rows in builder.as_dataset().items():
            assert list(streamed[split]) == list(rows)
            assert streamed[split].features == CORPUS_FEATURES


def test_the_same_options_give_the_same_bytes(tmp_path):
    first = build(tmp_path / "1", "bundled", max_examples=200, seed=3).as_dataset()
    second = build(tmp_path / "2", "bundled", max_examples=200, seed=3).as_dataset()
    assert list(first[TRAIN]) == list(second[TRAIN])
    assert first[TRAIN]._fingerprint == second[TRAIN]._fingerprint


# Options


def test_sentences_with_a_dropped_concept_go_whatever_its_case(tmp_path, files):
    assert "concept" not in concepts(build(tmp_path, "records", data_files=files).as_dataset())
    dropped = build(tmp_path, "records", data_files=files, drop_concepts={"TOOL", "city"})
    assert set(concepts(dropped.as_dataset())) == {"person", "rare", "concept"}
    assert dropped.report.counts.dropped_by_concept == 18
    assert "concept" in concepts(build(tmp_path, "records", data_files=files, drop_concepts=()).as_dataset())


def test_lowercase_merges_names_and_leaves_texts(tmp_path, files):
    plain = build(tmp_path, "records", data_files=files).as_dataset()
    lowered = build(tmp_path, "records", data_files=files, lowercase=True).as_dataset()
    assert (concepts(plain)["Tool"], concepts(plain)["tool"]) == (6, 2)
    assert (concepts(lowered)["Tool"], concepts(lowered)["tool"]) == (0, 8)
    assert texts(plain) == texts(lowered)


def test_languages(tmp_path, files):
    french = build(tmp_path, "records", data_files=files, languages=["FR"])
    assert {row["language"] for split in french.as_dataset().values() for row in split} == {"fr"}
    assert french.report.counts.dropped_by_language == 30


def test_top_concepts_are_counted_after_the_other_filters(tmp_path, files):
    # Of the 20 persons and 10 cities, 15 and 8 are English; the tools follow with 6 and 0 left of 8.
    options = {"data_files": files, "lowercase": True, "languages": "en", "drop_concepts": ["person"]}
    kept = build(tmp_path, "records", max_concepts=1, **options)
    assert set(concepts(kept.as_dataset())) == {"city"}
    # The sentences that lost their annotation stay.
    assert kept.report.counts.kept == kept.report.counts.annotations + kept.report.counts.annotations_cut


def test_top_concepts_are_counted_within_the_sample(tmp_path, files):
    winners = set()
    for seed in range(8):
        options = {"data_files": files, "max_examples": 6, "seed": seed}
        sample = concepts(build(tmp_path, "records", **options).as_dataset())
        top = min(sample, key=lambda concept: (-sample[concept], concept))
        small = concepts(build(tmp_path, "records", max_concepts=1, **options).as_dataset())
        assert small == {top: sample[top]}
        winners.add(top)
    assert len(winners) > 1  # in the whole corpus it is always the same one


def test_samples_of_a_seed_lie_within_each_other_and_seeds_differ(tmp_path, files):
    def sample(size, seed=0):
        corpus = build(tmp_path, "records", data_files=files, max_examples=size, seed=seed).as_dataset()
        return texts(corpus)

    everything = texts(build(tmp_path, "records", data_files=files).as_dataset())
    ten, twenty = sample(10), sample(20)
    assert len(ten) == 10
    assert set(ten) < set(twenty) < set(everything)
    assert set(sample(10, seed=1)) != set(ten)
    assert twenty == [text for text in everything if text in set(twenty)]
    assert sample(1000) == everything


def test_a_sentence_keeps_its_side_as_the_corpus_grows(tmp_path, files):
    small = build(tmp_path, "records", data_files=files[0]).as_dataset()
    large = build(tmp_path, "records", data_files=files).as_dataset()
    for split in (TRAIN, VALIDATION):
        assert set(small[split]["text"]) <= set(large[split]["text"])


@pytest.fixture
def domains(tmp_path):
    """Forty sentences from four sources, and from none that is stated."""
    names = ["Retail Banking", "football", "court-rulings", "court-filings", None]
    rows = [{**sentence(number), "source": names[number % 5]} for number in range(40)]
    return str(write_lines(tmp_path / "domains.jsonl", rows))


def sources(corpus):
    return Counter(row["source"] for split in corpus.values() for row in split)


def test_sources_to_keep_and_to_exclude(tmp_path, domains):
    kept = build(tmp_path, "records", data_files=domains, sources=["FOOTBALL", " retail  banking"])
    assert sources(kept.as_dataset()) == {"football": 8, "Retail Banking": 8}
    assert kept.report.counts.dropped_by_source == 24
    excluded = build(tmp_path, "records", data_files=domains, exclude_sources="football")
    assert sources(excluded.as_dataset()) == {"Retail Banking": 8, "court-rulings": 8, "court-filings": 8, None: 8}
    # Corpora of equal size that differ in their sources alone.
    halves = [
        build(tmp_path, "records", data_files=domains, max_examples=8, max_annotations=5, **{option: ["football"]})
        for option in ("sources", "exclude_sources")
    ]
    assert [(half.report.counts.kept, half.report.counts.annotations) for half in halves] == [(8, 5), (8, 5)]


def test_a_source_that_is_not_there_is_refused_before_the_build(tmp_path, domains):
    several: list[dict[str, Any]] = [{"sources": ["football", "court rulin"]}, {"exclude_sources": "court rulin"}]
    for options in several:
        builder = NuNerCorpus("records", data_files=domains, cache_dir=tmp_path, **options)
        message = r"nothing from 'court rulin': the nearest of its sources are 'court-rulings', 'court-filings'"
        with pytest.raises(CorpusError, match=message):
            builder.download_and_prepare()
        with pytest.raises(CorpusError, match=message):
            builder.as_streaming_dataset()
        assert not Path(builder.cache_dir).exists()
    bare = write_lines(tmp_path / "bare.jsonl", [sentence(1)])
    with pytest.raises(CorpusError, match="nothing from 'x': it states no sources"):
        build(tmp_path, "records", data_files=bare, sources="x")


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["c4"], {}, "There is no corpus 'c4'; choose one of bundled, records, numind, pile_ner"),
        (["records"], {}, "'records' needs data_files"),
        (["bundled"], {"data_files": "a.jsonl"}, "takes no files"),
        (["bundled"], {"max_concepts": 0}, "max_concepts is 0"),
        (["bundled"], {"max_examples": -1}, "max_examples is -1"),
        (["bundled"], {"max_examples": True}, "max_examples is True"),
        (["bundled"], {"max_annotations": 0}, "max_annotations is 0"),
        (["bundled"], {"sources": []}, "sources is empty"),
        (["bundled"], {"sources": ["a"], "exclude_sources": ["b"]}, "sources to keep or those to exclude"),
        (["bundled"], {"seed": "x"}, "seed is 'x'"),
        (["bundled"], {"on_error": "ignore"}, "on_error is 'ignore'"),
        (["bundled"], {"languages": []}, "languages is empty"),
        (["bundled"], {"drop_concepts": [""]}, "drop_concepts is"),
        (["bundled"], {"source_split": "full"}, "source_split chooses"),
        (["records"], {"dataset": 3}, "dataset is of type int"),
    ],
)
def test_options_that_make_no_sense(tmp_path, arguments, options, message):
    with pytest.raises(ValueError) as caught:
        NuNerCorpus(*arguments, cache_dir=tmp_path, **options)
    assert message in str(caught.value)


def test_the_configuration_checks_itself_when_made_by_hand():
    with pytest.raises(ValueError, match="max_concepts"):
        NuNerCorpusConfig(name="bundled", max_concepts=-4)
    assert list(NuNerCorpus.builder_configs) == ["bundled", "records", "numind", "pile_ner"]


# Sources


def test_json_lines_gzip_parquet_folders_and_patterns_give_the_same_rows(tmp_path, files):
    expected = texts(build(tmp_path / "cache", "records", data_files=files).as_dataset())
    folder = tmp_path / "parquet [1]"
    folder.mkdir()
    for index, file in enumerate(files):
        rows = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
        Dataset.from_list(rows).to_parquet(folder / f"{index}.parquet")
    sources = [folder, [folder / "0.parquet", folder / "1.parquet"], str(tmp_path / "*.jsonl")]
    for source in sources:
        builder = build(tmp_path / "cache", "records", data_files=source)
        assert texts(builder.as_dataset()) == expected
        assert texts(builder.as_streaming_dataset()) == expected


def test_what_a_builder_writes_reads_back_as_records(tmp_path, files):
    first = NuNerCorpus("records", data_files=files, cache_dir=tmp_path / "cache")
    first.download_and_prepare(str(tmp_path / "out"), file_format="parquet")
    assert (tmp_path / "out" / "corpus-report.json").exists()
    again = build(tmp_path / "cache", "records", data_files=tmp_path / "out", on_error="raise")
    assert sorted(texts(again.as_dataset())) == sorted(
        texts(build(tmp_path, "records", data_files=files).as_dataset())
    )


def test_numind_and_pile_ner_files(tmp_path):
    numind = [{"input": f"Ada{n} met Bo.", "output": f"['Ada{n} <> person <> who']"} for n in range(30)]
    turns = [("human", "Text: Ada{} sat."), ("gpt", "Yes."), ("human", "What describes person in the text?")]
    pile = [
        {
            "id": str(n),
            "conversations": [{"from": who, "value": said.format(n)} for who, said in turns]
            + [{"from": "gpt", "value": json.dumps([f"Ada{n}"])}],
        }
        for n in range(30)
    ]
    (tmp_path / "pile.json").write_text(json.dumps(pile))
    for name, file in (
        ("numind", write_lines(tmp_path / "numind.jsonl", numind)),
        ("pile_ner", tmp_path / "pile.json"),
    ):
        builder = build(tmp_path / "cache", name, data_files=file, on_error="raise")
        assert len(texts(builder.as_dataset())) == 30
        assert concepts(builder.as_dataset()) == {"person": 30}
        assert texts(builder.as_streaming_dataset()) == texts(builder.as_dataset())


def test_a_data_set_that_datasets_loads(tmp_path):
    rows = [{"input": f"Ada{n} met Bo.", "output": f"['Ada{n} <> person']"} for n in range(30)]
    loaded = Dataset.from_list(rows)
    from_memory = build(tmp_path / "cache", "numind", dataset=loaded)
    assert len(texts(from_memory.as_dataset())) == 30
    other = NuNerCorpus("numind", dataset=loaded.select(range(20)), cache_dir=tmp_path / "cache")
    assert other.cache_dir != from_memory.cache_dir

    hub_like = tmp_path / "repository"
    hub_like.mkdir()
    write_lines(hub_like / "full.jsonl", rows)
    write_lines(hub_like / "entity.jsonl", rows[:20])
    (hub_like / "README.md").write_text(
        "---\nconfigs:\n- config_name: default\n  data_files:\n"
        "  - {split: full, path: full.jsonl}\n  - {split: entity, path: entity.jsonl}\n---\n"
    )
    for split in (None, "train"):
        with pytest.raises(ValueError, match="has the splits full, entity; choose one with source_split"):
            NuNerCorpus("numind", dataset=str(hub_like), source_split=split, cache_dir=tmp_path / "cache")
    builder = build(tmp_path / "cache", "numind", dataset=str(hub_like), source_split="full")
    assert texts(builder.as_dataset()) == texts(from_memory.as_dataset())
    assert texts(builder.as_streaming_dataset()) == texts(builder.as_dataset())


def test_a_missing_file_is_not_taken_for_a_hub_id(tmp_path):
    for source in ("data/absent.jsonl", str(tmp_path / "absent"), ["a/b", "c/d"], tmp_path / "*.parquet", []):
        with pytest.raises(FileNotFoundError):
            NuNerCorpus("records", data_files=source, cache_dir=tmp_path / "cache")


# Cache


def test_every_option_that_changes_the_rows_changes_the_cache(tmp_path, files):
    variants = [
        {},
        {"max_concepts": 4},
        {"max_examples": 4},
        {"max_examples": 4, "seed": 1},
        {"drop_concepts": ()},
        {"lowercase": True},
        {"languages": ["en"]},
        {"max_annotations": 4},
        {"max_annotations": 4, "seed": 1},
        {"sources": ["a"]},
        {"exclude_sources": ["a"]},
        {"on_error": "raise"},
        {"data_files": files[:1]},
        {"data_files": files[::-1]},
    ]
    folders = {
        NuNerCorpus("records", cache_dir=tmp_path, **{"data_files": files, **variant}).cache_dir
        for variant in variants
    }
    assert len(folders) == len(variants)


def test_a_change_of_the_code_that_makes_the_rows_changes_the_cache_and_no_other_does():
    room = Path(str(package_files("nuner.data_builders")))
    imported, to_read = set(), ["corpus/builder.py"]
    while to_read:
        name = to_read.pop()
        if name in imported:
            continue
        imported.add(name)
        for node in ast.walk(ast.parse((room / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("nuner.")):
                assert node.level, f"{name} imports {node.module}, which this test does not follow"
                folder = Path(name).parents[node.level - 1] / (node.module or "").replace(".", "/")
                candidates = [folder.with_suffix(".py"), *(folder / f"{alias.name}.py" for alias in node.names)]
                found = [candidate.as_posix() for candidate in candidates if (room / candidate).is_file()]
                assert found, f"{name} imports {node.module}, which this test does not find"
                to_read += found
    # The report is beside the rows, and no part of them.
    of_the_report = {"corpus/report.py", "files/whole_files.py", "files/unfinished.py"}
    assert sorted(FILES_THAT_DECIDE_THE_ROWS) == sorted(imported - of_the_report)


def test_options_that_mean_the_same_share_the_cache(tmp_path, files):
    spellings = [
        {},
        {"drop_concepts": {"Concept"}},
        {"drop_concepts": "concept"},
        {"seed": 5},
        {"max_concepts": None, "lowercase": False},
        {"languages": "all"},
    ]
    folders = {NuNerCorpus("records", data_files=files, cache_dir=tmp_path, **s).cache_dir for s in spellings}
    assert len(folders) == 1


def test_a_changed_file_is_built_anew_even_when_its_time_is_kept(tmp_path, files):
    before = build(tmp_path, "records", data_files=files[0])
    path = Path(files[0])
    status = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace('"Ada0', '"Eve0'), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = build(tmp_path, "records", data_files=files[0])
    assert before.cache_dir != after.cache_dir
    assert before.as_dataset()[TRAIN]._fingerprint != after.as_dataset()[TRAIN]._fingerprint


def test_the_class_pickles_and_works_from_another_process(tmp_path, bundled):
    streamed = pickle.loads(pickle.dumps(bundled.as_streaming_dataset(VALIDATION)))
    assert next(iter(streamed)) == bundled.as_dataset(VALIDATION)[0]
    code = (
        "from nuner.data_builders import NuNerCorpus\n"
        f"builder = NuNerCorpus('bundled', cache_dir={str(bundled._cache_dir_root)!r})\n"
        "print(builder.as_dataset('validation').num_rows)"
    )
    # Prepared already: the other process finds the same folder, so nothing in its name is random.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "518"


# Faults


def with_faults(path):
    lines = [json.dumps(sentence(n)).encode() for n in range(30)]
    lines[3] = b'{"text": "\xff"}'
    lines[7] = b'{"text": '
    lines[9] = json.dumps({**sentence(9), "extra": 1}).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_skipped_records_are_reported_and_the_report_outlives_the_build(tmp_path, caplog):
    path = with_faults(tmp_path / "a.jsonl")
    builder = build(tmp_path / "cache", "records", data_files=path)
    assert caplog.text.count("Left out 3 records") == 1
    assert len(texts(builder.as_dataset())) == 27
    lines = [(item.file, item.line) for item in builder.report.rejections.items]
    assert lines == [(str(path), 4), (str(path), 8), (str(path), 10)]

    cached = NuNerCorpus("records", data_files=path, cache_dir=tmp_path / "cache")
    cached.download_and_prepare()
    assert cached.report.to_dict() == builder.report.to_dict()
    assert cached.report.counts.kept == 27


def test_refused_records_stop_the_build_with_file_and_line_and_leave_no_cache(tmp_path):
    path = with_faults(tmp_path / "a.jsonl")
    several: list[dict[str, Any]] = [{}, {"max_concepts": 3}]
    for options in several:
        builder = NuNerCorpus("records", data_files=path, cache_dir=tmp_path / "cache", on_error="raise", **options)
        with pytest.raises(CorpusError, match=r"a\.jsonl:4: the line is not valid UTF-8"):
            builder.download_and_prepare()
        assert not Path(builder.cache_dir).exists()


def test_before_the_build_there_is_no_report(tmp_path):
    with pytest.raises(FileNotFoundError, match="not prepared yet"):
        _ = NuNerCorpus("bundled", cache_dir=tmp_path).report


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([], {}, "is empty: the source holds no record"),
        ([{"text": ""}], {}, "is empty: of its records 1 were rejected; the first rejected: "),
        ([sentence(1)], {"languages": "de"}, "is empty: of its records 1 are not in de"),
        (
            [{**sentence(1), "source": "x"}],
            {"exclude_sources": "x"},
            "is empty: of its records 1 are from sources that were not asked for",
        ),
        ([sentence(1, "concept")], {}, "is empty: of its records 1 carry 'concept'"),
        (
            [{"text": "Nothing.", "entities": []}],
            {},
            "No concept is left in the corpus from .*the source has none",
        ),
    ],
)
def test_an_empty_corpus_is_one_clear_sentence(tmp_path, lines, options, message):
    path = write_lines(tmp_path / "a.jsonl", lines)
    builder = NuNerCorpus("records", data_files=path, cache_dir=tmp_path / "cache", **options)
    with pytest.raises(CorpusError, match=message) as caught:
        builder.download_and_prepare()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(CorpusError, match=message):
        list(builder.as_streaming_dataset(TRAIN))


def test_no_concept_left_by_the_options(tmp_path):
    rows = [sentence(1, "city"), {"text": "Nothing.", "entities": []}]
    path = write_lines(tmp_path / "a.jsonl", rows)
    builder = NuNerCorpus("records", data_files=path, cache_dir=tmp_path / "c", drop_concepts="city")
    with pytest.raises(CorpusError, match=r"No concept is left .*: the options left none"):
        builder.download_and_prepare()


def test_a_corpus_of_one_sentence_has_an_empty_split(tmp_path):
    builder = build(tmp_path / "cache", "records", data_files=write_lines(tmp_path / "a.jsonl", [sentence(1)]))
    corpus = builder.as_dataset()
    assert sorted(rows.num_rows for rows in corpus.values()) == [0, 1]
    assert all(rows.features == CORPUS_FEATURES for rows in corpus.values())


def test_a_text_in_two_files_is_kept_once(tmp_path, files):
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(Path(files[0]).read_bytes())
    builder = build(tmp_path / "cache", "records", data_files=[files[0], copy], drop_concepts=())
    assert len(texts(builder.as_dataset())) == 25
    assert builder.report.rejections.counts() == {"the text occurred before": 25}
    assert builder.report.rejections.items[0].file == str(copy)


def test_a_full_disk_is_an_os_error_and_leaves_no_half_cache(tmp_path, files, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("datasets.builder.ArrowWriter.write_table", full)
    builder = NuNerCorpus("records", data_files=files, cache_dir=tmp_path / "cache")
    with pytest.raises(OSError, match="No space left"):
        builder.download_and_prepare()
    monkeypatch.undo()
    builder.download_and_prepare()
    assert len(texts(builder.as_dataset())) == 39


def test_multiprocessing_is_turned_down_and_nothing_is_lost(tmp_path, files):
    builder = NuNerCorpus("records", data_files=files, cache_dir=tmp_path / "cache")
    builder.download_and_prepare(num_proc=2)
    assert len(texts(builder.as_dataset())) == 39


def test_arrow_files_hold_the_declared_types(tmp_path, files):
    builder = NuNerCorpus("records", data_files=files, cache_dir=tmp_path / "cache")
    builder.download_and_prepare(str(tmp_path / "out"), file_format="parquet")
    (train,) = (tmp_path / "out").glob("*train*.parquet")
    entity = pq.read_schema(train).field("entities").type.value_type
    assert {field.name: str(field.type) for field in entity} == {
        "start": "int32",
        "end": "int32",
        "text": "string",
        "concept": "string",
        "description": "string",
    }


def test_a_damaged_cache_is_named(tmp_path):
    path = write_lines(tmp_path / "corpus.jsonl", [sentence(number) for number in range(40)])
    build(tmp_path / "cache", "records", data_files=str(path)).as_dataset()
    (prepared,) = (tmp_path / "cache").rglob("*-train.arrow")
    prepared.write_bytes(prepared.read_bytes()[:-200])
    with pytest.raises(CorpusError, match=r"is damaged .*: remove that folder, and it is made again") as refused:
        build(tmp_path / "cache", "records", data_files=str(path)).as_dataset()
    assert str(prepared.parent) in str(refused.value)
