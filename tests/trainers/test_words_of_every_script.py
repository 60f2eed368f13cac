"""One kind of word in training, in evaluation and in use, whatever the script and the tokenizer."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.cli_runs import nuner
from support.scripts import KINDS, labelled_sentences, save_encoder, trained_tokenizer, write_labelled

from nuner import EntityRecognizer
from nuner.data_builders import split_words
from nuner.data_builders.labelled import words as labelled_words
from nuner.data_builders.labelled.placed_words import place_words
from nuner.modeling_nuner.recognition.words import splitting as recognition_words
from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer
from nuner.trainers.sub_words import sub_words_of

TOKENIZERS = {
    kind: WordTokenizer(trained_tokenizer(kind, [row["text"] for row in labelled_sentences()])) for kind in KINDS
}
LETTERS = st.sampled_from(
    [*"aé_5.,'(東京はー서울각กรุ\u0e33ວ\u17d2ကa\u0301\u200b\u200d\ufeff\xad\x00\ufffd \u3000\n\x1c", "\ud800", "👩‍💻"]
)
TEXTS = st.one_of(st.text(max_size=30), st.text(st.characters(), max_size=30), st.lists(LETTERS).map("".join))


def test_both_rooms_have_one_rule():
    assert labelled_words._WORD.pattern == recognition_words._WORD.pattern


@given(TEXTS)
@example("서울에서 ไปกรุงเทพแล้ว")
def test_every_character_that_is_not_blank_lies_in_one_word(text):
    words = split_words(text)
    assert [(word.start, word.end) for word in words] == recognition_words.word_spans(text)
    assert [i for word in words for i in range(word.start, word.end)] == [
        i for i, character in enumerate(text) if not character.isspace()
    ]
    assert all(text[word.start : word.end] == word.text for word in words)


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS)
def test_the_trainer_reads_what_recognition_reads(kind, text):
    tokenizer, words = TOKENIZERS[kind], split_words(text)
    [by_word] = sub_words_of(tokenizer, [place_words([word.text for word in words], text)])
    used = tokenizer([text])
    assert [i for ids in by_word for i in ids] == used.ids.tolist()
    read = [word for word, ids in zip(words, by_word, strict=True) if ids]
    assert [(word.start, word.end) for word in read] == list(zip(used.start.tolist(), used.end.tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("서울에서 왔다", "서 울 에 서 왔 다"),
        ("한국", "한 국"),
        ("東京タワーへ2024年", "東 京 タ ワ ー へ 2024 年"),
        ("ที่นี่", "ที่ นี่"),
        ("हिन्दी में", "हिन्दी में"),
        ("naïve cafe\u0301", "naïve cafe\u0301"),
        ("Wasser\u00adstoff", "Wasser\u00adstoff"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("New\u200bYork", "New \u200b York"),
        ("can't pay £4.50", "can ' t pay £ 4 . 50"),
    ],
)
def test_words(text, words):
    assert [word.text for word in split_words(text)] == words.split(" ")


@pytest.mark.parametrize("kind", KINDS)
def test_entities_of_every_script_are_learnt_found_in_use_and_scored_alike(kind, tmp_path):
    encoder, data = save_encoder(kind, tmp_path / "encoder"), write_labelled(tmp_path / "data")
    options = ("--epochs", 60, "--learning-rate", 0.003, "--batch-size", 4)
    result = nuner("finetune", encoder, "--data", data, "--output", tmp_path / "recognizer", *options)
    assert result.exit_code == 0, result.output
    assert not re.search("widened", result.output)
    result = nuner("evaluate", tmp_path / "recognizer", "--data", data, "--output", tmp_path / "figures.json")
    assert result.exit_code == 0, result.output
    recognizer = EntityRecognizer.from_pretrained(tmp_path / "recognizer")
    for row in labelled_sentences():
        found = [{name: entity[name] for name in ("start", "end", "label")} for entity in recognizer(row["text"])]
        assert found == row["entities"], row["text"]
    trained = json.loads((tmp_path / "recognizer" / "finetuning.json").read_text(encoding="utf-8"))["test"]
    evaluated = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["scores"]
    assert trained["eval_f1"] == evaluated["f1"] == 1
