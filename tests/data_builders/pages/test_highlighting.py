"""Cutting a text at what is to be shown in color."""

from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.pages.highlighting import Highlight, colors_of, split_at_highlights

TEXT = "Bank of England"


def pieces_of(*spans):
    pieces = split_at_highlights(TEXT, [Highlight(start, end, label, label) for start, end, label in spans])
    return [(piece.text, piece.label, piece.color) for piece in pieces]


def test_labels_stand_where_their_entities_end_and_the_innermost_gives_the_color():
    assert pieces_of((0, 15, "bank"), (8, 15, "country")) == [
        ("Bank of ", None, "bank"),
        ("England", "country \u00b7 bank", "country"),
    ]
    assert pieces_of((0, 4, "kind"), (0, 15, "bank")) == [("Bank", "kind", "kind"), (" of England", "bank", "bank")]
    assert pieces_of((0, 7, "a"), (5, 15, "b")) == [
        ("Bank ", None, "a"),
        ("of", "a", "a"),
        (" England", "b", "b"),
    ]
    assert pieces_of((8, 15, "country"), (8, 15, "place"))[1] == ("England", "country \u00b7 place", "country")
    assert pieces_of() == [(TEXT, None, None)]


def test_each_label_has_a_color_of_its_own_on_which_dark_text_is_readable():
    colors = colors_of([*map(str, range(60)), "3"])
    assert len(set(colors.values())) == len(colors) == 60
    for color in colors.values():
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        assert 0.299 * red + 0.587 * green + 0.114 * blue > 150


spans = st.tuples(st.integers(0, 14), st.integers(1, 15), st.sampled_from("xy")).filter(lambda span: span[0] < span[1])


@given(st.lists(spans, max_size=6))
def test_pieces_join_to_the_text_and_every_label_is_shown_once(given_spans):
    pieces = pieces_of(*given_spans)
    assert "".join(text for text, _, _ in pieces) == TEXT
    shown = [label for _, labels, _ in pieces if labels for label in labels.split(" \u00b7 ")]
    assert sorted(shown) == sorted(label for _, _, label in given_spans)
