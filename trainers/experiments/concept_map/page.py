"""The concept map as a page to look around in."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.pages.html_page import render_page

from .mapped_concept import MappedConcept


def write_concept_map_page(
    concepts: Sequence[MappedConcept], path: str | os.PathLike[str], *, measured_on: str
) -> None:
    """Write a page with a map that can be searched, moved and zoomed.

    Args:
        concepts: What it shows, the most frequent first.
        path: The HTML file; it needs no other, and names in it are escaped.
        measured_on: The encoder and the corpus, in words.

    Example:
        ```python
        >>> from nuner.trainers.experiments.concept_map.page import write_concept_map_page
        >>> # depends on the model
        >>> write_concept_map_page(concepts, "map.html", measured_on="runs/nuner, my corpus")  # doctest: +SKIP

        ```
    """
    row = {one.concept: i for i, one in enumerate(concepts)}
    columns = {
        "names": [one.concept for one in concepts],
        "counts": [one.count for one in concepts],
        "sizes": [round(one.size, 2) for one in concepts],
        "x": [one.x for one in concepts],
        "y": [one.y for one in concepts],
        "colors": [one.color for one in concepts],
        "nearest": [[row[name] for name in one.nearest] for one in concepts],
    }
    page = render_page(
        "nuner.trainers.experiments.concept_map", "concept-map.html.jinja", columns=columns, measured_on=measured_on
    )
    write_whole(path, page, errors="xmlcharrefreplace")
