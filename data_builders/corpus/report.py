"""What a build kept and left out, stored beside the prepared data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ..rejections import Rejections
from .selection import KeptCounts

REPORT_FILENAME = "corpus-report.json"


@dataclass
class CorpusReport:
    """The account of one build.

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
        counts = KeptCounts(**{name: values[name] for name in asdict(KeptCounts())})
        return cls(counts, Rejections.from_list(values["rejections"]))
