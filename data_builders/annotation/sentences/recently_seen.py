"""Notice what occurred before, in bounded memory."""

from __future__ import annotations

import mmap

_WAYS = 8
_BYTES = 8


class RecentlySeen:
    """A table of fixed size with the hashes of what was seen; when it is full it forgets what is oldest.

    It never takes something new for something seen, as a Bloom filter would, so that no sentence is lost by it; it
    may take something seen for something new. Each hash has a bucket of eight places, in which what was seen last
    stands last. Pages of memory are used as they fill.

    Args:
        capacity: How many hashes there is room for, 8 bytes each.

    Example:
        ```python
        >>> seen = RecentlySeen()
        >>> [seen.add(number) for number in (7, 8, 7)]
        [False, False, True]

        ```
    """

    def __init__(self, capacity: int = 1 << 24) -> None:
        if capacity < 1:
            raise ValueError(f"capacity is {capacity}; it must be at least 1.")
        self._buckets = -(-capacity // _WAYS)
        self._table = memoryview(mmap.mmap(-1, self._buckets * _WAYS * _BYTES)).cast("Q")

    def add(self, number: int) -> bool:
        """Remember a hash.

        Args:
            number: An unsigned whole number of 64 bits, evenly distributed; 0 stands for an empty place and is
                never seen.

        Returns:
            Whether it was there.
        """
        start = number % self._buckets * _WAYS
        bucket = self._table[start : start + _WAYS]
        places = bucket.tolist()
        known = number in places
        # What is seen again moves to the end, so that frequent lines stay.
        at = places.index(number) if known else 0
        for index in range(at, _WAYS - 1):
            bucket[index] = places[index + 1]
        bucket[_WAYS - 1] = number
        return known and number != 0
