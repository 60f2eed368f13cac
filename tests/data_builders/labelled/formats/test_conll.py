import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.formats.conll import read_conll
from nuner.data_builders.labelled.load import entity_types, load_labelled
from nuner.data_builders.labelled.sources import VALIDATION_SPLITS
from nuner.data_builders.rejections import CorpusError, Rejections

_CELL = st.text(st.characters(exclude_categories=("Z", "C"), exclude_characters="#"), min_size=1, max_size=6)


def _read(path, text, **kwargs):
    path.write_bytes(text.encode("utf-8"))
    return [(s.tokens, s.tags) for s in read_conll(path, Rejections("raise"), **kwargs)]


@pytest.mark.parametrize(
    "text",
    [
        "-DOCSTART- -X- -X- O\n\nAda NNP B-NP B-PER\nsmiled VBD B-VP O\n\n. . O O\n",  # CoNLL-2003
        "Ada\tB-PER\r\nsmiled\tO\r\n\r\n.\tO",  # WNUT, Windows line ends, no last line end
        "# id 5239d808\tdomain=en\nAda _ _ B-PER\nsmiled _ _ O\n\n# id 7 domain=en\n. _ _ O\n\n\n",  # MultiCoNER
        "\ufeff1\tAda\tB-PER\n2\tsmiled\tO\n \n1\t.\tO\n",  # numbered words, a byte order mark
    ],
)
def test_columns_in_the_usual_dialects(tmp_path, text):
    assert _read(tmp_path / "train.conll", text) == [(["Ada", "smiled"], ["B-PER", "O"]), (["."], ["O"])]


def test_a_hash_and_a_number_can_be_words(tmp_path):
    text = "# O\n1 O\n\n1 O\nfan O\n"
    assert [tokens for tokens, _ in _read(tmp_path / "a.bio", text)] == [["#", "1"], ["1", "fan"]]


def test_another_column_of_tags(tmp_path):
    text = "1\tRoma\tB-LOC\tO\n2\tTrastevere\tI-LOC\tB-LOC\n"  # GermEval: outer and nested entities
    assert _read(tmp_path / "train.tsv", text, tags_column=2) == [(["Roma", "Trastevere"], ["B-LOC", "I-LOC"])]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Ada B-PER\nsmiled\n", 2, "1 columns, but the file begins with 2"),
        ("\nAda\n", 2, "1 columns, so there is no column -1 of tags"),
        ("Ada B-PER\n\n# a comment about it\nAda B-PER\n", 3, "5 columns, but the file begins with 2"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path, text, line, message):
    with pytest.raises(CorpusError, match=message) as caught:
        _read(tmp_path / "train.conll", text)
    assert f"train.conll:{line}: " in str(caught.value)


def test_other_sentences_survive_a_bad_one(tmp_path):
    path = tmp_path / "train.conll"
    path.write_text("Ada B-PER\n\nsmiled\n\n. O\n")
    rejections = Rejections("skip")
    assert [s.tokens for s in read_conll(path, rejections)] == [["Ada"], ["."]]
    assert len(rejections) == 1


def test_a_file_that_is_not_utf8(tmp_path):
    (tmp_path / "train.conll").write_bytes("Zoë B-PER\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"train.conll:1 is not UTF-8"):
        load_labelled(tmp_path / "train.conll")


@given(st.lists(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=4), max_size=4), st.sampled_from("\t "))
def test_what_was_written_is_read(tmp_path_factory, sentences, delimiter):
    path = tmp_path_factory.mktemp("conll") / "train.conll"
    text = "\n".join("".join(f"{word}{delimiter}{tag}\n" for word, tag in rows) for rows in sentences)
    assert _read(path, text) == [([w for w, _ in rows], [t for _, t in rows]) for rows in sentences]


@pytest.mark.parametrize("validation", VALIDATION_SPLITS)
def test_a_folder_of_columns_in_iob1(tmp_path, validation):
    (tmp_path / "train.txt").write_text("Ada I-PER\nin O\nRome I-LOC\nParis B-LOC\n")
    (tmp_path / f"{validation}.txt").write_text("Rome I-LOC\n")
    (tmp_path / "README.txt").write_text("About these files.\n")
    loaded = load_labelled(tmp_path)
    assert list(loaded) == ["train", validation]
    assert entity_types(loaded["train"]) == ["LOC", "PER"]
    assert loaded["train"]["ner_tags"][0] == [3, 0, 1, 1]
