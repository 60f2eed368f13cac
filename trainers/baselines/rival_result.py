"""What a rival found in the test sentences, and what that took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RivalResult:
    """What each rival's `run.py` returns, so that all are scored alike.

    Args:
        tags: IOB2 tags of each test sentence, one a word.
        seconds_to_learn: Time from the training sentences to a system that is ready to be asked.
        seconds_to_find: Time for all test sentences.
        dollars: What a server asked for it, learning and finding together; None: not known.
        parameters: Number of parameters that are run to find entities; None: not known, as behind a server.
        details: Whatever else the rival counts, such as answers that could not be read, ready for JSON.

    Example:
        ```python
        >>> from nuner.trainers.baselines.rival_result import RivalResult
        >>> result = RivalResult([["B-city", "O"]], seconds_to_learn=2.0, seconds_to_find=0.5, parameters=22_000_000)
        >>> result.seconds_per_1000_sentences
        500.0

        ```
    """

    tags: list[list[str]]
    seconds_to_learn: float
    seconds_to_find: float
    dollars: float | None = 0.0
    parameters: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds_per_1000_sentences(self) -> float:
        """Time to find the entities of 1,000 sentences like those of the test."""
        return 1000 * self.seconds_to_find / len(self.tags)
