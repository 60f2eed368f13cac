import json
import logging
from importlib.resources import files
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from support.folders import SHARED

from nuner.data_builders.labelled.load import entity_types, load_labelled


def _write(path: Path, rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _tags(dataset: Dataset) -> list[list[str]]:
    names = dataset.features["ner_tags"].feature.names
    return [[names[tag] for tag in tags] for tags in dataset["ner_tags"]]


def test_a_folder_of_json_lines_in_bioes(tmp_path):
    _write(
        tmp_path / "train.jsonl",
        [{"tokens": ["Ada", "in", "New", "York"], "tags": ["S-PER", "O", "B-LOC", "E-LOC"]}],
    )
    _write(tmp_path / "test.jsonl", [{"tokens": ["Ada"], "tags": ["O"]}])
    loaded = load_labelled(tmp_path)
    assert list(loaded) == ["train", "test"]
    assert loaded["train"].features["ner_tags"].feature.names == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    assert loaded["train"].features == loaded["test"].features
    assert loaded["train"]["tokens"][0] == ["Ada", "in", "New", "York"]
    assert _tags(loaded["train"]) == [["B-PER", "O", "B-LOC", "I-LOC"]]


def test_text_with_entities_and_a_single_file(tmp_path, caplog):
    entities = [
        {"start": 4, "end": 7, "text": "Ada", "label": "person"},
        {"start": 8, "end": 11, "label": "product"},
    ]
    path = _write(tmp_path / "train.jsonl", [{"text": "Ask Ada iOS17?", "entities": entities}])
    with caplog.at_level(logging.WARNING):
        loaded = load_labelled(path, "train")
    assert loaded["tokens"][0] == ["Ask", "Ada", "iOS17", "?"]
    assert _tags(loaded) == [["O", "B-person", "B-product", "O"]]
    assert "1 entities began or ended inside a word" in caplog.text


def test_a_saved_hub_data_set_keeps_the_declared_order_of_types(tmp_path):
    label = ClassLabel(names=["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    features = Features({"id": Value("string"), "tokens": List(Value("string")), "ner_tags": List(label)})
    row = {"id": ["0"], "tokens": [["Ada", "Lovelace", "in", "Paris"]], "ner_tags": [[1, 2, 0, 3]]}
    DatasetDict({"train": Dataset.from_dict(row, features=features)}).save_to_disk(str(tmp_path / "saved"))
    loaded = load_labelled(tmp_path / "saved")["train"]
    assert loaded.column_names == ["tokens", "ner_tags"]
    assert entity_types(loaded) == ["PER", "LOC"]
    assert _tags(loaded) == [["B-PER", "I-PER", "O", "B-LOC"]]


def test_a_declared_plain_scheme_in_parquet(tmp_path):
    label = ClassLabel(names=["O", "work-of-art", "person"])
    features = Features({"tokens": List(Value("string")), "ner_tags": List(label)})
    rows = Dataset.from_dict(
        {"tokens": [["Mona", "Lisa", "by", "him"]], "ner_tags": [[1, 1, 0, 2]]}, features=features
    )
    rows.to_parquet(str(tmp_path / "train.parquet"))
    loaded = load_labelled(tmp_path)["train"]
    assert entity_types(loaded) == ["work-of-art", "person"]
    assert _tags(loaded) == [["B-work-of-art", "I-work-of-art", "O", "B-person"]]


def test_the_support_tickets_are_bundled():
    tickets = load_labelled("support-tickets")
    assert {split: len(rows) for split, rows in tickets.items()} == {"train": 400, "test": 200}
    assert entity_types(tickets["train"]) == [
        "action", "amount", "component", "date", "error", "order_id", "product", "version",
    ]  # fmt: skip
    folder = files("nuner.data_builders.data")
    for split, rows in tickets.items():
        lines = (folder / f"support-tickets-{split}.jsonl").read_text(encoding="utf-8").splitlines()
        annotated = sum(len(json.loads(line)["entities"]) for line in lines)
        assert sum(tag.startswith("B-") for tags in _tags(rows) for tag in tags) == annotated


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "Expecting property name"),
        ("[]", "must be a JSON object, not list"),
        ('{"tokens": ["a"]}', "lists of strings"),
        ('{"tokens": ["a"], "tags": [1]}', "lists of strings"),
        ('{"tokens": ["a", "b"], "tags": ["O"]}', "2 tokens but 1 tags"),
        ('{"tokens": [], "tags": []}', "no word"),
        ('{"text": "a"}', "needs tokens and tags, or text and entities"),
        ('{"text": "a", "entities": [{"start": 0, "end": 5, "label": "x"}]}', "outside the text"),
        ('{"tokens": ["a"], "tags": ["E-PER"]}', "continues an entity that was not opened"),
        ('{"tokens": ["a"], "tags": ["X"]}', "'X' has no prefix"),
        ('{"tokens": ["a"], "tags": [""]}', "'' is not a label"),
        (b"\xff\xfe", "can't decode byte"),
    ],
)
def test_a_bad_record_is_named_by_file_and_line(tmp_path, line, message):
    path = _write(tmp_path / "train.jsonl", [{"tokens": ["Ada"], "tags": ["S-PER"]}])
    with path.open("ab") as file:
        file.write(line if isinstance(line, bytes) else line.encode())
    with pytest.raises(ValueError, match=message) as caught:
        load_labelled(tmp_path)
    assert f"{path}:2: " in str(caught.value)


