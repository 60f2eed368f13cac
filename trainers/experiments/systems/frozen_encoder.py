"""A linear layer on a frozen encoder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from datasets import Dataset

from nuner.data_builders.labelled.label_schemes import to_iob2
from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.labelled.tag_spelling import OUTSIDE

from ...baselines.rival_result import RivalResult
from ...few_shot.linear_heads import DEFAULT_L2, fit_linear_heads
from ...few_shot.task import sentence_classes
from ...few_shot.word_vectors import TokenFeatures
from .system import Place, System


@dataclass(frozen=True)
class FrozenEncoder(System):
    """Fit a linear layer that tells the type of each word (section 4.1); neighboring words of one type are an entity.

    Args:
        l2: Weight of the layer's penalty.
        bf16: Run the encoder in bfloat16.

    Example:
        ```python
        >>> from nuner.trainers.experiments.systems.frozen_encoder import FrozenEncoder
        >>> FrozenEncoder(bf16=True).learns
        True

        ```
    """

    l2: float = DEFAULT_L2
    bf16: bool = False

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Fit the layer and apply it; see `System.run`. Nothing is drawn at random."""
        assert place.encoder is not None
        features = TokenFeatures(place.encoder, bf16=self.bf16)
        began = time.perf_counter()
        types = entity_types(train)
        words = features(train["tokens"])
        heads = fit_linear_heads(
            [words.vectors], [words.of_words(sentence_classes(train))], len(types) + 1, l2=self.l2
        )
        learnt = time.perf_counter()
        words = features(test["tokens"])
        names = [OUTSIDE, *types]
        tags = [[OUTSIDE] * len(sentence) for sentence in test["tokens"]]
        for sentence, word, found in zip(
            words.sentence.tolist(), words.word.tolist(), heads.predict(words.vectors)[0].tolist(), strict=True
        ):
            tags[sentence][word] = names[found]
        tags = [to_iob2(of_words, "plain") for of_words in tags]
        found_all = time.perf_counter()
        parameters = features.model.num_parameters() + heads.weight[0].numel() + heads.bias[0].numel()
        return RivalResult(tags, learnt - began, found_all - learnt, parameters=parameters)
