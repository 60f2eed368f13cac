"""How fast, how patiently and how expensively a run asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..llm.cost import Prices
from ..llm.waiting import Backoff

_MOST_CONNECTIONS = 1000


@dataclass(frozen=True)
class RunSettings:
    """Settings of a run that do not change what is asked.

    Args:
        concurrency: Requests at once.
        sentences_per_request: Sentences in a request. With more than one, the client's prompt must be for several.
        requests_per_minute: Limit of the account, or None.
        tokens_per_minute: Limit of the account, tokens sent and received together, or None.
        max_attempts: A sentence that was asked about so often without a readable reply has failed.
        patience: Seconds for which a server may answer nothing at all before the run stops.
        backoff: Waiting times after faults.
        prices: Prices of a million tokens.
        max_cost: The most that the store may cost in all; needs prices.

    Raises:
        ValueError: A number is out of range.
    """

    concurrency: int = 16
    sentences_per_request: int = 1
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    max_attempts: int = 6
    patience: float = 600.0
    backoff: Backoff = field(default_factory=Backoff)
    prices: Prices | None = None
    max_cost: float | None = None

    def __post_init__(self) -> None:
        for name in ("concurrency", "sentences_per_request", "max_attempts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1.")
        if self.concurrency > _MOST_CONNECTIONS:
            raise ValueError(f"concurrency is {self.concurrency}; the HTTP client opens {_MOST_CONNECTIONS} at most.")
