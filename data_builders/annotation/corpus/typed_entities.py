"""Entities of a reply to a prompt with types: each gets the type that the model means by its concept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ...raw_entity import EitherWay, RawEntity
from ..entity_types.type_names import TypeNames, says_no_type
from ..replies.concept_names import clean_concept
from ..replies.sides import with_known_sides

REJECTED = "a candidate that is of no type, by the model's own words"
UNKNOWN_TYPE = "not one of the types"


class TypedEntities(NamedTuple):
    """What is left of the entities of a reply, and what is not.

    Args:
        entities: Those whose concept is one of the types, by its own name.
        losses: Reason -> number of the others.
        unknown: Concept that is none of the types -> how often the reply has it.
    """

    entities: list[RawEntity]
    losses: Counter[str]
    unknown: Counter[str]


def typed_entities(entities: Iterable[RawEntity], types: TypeNames, stands: Callable[[str], bool]) -> TypedEntities:
    """Find the type of each entity of a reply.

    Args:
        entities: What `parse_reply` read.
        types: The types that were asked for.
        stands: Tells whether a text stands in the sentence.

    Returns:
        The entities that have one, and an account of the others.

    Example:
        ```python
        >>> found = [RawEntity("Rome", "Cities"), RawEntity("Po", "river"), RawEntity("new", "none")]
        >>> typed = typed_entities(found, TypeNames({"city": []}), "from Rome to the new Po".__contains__)
        >>> typed.entities, dict(typed.unknown)
        ([RawEntity(text='Rome', concept='city', description=None)], {'river': 1})

        ```
    """
    typed = TypedEntities([], Counter(), Counter())
    for entity in with_known_sides([_sided(entity, types) for entity in entities], stands):
        name = types.find(entity.concept)
        if name is not None:
            typed.entities.append(entity._replace(concept=name))
        elif says_no_type(entity.concept):
            typed.losses[REJECTED] += 1
        else:
            typed.losses[UNKNOWN_TYPE] += 1
            typed.unknown[clean_concept(entity.concept)] += 1
    return typed


def _sided(entity: RawEntity, types: TypeNames) -> RawEntity:
    """Where either side may be the text, the one that names a type is not."""
    if isinstance(entity, EitherWay):
        of_type = [types.find(side) is not None for side in (entity.text, entity.concept)]
        if of_type == [True, False]:
            return RawEntity(entity.concept, entity.text, entity.description)
        if of_type == [False, True]:
            return RawEntity(*entity)
    return entity
