"""Raw sentences from text: read, divided, filtered, sampled."""

import json

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.sentences.filters import SentenceFilters
from nuner.data_builders.annotation.sentences.preparation import SentenceReport, read_sentences
from nuner.data_builders.annotation.sentences.raw_sentence import RAW_SENTENCE_FEATURES
from nuner.data_builders.annotation.sentences.recently_seen import RecentlySeen
from nuner.data_builders.annotation.sentences.segmentation import split_sentences
from nuner.data_builders.annotation.sentences.sources import TextSource
from nuner.data_builders.annotation.sentences.writing import write_sentences
from nuner.data_builders.rejections import CorpusError
from nuner.data_builders.schema import sentence_id

ALL = SentenceFilters(min_words=0, max_words=1000, min_letters=0)


def text_file(folder, content, name="a.txt"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def texts_of(rows):
    return [row["text"] for row in rows]


# Segmentation


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "Dr. Smith left at 5 p.m. on Monday. Why?", ["Dr. Smith left at 5 p.m. on Monday.", "Why?"]),
        ("fr", "Il est arrivé à 5 h. Ça va ?", ["Il est arrivé à 5 h.", "Ça va ?"]),
        ("es", "El Sr. Pérez vive aquí. ¿Cómo está?", ["El Sr. Pérez vive aquí.", "¿Cómo está?"]),
        ("pt", "O Sr. Silva chegou. Ele está bem.", ["O Sr. Silva chegou.", "Ele está bem."]),
        ("nl", "Dhr. Jansen woont in Den Haag. Hij is arts.", ["Dhr. Jansen woont in Den Haag.", "Hij is arts."]),
        ("it", "Il dott. Rossi è arrivato. Sta bene.", ["Il dott. Rossi è arrivato.", "Sta bene."]),
        ("pl", "Prof. Nowak mieszka przy ul. Długiej. Ma psa.", ["Prof. Nowak mieszka przy ul. Długiej.", "Ma psa."]),
        ("ru", "Проф. Иванов живёт в Москве. Работал.", ["Проф. Иванов живёт в Москве.", "Работал."]),
        ("en", "A heading\n\n  One. \r\nTwo.\u2028Three.", ["A heading", "One.", "Two.", "Three."]),
        ("en", " \n", []),
        ("tlh", "One more. Two.", ["One more.", "Two."]),
    ],
)
def test_sentences_of_the_languages_of_the_paper(language, text, sentences):
    assert split_sentences(text, language) == sentences


@given(st.text(), st.sampled_from(["en", "fr", "ru", "zh", "xx"]))
def test_no_character_but_white_space_is_lost(text, language):
    assert "".join("".join(split_sentences(text, language)).split()) == "".join(text.split())


# Filters


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Ada met Bo.", None),
        ("Read more", "too few words"),
        ("word " * 101, "too many words"),
        ("+44 20 7946 0000 or so", "too few letters"),
        ("我住在东京。", None),
        ("字" * 101, "too many words"),
    ],
)
def test_filters_judge_by_words_and_letters(sentence, reason):
    assert SentenceFilters().why_left_out(sentence) == reason


@pytest.mark.parametrize("options", [{"min_words": -1}, {"min_words": 9, "max_words": 8}, {"min_letters": 1.5}])
def test_filters_that_keep_nothing_are_refused(options):
    with pytest.raises(ValueError, match=r"it is a share|must not be negative"):
        SentenceFilters(**options)


# Repetitions


@given(st.lists(st.integers(1, 40)))
def test_nothing_new_is_taken_for_seen(numbers):
    seen, known = RecentlySeen(capacity=16), set()
    for number in numbers:
        assert not seen.add(number) or number in known
        known.add(number)


def test_what_is_old_is_forgotten_and_what_is_frequent_is_not():
    seen = RecentlySeen(capacity=8)
    for number in range(2, 100):
        assert seen.add(1) == (number > 2)
        assert not seen.add(number)
    assert not seen.add(2)
    assert seen.add(99)


def test_within_the_capacity_all_repetitions_are_noticed():
    seen = RecentlySeen(capacity=1 << 16)
    hashes = [int(sentence_id(str(number)), 16) for number in range(5000)]
    assert not any(map(seen.add, hashes))
    assert all(map(seen.add, hashes))


# The whole way


def test_a_text_file_gives_rows_of_the_schema(tmp_path):
    path = text_file(tmp_path, "Ada met Bo in Paris. He left.\nAda met Bo in Paris.\n\n12 34 56 78 a\n")
    report = SentenceReport()
    rows = list(read_sentences(path, report=report))
    text = "Ada met Bo in Paris."
    assert rows == [{"id": sentence_id(text), "text": text, "language": "en", "source": "a.txt"}]
    assert (report.texts, report.sentences, report.kept) == (3, 4, 1)
    assert report.left_out == {"repeated": 1, "too few words": 1, "too few letters": 1}
    assert Dataset.from_list([dict(row) for row in rows], features=RAW_SENTENCE_FEATURES)[0] == rows[0]


def test_options_change_what_is_kept(tmp_path):
    path = text_file(tmp_path, "One two. Three.\nOne two.\n")
    source = TextSource([path], label="notes")
    rows = list(read_sentences(source, languages=["FR"], filters=ALL, keep_repeated=True))
    assert [(row["text"], row["language"], row["source"]) for row in rows] == [
        ("One two.", "fr", "notes"),
        ("Three.", "fr", "notes"),
        ("One two.", "fr", "notes"),
    ]
    assert texts_of(read_sentences(path, segment=False, filters=ALL)) == ["One two. Three.", "One two."]
    assert texts_of(read_sentences(path, filters=ALL, max_texts=1)) == ["One two.", "Three."]


