"""Recognition as a step of a data set of Ray."""

import logging

import pyarrow as pa
import pytest
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer
from nuner.modeling_nuner import recognize_dataset
from nuner.modeling_nuner.integrations import ray_data

ray = pytest.importorskip("ray", reason="ray is not installed")

TEXTS = ["paris", None, "", "acme paid london on monday", "x " * 400, "berlin visited paris"] * 8


@pytest.fixture(scope="module")
def connected(ray_address):
    ray.init(ray_address, log_to_driver=False, logging_level=logging.CRITICAL)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def recognizer(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))


def entities_of(dataset):
    rows = sorted(dataset.take_all(), key=lambda row: row["id"])
    return [[(e["start"], e["end"], e["text"], e["label"]) for e in row["entities"]] for row in rows]


def places(found):
    return [[(e["start"], e["end"], e["text"], e["label"]) for e in entities] for entities in found]


def test_a_data_set_gets_what_direct_recognition_finds(connected, recognizer):
    dataset = ray.data.from_items([{"id": number, "body": text} for number, text in enumerate(TEXTS)])
    found = recognize_dataset(dataset, recognizer, "body", workers=1, labels=["city"])
    direct = EntityRecognizer.from_pretrained(recognizer, labels=["city"])(TEXTS)
    assert entities_of(found) == places(direct)
    assert any(direct)


def test_zero_shot(connected, tiny_bert_dir, tmp_path):
    folder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi-encoder")
    dataset = ray.data.from_items([{"id": number, "text": text} for number, text in enumerate(TEXTS)])
    options = {"labels": ["city", "company"], "threshold": 0.4}
    found = recognize_dataset(dataset, folder, workers=1, **options)
    assert entities_of(found) == places(EntityRecognizer.from_pretrained(folder, **options)(TEXTS))


def test_batches_are_bounded_by_characters_and_lose_nothing(monkeypatch):
    monkeypatch.setattr(ray_data, "LOOK_AHEAD_CHARACTERS", 100)
    texts = ["x" * 30, "y" * 90, None, "z" * 1000, *["w"] * 500]
    table = pa.table({"text": texts, "id": range(len(texts))})
    batches = [pa.ipc.open_stream(row["batch"][0]).read_all() for row in ray_data._pack(table, "text")]
    assert pa.concat_tables(batches) == table
    assert len(batches) > 5
    for batch in batches:
        lengths = [len(text or "") for text in batch["text"].to_pylist()]
        assert sum(lengths[:-1]) <= 100


@pytest.mark.parametrize("column", ["body", "text"])
def test_a_data_set_that_cannot_be_recognized(column):
    table = pa.table({"text": ["paris"], "entities": ["mine"]})
    with pytest.raises(ValueError, match=r"has no column 'body'|has a column 'entities' already"):
        list(ray_data._pack(table, column))


def test_workers_are_counted(connected):
    with pytest.raises(ValueError, match="workers is 0"):
        recognize_dataset(ray.data.from_items([]), "recognizer", workers=0)
