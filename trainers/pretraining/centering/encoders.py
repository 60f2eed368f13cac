"""Center the vectors of both encoders, so that their logits begin where the loss can learn from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining

from .last_normalization import last_normalization

# Standard deviation of the logits at the start: wide enough to tell concepts apart, and narrow enough that the pairs
# at its upper end, which are negative, do not rule the first steps.
SPREAD = 1.0
# Vectors that differ by less are all the same, and no factor makes them differ.
_LEAST_SPREAD = 1e-6
# Share of the mean variance that a direction has at least: a sample shows few vectors, and none for sure.
_RIDGE = 1e-3


@dataclass(frozen=True)
class Centering:
    """Mean and standard deviation of the logits of all pairs in training mode, before and after centering.

    Args:
        mean_before: Mean as the encoders came.
        spread_before: Standard deviation as they came.
        mean: Mean at the start of training: the log odds of a pair that agrees.
        spread: Standard deviation at the start of training.
        folded: Whether the encoders' own last normalizations took the change; a linear layer behind the concept
            encoder otherwise.
    """

    mean_before: float
    spread_before: float
    mean: float
    spread: float
    folded: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, as `pretraining.json` has them."""
        return asdict(self)


@torch.no_grad()
def center_encoders(model: NuNerForPreTraining, batches: Iterable[dict[str, Tensor]]) -> Centering:
    """Center the vectors of both encoders and scale them for the loss of section 3.2.

    The vectors of many encoders (RoBERTa, E5) nearly all point one way. What they have in common is a large logit that
    all pairs share, which the first steps of training undo together with what the encoder knows; then all scores are
    equal. So the mean vector is taken out of both encoders, and the logits get a standard deviation of 1, and the log
    odds of a pair that agrees as their mean, along a direction in which the vectors hardly differ.

    Weight and bias of the last normalizations take all of that, so that the architectures stay what they are. Where
    one of the encoders does not end with a normalization that has a bias, both stay as they are, and the vectors of
    concepts go through a linear layer that does the same to the logits (`concept_projection` of `NuNerConfig`); it
    belongs to the half that is put away after pre-training.

    Args:
        model: The bi-encoder, in single precision; it is changed.
        batches: What `ContrastiveCollator` makes of a sample of the corpus, on the model's device.

    Returns:
        The logits before and afterwards.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.centering.encoders import center_encoders
        >>> from nuner.trainers.pretraining.collator import ContrastiveCollator
        >>> from nuner.trainers.pretraining.concept_table import ConceptTable
        >>> from nuner.trainers.pretraining.features import featurize_corpus
        >>> concepts = ConceptTable.from_names(["city", "company"], tokenizer)
        >>> rows = list(featurize_corpus(corpus["train"], tokenizer, concepts))
        >>> round(center_encoders(bi_encoder, [ContrastiveCollator(concepts, 0)(rows)]).spread, 3)
        1.0

        ```
    """
    training = model.training
    # With dropout, as the loss sees the vectors: its noise may be larger than what tells concepts apart.
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model.train()
        tokens, concepts, odds, sample = _measure(model, batches)
    model.eval()
    temperature = model.config.temperature
    encoders = (
        (model.nuner.encoder, sample["input_ids"], sample["attention_mask"]),
        (model.concept_encoder, sample["concept_input_ids"], sample["concept_attention_mask"]),
    )
    normalizations = [last_normalization(*encoder) for encoder in encoders]
    folded = all(normalization is not None for normalization in normalizations)
    change = partial(_fold, normalizations) if folded else partial(_project, model)
    before = _mean_and_spread(tokens, concepts)
    after = _mean_and_spread(*change(tokens, concepts, math.log(odds) * temperature, SPREAD * temperature))
    model.train(training)
    mean_before, spread_before, mean, spread = (value / temperature for value in (*before, *after))
    return Centering(mean_before, spread_before, mean, spread, folded)


class _Moments(NamedTuple):
    mean: Tensor
    covariance: Tensor

    @classmethod
    def of(cls, vectors: Sequence[Tensor]) -> _Moments:
        joined = torch.cat(list(vectors)).double()
        return cls(joined.mean(0), torch.cov(joined.T, correction=0))


