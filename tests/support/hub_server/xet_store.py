"""Xet storage for the test Hub: a folder that the client's own storage library reads and writes.

`hf_xet` takes an address `local://folder` for its storage server. It does there what it does with the real one: cut
files into chunks, leave out those that are known, pack the rest, write an index. This reads the index.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A shard of the index begins with a header; records of 48 bytes follow, those of files first.
_HEADER = RECORD = 48
_END = b"\xff" * 32
_HAS_VERIFICATION, _HAS_METADATA = 1 << 31, 1 << 30


@dataclass(frozen=True)
class XetFile:
    """A file in Xet storage.

    Args:
        hash: Its hash there.
        size: Bytes.
    """

    hash: str
    size: int


class XetStore:
    """Files that came by the Xet protocol.

    Args:
        folder: Where the client's library keeps them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """The address of the storage server, for the client."""
        return f"local://{self.folder}"

    def stored_bytes(self) -> int:
        """Bytes of all packed chunks that have arrived."""
        packs = self.folder.glob("xet/xorbs/xorbs/*")
        return sum(path.stat().st_size for path in packs if path.suffix != ".tagset")

    def find(self, sha256: str) -> XetFile | None:
        """A file by the SHA-256 of its content.

        Args:
            sha256: Hexadecimal digits.
        """
        wanted = bytes.fromhex(sha256)
        for shard in self.folder.glob("xet/xorbs/shards/*.mdb"):
            for digest, file in _files(shard.read_bytes()):
                if digest == wanted:
                    return file
        return None


def _files(shard: bytes) -> Iterator[tuple[bytes, XetFile]]:
    at = _HEADER
    while shard[at : at + 32] != _END:
        name, flags, segments = shard[at : at + 32], *struct.unpack("<II", shard[at + 32 : at + 40])
        at += RECORD
        size = sum(struct.unpack("<I", shard[at + i * RECORD + 36 : at + i * RECORD + 40])[0] for i in range(segments))
        at += segments * RECORD * (2 if flags & _HAS_VERIFICATION else 1)
        if flags & _HAS_METADATA:
            yield _digits(shard[at : at + 32]), XetFile(_digits(name).hex(), size)
            at += RECORD


def _digits(stored: bytes) -> bytes:
    """Hashes are stored as four little-endian numbers and written with the highest digit of each first."""
    return b"".join(stored[i : i + 8][::-1] for i in range(0, 32, 8))
