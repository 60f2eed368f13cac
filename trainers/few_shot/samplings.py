"""The ways to draw training sentences, by name."""

from __future__ import annotations

from nuner.data_builders.labelled.samples.k_words import sample_k_words, word_counts

from .task import K_SHOT, Sampling

K_TO_2K, K_WORDS = "k~2k", "k_w"

SAMPLINGS = {K_TO_2K: K_SHOT, K_WORDS: Sampling(word_counts, sample_k_words)}
"""Between k and 2k annotations of each type (section 4.1), or exactly k words of each type (section 6)."""
