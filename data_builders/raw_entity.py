"""An entity as a language model names it, before its place in the sentence is known."""

from __future__ import annotations

from typing import NamedTuple

SEPARATOR = "<>"


class RawEntity(NamedTuple):
    """An entity of a reply.

    Args:
        text: The entity, as the model copied it.
        concept: The type that the model chose for it.
        description: What the concept means, or None where the model did not say.
    """

    text: str
    concept: str
    description: str | None = None

    @classmethod
    def from_line(cls, line: str) -> RawEntity | None:
        """Read `entity <> concept` or `entity <> concept <> description`, the format of the paper's own data set.

        Args:
            line: The line, without the mark of a list.

        Returns:
            The entity, or None where the line has no entity or no concept.

        Example:
            ```python
            >>> RawEntity.from_line("Ada <> mathematician <> a person who studies numbers")
            RawEntity(text='Ada', concept='mathematician', description='a person who studies numbers')

            ```
        """
        parts = [part.strip() for part in line.split(SEPARATOR, 2)]
        if len(parts) < 2 or not parts[0] or not parts[1]:
            return None
        return cls(parts[0], parts[1], (parts[2] or None) if len(parts) > 2 else None)


class EitherWay(RawEntity):
    """An entity of which the reply does not say which side is its text: it is the one that stands in the sentence.

    `text` and `concept` are what they are where both sides or none stand there.

    Example:
        ```python
        >>> EitherWay("Genoa", "city") == RawEntity("Genoa", "city")
        True

        ```
    """

    __slots__ = ()
