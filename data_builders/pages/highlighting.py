"""Cut a text at its entities, so that they can be shown in color in their places."""

from __future__ import annotations

from collections.abc import Iterable
from colorsys import hls_to_rgb
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

# Dark text is readable on all of them.
_FIRST_COLORS = ("#a6cee3", "#fdbf6f", "#b2df8a", "#fb9a99", "#cab2d6", "#ffed6f", "#8dd3c7", "#d9d9d9")
# A turn of the color wheel by the golden angle lands far from all earlier ones.
_GOLDEN_ANGLE = (3 - sqrt(5)) / 2
_LIGHTNESS, _SATURATION = 0.8, 0.65

_BETWEEN_LABELS = " \u00b7 "


@dataclass(frozen=True)
class Highlight:
    """A stretch of text to show in color.

    Args:
        start: Its first character.
        end: The character behind its last.
        label: What stands behind it, for example the entity's type.
        color: As `#rrggbb`.
        score: A recognizer's confidence, if it has one.
        description: What the label means, if that is known.
    """

    start: int
    end: int
    label: str
    color: str
    score: float | None = None
    description: str | None = None


@dataclass(frozen=True)
class Piece:
    """A stretch of text, inside or outside of an entity.

    Args:
        text: The characters.
        label: The types of the entities that end here, or None.
        color: The color of the shortest entity around it, as `#rrggbb`; None outside.
        score: The recognizer's confidence.
        description: What the labels mean.
    """

    text: str
    label: str | None = None
    color: str | None = None
    score: float | None = None
    description: str | None = None


def colors_of(labels: Iterable[str]) -> dict[str, str]:
    """Give each label of a page a color of its own.

    Args:
        labels: They, in the order in which they are given colors; repeats do not matter.

    Returns:
        Label -> color, as `#rrggbb`; dark text is readable on it.

    Example:
        ```python
        >>> colors_of(["city", "drug", "city"])
        {'city': '#a6cee3', 'drug': '#fdbf6f'}

        ```
    """
    colors: dict[str, str] = {}
    for label in labels:
        if label not in colors:
            colors[label] = _color(len(colors))
    return colors


def _color(number: int) -> str:
    if number < len(_FIRST_COLORS):
        return _FIRST_COLORS[number]
    parts = hls_to_rgb(number * _GOLDEN_ANGLE % 1, _LIGHTNESS, _SATURATION)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def split_at_highlights(text: str, highlights: Iterable[Highlight]) -> list[Piece]:
    """Cut a text into pieces inside and outside of highlights, which may overlap.

    Args:
        text: The text.
        highlights: Within the text; none may be empty.

    Returns:
        The pieces, which joined give the text.

    Example:
        ```python
        >>> city, university = Highlight(14, 20, "city", "#a6cee3"), Highlight(0, 20, "university", "#fdbf6f")
        >>> [(p.text, p.label) for p in split_at_highlights("University of London", [city, university])]
        [('University of ', None), ('London', 'city \u00b7 university')]

        ```
    """
    innermost_first = sorted(highlights, key=lambda highlight: (highlight.end - highlight.start, highlight.start))
    cuts = sorted({0, len(text), *(cut for one in innermost_first for cut in (one.start, one.end))})
    pieces = []
    for start, end in pairwise(cuts):
        around = [one for one in innermost_first if one.start <= start and end <= one.end]
        if not around:
            pieces.append(Piece(text[start:end]))
            continue
        ending = [one for one in around if one.end == end]
        pieces.append(
            Piece(
                text[start:end],
                _BETWEEN_LABELS.join(one.label for one in ending) or None,
                around[0].color,
                ending[0].score if ending else None,
                _BETWEEN_LABELS.join(one.description for one in ending if one.description) or None,
            )
        )
    return pieces
