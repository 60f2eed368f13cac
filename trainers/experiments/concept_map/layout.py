"""Places and colors of concepts, by UMAP of their vectors."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

FEWEST_CONCEPTS = 5
"""Fewer points have no layout in three dimensions."""

NEIGHBORS = 15
"""What UMAP keeps together: a concept and those nearest to it, itself counted."""

# Neither black nor white, which would be lost on a page of that color.
_DARKEST, _LIGHTEST = 0.1, 0.82


class Layout(NamedTuple):
    """Where concepts lie and how they look.

    Args:
        places: From -1 to 1, `(concepts, 2)`.
        colors: As `#rrggbb`.
        nearest: Rows of the nearest other concepts, the nearest first.
    """

    places: np.ndarray
    colors: list[str]
    nearest: list[list[int]]


def lay_out(vectors: np.ndarray, seed: int = 0) -> Layout:
    """Find places on a plane and colors such that like vectors lie together and look alike (figure 6).

    UMAP to two dimensions gives the places, UMAP to three the red, green and blue. Each of these is spread evenly, so
    that all shades are used. Likeness is the cosine; neighbors are found exactly.

    Args:
        vectors: `(concepts, hidden_size)`.
        seed: Of both layouts.

    Returns:
        The layout.

    Raises:
        ValueError: If there are fewer vectors than `FEWEST_CONCEPTS`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.concept_map.layout import lay_out
        >>> places, colors, nearest = lay_out(vectors)  # takes a minute  # doctest: +SKIP

        ```
    """
    if len(vectors) < FEWEST_CONCEPTS:
        raise ValueError(f"{len(vectors)} concepts make no map; it takes at least {FEWEST_CONCEPTS}")
    import umap
    from sklearn.neighbors import NearestNeighbors

    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    neighbors = min(NEIGHBORS, len(unit) - 1)
    distances, indices = NearestNeighbors(n_neighbors=neighbors).fit(unit).kneighbors(unit)
    options: dict[str, Any] = {
        "n_neighbors": neighbors,
        "precomputed_knn": (indices, distances),
        "random_state": seed,
        "n_jobs": 1,  # several would not repeat a layout
    }
    with warnings.catch_warnings():
        # That new points cannot be added, and that concepts fall into groups far apart.
        warnings.simplefilter("ignore")
        plane, space = (umap.UMAP(n_components=size, **options).fit_transform(unit) for size in (2, 3))
    nearest = [[other for other in row if other != own] for own, row in enumerate(indices.tolist())]
    return Layout(_fitted(np.asarray(plane, dtype=float)), _colors(np.asarray(space)), nearest)


def _fitted(plane: np.ndarray) -> np.ndarray:
    """Move places around zero, the longer side from -1 to 1."""
    lowest, highest = plane.min(0), plane.max(0)
    return (plane - (lowest + highest) / 2) / max(float((highest - lowest).max()) / 2, 1e-12)


def _colors(space: np.ndarray) -> list[str]:
    evenly = space.argsort(0, kind="stable").argsort(0, kind="stable") / (len(space) - 1)
    shades = np.round(255 * (_DARKEST + (_LIGHTEST - _DARKEST) * evenly)).astype(int)
    return ["#{:02x}{:02x}{:02x}".format(*shade) for shade in shades]
