"""The learner of a project, beside the server: the page is there before it, and goes on whatever it does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nuner.data_builders.labelled.projects.project import Project

if TYPE_CHECKING:
    from nuner.trainers.active_learning.disagreements import Disagreement
    from nuner.trainers.active_learning.learner import Learner, Order
    from nuner.trainers.active_learning.suggestions import Suggestion

logger = logging.getLogger(__name__)

Phase = Literal["starting", "reading", "ready", "failed"]
VECTORS = ".vectors"
# Advice costs as much as several scores.
_ADVICE_SECONDS = 10.0
_PAUSE_SECONDS = 0.3


class Suggesting:
    """The learner, from the moment in which its encoder begins to load.

    Two threads of its own: one loads the encoder, and measures from time to time how good the learner is; the
    learner's own computes vectors. What the page waits for is done by who asks for it.

    Args:
        project: The project.
        encoder: Folder or Hub id of the encoder.
        prepare: Called by that thread before it loads the encoder.
    """

    def __init__(self, project: Project, encoder: str, prepare: Callable[[], object] = lambda: None) -> None:
        self.encoder = encoder
        self._prepare = prepare
        self.failure: str | None = None
        self.scores: list[dict[str, Any]] = project.scores()
        self.advice: list[str] = []
        self._project = project
        self._learner: Learner | None = None
        self._texts_read = (0, len(project.texts))
        # Whether something has changed that the head has not learnt, and that was not measured.
        self._stale = True
        self._unmeasured = threading.Event()
        self._closed = False
        self._fitting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="studio-learner", daemon=True)

    def start(self) -> None:
        """Begin to load the encoder."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and let go of the files."""
        self._closed = True
        self._unmeasured.set()
        if self._learner is not None:
            self._learner.close()

    @property
    def phase(self) -> Phase:
        """How far it is."""
        if self.failure or (self._learner and self._learner.failure):
            return "failed"
        if self._learner is None:
            return "starting"
        done, total = self._texts_read
        return "reading" if done < total else "ready"

    @property
    def ready(self) -> bool:
        """Whether it can suggest something."""
        return self._learner is not None

    @property
    def knows_names(self) -> bool | None:
        """Whether it suggests from the names of the types alone; None as long as that is not known."""
        return None if self._learner is None else self._learner.knows_names

    @property
    def sentence(self) -> str:
        """How far it is, in words."""
        match self.phase:
            case "failed":
                return self.failure or (self._learner and self._learner.failure) or ""
            case "starting":
                return "loading the encoder"
            case "reading":
                done, total = self._texts_read
                return f"read {done:,} of {total:,} texts"
            case "ready":
                return "ready"

    def changed(self) -> None:
        """Note that labels, types or settings have changed."""
        self._stale = True
        self._unmeasured.set()

    def suggestions(self, text: int) -> list[Suggestion]:
        """Return what the learner suggests for a text, after all that it was told; nothing while it cannot."""
        learner = self._fitted()
        return learner.suggest(text) if learner else []

    def next_text(self, annotator: int, order: Order) -> int | None:
        """Choose the next text of an annotator and open it; the first of those that are left while it cannot.

        Args:
            annotator: Number of the annotator.
            order: `"instructive"`, `"random"` or `"in order"`.

        Returns:
            Its number; None if none is left.
        """
        learner = self._fitted()
        if learner is not None:
            return learner.next_text(annotator, order)
        share = self._project.settings.double_share
        closed = self._project.leases.closed(annotator, share)
        left = (number for number in range(1, len(self._project.texts) + 1) if number not in closed)
        return next((number for number in left if self._project.leases.take(annotator, number, share)), None)

    def disagreements(self) -> list[Disagreement]:
        """Return the labels that the learner would have set otherwise, the surest first."""
        learner = self._fitted()
        return learner.disagreements() if learner else []

    def measure(self) -> float | None:
        """Return F1 of what the learner knows now on the texts set aside; None where it cannot be told."""
        learner = self._fitted()
        score = learner.score() if learner else None
        return None if score is None else score.f1

    def _fitted(self) -> Learner | None:
        if self._learner is None:
            return None
        with self._fitting:
            if self._stale:
                # Before it is fitted: what comes meanwhile makes it stale again.
                self._stale = False
                self._learner.refit()
            return self._learner

    def _run(self) -> None:
        try:
            self._load()
            told = float("-inf")
            while not self._closed:
                self._unmeasured.wait()
                # Who waits for the next text comes first.
                time.sleep(_PAUSE_SECONDS)
                self._unmeasured.clear()
                learner = None if self._closed else self._fitted()
                if learner is None:
                    continue
                learner.score()
                self.scores = self._project.scores()
                if time.monotonic() - told > _ADVICE_SECONDS:
                    self.advice = list(learner.advice().sentences)
                    told = time.monotonic()
        except (OSError, ValueError) as error:
            self.failure = f"The suggestions have stopped: {error}"
        except Exception:
            if not self._closed:
                logger.exception("The suggestions have stopped")
                self.failure = "The suggestions have stopped; what the studio printed says why."

    def _load(self) -> None:
        self._prepare()
        from nuner.trainers.active_learning.learner import Learner

        try:
            folder = self._project.path.with_name(self._project.path.name + VECTORS)
            learner = Learner(self._project, self.encoder, folder)
        except (OSError, ValueError) as error:
            self.failure = f"The encoder {Path(self.encoder).name} cannot be used: {error}"
            self._closed = True
            return
        if self._closed:
            learner.close()
            return
        learner.start(self._read)
        self._learner = learner
        self._unmeasured.set()

    def _read(self, done: int, total: int) -> None:
        self._texts_read = (done, total)
