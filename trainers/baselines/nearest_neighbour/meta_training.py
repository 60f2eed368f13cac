"""Training of an encoder on episodes, so that it tells types apart that it has not seen."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy
from transformers import get_linear_schedule_with_warmup, set_seed

from nuner.data_builders.labelled.episodes.episode import Episode

from ...few_shot.word_vectors import TokenFeatures
from ...progress import counted
from .arguments import NearestArguments
from .class_scores import ClassScores
from .method import word_classes

_WEIGHT_DECAY, _WARM_UP_SHARE, _LARGEST_GRADIENT = 0.01, 0.1, 1.0


def meta_train(
    features: TokenFeatures,
    class_scores: ClassScores,
    episodes: Sequence[Episode],
    how: NearestArguments,
    *,
    seed: int = 0,
    show: bool = True,
) -> list[float]:
    """Train an encoder, in place, to bring the words of a query near to those of their class in the support.

    The loss of an episode is the cross-entropy of its query's words under the softmax of `class_scores`.

    Args:
        features: The encoder.
        class_scores: What nearness is.
        episodes: What it learns from; their types are others than those that it will meet, or it proves nothing.
        how: Epochs, learning rate and episodes a step.
        seed: Of the order of the episodes and of dropout.
        show: Whether to show progress.

    Returns:
        The loss of each step.
    """
    steps = how.epochs * math.ceil(len(episodes) / how.episodes_per_step)
    if not steps:
        return []
    set_seed(seed)
    order = random.Random(seed)
    optimizer = torch.optim.AdamW(features.model.parameters(), how.learning_rate, weight_decay=_WEIGHT_DECAY)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(_WARM_UP_SHARE * steps), steps)
    losses: list[float] = []
    features.model.train()
    with counted("Meta-training", how.epochs * len(episodes), "episodes", show=show) as advance:
        for _ in range(how.epochs):
            shuffled = order.sample(episodes, len(episodes))
            for first in range(0, len(shuffled), how.episodes_per_step):
                batch = shuffled[first : first + how.episodes_per_step]
                losses.append(0.0)
                for episode in batch:
                    loss = _loss(features, class_scores, episode) / len(batch)
                    loss.backward()
                    losses[-1] += loss.item()
                    advance(1)
                torch.nn.utils.clip_grad_norm_(features.model.parameters(), _LARGEST_GRADIENT)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
    features.model.eval()
    return losses


def _loss(features: TokenFeatures, class_scores: ClassScores, episode: Episode) -> torch.Tensor:
    # Both at once: sentences of like length share a batch.
    sentences = [*episode.support, *episode.query]
    words = features.with_gradients([sentence.words for sentence in sentences])
    classes = word_classes(sentences, episode.types, words)
    known = words.sentence < len(episode.support)
    num_classes = len(episode.types) + 1
    # What has no example in the support, words cut off included, cannot be learnt to be near to it.
    asked = ~known & torch.isin(classes, classes[known])
    scores = class_scores(words.vectors[known], classes[known], words.vectors[asked], num_classes)
    if not len(scores):
        return words.vectors.sum() * 0
    return cross_entropy(scores, classes[asked])
