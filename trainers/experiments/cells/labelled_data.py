"""A labelled data set that a cell reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasets import DatasetDict

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS

from ...held_out import with_test_split
from .near_names import or_the_nearest


@dataclass(frozen=True)
class LabelledData:
    """Labelled sentences to sample from and to measure on.

    Args:
        source: What `load_labelled` takes.
        measure_on: `"test"`, or `"held-out"`: a fifth of the training sentences, so that something can be chosen
            without a look at the test split.
        options: Options of `load_labelled`, such as `scheme`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.labelled_data import LabelledData
        >>> {split: len(rows) for split, rows in LabelledData("support-tickets", "held-out").splits.items()}
        {'train': 320, 'test': 80}

        ```
    """

    source: str
    measure_on: str = "test"
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.source if self.measure_on == "test" else f"{self.source} (held out of train)"

    @cached_property
    def splits(self) -> DatasetDict:
        """The splits `train` and `test`, the latter as `measure_on` says."""
        options: Any = dict(self.options)
        try:
            splits: Any = load_labelled(self.source, **options)
        except FileNotFoundError as error:
            raise or_the_nearest(error, self.source, [SUPPORT_TICKETS]) from error
        if self.measure_on == "held-out":
            splits = DatasetDict({"train": splits["train"]}) if "train" in splits else splits
        return with_test_split(splits, self.source)[0]

    @cached_property
    def content(self) -> str:
        """A digest of all sentences and their tags."""
        digest = hashlib.sha256()
        for split in sorted({"train", "test"} & self.splits.keys()):
            rows = self.splits[split]
            content = [split, rows.features["ner_tags"].feature.names, rows["tokens"][:], rows["ner_tags"][:]]
            digest.update(json.dumps(content).encode())
        return digest.hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        # Another process reads the sentences itself.
        return {name: value for name, value in self.__dict__.items() if name != "splits"}
