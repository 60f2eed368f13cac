"""The few-shot methods that are measured on episodes, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from datasets import Dataset

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.data_builders.labelled.episodes.sentences import episode_sentences

from ....baselines.nearest_neighbour.arguments import NearestArguments
from ....baselines.nearest_neighbour.run import learn_nearest_classes
from ....baselines.tadner.arguments import TadNerArguments
from ....baselines.tadner.run import learn_tadner
from ....episodes.method import EpisodeMethod
from ..argument_types import check_types
from .sets import EpisodeSet, sentences_of


class LearntBefore(NamedTuple):
    """What a method may learn from before it meets the episodes that it is measured on.

    Args:
        episodes: Training episodes; none where there are none.
        sentences: Labelled sentences, as `load_labelled` gives them; None where there are none.
    """

    episodes: Sequence[Episode]
    sentences: Dataset | None

    def apart_from(self, measured: EpisodeSet) -> LearntBefore:
        """Leave out all that shares a sentence with episodes that are measured on.

        Benchmarks repeat sentences with the labels of other types: who learns from them is taught that what they are
        asked for later is no entity.

        Args:
            measured: The episodes that are measured on.

        Returns:
            What is left; it may be nothing.
        """
        known, sentences = measured.sentences, self.sentences
        if sentences is not None:
            others = [row for row, words in enumerate(sentences["tokens"]) if tuple(words) not in known]
            sentences = sentences.select(others)
        return LearntBefore([each for each in self.episodes if known.isdisjoint(sentences_of(each))], sentences)


@dataclass(frozen=True)
class KnownMethod:
    """A method, and how it is made.

    Args:
        kind: The dataclass of its arguments.
        learn: Encoder, what it learns from, arguments, seed, and what is told the user -> the method.
        fixed: Arguments that its name stands for.
        learns: Whether it learns anything before, given its arguments.
        from_sentences: Whether it learns from sentences where there are any, and cannot do without these or episodes.
    """

    kind: type
    learn: Callable[[str | Path, LearntBefore, Any, int, Callable[[str], None]], EpisodeMethod]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    learns: Callable[[Any], bool] = lambda arguments: True
    from_sentences: bool = False

    @property
    def argument_names(self) -> set[str]:
        """Names of the arguments that may be given."""
        kind: Any = self.kind
        return kind.__dataclass_fields__.keys() - self.fixed.keys()

    def arguments(self, given: Mapping[str, Any]) -> Any:
        """Make its arguments.

        Args:
            given: Those that replace the defaults.

        Raises:
            ValueError: If one has another type, or makes no sense.
        """
        check_types(self.kind, given)
        return self.kind(**self.fixed, **given)


def _nearest(
    encoder: str | Path, before: LearntBefore, arguments: Any, seed: int, tell: Callable[[str], None]
) -> EpisodeMethod:
    return learn_nearest_classes(encoder, before.episodes, arguments, seed=seed)


def _tadner(
    encoder: str | Path, before: LearntBefore, arguments: Any, seed: int, tell: Callable[[str], None]
) -> EpisodeMethod:
    source = episode_sentences(before.episodes) if before.sentences is None else before.sentences
    return learn_tadner(encoder, source, arguments, seed=seed, tell=tell)


def _trains(arguments: NearestArguments) -> bool:
    return arguments.epochs > 0


EPISODE_METHODS: Mapping[str, KnownMethod] = {
    "proto": KnownMethod(NearestArguments, _nearest, {"method": "proto"}, _trains),
    "nnshot": KnownMethod(NearestArguments, _nearest, {"method": "nnshot"}, _trains),
    "structshot": KnownMethod(NearestArguments, _nearest, {"method": "structshot"}, _trains),
    "tadner": KnownMethod(TadNerArguments, _tadner, from_sentences=True),
}
"""Name in settings -> method."""
