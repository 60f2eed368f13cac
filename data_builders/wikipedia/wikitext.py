"""Wikitext as plain text with the links in it.

A scanner of its own, in time that grows with the length of the text alone: `mwparserfromhell`, which knows all of the
language, reads 1.6 MB a second. It finds what encloses (templates, tables, references, links) by one pass over their
marks, whatever is broken between, and leaves out all but links.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from html import unescape
from typing import NamedTuple

# Control characters that XML does not have stand around the labels of links until the text is clean.
_MARK = "\x01"

_LINK, _TEMPLATE, _TABLE = "[[", "{{", "{|"
_CLOSES = {"]]": _LINK, "}}": _TEMPLATE, "|}": _TABLE}
_LEFT_OUT = (
    "ref|math|chem|ce|gallery|timeline|score|syntaxhighlight|source|code|pre|nowiki"
    "|table|templatedata|imagemap|graph|mapframe|hiero"
)
_TOKEN = re.compile(
    rf"\[\[|\]\]|\{{\{{|\}}\}}|\{{\||\|\}}(?!\}})|<(?P<end>/?)(?P<tag>{_LEFT_OUT})\b(?P<rest>[^<>]*)>", re.I
)
_INDENTED = 50
_COMMENT_BEGINS, _COMMENT_ENDS = "<!--", "-->"
_COMMENT = re.compile(rf"{_COMMENT_BEGINS}.*?(?:{_COMMENT_ENDS}|\Z)", re.DOTALL)
_LINE_TAG = re.compile(rf"</?(?:br|p|div|li|ul|ol|blockquote|center|hr|h\d)\b[^<>{_MARK}]*>", re.I)
_TAG = re.compile(rf"</?[a-z][^<>{_MARK}]*>", re.I)
_EXTERNAL = re.compile(rf"\[(?:https?:|ftp:)?//[^\s\[\]{_MARK}]*((?:[ \t{_MARK}][^\[\]\n]*)?)\]")
_BOLD = re.compile("''+")
_SWITCH = re.compile(r"__[A-Z]{2,}__")
_BROKEN = re.compile(r"\[\[|\]\]|\{\{+|\}\}+")
_OTHER_SPACES = re.compile("[\t\xa0\u2009\u202f]")
_SPACES = re.compile("  +")
# What a template in brackets leaves.
_EMPTY_BRACKETS = re.compile(r"\([ ,;:]*\)")
# Letters right behind a link are a part of it: [[city]]s.
_TRAIL = re.compile(r"[^\W\d_]*")
_NAMESPACES = ("file", "image", "media", "category")
# The namespace of pictures has names in each wiki that its dump does not tell.
_MEDIA_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|tiff?|webp|og[gv]|webm|pdf|djvu)\s*$", re.I)
_OTHER_WIKI = re.compile(r"[a-z]{2,3}(?:-[a-z-]+)?")
_LONGEST_TITLE = 255


class Link(NamedTuple):
    """A link to another article.

    Args:
        start: First character of its label in the plain text.
        end: End of its label.
        target: What it names, as it is written.
    """

    start: int
    end: int
    target: str


class PlainText(NamedTuple):
    """What readers of a page see of its paragraphs, lists and headings.

    Args:
        text: The text; marks of headings and lists stand at the beginning of their lines.
        links: The links in it, in order.
        unclosed: Mark -> how often it opens something that nothing closes.
    """

    text: str
    links: list[Link]
    unclosed: Counter[str]


def plain_text(wikitext: str, namespaces: Collection[str] = ()) -> PlainText:
    """Read wikitext.

    Templates, tables, references, formulas, pictures, categories and comments are left out. What is opened and never
    closed is taken for text, but a comment goes on to the end, as on Wikipedia's own pages.

    Args:
        wikitext: The text of a page.
        namespaces: Lower-cased prefixes of links that are not to articles, beside those that each wiki understands.

    Returns:
        The plain text.

    Example:
        ```python
        >>> from nuner.data_builders.wikipedia.wikitext import plain_text
        >>> plain_text("'''Ada''' was {{age|36}} a [[Mathematics|mathematician]] of [[London]].<ref>[[x]]</ref>")[:2]
        ('Ada was a mathematician of London.', [Link(start=10, end=23, target='Mathematics'), \
Link(start=27, end=33, target='London')])

        ```
    """
    text = _COMMENT.sub("", wikitext.replace(_MARK, ""))
    spans, unclosed = _spans(text)
    if wikitext.rfind(_COMMENT_BEGINS) > wikitext.rfind(_COMMENT_ENDS):
        unclosed[_COMMENT_BEGINS] += 1
    marked, targets = _marked(text, spans, namespaces)
    # The labels of links are every second piece.
    pieces = _clean(marked).split(_MARK)
    links, start = [], 0
    for place, piece in enumerate(pieces):
        end = start + len(piece)
        if place % 2:
            inner = piece.strip()
            if inner and "\n" not in piece:
                first = start + piece.index(inner)
                links.append(Link(first, first + len(inner), targets[place // 2]))
        start = end
    return PlainText("".join(pieces), links, unclosed)


def _spans(text: str) -> tuple[list[tuple[int, int, str]], Counter[str]]:
    """Find what encloses: start, end and kind of each, outer ones first; and what is opened and not closed."""
    spans: list[tuple[int, int, str]] = []
    stack: list[tuple[str, int]] = []
    opened: defaultdict[str, int] = defaultdict(int)
    unclosed: Counter[str] = Counter()
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        closed = _CLOSES.get(token)
        if token[0] == "<":
            token = match["tag"].lower()
            if match["rest"].endswith("/"):
                spans.append((start, match.end(), token))
                continue
            closed = token if match["end"] else None
        elif (token == _TABLE or closed == _TABLE) and not _begins_line(text, start):
            continue
        if closed is None:
            stack.append((token, start))
            opened[token] += 1
        # Inside of what is closed here all else is closed, or was never meant to be opened.
        elif opened[closed]:
            while True:
                inner, inner_start = stack.pop()
                opened[inner] -= 1
                if inner == closed:
                    break
                unclosed[inner] += 1
            spans.append((inner_start, match.end(), closed))
    for token, _ in stack:
        unclosed[token] += 1
    spans.sort()
    return spans, unclosed


def _begins_line(text: str, position: int) -> bool:
    before = text[max(0, position - _INDENTED) : position]
    return not before.rpartition("\n")[2].strip(" :*#")


def _marked(text: str, spans: list[tuple[int, int, str]], namespaces: Collection[str]) -> tuple[str, list[str]]:
    """Return the text without what is left out, marks around the labels of links, and their targets."""
    pieces: list[str] = []
    targets: list[str] = []
    position, label_end = 0, -1
    for number, (start, end, kind) in enumerate(spans):
        if start < position:
            continue
        if 0 <= label_end <= start:
            position = _close(text, position, label_end, pieces)
            label_end = -1
        pieces.append(text[position:start])
        position = end
        if kind != _LINK:
            continue
        # What is longer than any title is not searched to its end: there may be as many links inside as characters.
        furthest = min(end - 2, start + 3 + _LONGEST_TITLE)
        bar = text.find("|", start, furthest)
        target = text[start + 2 : bar if bar >= 0 else furthest]
        prefix, colon, rest = target.partition(":")
        if colon and (
            prefix.strip().lower() in {*namespaces, *_NAMESPACES}
            or (bar < 0 and _OTHER_WIKI.fullmatch(prefix))
            or _MEDIA_FILE.search(rest)
        ):
            continue
        if "\n" in target or len(target) > _LONGEST_TITLE or _holds_link(spans, number):
            position = start + 2
            continue
        pieces.append(_MARK)
        # A colon in front keeps a link to a file or category a link, and is not seen.
        seen = target.removeprefix(":")
        targets.append(seen)
        position, label_end = bar + 1 if bar >= 0 else end - 2 - len(seen), end - 2
    if label_end >= 0:
        position = _close(text, position, label_end, pieces)
    pieces.append(text[position:])
    return "".join(pieces), targets


def _close(text: str, position: int, label_end: int, pieces: list[str]) -> int:
    """Put the rest of a label and the mark behind it to the pieces, and return where the text goes on."""
    trail = _TRAIL.match(text, label_end + 2)
    end = trail.end() if trail else label_end + 2
    pieces += (text[position:label_end], text[label_end + 2 : end], _MARK)
    return end


def _holds_link(spans: list[tuple[int, int, str]], number: int) -> bool:
    end = spans[number][1]
    for inner in range(number + 1, len(spans)):
        start, _, kind = spans[inner]
        if start >= end:
            return False
        if kind == _LINK:
            return True
    return False


def _clean(text: str) -> str:
    """Take the remaining marks of formatting away, and no mark of ours."""
    if "<" in text:
        text = _TAG.sub("", _LINE_TAG.sub("\n", text))
    if "&" in text:
        text = unescape(text)
    text = _BOLD.sub("", _EXTERNAL.sub(lambda link: link[1].lstrip(" \t"), text))
    if "__" in text:
        text = _SWITCH.sub("", text)
    text = _OTHER_SPACES.sub(" ", _EMPTY_BRACKETS.sub("", _BROKEN.sub("", text)))
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return text.replace(" ,", ",").replace(" . ", ". ")
