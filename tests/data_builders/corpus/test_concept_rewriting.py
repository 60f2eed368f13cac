"""Concepts that are spread to other mentions, and descriptions behind concepts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, Features
from hypothesis import given, settings
from hypothesis import strategies as st

from nuner.data_builders.corpus.concept_rewriting import append_descriptions, spread_concepts
from nuner.data_builders.schema import CORPUS_FEATURES

_FEATURES = Features({"entities": CORPUS_FEATURES["entities"]})

Entities = list[dict[str, Any]]


def entity(text: str, concept: str, start: int = 0, description: str | None = None) -> dict[str, Any]:
    end = start + len(text)
    return {"start": start, "end": end, "text": text, "concept": concept, "description": description}


def corpus(train: list[Entities], validation: list[Entities] | None = None) -> DatasetDict:
    splits = {"train": train, "validation": validation or []}
    return DatasetDict(
        {name: Dataset.from_dict({"entities": rows}, features=_FEATURES) for name, rows in splits.items()}
    )


def concepts(rows: Dataset) -> list[list[tuple[str, str]]]:
    return [[(each["text"], each["concept"]) for each in entities] for entities in rows["entities"]]


def test_what_a_text_has_twice_it_has_everywhere() -> None:
    rows = [
        [entity("Paris", "city"), entity("Ada", "person", start=9)],
        [entity("Paris", "city"), entity("Paris", "capital", start=9)],
        [entity("Paris", "capital")],
        [entity("Paris", "hero")],
    ]
    spread = spread_concepts(corpus(rows, [[entity("Paris", "prince")]]))
    city, capital = ("Paris", "city"), ("Paris", "capital")
    assert concepts(spread["train"]) == [
        [city, capital, ("Ada", "person")],
        [city, capital, capital, city],
        [capital, city],
        [("Paris", "hero"), capital, city],
    ]
    # Only the training split tells.
    assert concepts(spread["validation"]) == [[("Paris", "prince"), capital, city]]


_ENTITIES = st.lists(
    st.builds(entity, st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from([0, 3])),
    max_size=4,
    unique_by=lambda each: (each["start"], each["concept"]),
)


@settings(max_examples=20)
@given(st.lists(_ENTITIES, min_size=1, max_size=6), st.integers(1, 3))
def test_nothing_is_lost_and_nothing_is_made_up(rows: list[Entities], least: int) -> None:
    # Spans that begin at one place have one text.
    for entities in rows:
        texts: dict[int, str] = {}
        for each in entities:
            each["text"] = texts.setdefault(each["start"], each["text"])
    counts = Counter((each["text"], each["concept"]) for entities in rows for each in entities)
    for before, after in zip(rows, spread_concepts(corpus(rows), least)["train"]["entities"], strict=True):
        assert all(each in after for each in before)
        found = [(each["start"], each["text"], each["concept"]) for each in after]
        expected = {
            (start, text, concept)
            for start, text in {(each["start"], each["text"]) for each in before}
            for (known, concept), number in counts.items()
            if known == text and number >= least
        } | {(each["start"], each["text"], each["concept"]) for each in before}
        assert sorted(found) == sorted(expected)


def test_descriptions_stand_behind_their_concepts() -> None:
    rows = [[entity("Paris", "city", description="capital of France"), entity("Ada", "person", start=9)]]
    for split in append_descriptions(corpus(rows, rows)).values():
        assert concepts(split) == [[("Paris", "city: capital of France"), ("Ada", "person")]]


@pytest.mark.parametrize("description", [None, ""])
def test_without_descriptions_there_is_nothing_to_append(description: str | None) -> None:
    rows = [[entity("Paris", "city", description=description)]]
    with pytest.raises(ValueError, match="no entity of the corpus has a description; append_descriptions needs"):
        append_descriptions(corpus(rows))
