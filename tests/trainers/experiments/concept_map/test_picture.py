from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib.figure import Figure

from nuner.trainers.experiments.concept_map.picture import plot_concept_map


@pytest.fixture
def drawn(monkeypatch) -> list[Figure]:
    """The figures that are drawn; they are not written."""
    figures: list[Figure] = []
    monkeypatch.setattr(
        "nuner.trainers.experiments.concept_map.picture.save_picture", lambda figure, path: figures.append(figure)
    )
    return figures


def test_no_name_touches_another_or_leaves_the_picture(concepts, drawn, tmp_path):
    crowded = [replace(one, x=one.x / 4, y=one.y / 4) for one in concepts[:-1]]
    corner = replace(concepts[-1], concept="a name that reaches beyond the picture", x=1.0, y=1.0)
    plot_concept_map([*crowded, corner], tmp_path / "map.png")
    (figure,) = drawn
    texts = figure.axes[0].texts
    names = [text.get_text() for text in texts]
    assert names[0] == "city" and len(names) > 5 and corner.concept not in names
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1 for box in boxes)


def test_every_concept_has_a_disk_inside_the_picture(concepts, drawn, tmp_path):
    plot_concept_map(concepts, tmp_path / "map.png")
    (axes,) = drawn[0].axes
    (disks,) = axes.collections
    places = disks.get_offsets()
    assert len(places) == len(concepts)
    assert (abs(places) < [axes.get_xlim()[1], axes.get_ylim()[1]]).all()
    # The frequent ones are drawn last, and larger.
    sizes = disks.get_sizes()
    assert list(sizes) == sorted(sizes) and sizes[0] < sizes[-1]


def test_concepts_on_a_line_make_a_picture(concepts, tmp_path):
    plot_concept_map([replace(one, y=0.0) for one in concepts], tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_names_are_shown_as_they_are(concepts, drawn, tmp_path):
    plot_concept_map(concepts, tmp_path / "map.png")
    (text,) = [text for text in drawn[0].axes[0].texts if text.get_text() == "$x$ & co"]
    assert not text.get_parse_math()
