import json
import logging
from importlib.resources import files
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, IterableDataset, IterableDatasetDict, List, Value
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
        ('{"tokens": ["a"]}', "1 words in tokens but 0 tags in tags"),
        ('{"tokens": ["a", 3], "tags": ["O", "O"]}', "tokens must be a list of strings"),
        ('{"tokens": ["a"], "tags": [1]}', "tags has the number 1 without a name"),
        ('{"tokens": ["a"], "tags": [-100]}', "word 0 has the tag -100, as parts of words and padding have"),
        ('{"tokens": ["a", "b"], "tags": ["O", null]}', "word 1 has the tag None"),
        ('{"tokens": ["a", "b"], "tags": ["O"]}', "2 words in tokens but 1 tags in tags"),
        ('{"tokens": [], "tags": []}', "no word"),
        ('{"text": "a"}', "needs words and tags, such as tokens and ner_tags, or text and entities"),
        ('{"text": "a", "entities": [{"start": 0, "end": 5, "label": "x"}]}', "outside the text"),
        ('{"tokens": ["a"], "tags": ["E-PER"]}', "continues an entity that was not opened"),
        ('{"tokens": ["a"], "tags": ["X"]}', "'X' has no prefix"),
        ('{"tokens": ["a"], "tags": [""]}', "'' is not a label"),
        (b"\xff\xfe", "not valid UTF-8"),
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
    with pytest.raises(FileNotFoundError, match=r"empty has no labelled files .* in it is nothing"):
        load_labelled(tmp_path / "empty")
    with pytest.raises(ValueError, match=r"notes\.csv: no column holds tags"):
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
    with pytest.raises(ValueError, match="no list beside the words has tags of entities"):
        load_labelled(tmp_path / "saved")


def test_dataset_objects_with_words_or_spans():
    words = Dataset.from_list([{"tokens": ["Ada", "smiled"], "tags": ["U-PER", "O"]}])
    assert _tags(load_labelled(words, "train")) == [["B-PER", "O"]]
    spans = Dataset.from_list([{"text": "Ada smiled", "entities": [{"start": 0, "end": 3, "label": "PER"}]}])
    both = load_labelled({"train": spans, "test": words})
    assert _tags(both["train"]) == _tags(both["test"]) == [["B-PER", "O"]]
    assert both["train"].features == both["test"].features


def _rows(**columns: list[list[str]]) -> Dataset:
    return Dataset.from_dict(columns)


def test_the_list_of_the_tags_is_found_by_name_and_content():
    words, coarse, fine, none = [["Ada", "smiled"]], [["B-PER", "O"]], [["B-artist", "O"]], [["O", "O"]]
    pos, chunks = [["NNP", "VBD"]], [["B-NP", "B-VP"]]
    for columns in (
        {"tokens": words, "tags": pos, "ner_tags": coarse},
        {"words": words, "chunk_tags": chunks, "labels": coarse, "fine": fine},
        {"form": words, "pos_tags": pos, "iob": coarse, "inner": none},
        {"satz": words, "pos": pos, "iob": coarse},
    ):
        assert _tags(load_labelled(_rows(**columns), "train")) == coarse
    with pytest.raises(ValueError, match="'tags' has no entities, but 'fine' has; pass tags_column='fine'"):
        load_labelled(_rows(tokens=words, tags=none, fine=fine))
    with pytest.raises(ValueError, match="'tags' and 'ner_tags' both have tags of entities; choose with tags_column="):
        load_labelled(_rows(tokens=words, tags=coarse, ner_tags=fine))


def test_columns_that_are_named(tmp_path):
    words, coarse, fine = [["Ada", "smiled"]], [["B-PER", "O"]], [["B-artist", "O"]]
    rows = _rows(raw=[["ADA", "SMILED"]], tokens=words, ner_tags=coarse, fine=fine)
    path = tmp_path / "train.jsonl"
    rows.to_json(path)
    for source in (rows, path):
        loaded = load_labelled(source, "train", words_column="raw", tags_column="fine")
        assert loaded["tokens"][:] == [["ADA", "SMILED"]]
        assert _tags(loaded) == fine
        with pytest.raises(ValueError, match="there is no list 'finer', only 'raw', 'tokens', 'ner_tags', 'fine'"):
            load_labelled(source, tags_column="finer")
        with pytest.raises(ValueError, match="cannot hold both the words and the tags"):
            load_labelled(source, words_column="ner_tags", tags_column="ner_tags")
    path = tmp_path / "tasks.xml"
    path.write_text(
        "<collection><document><passage><offset>0</offset><text>a</text></passage></document></collection>"
    )
    with pytest.raises(ValueError, match=r"tasks\.xml is BioC XML.*, which has no columns to choose"):
        load_labelled(path, tags_column="fine")


