"""A whole pre-training run: from a corpus and encoders to checkpoints, the bi-encoder and its backbone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict
from transformers import TrainerCallback

from nuner.data_builders.files.new_output import new_output
from nuner.data_builders.files.whole_files import whole_files, write_whole
from nuner.modeling_nuner.devices import bf16_is_fast
from nuner.modeling_nuner.export.plain import export_backbone
from nuner.modeling_nuner.input_length import fitting_length

from ..machines import every_machine_writes, folders_differ, lost_processes_named
from ..word_tokenizer import load_tokenizer
from .arguments import PRESETS, ContrastiveTrainingArguments, preset_model_fields
from .losses.contrastive_loss import ContrastiveLoss, check_loss
from .resumption import SETTINGS_FILE, checkpoint_to_resume
from .start import Start
from .trainer import ContrastiveTrainer
from .validation.learning import NotLearntError

CHECKPOINTS = "checkpoints"
BACKBONE = "backbone"
RESULTS_FILE = "pretraining.json"

# A GPU waits neither for its batches nor, at each step, for the question whether the loss is a number.
CUDA_ARGUMENTS = {"dataloader_num_workers": 6, "dataloader_persistent_workers": True, "logging_nan_inf_filter": False}


def pretrain(
    text_encoder: str | os.PathLike[str],
    corpus: DatasetDict | IterableDatasetDict | Mapping[str, Dataset | IterableDataset],
    output_dir: str | os.PathLike[str],
    *,
    concept_encoder: str | os.PathLike[str] | None = None,
    preset: str = "paper",
    model_fields: Mapping[str, Any] | None = None,
    corpus_description: Mapping[str, Any] | None = None,
    loss: ContrastiveLoss | None = None,
    resume: bool = False,
    tell: Callable[[str], None] = print,
    callbacks: Sequence[TrainerCallback] = (),
    **overrides: Any,
) -> dict[str, Any]:
    """Pre-train a bi-encoder on an annotated corpus and save what came of it (section 3).

    Checkpoints go to `output_dir/checkpoints`, one an epoch, the last two are kept. At the end the bi-encoder is in
    `output_dir`, the plain text encoder with its tokenizer in `output_dir/backbone`, and the figures are in
    `output_dir/pretraining.json`. Where one of the callbacks writes cards, both models have theirs. Under `torchrun`
    the first process alone writes; where machines share no file system, the first process of each.

    Both encoders are centered at the start (`center_encoders`). A bi-encoder that was pre-trained before goes on as it
    is, from both of its encoders, with its own temperature and pooling.

    Args:
        text_encoder: Folder or Hub id of the encoder of the text, or of a bi-encoder.
        corpus: Splits `train` and, if there is something to measure on, `validation`, in the corpus schema. Streams
            are read while the model learns, for `max_steps` steps.
        output_dir: Where to write.
        concept_encoder: Folder or Hub id of the encoder of the concept names; the text encoder when left out. Its
            tokenizer is saved with the bi-encoder, where it is another.
        preset: Name of a preset of `ContrastiveTrainingArguments`.
        model_fields: Fields of `NuNerConfig`, such as `temperature`, that replace those of the preset.
        corpus_description: What the corpus is, for the figures.
        loss: What is learnt from; `ContrastiveBCELoss` with the `loss_normalization` of the arguments when left out. A
            run is resumed with the same loss, that is with one of the same `repr`.
        resume: Go on from the newest complete checkpoint, where there is one.
        tell: Called with what the user should know, by the first process.
        callbacks: Further callbacks, such as one that keeps account for the model's card.
        **overrides: Training arguments that replace those of the preset.

    Returns:
        What is in `pretraining.json`: `settings`, `train`, `validation` (loss, average precision, F1 over
        (token, concept) pairs), `centering` (the logits before and after it), `calibration` (what
        `ContrastiveTrainer.calibrate` fitted), `log_history`, `seconds`, `versions`; `not_learnt` as below.

    Raises:
        FileNotFoundError: If an encoder does not exist.
        LostProcessError: If another process of the run has ended. Checkpoints are kept.
        FileExistsError: If there is a file where the output folder shall be, or an encoder that is read lies there.
        NotLearntError: If validation is no better than chance after an epoch or more. All is written by then; the
            error says the likely reason, which is in `pretraining.json` as `not_learnt`, and has the figures.
        OutputInUseError: If another process is pre-training into the same folder.
        TypeError: If `loss` lacks what `ContrastiveLoss` has.
        ValueError: If there are checkpoints of an earlier run and `resume` is off, that run had other settings, a
            folder holds no encoder, or the loss is divided by something else than `loss_normalization` says.

    Example:
        ```python
        >>> from nuner.trainers import pretrain
        >>> figures = pretrain("roberta-base", corpus, "runs/nuner")  # takes hours  # doctest: +SKIP
        >>> figures["validation"]["eval_average_precision"]  # takes hours  # doctest: +SKIP

        ```
    """
    output = Path(output_dir)
    if loss is not None:
        _check_loss(loss, overrides)
    start = Start.of(text_encoder, concept_encoder, preset_model_fields(preset), model_fields or {})
    validation: Any = corpus.get("validation")
    if isinstance(validation, Dataset) and not len(validation):
        validation = None
    args = ContrastiveTrainingArguments.preset(
        preset,
        **{
            "output_dir": str(output / CHECKPOINTS),
            "save_strategy": "steps" if "save_steps" in overrides else "epoch",
            "save_total_limit": 2,
            "eval_strategy": "epoch" if validation is not None else "no",
            "logging_steps": 20,
            "report_to": "none",
            "bf16": bf16_is_fast(),
            "max_length": fitting_length(text_encoder),
            **(CUDA_ARGUMENTS if torch.cuda.is_available() and isinstance(corpus["train"], Dataset) else {}),
            **overrides,
        },
    )
    settings = {
        "text_encoder": start.text_encoder,
        "concept_encoder": start.concept_encoder,
        "corpus": {**(corpus_description or {}), "sentences": _sizes(corpus)},
        "preset": {"name": preset, **PRESETS[preset]},
        "model": start.fields,
        "overrides": overrides,
        "bf16": args.bf16,
        "processes": args.world_size,
    }
    if loss is not None and loss != args.default_loss():
        settings["loss"] = repr(loss)
    output.mkdir(parents=True, exist_ok=True)  # tells by its own name of a file that is in the way
    with ExitStack() as stack:
        stack.enter_context(lost_processes_named())
        # Where machines share no file system, each has its own checkpoints to go on from.
        args.save_on_each_node = folders_differ(output)
        if args.should_save:  # what is there is replaced, as by any trainer, but not what is read
            stack.enter_context(new_output(output, inputs=[text_encoder, concept_encoder], overwrite=True))
        tell = tell if args.should_save else _tell_nobody
        checkpoint = checkpoint_to_resume(output / CHECKPOINTS, settings, resume, tell)
        if checkpoint is not None:
            tell(f"Going on from {checkpoint}")
        elif resume:
            tell(f"{output / CHECKPOINTS} holds no complete checkpoint: training starts at the beginning.")
        elif start.is_bi_encoder:
            tell(f"{start.text_encoder} is a bi-encoder: training goes on from both of its encoders.")
        if args.should_save:
            (output / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
            _write_json(output / CHECKPOINTS / SETTINGS_FILE, settings)
        trainer = ContrastiveTrainer(
            model=start.model(),
            args=args,
            train_dataset=corpus["train"],
            eval_dataset=validation,
            processing_class=start.tokenizer,
            concept_processing_class=start.concept_tokenizer,
            loss=loss,
            callbacks=list(callbacks),
        )
        results = {"settings": settings, **_train(trainer, checkpoint)}
        _save(trainer, start, output, results)
        # A process that ended before the first has written all could take it along.
        trainer.accelerator.wait_for_everyone()
    if "not_learnt" in results:
        raise NotLearntError(results["not_learnt"], results)
    return results


def _train(trainer: ContrastiveTrainer, checkpoint: Path | None) -> dict[str, Any]:
    """Train, measure and calibrate; what is returned goes into the figures."""
    started = time.perf_counter()
    train = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None).metrics
    results = {
        "train": train,
        "validation": _final_validation(trainer),
        "log_history": trainer.state.log_history,
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {package: version(package) for package in ("nuner", "torch", "transformers", "datasets")},
    }
    if trainer.centering is not None:
        results["centering"] = trainer.centering.to_dict()
    reason = trainer.why_not_learnt(results["validation"])
    if reason is not None:
        results["not_learnt"] = reason
    calibration = trainer.calibrate()
    if calibration is not None:
        results["calibration"] = calibration.to_dict()
    return results


def _save(trainer: ContrastiveTrainer, start: Start, output: Path, results: dict[str, Any]) -> None:
    """Write the bi-encoder, its backbone and the figures."""
    trainer.save_model(str(output))
    if trainer.args.should_save:
        if "not_learnt" in results:
            trainer.write_card(output, warning=results["not_learnt"])
        with whole_files(output / BACKBONE) as staging, every_machine_writes(trainer.model):
            export_backbone(trainer.model, staging)
            # Not the trainer's: a tokenizer remembers how it was last called, and is saved with that.
            load_tokenizer(start.text_encoder).save_pretrained(staging)
        trainer.write_card(output / BACKBONE)
        _write_json(output / RESULTS_FILE, results)


def _tell_nobody(_: str) -> None:
    """Take the place of `tell` in all processes but the first."""


def _sizes(corpus: Mapping[Any, Dataset | IterableDataset]) -> dict[str, int | None]:
    """Return how many sentences each split has; of a stream nobody knows."""
    return {str(name): len(rows) if isinstance(rows, Dataset) else None for name, rows in corpus.items()}


def _check_loss(loss: ContrastiveLoss, overrides: Mapping[str, Any]) -> None:
    check_loss(loss)
    stated = overrides.get("loss_normalization", loss.normalization)
    if stated != loss.normalization:
        raise ValueError(
            f"the loss {loss!r} is divided by {loss.normalization}, and loss_normalization is {stated!r}: leave that "
            "out, or give another loss"
        )


def _final_validation(trainer: ContrastiveTrainer) -> dict[str, float]:
    """Metrics of the final weights; they are measured here unless the end of the last epoch was the end of all."""
    if trainer.eval_dataset is None:
        return {}
    for entry in reversed(trainer.state.log_history):
        if "eval_average_precision" in entry and entry["step"] == trainer.state.global_step:
            return entry
    return trainer.evaluate()


def _write_json(path: Path, values: Any) -> None:
    write_whole(path, json.dumps(values, indent=2, ensure_ascii=False, default=str) + "\n")
