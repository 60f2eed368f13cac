"""Where the words of a text are, in every script."""

from __future__ import annotations

import regex

_UNSPACED_SCRIPTS = (
    *("Ahom", "Bopomofo", "Han", "Hangul", "Hiragana", "Katakana", "Khitan_Small_Script", "Khmer", "Lao", "Myanmar"),
    *("New_Tai_Lue", "Nushu", "Tai_Le", "Tai_Tham", "Tai_Viet", "Tangut", "Thai", "Tibetan", "Yi"),
)
_OF_SCRIPTS = "".join(rf"\p{{scx={script}}}" for script in _UNSPACED_SCRIPTS)
_UNSPACED = rf"[[[{_OF_SCRIPTS}]&&[\p{{L}}\p{{M}}\p{{N}}]]--\p{{Script=Inherited}}]"
# Labelled texts are split by the same rule (data_builders/labelled/words.py); a test holds the two together.
_ATTACHED = r"[\p{M}\p{Join_Control}\xad]*+"
_WORD = regex.compile(
    rf"(?:[a-zA-Z0-9_]++{_ATTACHED}|[[\p{{L}}\p{{N}}]--{_UNSPACED}]{_ATTACHED})++"
    rf"|(?:\p{{hst=L}}+\p{{hst=V}}*\p{{hst=T}}*|[^\s\x1c-\x1f]){_ATTACHED}",
    regex.V1,
)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Find the words of a text, as `nuner.data_builders.split_words` does.

    Args:
        text: The text.

    Returns:
        Start and end of each word, in order. Every character that is not white space lies in one of them.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.words.splitting import word_spans
        >>> word_spans("in 東京.")
        [(0, 2), (3, 4), (4, 5), (5, 6)]

        ```
    """
    return [match.span() for match in _WORD.finditer(text)]
