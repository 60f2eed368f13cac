"""How good a method is over all episodes of a benchmark."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.data_builders.labelled.label_schemes import read_spans

from ..progress import counted
from .method import EpisodeMethod


class SpanCounts(NamedTuple):
    """Numbers of entities, of one type or of all.

    Args:
        gold: Those that there are.
        predicted: Those that were found.
        correct: Those that were found with the right type and both ends right.
    """

    gold: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float:
        """The correct ones among those that were found; 0 where none was found."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """The correct ones among those that there are; 0 where there is none."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.correct / (self.gold + self.predicted) if self.gold + self.predicted else 0.0


@dataclass(frozen=True)
class EpisodeScores:
    """What a method got right in the queries of all episodes together.

    Args:
        total: Entities of all types: `total.f1` is the benchmark's score, micro-averaged over all episodes.
        types: Those of each type, by name.
        of_episodes: Those of all types in each episode, in the order of the episodes.
        sentences: Number of sentences in their queries.
        seconds: How long the method took for all of them, learning from the supports included.
    """

    total: SpanCounts
    types: dict[str, SpanCounts]
    of_episodes: list[SpanCounts]
    sentences: int
    seconds: float

    @property
    def episodes(self) -> int:
        """Number of episodes."""
        return len(self.of_episodes)

    def to_dict(self) -> dict[str, Any]:
        """Return scores and counts, ready for JSON."""
        return {
            **_described(self.total),
            "types": {name: _described(counts) for name, counts in self.types.items()},
            "episodes": self.episodes,
            "sentences": self.sentences,
            "seconds": round(self.seconds, 2),
        }


def evaluate_episodes(
    method: EpisodeMethod, episodes: Sequence[Episode], *, description: str = "Episodes", show: bool = True
) -> EpisodeScores:
    """Let a method label the queries of many episodes, and count as Few-NERD's benchmark does.

    Neighboring words with one label are one entity, and it is right if its type and both ends are. Entities are
    counted over all episodes and only then divided, so that an episode weighs as much as it has entities.

    Args:
        method: The method.
        episodes: The episodes.
        description: What the progress calls the work.
        show: Whether to show progress.

    Returns:
        The counts, their precision, recall and F1, and the time.

    Raises:
        ValueError: If there is no episode or no entity in any query, or the method does not give one label a word.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
        >>> from nuner.trainers.episodes.evaluation import evaluate_episodes
        >>> class Nowhere:
        ...     def predict(self, episode):
        ...         return [["O"] * len(sentence.words) for sentence in episode.query]
        >>> rome = LabelledWords(["in", "Rome"], ["O", "city"])
        >>> evaluate_episodes(Nowhere(), [Episode(("city",), [rome], [rome])]).total
        SpanCounts(gold=1, predicted=0, correct=0)

        ```
    """
    counts = {name: Counter[str]() for name in SpanCounts._fields}
    of_episodes: list[SpanCounts] = []
    seconds = 0.0
    with counted(description, len(episodes), "episodes", show=show) as advance:
        for number, episode in enumerate(episodes, start=1):
            started = time.perf_counter()
            predicted = method.predict(episode)
            seconds += time.perf_counter() - started
            _check(predicted, episode, number)
            before = _totals(counts)
            for sentence, labels in zip(episode.query, predicted, strict=True):
                gold, found = (set(read_spans(each, "plain")) for each in (sentence.labels, labels))
                for name, spans in zip(SpanCounts._fields, (gold, found, gold & found), strict=True):
                    counts[name].update(span.label for span in spans)
            of_episodes.append(SpanCounts(*(now - then for now, then in zip(_totals(counts), before, strict=True))))
            advance(1)
    if not counts["gold"]:
        raise ValueError("no word in the query of any episode belongs to an entity, so F1 is not defined")
    names = sorted({name for each in counts.values() for name in each})
    return EpisodeScores(
        total=_totals(counts),
        types={name: SpanCounts(*(each[name] for each in counts.values())) for name in names},
        of_episodes=of_episodes,
        sentences=sum(len(episode.query) for episode in episodes),
        seconds=seconds,
    )


def _totals(counts: Mapping[str, Counter[str]]) -> SpanCounts:
    return SpanCounts(*(each.total() for each in counts.values()))


def _check(predicted: Sequence[Sequence[str]], episode: Episode, number: int) -> None:
    words, labels = [len(sentence.words) for sentence in episode.query], list(map(len, predicted))
    if words != labels:
        raise ValueError(f"episode {number}: the query has sentences of {words} words, but got {labels} labels")


def _described(counts: SpanCounts) -> dict[str, float]:
    return {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1, **counts._asdict()}
