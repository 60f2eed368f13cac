"""Keep account of a training while it runs, and write the model's card at each save."""

from __future__ import annotations

import os
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from ..facts.checkpoint import holds_checkpoint
from ..facts.hardware import describe_machine, versions
from ..facts.training_facts import Source, TrainingFacts
from .model_card import write_model_card

# Arguments of every Trainer that decide what is learnt; the rest are paths, logging and machinery.
_ARGUMENTS = (
    "num_train_epochs",
    "max_steps",
    "learning_rate",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "optim",
    "weight_decay",
    "adam_beta1",
    "adam_beta2",
    "adam_epsilon",
    "max_grad_norm",
    "lr_scheduler_type",
    "warmup_steps",
    "label_smoothing_factor",
    "bf16",
    "fp16",
    "seed",
    "data_seed",
)
_MODEL_FIELDS = ("temperature", "concept_pooling", "feature_layers", "num_classifier_layers", "classifier_dropout")
_SPEEDS = ("runtime", "samples_per_second", "steps_per_second", "model_preparation_time")


class ModelCardCallback(TrainerCallback):
    """Record what a training does, and write `training_facts.json` and the card of the model from it.

    The trainers of this package write the card wherever they save a model and in `create_model_card`, and so in
    `push_to_hub`; any other `transformers.Trainer` has it in its checkpoints.

    Args:
        facts: What is known beforehand, such as the data, its license and language.

    Example:
        ```python
        >>> from nuner.hub_cards import ModelCardCallback, Source, TrainingData, TrainingFacts
        >>> data = TrainingData(Source("Support tickets"), {"train": 400, "test": 200})
        >>> callback = ModelCardCallback(TrainingFacts(data=data, license="mit", languages=["en"]))
        >>> trainer = ContrastiveTrainer(..., callbacks=[callback])  # the folder is yours  # doctest: +SKIP

        ```
    """

    def __init__(self, facts: TrainingFacts | None = None) -> None:
        self.facts = facts if facts is not None else TrainingFacts()
        self._started: float | None = None
        self._seconds_before = 0.0

    def on_init_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **kwargs: Any
    ) -> None:
        """Note arguments and model, for recognizers that are not trained step by step."""
        self._note_set_up(args, model)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **kwargs: Any
    ) -> None:
        """Note arguments and model, which may have changed, and start the clock."""
        self._note_set_up(args, model)
        self._started, self._seconds_before = time.perf_counter(), 0.0
        if state.global_step:
            resumed = Path(str(args.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"
            self._seconds_before = TrainingFacts.load(resumed).training_seconds or 0.0

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Take over what was logged; after a resumption that is what was logged before it, too."""
        by_step: dict[float, dict[str, float]] = {}
        for entry in state.log_history:
            kept = {
                name: value
                for name, value in entry.items()
                if name in ("epoch", "loss") or (name.startswith("eval_") and not name.endswith(_SPEEDS))
            }
            if len(kept) > ("epoch" in kept):
                by_step.setdefault(entry["step"], {"step": entry["step"]}).update(kept)
        self.facts.history = list(by_step.values())

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep the newest metrics."""
        self.facts.scores = {
            name.removeprefix("eval_"): value
            for name, value in (metrics or {}).items()
            if name.startswith("eval_") and not name.endswith(_SPEEDS)
        }

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Write facts and card beside a checkpoint."""
        if state.is_world_process_zero:
            self.write_card(Path(str(args.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}")

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Stop the clock."""
        self._note_time()
        self._started = None

    def write_card(
        self,
        folder: str | os.PathLike[str],
        *,
        model_id: str | None = None,
        license: str | None = None,
        language: str | list[str] | None = None,
        sentences: dict[str, int] | None = None,
        sample: str | None = None,
        type_scores: dict[str, dict[str, float]] | None = None,
        warning: str | None = None,
    ) -> Path:
        """Write facts and card beside a saved model.

        Args:
            folder: Where the model lies.
            model_id: What users will load it by.
            license: The model's license, if it was not known before.
            language: Code or codes of the text's language, likewise.
            sentences: Split of the data -> number of sentences, likewise.
            sample: How the training sentences were chosen, likewise.
            type_scores: Scores of each entity type, likewise.
            warning: What everybody should know who comes across the model, likewise.

        Returns:
            The card's file; that of the facts where adapters alone were saved, whose card peft writes.
        """
        self._note_time()
        self.facts.license = license or self.facts.license
        self.facts.languages = [language] if isinstance(language, str) else language or self.facts.languages
        self.facts.type_scores = type_scores or self.facts.type_scores
        self.facts.warning = warning or self.facts.warning
        if self.facts.data is not None:
            self.facts.data.sentences = sentences or self.facts.data.sentences
            self.facts.data.sample = sample or self.facts.data.sample
        if not holds_checkpoint(Path(folder)):
            return self.facts.save(folder)
        return write_model_card(folder, self.facts, model_id=model_id)

    def _note_set_up(self, args: TrainingArguments, model: Any) -> None:
        facts, config = self.facts, model.config
        facts.hyperparameters = _hyperparameters(args, config)
        facts.versions, facts.hardware = versions(), describe_machine()
        if facts.text_encoder is None:
            facts.text_encoder = _source(getattr(config, "text_config", config))
        if facts.concept_encoder is None and hasattr(model, "concept_encoder"):
            facts.concept_encoder = _source(config.concept_config)
        if type(model).__name__.endswith("ForTokenClassification"):
            facts.labels = [config.id2label[i] for i in range(len(config.id2label))]

    def _note_time(self) -> None:
        if self._started is not None:
            self.facts.training_seconds = round(self._seconds_before + time.perf_counter() - self._started, 1)


def _source(config: Any) -> Source | None:
    return Source.of(config._name_or_path) if getattr(config, "_name_or_path", "") else None


def _hyperparameters(args: TrainingArguments, config: Any) -> dict[str, Any]:
    added = {field.name for field in fields(args)} - {field.name for field in fields(TrainingArguments)}
    values: dict[str, Any] = {name: getattr(args, name) for name in (*_ARGUMENTS, *sorted(added))}
    values |= {name: getattr(config, name) for name in _MODEL_FIELDS if hasattr(config, name)}
    if values["max_steps"] <= 0:
        del values["max_steps"]
    values["processes"] = args.world_size
    # Enumerations of transformers are strings, whose text is that of their value.
    return {
        name: getattr(value, "value", value)
        for name, value in values.items()
        if value is not None and not isinstance(value, (dict, tuple))
    }
