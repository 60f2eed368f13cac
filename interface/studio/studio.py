"""A studio: a project, what learns from it, who is here, and what goes on beside."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nuner.data_builders.labelled.projects.answers import Answer, Label
from nuner.data_builders.labelled.projects.entity_types import EntityType
from nuner.data_builders.labelled.projects.project import Project
from nuner.data_builders.pages.highlighting import colors_of

from .jobs.exporting import OnnxJob
from .jobs.training import TrainingJob
from .suggesting import Suggesting
from .tabs import Tabs

if TYPE_CHECKING:
    from nuner.trainers.active_learning.learner import Order

_RENEWAL_SECONDS = 60.0


class Studio:
    """What the routes of the application work on. Several threads may use it.

    Args:
        project: The project; whoever opened it closes it.
        encoder: Folder or Hub id of the encoder.
        default_annotator: Who labels where nobody says a name.
        address: The address that others open to label, too; None where they cannot.
        prepare: Called by the thread that loads the encoder before it does.
    """

    def __init__(
        self,
        project: Project,
        encoder: str,
        *,
        default_annotator: str = "me",
        address: str | None = None,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self.project = project
        self.address = address
        self.tabs = Tabs()
        self.problem: str | None = None
        self.suggesting = Suggesting(project, encoder, prepare)
        self.training = TrainingJob(project.path)
        self.onnx = OnnxJob()
        self._default_annotator = default_annotator
        self._annotators: dict[str, int] = {}
        self._renewed: dict[int, float] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to load the encoder."""
        self.suggesting.start()

    def close(self) -> None:
        """Stop all that goes on."""
        self.training.stop()
        self.onnx.stop()
        self.suggesting.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Note for all to see when the disk takes nothing any more, and when it does again."""
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            what = "The disk is full" if full else f"The project cannot be written ({error.strerror or error})"
            self.problem = f"{what}: nothing more is saved until that is mended. What was saved before is safe."
            raise
        self.problem = None

    def annotator(self, name: str) -> int:
        """Return the number of an annotator."""
        name = name.strip() or self._default_annotator
        with self._lock:
            if name not in self._annotators:
                with self.writing():
                    self._annotators[name] = self.project.annotator(name)
            return self._annotators[name]

    def beat(self, annotator: int, text: int | None) -> bool:
        """Keep a text with its annotator.

        Args:
            annotator: Number of the annotator.
            text: The text that they have open and have not answered.

        Returns:
            Whether somebody else has got it, as after a night.
        """
        if text is None or time.monotonic() - self._renewed.get(annotator, float("-inf")) < _RENEWAL_SECONDS:
            return False
        with self.writing():
            if self.project.leases.held(annotator) == text:
                self.project.leases.renew(annotator)
            elif any(answer.annotator == annotator for answer in self.project.answers.of(text)):
                # Their page has not heard yet that it is saved.
                return False
            elif not self.project.leases.take(annotator, text, self.project.settings.double_share):
                return True
        self._renewed[annotator] = time.monotonic()
        return False

    def next_text(self, annotator: int, order: Order) -> int | None:
        """Return the text that an annotator has open, or open the next one."""
        held = self.project.leases.held(annotator)
        if held is not None:
            return held
        with self.writing():
            return self.suggesting.next_text(annotator, order)

    def accept(self, text: int, annotator: int, labels: Sequence[Label], key_presses: int) -> None:
        """Save the entities of a text."""
        with self.writing():
            self.project.save(text, annotator, labels, key_presses=key_presses)
        self.suggesting.changed()

    def skip(self, text: int, annotator: int) -> None:
        """Pass over a text."""
        with self.writing():
            self.project.answers.skip(text, annotator)
        self.suggesting.changed()

    def undo(self, annotator: int, operation: int | None) -> tuple[str, int | None, Sequence[Label] | None] | None:
        """Undo what an annotator did last.

        Args:
            annotator: Number of the annotator.
            operation: Number of what is to be undone; if that was undone already, nothing is.

        Returns:
            What was undone, the text that it was done to, and the labels which that had, if any were saved; None if
            there was nothing.
        """
        last = self.project.history.last(annotator)
        if last is None or last.number != operation:
            return None
        answer = self.own_answer(last.text, annotator) if last.text is not None else None
        with self.writing():
            self.project.history.undo(annotator)
            if last.text is not None:
                self.project.leases.take(annotator, last.text, self.project.settings.double_share)
        self.suggesting.changed()
        return last.summary, last.text, answer.labels if answer else None

    def own_answer(self, text: int, annotator: int) -> Answer | None:
        """Return what an annotator said about a text, if they did."""
        answers = self.project.answers.of(text)
        return next((one for one in answers if one.annotator == annotator and not one.final and not one.skipped), None)

    def counted_answer(self, text: int) -> Answer | None:
        """Return the answer to a text that counts, if there is one."""
        answers = [answer for answer in self.project.answers.of(text) if not answer.skipped]
        return next((answer for answer in answers if answer.final), answers[0] if answers else None)

    def follow(self, text: int, annotator: int, labelled: Label | None, suggested: Label | None) -> None:
        """Put what the model suggests in the place of a label."""
        counted = self.counted_answer(text)
        labels = [label for label in counted.labels if not _same(label, labelled)] if counted else []
        if suggested is not None:
            labels.append(suggested)
        self.decide(text, annotator, labels, final=counted is not None and counted.annotator != annotator)

    def decide(self, text: int, annotator: int, labels: Iterable[Label], *, final: bool = True) -> None:
        """Save the entities of a text that was labelled before."""
        with self.writing():
            self.project.save(text, annotator, list(labels), final=final)
        self.suggesting.changed()

    def name_types(self, types: Mapping[str, str]) -> None:
        """Add the types that are not there yet.

        Args:
            types: The description of each; its name where there is none.
        """
        there = {each.name for each in self.project.types.all()}
        for name, description in types.items():
            if name not in there:
                self.add_type(self.annotator(""), name, "" if description == name else description)

    def add_type(self, annotator: int, name: str, description: str = "") -> EntityType:
        """Add a type in a color that no other one has."""
        taken = {each.color for each in self.project.types.all()}
        colors = colors_of(str(number) for number in range(len(taken) + 1)).values()
        color = next(color for color in colors if color not in taken)
        with self.writing():
            added = self.project.types.add(annotator, name, description, color)
        self.suggesting.changed()
        return added

    def set(self, annotator: int, *, nested: bool, double_share: float) -> None:
        """Change the settings."""
        settings = replace(self.project.settings, nested=nested, double_share=double_share)
        with self.writing():
            self.project.set(annotator, settings)
        self.suggesting.changed()

    def second_round(self, encoder: Path) -> None:
        """Suggest with another encoder from now on."""
        earlier, self.suggesting = self.suggesting, Suggesting(self.project, str(encoder))
        earlier.close()
        with self.writing():
            self.project.note_encoder(str(encoder))
        self.suggesting.start()


def _same(label: Label, other: Label | None) -> bool:
    return other is not None and label[:3] == other[:3]
