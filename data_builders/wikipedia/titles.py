"""Titles of articles, as links, dumps and DBpedia spell them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote

# Most links lead to few articles.
_KNOWN = 1 << 16


@lru_cache(_KNOWN)
def article_title(target: str) -> str:
    """Return the title that the target of a link stands for.

    Args:
        target: What stands in a link before the `|`.

    Returns:
        The title, without a section; empty for a link within its own page.

    Example:
        ```python
        >>> from nuner.data_builders.wikipedia.titles import article_title
        >>> article_title(" ada_Lovelace#Life ")
        'Ada Lovelace'

        ```
    """
    title = " ".join(target.partition("#")[0].replace("_", " ").split())
    first = title[:1].upper()
    return first + title[1:] if len(first) == 1 else title


def resource_title(name: str) -> str:
    """Return the title of the article that a resource of DBpedia is about.

    Args:
        name: The end of its IRI; older releases have escaped some characters.

    Example:
        ```python
        >>> from nuner.data_builders.wikipedia.titles import resource_title
        >>> resource_title("Who%27s_Who")
        "Who's Who"

        ```
    """
    return (unquote(name) if "%" in name else name).replace("_", " ")


def name_of(title: str) -> str:
    """Return what an article's subject is called in its text: the title without what tells it from others.

    Example:
        ```python
        >>> from nuner.data_builders.wikipedia.titles import name_of
        >>> name_of("Mercury (planet)")
        'Mercury'

        ```
    """
    return title.partition(" (")[0] if title.endswith(")") else title


@lru_cache(_KNOWN)
def title_key(title: str) -> int:
    """Return a number of 64 bits that stands for a title: two of some million share one once in a million dumps."""
    return int.from_bytes(blake2b(title.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
