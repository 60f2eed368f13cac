"""From answers to tags: all occurrences, and one rule where types disagree."""

from __future__ import annotations

import pytest

from nuner.data_builders.labelled.placed_words import place_words
from nuner.trainers.baselines.universal_ner.answers import Account, answered_tags

CASES = {
    "all occurrences": ("rome to rome", {"city": ["rome"]}, "B-city O B-city"),
    "of two the longest": ("new york city", {"a": ["york"], "b": ["new york"]}, "B-b I-b O"),
    "of two as long the first in the text": ("a b c", {"x": ["b c"], "y": ["a b"]}, "B-y I-y O"),
    "in one place the first type": ("rome", {"x": ["rome"], "y": ["rome"]}, "B-x"),
    "another case": ("Dr. Ada", {"person": ["ADA"]}, "O B-person"),
    "marks around it": ("to Rome", {"city": ['"Rome".']}, "O B-city"),
    "not there": ("to Rome", {"city": ["Genoa", ""]}, "O O"),
    "within a word": ("Romeo went", {"city": ["Rome"]}, "O O"),
    "beside another": ("Ada Bo", {"person": ["Ada", "Bo"]}, "B-person B-person"),
    "no answer": ("Ada", {}, "O"),
}


@pytest.mark.parametrize(("text", "mentions", "tags"), CASES.values(), ids=CASES)
def test_tags(text: str, mentions: dict[str, list[str]], tags: str) -> None:
    assert answered_tags(place_words(text.split()), mentions) == tags.split()


def test_scripts_without_spaces() -> None:
    assert answered_tags(place_words([*"東京へ"]), {"city": ["東京"]}) == ["B-city", "I-city", "O"]


def test_what_is_lost_is_counted() -> None:
    account = Account()
    answered_tags(place_words(["new", "york"]), {"a": ["new york", "york"], "b": ["york", "paris"]}, account)
    assert account.conflicts == 2
    assert dict(account.lost) == {"not found": 1}
