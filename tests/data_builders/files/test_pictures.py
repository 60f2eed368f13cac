"""Pictures show words as they are."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nuner.data_builders.files.pictures import save_picture
from nuner.data_builders.plain_console import shown

pytest.importorskip("matplotlib")


def texts_of(picture: str) -> set[str]:
    return {"".join(node.itertext()) for node in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")}


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Zs", "Cn"], exclude_characters="\n\t"), min_size=1, max_size=20))
@example("$^$")
@example(r"a_{b}^\frac $x$ \$")
@example("_hidden")
@example("\x1b[2J\u202e")
@example("\u4e2d\u6587")
def test_every_word_is_drawn_as_it_is_and_nothing_is_said_about_it(tmp_path_factory, word):
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    lines = axes.plot([1, 2], [1, 2])
    axes.set(title=f"title {word}.", xlabel=f"label {word}.")
    axes.annotate(f"note {word}.", (1, 1))
    figure.legend(lines, [f"{word}."])
    path = tmp_path_factory.mktemp("pictures") / "picture.svg"
    with matplotlib.rc_context({"svg.fonttype": "none", "text.usetex": True}), warnings.catch_warnings():
        warnings.simplefilter("error")
        save_picture(figure, path)
    expected = {f"{place}{shown(word)}." for place in ("title ", "label ", "note ", "")}
    assert expected <= texts_of(path.read_text(encoding="utf-8"))
