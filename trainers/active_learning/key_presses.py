"""How many keys it takes to bring what is suggested to what is right, on the page of the studio."""

from __future__ import annotations

from collections.abc import Sequence

Entity = tuple[int, int, int]
"""First word, last word and number of the type."""


def key_presses(right: Sequence[Entity], suggested: Sequence[Entity], words: int) -> int:
    """Count the keys by which a person who uses no mouse corrects suggestions and goes on.

    The person goes from left to right, each time by the shortest way. The first suggestion is chosen to begin with, an
    arrow up or down chooses another entity, X rejects the chosen one. An arrow to the left or right picks the word
    beside the chosen entity, one with Shift takes a word in or leaves it out; with nothing chosen (Esc) they begin at
    the ends of the text. The key of a type makes an entity of what is picked, in place of any suggestion that it
    overlaps, or gives the chosen one that type. Enter accepts.

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
    shown, chosen = sorted(suggested), 0
    missing = set(right) - set(suggested)
    rejected = {each for each in set(shown) - set(right) if not any(_overlap(each, other) for other in missing)}
    presses = 1
    for entity in sorted(missing | rejected):
        ways = [
            _choosing(place, chosen, len(shown)) + _picking(entity, other, words) for place, other in enumerate(shown)
        ]
        if entity in rejected:
            place = shown.index(entity)
            presses += ways[place] + 1
            del shown[place]
            chosen = place
        else:
            from_nothing = int(chosen < len(shown)) + _picking(entity, None, words)
            presses += min([from_nothing, *ways]) + 1
            shown = sorted([entity, *(each for each in shown if each in right or not _overlap(each, entity))])
            chosen = shown.index(entity)
    return presses


def _overlap(one: Entity, other: Entity) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _choosing(place: int, chosen: int, entities: int) -> int:
    """Count the arrows up or down, which go around, from the chosen entity to another one."""
    if chosen == entities:  # nothing is chosen: they begin at the ends
        return min(place + 1, entities - place)
    return min(abs(place - chosen), entities - abs(place - chosen))


def _picking(entity: Entity, chosen: Entity | None, words: int) -> int:
    """Count the arrows from the chosen entity, or from nothing, to exactly the words of an entity."""
    first, last, _ = entity
    if chosen is None:
        return min(last + 1, words - first)
    # With Shift, the first word of the chosen entity stays, and the other end moves.
    ways = [abs(last - chosen[1])] if first == chosen[0] else [chosen[1] - first] if last == chosen[0] else []
    for beside in (max(chosen[0] - 1, 0), min(chosen[1] + 1, words - 1)):
        ways.append(1 + min(abs(first - beside), abs(last - beside)) + last - first)
    return min(ways)
