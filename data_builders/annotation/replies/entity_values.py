"""Find the entities in a value of JSON, whatever shape a model gave them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Literal

from ...raw_entity import SEPARATOR, EitherWay, RawEntity
from .entity_items import are_strings, by_contract, cleaned, entities_of, pair_of, unknown_columns
from .entity_keys import CONCEPT, HOLDERS, NO_CONCEPTS, PARTS, TEXT, UNSURE, names_a_part, part, plain_name
from .forms.json_forms import find_json
from .forms.lines import sides_of
from .no_entities import says_nothing

Kind = Literal["answer", "item", "nothing", "unreadable"]

_DEEPEST = 8
_HOLDERS = frozenset(HOLDERS)
_LONGEST_CONCEPT = 100


@dataclass
class FoundEntities:
    """What a value holds.

    Args:
        kind: Whether the value is an `answer` that holds its entities, one `item` of an answer, says that there is
            `nothing`, or is `unreadable`.
        entities: The entities in their order.
        unreadable: Items without a text or a concept.
        is_list: Whether the value is a list of items, for `unreadable` ones.
    """

    kind: Kind
    entities: list[RawEntity] = field(default_factory=list)
    unreadable: int = 0
    is_list: bool = False


def entities_in(value: Any) -> FoundEntities:
    """Find the entities in a value.

    Understood are entities as objects of any usual names, pairs and triples, lines with `<>`, objects that lead from
    concepts to texts or from texts to concepts, and all these inside of lists and other objects, such as the arguments
    of a tool call.

    Args:
        value: What JSON gave.

    Example:
        ```python
        >>> entities_in({"city": ["Genoa"]}).entities
        [EitherWay(text='Genoa', concept='city', description=None)]
        >>> entities_in({"result": {"entities": [{"entity": "Genoa", "type": "city"}]}}).entities
        [RawEntity(text='Genoa', concept='city', description=None)]

        ```
    """
    return _found(value, 0)


def _found(value: Any, depth: int) -> FoundEntities:
    if not value or value != value:  # also what JSON calls NaN
        return FoundEntities("nothing")
    if depth < _DEEPEST:
        if isinstance(value, list):
            return _in_list(value, depth)
        if isinstance(value, dict):
            return _in_object(value, depth)
    return FoundEntities("unreadable", unreadable=1)


def _in_object(value: dict[str, Any], depth: int) -> FoundEntities:
    named = {plain_name(name): inner for name, inner in value.items()}
    held = _held(named, depth)
    if held is not None and held.kind != "unreadable":
        return held
    entities = list(entities_of(named))
    if entities:
        return FoundEntities("item", entities)
    if held is not None:
        return held
    if inner := _inside_of_strings(named, depth):
        return inner
    if _is_an_entity(named):
        return FoundEntities("unreadable", unreadable=1)
    return _in_map(value, depth)


def _inside_of_strings(named: dict[str, Any], depth: int) -> FoundEntities | None:
    """Return what one of the strings of an object holds or says, where nothing else does."""
    for value in named.values():
        if isinstance(value, str) and value.lstrip().startswith(("{", "[", "`")):
            found = _found(_decoded(value), depth + 1)
            if found.kind != "unreadable":
                return found
    is_whole = not depth or "entities" in named  # and not one of many items
    said = [value for name, value in named.items() if name in PARTS or name in _HOLDERS or name == "message"]
    nothing = bool(said) and all(
        not value or (is_whole and isinstance(value, str) and says_nothing(value)) for value in said
    )
    return FoundEntities("nothing") if nothing else None


def _held(named: dict[str, Any], depth: int) -> FoundEntities | None:
    """Return what stands under a name that usually holds the entities, unless the object is an entity itself."""
    if _HOLDERS.isdisjoint(named):
        return None
    concept = part(named, CONCEPT)
    concept = named[concept] if concept is not None else None
    for name in HOLDERS:
        if name not in named:
            continue
        inner = _decoded(named[name]) if isinstance(named[name], str) else named[name]
        if isinstance(concept, str) and isinstance(inner, list) and inner:
            if all(isinstance(item, (str, int, float)) for item in inner):
                return None  # {"concept": "city", "entities": ["Genoa", "Lisbon"]}
            found = FoundEntities("answer")
            if _add_group(found, concept, inner, depth):
                return found
        elif isinstance(inner, (list, dict)) or (inner is None and name not in named.keys() & PARTS - _HOLDERS):
            found = _found(inner, depth + 1)
            if found.kind != "unreadable":
                found.kind = "answer"
            if found.kind == "answer" or name == "entities":
                return found
    return None


def _decoded(text: str) -> Any:
    """Read JSON that was written into a string."""
    if not text.lstrip().startswith(("{", "[", "`")):
        if SEPARATOR in text:
            return text.splitlines()
        return text
    pieces = find_json(text)
    return pieces[-1].value if pieces else text


def _is_an_entity(named: dict[str, Any]) -> bool:
    return "text" in named or "concept" in named


def _in_list(items: list[Any], depth: int) -> FoundEntities:
    found = FoundEntities("answer")
    if len(items) == 1 and isinstance(items[0], str) and says_nothing(items[0]):
        return found
    columns = unknown_columns(items)
    for item in items:
        if isinstance(item, dict) and (entity := by_contract(item)) is not None:
            found.entities.append(entity)
        elif columns is not None:
            found.entities.append(EitherWay(*[cleaned(str(item[name])) for name in columns]))
        elif item is None or item == {} or (isinstance(item, str) and not item.strip()):
            continue
        elif isinstance(item, str):
            _add_line(found, item)
        elif (pair := pair_of(item)) is not None:
            found.entities.append(pair)
        else:
            inner = _found(item, depth + 1)
            found.entities += inner.entities
            found.unreadable += inner.unreadable
    if items and not found.entities and all(isinstance(item, str) for item in items):
        sides = [*takewhile(bool, map(sides_of, items))]
        if len(sides) == len(items):
            found.entities = [EitherWay(*map(cleaned, each[1:])) for each in sides if each is not None]
            found.unreadable = 0
    # Two words are no pair, and a list of words alone has no concepts.
    if not found.entities and found.unreadable:
        found.kind, found.is_list = "unreadable", True
    return found


def _add_line(found: FoundEntities, line: str) -> None:
    if SEPARATOR in line and (entity := RawEntity.from_line(line)) is not None:
        found.entities.append(RawEntity(cleaned(entity.text), cleaned(entity.concept), entity.description))
        return
    if not line.lstrip().startswith("{"):
        found.unreadable += 1
        return
    value = _decoded(line)
    inner = _found(value, 1) if isinstance(value, dict) else FoundEntities("unreadable", unreadable=1)
    found.entities += inner.entities
    found.unreadable += inner.unreadable


def _in_map(value: dict[str, Any], depth: int) -> FoundEntities:
    """Read an object that leads from concepts to texts, or from texts to concepts."""
    found = FoundEntities("item")
    readable = False
    by_concept = any(isinstance(inner, list) and inner and are_strings(inner) for inner in value.values())
    for name, inner in value.items():
        plain = plain_name(name)
        if plain in NO_CONCEPTS or len(name) > _LONGEST_CONCEPT or (plain in _HOLDERS and len(value) == 1):
            continue
        if isinstance(inner, str):
            readable = True
            sides = (inner, name) if by_concept else (name, inner)
            found.entities.append(RawEntity.from_line(inner) or EitherWay(*map(cleaned, sides)))
        elif isinstance(inner, (int, float)) and by_concept:
            found.entities.append(EitherWay(str(inner), cleaned(name)))  # {"city": ["Genoa"], "year": 1911}
        elif inner is None or inner == [] or inner == {}:
            readable = True
        elif isinstance(inner, (list, dict)):
            readable |= _add_group(found, name, inner, depth)
    return found if readable else FoundEntities("unreadable", unreadable=1)


def _add_group(found: FoundEntities, name: str, inner: Any, depth: int) -> bool:
    """Add what stands under the name of a concept or a text; tell whether it could be read."""
    if isinstance(inner, dict) and not any(map(names_a_part, inner)):
        nested = _found(inner, depth + 1)
        found.entities += nested.entities
        return bool(nested.entities)
    before = len(found.entities)
    for item in inner if isinstance(inner, list) else [inner]:
        if isinstance(item, (str, int, float)) and not isinstance(item, bool):
            entity = RawEntity.from_line(str(item))
            found.entities.append(entity or EitherWay(cleaned(str(item)), cleaned(name)))
        elif isinstance(item, dict):
            named = {plain_name(each): value for each, value in item.items()}
            whole = list(entities_of(named))
            text, concept = part(named, TEXT), part(named, CONCEPT)
            description = named.get("description")
            description = cleaned(description) if isinstance(description, str) else None
            texts = named[text] if text is not None else None
            if whole:
                found.entities += whole
            elif isinstance(texts, list) and texts and are_strings(texts):
                found.entities += [RawEntity(cleaned(each), cleaned(name), description) for each in texts]
            elif text is not None and text not in UNSURE and isinstance(named[text], str):
                found.entities.append(RawEntity(cleaned(named[text]), cleaned(name), description))
            elif concept is not None and concept not in UNSURE and isinstance(named[concept], str):
                found.entities.append(RawEntity(cleaned(name), cleaned(named[concept]), description))
            elif (either := text or concept) is not None and isinstance(named[either], str):
                found.entities.append(EitherWay(cleaned(named[either]), cleaned(name), description))
            else:
                nested = _found(item, depth + 1)
                found.entities += nested.entities
                found.unreadable += not nested.entities
        elif (pair := pair_of(item)) is not None:
            found.entities.append(pair)
    return len(found.entities) > before
