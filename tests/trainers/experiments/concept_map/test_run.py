import json
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from datasets import DatasetDict
from support.small_corpus import small_corpus
from support.tiny_bi_encoder import save_tiny_bi_encoder

pytest.importorskip("umap")
from nuner.trainers.experiments.concept_map.run import PAGE, PICTURE, RESULTS_FILE, concept_map


@pytest.fixture(scope="module")
def bi_encoder(tiny_bert_dir, tmp_path_factory) -> Path:
    return save_tiny_bi_encoder(tiny_bert_dir, tmp_path_factory.mktemp("bi-encoder"))


def test_a_map_holds_the_most_frequent_concepts_of_all_splits(bi_encoder, tmp_path):
    corpus = DatasetDict({"train": small_corpus(30), "validation": small_corpus(10, seed=1)})
    counts = Counter(
        entity["concept"] for rows in corpus.values() for entities in rows["entities"] for entity in entities
    )
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = concept_map(bi_encoder, corpus, tmp_path / "map", name="NuNER", max_concepts=5, tell=told.append)
    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == sorted([RESULTS_FILE, PICTURE, PAGE])
    written = json.loads((tmp_path / "map" / RESULTS_FILE).read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(results))
    shown = {one["concept"]: one["count"] for one in results["concepts"]}
    assert len(shown) == 5
    assert shown.items() <= counts.items()
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    assert min(shown.values()) >= max(count for name, count in counts.items() if name not in shown)
    assert results["corpus"] == {"sentences": 40, "annotations": counts.total(), "concepts": len(counts)}
    assert all({*one["nearest"]} <= shown.keys() - {one["concept"]} for one in results["concepts"])
    page = (tmp_path / "map" / PAGE).read_text(encoding="utf-8")
    counted = f"The 5 most frequent of {len(counts)} concepts, of {counts.total()} annotations in 40 sentences"
    assert f"{counted}, as NuNER sees them." in page
    assert len(told) == 2


def corpus_of(*concepts: str) -> list[dict]:
    return [
        {"text": "Paris", "entities": [{"start": 0, "end": 5, "text": "Paris", "concept": concept}]}
        for concept in concepts
    ]


def test_a_seed_gives_one_map(bi_encoder, tmp_path):
    corpus = corpus_of(*(f"{word} {letter}" for word in ("city", "drug") for letter in "abcdefghij"))
    first, again = (concept_map(bi_encoder, corpus, tmp_path / str(run))["concepts"] for run in range(2))
    assert first == again


def test_names_that_the_tokenizer_does_not_read_are_left_out_and_said(bi_encoder, tmp_path):
    corpus = corpus_of("\u200b", "city", "town", "drug", "river", "year")
    told: list[str] = []
    results = concept_map(bi_encoder, corpus, tmp_path / "map", tell=told.append)
    assert results["left_out"] == ["\u200b"]
    assert {one["concept"] for one in results["concepts"]} == {"city", "town", "drug", "river", "year"}
    assert told[0] == "Left out: 1 of the concepts, since the tokenizer leaves nothing of their names."


def test_too_few_concepts_are_refused(bi_encoder, tmp_path):
    with pytest.raises(ValueError, match="2 concepts make no map"):
        concept_map(bi_encoder, corpus_of("city", "drug"), tmp_path / "map")
    assert not (tmp_path / "map").exists()


def test_an_encoder_alone_is_refused(tiny_bert_dir, tmp_path):
    with pytest.raises(ValueError, match="has no concept encoder"):
        concept_map(tiny_bert_dir, corpus_of("city"), tmp_path / "map")


def test_a_map_is_written_whole_or_not_at_all(bi_encoder, tmp_path, monkeypatch):
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / RESULTS_FILE).write_text("of before", encoding="utf-8")

    def fail(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr("nuner.trainers.experiments.concept_map.run.write_concept_map_page", fail)
    with pytest.raises(OSError, match="the disk is full"):
        concept_map(bi_encoder, small_corpus(30), tmp_path / "map")
    assert [path.name for path in (tmp_path / "map").iterdir()] == [RESULTS_FILE]
    assert (tmp_path / "map" / RESULTS_FILE).read_text(encoding="utf-8") == "of before"


@pytest.mark.parametrize("missing", ["umap", "matplotlib"])
def test_a_missing_extra_is_named_at_once(tmp_path, monkeypatch, missing):
    monkeypatch.setattr(
        "nuner.trainers.experiments.concept_map.run.find_spec",
        lambda name: None if name == missing else find_spec(name),
    )
    with pytest.raises(ImportError, match=r"pip install 'nuner\[map\]'"):
        concept_map("no such encoder", [], tmp_path / "map")
