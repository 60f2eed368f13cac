"""Whatever was done to a file of a tool, it is read with offsets inside of its texts, or refused with a reason."""

import copy
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuner.data_builders.labelled.formats.labelled_file import LabelledFile
from nuner.data_builders.labelled.formats.labelled_format import json_array, json_lines
from nuner.data_builders.labelled.formats.table import FORMATS, format_named, recognize_format
from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.labelled_text import LabelledText
from nuner.data_builders.rejections import Rejections

TEXTS = [
    LabelledText.from_words(["Ada", "in", "😀", "Rome"], [EntitySpan(0, 1, "PER"), EntitySpan(3, 4, "LOC")], "a", 1),
    LabelledText("New\tYork!", (), "a", 2),
]
OF_JSON = [each.name for each in FORMATS if set(each.suffixes) & {".json", ".jsonl"}]
OTHERS = [each.name for each in FORMATS if each.write and each.name not in (*OF_JSON, "brat", "conll")]
_VALUES = st.sampled_from(
    [None, True, -1, 0, 2.5, 1 << 70, "", "x", "\ud83d", [], [None], {}, {"text": None}, [[0, 1, "X"]]]
)


def read_or_refuse(path):
    """Read a file and check what comes; only errors that name what is wrong are let through."""
    file = LabelledFile(path)
    rejections = Rejections("skip")
    try:
        for item in recognize_format(file).read(file, rejections, Counter()):
            if isinstance(item, LabelledText):
                assert all(0 <= start < end <= len(item.text) and label for start, end, label in item.entities)
            else:
                assert len(item.tokens) == len(item.tags)
                assert all(isinstance(tag, str) for tag in (*item.tokens, *item.tags))
    except ValueError as error:
        assert str(path) in str(error)
    assert all(item.reason for item in rejections.items)


def places(value, here=()):
    """Yield the places of all values in a JSON value."""
    yield here
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*here, key))


def _written(name):
    write = format_named(name).write
    assert write is not None
    return write(TEXTS, Counter())


@pytest.mark.parametrize("name", OF_JSON)
def test_json_with_other_values_in_it(name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "whole").write_bytes(_written(name))
    whole = [row.value for row in LabelledFile(folder / "whole").json_rows]
    wrapped = name in ("ner-annotator", "bioc-json")

    @settings(max_examples=50)
    @given(st.data())
    def check(data):
        records = copy.deepcopy(whole)
        for _ in range(data.draw(st.integers(1, 3))):
            *outer, last = data.draw(st.sampled_from([place for place in places(records) if place]))
            target = records
            for key in outer:
                target = target[key]
            if data.draw(st.booleans()):
                del target[last]
            else:
                target[last] = copy.deepcopy(data.draw(_VALUES))
            if not records:
                return
        content = json_lines(records) if wrapped or data.draw(st.booleans()) else json_array(records)
        (folder / "damaged.json").write_bytes(content)
        read_or_refuse(folder / "damaged.json")

    check()


@pytest.mark.parametrize("name", [*OTHERS, *OF_JSON])
def test_files_with_other_bytes_in_them(name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    whole = _written(name)
    assert isinstance(whole, bytes)
    path = folder / f"damaged{format_named(name).suffixes[0]}"

    @settings(max_examples=50)
    @given(st.data())
    def check(data):
        place = data.draw(st.integers(0, len(whole)))
        cut = data.draw(st.integers(0, 9))
        put = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"\t", b"\n", b"|", b"\\", b"9", b"\xff"])))
        path.write_bytes(whole[:place] + put + whole[place + cut :])
        read_or_refuse(path)

    check()
