"""The scripts in which a word boundary cannot be seen."""

from __future__ import annotations

import re

UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f"  # Myanmar
    "\u1100-\u11ff\u302e\u302f\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"  # Hangul
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf\uaa80-\uaadd"  # Tai Le, New Tai Lue, Tai Tham, Tai Viet
    "\u3005-\u3007\u3021-\u3029\u3038-\u303b"  # Han: iteration marks and numerals
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001aff0-\U0001b16f"  # Hiragana, Katakana
    "\u2e80-\u2fdf\u3100-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han, Bopomofo
    "\ua000-\ua48c"  # Yi
    "\U00011700-\U00011746"  # Ahom
    "\U00016fe0-\U00018d7f"  # Tangut, Khitan
    "\U0001b170-\U0001b2ff"  # Nushu
    "\U00020000-\U0003ffff"  # Han
    "]"
)
"""Matches a character of a script that is written without spaces between words, or (Hangul) with particles joined to
the noun: any position between two such characters may be a boundary. The scripts are those for which Unicode
(annexes 14 and 29) has words found by a dictionary or takes each character for one."""