def test_a_language_column_tells_languages_apart(tmp_path):
    rows = [("en-US", "One two."), ("fr", "Un deux."), ("pl", "Raz dwa."), (None, "Eins zwei.")]
    lines = "\n".join(json.dumps({"text": text, "lang": language}) for language, text in rows)
    source = TextSource([text_file(tmp_path, lines, "a.jsonl")], language_column="lang")
    report = SentenceReport()
    kept = list(read_sentences(source, languages=["en", "pl"], filters=ALL, report=report))
    assert [(row["text"], row["language"]) for row in kept] == [("One two.", "en"), ("Raz dwa.", "pl")]
    assert report.left_out == {"texts in another language": 1}
    assert [(item.line, item.reason) for item in report.rejections.items] == [(4, "the row has no language")]
    assert len(list(read_sentences(source, filters=ALL))) == 3


def test_samples_are_reproducible_and_do_not_depend_on_the_order(tmp_path):
    lines = [f"Sentence number {number} is here." for number in range(200)]
    forth = text_file(tmp_path, "\n".join(lines), "forth.txt")
    back = text_file(tmp_path, "\n".join(reversed(lines)), "back.txt")
    drawn = texts_of(read_sentences(forth, sample=20, seed=3))
    assert len(drawn) == 20
    assert drawn == texts_of(read_sentences(back, sample=20, seed=3))
    assert drawn[:5] == texts_of(read_sentences(forth, sample=5, seed=3))
    assert drawn != texts_of(read_sentences(forth, sample=20, seed=4))


def test_rows_in_the_wrong_encoding_are_counted_skipped_and_named(tmp_path):
    path = text_file(tmp_path, b"Ada met Bo.\nCaf\xe9 is open today.\nCy met Di.\n")
    report = SentenceReport()
    assert texts_of(read_sentences(path, report=report)) == ["Ada met Bo.", "Cy met Di."]
    assert report.to_dict()["rejection_reasons"] == {"the line is not valid UTF-8": 1}
    assert str(report.rejections.items[0]) == f"{path}:2: the line is not valid UTF-8 (byte 4)"


def test_rows_without_a_readable_text_are_left_out(tmp_path):
    lines = ['{"text": "Ada met Bo."}', '{"text": null}', '{"other": 1}', '["x"]', '{"text": "\\ud800 a b c"}']
    report = SentenceReport()
    rows = list(read_sentences(text_file(tmp_path, "\n".join(lines), "a.jsonl"), report=report))
    assert len(rows) == 1
    assert report.rejections.counts() == {"the row has no text": 3, "the text is not valid Unicode": 1}


def test_a_folder_is_streamed_as_a_data_set(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    Dataset.from_dict({"text": ["Ada met Bo.", "Cy met Di."]}).to_parquet(folder / "train.parquet")
    rows = list(read_sentences(TextSource([str(folder)], label="mine")))
    assert [(row["text"], row["source"]) for row in rows] == [("Ada met Bo.", "mine"), ("Cy met Di.", "mine")]


def test_patterns_and_several_files_are_read_in_order(tmp_path):
    for name in ("b", "a"):
        text_file(tmp_path, f"File {name} is here.\n", f"{name}.txt")
    rows = read_sentences(TextSource([str(tmp_path / "*.txt"), str(tmp_path / "a.txt")]), keep_repeated=True)
    assert [row["source"] for row in rows] == ["a.txt", "b.txt", "a.txt"]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"names": []}, ValueError, "No source is given"),
        ({"names": ["absent.txt"]}, FileNotFoundError, r"absent\.txt"),
        ({"names": ["a.txt", "org/data"]}, ValueError, "org/data is a data set"),
        ({"names": ["a.txt"], "config": "en"}, ValueError, "the source is files"),
        ({"names": ["a.jsonl"], "text_column": "body"}, CorpusError, "has no column 'body'; it has text"),
        ({"names": ["a.jsonl"], "language_column": "lang"}, CorpusError, "has no column 'lang'"),
    ],
)
def test_sources_that_cannot_be_read_are_refused(tmp_path, monkeypatch, options, kind, message):
    monkeypatch.chdir(tmp_path)
    text_file(tmp_path, "Ada met Bo.")
    text_file(tmp_path, '{"text": "Ada met Bo."}', "a.jsonl")
    with pytest.raises(kind, match=message):
        list(read_sentences(TextSource(**options)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"languages": ["en", "fr"]}, "no column that tells them apart"),
        ({"sample": 0}, "size of the sample is 0"),
        ({"max_texts": 0}, "max_texts is 0"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_reading(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        read_sentences(str(tmp_path / "absent.txt"), **options)


@pytest.mark.parametrize("name", ["s.jsonl", "s.parquet"])
def test_written_sentences_load_as_a_data_set(tmp_path, name):
    rows = list(read_sentences(text_file(tmp_path, "Ada met Bo\u2028 in Paris.\nCy met Éva.\n"), segment=False))
    path = tmp_path / "new" / name
    assert write_sentences(rows, path) == 2
    kind = "json" if name.endswith("jsonl") else "parquet"
    loaded = Dataset.from_json(str(path)) if kind == "json" else Dataset.from_parquet(str(path))
    assert list(loaded) == rows
    assert [file.name for file in path.parent.iterdir()] == [name]


def test_a_file_that_cannot_be_finished_leaves_no_trace(tmp_path):
    def rows():
        yield from read_sentences(text_file(tmp_path, "Ada met Bo."))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sentences(rows(), tmp_path / "out" / "s.jsonl")
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(ValueError, match=r"neither \.jsonl nor \.parquet"):
        write_sentences([], tmp_path / "s.csv")
