import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.formats.conll import read_conll
from nuner.data_builders.labelled.formats.labelled_file import LabelledFile
from nuner.data_builders.labelled.load import entity_types, load_labelled
from nuner.data_builders.labelled.sources.split_names import VALIDATION_SPLITS
from nuner.data_builders.rejections import CorpusError, Rejections

_WORD = st.text(st.characters(exclude_categories=("Z", "C"), exclude_characters="#"), min_size=1, max_size=6)
_TAG = st.sampled_from(["O", "O", "B-PER", "I-PER", "B-LOC"])
_WORDS = [["Ada", "smiled"], ["."]]
_TAGS = [["B-PER", "O"], ["O"]]


def _read(path, text, **kwargs):
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return [(s.tokens, s.tags) for s in read_conll(LabelledFile(path), Rejections("raise"), **kwargs)]


@pytest.mark.parametrize(
    "text",
    [
        "-DOCSTART- -X- -X- O\n\nAda NNP B-NP B-PER\nsmiled VBD B-VP O\n\n. . O O\n",  # CoNLL-2003
        "Ada\tB-PER\r\nsmiled\tO\r\n\r\n.\tO",  # WNUT, Windows line ends, no last line end
        "# id 5239d808\tdomain=en\nAda _ _ B-PER\nsmiled _ _ O\n\n# id 7 domain=en\n. _ _ O\n\n\n",  # MultiCoNER
        "\ufeff1\tAda\tB-PER\n2\tsmiled\tO\n \n1\t.\tO\n",  # numbered words, a byte order mark
        "Ada\tB-PER\tO\rsmiled\tO\tO\r\r.\tO\tO\r",  # an inner level without entities, line ends of old Macs
        "0\tAda\tB-PER\n1\tsmiled\tO\n\n0\t.\tO\n",  # WikiNEuRal
        "B-PER\tAda\nO\tsmiled\n\nO\t.\n",  # MIT
        "1\tAda\tB-PER\t-\tanna\n2\tsmiled\tO\t-\t-\n\n1\t.\tO\t-\t-\n",  # UNER
        "#\thttps://a.example\t[2020-01-01]\t\n1\tAda\tB-PER\tO\n2\tsmiled\tO\tO\n\n1\t.\tO\tO\n",  # GermEval
        "#DOCSTART\n\n# https://a.example\nAda B-PER\nsmiled O\n\n#begin document (a); part 000\n. O\n#end document\n",
        "word\tlabel\nAda\tB-PER\nsmiled\tO\n\n.\tO\n",
        "Wort\tPOS\tNER\n\nAda\tNE\tB-PER\nsmiled\tVVFIN\tO\n\n.\t$.\tO\n",
        "Ada\tB-PER\t\nsmiled\tO\n\n.\tO\t\t\n",  # tabs at the end of some lines
        "# global.columns = ID FORM NER\n1\tAda\tB-PER\n2\tsmiled\tO\n\n1\t.\tO\n",  # CoNLL-U Plus
        "1-2\tAdasmiled\t_\n1\tAda\tB-PER\n2\tsmiled\tO\n2.1\t_\t_\n\n1\t.\tO\n",  # several words written as one
        "1\tAda\tB-PER\n2\tsmiled\tO\n1\t.\tO\n",  # no blank line, but a count that begins anew
    ],
)
def test_columns_in_the_usual_dialects(tmp_path, text):
    assert _read(tmp_path / "train.conll", text) == list(zip(_WORDS, _TAGS, strict=True))


def test_a_file_of_utf16_or_compressed(tmp_path):
    text = "Ada\tB-PER\nsmiled\tO\n\n.\tO\n"
    for content in (text.encode("utf-16"), gzip.compress(text.encode())):
        assert _read(tmp_path / "train.tsv", content) == list(zip(_WORDS, _TAGS, strict=True))


