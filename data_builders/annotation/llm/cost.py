"""What a run costs, and a limit that it does not pass."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """Tokens that were paid for.

    Args:
        prompt_tokens: Tokens sent.
        completion_tokens: Tokens received, those of a model's thoughts included.

    Example:
        ```python
        >>> Usage(100, 20) + Usage(1, 2)
        Usage(prompt_tokens=101, completion_tokens=22)

        ```
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens)


NO_USAGE = Usage()


@dataclass(frozen=True)
class Prices:
    """Prices for a million tokens, in any currency.

    Args:
        prompt: For a million tokens sent.
        completion: For a million tokens received.

    Example:
        ```python
        >>> Prices(0.4, 1.6).cost(Usage(1_000_000, 500_000))
        1.2

        ```
    """

    prompt: float
    completion: float

    def __post_init__(self) -> None:
        if self.prompt < 0 or self.completion < 0:
            raise ValueError(f"the prices {self.prompt:g} and {self.completion:g} must not be negative.")

    def cost(self, usage: Usage) -> float:
        """Return what a number of tokens costs."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion) / 1e6


class BudgetSpent(Exception):
    """Another request could pass the limit."""


class Budget:
    """A limit on the cost of a store. Requests reserve the most that they can cost before they are sent.

    Args:
        limit: The most to spend on the store in all, or None.
        prices: The prices; needed with a limit.
        spent: What the store has cost so far.

    Raises:
        ValueError: If there is a limit and no prices, or the limit is not above 0.
    """

    def __init__(self, limit: float | None, prices: Prices | None, spent: Usage) -> None:
        if limit is not None and prices is None:
            raise ValueError("a limit on the cost needs the prices of a million tokens, sent and received.")
        if limit is not None and limit <= 0:
            raise ValueError(f"a cost limit of {limit:g} lets nothing through; it must be above 0.")
        self._limit = limit
        self._prices = prices or Prices(0.0, 0.0)
        self._spent = spent
        self._reserved = NO_USAGE
        self._lost = NO_USAGE
        self._changed = asyncio.Event()

    async def reserve(self, most: Usage) -> None:
        """Reserve the most that a request can cost; wait for other requests to give back what they did not use.

        Raises:
            BudgetSpent: If no request is under way and this one could pass the limit.
        """
        while not self.fits(most):
            if self._reserved == NO_USAGE:
                raise BudgetSpent
            self._changed.clear()
            await self._changed.wait()
        self._reserved += most

    def fits(self, most: Usage) -> bool:
        """Tell whether a request can be sent now."""
        return (
            self._limit is None or self._prices.cost(self._spent + self._reserved + self._lost + most) <= self._limit
        )

    def settle(self, most: Usage, spent: Usage) -> None:
        """Give back what a request reserved.

        Args:
            most: What it had reserved.
            spent: What the store has cost by now, this request and those of other processes included.
        """
        self._give_back(most)
        self._spent = max(self._spent, spent, key=self._prices.cost)

    def count_as_lost(self, most: Usage) -> None:
        """Count a request in full, since its answer was lost and it may have to be paid for."""
        self._give_back(most)
        self._lost += most

    def _give_back(self, most: Usage) -> None:
        self._reserved += Usage(-most.prompt_tokens, -most.completion_tokens)
        self._changed.set()
