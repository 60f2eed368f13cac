"""How many keys it takes to bring what is suggested to what is right, on the page of the studio."""

from __future__ import annotations

from collections.abc import Sequence

Entity = tuple[int, int, int]
"""First word, last word and number of the type."""


def key_presses(right: Sequence[Entity], suggested: Sequence[Entity], words: int) -> int:
    """Count the keys by which a person who uses no mouse corrects suggestions and goes on.

    An arrow picks a word (the first one, or the last one, to begin with), one with Shift takes another word in, a key
    gives what is picked its type, in place of any suggestion that it overlaps; an arrow up or down chooses an entity,
    which then gets another type, or is rejected with X. Enter accepts.

    Args:
        right: The entities that shall be there.
        suggested: Those that are shown; none is labelling by hand.
        words: Number of words of the text.

    Returns:
        The number of keys.

    Example:
        ```python
        >>> from nuner.trainers.active_learning.key_presses import key_presses
        >>> cities = [(3, 3, 1), (5, 6, 1)]  # a flight from Rome to New York today
        >>> key_presses(cities, [], 8), key_presses(cities, [(3, 3, 1)], 8), key_presses(cities, cities, 8)
        (10, 5, 1)

        ```
    """
    missing = sorted(set(right) - set(suggested))
    wrong = sorted(set(suggested) - set(right))
    presses, chosen = 1, -1
    for place, entity in enumerate(sorted(suggested)):
        if entity not in wrong:
            continue
        same_words = [other for other in missing if other[:2] == entity[:2]]
        if not same_words and any(other[0] <= entity[1] and entity[0] <= other[1] for other in missing):
            continue  # what is marked takes its place
        presses += place - chosen + 1
        chosen = place
        for other in same_words[:1]:
            missing.remove(other)
    picked = None
    for first, last, _ in missing:
        from_left = abs(first - picked) if picked is not None else first + 1
        from_right = words - last if picked is None else words
        presses += max(1, min(from_left, from_right)) + (last - first) + 1
        picked = last
    return presses
