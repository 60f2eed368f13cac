"""What a corpus was built from and with, and what was left out: the content of `corpus-report.json`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..files.whole_files import write_whole
from ..rejections import Rejections
from .selection import KeptCounts

REPORT_FILENAME = "corpus-report.json"

# Names of options in reports that were written before the first release.
_SPELLED_BEFORE = {"normalise": "normalize"}


@dataclass
class CorpusReport:
    """The account of what a build kept and left out, as it lies beside prepared data.

    Args:
        counts: What became of the records that could be read.
        rejections: The records and annotations that could not be used, each with file and line.
    """

    counts: KeptCounts = field(default_factory=KeptCounts)
    rejections: Rejections = field(default_factory=Rejections)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            **asdict(self.counts),
            "rejected_records": self.rejections.count("record"),
            "rejected_annotations": self.rejections.count("annotation"),
            "rejection_reasons": self.rejections.counts(),
            "rejections": self.rejections.to_list(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CorpusReport:
        """Rebuild what `to_dict` returned."""
        # Reports of earlier versions lack what could not be chosen then.
        counts = KeptCounts(**{name: values[name] for name in asdict(KeptCounts()) if name in values})
        return cls(counts, Rejections.from_list(values["rejections"]))


@dataclass(frozen=True)
class BuildReport:
    """The account of a corpus in a folder of its own, and of the figures of one.

    Args:
        corpus: What it was built from: a configuration of `NuNerCorpus`, or the name of a store.
        options: What it was built with.
        splits: Split -> rows.
        data_files: The files of the configuration; None for a store.
        report: What was kept and left out of them; None for a store.
        yields: What became of the sentences of a store and their entities; None for files.
        statistics: `CorpusStatistics.to_dict()`, and of a store the `rarest` concepts; None where nothing was counted.
        review: Ids of the records that the page of a store's corpus shows for review; None for files.
    """

    corpus: str
    options: dict[str, Any]
    splits: dict[str, int]
    data_files: list[str] | None = None
    report: CorpusReport | None = None
    yields: dict[str, Any] | None = None
    statistics: dict[str, Any] | None = None
    review: list[str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the account as plain values, for JSON; what is None is left out."""
        values = {
            "corpus": self.corpus,
            "data_files": self.data_files,
            "options": self.options,
            "splits": self.splits,
            "report": None if self.report is None else self.report.to_dict(),
            "yields": self.yields,
            "statistics": self.statistics,
            "review": self.review,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> BuildReport:
        """Rebuild what `to_dict` returned."""
        report = values.get("report")
        return cls(
            **{
                **values,
                "options": {_SPELLED_BEFORE.get(name, name): value for name, value in values["options"].items()},
                "report": None if report is None else CorpusReport.from_dict(report),
            }
        )

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the account to a JSON file.

        Args:
            path: The file; `REPORT_FILENAME` in the folder of a corpus.
        """
        write_whole(path, json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n")

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> BuildReport:
        """Read an account that `write` has written.

        Args:
            path: The file.

        Raises:
            FileNotFoundError: If there is no such file.
        """
        return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
