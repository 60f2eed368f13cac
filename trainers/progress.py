"""What long work shows: how much is done, how fast, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch.utils.data import DataLoader
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from nuner.data_builders.plain_console import PlainConsole

# Seconds until the first line where there is no terminal, and between two.
_FIRST_LINE, _LINES_APART = 1.0, 10.0


class Count:
    """How much of some work is done: a bar on a terminal, a line now and then elsewhere.

    Args:
        description: What is done.
        total: How much there is to do.
        unit: Of what.
        console: Where to write; the standard output when left out.
    """

    def __init__(self, description: str, total: int, unit: str, console: Console | None = None) -> None:
        self.description, self.total, self.unit, self.done = description, total, unit, 0
        self.console = console or PlainConsole()
        self.started = time.monotonic()
        self.next_line = self.started + _FIRST_LINE
        self.progress = _bar(self.console) if self.console.is_terminal else None
        if self.progress is not None:
            self.task = self.progress.add_task(description, total=total, note="")
            self.progress.start()

    def advance(self, number: int) -> None:
        """Count what was done since the last call.

        Args:
            number: How much it is.
        """
        self.done += number
        now = time.monotonic()
        rate = self.done / max(1e-9, now - self.started)
        if self.progress is not None:
            self.progress.update(self.task, completed=self.done, note=f"{_shown(rate)} {self.unit}/s")
        elif now >= self.next_line:
            self.next_line = now + _LINES_APART
            left = (self.total - self.done) / max(1e-9, rate)
            self.console.print(
                f"{self.description}: {self.done:,}/{self.total:,}  {_shown(rate)} {self.unit}/s  {left:.0f} s left",
                highlight=False,
            )

    def stop(self) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()


@contextmanager
def counted(
    description: str, total: int, unit: str, *, show: bool = True, console: Console | None = None
) -> Iterator[Callable[[int], None]]:
    """Show how much of some work is done for as long as the block runs.

    Args:
        description: What is done.
        total: How much there is to do.
        unit: Of what.
        show: Whether to show anything; the first of several processes does.
        console: Where to write; the standard output when left out.

    Yields:
        What is to be called with the number of units that were done since the last call.

    Example:
        ```python
        >>> from nuner.trainers.progress import counted
        >>> with counted("Tokenizing", 1000, "sentences") as advance:
        ...     advance(1000)

        ```
    """
    if not show:
        yield lambda _: None
        return
    count = Count(description, total, unit, console)
    try:
        yield count.advance
    finally:
        count.stop()


class TrainingProgress(TrainerCallback):
    """Show how a training run is doing: a live bar on a terminal, elsewhere a line a logging step and
    every ten seconds.

    Args:
        description: What is being trained.
        console: Where to write; the standard output when left out.
    """

    def __init__(self, description: str = "Training", console: Console | None = None) -> None:
        self.description = description
        self.console = console or PlainConsole()
        self.progress: Progress | None = None
        self.validation: Count | None = None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the display."""
        self.started, self.first_step, self.loss = time.monotonic(), state.global_step, ""
        self.next_line = self.started + _FIRST_LINE
        if state.is_world_process_zero and self.console.is_terminal:
            self.progress = _bar(self.console)
            self.task = self.progress.add_task(
                self.description, total=state.max_steps, completed=state.global_step, note=""
            )
            self.progress.start()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Move the bar."""
        if self.progress is not None:
            note = f"{self.loss}{_shown(self._rate(args, state))} sentences/s"
            self.progress.update(self.task, completed=state.global_step, note=note)
        elif state.is_world_process_zero and time.monotonic() >= self.next_line:
            self._print_line(args, state)

    def on_prediction_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        eval_dataloader: DataLoader | None = None,
        **kwargs: Any,
    ) -> None:
        """Count the batches of a validation."""
        if not state.is_world_process_zero or eval_dataloader is None:
            return
        if self.validation is None:
            if self.progress is not None:  # a terminal has one bar at a time
                self.progress.stop()
            self.validation = Count("Validation", len(eval_dataloader), "batches", self.console)
        self.validation.advance(1)

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Go back to the bar of the training."""
        if self.validation is not None:
            self.validation.stop()
            self.validation = None
        if self.progress is not None:
            self.progress.start()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Show the newest losses and metrics."""
        if not state.is_world_process_zero or not logs:
            return
        if "loss" in logs:
            self.loss = f"loss {logs['loss']:.4f}  "
            if self.progress is None and state.global_step > self.first_step:
                self._print_line(args, state)
        if "eval_average_precision" in logs:
            self.console.print(
                f"Validation after epoch {state.epoch:.1f}: average precision "
                f"{logs['eval_average_precision']:.4f}, F1 {logs['eval_f1']:.4f} at {logs['eval_threshold']:.3f}"
            )

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """End the display."""
        if self.progress is not None:
            self.progress.stop()
            self.progress = None

    def _print_line(self, args: TrainingArguments, state: TrainerState) -> None:
        self.next_line = time.monotonic() + _LINES_APART
        rate = self._rate(args, state)
        left = (state.max_steps - state.global_step) * self._batch(args) / rate
        self.console.print(
            f"{self.description}: step {state.global_step}/{state.max_steps}  {self.loss}"
            f"{_shown(rate)} sentences/s  {left:.0f} s left",
            highlight=False,
        )

    @staticmethod
    def _batch(args: TrainingArguments) -> int:
        return args.train_batch_size * args.gradient_accumulation_steps * args.world_size

    def _rate(self, args: TrainingArguments, state: TrainerState) -> float:
        done = (state.global_step - self.first_step) * self._batch(args)
        return done / max(1e-9, time.monotonic() - self.started)


def _shown(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("left", markup=False),
        console=console,
    )
