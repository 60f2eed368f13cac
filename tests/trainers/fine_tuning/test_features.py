import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from support.labelled_cities import FEATURES, city_sentences
from transformers import AutoTokenizer

from nuner.trainers.fine_tuning.features import IGNORED, featurize_labelled, word_windows


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 30))
def test_each_word_is_labelled_in_one_window_that_holds_it(sizes, budget):
    windows = word_windows(sizes, budget)
    assert [word for w in windows for word in range(w.first, w.last)] == list(range(len(sizes)))
    for window in windows:
        assert 0 <= window.start <= window.first <= window.last <= window.end <= len(sizes)
        # only a word that is longer than a window does not fit into it
        before, itself = sum(sizes[window.start : window.first]), sizes[window.first : window.first + 1]
        assert before + sum(itself) <= max(budget, *itself, 0)
        assert sum(sizes[window.start : window.end]) <= budget or window.end == window.first + 1


def test_windows_give_context_on_both_sides():
    windows = word_windows([1] * 100, budget=40)
    assert all(w.end - w.last >= 10 or w.end == 100 for w in windows)
    assert all(w.first - w.start >= 10 or w.start == 0 for w in windows)


def test_labels_stand_on_the_first_sub_word(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    row = Dataset.from_list([{"tokens": ["xy", "paris"], "ner_tags": [0, 1]}], features=FEATURES)
    features = featurize_labelled(row, tokenizer)[0]
    assert tokenizer.convert_ids_to_tokens(features["input_ids"]) == ["[CLS]", "x", "##y", "paris", "[SEP]"]
    assert features["labels"] == [IGNORED, 0, IGNORED, 1, IGNORED]
    assert features["iob2"] == ["O", "B-city"]


def test_labels_of_the_recognizer(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    row = Dataset.from_list([{"tokens": ["paris", "in", "a"], "ner_tags": [1, 2, 0]}], features=FEATURES)
    features = featurize_labelled(row, tokenizer, label2id={"city": 0, "O": 1})[0]
    assert features["labels"] == [IGNORED, 0, 0, 1, IGNORED]
    assert features["iob2"] == ["B-city", "I-city", "O"]


def test_no_label_of_a_long_text_is_lost(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    words = ["xyz", "paris", "in", "abcdefghijklmn", "of"] * 30
    tags = [i % 3 for i in range(len(words))]
    long = {"tokens": words, "ner_tags": tags}
    rows = Dataset.from_list([{"tokens": ["in"], "ner_tags": [0]}, long], features=FEATURES)
    features = featurize_labelled(rows, tokenizer, max_length=16)
    assert features["sentence"] == [0] + [1] * (len(features) - 1)
    lengths = [len(ids) for ids in features["input_ids"]]
    assert lengths == [len(labels) for labels in features["labels"]]
    assert max(lengths) <= 16
    assert [label for row in list(features["labels"])[1:] for label in row if label != IGNORED] == tags


def test_tokens_and_tags_of_different_length(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    rows = Dataset.from_list([{"tokens": ["in"], "ner_tags": [0]}, {"tokens": ["in"], "ner_tags": [0, 1]}])
    with pytest.raises(ValueError, match="sentence 2 has 1 tokens but 2 tags"):
        featurize_labelled(rows.cast(FEATURES), tokenizer)


def test_no_room_for_a_word(tiny_bert_dir):
    with pytest.raises(ValueError, match="no room for a word"):
        featurize_labelled(city_sentences(1), AutoTokenizer.from_pretrained(tiny_bert_dir), max_length=2)
