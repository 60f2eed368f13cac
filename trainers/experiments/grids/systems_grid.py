"""Systems that learn from the same samples of the same data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from nuner.data_builders.labelled.load import entity_types
from nuner.modeling_nuner.devices import bf16_is_fast

from ...few_shot.samplings import K_TO_2K
from ..cells.encoder import Encoder
from ..cells.finding import Finding
from ..cells.trained_encoder import TrainedEncoder
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.measuring import SamplesSettings
from ..settings.reading import nearest
from ..settings.systems import SystemSettings
from ..systems.system import System
from .sampled_data import SampledData
from .training_notes import training_notes


@dataclass(frozen=True)
class SystemsGrid:
    """Systems x data sets x samples, as cells and as tables.

    Args:
        systems: Name -> the system.
        settings: On what they learn and are measured.
        sampling: What k counts, a key of `SAMPLINGS`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.grids.systems_grid import SystemsGrid
        >>> from nuner.trainers.experiments.settings.measuring import SamplesSettings
        >>> from nuner.trainers.experiments.settings.systems import FrozenSettings
        >>> settings = {"data_sets": {"tickets": "support-tickets"}, "ks": [4], "samples": 2}
        >>> frozen = FrozenSettings(method="frozen", encoder={"text_encoder": "roberta-base"})
        >>> grid = SystemsGrid({"RoBERTa": frozen}, SamplesSettings.model_validate(settings))
        >>> [cell.title for cell in grid.cells][1]
        'RoBERTa on tickets, k=4, sample 1'

        ```
    """

    systems: Mapping[str, SystemSettings]
    settings: SamplesSettings
    sampling: str = K_TO_2K

    @cached_property
    def sampled(self) -> SampledData:
        """The samples of each data set."""
        return SampledData(self.settings, self.sampling)

    @property
    def cells(self) -> list[Cell]:
        """All cells: what trains encoders, since tables have notes on it, then the systems, row by row.

        Raises:
            ValueError: If a system has the description of a type that no data set has.
        """
        self._check_descriptions()
        training = [run for runs in self._encoders.values() for run in runs if isinstance(run, TrainedEncoder)]
        finding = [self._cell(*run, *sample) for run, sample in product(self._runs(), self.sampled.samples())]
        cells: list[Cell] = []
        for cell in (*training, *finding):
            if cell not in cells:
                cells.append(cell)
        return cells

    def table(
        self, title: str, folder: ResultsFolder, metric: str, figure: Callable[[dict[str, Any]], float]
    ) -> ScoreTable:
        """Collect one of the figures. Gains are measured from the first system.

        Args:
            title: What is compared.
            folder: Where the results of all cells are.
            metric: What the figure is.
            figure: Takes it out of the result of a cell.

        Returns:
            The table, with a note for each k that a data set does not allow.
        """
        scores: dict[str, dict[str, dict[int, list[list[float]]]]] = {}
        for row, run in self._runs():
            groups = scores.setdefault(row, {})
            for data_set, k, sample in self.sampled.samples():
                runs = groups.setdefault(data_set, {}).setdefault(k, [[] for _ in self._encoders[row]])
                runs[run].append(figure(folder[self._cell(row, run, data_set, k, sample)]))
        trained = {row: [run for run in runs if run is not None] for row, runs in self._encoders.items()}
        first, *others = self.systems
        return ScoreTable(
            title,
            metric,
            scores,
            dict.fromkeys(others, first),
            notes=[*self.sampled.too_large, *training_notes(trained, folder)],
        )

    def result(self, row: str, folder: ResultsFolder) -> dict[str, Any]:
        """Return the first result of a system.

        Args:
            row: Its name.
            folder: Where the results of all cells are.
        """
        return folder[self._cell(row, 0, *next(self.sampled.samples()))]

    def _check_descriptions(self) -> None:
        types = {name for task in self.sampled.tasks.values() for name in entity_types(task.train)}
        for row, system in self.systems.items():
            for name in getattr(system, "descriptions", ()):
                if name not in types:
                    raise ValueError(
                        f"systems.{row}.descriptions: no data set has a type {name!r}; {nearest(name, types)}"
                    )

    @cached_property
    def _encoders(self) -> dict[str, Sequence[Encoder | TrainedEncoder | None]]:
        return {row: system.runs(row) for row, system in self.systems.items()}

    @cached_property
    def _built(self) -> dict[str, System]:
        bf16 = bf16_is_fast() if self.settings.bf16 is None else self.settings.bf16
        return {row: system.system(bf16) for row, system in self.systems.items()}

    def _runs(self) -> Iterator[tuple[str, int]]:
        for row, runs in self._encoders.items():
            for run in range(len(runs)):
                yield row, run

    def _cell(self, row: str, run: int, data_set: str, k: int, sample: int) -> Finding:
        system = self._built[row]
        if not system.learns:  # then the sample means nothing, and any will do
            k, sample = next(iter(self.sampled.tasks[data_set].samples))
        return Finding(
            row,
            data_set,
            system,
            self._encoders[row][run],
            self.sampled.data[data_set],
            k,
            sample,
            self.sampling,
            self.settings.max_test_sentences,
        )
