import re

import numpy as np
import pytest

pytest.importorskip("umap")
from nuner.trainers.experiments.concept_map.layout import FEWEST_CONCEPTS, NEIGHBORS, lay_out


@pytest.fixture(scope="module")
def groups() -> np.ndarray:
    """Vectors of three groups of 30, `(90, 16)`, each group around a direction of its own."""
    random = np.random.default_rng(0)
    return (np.eye(16)[:3, None] * 5 + 0.5 * random.standard_normal((3, 30, 16))).reshape(90, 16).astype("float32")


def spread(values: np.ndarray) -> tuple[float, float]:
    """How far the members of a group are from its middle, and the middles from one another."""
    of_groups = values.reshape(3, 30, -1)
    middles = of_groups.mean(1)
    within = np.linalg.norm(of_groups - middles[:, None], axis=-1).mean()
    return float(within), float(min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2))))


def shades(colors: list[str]) -> np.ndarray:
    return np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in colors])


def test_like_concepts_lie_together_and_look_alike(groups):
    layout = lay_out(groups)
    for values in (layout.places, shades(layout.colors)):
        within, between = spread(values)
        assert between > 2 * within
    assert all({other // 30 for other in row} == {own // 30} for own, row in enumerate(layout.nearest))


def test_the_nearest_are_those_of_the_highest_cosine(groups):
    unit = groups / np.linalg.norm(groups, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    expected = cosines.argsort(1)[:, ::-1][:, : NEIGHBORS - 1]
    # Lengths say nothing.
    stretched = groups * np.linspace(0.5, 20, len(groups), dtype="float32")[:, None]
    assert lay_out(stretched).nearest == expected.tolist()


def test_a_seed_gives_one_layout(groups):
    first, again, other = lay_out(groups, 3), lay_out(groups, 3), lay_out(groups, 4)
    assert (first.places == again.places).all() and first.colors == again.colors
    assert (first.places != other.places).any()


@pytest.mark.parametrize("number", [FEWEST_CONCEPTS, NEIGHBORS, NEIGHBORS + 1])
def test_a_few_concepts_have_places_between_minus_one_and_one(number):
    layout = lay_out(np.random.default_rng(0).standard_normal((number, 8)).astype("float32"))
    assert layout.places.shape == (number, 2)
    assert np.abs(layout.places).max() == pytest.approx(1)
    assert np.ptp(layout.places, axis=0).max() == pytest.approx(2)
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in layout.colors)


def test_names_that_the_encoder_cannot_tell_apart_have_places_too():
    assert np.isfinite(lay_out(np.ones((20, 8), dtype="float32")).places).all()
    assert np.isfinite(lay_out(np.zeros((20, 8), dtype="float32")).places).all()


def test_too_few_concepts_are_refused():
    with pytest.raises(ValueError, match="4 concepts make no map; it takes at least 5"):
        lay_out(np.eye(4, dtype="float32"))
