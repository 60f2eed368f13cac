"""What is made of a project for other programs: an export of its recognizer, and its labels."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .job import Job

LABEL_FORMATS = {
    "jsonl": ".jsonl",
    "conll": ".conll",
    "spacy": ".spacy",
    "prodigy": ".prodigy.jsonl",
    "doccano": ".doccano.jsonl",
    "label-studio": ".label-studio.json",
}
"""The formats in which a studio gives labels away, and how the names of their files end."""


class OnnxJob:
    """The export of a recognizer, by `nuner export`."""

    def __init__(self) -> None:
        self._job: Job | None = None
        self._folder = Path()

    def start(self, recognizer: Path) -> None:
        """Begin to export a recognizer, if no export goes on."""
        if self._job is not None and self._job.running:
            return
        self._folder = recognizer.with_name(f"{recognizer.name}-onnx")
        arguments = ["export", str(recognizer), "--output", str(self._folder), "--force"]
        self._job = Job(arguments, "Writing the model, and checking it against the recognizer")

    def stop(self) -> None:
        """End the one that goes on."""
        if self._job is not None and self._job.running:
            self._job.stop()

    def view(self) -> dict[str, Any] | None:
        """Return how far it is and where the export lies; None if there never was one."""
        if self._job is None:
            return None
        done = self._job.succeeded
        return {**self._job.view("Exported."), "result": {"folder": str(self._folder)} if done else None}


def labels_as(project: Path, format_name: str) -> bytes:
    """Return the labels of a project as a file of another format.

    Args:
        project: The project's file; it may be open.
        format_name: One of `LABEL_FORMATS`.

    Returns:
        The content of the file.

    Raises:
        ValueError: If nothing is labelled.
    """
    from nuner.data_builders.labelled.conversion import convert_labels

    with TemporaryDirectory() as folder:
        target = Path(folder, f"labels{LABEL_FORMATS[format_name]}")
        convert_labels(project, target, target_format=format_name)
        return target.read_bytes()
