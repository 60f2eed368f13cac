"""The training of the whole recognizer, by `nuner finetune`."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from .job import Job

RECOGNIZER = "-recognizer"
_FIGURES = "finetuning.json"


class TrainingJob:
    """The trainings of a project, one at a time; each writes a folder of its own beside it.

    Args:
        project: The project's file.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._job: Job | None = None
        self._instant: dict[Path, float | None] = {}

    @property
    def running(self) -> bool:
        """Whether one goes on."""
        return self._job is not None and self._job.running

    @property
    def recognizer(self) -> Path | None:
        """The newest recognizer, also one that was trained in an earlier sitting."""
        return max((path for path in self._folders() if (path / _FIGURES).is_file()), key=_trained_at, default=None)

    def start(self, encoder: str, instant_f1: float | None) -> None:
        """Begin to train on what is saved now, if none goes on.

        Args:
            encoder: What to train.
            instant_f1: F1 of what suggests now, on the texts that are set aside.
        """
        if self.running:
            return
        output = next(folder for folder in self._names() if not folder.exists())
        self._instant[output] = instant_f1
        arguments = ["finetune", encoder, "--data", str(self._project), "--output", str(output)]
        self._job = Job(arguments, "Reading the labels and the encoder")

    def stop(self) -> None:
        """End the one that goes on."""
        if self._job is not None and self._job.running:
            self._job.stop()

    def view(self) -> dict[str, Any] | None:
        """Return how far it is and what came of it; None if there never was one."""
        recognizer = self.recognizer
        if self._job is None and recognizer is None:
            return None
        shown = {"phase": "done", "share": 1.0, "sentence": "Trained in an earlier sitting."}
        if self._job is not None:
            shown = self._job.view(f"Trained: {recognizer}.")
        return {**shown, "result": recognizer and self._result(recognizer)}

    def _result(self, recognizer: Path) -> dict[str, Any]:
        figures = json.loads((recognizer / _FIGURES).read_text(encoding="utf-8"))
        return {
            "folder": str(recognizer),
            "f1": figures["test"]["eval_f1"],
            "instant_f1": None if figures["held_out"] else self._instant.get(recognizer),
            "test_sentences": figures["test_sentences"],
            "held_out": figures["held_out"],
        }

    def _names(self) -> Any:
        name: Callable[[str], Path] = self._project.with_name
        stem = f"{self._project.stem}{RECOGNIZER}"
        yield name(stem)
        yield from (name(f"{stem}-{number}") for number in count(2))

    def _folders(self) -> list[Path]:
        return [*self._project.parent.glob(f"{_escaped(self._project.stem)}{RECOGNIZER}*")]


def _trained_at(recognizer: Path) -> float:
    return (recognizer / _FIGURES).stat().st_mtime


def _escaped(name: str) -> str:
    from glob import escape

    return escape(name)
