"""Rows of encoders, measured on the same samples of the same data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nuner.modeling_nuner.devices import bf16_is_fast

from ..cells.encoder import Encoder
from ..cells.few_shot import FewShot
from ..cells.labelled_data import LabelledData
from ..cells.pretraining import Pretraining
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.measuring import MeasuringSettings
from .training_notes import training_notes

METRIC = "macro-averaged token F1 without O, in percent"


@dataclass(frozen=True)
class FewShotGrid:
    """Encoders x data sets, as cells and as a table.

    Args:
        rows: Name -> the encoder, or what trains it, once for each run.
        settings: On what they are measured, and how.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.settings.measuring import MeasuringSettings
        >>> from nuner.trainers.experiments.grids.few_shot_grid import FewShotGrid
        >>> settings = MeasuringSettings.model_validate({"data_sets": {"tickets": "support-tickets"}})
        >>> [cell.title for cell in FewShotGrid({"RoBERTa": [Encoder("roberta-base")]}, settings).cells]
        ['Measuring RoBERTa on tickets']

        ```
    """

    rows: Mapping[str, Sequence[Encoder | Pretraining]]
    settings: MeasuringSettings

    @cached_property
    def _data(self) -> dict[str, LabelledData]:
        """The data sets, each once: they remember what they have read."""
        settings = self.settings
        return {name: data_set.data(settings.measure_on) for name, data_set in settings.data_sets.items()}

    def cell(self, row: str, run: int, data_set: str) -> FewShot:
        """Return the cell that measures one run of a row on a data set.

        Args:
            row: Name of the row.
            run: Number of the run.
            data_set: Name of the data set.
        """
        settings = self.settings
        return FewShot(
            row,
            data_set,
            self.rows[row][run],
            self._data[data_set],
            settings.ks,
            settings.samples,
            settings.max_test_sentences,
            settings.names,
            bf16_is_fast() if settings.bf16 is None else settings.bf16,
        )

    @property
    def cells(self) -> list[Cell]:
        """All cells, each once: row by row what trains, since tables have figures of it, and what measures."""
        cells: list[Cell] = []
        for row, runs in self.rows.items():
            for run, encoder in enumerate(runs):
                training = [encoder] if isinstance(encoder, Pretraining) else []
                measuring = [self.cell(row, run, data_set) for data_set in self.settings.data_sets]
                cells += [cell for cell in (*training, *measuring) if cell not in cells]
        return cells

    def table(
        self,
        title: str,
        folder: ResultsFolder,
        references: Mapping[str, str],
        *,
        notes: Sequence[str] = (),
        **shown: Any,
    ) -> ScoreTable:
        """Collect the scores.

        Args:
            title: What is compared.
            folder: Where the results of all cells are.
            references: Row -> row that its gain is measured from.
            notes: What a reader must know of this comparison.
            **shown: `x` and `series` of `ScoreTable`.

        Returns:
            The table, with notes on what the rows learnt from, and on each k that a data set does not allow.
        """
        scores: dict[str, dict[str, dict[int, list[list[float]]]]] = {}
        all_notes = dict.fromkeys([*notes, *self._training_sizes(folder)])
        for row, runs in self.rows.items():
            scores[row] = {}
            for data_set in self.settings.data_sets:
                results = [folder[self.cell(row, run, data_set)] for run in range(len(runs))]
                of_ks = {k: [result["scores"][k] for result in results] for k in results[0]["scores"]}
                scores[row][data_set] = {int(k): of_runs for k, of_runs in of_ks.items()}
                all_notes |= dict.fromkeys(results[0]["left_out"].values())
                all_notes |= {f"{row}: {each['no_vectors']}": None for each in results if each["no_vectors"]}
        all_notes |= dict.fromkeys(training_notes(self.rows, folder))
        return ScoreTable(title, METRIC, scores, references, notes=list(all_notes), **shown)

    def trainings(self, folder: ResultsFolder) -> dict[str, dict[str, Any]]:
        """Return what the first run of each row that is trained told of its training: row -> figures.

        Args:
            folder: Where the results of all cells are.
        """
        return {row: folder[runs[0]] for row, runs in self.rows.items() if isinstance(runs[0], Pretraining)}

    def _training_sizes(self, folder: ResultsFolder) -> Iterator[str]:
        trainings = self.trainings(folder)
        if trainings:
            yield "Training sentences / annotations / concepts / steps: " + "; ".join(
                f"{row}: {figures['sentences']['train']:,} / {figures['annotations']:,} / {figures['concepts']:,} / "
                f"{figures['steps']:,}"
                for row, figures in trainings.items()
            )
