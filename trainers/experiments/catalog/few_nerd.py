"""Experiment: few-shot methods on Few-NERD's episodes (section 4.2; table 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import Field, field_validator, model_validator

from ...episodes.episode_groups import f1_of_groups
from ...episodes.evaluation import SpanCounts
from ..cells.encoder import Encoder
from ..cells.episodes.measuring import EpisodeMeasuring
from ..cells.episodes.methods import EPISODE_METHODS
from ..cells.episodes.sets import EpisodeSet
from ..cells.labelled_data import LabelledData
from ..cells.trained_encoder import TrainedEncoder
from ..experiment import Experiment
from ..grids.training_notes import training_notes
from ..results.claims import Claim, gains_everywhere
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import EncoderSettings, Seed
from ..settings.episodes import BenchmarkSettings, MethodSettings
from ..settings.reading import Settings

METRIC = "micro-averaged F1 of entities over all episodes, in percent"

# Enough for a bootstrap to draw from, and as many in each task, whatever its number of episodes.
_MOST_GROUPS = 20


class FewNerdSettings(Settings):
    """Settings of the experiment.

    Args:
        encoders: Name -> encoder; gains are measured from the first, with the same method.
        methods: Name -> few-shot method.
        benchmarks: Name -> episodes, such as those of INTRA and INTER; a table each.
        ways: Numbers of types of an episode.
        shots: K, where the support of an episode has K to 2K entities of each type.
        seeds: Of what methods learn before they meet the episodes.
    """

    encoders: dict[str, EncoderSettings] = Field(min_length=1)
    methods: dict[str, MethodSettings] = Field(min_length=1)
    benchmarks: dict[str, BenchmarkSettings] = Field(min_length=1)
    ways: tuple[int, ...] = Field((5, 10), min_length=1)
    shots: tuple[int, ...] = Field((1, 5), min_length=1)
    seeds: tuple[Seed, ...] = Field((0,), min_length=1)

    @field_validator("ways", "shots", "seeds")
    @classmethod
    def _different(cls, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(numbers)) < len(numbers):
            raise ValueError("one of them is there twice")
        return numbers

    @field_validator("ways", "shots")
    @classmethod
    def _at_least_one(cls, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if min(numbers) < 1:
            raise ValueError("each must be at least 1")
        return tuple(sorted(numbers))

    @model_validator(mode="after")
    def _told_apart(self) -> FewNerdSettings:
        row, times = Counter(_row(*pair) for pair in product(self.methods, self.encoders)).most_common(1)[0]
        if times > 1:
            raise ValueError(f"two rows would be called {row!r}: a method or an encoder needs another name")
        return self


@dataclass(frozen=True)
class _Grid:
    """Methods x encoders x episodes x seeds, as cells and as tables."""

    settings: FewNerdSettings

    @cached_property
    def _encoders(self) -> dict[str, Sequence[Encoder | TrainedEncoder]]:
        return {name: encoder.runs(name) for name, encoder in self.settings.encoders.items()}

    @cached_property
    def _episodes(self) -> dict[tuple[str, int, int], tuple[EpisodeSet, EpisodeSet | None]]:
        # One object each: they are read once, not for each cell.
        return {
            (name, way, shot): (benchmark.measured(way, shot), benchmark.training(way, shot))
            for name, benchmark in self.settings.benchmarks.items()
            for way, shot in self._tasks()
        }

    @cached_property
    def _sentences(self) -> dict[str, LabelledData | None]:
        return {name: benchmark.sentences_before() for name, benchmark in self.settings.benchmarks.items()}

    def _tasks(self) -> Iterator[tuple[int, int]]:
        return product(self.settings.ways, self.settings.shots)

    @property
    def cells(self) -> list[Cell]:
        """What trains encoders, since tables have notes on it, then what measures, row by row."""
        cells: list[Cell] = [
            run for runs in self._encoders.values() for run in runs if isinstance(run, TrainedEncoder)
        ]
        for benchmark, method, encoder in product(self.settings.benchmarks, self.settings.methods, self._encoders):
            for run, task, seed in product(self._encoders[encoder], self._tasks(), self.settings.seeds):
                cell = self._cell(benchmark, method, encoder, run, *task, seed)
                cells += [cell] if cell not in cells else []
        return cells

    def table(self, benchmark: str, folder: ResultsFolder) -> ScoreTable:
        """Collect the scores of a benchmark: a group for each number of types, a run for each encoder and seed."""
        settings = self.settings
        episodes = {task: len(self._episodes[(benchmark, *task)][0].episodes) for task in self._tasks()}
        samples = min(_MOST_GROUPS, *episodes.values())
        scores: dict[str, dict[str, dict[int, list[list[float]]]]] = {}
        for (method, encoder), task in product(product(settings.methods, settings.encoders), self._tasks()):
            way, shot = task
            scores.setdefault(_row(method, encoder), {}).setdefault(f"{way}-way", {})[shot] = [
                [100 * f1 for f1 in f1_of_groups([SpanCounts(*each) for each in result["of_episodes"]], samples)]
                for result in self._results(benchmark, method, encoder, task, folder)
            ]
        first, *others = settings.encoders
        return ScoreTable(
            f"{benchmark}: k to 2k entities of each type in the support",
            METRIC,
            scores,
            {_row(method, other): _row(method, first) for method in settings.methods for other in others},
            notes=[
                "Episodes: " + ", ".join(f"{number:,} of {_task_name(*task)}" for task, number in episodes.items()),
                "Seeds are of what a method learns before: one that learns nothing has the same score with each",
                *training_notes(self._encoders, folder),
            ],
            samples_are="groups of episodes",
            runs_are="seeds",
        )

    def _results(
        self, benchmark: str, method: str, encoder: str, task: tuple[int, int], folder: ResultsFolder
    ) -> list[dict[str, Any]]:
        """Return what was measured with each encoder of a name and, for each of these, each seed."""
        runs = self._encoders[encoder]
        if len(runs) == 1:
            # Once for each pre-training of the others, so that seeds are paired with seeds.
            runs = [*runs] * max(map(len, self._encoders.values()))
        return [
            folder[self._cell(benchmark, method, encoder, run, *task, seed)]
            for run, seed in product(runs, self.settings.seeds)
        ]

    def _cell(
        self, benchmark: str, method: str, encoder: str, run: Encoder | TrainedEncoder, way: int, shot: int, seed: int
    ) -> EpisodeMeasuring:
        how = self.settings.methods[method]
        known = EPISODE_METHODS[how.method]
        measured, training = self._episodes[benchmark, way, shot]
        sentences = self._sentences[benchmark] if known.from_sentences else None
        learns = (training or sentences) is not None and known.learns(known.arguments(how.arguments))
        return EpisodeMeasuring(
            _row(method, encoder),
            f"{benchmark} {_task_name(way, shot)}",
            how.method,
            run,
            measured,
            training if sentences is None else None,
            sentences,
            how.arguments,
            # Without anything to learn, one measurement is that of all seeds.
            seed if learns else self.settings.seeds[0],
        )


def _row(method: str, encoder: str) -> str:
    return f"{method}, {encoder}"


def _task_name(way: int, shot: int) -> str:
    return f"{way}-way {shot}~{2 * shot}"


def _cells(settings: FewNerdSettings) -> list[Cell]:
    return _Grid(settings).cells


def _tables(settings: FewNerdSettings, folder: ResultsFolder) -> list[ScoreTable]:
    grid = _Grid(settings)
    return [grid.table(benchmark, folder) for benchmark in settings.benchmarks]


def _claims(settings: FewNerdSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    return [gains_everywhere(table, row, reference) for table in tables for row, reference in table.references.items()]


FEW_NERD = Experiment(
    name="few-nerd",
    title="Few-shot methods on Few-NERD",
    section="4.2",
    question="What does the encoder change about methods that are made for a handful of examples?",
    settings=FewNerdSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
