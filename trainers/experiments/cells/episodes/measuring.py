"""A cell that measures a few-shot method on episodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ....episodes.evaluation import evaluate_episodes
from ...runner.cell import Cell, Known
from ..encoder import Encoder
from ..labelled_data import LabelledData
from ..trained_encoder import TrainedEncoder, bi_encoder
from .methods import EPISODE_METHODS, LearntBefore
from .sets import EpisodeSet


@dataclass(frozen=True)
class EpisodeMeasuring(Cell):
    """Let a method learn, and measure it on all episodes (section 4.2). What it has learnt is not kept.

    Args:
        name: What to call the method on its encoder in tables.
        data_name: What to call the episodes in tables.
        method: A key of `EPISODE_METHODS`.
        encoder: The encoder, or the cell that trains it.
        episodes: What is measured on.
        training: Episodes that the method may learn from before.
        sentences: Labelled sentences that it may learn from before; the training split.
        arguments: Arguments of the method.
        seed: Of what it learns before.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.cells.episodes.measuring import EpisodeMeasuring
        >>> from nuner.trainers.experiments.cells.episodes.sets import EpisodeFile
        >>> episodes = EpisodeFile("episode-data/inter/test_5_1.jsonl")
        >>> EpisodeMeasuring("ProtoBERT, BERT", "INTER 5-way 1~2", "proto", Encoder("bert-base-cased"), episodes).title
        'Measuring ProtoBERT, BERT on INTER 5-way 1~2 (seed 0)'

        ```
    """

    kind: ClassVar[str] = "episodes"

    name: str = field(compare=False)
    data_name: str = field(compare=False)
    method: str
    encoder: Encoder | TrainedEncoder
    episodes: EpisodeSet
    training: EpisodeSet | None = None
    sentences: LabelledData | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        return f"Measuring {self.name} on {self.data_name} (seed {self.seed})"

    def check(self) -> None:
        """Read the episodes, and find out whether the encoder exists and the arguments make sense.

        Raises:
            ValueError: If episodes cannot be used, an argument makes no sense, or a folder holds no encoder.
            FileNotFoundError: If the encoder or a file does not exist.
        """
        super().check()
        if isinstance(self.encoder, Encoder):
            self.encoder.check()
        method = EPISODE_METHODS[self.method]
        method.arguments(self.arguments)
        if method.from_sentences and self.sentences is None and self.training is None:
            raise ValueError(
                f"{self.name} has nothing to learn from before {self.data_name}: the benchmark needs sentences, or "
                "training episodes beside the others"
            )
        self._learnt_before(lambda message: None)

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Learn and measure.

        Args:
            known: Where the encoder lies that another cell has trained.
            tell: Called with what the method says while it learns.

        Returns:
            `scores`: F1, precision and recall in percent; `counts` of each type; `of_episodes`: gold, predicted and
            correct entities of each episode; seconds; numbers of episodes.
        """
        method = EPISODE_METHODS[self.method]
        before = self._learnt_before(tell)
        learnt = method.learn(
            bi_encoder(self.encoder, known), before, method.arguments(self.arguments), self.seed, tell
        )
        scores = evaluate_episodes(learnt, self.episodes.episodes, description=self.title)
        return {
            "scores": {name: 100 * getattr(scores.total, name) for name in ("f1", "precision", "recall")},
            "counts": {name: counts._asdict() for name, counts in scores.types.items()},
            "of_episodes": [list(counts) for counts in scores.of_episodes],
            "seconds": round(scores.seconds, 2),
            "episodes": {"measured": scores.episodes, "training": len(before.episodes)},
            "sentences": {
                "query": scores.sentences,
                "training": 0 if before.sentences is None else len(before.sentences),
            },
        }

    def _learnt_before(self, tell: Callable[[str], None]) -> LearntBefore:
        given = LearntBefore(
            [] if self.training is None else self.training.episodes,
            None if self.sentences is None else self.sentences.splits["train"],
        )
        left = given.apart_from(self.episodes)
        method = EPISODE_METHODS[self.method]
        learns = method.learns(method.arguments(self.arguments))
        for what, all_of_it, rest in (
            ("training episodes", given.episodes, left.episodes),
            ("training sentences", given.sentences or (), left.sentences or ()),
        ):
            shared = len(all_of_it) - len(rest)
            if shared and not rest and learns:
                raise ValueError(
                    f"{self.name} has nothing to learn from before {self.data_name}: each of its {what} shares a "
                    "sentence with the episodes that are measured on"
                )
            if shared:
                tell(f"{shared:,} of {len(all_of_it):,} {what} share a sentence with what is measured on; left out")
        return left
