"""Calibration of a bi-encoder's scores, so that one threshold serves entity types that it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch import Tensor

from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining

from .concept_table import ConceptTable, pad_right
from .platt_scaling import best_threshold, fit_platt_scaling

# Concepts of other sentences that each sentence is compared with: the size of a usual set of entity types.
DISTRACTORS = 8
# With fewer positive pairs of unseen concepts the fit would follow single words.
LEAST_POSITIVES = 200
# Enough for two parameters and a threshold, and a matter of seconds.
MAX_SENTENCES = 1000
_BATCH = 32


@dataclass(frozen=True)
class Calibration:
    """What makes probabilities of logits.

    Args:
        scale: Factor of the logits.
        bias: What is added then.
        threshold: Probability at which the F1 over the pairs is best.
        f1: That F1.
        pairs: Pairs that were fitted.
        positives: Those of them that agree.
        unseen_only: Whether all pairs are of concepts that training did not have.
    """

    scale: float
    bias: float
    threshold: float
    f1: float
    pairs: int
    positives: int
    unseen_only: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, as `pretraining.json` has them."""
        return asdict(self)


def calibrate(
    model: NuNerForPreTraining,
    features: Dataset,
    concepts: ConceptTable,
    *,
    trained_concepts: frozenset[str] = frozenset(),
    pad_token_id: int = 0,
    seed: int = 0,
) -> Calibration:
    """Fit scale, bias and threshold on validation sentences, and write them into the model's configuration.

    The training loss pushes all pairs apart that no annotator named, among them many that agree (`city` and
    `location`), so its probabilities are far too low. Here each sentence is compared with its own concepts, which
    its annotator had in mind: a word without them is a real negative. Concepts of other sentences are added for the
    words without any entity only; for an annotated word they may be another name of what it is. Where there are
    enough of them, all concepts are such that training did not have, as at run time: their scores are lower.

    The fit is that of Platt (1999): the logistic regression of "the pair agrees" on the logit.

    Args:
        model: The bi-encoder; `score_scale`, `score_bias` and `score_threshold` of its configuration are set.
        features: Validation sentences, as `featurize_corpus` returns them; the first 1,000 after a seeded shuffle
            are used.
        concepts: The table that they refer to.
        trained_concepts: Names of the concepts that the model was trained on.
        pad_token_id: Id that fills up shorter texts.
        seed: Seed of the choice of sentences and concepts.

    Returns:
        What was fitted.

    Raises:
        ValueError: If no token of the sentences has a concept, or all of them have all.

    Example:
        ```python
        >>> from nuner.trainers import calibrate
        >>> calibrate(model, features, concepts).threshold  # depends on the model  # doctest: +SKIP
        0.26

        ```
    """
    chosen = np.random.default_rng(seed).permutation(len(features))[:MAX_SENTENCES]
    rows = [features[int(i)] for i in chosen]
    used = np.unique([c for row in rows for c in row["positive_concepts"]]).astype(int)
    unseen = np.array([c for c in used if concepts.names[c] not in trained_concepts], dtype=int)
    among_unseen = set(unseen.tolist())
    unseen_only = sum(c in among_unseen for row in rows for c in row["positive_concepts"]) >= LEAST_POSITIVES
    pool = unseen if unseen_only else used
    if not len(pool):
        raise ValueError("no token of the validation sentences has a concept: there is nothing to calibrate on")
    logits, agrees = _pairs(model, rows, concepts, pool, pad_token_id, seed)
    if agrees.all():
        raise ValueError("all tokens of the validation sentences have all concepts: there is nothing to calibrate on")
    scale, bias = fit_platt_scaling(logits, agrees)
    best, f1 = best_threshold(logits, agrees)
    # Confident models could round it to 0 or 1, which is no threshold.
    threshold = float(np.clip(1 / (1 + np.exp(-(scale * best + bias))), 1e-6, 1 - 1e-6))
    config: Any = model.config
    config.score_scale, config.score_bias, config.score_threshold = scale, bias, threshold
    return Calibration(scale, bias, threshold, f1, len(logits), int(agrees.sum()), unseen_only)


@torch.no_grad()
def _pairs(
    model: NuNerForPreTraining,
    rows: Sequence[dict[str, Any]],
    concepts: ConceptTable,
    pool: np.ndarray,
    pad_token_id: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Logits of the pairs, and which of them agree."""
    random = np.random.default_rng(seed)
    was_training = model.training
    model.eval()
    vectors = _concept_vectors(model, concepts, pool)
    place = {int(concept): i for i, concept in enumerate(pool)}
    logits, agrees = [], []
    by_length = sorted(rows, key=lambda row: len(row["input_ids"]))
    for start in range(0, len(by_length), _BATCH):
        batch = by_length[start : start + _BATCH]
        input_ids, attention_mask = (
            tensor.to(model.device) for tensor in pad_right([row["input_ids"] for row in batch], pad_token_id, 8)
        )
        tokens = model(input_ids=input_ids, attention_mask=attention_mask, return_dict=True).token_embeddings.float()
        for row, token_vectors in zip(batch, tokens, strict=True):
            own = sorted({place[c] for c in row["positive_concepts"] if c in place})
            drawn = random.choice(len(pool), size=min(DISTRACTORS, len(pool)), replace=False)
            others = np.setdiff1d(drawn, own)
            columns = np.concatenate([np.array(own, dtype=int), others])
            column = {concept: i for i, concept in enumerate(columns.tolist())}
            scores = model.score(token_vectors[: len(row["input_ids"])], vectors[torch.from_numpy(columns)])
            hit = np.zeros(scores.shape, dtype=bool)
            counts = np.repeat(np.array(row["token_mask"], dtype=bool)[:, None], len(columns), axis=1)
            for token, concept in zip(row["positive_tokens"], row["positive_concepts"], strict=True):
                counts[token, len(own) :] = False
                if concept in place:
                    hit[token, column[place[concept]]] = True
            logits.append(scores.cpu().numpy()[counts])
            agrees.append(hit[counts])
    model.train(was_training)
    return np.concatenate(logits).astype(np.float64), np.concatenate(agrees)


def _concept_vectors(model: NuNerForPreTraining, concepts: ConceptTable, pool: np.ndarray) -> Tensor:
    parts = []
    for start in range(0, len(pool), 512):
        input_ids, attention_mask = concepts.tensors(pool[start : start + 512].tolist())
        parts.append(model.encode_concepts(input_ids.to(model.device), attention_mask.to(model.device)).float())
    return torch.cat(parts)
