"""What settings say about encoders and the corpora that they learn from."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, field_validator, model_validator

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.modeling_nuner.devices import bf16_is_fast

from ...pretraining.arguments import MODEL_FIELDS, PRESETS, ContrastiveTrainingArguments
from ..cells.corpus_choice import CorpusChoice
from ..cells.encoder import Encoder
from ..cells.pretraining import Pretraining
from .reading import Settings, known_keys, nearest

BASE = "base encoder"
"""What tables call an encoder that was not trained."""


def _not_the_base(name: str) -> str:
    if name == BASE:
        raise ValueError("this is what tables call the encoder that was not trained")
    return name


CorpusName: TypeAlias = Annotated[str, AfterValidator(_not_the_base)]
"""What tables call an encoder by the corpus that it learnt from."""


class CorpusSettings(Settings):
    """A corpus to learn from; a name or a file alone stands for all of it.

    Args:
        source: `bundled`, a file, a list of files, or a Hub id.
        format: Format of files: `records`, `numind` or `pile_ner`.
        options: Other options of `NuNerCorpus`, such as `max_concepts`.
    """

    source: str | tuple[str, ...] = "bundled"
    format: str = "records"
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_source_alone(cls, value: Any) -> Any:
        return {"source": value} if isinstance(value, str | list) else value

    @field_validator("options")
    @classmethod
    def _known_options(cls, options: dict[str, Any]) -> dict[str, Any]:
        return known_corpus_options(options)

    def choice(self, **options: Any) -> CorpusChoice:
        """Return the corpus.

        Args:
            **options: Options of `NuNerCorpus` that replace those of the settings; None takes one out.
        """
        together = {**self.options, **options}
        known = {name: value for name, value in together.items() if value is not None}
        return CorpusChoice(self.source, self.format, known)


def known_corpus_options(options: dict[str, Any]) -> dict[str, Any]:
    """Check the names of options of `NuNerCorpus` that settings hand on.

    Args:
        options: The options.

    Returns:
        The options.

    Raises:
        ValueError: If there is no such option; the message names the nearest that there is.
    """
    known = signature(NuNerCorpus).parameters.keys()
    return known_keys(options, known - {"config_name", "data_files", "cache_dir", "token"})


class TrainingChanges(Settings):
    """What replaces the values of a preset.

    Args:
        arguments: Fields of `ContrastiveTrainingArguments`, such as `learning_rate`.
        model: `temperature` and `concept_pooling` of `NuNerConfig`.
    """

    arguments: dict[str, Any] = Field(default_factory=dict)
    model: dict[str, Any] = Field(default_factory=dict)

    @field_validator("arguments")
    @classmethod
    def _known_arguments(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        known = ContrastiveTrainingArguments.__dataclass_fields__
        return known_keys(arguments, known.keys() - {"output_dir", "seed", "bf16", "loss"})

    @field_validator("model")
    @classmethod
    def _known_fields(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return known_keys(fields, MODEL_FIELDS["paper"])


class TrainingSettings(TrainingChanges):
    """How encoders are pre-trained.

    Args:
        preset: A preset of `ContrastiveTrainingArguments`.
        seeds: One run each.
        bf16: Compute in bfloat16; where that is fast, if not given.
    """

    preset: str = "quickstart"
    seeds: tuple[int, ...] = Field((0,), min_length=1)
    bf16: bool | None = None

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        if name not in PRESETS:
            raise ValueError(f"there is no such preset; {nearest(name, PRESETS)}")
        return name


class BaseSettings(TrainingSettings):
    """An encoder and how it is pre-trained, on corpora that are named elsewhere; its folder or Hub id alone will do.

    Args:
        text_encoder: Folder or Hub id.
        concept_encoder: Encoder of the concept names; the text encoder when left out.
    """

    text_encoder: str
    concept_encoder: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_path_alone(cls, value: Any) -> Any:
        return {"text_encoder": value} if isinstance(value, str) else value

    @property
    def base(self) -> list[Encoder]:
        """The encoder as it is: one run, whatever the seeds."""
        return [Encoder(self.text_encoder)]

    def trained(
        self, name: str, corpus: CorpusChoice, steps_of: Sequence[Pretraining] | None = None
    ) -> list[Pretraining]:
        """Return what trains the encoder, a cell for each seed.

        Args:
            name: What to call it.
            corpus: What it learns from.
            steps_of: What trains another one with the same seeds, and decides how many steps are taken.
        """
        return [
            Pretraining(
                name,
                Encoder(self.text_encoder),
                corpus,
                self.preset,
                self.arguments,
                self.model,
                bf16_is_fast() if self.bf16 is None else self.bf16,
                seed,
                Encoder(self.concept_encoder) if self.concept_encoder is not None else None,
                steps_of[run] if steps_of is not None else None,
            )
            for run, seed in enumerate(self.seeds)
        ]


class EncoderSettings(BaseSettings):
    """An encoder that is compared, as it is or after pre-training; its folder or Hub id alone stands for the former.

    Args:
        corpus: What it is pre-trained on; without one it is taken as it is.
    """

    corpus: CorpusSettings | None = None

    def runs(self, name: str) -> list[Encoder] | list[Pretraining]:
        """Return the encoder, or what trains it, a cell for each seed.

        Args:
            name: What to call it.
        """
        return self.base if self.corpus is None else self.trained(name, self.corpus.choice())
