"""Labels of words on the first of their sub-words, in windows where a text is too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.labelled.placed_words import place_sentences
from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer

from ..sub_words import sub_words_of

# What torch's cross-entropy passes over.
IGNORED = -100

_FEATURES = ("input_ids", "attention_mask", "labels", "sentence", "iob2", "read")

# Share of a window that only gives context, on each side where the text goes on.
_CONTEXT_SHARE = 0.25


class WordWindow(NamedTuple):
    """A part of a text: words `start` up to and without `end`.

    Args:
        start: The first word that is read.
        end: The word behind the last one that is read.
        first: The first word that carries its label.
        last: The word behind the last one that carries its label.
    """

    start: int
    end: int
    first: int
    last: int


def word_windows(sizes: Sequence[int], budget: int) -> list[WordWindow]:
    """Split a text into overlapping windows of whole words, each word being labelled in exactly one of them.

    Args:
        sizes: Number of sub-words of each word.
        budget: Sub-words that a window holds; a longer word has a window of its own, cut at its end.

    Returns:
        The windows in order; one where all words fit.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.features import word_windows
        >>> word_windows([1] * 6, budget=4)
        [WordWindow(start=0, end=4, first=0, last=3), WordWindow(start=2, end=6, first=3, last=6)]

        ```
    """
    if sum(sizes) <= budget:
        return [WordWindow(0, len(sizes), 0, len(sizes))]
    context = int(budget * _CONTEXT_SHARE)
    windows: list[WordWindow] = []
    first = 0
    while first < len(sizes):
        # What stands before the words that are labelled here must leave room for the first of them.
        start, left = first, min(context, budget - sizes[first])
        while start > 0 and sizes[start - 1] <= left:
            start -= 1
            left -= sizes[start]
        end, used = start, 0
        while end < len(sizes) and (end <= first or used + sizes[end] <= budget):
            used += sizes[end]
            end += 1
        last, right = end, context
        while end < len(sizes) and last - 1 > first and sizes[last - 1] <= right:
            last -= 1
            right -= sizes[last]
        windows.append(WordWindow(start, end, first, last))
        first = last
    return windows


def featurize_labelled(
    dataset: Dataset,
    tokenizer: PreTrainedTokenizerBase,
    max_length: int = 256,
    *,
    label2id: Mapping[str, int] | None = None,
) -> Dataset:
    """Tokenize sentences of labelled words, as `EntityRecognizer` reads their texts.

    A word's label stands on its first sub-word; the others, special tokens and padding carry none. A text that is
    too long becomes several rows (see `word_windows`), so that no label is lost.

    Args:
        dataset: Rows with `tokens` (words), `ner_tags` (IOB2) and perhaps `text`, as `load_labelled` gives them.
        tokenizer: A fast tokenizer.
        max_length: Longest row, in sub-words, special tokens included.
        label2id: Labels of the recognizer: those of the data set, also the default, or its entity types and `O`.

    Returns:
        Rows with `input_ids`, `attention_mask`, `labels`; `sentence`, the row of `dataset` that it is part of;
        `iob2`, the tags of the words that are labelled in it; and `read`, which of these words have sub-words.

    Raises:
        ValueError: If the tokenizer does not tell which word a sub-word belongs to, a sentence has not as many tags
            as words, or the recognizer has no label for a type.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.fine_tuning.features import featurize_labelled
        >>> test = load_labelled("support-tickets", "test")
        >>> featurize_labelled(test, tokenizer)[0]["iob2"][:3]  # needs a tokenizer  # doctest: +SKIP
        ['O', 'O', 'B-product']

        ```
    """
    words = WordTokenizer.of(tokenizer)
    prefix, suffix = words.prefix.tolist(), words.suffix.tolist()
    # A row of no token at all cannot be read: where there are no special tokens, padding stands for a text of none.
    nothing = [] if prefix or suffix else [tokenizer.pad_token_id if isinstance(tokenizer.pad_token_id, int) else 0]
    budget = max_length - len(prefix) - len(suffix)
    if budget < 1:
        raise ValueError(f"max_length is {max_length}, which leaves no room for a word between the special tokens.")
    names: list[str] = dataset.features["ner_tags"].feature.names
    ids = list(range(len(names))) if label2id is None else [_label_id(name, label2id) for name in names]

    def featurize(batch: dict[str, list[Any]], numbers: list[int]) -> dict[str, list[Any]]:
        features: dict[str, list[Any]] = {name: [] for name in _FEATURES}
        sentences = sub_words_of(words, place_sentences(batch["tokens"], batch.get("text", repeat(None))))
        for number, sub_words, tags in zip(numbers, sentences, batch["ner_tags"], strict=True):
            if len(sub_words) != len(tags):
                raise ValueError(f"sentence {number + 1} has {len(sub_words)} tokens but {len(tags)} tags")
            for window in word_windows([len(word) for word in sub_words], budget):
                text = list(chain.from_iterable(sub_words[window.start : window.end]))[:budget] or nothing
                labels = [IGNORED] * len(text)
                place = sum(map(len, sub_words[window.start : window.first]))
                for word in range(window.first, window.last):
                    if sub_words[word]:
                        labels[place] = ids[tags[word]]
                    place += len(sub_words[word])
                features["input_ids"].append(prefix + text + suffix)
                features["attention_mask"].append([1] * len(features["input_ids"][-1]))
                features["labels"].append([IGNORED] * len(prefix) + labels + [IGNORED] * len(suffix))
                features["sentence"].append(number)
                features["iob2"].append([names[tag] for tag in tags[window.first : window.last]])
                features["read"].append([bool(word) for word in sub_words[window.first : window.last]])
        return features

    return dataset.map(
        featurize,
        batched=True,
        with_indices=True,
        remove_columns=dataset.column_names,
        desc="Tokenizing the sentences",
    )


def _label_id(name: str, label2id: Mapping[str, int]) -> int:
    label = name if name in label2id else name[2:]
    if label not in label2id:
        raise ValueError(f"the recognizer has no label for {name!r}, only {', '.join(label2id)}")
    return label2id[label]
