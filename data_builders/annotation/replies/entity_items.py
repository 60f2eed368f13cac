"""Read single entities out of values of JSON: objects with names for their parts, and pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...raw_entity import EitherWay, RawEntity
from ...surrogates import without_lone_surrogates
from .entity_keys import CONCEPT, DESCRIPTION, PARTS, TEXT, UNSURE, names_a_part, part

_NAMES_OF_A_PART = ("text", "name", "value", "label", "type", "concept")


def entities_of(named: dict[str, Any]) -> Iterator[RawEntity]:
    """Yield the entities of an object with names for their parts; several where a part is a list."""
    if PARTS.isdisjoint(named):
        return
    text_name = part(named, TEXT)
    concept_name = part(named, CONCEPT, text_name)
    if text_name is not None and concept_name is None and text_name in CONCEPT and len(named) > 1:
        concept_name, text_name = text_name, part(named, TEXT, text_name)
    if text_name is None or concept_name is None:
        return
    description_name = part(named, DESCRIPTION)
    description = named.get(description_name) if description_name is not None else None
    description = cleaned(description) if isinstance(description, str) else None
    kind = EitherWay if text_name in UNSURE and concept_name in UNSURE else RawEntity
    texts, concepts = _strings(named[text_name]), _strings(named[concept_name], numbers=False)
    if not texts or not concepts or (len(texts) != len(concepts) and 1 not in (len(texts), len(concepts))):
        return  # nothing says which belong together
    count = max(len(texts), len(concepts))
    texts, concepts = (sides * count if len(sides) == 1 else sides for sides in (texts, concepts))
    for text, concept in zip(texts, concepts, strict=True):
        yield kind(text, concept, description)


def _strings(value: Any, numbers: bool = True) -> list[str]:
    strings = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and (name := part(one, _NAMES_OF_A_PART)) is not None:
            one = one[name]
        if isinstance(one, str):
            strings.append(cleaned(one))
        elif numbers and isinstance(one, (int, float)) and not isinstance(one, bool):
            strings.append(str(one))  # a year without quotes
    return strings


def by_contract(item: dict[str, Any]) -> RawEntity | None:
    """Read an entity with the names that were asked for, as most are."""
    text, concept, description = item.get("text"), item.get("concept"), item.get("description")
    if not isinstance(text, str) or not isinstance(concept, str):
        return None
    if not isinstance(description, str):
        return RawEntity(cleaned(text), cleaned(concept))
    return RawEntity(cleaned(text), cleaned(concept), cleaned(description))


def pair_of(item: Any) -> EitherWay | None:
    """Read `["Genoa", "city"]`, `["Genoa", "city", "a large town"]`, and these with numbers beside them."""
    if not isinstance(item, list) or not 2 <= len(item) <= 5:
        return None
    sides = [side for side in item if not isinstance(side, (int, float))]
    if len(item) == 2:
        sides = [str(side) if isinstance(side, (int, float)) else side for side in item]  # a year
    if not 2 <= len(sides) <= 3 or not are_strings(sides):
        return None
    return EitherWay(*map(cleaned, sides))


def unknown_columns(items: list[Any]) -> list[str] | None:
    """Return the names that all objects of a list share, where nobody knows them."""
    first = items[0] if items else None
    if len(items) < 2 or not isinstance(first, dict) or not 2 <= len(first) <= 3 or any(map(names_a_part, first)):
        return None
    names = list(first)
    same = all(isinstance(item, dict) and list(item) == names and are_strings(item.values()) for item in items)
    return names if same else None


def are_strings(values: Any) -> bool:
    """Tell whether all values are strings."""
    return all(isinstance(value, str) for value in values)


def cleaned(text: str) -> str:
    """Return a text that can be written."""
    return text if text.isascii() else without_lone_surrogates(text)
