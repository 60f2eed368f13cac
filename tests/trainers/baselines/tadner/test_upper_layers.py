from typing import Any

import pytest
import torch
from support.tiny_configs import CONFIGS
from transformers import AutoModel

from nuner.trainers.baselines.tadner.arguments import TadNerArguments
from nuner.trainers.baselines.tadner.sentence_reader import ReadSentences
from nuner.trainers.baselines.tadner.upper_layers import UpperLayers
from nuner.trainers.fine_tuning.features import IGNORED

READ = ReadSentences(
    input_ids=torch.tensor([[5, 6, 7, 8], [9, 10, 11, 2]]),
    attention_mask=torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
    row=torch.tensor([0, 0, 1]),
    column=torch.tensor([1, 2, 1]),
    read=torch.tensor([True, True, True]),
    lengths=[2, 1],
)
SENTENCES = [["a", "b"], ["c"]]


def encoder_of(name):
    torch.manual_seed(0)
    return AutoModel.from_config(CONFIGS[name]).eval()


def read(_: Any) -> Any:
    return READ


def upper_layers(encoder, averaged_layers=1, **arguments):
    reader: Any = read
    return UpperLayers(encoder, reader, TadNerArguments(**arguments), averaged_layers)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize(("trained_layers", "averaged_layers"), [(1, 1), (1, 4), (3, 2), (9, 9)])
@torch.no_grad()
def test_two_parts_are_the_whole_encoder(name, trained_layers, averaged_layers):
    encoder = encoder_of(name)
    layers = upper_layers(encoder, averaged_layers, trained_layers=trained_layers)
    states = encoder(READ.input_ids, READ.attention_mask, output_hidden_states=True).hidden_states
    expected = torch.stack(states[-min(4, averaged_layers) :]).mean(0)[READ.row, READ.column]
    torch.testing.assert_close(layers.word_vectors(layers.read(SENTENCES)), expected, atol=1e-5, rtol=1e-5)


def test_examples_are_learnt_inside_the_block_and_forgotten_behind_it():
    encoder = encoder_of("bert")
    layers = upper_layers(encoder, trained_layers=1, steps=20, learning_rate=1e-2)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    head = torch.nn.Linear(32, 2)
    targets = [[0, 1], [1]]
    with layers.fine_tuned(SENTENCES, targets, head, head.parameters()):
        assert head(layers.word_vectors(layers.read(SENTENCES))).argmax(-1).tolist() == [0, 1, 1]
        changed = {name for name, value in encoder.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith("encoder.layer.3.") for name in changed)
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
    assert not any(parameter.requires_grad for parameter in encoder.parameters())


def test_examples_are_forgotten_also_where_the_block_is_left_by_an_error():
    encoder = encoder_of("bert")
    layers = upper_layers(encoder, steps=1)
    before = [parameter.clone() for parameter in encoder.parameters()]
    head = torch.nn.Linear(32, 2)
    with pytest.raises(KeyError), layers.fine_tuned(SENTENCES, [[0, 1], [1]], head):
        raise KeyError
    assert all(map(torch.equal, before, encoder.parameters()))


def test_words_without_a_class_teach_nothing():
    encoder = encoder_of("bert")
    layers = upper_layers(encoder, steps=3)
    before = layers.word_vectors(layers.read(SENTENCES))
    with layers.fine_tuned(SENTENCES, [[IGNORED, IGNORED], [IGNORED]], torch.nn.Linear(32, 2)):
        torch.testing.assert_close(layers.word_vectors(layers.read(SENTENCES)), before)
