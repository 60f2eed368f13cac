"""The methods made and trained, on episodes and on a few-shot sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from support.labelled_cities import NAMES, city_sentences
from support.small_episodes import episode, travel

from nuner.trainers.baselines.nearest_neighbour.arguments import NearestArguments
from nuner.trainers.baselines.nearest_neighbour.class_scores import nearest_word_scores, prototype_scores
from nuner.trainers.baselines.nearest_neighbour.meta_training import meta_train
from nuner.trainers.baselines.nearest_neighbour.run import learn_nearest_classes, run_nearest_neighbour
from nuner.trainers.episodes.evaluation import evaluate_episodes
from nuner.trainers.few_shot.word_vectors import TokenFeatures


def weights(method: Any) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in method.features.model.parameters()])


@pytest.mark.parametrize("scores", [prototype_scores, nearest_word_scores])
def test_an_encoder_learns_from_episodes(tiny_bert_dir: Path, scores: Any) -> None:
    features = TokenFeatures(tiny_bert_dir)
    how = NearestArguments(epochs=12, learning_rate=2e-3, episodes_per_step=2)
    losses = meta_train(features, scores, travel(6), how, show=False)
    assert len(losses) == 12 * 3
    assert sum(losses[-6:]) < 0.5 * sum(losses[:6])
    assert not features.model.training


def test_the_seed_decides(tiny_bert_dir: Path) -> None:
    arguments = NearestArguments(learning_rate=1e-3, episodes_per_step=1)
    one, same, other = (
        weights(learn_nearest_classes(tiny_bert_dir, travel(3), arguments, seed=seed, show=False))
        for seed in (0, 0, 1)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_without_episodes_or_epochs_the_encoder_stays_as_it_is(tiny_bert_dir: Path) -> None:
    as_it_is = torch.cat([p.flatten() for p in TokenFeatures(tiny_bert_dir).model.parameters()])
    untrained = NearestArguments("structshot", epochs=0)
    for episodes in ([], travel(2)):
        method = learn_nearest_classes(tiny_bert_dir, episodes, untrained, show=False)
        assert torch.equal(weights(method), as_it_is)
        # How labels follow one another can be learnt all the same.
        assert (method.transitions is None) == (not episodes)


def test_words_of_classes_that_the_support_lacks_are_not_learnt_from(tiny_bert_dir: Path) -> None:
    # The support is cut off before the only word of its type, and holds no O.
    lacking = episode(("place", "time"), [" ".join(["x/time"] * 80) + " paris/place"], ["in paris/place"])
    losses = meta_train(TokenFeatures(tiny_bert_dir), prototype_scores, [lacking], NearestArguments(), show=False)
    assert losses == [0.0]


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"method": "prot"}, "method is 'prot'; it must be one of proto, nnshot, structshot"),
        ({"layers": 0}, "layers is 0; it must be at least 1"),
        ({"epochs": -1}, "epochs is -1; it must be at least 0"),
        ({"learning_rate": 0.0}, r"learning_rate is 0\.0; it must be more than 0"),
        ({"tau": float("nan")}, "tau is nan"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        NearestArguments(**values)


def test_more_layers_than_there_are_cannot_be_averaged(tiny_bert_dir: Path) -> None:
    with pytest.raises(ValueError, match="layers is 3, but the encoder has 2"):
        learn_nearest_classes(tiny_bert_dir, arguments=NearestArguments(layers=3))


def test_layers_are_averaged(tiny_bert_dir: Path) -> None:
    of_last, of_two = (TokenFeatures(tiny_bert_dir, layers=layers) for layers in (1, 2))
    hidden: Any = of_last.model(torch.tensor([[2, 11, 3]]), output_hidden_states=True).hidden_states
    torch.testing.assert_close(
        of_two([["paris"]]).vectors[0], ((hidden[1] + hidden[2]) / 2)[0, 1], atol=1e-5, rtol=1e-5
    )


def test_a_sample_is_the_support_and_the_test_the_query(tiny_bert_dir: Path) -> None:
    train, test = city_sentences(4), city_sentences(6).select(range(4, 6))
    nearest_word = NearestArguments("nnshot")
    result = run_nearest_neighbour(train, train, encoder=tiny_bert_dir, arguments=nearest_word)
    # The nearest word to a word is itself.
    assert result.tags == [[NAMES[tag] for tag in tags] for tags in train["ner_tags"]]
    assert result.parameters == weights(learn_nearest_classes(tiny_bert_dir)).numel()
    tags = run_nearest_neighbour(train, test, encoder=tiny_bert_dir).tags
    assert [len(of_sentence) for of_sentence in tags] == [len(words) for words in test["tokens"]]


def test_it_is_told_that_the_encoder_is_trained(tiny_bert_dir: Path) -> None:
    train = city_sentences(3)
    said: list[str] = []
    run_nearest_neighbour(train, train, encoder=tiny_bert_dir, episodes=travel(2), tell=said.append)
    assert said == ["Training the encoder on 2 episodes"]


def test_a_sample_without_entities_is_refused(tiny_bert_dir: Path) -> None:
    nothing = city_sentences(2).map(lambda row: {"ner_tags": [0] * len(row["tokens"])})
    with pytest.raises(ValueError, match="the sample has no entity to learn from"):
        run_nearest_neighbour(nothing, nothing, encoder=tiny_bert_dir)


def test_it_is_a_method_for_episodes(tiny_bert_dir: Path) -> None:
    scores = evaluate_episodes(learn_nearest_classes(tiny_bert_dir), travel(2), show=False)
    assert scores.total.gold == 6
