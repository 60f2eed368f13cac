"""Rows of encoders, measured on the same samples of the same data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nuner.modeling_nuner.devices import bf16_is_fast

from ..cells.encoder import Encoder
from ..cells.few_shot import FewShot
from ..cells.pretraining import Pretraining
from ..results.score_table import ScoreTable
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
            settings.data_sets[data_set].data(settings.measure_on),
            settings.ks,
            settings.samples,
            settings.max_test_sentences,
            settings.names,
            bf16_is_fast() if settings.bf16 is None else settings.bf16,
        )

    @property
    def cells(self) -> list[FewShot]:
        """All cells, row by row."""
        return [
            self.cell(row, run, data_set)
            for row, runs in self.rows.items()
            for run in range(len(runs))
            for data_set in self.settings.data_sets
        ]

    def table(self, title: str, folder: ResultsFolder, references: Mapping[str, str], **shown: Any) -> ScoreTable:
        """Collect the scores.

        Args:
            title: What is compared.
            folder: Where the results of all cells are.
            references: Row -> row that its gain is measured from.
            **shown: `x` and `series` of `ScoreTable`.

        Returns:
            The table, with a note for each k that a data set does not allow.
        """
        scores: dict[str, dict[str, dict[int, list[list[float]]]]] = {}
        notes: dict[str, None] = {}
        for row, runs in self.rows.items():
            scores[row] = {}
            for data_set in self.settings.data_sets:
                results = [folder[self.cell(row, run, data_set)] for run in range(len(runs))]
                of_ks = {k: [result["scores"][k] for result in results] for k in results[0]["scores"]}
                scores[row][data_set] = {int(k): of_runs for k, of_runs in of_ks.items()}
                notes |= dict.fromkeys(results[0]["left_out"].values())
        return ScoreTable(
            title, METRIC, scores, references, notes=[*notes, *training_notes(self.rows, folder)], **shown
        )
