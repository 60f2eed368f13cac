"""The texts of a project, read in the background while a person labels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nuner.data_builders.labelled.projects.texts import Texts

from .pool_vectors import PoolVectors, TextWords
from .text_encoder import TextEncoder

MOST_CHARACTERS = 10_000
"""Characters of a text that are read; a label behind them is saved, and neither suggested nor learnt from."""

# Characters that are read at once in the background: a tenth of a second, after which a person may need the cores.
_CHARACTERS_AT_ONCE = 4000


class PoolReading:
    """Makes the vectors of the words of texts: of all in the background, of those that are needed at once.

    Args:
        texts: The texts of the project.
        order: Their numbers in the order in which they are read.
        encoder: What reads them.
        pool: Where the vectors are kept.

    Attributes:
        failure: Why the background has stopped before the end, as a sentence; None if it has not.
    """

    def __init__(self, texts: Texts, order: Sequence[int], encoder: TextEncoder, pool: PoolVectors) -> None:
        self._texts, self._order, self._encoder, self._pool = texts, order, encoder, pool
        self.failure: str | None = None
        self._in_use, self._lock = 0, threading.Lock()
        self._idle, self._closing = threading.Event(), False
        self._idle.set()
        self._thread: threading.Thread | None = None

    def start(self, progress: Callable[[int, int], object]) -> None:
        """Read all texts in the background.

        Args:
            progress: Told, in the thread that reads, how many texts of how many have vectors.
        """
        self._thread = threading.Thread(target=self._in_background, args=(progress,), name="reading", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until all texts are read, or their reading has failed."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Stop the background."""
        self._closing = True
        self._idle.set()
        self.join()

    @contextmanager
    def before_others(self) -> Iterator[None]:
        """Let the background wait while a person does."""
        with self._lock:
            self._in_use += 1
            self._idle.clear()
        try:
            yield
        finally:
            with self._lock:
                self._in_use -= 1
                if not self._in_use:
                    self._idle.set()

    def words_of(self, number: int) -> TextWords:
        """Return the words of a text, which is read now if it was not.

        Args:
            number: Its number.
        """
        self.require([number])
        return self._pool.of(number)

    def require(self, numbers: Sequence[int]) -> None:
        """Read those of some texts that were not read yet.

        Args:
            numbers: Their numbers.
        """
        missing = [number for number in numbers if number not in self._pool]
        if missing:
            texts = [text.text[:MOST_CHARACTERS] for text in self._texts.some(missing)]
            self._pool.append(missing, self._encoder(texts))

    def _in_background(self, progress: Callable[[int, int], object]) -> None:
        try:
            progress(len(self._pool), len(self._order))
            for numbers in self._portions():
                self._idle.wait()
                if self._closing:
                    return
                self.require(numbers)
                progress(len(self._pool), len(self._order))
        except Exception as error:  # a thread has nobody above it who would tell
            self.failure = f"the texts are no longer being read: {error}"

    def _portions(self) -> Iterator[list[int]]:
        """Yield the numbers of the texts that were not read yet, in portions of some length."""
        portion: list[int] = []
        characters = 0
        for text in self._texts.some([number for number in self._order if number not in self._pool]):
            if portion and characters + len(text.text) > _CHARACTERS_AT_ONCE:
                yield portion
                portion, characters = [], 0
            portion.append(text.number)
            characters += min(len(text.text), MOST_CHARACTERS)
        if portion:
            yield portion
