"""The scripts in which a word boundary cannot be seen."""

from __future__ import annotations

import regex

_SCRIPTS = (
    *("Ahom", "Bopomofo", "Han", "Hangul", "Hiragana", "Katakana", "Khitan_Small_Script", "Khmer", "Lao", "Myanmar"),
    *("New_Tai_Lue", "Nushu", "Tai_Le", "Tai_Tham", "Tai_Viet", "Tangut", "Thai", "Tibetan", "Yi"),
)

_OF_SCRIPTS = "".join(rf"\p{{scx={script}}}" for script in _SCRIPTS)

UNSPACED = regex.compile(rf"[[[{_OF_SCRIPTS}]&&[\p{{L}}\p{{M}}\p{{N}}]]--\p{{Script=Inherited}}]", regex.V1)
"""Matches a character of a script that is written without spaces between words, or (Hangul) with particles joined to
the noun: any position between two such characters may be a boundary. The scripts are those for which Unicode
(annexes 14 and 29) has words found by a dictionary or takes each character for one. (`scx`: also what several scripts
share, such as the mark of long vowels in both Kana.)"""
