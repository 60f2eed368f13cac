"""A corpus with the statistics of the paper's, of words that do not exist, and encoders to go with it.

Speed depends on lengths and counts, not on what is said. From the paper (sections 3.1 and 5.2): 24.4M words and 4.38M
annotations in 1M sentences, 200k concepts, of which the 4, 16, 154 and 1,500 most frequent have 12.5%, 25%, 50% and
75% of the annotations. From the bundled corpus, with a WordPiece vocabulary of 30k: how much sentences differ in
length, 1.33 tokens a word, 1.41 words an entity, 1 to 5 tokens a name of a concept.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, RobertaConfig

WORDS, WORDS_LOG_SPREAD, TOKENS_A_WORD, WORDS_AN_ENTITY = 24.4, 0.42, 1.33, 1.41
ANNOTATIONS = 4.38
CONCEPTS = (0, 4, 16, 154, 1500, 200_000)
NAME_LENGTHS = (0.10, 0.70, 0.13, 0.05, 0.02)
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
MAX_LENGTH = 128


def synthetic_corpus(sentences: int, vocabulary: int, seed: int = 0) -> Dataset:
    """Make a corpus.

    Args:
        sentences: How many sentences.
        vocabulary: Number of tokens of the tokenizer.
        seed: Seed of the choice.

    Returns:
        Rows of the corpus schema.
    """
    draw = np.random.default_rng(seed)
    bands = [draw.integers(low, high, size=8 * sentences) for low, high in pairwise(CONCEPTS)]
    names = draw.integers(len(SPECIAL), vocabulary, size=(CONCEPTS[-1], len(NAME_LENGTHS)))
    name_lengths = draw.choice(np.arange(1, 1 + len(NAME_LENGTHS)), CONCEPTS[-1], p=NAME_LENGTHS)
    spread = draw.normal(-(WORDS_LOG_SPREAD**2) / 2, WORDS_LOG_SPREAD, sentences)
    lengths = np.clip(np.rint(WORDS * TOKENS_A_WORD * np.exp(spread)), 3, MAX_LENGTH - 2).astype(int)
    rows: list[dict[str, Any]] = []
    for length in lengths:
        words = [f"w{i}" for i in draw.integers(len(SPECIAL), vocabulary, size=length)]
        starts = np.concatenate([[0], np.cumsum([len(word) + 1 for word in words])])
        entities = []
        for _ in range(draw.poisson(ANNOTATIONS)):
            first = int(draw.integers(0, length))
            last = min(int(length) - 1, first + int(draw.poisson(WORDS_AN_ENTITY * TOKENS_A_WORD - 1)))
            band = bands[draw.choice(5, p=(0.125, 0.125, 0.25, 0.25, 0.25))]
            concept = int(band[draw.integers(len(band))])
            entities.append(
                {
                    "start": int(starts[first]),
                    "end": int(starts[last + 1] - 1),
                    "concept": " ".join(f"w{i}" for i in names[concept, : name_lengths[concept]]),
                }
            )
        rows.append({"text": " ".join(words), "entities": entities})
    return Dataset.from_list(rows)


def synthetic_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """Make a tokenizer to which each word of the corpus is one token."""
    words = [*SPECIAL, *(f"w{i}" for i in range(len(SPECIAL), vocabulary))]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        sep_token="</s>",
        unk_token="<unk>",
        model_max_length=MAX_LENGTH,
    )


def roberta(vocabulary: int, layers: int, hidden_size: int) -> RobertaConfig:
    """Return the configuration of an encoder of RoBERTa's shape; RoBERTa-base with 50,265 tokens, 12 layers of 768."""
    return RobertaConfig(
        vocab_size=vocabulary,
        num_hidden_layers=layers,
        hidden_size=hidden_size,
        num_attention_heads=max(1, hidden_size // 64),
        intermediate_size=4 * hidden_size,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        layer_norm_eps=1e-5,
    )
