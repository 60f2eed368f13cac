"""Recognizers that are fine-tuned on the same samples of the same data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from nuner.modeling_nuner.devices import bf16_is_fast

from ...few_shot.samplings import K_TO_2K
from ..cells.encoder import Encoder
from ..cells.fine_tuning import FineTuning
from ..cells.trained_encoder import TrainedEncoder
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.fine_tuning import FineTuningSettings
from ..settings.measuring import SamplesSettings
from .sampled_data import SampledData
from .training_notes import training_notes


@dataclass(frozen=True)
class FineTuningGrid:
    """Encoders x recipes x data sets x samples, as cells and as tables.

    Args:
        encoders: Name -> the encoder, or what trains it, once for each run.
        recipes: Name -> how all of it is fine-tuned.
        settings: On what they learn and are measured.
        sampling: What k counts, a key of `SAMPLINGS`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.grids.fine_tuning_grid import FineTuningGrid
        >>> from nuner.trainers.experiments.settings.fine_tuning import FineTuningSettings
        >>> from nuner.trainers.experiments.settings.measuring import SamplesSettings
        >>> settings = SamplesSettings.model_validate(
        ...     {"data_sets": {"tickets": "support-tickets"}, "ks": [4], "samples": 2}
        ... )
        >>> grid = FineTuningGrid({"RoBERTa": [Encoder("roberta-base")]}, {"default": FineTuningSettings()}, settings)
        >>> [cell.title for cell in grid.cells][1]
        'Fine-tuning RoBERTa, default on tickets, k=4, sample 1'

        ```
    """

    encoders: Mapping[str, Sequence[Encoder | TrainedEncoder]]
    recipes: Mapping[str, FineTuningSettings]
    settings: SamplesSettings
    sampling: str = K_TO_2K

    @cached_property
    def sampled(self) -> SampledData:
        """The samples of each data set."""
        return SampledData(self.settings, self.sampling)

    @property
    def cells(self) -> list[Cell]:
        """All cells: what trains encoders, since tables have notes on it, then what fine-tunes them, row by row."""
        training = [run for runs in self.encoders.values() for run in runs if isinstance(run, TrainedEncoder)]
        fine_tuning = [self._cell(*run, *sample) for run, sample in product(self._runs(), self.sampled.samples())]
        return [*training, *fine_tuning]

    def table(self, title: str, folder: ResultsFolder, metric: str, score: str) -> ScoreTable:
        """Collect one of the scores. Gains are measured from the first encoder with the same recipe.

        Args:
            title: What is compared.
            folder: Where the results of all cells are.
            metric: What the score is.
            score: Its name in the results.

        Returns:
            The table, with a note for each k that a data set does not allow.
        """
        scores: dict[str, dict[str, dict[int, list[list[float]]]]] = {}
        for encoder, run, recipe in self._runs():
            groups = scores.setdefault(row_name(encoder, recipe), {})
            for data_set, k, sample in self.sampled.samples():
                runs = groups.setdefault(data_set, {}).setdefault(k, [[] for _ in self.encoders[encoder]])
                result = folder[self._cell(encoder, run, recipe, data_set, k, sample)]
                runs[run].append(result["scores"][score])
        first, *others = self.encoders
        references = {row_name(other, recipe): row_name(first, recipe) for other in others for recipe in self.recipes}
        return ScoreTable(
            title, metric, scores, references, notes=[*self.sampled.too_large, *training_notes(self.encoders, folder)]
        )

    def _runs(self) -> Iterator[tuple[str, int, str]]:
        for encoder, recipe in product(self.encoders, self.recipes):
            for run in range(len(self.encoders[encoder])):
                yield encoder, run, recipe

    def _cell(self, encoder: str, run: int, recipe: str, data_set: str, k: int, sample: int) -> FineTuning:
        settings, how = self.settings, self.recipes[recipe]
        return FineTuning(
            row_name(encoder, recipe),
            data_set,
            self.encoders[encoder][run],
            self.sampled.data[data_set],
            k,
            sample,
            self.sampling,
            settings.max_test_sentences,
            how.preset,
            how.arguments,
            bf16_is_fast() if settings.bf16 is None else settings.bf16,
        )


def row_name(encoder: str, recipe: str) -> str:
    """Return what tables call an encoder that is fine-tuned by a recipe.

    Args:
        encoder: Name of the encoder.
        recipe: Name of the recipe.
    """
    return f"{encoder}, {recipe}"