def test_words_that_begin_with_a_hash_are_no_comments(tmp_path):
    text = "# O\n1 O\n\n#Rome B-LOC\nfan O\n\n#fun O\n# B-LOC\n"
    assert [tokens for tokens, _ in _read(tmp_path / "a.bio", text)] == [["#", "1"], ["#Rome", "fan"], ["#fun", "#"]]


def test_a_word_may_have_a_non_breaking_space_inside(tmp_path):
    text = "New\u00a0York B-LOC\n10\u202f000 O\n\u3000 O\nfans O\n"
    assert _read(tmp_path / "a.bio", text)[0][0] == ["New\u00a0York", "10\u202f000", "\u3000", "fans"]


def test_columns_that_are_named(tmp_path):
    text = "1\tRoma\tB-LOC\tO\n2\tTrastevere\tI-LOC\tB-LOC\n"  # GermEval: outer and nested entities
    words, outer, inner = ["Roma", "Trastevere"], ["B-LOC", "I-LOC"], ["O", "B-LOC"]
    path = tmp_path / "train.tsv"
    assert _read(path, text, tags_column=2) == [(words, outer)]
    assert _read(path, text, tags_column="-1") == [(words, inner)]
    header = "id\tform\touter\tinner\n"
    assert _read(path, header + text, tags_column="outer") == [(words, outer)]
    assert _read(path, header + text, tags_column="inner", words_column="form") == [(words, inner)]
    with pytest.raises(ValueError, match="more than one column holds tags: outer, inner"):
        _read(path, header + text, words_column="form")
    with pytest.raises(ValueError, match="no column 'ner'"):
        _read(path, text, tags_column="ner")
    with pytest.raises(ValueError, match="column 1 looks like words"):
        _read(path, text + "3\tcivitas\tO\tO\n4\taeterna\tO\tO\n", tags_column=1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "1\tAda\tada\tNOUN\t_\t0\troot\t_\n2\tsmiled\tsmile\tVERB\t_\t0\troot\tSpaceAfter=No\n",
            "no column holds tags",
        ),
        ("Ada smiled at the sea.\nShe was glad.\n", "no column holds tags"),
        ("Ada\n", "no column holds tags"),
        ("Ada NNP B-NP\nsmiled VBD B-VP\n. . O\n", "no column holds tags"),
        ("1\tB-PER\n2\tO\n3\tO\n", "no column looks like words"),
        ("NNP\tB-PER\nVBD\tO\nIN\tO\n", "no column looks like words"),
        ("Ada B-PER B-HUM\nsmiled O O\n", "more than one column holds tags: 1, 2"),
    ],
)
def test_a_file_without_a_column_of_each_is_refused_and_shown(tmp_path, text, message):
    with pytest.raises(ValueError, match=message) as caught:
        _read(tmp_path / "train.conll", text)
    shown = str(caught.value).splitlines()
    assert shown[0].startswith(f"{tmp_path / 'train.conll'}: ")
    assert shown[1].split()[:1] == ["0"] and shown[2].split() == text.splitlines()[0].split()
    assert "words_column=" in shown[-1] and "tags_column=" in shown[-1]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Ada B-PER\nsmiled\n", 2, "1 columns, but most lines have 2"),
        ("Ada B-PER\nLove I-PER\n##lace X\nsmiled O\n", 3, "a word with the tag 'X'"),
        ("Ada PER\n\nsmiled O\n#lol X\n", 4, "a comment, or a word with the tag 'X', which no other word has"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path, text, line, message):
    with pytest.raises(CorpusError, match=message) as caught:
        _read(tmp_path / "train.conll", text)
    assert f"train.conll:{line}: " in str(caught.value)


@pytest.mark.parametrize("numbers", [(0, 0, 1), (1, 1, 2)])
def test_a_column_that_numbers_sentences_divides_a_file_without_blank_lines(tmp_path, numbers):
    rows = zip(("Ada", "smiled", "Rome"), numbers, ("B-PER", "O", "B-LOC"), strict=True)
    text = "".join(f"{word}\t{number}\t{tag}\n" for word, number, tag in rows)
    assert _read(tmp_path / "train.conll", text) == [(["Ada", "smiled"], ["B-PER", "O"]), (["Rome"], ["B-LOC"])]


