"""Episodes are read as they are written, and what is wrong with one is said with its file and line."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import SHARED
from support.small_episodes import as_row, travel, write_episodes

from nuner.data_builders.labelled.episodes.reading import read_episodes
from nuner.data_builders.rejections import CorpusError

FEW_TK = SHARED / "data/fewnerd_format/episode-data/inter"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert list(read_episodes(write_episodes(tmp_path / "test_2_1.jsonl", travel(3)))) == travel(3)


def test_episodes_are_streamed(tmp_path: Path) -> None:
    file = write_episodes(tmp_path / "episodes.jsonl", travel(2))
    with file.open("a", encoding="utf-8") as more:
        more.write("{broken\n")
    episodes = read_episodes(file)
    assert [next(episodes), next(episodes)] == travel(2)
    with pytest.raises(CorpusError, match=r"episodes\.jsonl:3: the line is not valid JSON"):
        next(episodes)


def broken(change: str) -> Any:
    """Return an episode with one fault."""
    row: Any = copy.deepcopy(as_row(travel(1)[0]))
    exec(change, {"row": row})
    return row


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("del row['query']", "the episode has no 'query'"),
        ("row['types'].append('city')", r"a type has no word in the support \('city'\)"),
        ("row['types'].append('place')", r"a type is there twice \('place'\)"),
        ("row['types'] = []", "types must be a list of names"),
        ("row['types'] = 'place'", "types must be a list of names"),
        ("row['types'] += ['O']", "'O' is among the types"),
        ("row['types'].pop()", r"a label is not among the types \(sentence 2 of the support: 'time'\)"),
        ("row['query']['label'][1][0] = 'city'", r"not among the types \(sentence 2 of the query: 'city'\)"),
        ("row['query']['label'][1].pop()", r"not one label a word \(sentence 2 of the query: 6 words, 5 labels\)"),
        ("row['support']['label'].pop()", r"the support has not one list of labels a sentence \(2 and 1\)"),
        ("row['query'] = {'word': [], 'label': []}", "the query is empty"),
        (
            "row['query']['word'][0] = row['query']['label'][0] = []",
            r"a sentence has no word \(sentence 1 of the query",
        ),
        ("row['query']['word'][0][0] = None", "words and labels of a sentence must be lists of texts"),
        ("row['support']['word'][0] = 'in paris'", "words and labels of a sentence must be lists of texts"),
        ("row['query']['word'][0][0] = '\\ud800'", r"a word is not valid Unicode \(sentence 1 of the query"),
        ("row['types'] += ['\\ud800']", "a type is not valid Unicode"),
        ("row['support'] = row['support']['word']", "the support must hold lists 'word' and 'label'"),
    ],
)
def test_a_fault_is_said_with_file_and_line(tmp_path: Path, change: str, complaint: str) -> None:
    file = tmp_path / "test_2_1.jsonl"
    rows = [as_row(travel(1)[0]), broken(change), as_row(travel(2)[1])]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"test_2_1\.jsonl:2: .*{complaint}"):
        list(read_episodes(file))
    assert list(read_episodes(file, on_error="skip")) == [travel(1)[0], travel(2)[1]]


@pytest.mark.parametrize("content", ["", "\n\n", "[]\n"])
def test_a_file_without_episodes_is_no_benchmark(tmp_path: Path, content: str) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"empty\.jsonl"):
        list(read_episodes(file))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="absent"):
        next(read_episodes(tmp_path / "absent.jsonl"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["O", "city", "", "word"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["word", "label"]), inner, max_size=2),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional={"support": _JSON, "query": _JSON, "types": _JSON}) | _JSON)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    file = tmp_path_factory.mktemp("any") / "episodes.jsonl"
    file.write_text(json.dumps([1]) + "\n" + json.dumps(value) + "\n", encoding="utf-8")
    with pytest.raises(CorpusError):
        for each in read_episodes(file, on_error="skip"):
            assert {label for one in each.support for label in one.labels} - {"O"} == set(each.types)
            raise CorpusError("an episode after all")


@pytest.mark.skipif(not FEW_TK.is_dir(), reason="needs ../shared")
@pytest.mark.parametrize(("name", "episodes", "way"), [("test_5_1", 87, 5), ("test_3_1", 145, 3)])
def test_real_episodes_can_be_read(name: str, episodes: int, way: int) -> None:
    read = list(read_episodes(FEW_TK / f"{name}.jsonl"))
    assert len(read) == episodes
    assert {len(each.types) for each in read} == {way}
