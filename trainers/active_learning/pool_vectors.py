"""Vectors of the words of all texts, kept on disk beside their project."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nuner.data_builders.files.whole_files import write_whole

from .text_encoder import EncodedWords, TextEncoder

_MADE_OF = "made-of.json"
_PROBE = "The quick brown fox of Berlin paid 12 euros to Ada Lovelace."
# Of one encoder on two machines vectors differ in the last bits, of two encoders in the first ones.
_SAME = 1e-3


class TextWords(NamedTuple):
    """The words of one text that have vectors.

    Args:
        vectors: Their vectors in float16, `(words, hidden)`.
        start: Character with which each begins, `(words,)`.
        end: Behind its last character, `(words,)`.
    """

    vectors: np.ndarray
    start: np.ndarray
    end: np.ndarray


class PoolVectors:
    """Word vectors in files that grow, of which memory holds no more than is looked at.

    What is written for a text counts once its number stands in the list of texts, which is written last: a process
    that is killed leaves nothing half done, and the next one goes on behind it.

    Args:
        folder: Where the files are; it is made, and made anew if it is of another project or encoder.
        project: Identity of the project.
        encoder: What makes the vectors.

    Example:
        ```python
        >>> import tempfile
        >>> encoder = TextEncoder("nuner-roberta")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pool = PoolVectors(Path(folder, "vectors"), "a project", encoder)
        ...     pool.append([7], encoder(["Ada lives in Paris."]))
        ...     pool.of(7).start.tolist(), pool.numbers.tolist()
        ([0, 4, 10, 13, 18], [7])

        ```
    """

    def __init__(self, folder: Path, project: str, encoder: TextEncoder) -> None:
        self.hidden = encoder.hidden
        probe = encoder([_PROBE]).vectors.mean(0)
        if not _is_made_of(folder, project, probe):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            made_of = {"project": project, "encoder": encoder.encoder, "probe": probe.tolist()}
            write_whole(folder / _MADE_OF, json.dumps(made_of))
        self._vectors = _GrowingFile(folder / "vectors.f16", np.float16, self.hidden)
        self._places = _GrowingFile(folder / "places.i32", np.int32, 2)
        self._texts = _GrowingFile(folder / "texts.i32", np.int32, 2)
        self._begin: dict[int, tuple[int, int]] = {}
        self._words = 0
        self._lock = threading.Lock()
        self._take_up()

    def _take_up(self) -> None:
        """Count what an earlier process has left, as far as all of it is there."""
        there = min(len(self._vectors), len(self._places))
        kept = 0
        for number, words in self._texts[0 : len(self._texts)].tolist():
            if number < 1 or words < 0 or self._words + words > there:
                break
            self._begin[number] = (self._words, self._words + words)
            self._words += words
            kept += 1
        for file, length in ((self._vectors, self._words), (self._places, self._words), (self._texts, kept)):
            file.cut(length)

    def __contains__(self, number: int) -> bool:
        return number in self._begin

    def __len__(self) -> int:
        return len(self._begin)

    @property
    def numbers(self) -> np.ndarray:
        """Numbers of the texts that have vectors, in the order in which they were made, `(texts,)`."""
        return np.fromiter(list(self._begin), np.int64)

    def append(self, numbers: Sequence[int], words: EncodedWords) -> None:
        """Add texts; threads may do so at once, and others read meanwhile.

        Args:
            numbers: Their numbers.
            words: Their words, as an encoder gives them.
        """
        counts = np.bincount(words.text, minlength=len(numbers))
        with self._lock:
            self._vectors.append(words.vectors)
            self._places.append(np.stack([words.start, words.end], axis=1))
            self._texts.append(np.stack([np.asarray(numbers), counts], axis=1))
            for number, count in zip(numbers, counts.tolist(), strict=True):
                self._begin[number] = (self._words, self._words + count)
                self._words += count

    def of(self, number: int) -> TextWords:
        """Return the words of a text.

        Args:
            number: Its number.

        Raises:
            KeyError: If it has no vectors yet.
        """
        first, behind = self._begin[number]
        start, end = self._places[first:behind].T
        return TextWords(self._vectors[first:behind], start, end)

    def close(self) -> None:
        """Close the files."""
        for file in (self._vectors, self._places, self._texts):
            file.close()


class _GrowingFile:
    """Rows of one size in a file.

    They are read and not mapped: the pages of a map that were looked at once would count as memory of the process.
    """

    def __init__(self, path: Path, dtype: type[np.generic], width: int) -> None:
        self._dtype, self._width = np.dtype(dtype), width
        self._row = self._dtype.itemsize * width
        path.touch()
        self._file = path.open("r+b", buffering=0)
        self._lock = threading.Lock()
        self._length = self._file.seek(0, os.SEEK_END) // self._row

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, rows: slice) -> np.ndarray:
        with self._lock:
            self._file.seek(rows.start * self._row)
            read = self._file.read((rows.stop - rows.start) * self._row)
        return np.frombuffer(read, self._dtype).reshape(-1, self._width)

    def append(self, rows: np.ndarray) -> None:
        content = np.ascontiguousarray(rows, self._dtype).tobytes()
        with self._lock:
            # Behind what counts, whatever a full disk has left there.
            self._file.seek(self._length * self._row)
            if self._file.write(content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._file.name)
            self._length += len(rows)

    def cut(self, length: int) -> None:
        self._length = length
        self._file.truncate(length * self._row)

    def close(self) -> None:
        self._file.close()


def _is_made_of(folder: Path, project: str, probe: np.ndarray) -> bool:
    try:
        made_of = json.loads((folder / _MADE_OF).read_text(encoding="utf-8"))
        known = np.array(made_of["probe"], dtype=np.float32)
        return (
            made_of["project"] == project and known.shape == probe.shape and bool(np.abs(known - probe).max() < _SAME)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False
