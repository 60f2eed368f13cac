"""The sub-words of each word of labelled sentences, as a recognizer will meet them in the sentences' texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from nuner.data_builders.labelled.placed_words import PlacedWords
from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer


def sub_words_of(tokenizer: WordTokenizer, sentences: Sequence[PlacedWords]) -> list[list[list[int]]]:
    """Tokenize sentences, word by word.

    A word of a data set may be several of the tokenizer's: `New-York` is three.

    Args:
        tokenizer: The tokenizer.
        sentences: The words of each sentence in its text.

    Returns:
        For each sentence, for each of its words, the token ids; none where the tokenizer leaves nothing of the word.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.placed_words import place_words
        >>> from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer
        >>> from nuner.trainers.sub_words import sub_words_of
        >>> from nuner.trainers.word_tokenizer import load_word_tokenizer
        >>> tokenizer = load_word_tokenizer("nuner-roberta")
        >>> [ids] = sub_words_of(WordTokenizer.of(tokenizer), [place_words(["in", "New-York"])])
        >>> [len(word) for word in ids]
        [1, 7]

        ```
    """
    tokens = tokenizer([sentence.text for sentence in sentences])
    ids, bounds = tokens.ids.tolist(), [*tokens.first_token.tolist(), len(tokens.ids)]
    found: list[list[list[int]]] = [[[] for _ in sentence.starts] for sentence in sentences]
    for word, (text, start) in enumerate(zip(tokens.text.tolist(), tokens.start.tolist(), strict=True)):
        place = max(bisect_right(sentences[text].starts, start) - 1, 0)
        found[text][place] += ids[bounds[word] : bounds[word + 1]]
    return found
