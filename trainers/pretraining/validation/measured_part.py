"""The part of the validation sentences that is measured: enough for the figures, whatever the size of the corpus."""

from __future__ import annotations

import numpy as np
from datasets import Dataset

MAX_EVAL_SAMPLES = 5000

# The same for every run: runs with other seeds are measured on the same sentences.
_SEED = 0


def measured_part(corpus: Dataset, size: int | None = MAX_EVAL_SAMPLES) -> Dataset:
    """Draw the validation sentences that are measured.

    Args:
        corpus: All of them.
        size: How many to draw; None measures all.

    Returns:
        A random part, the same in every run, in the order of the corpus; all where there are no more than `size`.

    Example:
        ```python
        >>> from datasets import Dataset
        >>> from nuner.trainers.pretraining.validation.measured_part import measured_part
        >>> corpus = Dataset.from_dict({"text": ["a", "b", "c", "d"]})
        >>> measured_part(corpus, 2)["text"][:] == measured_part(corpus, 2)["text"][:]
        True
        >>> measured_part(corpus, 9) is corpus
        True

        ```
    """
    if size is None or len(corpus) <= size:
        return corpus
    return corpus.select(np.sort(np.random.default_rng(_SEED).choice(len(corpus), size, replace=False)))
