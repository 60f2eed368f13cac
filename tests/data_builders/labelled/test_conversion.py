import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.conversion import convert_labels
from nuner.data_builders.labelled.load import load_labelled

_SPAN_FORMATS = ["label-studio", "label-studio-min", "prodigy", "doccano", "doccano-relation", "spacy-json"]
_SPAN_FORMATS += ["ner-annotator", "jsonl", "brat", "bioc", "bioc-json", "webanno", "parquet"]


@given(path=st.lists(st.sampled_from(_SPAN_FORMATS), min_size=2, max_size=5), text=st.text(min_size=1))
def test_a_chain_of_conversions_changes_nothing(tmp_path_factory, path, text):
    folder = tmp_path_factory.mktemp("chain")
    text = "".join(character for character in text if character.isprintable() or character in "\n\t") + "a"
    record = {"text": text, "entities": [{"start": 0, "end": len(text), "label": "PER"}]}
    record["entities"].append({"start": len(text) - 1, "end": len(text), "label": "LOC"})
    source = folder / "source.jsonl"
    source.write_text(json.dumps(record))
    for number, name in enumerate([*path, "jsonl"]):
        target = folder / f"{number}{'' if name == 'brat' else '.gz'}"
        done = convert_labels(source, target, target_format=name)
        assert (done.texts, done.entities, dict(done.notes)) == (1, 2, {})
        source = target
    assert json.loads(gzip.decompress(source.read_bytes())) == record


def test_words_and_tags_of_any_scheme_become_texts(tmp_path):
    (tmp_path / "train.conll").write_text("Ada S-PER\n. O\n\nNew B-LOC\nYork E-LOC\n")
    done = convert_labels(tmp_path / "train.conll", tmp_path / "train.jsonl", target_format="doccano")
    assert (done.texts, done.entities) == (2, 2)
    lines = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text().splitlines()]
    assert [(line["text"], line["label"]) for line in lines] == [
        ("Ada .", [[0, 3, "PER"]]),
        ("New York", [[0, 8, "LOC"]]),
    ]


def test_tags_in_other_spellings(tmp_path):
    (tmp_path / "train.conll").write_text("Ada\tb_per\nLovelace\ti_per\n.\tNONE\n\nRome\tb_loc\n")
    convert_labels(tmp_path / "train.conll", tmp_path / "train.jsonl", target_format="doccano")
    lines = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text().splitlines()]
    assert [line["label"] for line in lines] == [[[0, 12, "per"]], [[0, 4, "loc"]]]


def test_what_words_cannot_hold_is_counted(tmp_path):
    entities = [[0, 8, "LOC"], [4, 8, "PER"], [9, 11, "X"], [3, 4, "Y"]]
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "New York1980", "label": entities}))
    done = convert_labels(tmp_path / "a.jsonl", tmp_path / "a.conll")
    assert (tmp_path / "a.conll").read_text() == "New\tB-LOC\nYork1980\tI-LOC\n"
    assert sorted(done.notes.values()) == [1, 2, 3]


def test_texts_without_a_word_and_cells_that_would_divide_a_line_are_counted(tmp_path):
    source = tmp_path / "texts.jsonl"
    rows = [
        {"text": " ", "entities": []},
        {"text": "in Rome", "entities": [{"start": 3, "end": 7, "label": "big\ncity"}]},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = convert_labels(source, tmp_path / "texts.conll")
    assert result.notes == {
        "texts without a word were left out": 1,
        "texts have spaces for tabs and line breaks in their words or tags": 1,
    }
    assert (tmp_path / "texts.conll").read_text() == "in\tO\nRome\tB-big city\n"


def test_halves_of_surrogate_pairs_are_replaced(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "\\ud83d Rome", "label": [[2, 6, "LOC"]]}')
    done = convert_labels(tmp_path / "a.jsonl", tmp_path / "a.xml")
    assert list(done.notes.values()) == [1]
    assert load_labelled(tmp_path / "a.xml")["train"]["tokens"] == [["\ufffd", "Rome"]]


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "Rome", "label": [[0, 4, "LOC"]]}')
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "7.ann").touch()
    for overwrite in (False, True):
        with pytest.raises(FileExistsError):
            convert_labels(tmp_path / "a.jsonl", tmp_path / "out", target_format="brat", overwrite=overwrite)


def test_what_is_not_there_or_empty(tmp_path):
    with pytest.raises(FileNotFoundError):
        convert_labels(tmp_path / "a.jsonl", tmp_path / "b.conll")
    (tmp_path / "a.jsonl").touch()
    with pytest.raises(ValueError, match="has no readable record"):
        convert_labels(tmp_path / "a.jsonl", tmp_path / "b.conll")
    assert not (tmp_path / "b.conll").exists()
