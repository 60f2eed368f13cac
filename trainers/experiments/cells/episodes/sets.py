"""Episodes that a cell reads or draws."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.data_builders.labelled.episodes.reading import read_episodes
from nuner.data_builders.labelled.episodes.sampling import sample_episodes
from nuner.data_builders.rejections import OnError

from ..labelled_data import LabelledData
from ..near_names import or_the_nearest


class _Episodes:
    """What is known of episodes, whatever they come from."""

    episodes: Any

    @cached_property
    def content(self) -> str:
        """A digest of the episodes."""
        digest = hashlib.sha256()
        for episode in self.episodes:
            digest.update(repr(episode).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    @cached_property
    def sentences(self) -> frozenset[tuple[str, ...]]:
        """The words of all sentences of theirs."""
        return frozenset(words for episode in self.episodes for words in sentences_of(episode))

    def __getstate__(self) -> dict[str, Any]:
        # Another process reads or draws the episodes itself.
        return {name: value for name, value in self.__dict__.items() if name not in ("episodes", "sentences")}


def sentences_of(episode: Episode) -> Iterator[tuple[str, ...]]:
    """Yield the words of each sentence of an episode, its support first.

    Args:
        episode: The episode.
    """
    return (tuple(words) for words, _ in (*episode.support, *episode.query))


@dataclass(frozen=True)
class EpisodeFile(_Episodes):
    """Episodes of a file in Few-NERD's format.

    Args:
        path: The file.
        max_episodes: The first so many; all if not given.
        on_error: `"raise"` or `"skip"`, as for `read_episodes`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.episodes.sets import EpisodeFile
        >>> EpisodeFile("episode-data/inter/test_5_1.jsonl").episodes  # needs Few-NERD  # doctest: +SKIP

        ```
    """

    path: str
    max_episodes: int | None = None
    on_error: OnError = "raise"

    def __str__(self) -> str:
        return self.path

    @cached_property
    def episodes(self) -> list[Episode]:
        """The episodes."""
        try:
            return list(islice(read_episodes(self.path, on_error=self.on_error), self.max_episodes))
        except FileNotFoundError:
            raise or_the_nearest(FileNotFoundError(f"there are no episodes {self.path!r}"), self.path) from None
        except NotADirectoryError:
            folder, name = str(Path(self.path).parent), Path(self.path).name
            raise ValueError(f"{folder!r} is a file; episodes are named by their folder, which has {name!r}") from None


@dataclass(frozen=True)
class SampledEpisodes(_Episodes):
    """Episodes drawn from labelled sentences.

    Args:
        data: The labelled data set.
        split: `"train"` or `"test"`.
        way: Number of types of an episode.
        shot: At least so many entities of each in the support, and in the query.
        number: How many episodes.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.episodes.sets import SampledEpisodes
        >>> from nuner.trainers.experiments.cells.labelled_data import LabelledData
        >>> len(SampledEpisodes(LabelledData("support-tickets"), "test", way=5, shot=1, number=10).episodes)
        10

        ```
    """

    data: LabelledData
    split: str
    way: int
    shot: int
    number: int

    def __str__(self) -> str:
        return f"{self.number} episodes of {self.data}, {self.split}"

    @cached_property
    def episodes(self) -> list[Episode]:
        """The episodes."""
        try:
            return list(sample_episodes(self.data.splits[self.split], self.way, self.shot, self.number))
        except ValueError as error:
            raise ValueError(f"data set {self.data}, split {self.split!r}: {error}") from None


EpisodeSet = EpisodeFile | SampledEpisodes
