"""One way to find entities, with what it must be told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from datasets import Dataset

from ...baselines.rival_result import RivalResult


@dataclass(frozen=True)
class Place:
    """Where a system works.

    Args:
        encoder: Folder or Hub id of a plain text encoder; None where the system has none.
        bi_encoder: The same with its concept encoder, if it has one.
        folder: For what the system must keep to go on after it was broken off.
    """

    encoder: Path | str | None
    bi_encoder: Path | str | None
    folder: Path


@dataclass(frozen=True)
class System(ABC):
    """One way to find entities: a frozen dataclass of all that its results depend on, besides encoder and data.

    Attributes:
        needs_concept_encoder: Whether its encoder must be a whole bi-encoder.
    """

    needs_concept_encoder: ClassVar[bool] = False

    @property
    def learns(self) -> bool:
        """Whether it looks at the training sentences' labels; otherwise it is run once for all samples."""
        return True

    def check(self) -> None:  # noqa: B027 - most need nothing
        """Find out before anything is computed whether what it needs is there, besides encoder and data.

        Raises:
            ValueError: If it cannot be used.
            FileNotFoundError: If it does not exist.
        """

    @abstractmethod
    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Learn from the training sentences, and find the entities of the test sentences.

        Args:
            train: The few-shot sample.
            test: The test sentences.
            place: Encoder and folder.
            seed: Of all that is drawn at random.
            tell: Called with what the user should know.

        Returns:
            What was found, and what it took.
        """