def _measure(
    model: NuNerForPreTraining, batches: Iterable[dict[str, Tensor]]
) -> tuple[_Moments, _Moments, float, dict[str, Tensor]]:
    """Moments of the vectors of tokens and concepts, the odds of a pair that agrees, and a batch to try things on."""
    tokens, concepts, positives, pairs, sample = [], [], 0, 0, {}
    for batch in batches:
        sample = sample or batch
        output = model(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            concept_input_ids=batch["concept_input_ids"],
            concept_attention_mask=batch["concept_attention_mask"],
            return_dict=True,
        )
        tokens.append(output.token_embeddings[batch["token_mask"]])
        concepts.append(output.concept_embeddings)
        positives += len(batch["positives"])
        pairs += len(tokens[-1]) * len(concepts[-1])
    return _Moments.of(tokens), _Moments.of(concepts), max(1, positives) / max(1, pairs - positives), sample


def _mean_and_spread(tokens: _Moments, concepts: _Moments) -> tuple[float, float]:
    """Mean and standard deviation of the dot products of all tokens with all concepts."""
    variance = (
        (tokens.covariance * concepts.covariance).sum()
        + tokens.mean @ concepts.covariance @ tokens.mean
        + concepts.mean @ tokens.covariance @ concepts.mean
    )
    return float(tokens.mean @ concepts.mean), float(variance.clamp(min=0).sqrt())


def _fold(
    normalizations: Sequence[Any], tokens: _Moments, concepts: _Moments, mean: float, spread: float
) -> tuple[_Moments, _Moments]:
    """Center both encoders, scale both alike, and add a constant to both where their vectors differ least.

    Returns:
        The moments afterwards, of the vectors of tokens and of concepts.
    """
    centered = float((tokens.covariance * concepts.covariance).sum().clamp(min=0).sqrt())
    scale = math.sqrt(_factor(centered, spread))
    sides = (tokens, concepts)
    differences = sum(side.covariance / side.covariance.trace().clamp(min=_LEAST_SPREAD) for side in sides)
    direction = torch.linalg.eigh(differences).eigenvectors[:, 0]
    constant = math.sqrt(abs(mean)) * direction
    constants = math.copysign(1, mean) * constant, constant
    for normalization, side, own in zip(normalizations, sides, constants, strict=True):
        normalization.weight.mul_(scale)
        normalization.bias.mul_(scale).add_((own - scale * side.mean).to(normalization.bias))
    return _Moments(constants[0], scale**2 * tokens.covariance), _Moments(constants[1], scale**2 * concepts.covariance)


def _project(
    model: NuNerForPreTraining, tokens: _Moments, concepts: _Moments, mean: float, spread: float
) -> tuple[_Moments, _Moments]:
    """Do the same to the logits, by a layer behind the concept encoder alone.

    Its vectors are centered and lie across the mean vector of the tokens, which so adds nothing to a logit. The mean
    logit comes from a constant vector: of all that have the wanted product with the mean vector of the tokens, that
    whose products with the tokens differ least.

    Returns:
        The moments afterwards, of the vectors of tokens and of concepts.
    """
    size = len(tokens.mean)
    identity = torch.eye(size).to(tokens.mean)
    across = identity - torch.outer(tokens.mean, tokens.mean) / (tokens.mean @ tokens.mean).clamp(min=_LEAST_SPREAD)
    covariance = across @ concepts.covariance @ across
    factor = _factor(float((tokens.covariance * covariance).sum().clamp(min=0).sqrt()), spread)
    ridge = tokens.covariance + (_RIDGE * tokens.covariance.trace() / size + _LEAST_SPREAD) * identity
    steady = torch.linalg.solve(ridge, tokens.mean)
    constant = mean / (steady @ tokens.mean).clamp(min=_LEAST_SPREAD) * steady
    projection = model.add_concept_projection()
    projection.weight.copy_(factor * across)
    projection.bias.copy_(constant - factor * across @ concepts.mean)
    return tokens, _Moments(constant, factor**2 * covariance)


def _factor(centered: float, spread: float) -> float:
    return spread / centered if centered > _LEAST_SPREAD else 1.0
