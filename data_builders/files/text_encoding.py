"""Text out of bytes: UTF-8, with or without a byte order mark, and UTF-16 with one."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from .compression import open_unpacked

_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_lines(path: Path) -> list[str]:
    r"""Read the lines of a text file; a compressed one is unpacked on the way.

    Args:
        path: The file. Its lines may end with `\n`, `\r\n` or `\r`; other marks, such as U+2028, end no line.

    Returns:
        The lines without their ends.

    Raises:
        ValueError: If it is neither UTF-8 nor UTF-16 with a byte order mark; the message names the line.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "words.txt")
        ...     _ = path.write_bytes("Zoë\rAda\r".encode("utf-16"))
        ...     read_lines(path)
        ['Zoë', 'Ada']

        ```
    """
    with open_unpacked(str(path)) as file:
        content = file.read()
    encoding = "utf-16" if content.startswith(_UTF16_BOMS) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = len(_lines(content[: error.start].decode(encoding, "replace")))
        name = encoding.removesuffix("-sig").upper()
        raise ValueError(f"{path}:{line} is not {name} ({error.reason}); convert the file to UTF-8") from None
    lines = _lines(text)
    return lines if lines[-1] else lines[:-1]


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


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
