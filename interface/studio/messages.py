"""What the page sends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nuner.data_builders.labelled.projects.answers import Label

# More than anybody presses for one text, and what SQLite can hold.
_MOST_KEY_PRESSES = 1_000_000_000
_Count = Annotated[int, Field(ge=0, le=_MOST_KEY_PRESSES)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class MarkedEntity(_Message):
    """An entity of a text, by its characters."""

    start: _Count
    end: _Count
    type: _Count
    suggested: bool = False

    def label(self) -> Label:
        """Return it as the project has it."""
        return Label(self.start, self.end, self.type, self.suggested)


class Beat(_Message):
    """A sign of life, with the text that is open, if it has not been answered before."""

    text: _Count | None = None


class Wish(_Message):
    """Which text is wanted next."""

    order: Literal["instructive", "random", "in order"] = "instructive"


class Accepted(Wish):
    """The entities of a text."""

    labels: list[MarkedEntity]
    key_presses: _Count = 0


class Decision(_Message):
    """The entities of a text whose annotators do not agree."""

    labels: list[MarkedEntity]


class Doubt(_Message):
    """A label, and what the model would have in its place; one of both may be missing."""

    labelled: MarkedEntity | None
    suggested: MarkedEntity | None


class Undoing(_Message):
    """What is to be undone, so that it is not undone twice where an answer was lost."""

    operation: _Count | None


class NewType(_Message):
    """A type."""

    name: str
    description: str = ""


class TypeName(_Message):
    """Another name of a type."""

    name: str


class TypeDescription(_Message):
    """What a type means."""

    description: str


class TypeColor(_Message):
    """A color, as `#rrggbb`."""

    color: str


class TypeMerge(_Message):
    """The type that another one becomes."""

    into: _Count


class Settings(_Message):
    """What can be set for the whole project."""

    nested: bool
    double_share: Annotated[float, Field(strict=False)]
