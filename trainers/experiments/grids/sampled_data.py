"""The samples that all rows of a table learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...few_shot.samplings import K_TO_2K, SAMPLINGS
from ...few_shot.task import FewShotTask, prepare_task
from ..cells.labelled_data import LabelledData
from ..settings.measuring import SamplesSettings


@dataclass(frozen=True)
class SampledData:
    """Data sets and the samples that are drawn from them.

    Args:
        settings: Which data sets, and how many samples of which sizes.
        sampling: What k counts, a key of `SAMPLINGS`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.grids.sampled_data import SampledData
        >>> from nuner.trainers.experiments.settings.measuring import SamplesSettings
        >>> settings = {"data_sets": {"tickets": "support-tickets"}, "ks": [4], "samples": 2}
        >>> list(SampledData(SamplesSettings.model_validate(settings)).samples())
        [('tickets', 4, 0), ('tickets', 4, 1)]

        ```
    """

    settings: SamplesSettings
    sampling: str = K_TO_2K

    @cached_property
    def data(self) -> dict[str, LabelledData]:
        """The data sets, one object each: it is read once, not for each cell."""
        return {name: data_set.data(self.settings.measure_on) for name, data_set in self.settings.data_sets.items()}

    @cached_property
    def tasks(self) -> dict[str, FewShotTask]:
        """The samples of each data set.

        Raises:
            ValueError: If a data set allows none.
            FileNotFoundError: If a data set does not exist.
        """
        settings = self.settings
        return {
            name: prepare_task(
                data.splits,
                name,
                settings.ks,
                settings.samples,
                max_test_sentences=settings.max_test_sentences,
                sampling=SAMPLINGS[self.sampling],
            )
            for name, data in self.data.items()
        }

    @property
    def too_large(self) -> list[str]:
        """A sentence for each k that a data set does not allow."""
        return [reason for task in self.tasks.values() for reason in task.too_large.values()]

    def samples(self) -> Iterator[tuple[str, int, int]]:
        """Yield data set, k and number of each sample."""
        for data_set, task in self.tasks.items():
            for k, sample in task.samples:
                yield data_set, k, sample
