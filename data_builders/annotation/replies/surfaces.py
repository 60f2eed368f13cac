"""Take off what a model writes around an entity's text, and what the sentence does not have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

from .forms.json_scanner import unescaped
from .forms.latex import without_commands
from .forms.lines import without_list_mark

_ESCAPED_CHARACTER = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[nt\"'*_`\\]")
_ESCAPED_SPACE = re.compile(r"\\[nt]\b")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()]{0,300}\)\Z")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_PAIRS = (
    ("**", "**"), ("__", "__"), ("~~", "~~"), ("==", "=="), ("@@", "##"), ("*", "*"), ("_", "_"), ("`", "`"),
    ('"', '"'), ("'", "'"), ("[", "]"), ("(", ")"), ("<", ">"), ("{", "}"), ("\\", "\\"), ("\u201c", "\u201d"),
    ("\u2018", "\u2019"), ("\u201e", "\u201c"), ("\u201e", "\u201d"), ("\u00ab", "\u00bb"), ("\u00bb", "\u00ab"),
    ("\u2039", "\u203a"), ("\u300c", "\u300d"), ("\u300e", "\u300f"), ("\u300a", "\u300b"), ("\u3008", "\u3009"),
    ("\u3010", "\u3011"), ("\uff08", "\uff09"), ("\uff3b", "\uff3d"), ("$", "$"), ("|", "|"),
)  # fmt: skip
_AT_AN_END = (
    " \t\n.,;:!?\"'`*_()[]-\u2013\u2014\u2018\u2019\u201c\u201d\u00ab\u00bb"
    "\u2026\u3002\u3001\uff0c\uff1b\uff1a\uff01\uff1f\u060c\u061b\u061f\u0964"  # of other scripts
)
_NO_LETTERS_AT_AN_END = re.compile(r"^[\W_]+|[\W_]+$")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_MARK_BEFORE = re.compile(r"\A[#@|\s]+(?=\w)")
_MOST_ESCAPES = 2  # "&amp;amp;"


def cleaned_surfaces(surface: str) -> Iterator[str]:
    """Yield what an entity's text may be without marks around it, the most careful first.

    Args:
        surface: The text as the model wrote it, which does not stand in the sentence.

    Example:
        ```python
        >>> list(cleaned_surfaces("**Ada Lovelace,**"))
        ['Ada Lovelace,', 'Ada Lovelace']

        ```
    """
    seen = {surface}
    for text in _steps(surface):
        if text and text not in seen:
            seen.add(text)
            yield text


def _steps(surface: str) -> Iterator[str]:
    if not surface.isascii():
        surface = _without_unseen(surface).strip()
        yield surface
    text = surface
    for _ in range(_MOST_ESCAPES):
        text = unescape(text) if "&" in text else text
    yield text
    text = without_commands(text)
    yield text
    if _ESCAPED_CHARACTER.search(text):
        text = unescaped(text)
        yield text
    if "<" in text:
        text = _TAGS.sub("", text).strip() or text
        yield text
    text = without_list_mark(text)
    yield text
    link = _LINK.match(text)
    if link is not None:
        text = link[1]
        yield text
    text = _without_pairs(text)
    yield text
    yield _without_pairs(" ".join(text.split()))
    yield text.rstrip(_AT_AN_END)
    yield text.strip(_AT_AN_END)
    yield text.replace("**", "").replace("`", "").strip(_AT_AN_END)
    if text.endswith(")"):
        yield text.rpartition(" (")[0]
    yield _NO_LETTERS_AT_AN_END.sub("", text)
    yield _without_pairs(text.strip(_AT_AN_END))
    yield _POSSESSIVE.sub("", text)


def _without_unseen(text: str) -> str:
    return text if text.isascii() else "".join(each for each in text if unicodedata.category(each) != "Cf")


def without_marks(text: str) -> str:
    r"""Return a name without tags, list marks, commands of LaTeX and pairs of marks around it.

    Args:
        text: The name as the model wrote it.

    Example:
        ```python
        >>> [without_marks(name) for name in ("<b>city</b>", "- __city__", "[city]", r"\text{city}")]
        ['city', 'city', 'city', 'city']

        ```
    """
    text = _without_unseen(without_commands(unescape(text) if "&" in text else text))
    text = _ESCAPED_SPACE.sub(" ", text).strip()
    text = (_TAGS.sub("", text).strip() or text) if "<" in text else text
    return _without_pairs(_MARK_BEFORE.sub("", without_list_mark(text)))


def _without_pairs(text: str) -> str:
    stripped = True
    while stripped:
        stripped = False
        for opening, closing in _PAIRS:
            if len(text) > len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
                text = text[len(opening) : -len(closing)].strip()
                stripped = True
    return text