def test_bad_records_are_skipped_and_counted_on_demand(tmp_path, caplog):
    path = _write(
        tmp_path / "train.jsonl",
        [{"tokens": ["Ada"], "tags": ["S-PER"]}, {}, {"tokens": ["a"], "tags": ["E-PER"]}],
    )
    with caplog.at_level(logging.WARNING):
        assert len(load_labelled(tmp_path, "train", on_error="skip")) == 1
    assert "Left out 2 records" in caplog.text
    assert f"{path}:2: " in caplog.text and f"{path}:3: " in caplog.text


def test_what_cannot_be_loaded_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no labelled data set at"):
        load_labelled(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty is not a folder or file with labelled sentences"):
        load_labelled(tmp_path / "empty")
    with pytest.raises(ValueError, match=r"notes\.csv is in no known format of labelled data"):
        (tmp_path / "notes.csv").write_text("To do: label.\n")
        load_labelled(tmp_path / "notes.csv")
    with pytest.raises(ValueError, match="has no split 'dev', only train, test"):
        load_labelled("support-tickets", "dev")
    _write(tmp_path / "train.jsonl", [])
    with pytest.raises(ValueError, match=r"split 'train' of .* has no readable record"):
        load_labelled(tmp_path / "train.jsonl")
    with pytest.raises(ValueError, match="unknown label scheme 'XYZ'"):
        load_labelled("support-tickets", scheme="XYZ")  # type: ignore[call-overload]


def test_columns_that_are_missing_are_named(tmp_path):
    Dataset.from_dict({"words": [["a"]]}).save_to_disk(str(tmp_path / "saved"))
    with pytest.raises(ValueError, match="has the columns words; tokens and ner_tags or tags are needed"):
        load_labelled(tmp_path / "saved")


def test_dataset_objects_with_words_or_spans():
    words = Dataset.from_list([{"tokens": ["Ada", "smiled"], "tags": ["U-PER", "O"]}])
    assert _tags(load_labelled(words, "train")) == [["B-PER", "O"]]
    spans = Dataset.from_list([{"text": "Ada smiled", "entities": [{"start": 0, "end": 3, "label": "PER"}]}])
    both = load_labelled({"train": spans, "test": words})
    assert _tags(both["train"]) == _tags(both["test"]) == [["B-PER", "O"]]
    assert both["train"].features == both["test"].features


def test_another_column_of_tags():
    label = ClassLabel(names=["O", "person-artist"])
    features = Features({"tokens": List(Value("string")), "fine_ner_tags": List(label)})
    rows = Dataset.from_dict({"tokens": [["Ada", "smiled"]], "fine_ner_tags": [[1, 0]]}, features=features)
    assert entity_types(load_labelled(rows, "train", tags_column="fine_ner_tags")) == ["person-artist"]
    with pytest.raises(ValueError, match="tokens and ner_tags or tags are needed"):
        load_labelled(rows)


def test_numbers_without_names_are_refused():
    rows = Dataset.from_dict({"tokens": [["Ada"]], "ner_tags": [[1]]})
    with pytest.raises(ValueError, match="numbers without names as ner_tags"):
        load_labelled(rows)


def test_only_some_types():
    rows = Dataset.from_list([{"tokens": ["Ada", "in", "New", "Rome"], "tags": ["B-PER", "O", "B-LOC", "I-LOC"]}])
    kept = load_labelled(rows, "train", types=["LOC"])
    assert kept.features["ner_tags"].feature.names == ["O", "B-LOC", "I-LOC"]
    assert kept["ner_tags"][0] == [0, 0, 1, 2]
    assert entity_types(load_labelled(rows, "train", types=["PER", "LOC"])) == ["PER", "LOC"]
    with pytest.raises(ValueError, match="no entity of type 'ORG'; the types are LOC, PER"):
        load_labelled(rows, types=["ORG"])


@pytest.mark.skipif(not SHARED.exists(), reason="the benchmark data are not beside the checkout")
@pytest.mark.parametrize(("name", "types", "sentences"), [("mit_movie", 12, 2443), ("bionlp2004", 5, 3856)])
def test_the_benchmark_folders_load(name, types, sentences):
    loaded = load_labelled(SHARED / "data" / "benchmarks" / name)
    assert len(entity_types(loaded["train"])) == types
    assert len(loaded["test"]) == sentences
