import pytest
import torch
from torch.nn.functional import normalize
from transformers import AutoModel

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.trainers.baselines.tadner.sentence_reader import SentenceReader, batches
from nuner.trainers.few_shot.word_vectors import TokenFeatures
from nuner.trainers.word_tokenizer import load_word_tokenizer


@pytest.fixture(scope="module")
def reader(tiny_bert_dir):
    return SentenceReader(load_word_tokenizer(tiny_bert_dir), max_length=64)


@torch.no_grad()
def test_words_have_the_vectors_that_the_few_shot_features_give_them(reader, tiny_bert_dir):
    sentences = [["Paris", "visited", "xyz"], ["the"], ["in", "\u200b", "Paris"]]
    read = reader(sentences)
    hidden = AutoModel.from_pretrained(tiny_bert_dir).eval()(read.input_ids, read.attention_mask).last_hidden_state
    vectors = read.words_of(hidden)
    expected = TokenFeatures(tiny_bert_dir)(sentences)
    torch.testing.assert_close(vectors[read.read], expected.vectors, atol=1e-5, rtol=1e-5)
    assert read.read.tolist() == [True, True, True, True, True, False, True]
    assert not vectors[5].any()
    assert read.bounds == [(0, 3), (3, 4), (4, 7)]


def test_each_word_of_a_long_sentence_has_its_place_in_one_row(reader):
    words = ["paris", "london", "visited"] * 50
    read = reader([["the"], words, ["order"]])
    assert read.input_ids.shape[1] == 64
    assert len(read.input_ids) > 4
    ids = {word: int(reader([[word]]).input_ids[0, 1]) for word in ("the", "order", *words[:3])}
    found = read.input_ids[read.row, read.column].tolist()
    assert found == [ids[word] for word in ["the", *words, "order"]]


def test_a_sentence_without_a_word_has_none(reader):
    read = reader([["the"], [], ["order"]])
    assert read.bounds == [(0, 1), (1, 1), (1, 2)]
    directions = read.sentence_directions(torch.eye(2))
    torch.testing.assert_close(directions, torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]))


def test_a_span_has_the_direction_of_the_mean_of_its_words(reader):
    vectors = torch.randn(5, 4)
    read = reader([["in", "Paris"], ["the", "order", "Paris"]])
    spans = [[EntitySpan(1, 2, "city")], [EntitySpan(0, 3, "a"), EntitySpan(2, 3, "b")]]
    expected = normalize(torch.stack([vectors[1], vectors[2:5].mean(0), vectors[4]]), dim=-1)
    torch.testing.assert_close(read.span_directions(vectors, spans), expected)
    assert read.span_directions(vectors, [[], []]).shape == (0, 4)


def test_all_sentences_are_in_one_batch_each():
    sentences = [["w"] * length for length in (3, 0, 900, 1, 1500, 40, 5000)]
    assert sorted(i for batch in batches(sentences) for i in batch) == [*range(7)]
    assert batches([]) == []
