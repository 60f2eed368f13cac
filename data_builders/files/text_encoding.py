"""Text out of bytes: UTF-8, with or without a byte order mark, and UTF-16 with one."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain

_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def utf8_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Drop the byte order mark before lines of bytes; those of UTF-16, which it tells, become UTF-8.

    Args:
        lines: The lines as a binary file yields them.

    Yields:
        Lines of UTF-8, or of what is none.
    """
    lines = iter(lines)
    first = next(lines, b"")
    if not first.startswith(_UTF16_BOMS):
        yield from chain([first.removeprefix(codecs.BOM_UTF8)] if first else [], lines)
        return
    # Where a file of bytes sees the end of a line, a character of UTF-16 may be cut in two: it is held whole.
    text = codecs.getincrementaldecoder("utf-16")("surrogatepass").decode(first + b"".join(lines))
    yield from io.BytesIO(text.encode("utf-8", "surrogatepass"))
