"""Drawn episodes are what Few-NERD's are: K to 2K entities of each of N types and of no other."""

from __future__ import annotations

from collections import Counter

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from support.folders import SHARED

from nuner.data_builders.labelled.episodes.episode import LabelledWords
from nuner.data_builders.labelled.episodes.sampling import labelled_words, sample_episodes
from nuner.data_builders.labelled.label_schemes import read_spans
from nuner.data_builders.labelled.load import load_labelled

FEW_TK = SHARED / "data/fewnerd_format"


@pytest.fixture(scope="module")
def tickets() -> Dataset:
    return load_labelled("support-tickets", "train")


def number_of_entities(sentences: list[LabelledWords]) -> Counter[str]:
    return Counter(span.label for each in sentences for span in read_spans(each.labels, "plain"))


@settings(max_examples=15)
@given(way=st.integers(4, 7), shot=st.integers(1, 4), query_shot=st.integers(1, 3), seed=st.integers(0, 9))
def test_there_are_k_to_2k_entities_of_each_type(
    tickets: Dataset, way: int, shot: int, query_shot: int, seed: int
) -> None:
    for episode in sample_episodes(tickets, way, shot, 3, query_shot=query_shot, seed=seed):
        assert len(set(episode.types)) == way
        for sentences, k in ((episode.support, shot), (episode.query, query_shot)):
            counts = number_of_entities(sentences)
            assert set(counts) == set(episode.types)
            assert all(k <= count <= 2 * k for count in counts.values())
        assert not {id(each) for each in episode.support} & {id(each) for each in episode.query}


def test_the_seed_decides(tickets: Dataset) -> None:
    draws = [list(sample_episodes(tickets, 5, 1, 5, seed=seed)) for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_more_episodes_begin_as_fewer(tickets: Dataset) -> None:
    assert list(sample_episodes(tickets, 5, 1, 4))[:2] == list(sample_episodes(tickets, 5, 1, 2))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((9, 1, 1), "episodes of 9 types cannot be drawn: the sentences have action, amount"),
        ((5, 500, 1), "with 500 to 1000 entities of each in the support"),
        ((0, 1, 1), "way must be at least 1, not 0"),
        ((5, 0, 1), "shot must be at least 1, not 0"),
        ((5, 1, 0), "number must be at least 1, not 0"),
    ],
)
def test_what_cannot_be_drawn_is_said(tickets: Dataset, arguments: tuple[int, int, int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        list(sample_episodes(tickets, *arguments))


def test_neighboring_entities_of_one_type_are_one() -> None:
    features = load_labelled("support-tickets", "test").features
    tag = features["ner_tags"].feature.str2int
    tags = [tag("B-action"), tag("I-action"), tag("B-action"), tag("O"), tag("B-amount")]
    rows = Dataset.from_dict({"tokens": [list("abcde")], "ner_tags": [tags]}).cast_column(
        "ner_tags", features["ner_tags"]
    )
    assert labelled_words(rows) == [(list("abcde"), ["action", "action", "action", "O", "amount"])]


@pytest.mark.skipif(not FEW_TK.is_dir(), reason="needs ../shared")
@pytest.mark.parametrize("folder", ["supervised", "inter"])
def test_few_nerds_supervised_files_are_labelled_data(folder: str) -> None:
    splits = load_labelled(FEW_TK / folder)
    assert set(splits) == {"train", "validation", "test"}
    assert splits["train"].features["ner_tags"].feature.names[1] == "B-AI/ML/DL-algorithm/tool"
    # Only some of the labels are those of this split.
    assert len(list(sample_episodes(splits["test"], 5, 1, 3))) == 3
