"""The entity types that a language model is asked for, with what it is told about each."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property

from .type_names import TypeNames

_LONGEST_NAME = 100


@dataclass(frozen=True)
class EntityType:
    """One type of entities.

    Args:
        name: Its name, which is also the label.
        description: What it means, in a sentence or less.
        guideline: How the borderline cases are decided.
        examples: Some entities of it.
        aliases: Other names for it that a model may answer with, as in another language. It is not told of them.

    Raises:
        ValueError: If the name is empty, is longer than 100 characters, or has a line break or control character.
    """

    name: str
    description: str | None = None
    guideline: str | None = None
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or self.name != " ".join(self.name.split()):
            raise ValueError(f"the type name {self.name!r} is empty, or has more than single spaces in it")
        if any(unicodedata.category(each) == "Cc" for each in self.name):
            raise ValueError(f"the type name {self.name!r} has a control character")
        if len(self.name) > _LONGEST_NAME:
            raise ValueError(f"the type name {self.name[:20]!r}... is longer than {_LONGEST_NAME} characters")


@dataclass(frozen=True)
class TypeList:
    """All types that are to be found, and no others (section 6 of the paper has such a list in its prompts).

    Args:
        types: The types.
        guidelines: What holds for all of them, in the user's own words.

    Raises:
        ValueError: If there is no type, or two have the same name.

    Example:
        ```python
        >>> types = TypeList((EntityType("city", "a town of any size"), EntityType("drug")))
        >>> [*types.names], types.names.find("Cities")
        (['city', 'drug'], 'city')

        ```
    """

    types: tuple[EntityType, ...]
    guidelines: str | None = None

    def __post_init__(self) -> None:
        if not self.types:
            raise ValueError("there is no type to find")
        seen: set[str] = set()
        for each in self.types:
            if each.name in seen:
                raise ValueError(f"the type {each.name!r} is there twice")
            seen.add(each.name)
        _ = self.names  # names that cannot be told apart are refused now, not when a reply is read

    @cached_property
    def names(self) -> TypeNames:
        """Their names, to find those that a model answers with."""
        return TypeNames({each.name: each.aliases for each in self.types})
