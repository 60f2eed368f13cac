"""TadNER as one of the systems that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from datasets import Dataset

from ...baselines.rival_result import RivalResult
from ...baselines.tadner.arguments import TadNerArguments
from ...baselines.tadner.run import run_tadner
from .system import Place, System


@dataclass(frozen=True)
class TadNer(System):
    """Learn spans and types from the sample alone, with the names of the types (section 4.2).

    Args:
        arguments: How its two networks learn.
        descriptions: Type -> what is read in place of its name.
    """

    arguments: TadNerArguments = field(default_factory=TadNerArguments)
    descriptions: Mapping[str, str] = field(default_factory=dict)

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Train and apply both networks; see `System.run`."""
        assert place.bi_encoder is not None
        return run_tadner(
            train,
            test,
            encoder=place.bi_encoder,
            arguments=self.arguments,
            descriptions=self.descriptions,
            seed=seed,
            tell=tell,
        )
