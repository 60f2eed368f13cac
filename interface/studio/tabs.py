"""One sitting of an annotator at a time: the tab that was opened last goes on with it."""

from __future__ import annotations

import threading


class Elsewhere(Exception):
    """The sitting goes on in another tab."""


class Tabs:
    """Which tab of each annotator is the one that may change something."""

    def __init__(self) -> None:
        self._active: dict[int, str] = {}
        self._lock = threading.Lock()

    def open(self, annotator: int, tab: str) -> None:
        """Let a tab go on with the sitting; the others stop."""
        with self._lock:
            self._active[annotator] = tab

    def is_elsewhere(self, annotator: int, tab: str) -> bool:
        """Tell whether another tab has the sitting; the first one that asks has it, as after a restart."""
        with self._lock:
            return self._active.setdefault(annotator, tab) != tab

    def check(self, annotator: int, tab: str) -> None:
        """Refuse a tab that does not have the sitting.

        Raises:
            Elsewhere: If another one has.
        """
        if self.is_elsewhere(annotator, tab):
            raise Elsewhere("You have this studio open in another tab, where your sitting goes on.")
