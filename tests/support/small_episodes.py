"""Episodes that a person can follow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords


def sentence(tagged: str) -> LabelledWords:
    """Read `in/O Paris/city`; a word without a label is `O`."""
    pairs = [each.partition("/") for each in tagged.split()]
    return LabelledWords([word for word, _, _ in pairs], [label or "O" for _, _, label in pairs])


def episode(types: Sequence[str], support: Sequence[str], query: Sequence[str]) -> Episode:
    """Make an episode of such sentences."""
    return Episode(tuple(types), [sentence(each) for each in support], [sentence(each) for each in query])


def travel(number: int) -> list[Episode]:
    """Episodes about places and times, which differ in a word."""
    places = ["paris", "london", "berlin"]
    return [
        episode(
            ("place", "time"),
            [f"acme works in {places[i % 3]}/place", "paid on monday/time"],
            [f"lives in {places[(i + 1) % 3]}/place", "the order to paris/place of monday/time"],
        )
        for i in range(number)
    ]


def in_other_sentences(episodes: Sequence[Episode]) -> list[Episode]:
    """Episodes with a word more in each sentence, so that they share none with these."""

    def longer(part: Sequence[LabelledWords]) -> list[LabelledWords]:
        return [LabelledWords([*each.words, "again"], [*each.labels, "O"]) for each in part]

    return [Episode(each.types, longer(each.support), longer(each.query)) for each in episodes]


def as_row(of: Episode) -> dict[str, Any]:
    """Write an episode as a line of Few-NERD's files has it."""
    parts = {"support": of.support, "query": of.query}
    return {
        name: {"word": [each.words for each in part], "label": [each.labels for each in part]}
        for name, part in parts.items()
    } | {"types": list(of.types)}


def write_episodes(path: Path, episodes: Sequence[Episode]) -> Path:
    """Write a file in Few-NERD's format."""
    path.write_text("".join(json.dumps(as_row(each)) + "\n" for each in episodes), encoding="utf-8")
    return path
