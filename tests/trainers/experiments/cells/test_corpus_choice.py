"""The part of a corpus that a cell learns from: its size may be that of others."""

from typing import Any

import pytest
from support.tiny_ablations import write_corpus

from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.jsonl")


def rows_of(choice) -> list[Any]:
    splits = choice.load()
    return [row for split in ("train", "validation") for row in splits[split]]


def annotations_of(choice):
    return sum(len(row["entities"]) for row in rows_of(choice))


def test_as_many_sentences_as_the_smallest(file):
    rare = CorpusChoice(file, options={"sources": ["rare"]})
    often = CorpusChoice(file, options={"exclude_sources": ["rare"]})
    equal = CorpusChoice(file, options={"exclude_sources": ["rare"]}, sentences_of=(often, rare))
    assert len(rows_of(equal)) == len(rows_of(rare)) < len(rows_of(often))
    assert {row["source"] for row in rows_of(equal)} == {"often"}
    same = CorpusChoice(file, options={"sources": ["rare"]}, sentences_of=(often, rare))
    assert rows_of(same) == rows_of(rare)


def test_as_many_annotations_and_all_sentences(file):
    fewest, every = CorpusChoice(file, options={"max_concepts": 1}), CorpusChoice(file)
    equal = CorpusChoice(file, annotations_of=(fewest,))
    assert annotations_of(equal) == annotations_of(fewest) < annotations_of(every)
    assert len(rows_of(equal)) == len(rows_of(every))
    assert len({entity["concept"] for row in rows_of(equal) for entity in row["entities"]}) > 1


def test_the_content_is_also_that_of_the_others(file):
    two, three = (CorpusChoice(file, options={"max_concepts": number}) for number in (2, 3))
    choices = [
        CorpusChoice(file),
        two,
        *(CorpusChoice(file, annotations_of=(other,)) for other in (two, three)),
        *(CorpusChoice(file, sentences_of=(other,)) for other in (two, three)),
        CorpusChoice(file, sentences_of=(two, three)),
    ]
    assert len({choice.content for choice in choices}) == len(choices)
    assert CorpusChoice(file, annotations_of=(two,)).content == CorpusChoice(file, annotations_of=(two,)).content


def test_its_name_is_short(file):
    assert str(CorpusChoice()) == "bundled"
    sources = [f"source {number}" for number in range(40)]
    choice = CorpusChoice(options={"sources": sources, "languages": ["en", "fr"]}, sentences_of=(CorpusChoice(),))
    assert str(choice) == "bundled (sources 40 names, languages en, fr, as many sentences as others)"
