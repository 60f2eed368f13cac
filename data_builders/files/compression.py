"""Open files that may be compressed, and notice the damaged ones."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, cast

from .reading_share import ReadingShare

MAGIC_BYTES = 6
"""How many bytes of a file tell its compression."""

DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)
"""What reading a damaged compressed file raises."""

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


@contextmanager
def open_unpacked(path: str, share: ReadingShare | None = None) -> Iterator[IO[bytes]]:
    """Open a file to read bytes; one compressed with gzip, bzip2, xz or zstandard is unpacked on the way.

    The compression is told from the first bytes, not from the name: downloaded files lose their names.

    Args:
        path: A local path, or a URL that `fsspec` opens.
        share: Is told of the file as it is stored.

    Raises:
        FileNotFoundError: If the file is not there.
    """
    magic = first_bytes(path)
    with _open(path) as file, closing(_unpacked(file, magic)) as unpacked:
        if share is not None:
            share.begin(path, file)
        yield unpacked


def unpacked_stream(file: IO[bytes]) -> IO[bytes]:
    """Return what reads from an open file, such as the standard input, and unpacks it if it is compressed.

    Args:
        file: The file, at its beginning.
    """
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, file))
    return _unpacked(cast(IO[bytes], buffered), buffered.peek(MAGIC_BYTES))


def first_bytes(path: str) -> bytes:
    """Return the first few bytes of a file as it is stored."""
    with _open(path) as file:
        return file.read(MAGIC_BYTES)


@contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    import fsspec

    with fsspec.open(path, "rb") as file:
        yield cast(IO[bytes], file)


def _unpacked(file: IO[bytes], magic: bytes) -> IO[bytes]:
    compression = next((name for start, name in _MAGIC.items() if magic.startswith(start)), None)
    if compression == "gzip":
        return cast(IO[bytes], gzip.open(file))
    if compression == "bz2":
        return cast(IO[bytes], bz2.open(file))
    if compression == "xz":
        return cast(IO[bytes], lzma.open(file))
    if compression == "zstd":
        import pyarrow as pa

        return cast(IO[bytes], io.BufferedReader(pa.CompressedInputStream(file, "zstd")))
    return file
