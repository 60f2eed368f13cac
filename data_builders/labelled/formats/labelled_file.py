"""A labelled file as its readers see it: bytes, text or JSON records, unpacked and without byte-order marks."""

from __future__ import annotations

import codecs
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from ...files.compression import DAMAGED, open_unpacked
from ...files.rows import NOT_JSON, NOT_UTF8, Row
from ...record_error import RecordError

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_HEAD = 1 << 16
_SMUGGLED = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as surrogateescape decodes them


class LabelledFile:
    """One file, or a folder of files that belong together; what is compressed is unpacked.

    Args:
        path: The file or folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def suffix(self) -> str:
        """The end of its name in lower case, without that of a compression."""
        return data_suffix(self.path)

    @cached_property
    def data(self) -> bytes:
        """Its bytes; none of a folder.

        Raises:
            ValueError: If the compressed file is damaged.
        """
        if self.path.is_dir():
            return b""
        with open_unpacked(str(self.path)) as file:
            try:
                return file.read()
            except DAMAGED as error:
                raise ValueError(f"{self.path}: the compressed file is damaged ({error})") from error

    @cached_property
    def text(self) -> str:
        """Its text.

        Raises:
            ValueError: If it is not UTF-8.
        """
        if smuggled := _SMUGGLED.search(self._decoded):
            line = self._decoded.count("\n", 0, smuggled.start()) + 1
            raise ValueError(f"{self.path}:{line} is not UTF-8; convert the file to UTF-8")
        return self._decoded

    @cached_property
    def head(self) -> str:
        """The beginning of its text, to recognize it by; characters that are not UTF-8 are replaced."""
        return self.data[:_HEAD].decode(self._encoding, "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of its text, without their ends (line feeds, or carriage returns and line feeds)."""
        return self.text.split("\r\n" if "\r\n" in self.text[: self.text.find("\n") + 1] else "\n")

    @cached_property
    def json_rows(self) -> list[Row]:
        """Its JSON records, or none if no line of it is JSON; a `RecordError` stands for a line that is not.

        The file is one array, one object, or JSON Lines.
        """
        if self.head.lstrip()[:1] not in ("[", "{"):
            return []
        lines = [
            (number, line)
            for number, line in enumerate(re.split(r"\r\n|\r|\n", self._decoded), start=1)
            if line.strip()
        ]
        first = _parse(lines[0][1])
        if isinstance(first, RecordError) or len(lines) == 1:
            whole = _parse(self._decoded)
            if isinstance(whole, list) and not (whole and isinstance(whole[0], str)):
                return [Row(str(self.path), number, value) for number, value in enumerate(whole, start=1)]
            if not isinstance(whole, RecordError):
                return [Row(str(self.path), 1, whole)]
        rows = [Row(str(self.path), number, _parse(line)) for number, line in lines]
        return rows if any(not isinstance(row.value, RecordError) for row in rows) else []

    @cached_property
    def _decoded(self) -> str:
        return self.data.decode(self._encoding, "replace" if self._encoding == "utf-16" else "surrogateescape")

    @property
    def _encoding(self) -> str:
        return "utf-16" if self.data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def data_suffix(path: Path) -> str:
    """Return the end of a file's name in lower case, without that of a compression.

    Example:
        ```python
        >>> data_suffix(Path("Train.JSONL.gz"))
        '.jsonl'

        ```
    """
    name = Path(path.name.lower())
    return (name.with_suffix("") if name.suffix in _COMPRESSED else name).suffix


def _parse(text: str) -> Any:
    if smuggled := _SMUGGLED.search(text):
        return RecordError(NOT_UTF8, f"character {smuggled.start() + 1}")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return RecordError(NOT_JSON, str(error))
