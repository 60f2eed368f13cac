"""A `transformers.Trainer` that teaches an encoder to tell types apart."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from datasets import Dataset
from torch.utils.data import Sampler
from transformers import EvalPrediction

from ...fine_tuning.features import IGNORED
from ...fine_tuning.trainer import TokenClassificationTrainer
from ...pretraining.length_sampler import EpochCallback, LengthGroupedSampler

TOKEN_F1 = "token_f1"


class TypeClassificationTrainer(TokenClassificationTrainer):
    """`TokenClassificationTrainer` on a corpus, whose tokens have no words and whose types are many.

    Texts of similar length go together, as in the contrastive pre-training. What is measured is the F1 over the tokens
    that have a type, all types together.

    Args:
        *args: As for `TokenClassificationTrainer`; data sets are what `featurize_types` returns.
        **kwargs: As for `TokenClassificationTrainer`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_progress("Pre-training")

    def _get_train_sampler(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, train_dataset: Dataset | None = None
    ) -> Sampler | None:
        dataset = train_dataset if train_dataset is not None else self.train_dataset
        if self.args.train_sampling_strategy != "group_by_length" or not isinstance(dataset, Dataset):
            return super()._get_train_sampler(cast(Any, train_dataset))
        sampler = LengthGroupedSampler(dataset["length"][:], self.args.train_batch_size, self.args.seed)
        self.remove_callback(EpochCallback)
        self.add_callback(EpochCallback(sampler))
        return sampler

    def _scores(self, prediction: EvalPrediction) -> dict[str, float]:
        best, labels = cast(np.ndarray, prediction.predictions), cast(np.ndarray, prediction.label_ids)
        known = labels != IGNORED
        found, there = known & (best > 0), known & (labels > 0)
        right = int((there & (best == labels)).sum())
        precision, recall = right / max(1, int(found.sum())), right / max(1, int(there.sum()))
        return {
            "token_precision": precision,
            "token_recall": recall,
            TOKEN_F1: 2 * precision * recall / max(1e-9, precision + recall),
        }
