"""Scores of a few-shot comparison: figures, table, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from nuner.data_builders.files.whole_files import write_whole

if TYPE_CHECKING:
    from rich.table import Table

AVERAGE = "average"

# Behind the name of an encoder: its heads start from the names of the types.
NAMED = " + names"

# Of so many k, mean and standard deviation stand beside one another; of more, one below the other.
_MOST_KS_ABREAST = 4

Scores = Mapping[str, Mapping[str, Mapping[int, list[float]]]]


@dataclass(frozen=True)
class FewShotResult:
    """What `compare_encoders` measured, in percent of macro-averaged token F1.

    Args:
        scores: Encoder -> data set -> k -> one score a seed.
        settings: What was measured, on what and how.

    Example:
        ```python
        >>> from nuner.trainers.few_shot.result import FewShotResult
        >>> scores = {"base": {"tickets": {1: [20.0, 30.0]}}, "new": {"tickets": {1: [30.0, 40.0]}}}
        >>> result = FewShotResult(scores, settings={})
        >>> result.mean("new", "tickets", k=1), result.gain("new")
        (35.0, 10.0)

        ```
    """

    scores: Scores
    settings: dict[str, Any]

    @property
    def encoders(self) -> list[str]:
        """Names of the encoders, those whose heads start from the names of the types at the end."""
        return list(self.scores)

    @property
    def data_sets(self) -> list[str]:
        """Names of the data sets."""
        return list(self.scores[self.encoders[0]])

    @property
    def ks(self) -> list[int]:
        """Sizes of the samples, ascending."""
        return list(self.scores[self.encoders[0]][self.data_sets[0]])

    def of(self, encoder: str, data_set: str, k: int) -> list[float]:
        """Return one score a seed; those of `average` are the means over the data sets.

        Args:
            encoder: Name of an encoder.
            data_set: Name of a data set, or `average` of all.
            k: Size of the samples.

        Returns:
            The scores, in percent.
        """
        if data_set != AVERAGE:
            return self.scores[encoder][data_set][k]
        by_seed = zip(*(scores[k] for scores in self.scores[encoder].values()), strict=True)
        return [fmean(scores) for scores in by_seed]

    def mean(self, encoder: str, data_set: str, k: int) -> float:
        """Return the mean over the seeds."""
        return fmean(self.of(encoder, data_set, k))

    def standard_deviation(self, encoder: str, data_set: str, k: int) -> float:
        """Return the sample standard deviation over the seeds; 0 where there is one seed."""
        scores = self.of(encoder, data_set, k)
        return stdev(scores) if len(scores) > 1 else 0.0

    def reference(self, encoder: str) -> str:
        """Name the encoder that gains are measured from: the first whose heads are fitted in the same way."""
        first = self.encoders[0]
        return first + NAMED if encoder.endswith(NAMED) and first + NAMED in self.scores else first

    def gain(self, encoder: str, data_set: str = AVERAGE, k: int | None = None) -> float:
        """Count the points of F1 above the encoder's `reference` at one k, or averaged over all k.

        Args:
            encoder: Name of an encoder.
            data_set: Name of a data set, or `average` of all.
            k: Size of the samples; all sizes, if not given.

        Returns:
            Mean F1 of the encoder minus that of the reference.
        """
        ks = self.ks if k is None else [k]
        reference = self.reference(encoder)
        return fmean(self.mean(encoder, data_set, n) - self.mean(reference, data_set, n) for n in ks)

    def to_dict(self) -> dict[str, Any]:
        """Return settings, every score, means, standard deviations and gains, ready for JSON."""
        rows = [*self.data_sets, AVERAGE]
        return {
            "measured": self.settings,
            "results": {
                encoder: {
                    data_set: {
                        str(k): {
                            "mean": self.mean(encoder, data_set, k),
                            "standard_deviation": self.standard_deviation(encoder, data_set, k),
                            "scores": self.of(encoder, data_set, k),
                        }
                        for k in self.ks
                    }
                    for data_set in rows
                }
                for encoder in self.encoders
            },
            "gains_over_first": {
                encoder: {
                    data_set: {
                        **{str(k): self.gain(encoder, data_set, k) for k in self.ks},
                        "mean": self.gain(encoder, data_set),
                    }
                    for data_set in rows
                }
                for encoder in self.encoders
                if encoder != self.reference(encoder)
            },
        }

    def to_json(self, path: str | Path) -> None:
        """Write `to_dict` to a file; its folder is made if need be."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n")

    def table(self) -> Table:
        """Make a rich table: mean and standard deviation for each data set, encoder and k, and the gains."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        several = len(self.data_sets) > 1
        tested = ", ".join(
            f"{name} {about['test_split']} ({about['test_sentences']} sentences)"
            for name, about in self.settings["data_sets"].items()
        )
        # So that the names have room in 80 columns.
        between = "\n" if len(self.ks) > _MOST_KS_ABREAST else " "
        table = Table(
            title="Few-shot comparison: frozen encoder + linear layer",
            caption=Text(
                "Macro-averaged token F1 without O in percent, mean ± standard deviation over "
                f"{len(self.settings['seeds'])} samples of k to 2k annotations a type; tested on {tested}"
            ),
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
        )
        table.add_column(overflow="fold")
        for k in self.ks:
            table.add_column(f"k={k}", justify="right", no_wrap=True)
        table.add_column("mean", justify="right", no_wrap=True)
        # With a single data set the average would only repeat it.
        for data_set in [*self.data_sets, AVERAGE] if several else self.data_sets:
            if several:
                table.add_row(Text(data_set, style="bold"))
            for encoder in self.encoders:
                means = [self.mean(encoder, data_set, k) for k in self.ks]
                spreads = [self.standard_deviation(encoder, data_set, k) for k in self.ks]
                cells = [f"{mean:.1f}{between}±{spread:.1f}" for mean, spread in zip(means, spreads, strict=True)]
                overall = fmean(self.mean(encoder, data_set, k) for k in self.ks)
                table.add_row(Text(encoder), *cells, f"{overall:.1f}")
                if encoder != self.reference(encoder):
                    gains = [f"{self.gain(encoder, data_set, k):+.1f}" for k in self.ks]
                    table.add_row("  gain", *gains, f"{self.gain(encoder, data_set):+.1f}", style="bold")
            table.add_section()
        return table