def test_declared_labels_of_each_split_are_joined():
    def split(names, tags):
        features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})
        return Dataset.from_dict({"tokens": [["Ada", "smiled"]], "ner_tags": [tags]}, features=features)

    train, test = split(["O", "B-PER", "I-PER"], [1, 0]), split(["O", "B-LOC", "B-PER"], [2, 1])
    loaded = load_labelled({"train": train, "test": test})
    assert entity_types(loaded["train"]) == ["PER", "LOC"]
    assert _tags(loaded["train"]) == [["B-PER", "O"]] and _tags(loaded["test"]) == [["B-PER", "B-LOC"]]


@pytest.mark.parametrize("odd", ["[PAD]", "X", "[CLS]", "MISC"])
def test_a_declared_label_that_no_word_has_does_not_switch_the_scheme(odd):
    names = ["O", "B-PER", "I-PER", odd]
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})
    rows = Dataset.from_dict({"tokens": [["Ada", "L", "smiled"]], "ner_tags": [[1, 2, 0]]}, features=features)
    loaded = load_labelled(rows, "train")
    assert entity_types(loaded) == ["PER"] and _tags(loaded) == [["B-PER", "I-PER", "O"]]
    used = Dataset.from_dict({"tokens": [["Ada", "L", "smiled"]], "ner_tags": [[1, 3, 0]]}, features=features)
    with pytest.raises(ValueError, match=r"the data set\[train\]:1: tag "):
        load_labelled(used)


@pytest.mark.parametrize("tag", [-1, -100, None, 2])
def test_numbers_that_stand_for_no_label_are_refused(tag):
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=["O", "B-PER"]))})
    table = Dataset.from_dict({"tokens": [["Ada", "smiled"]], "ner_tags": [[1, 0]]}, features=features)
    raw = Dataset.from_dict({"tokens": [["Ada", "smiled"]], "ner_tags": [[1, tag]]})
    rows = Dataset(raw.data.cast(table.features.arrow_schema), info=table.info)
    with pytest.raises(ValueError, match=rf"\[train\]:1: .*{tag}"):
        load_labelled(rows)


def test_numbers_without_names_are_refused():
    rows = Dataset.from_dict({"tokens": [["Ada"]], "ner_tags": [[1]]})
    with pytest.raises(ValueError, match=r"ner_tags has the number 1 without a name; .*cast_column\('ner_tags'"):
        load_labelled(rows)


def test_one_odd_tag_that_makes_another_scheme_says_so(tmp_path):
    (tmp_path / "train.conll").write_text("Ada B-PER\nLovelace I-PER\nin O\nRome S-LOC\n")
    with pytest.raises(
        ValueError, match=r"train\.conll:1: .*no end before token 2; all tags together look like BIOES"
    ):
        load_labelled(tmp_path)
    with pytest.raises(ValueError, match="'S-LOC' at token 3 is not a IOB2 tag"):
        load_labelled(tmp_path, scheme="IOB2")


def test_types_of_all_words_are_refused_with_their_file(tmp_path):
    _write(tmp_path / "train.jsonl", [{"tokens": ["Ada", "smiled"], "tags": ["PER", "OTHER"]}])
    with pytest.raises(ValueError, match=r"train\.jsonl: no word is tagged 'O'"):
        load_labelled(tmp_path)
    assert entity_types(load_labelled(tmp_path, "train", scheme="plain")) == ["OTHER", "PER"]


def test_streamed_data_sets():
    rows = Dataset.from_list([{"tokens": ["Ada", "smiled"], "tags": ["U-PER", "O"]}])
    streamed = rows.to_iterable_dataset()
    unknown = IterableDataset.from_generator(lambda: iter(rows))
    for source in (streamed, unknown, IterableDatasetDict({"train": streamed})):
        assert _tags(load_labelled(source, "train")) == [["B-PER", "O"]]


def test_byte_order_marks(tmp_path):
    line = json.dumps({"tokens": ["Zoë"], "tags": ["B-PER"]}, ensure_ascii=False) + "\n"
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "train.jsonl").write_text(line, encoding=encoding)
        assert load_labelled(tmp_path, "train")["tokens"][:] == [["Zoë"]]


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
