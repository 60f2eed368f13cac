"""A progress display with loss, throughput and time left."""

from __future__ import annotations

import time
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
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from nuner.data_builders.plain_console import PlainConsole


class TrainingProgress(TrainerCallback):
    """Show how a training run is doing: a live bar on a terminal, a line a logging step elsewhere.

    Args:
        description: What is being trained.
        console: Where to write; the standard output when left out.
    """

    def __init__(self, description: str = "Training", console: Console | None = None) -> None:
        self.description = description
        self.console = console or PlainConsole()
        self.progress: Progress | None = None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the display."""
        self.started, self.first_step, self.loss = time.monotonic(), state.global_step, ""
        if state.is_world_process_zero and self.console.is_terminal:
            self.progress = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[note]}", markup=False),
                TimeElapsedColumn(),
                TextColumn("left", markup=False),
                TimeRemainingColumn(),
                console=self.console,
            )
            self.task = self.progress.add_task(
                self.description, total=state.max_steps, completed=state.global_step, note=""
            )
            self.progress.start()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Move the bar."""
        if self.progress is not None:
            note = f"{self.loss}{self._rate(args, state):.0f} sentences/s"
            self.progress.update(self.task, completed=state.global_step, note=note)

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
                rate = self._rate(args, state)
                left = (state.max_steps - state.global_step) * self._batch(args) / rate
                self.console.print(
                    f"{self.description}: step {state.global_step}/{state.max_steps}  {self.loss}"
                    f"{rate:.0f} sentences/s  {left:.0f} s left"
                )
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

    @staticmethod
    def _batch(args: TrainingArguments) -> int:
        return args.train_batch_size * args.gradient_accumulation_steps * args.world_size

    def _rate(self, args: TrainingArguments, state: TrainerState) -> float:
        done = (state.global_step - self.first_step) * self._batch(args)
        return done / max(1e-9, time.monotonic() - self.started)