@pytest.mark.parametrize("tags", [("B-PER", "B-LOC"), ("PER", "LOC"), ("b_per", "b_loc")])
def test_a_first_row_that_may_be_a_header_is_refused_with_the_options_that_read_it(tmp_path, tags):
    (tmp_path / "train.tsv").write_text(f"Wort\tKlasse\nAda\t{tags[0]}\nsaw\tO\nRome\t{tags[1]}\n" + ".\tO\n" * 3)
    with pytest.raises(ValueError, match="pass words_column='Wort' and tags_column='Klasse'"):
        load_labelled(tmp_path)
    loaded = load_labelled(tmp_path, "train", words_column="Wort", tags_column="Klasse")
    assert loaded["tokens"][:] == [["Ada", "saw", "Rome", ".", ".", "."]]


def test_columns_in_a_file_of_any_name(tmp_path):
    (tmp_path / "people.ner-gold").write_text("Ada B-PER\nsmiled O\n")
    assert load_labelled(tmp_path / "people.ner-gold", "train")["tokens"][:] == [["Ada", "smiled"]]
    (tmp_path / "README.md").write_text("About these files.\n")
    with pytest.raises(ValueError, match=r"README\.md: no column holds tags"):
        load_labelled(tmp_path / "README.md")


@pytest.mark.parametrize("outside", ["OTHER", "0", "*"])
def test_other_words_for_outside(tmp_path, outside):
    text = f"Ada B-PER\nLovelace I-PER\nsmiled {outside}\n. {outside}\n"
    (tmp_path / "train.conll").write_text(text)
    assert load_labelled(tmp_path, "train")["ner_tags"][0] == [1, 2, 0, 0]


def test_other_sentences_survive_a_bad_one(tmp_path):
    path = tmp_path / "train.conll"
    path.write_text("Ada B-PER\n\nsmiled\n\n. O\n")
    rejections = Rejections("skip")
    assert [s.tokens for s in read_conll(LabelledFile(path), rejections)] == [["Ada"], ["."]]
    assert len(rejections) == 1


def test_a_file_that_is_not_utf8(tmp_path):
    (tmp_path / "train.conll").write_bytes("Zoë B-PER\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"train.conll:1 is not UTF-8"):
        load_labelled(tmp_path / "train.conll")


@given(
    st.lists(st.lists(st.tuples(_WORD, _TAG), min_size=1, max_size=4), max_size=4),
    st.sampled_from("\t "),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read(tmp_path_factory, sentences, delimiter, end, encoding):
    path = tmp_path_factory.mktemp("conll") / "train.conll"
    text = "\n".join("".join(f"{word}{delimiter}{tag}\n" for word, tag in rows) for rows in sentences)
    # Columns that are named need no proof by their content, which may be anything here.
    read = _read(path, text.replace("\n", end).encode(encoding), words_column=0, tags_column=1)
    assert read == [([w for w, _ in rows], [t for _, t in rows]) for rows in sentences]


@pytest.mark.parametrize("validation", VALIDATION_SPLITS)
def test_a_folder_of_columns_in_iob1(tmp_path, validation):
    (tmp_path / "train.txt").write_text("Ada I-PER\nin O\nRome I-LOC\nParis B-LOC\n")
    (tmp_path / f"{validation}.txt").write_text("Rome I-LOC\n")
    (tmp_path / "README.txt").write_text("About these files.\n")
    loaded = load_labelled(tmp_path)
    assert list(loaded) == ["train", "validation"]
    assert load_labelled(tmp_path, validation)["tokens"][:] == [["Rome"]]
    assert entity_types(loaded["train"]) == ["LOC", "PER"]
    assert loaded["train"]["ner_tags"][0] == [3, 0, 1, 1]
