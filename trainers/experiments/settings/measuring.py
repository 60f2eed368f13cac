"""What settings say about labelled data, and how encoders are measured on it."""

from __future__ import annotations

from inspect import signature
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from nuner.data_builders.labelled.load import load_labelled

from ..cells.labelled_data import LabelledData
from .reading import Settings, known_keys


class DataSettings(Settings):
    """A labelled data set; its source alone will do.

    Args:
        source: What `load_labelled` takes.
        options: Its options, such as `scheme`.
    """

    source: str
    options: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_source_alone(cls, value: Any) -> Any:
        return {"source": value} if isinstance(value, str) else value

    @field_validator("options")
    @classmethod
    def _known_options(cls, options: dict[str, str]) -> dict[str, str]:
        return known_keys(options, signature(load_labelled).parameters.keys() - {"source", "split"})

    def data(self, measure_on: str) -> LabelledData:
        """Return the data set.

        Args:
            measure_on: `"test"` or `"held-out"`.
        """
        return LabelledData(self.source, measure_on, tuple(self.options.items()))


class SamplesSettings(Settings):
    """What recognizers learn from and what they are measured on.

    Args:
        data_sets: Name -> labelled data set.
        ks: Sizes of the training samples, in annotations of each type.
        samples: Number of samples of each size.
        max_test_sentences: Measure on so many sentences, the first after a shuffle; on all if not given.
        measure_on: `test`, or `held-out`: a fifth of the training sentences, so that something can be chosen without
            the test data.
        bf16: Compute in bfloat16; where that is fast, if not given.
    """

    data_sets: dict[str, DataSettings] = Field(min_length=1)
    ks: tuple[int, ...] = Field((1, 4, 16, 64), min_length=1)
    samples: int = Field(10, ge=1)
    max_test_sentences: int | None = Field(None, ge=1)
    measure_on: Literal["test", "held-out"] = "test"
    bf16: bool | None = None

    @field_validator("ks")
    @classmethod
    def _different_ks(cls, ks: tuple[int, ...]) -> tuple[int, ...]:
        if min(ks) < 1 or len(set(ks)) < len(ks):
            raise ValueError("ks must be different numbers of at least 1")
        return tuple(sorted(ks))


class MeasuringSettings(SamplesSettings):
    """On what frozen encoders are measured, and how (section 4.1).

    Args:
        names: Fit heads that are drawn to the names of the types.
    """

    names: bool = False
