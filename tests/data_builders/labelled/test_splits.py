import gzip
import json

import pytest

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.labelled.sources.split_names import find_split, split_of

_ROW = json.dumps({"tokens": ["Ada", "smiled"], "tags": ["B-PER", "O"]}) + "\n"
_COLUMNS = "Ada B-PER\nsmiled O\n"


def _write(path, name):
    path.mkdir(exist_ok=True)
    content = _ROW if ".jsonl" in name else _COLUMNS
    (path / name).write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())


@pytest.mark.parametrize(
    ("name", "split"),
    [
        *(
            ("train.jsonl", "train"),
            ("eng.train", "train"),
            ("en-train.conll", "train"),
            ("wnut17train.conll", "train"),
        ),
        *(("val.jsonl", "validation"), ("eng.testa", "validation"), ("emerging.dev.conll", "validation")),
        *(("NER-de-test.tsv", "test"), ("eng.testb", "test"), ("emerging.test.annotated", "test")),
        *(("train_dev.jsonl", None), ("export.json", None), ("testimony.txt", None), ("README.md", None)),
    ],
)
def test_what_names_of_files_say(name, split):
    assert split_of(name) == split


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["eng.train", "eng.testa", "eng.testb", "README.txt"], ["train", "test", "validation"]),
        (["en-train.conll", "en-dev.conll", "en-test.conll"], ["train", "test", "validation"]),
        (["train.txt.gz", "val.txt.gz"], ["train", "validation"]),
        (["train.jsonl.gz", "test.tsv", "labels.txt"], ["train", "test"]),
        (["export.conll", "notes.txt"], ["train"]),
        (["export.txt"], ["train"]),
        (["train", "dev", "test", "LICENSE"], ["train", "test", "validation"]),
        (["train.tab", "test.raw"], ["train", "test"]),
        (["en.jsonl", "fr.jsonl"], ["en", "fr"]),
    ],
)
def test_folders_of_files(tmp_path, names, splits):
    for name in names:
        _write(tmp_path, name)
    (tmp_path / ".train.jsonl.part").write_text("half")
    loaded = load_labelled(tmp_path)
    assert list(loaded) == splits
    assert all(rows["tokens"][:] == [["Ada", "smiled"]] for rows in loaded.values())


@pytest.mark.parametrize(
    ("name", "split"),
    [("people.jsonl", "train"), ("test.jsonl", "test"), ("de-dev.conll", "validation"), ("eng.testb", "test")],
)
def test_one_file(tmp_path, name, split):
    _write(tmp_path, name)
    assert list(load_labelled(tmp_path / name)) == [split]


def test_parts_of_a_split_are_joined(tmp_path):
    for part in range(2):
        _write(tmp_path, f"train-0000{part}-of-00002.jsonl")
    assert len(load_labelled(tmp_path, "train")) == 2


@pytest.mark.parametrize(
    "names", [("train.conll", "train.jsonl"), ("dev.jsonl", "val.jsonl"), ("a-test.tsv", "b-test.tsv")]
)
def test_two_files_for_one_split_are_an_error(tmp_path, names):
    for name in names:
        _write(tmp_path, name)
    with pytest.raises(ValueError, match=f"several files for the split .*{names[0]}, {names[1]}"):
        load_labelled(tmp_path)


def test_a_folder_without_a_split_says_what_is_in_it(tmp_path):
    for name in ("a.conll", "b.conll"):
        _write(tmp_path, name)
    with pytest.raises(ValueError, match=r"no name says which split they are .*: a\.conll, b\.conll"):
        load_labelled(tmp_path)


def test_folders_of_folders_say_what_is_in_them(tmp_path):
    for name in ("train", "test"):
        (tmp_path / name).mkdir()
        _write(tmp_path / name, "data.conll")
    with pytest.raises(
        FileNotFoundError, match=r"no labelled files that are called as splits are.*in it is test, train"
    ):
        load_labelled(tmp_path)


def test_a_split_is_found_by_another_name_for_it(tmp_path):
    _write(tmp_path, "dev.jsonl")
    assert len(load_labelled(tmp_path, "valid")) == 1
    assert find_split("dev", ["train", "val"]) == "val"
    assert find_split("dev", ["train", "val", "valid"]) is None
    assert find_split("fr", ["train", "val"]) is None
