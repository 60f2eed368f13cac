"""Find out which side of an entity is its text: where the reply does not say so, the sentence does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ...raw_entity import EitherWay, RawEntity

_BETWEEN_TEXTS = re.compile(r"[,;\u3001\uff0c]| and | und | et | y | e ")
_MOST_TEXTS = 200


def with_known_sides(entities: Iterable[RawEntity], stands: Callable[[str], bool]) -> Iterator[RawEntity]:
    """Return entities whose text is the side that stands in the sentence.

    All that can be meant either way is meant in the same one: the one in which more texts stand there.

    Args:
        entities: What `parse_reply` read.
        stands: Tells whether a text stands in the sentence.

    Example:
        ```python
        >>> [*with_known_sides([EitherWay("city", "Genoa")], "From Genoa to Lisbon".__contains__)]
        [RawEntity(text='Genoa', concept='city', description=None)]

        ```
    """
    entities = list(entities)
    unsure = [entity for entity in entities if isinstance(entity, EitherWay)]
    return _sided(entities, _is_swapped(unsure, stands), stands) if unsure else iter(entities)


def _is_swapped(unsure: list[EitherWay], stands: Callable[[str], bool]) -> bool:
    """Tell whether the concepts of entities are texts of the sentence, rather than their texts."""
    as_written = sum(_stands(entity.text, stands) for entity in unsure)
    other_way = sum(_stands(entity.concept, stands) for entity in unsure)
    if as_written != other_way or not as_written:
        return other_way > as_written
    # Names are written with capitals more often than concepts.
    capitals = [sum(side[:1].isupper() for side in sides) for sides in zip(*[e[:2] for e in unsure], strict=True)]
    return capitals[1] > capitals[0]


def _sided(entities: list[RawEntity], swapped: bool, stands: Callable[[str], bool]) -> Iterator[RawEntity]:
    for entity in entities:
        if not isinstance(entity, EitherWay):
            yield entity
            continue
        text, concept = (entity.concept, entity.text) if swapped else (entity.text, entity.concept)
        pieces = _pieces(text) if not stands(text) else [text]
        for piece in pieces if any(map(stands, pieces)) else [text]:
            yield RawEntity(piece, concept, entity.description)


def _stands(side: str, stands: Callable[[str], bool]) -> bool:
    return stands(side) or any(map(stands, _pieces(side)))


def _pieces(text: str) -> list[str]:
    """Divide a list of texts that was written as one."""
    pieces = _BETWEEN_TEXTS.split(text, _MOST_TEXTS)
    return [stripped for piece in pieces if (stripped := piece.strip())] if len(pieces) > 1 else []
