"""Labels of words on the first of their sub-words."""

from __future__ import annotations

from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

# What torch's cross-entropy passes over.
IGNORED = -100


def featurize_labelled(dataset: Dataset, tokenizer: PreTrainedTokenizerBase, max_length: int = 256) -> Dataset:
    """Tokenise sentences of labelled words.

    A word's label stands on its first sub-word; the others, special tokens and padding carry none.

    Args:
        dataset: Rows with `tokens` (words) and `ner_tags` (label ids).
        tokenizer: A fast tokenizer.
        max_length: Longest sentence, in sub-words; what is beyond is cut.

    Returns:
        Rows with `input_ids`, `attention_mask` and `labels`.

    Raises:
        ValueError: If the tokenizer does not tell which word a sub-word belongs to.
    """
    if not tokenizer.is_fast:
        raise ValueError(f"{type(tokenizer).__name__} does not tell words and sub-words apart; use a fast tokenizer.")

    def featurize(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        encoded = tokenizer(batch["tokens"], is_split_into_words=True, truncation=True, max_length=max_length)
        labels = []
        for row, tags in enumerate(batch["ner_tags"]):
            previous, aligned = None, []
            for word in encoded.word_ids(row):
                aligned.append(tags[word] if word is not None and word != previous else IGNORED)
                previous = word
            labels.append(aligned)
        return {
            "input_ids": encoded["input_ids"],
            "attention_mask": encoded["attention_mask"],
            "labels": labels,
        }

    return dataset.map(featurize, batched=True, remove_columns=dataset.column_names, desc="Tokenising the sentences")
