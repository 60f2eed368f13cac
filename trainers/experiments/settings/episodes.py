"""What settings say about episodes and the methods that are measured on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from nuner.data_builders.rejections import OnError

from ..cells.episodes.methods import EPISODE_METHODS
from ..cells.episodes.sets import EpisodeFile, EpisodeSet, SampledEpisodes
from ..cells.labelled_data import LabelledData
from .measuring import DataSettings
from .reading import Settings, known_keys, nearest


class MethodSettings(Settings):
    """A few-shot method; its name alone will do.

    Args:
        method: `proto` (ProtoBERT), `nnshot`, `structshot` or another key of `EPISODE_METHODS`.
        arguments: What may be chosen about it, such as `learning_rate`.
    """

    method: str
    arguments: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_name_alone(cls, value: Any) -> Any:
        return {"method": value} if isinstance(value, str) else value

    @field_validator("method")
    @classmethod
    def _known_method(cls, name: str) -> str:
        if name not in EPISODE_METHODS:
            raise ValueError(f"there is no such method; {nearest(name, EPISODE_METHODS)}")
        return name

    @model_validator(mode="after")
    def _known_arguments(self) -> MethodSettings:
        method = EPISODE_METHODS[self.method]
        method.arguments(known_keys(self.arguments, method.argument_names))
        return self


class BenchmarkSettings(Settings):
    """Episodes to measure on, and what may be learnt before.

    Args:
        episodes: Folder with files in Few-NERD's format and under its names: `test_5_1.jsonl` has 5 types an episode
            and 1 to 2 entities of each; `train_5_1.jsonl`, if it is there, is learnt from before.
        sampled_from: Instead, labelled data whose test split episodes are drawn from.
        number: How many are drawn, or are taken of each file; 100, or all of a file, if not given.
        on_error: `skip` leaves out episodes of a file that cannot be used, where `raise` stops at the first.
        split: Measure on `test` or, to choose something, on `dev` episodes; those that are drawn are `test`.
        sentences: Labelled sentences to learn from before, with types that the measured episodes do not have. Where
            episodes are drawn, as many are drawn from these to learn from.
    """

    episodes: str | None = None
    sampled_from: DataSettings | None = None
    number: int | None = Field(None, ge=1)
    on_error: OnError = "raise"
    split: Literal["test", "dev"] = "test"
    sentences: DataSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_folder_alone(cls, value: Any) -> Any:
        return {"episodes": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_of_both(self) -> BenchmarkSettings:
        if (self.episodes is None) == (self.sampled_from is None):
            raise ValueError("a benchmark needs either the key episodes or the key sampled_from")
        if self.sampled_from is not None and self.split != "test":
            raise ValueError("episodes that are drawn are drawn from the test split")
        return self

    def measured(self, way: int, shot: int) -> EpisodeSet:
        """Return the episodes that are measured on.

        Args:
            way: Number of types of an episode.
            shot: At least so many entities of each in its support.
        """
        if self.sampled_from is not None:
            return SampledEpisodes(self.sampled_from.data("test"), "test", way, shot, self._number)
        return EpisodeFile(str(self._file(self.split, way, shot)), self.number, self.on_error)

    def training(self, way: int, shot: int) -> EpisodeSet | None:
        """Return the episodes that may be learnt from before, if there are any.

        Args:
            way: As for `measured`.
            shot: As for `measured`.
        """
        if self.sampled_from is None:
            file = self._file("train", way, shot)
            return EpisodeFile(str(file), on_error=self.on_error) if file.exists() else None
        before = self.sentences_before()
        return None if before is None else SampledEpisodes(before, "train", way, shot, self._number)

    def sentences_before(self) -> LabelledData | None:
        """Return the sentences that may be learnt from before, if there are any."""
        return None if self.sentences is None else self.sentences.data("test")

    @property
    def _number(self) -> int:
        return self.number or 100

    def _file(self, split: str, way: int, shot: int) -> Path:
        return Path(self.episodes or "", f"{split}_{way}_{shot}.jsonl")
