"""How far an exported recognizer is from its original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..recognition.recognizer import EntityRecognizer


@dataclass(frozen=True)
class Parity:
    """The result of a comparison.

    Args:
        texts: Texts that both read.
        words: Their words.
        largest_logit_difference: Over all words and labels.
        labels_changed: Words whose best label differs.
    """

    texts: int
    words: int
    largest_logit_difference: float
    labels_changed: int


def compare_recognizers(original: EntityRecognizer, exported: EntityRecognizer, texts: Sequence[str]) -> Parity:
    """Compare the logits of two recognizers on sample text.

    Args:
        original: What is right.
        exported: What is checked; of the same tokenizer and labels.
        texts: Sample text.

    Returns:
        The differences.

    Raises:
        ValueError: If the texts hold no word.
    """
    tokens = original.tokenizer(texts)
    if not len(tokens.first_token):
        raise ValueError("the sample text holds no word")
    expected, found = original.word_logits(tokens), exported.word_logits(tokens)
    return Parity(
        texts=len(texts),
        words=len(expected),
        largest_logit_difference=float(np.abs(expected - found).max()),
        labels_changed=int((expected.argmax(axis=1) != found.argmax(axis=1)).sum()),
    )
