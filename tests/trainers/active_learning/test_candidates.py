"""Texts are chosen that are like many doubtful ones, unlike each other, and of types that need labels."""

import numpy as np
import pytest
import torch

from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.entity_types import EntityType
from nuner.trainers.active_learning.candidates import Candidates
from nuner.trainers.active_learning.instant_head import InstantHead, LearntText
from nuner.trainers.active_learning.pool_vectors import PoolVectors
from nuner.trainers.active_learning.text_encoder import EncodedWords, TextEncoder

TYPES = (EntityType(3, "city", "", ""), EntityType(8, "drug", "", ""))


class LetterEncoder(TextEncoder):
    """Gives each letter a direction of its own."""

    def __init__(self):
        self.encoder, self.hidden = "letters", 128

    def __call__(self, texts):
        letters = np.array([ord(letter) for text in texts for letter in text])
        place = np.concatenate([np.arange(len(text)) for text in texts])
        text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        return EncodedWords(np.eye(128, dtype=np.float32)[letters], text, place, place + 1)


def head_of(**logits):
    """Return a head that says of each letter the logits of no entity, a city and a drug; it is sure of the others."""
    layer = torch.nn.Linear(128, 3)
    layer.weight.data = torch.tensor([[9.0], [0.0], [0.0]]).repeat(1, 128)
    layer.bias.data.zero_()
    for letter, of_letter in logits.items():
        layer.weight.data[:, ord(letter)] = torch.tensor(of_letter)
    return InstantHead(TYPES, layer.requires_grad_(False), 1)


@pytest.fixture
def choose(tmp_path):
    def choose(head, texts, labelled=()):
        encoder = LetterEncoder()
        pool = PoolVectors(tmp_path / "vectors", "letters", encoder)
        pool.append(range(len(texts)), encoder(texts))
        learnt = []
        for number, labels in labelled:
            learnt.append((number, LearntText.of(labels, *pool.of(number))))
        closed = {number for number, _ in labelled}
        number = Candidates(pool, range(len(texts))).choose(head, learnt, closed)
        pool.close()
        return None if number is None else texts[number]

    return choose


def test_what_is_doubted_comes_first_and_odd_words_do_not(choose):
    texts = ["ab", "ac", "ac", "ac", "ad", "ae"]
    assert choose(head_of(d=(0.0, 0.0, 0.0)), texts) == "ad"
    assert choose(head_of(c=(1.0, 0.0, 0.0), d=(0.0, 0.0, 0.0)), texts) == "ac"  # thrice as many, half as doubtful


def test_what_is_like_a_closed_text_comes_last(choose):
    head = head_of(c=(0.0, 0.0, 0.0), d=(2.0, 0.0, 0.0))
    assert choose(head, ["ac", "ac", "ad"]) == "ac"
    assert choose(head, ["ac", "ac", "ad"], [(0, ())]) == "ad"
    assert choose(head, ["ac"], [(0, ())]) is None


def test_types_without_labels_come_before_those_that_have_some(choose):
    head = head_of(c=(0.0, 0.0, -9.0), d=(0.0, -9.0, 0.0))
    texts = ["c", "c", "d", "xy", "xz"]
    assert choose(head, texts) == "c"
    assert choose(head, texts, [(3, (Label(0, 1, 3), Label(1, 2, 3))), (4, (Label(0, 1, 3), Label(1, 2, 3)))]) == "d"
