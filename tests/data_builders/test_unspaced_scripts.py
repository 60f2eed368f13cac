"""The table of scripts without spaces, held against the data of Unicode."""

import sys
import unicodedata

import pytest

from nuner.data_builders.locating import locate
from nuner.data_builders.unspaced_scripts import UNSPACED

SCRIPTS = [
    "Ahom",
    "Bopomofo",
    "Han",
    "Hangul",
    "Hiragana",
    "Katakana",
    "Khitan_Small_Script",
    "Khmer",
    "Lao",
    "Myanmar",
    "New_Tai_Lue",
    "Nushu",
    "Tai_Le",
    "Tai_Tham",
    "Tai_Viet",
    "Tangut",
    "Thai",
    "Tibetan",
    "Yi",
]


def is_word(character):
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def test_the_table_has_the_letters_of_its_scripts_and_no_others():
    regex = pytest.importorskip("regex")
    known = regex.compile("[" + "".join(rf"\p{{Script={script}}}" for script in SCRIPTS) + "]")
    # Signs that several of the scripts share, such as the marks of voiced sounds of both Kana.
    shared = regex.compile(r"[\p{Script=Common}\p{Script=Inherited}]")
    for character in filter(is_word, map(chr, range(sys.maxunicode + 1))):
        if not shared.match(character):
            assert bool(UNSPACED.match(character)) == bool(known.match(character)), hex(ord(character))


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("東京", "私は東京に住む"),
        ("서울", "서울에서"),
        ("กรุงเทพ", "ไปกรุงเทพแล้ว"),
        ("ဗမာ", "ဗမာစာ"),
        ("ꆈꌠ", "ꆈꌠꁱꂷ"),
        ("ｿｳﾙ", "ｿｳﾙへ"),
    ],
)
def test_a_word_is_found_between_others(entity, text):
    assert [text[start:end] for start, end in locate(entity, text)] == [entity]
