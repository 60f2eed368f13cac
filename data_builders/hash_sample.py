"""A random sample of a stream whose length is not known."""

from __future__ import annotations

import hashlib
import heapq
from typing import Generic, TypeVar

Item = TypeVar("Item")


class HashSample(Generic[Item]):
    """The items whose hash of seed and id is smallest, of all that were offered.

    A sample does not depend on the order of the stream; a smaller one of the same seed lies within a larger one;
    the items need no more memory than the sample. An id that is offered twice is one item.

    Args:
        size: How many to keep; all when there are fewer.
        seed: Another seed draws others.

    Example:
        ```python
        >>> sample = HashSample(2, seed=0)
        >>> for name in ("a", "b", "c", "d"):
        ...     sample.offer(name, name.upper())
        >>> sample.items()
        ['D', 'A']

        ```
    """

    def __init__(self, size: int, seed: int) -> None:
        if size < 1:
            raise ValueError(f"The size of the sample is {size}; it must be at least 1.")
        self._size = size
        self._seed = seed
        # Ranks are negative, so that the heap has on top what goes first when a better one comes.
        self._heap: list[tuple[int, str]] = []
        self._items: dict[str, Item] = {}

    def offer(self, id: str, item: Item) -> None:
        """Take the item in if it belongs to the sample so far."""
        if id in self._items:
            return
        digest = hashlib.sha256(f"{self._seed}:{id}".encode()).digest()
        entry = (-int.from_bytes(digest, "big"), id)
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, entry)
        elif entry > self._heap[0]:
            del self._items[heapq.heappushpop(self._heap, entry)[1]]
        else:
            return
        self._items[id] = item

    def items(self) -> list[Item]:
        """Return the sample in random order: its first items are a sample themselves."""
        return [self._items[id] for _, id in sorted(self._heap, reverse=True)]
