"""What settings say about encoders and the corpora that they learn from."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import AfterValidator, Field, field_validator, model_validator

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.modeling_nuner.devices import bf16_is_fast

from ...baselines.ner_bert.arguments import TYPE_PRESETS
from ...fine_tuning.arguments import FineTuningArguments
from ...pretraining.arguments import MODEL_FIELDS, PRESETS, ContrastiveTrainingArguments
from ..cells.corpus_choice import CorpusChoice
from ..cells.encoder import Encoder
from ..cells.pretraining import Pretraining
from ..cells.type_pretraining import TypePretraining
from .given_arguments import PresetSettings, check_arguments
from .reading import Settings, known_keys, nearest

Seed: TypeAlias = Annotated[int, Field(ge=0, lt=2**32)]
"""A seed that all libraries take."""

_NOT_GIVEN = {"output_dir", "loss", "resume_from_checkpoint"}
# There is a classifier of one layer, whose labels are the corpus' concepts, and it is put away.
_NOT_OF_TYPES = {
    *("output_dir", "resume_from_checkpoint", "early_stopping_patience", "train_encoder", "label_scheme"),
    *("num_classifier_layers", "classifier_dropout", "classifier_init", "lora_rank", "lora_dropout"),
}
_OF_NUNER = ("preset", "arguments", "model", "concept_encoder")

# Of the options of a corpus.
_NAMES = {"drop_concepts", "languages", "sources", "exclude_sources"}

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
    """Check options of `NuNerCorpus` that settings hand on, as far as it does not check them itself.

    Args:
        options: The options.

    Returns:
        The options.

    Raises:
        ValueError: If there is no such option, with the nearest that there is, or one is no list or not true or false.
    """
    known = signature(NuNerCorpus).parameters.keys()
    known_keys(options, known - {"config_name", "data_files", "dataset", "cache_dir", "token"})
    for name in _NAMES & options.keys():
        if not isinstance(options[name], str | list | None):
            raise ValueError(f"{name} is {options[name]!r}; it must be a text or a list of texts")
    # Any word would be taken for true, and in YAML 1.2 "no" is a word.
    if not isinstance(options.get("lowercase"), bool | None):
        raise ValueError(f"lowercase is {options['lowercase']!r}; it must be true or false")
    return options


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
        return check_arguments(ContrastiveTrainingArguments, arguments, _NOT_GIVEN)

    @field_validator("model")
    @classmethod
    def _known_fields(cls, fields: dict[str, Any]) -> dict[str, Any]:
        known = MODEL_FIELDS["paper"]
        for name, value in known_keys(fields, known).items():
            if isinstance(known[name], float) and not isinstance(value, int | float):
                raise ValueError(f"{name} must be a number")
        return fields


class TrainingSettings(TrainingChanges):
    """How encoders are pre-trained.

    Args:
        preset: A preset of `ContrastiveTrainingArguments`.
        seeds: One run each.
        bf16: Compute in bfloat16; where that is fast, if not given.
    """

    preset: str = "quickstart"
    seeds: tuple[Seed, ...] = Field((0,), min_length=1)
    bf16: bool | None = None

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        if name not in PRESETS:
            raise ValueError(f"there is no such preset; {nearest(name, PRESETS)}")
        return name

    @field_validator("seeds")
    @classmethod
    def _different_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("one of them is there twice, and would be counted twice")
        return seeds


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


class TokenClassificationSettings(PresetSettings):
    """How an encoder is pre-trained as NER-BERT is; the name of the preset alone will do.

    Args:
        preset: A preset of `pretrain_types`.
        arguments: Fields of `FineTuningArguments` that replace those of the preset.
    """

    presets: ClassVar = TYPE_PRESETS
    kind: ClassVar = FineTuningArguments
    not_given: ClassVar = _NOT_OF_TYPES

    preset: str = "quickstart"


class EncoderSettings(BaseSettings):
    """An encoder that is compared, as it is or after pre-training; its folder or Hub id alone stands for the former.

    Args:
        corpus: What it is pre-trained on; without one it is taken as it is.
        token_classification: Pre-train it as NER-BERT is, by classifying tokens, and not as NuNER.
    """

    corpus: CorpusSettings | None = None
    token_classification: TokenClassificationSettings | None = None

    @model_validator(mode="after")
    def _trained_on_something(self) -> EncoderSettings:
        of_training = sorted(self.model_fields_set - {"text_encoder", "corpus"})
        if self.corpus is None and of_training:
            raise ValueError(f"without a corpus it is not trained, and {', '.join(of_training)} would mean nothing")
        of_nuner = [name for name in _OF_NUNER if name in self.model_fields_set]
        if self.token_classification is not None and of_nuner:
            raise ValueError(f"{', '.join(of_nuner)} would mean nothing for token_classification, which has its own")
        return self

    def runs(self, name: str) -> list[Encoder] | list[Pretraining] | list[TypePretraining]:
        """Return the encoder, or what trains it, a cell for each seed.

        Args:
            name: What to call it.
        """
        if self.corpus is None:
            return self.base
        corpus, how = self.corpus.choice(), self.token_classification
        if how is None:
            return self.trained(name, corpus)
        bf16 = bf16_is_fast() if self.bf16 is None else self.bf16
        return [
            TypePretraining(name, Encoder(self.text_encoder), corpus, how.preset, how.arguments, bf16, seed)
            for seed in self.seeds
        ]
