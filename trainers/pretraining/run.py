"""A whole pre-training run: from a corpus and encoders to checkpoints, the bi-encoder and its backbone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from transformers import TrainerCallback

from nuner.data_builders.files.whole_files import whole_files, write_whole
from nuner.modeling_nuner.devices import bf16_is_fast, is_accelerator_available
from nuner.modeling_nuner.export.plain import export_backbone
from nuner.modeling_nuner.input_length import fitting_length
from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining

from ..checkpoints import latest_complete_checkpoint
from ..word_tokenizer import load_tokenizer
from .arguments import PRESETS, ContrastiveTrainingArguments, preset_model_fields
from .losses.contrastive_bce import ContrastiveBCELoss
from .losses.contrastive_loss import ContrastiveLoss, check_loss
from .trainer import ContrastiveTrainer

CHECKPOINTS = "checkpoints"
BACKBONE = "backbone"
RESULTS_FILE = "pretraining.json"
SETTINGS_FILE = "settings.json"


def pretrain(
    text_encoder: str | os.PathLike[str],
    corpus: DatasetDict | Mapping[str, Dataset],
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
    the first process alone writes.

    Args:
        text_encoder: Folder or Hub id of the encoder of the text.
        corpus: Splits `train` and, if there is something to measure on, `validation`, in the corpus schema.
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
        (token, concept) pairs), `calibration` (what `ContrastiveTrainer.calibrate` fitted), `log_history`, `seconds`,
        `versions`.

    Raises:
        FileNotFoundError: If an encoder does not exist.
        FileExistsError: If there is a file where the output folder shall be.
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
    output, concept_encoder = Path(output_dir), concept_encoder if concept_encoder is not None else text_encoder
    if loss is not None:
        _check_loss(loss, overrides)
    tokenizer, concept_tokenizer = load_tokenizer(text_encoder), None
    if os.fspath(concept_encoder) != os.fspath(text_encoder):
        concept_tokenizer = load_tokenizer(concept_encoder)
    validation = corpus["validation"] if len(corpus.get("validation", ())) else None
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
            "use_cpu": not is_accelerator_available(),
            "max_length": fitting_length(text_encoder),
            **overrides,
        },
    )
    fields = {**preset_model_fields(preset), **(model_fields or {})}
    settings = {
        "text_encoder": os.fspath(text_encoder),
        "concept_encoder": os.fspath(concept_encoder),
        "corpus": {**(corpus_description or {}), "sentences": {name: len(rows) for name, rows in corpus.items()}},
        "preset": {"name": preset, **PRESETS[preset]},
        "model": fields,
        "overrides": overrides,
        "bf16": args.bf16,
        "processes": args.world_size,
    }
    if loss is not None and loss != args.default_loss():
        settings["loss"] = repr(loss)
    output.mkdir(parents=True, exist_ok=True)  # tells by its own name of a file that is in the way
    checkpoint = _checkpoint_to_resume(output / CHECKPOINTS, settings, resume)
    if args.should_save:
        if checkpoint is not None:
            tell(f"Going on from {checkpoint}")
        elif resume:
            tell(f"{output / CHECKPOINTS} holds no complete checkpoint: training starts at the beginning.")
        (output / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
        _write_json(output / CHECKPOINTS / SETTINGS_FILE, settings)

    model = NuNerForPreTraining.from_encoders(text_encoder, concept_encoder, **fields)
    trainer = ContrastiveTrainer(
        model=model,
        args=args,
        train_dataset=corpus["train"],
        eval_dataset=validation,
        processing_class=tokenizer,
        concept_processing_class=concept_tokenizer,
        loss=loss,
        callbacks=list(callbacks),
    )
    started = time.perf_counter()
    train = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None).metrics
    results = {
        "settings": settings,
        "train": train,
        "validation": _final_validation(trainer),
        "log_history": trainer.state.log_history,
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {package: version(package) for package in ("nuner", "torch", "transformers", "datasets")},
    }
    calibration = trainer.calibrate()
    if calibration is not None:
        results["calibration"] = calibration.to_dict()
    trainer.save_model(str(output))
    if trainer.is_world_process_zero():
        with whole_files(output / BACKBONE) as staging:
            export_backbone(trainer.model, staging)
            # Not the trainer's: a tokenizer remembers how it was last called, and is saved with that.
            load_tokenizer(text_encoder).save_pretrained(staging)
        trainer.write_card(output / BACKBONE)
        _write_json(output / RESULTS_FILE, results)
    # A process that ended before the first has written all could take it along.
    trainer.accelerator.wait_for_everyone()
    return results


def _check_loss(loss: ContrastiveLoss, overrides: Mapping[str, Any]) -> None:
    check_loss(loss)
    stated = overrides.get("loss_normalization", loss.normalization)
    if stated != loss.normalization:
        raise ValueError(
            f"the loss {loss!r} is divided by {loss.normalization}, and loss_normalization is {stated!r}: leave that "
            "out, or give another loss"
        )


def _checkpoint_to_resume(folder: Path, settings: dict[str, Any], resume: bool) -> Path | None:
    """The newest complete checkpoint, if it may be gone on from."""
    checkpoint = latest_complete_checkpoint(folder)
    if checkpoint is None:
        return None
    if not resume:
        raise ValueError(
            f"{folder} holds checkpoints of an earlier run: resume it (--resume), or choose another output folder."
        )
    try:
        earlier = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return checkpoint
    now = _comparable(json.loads(json.dumps(settings, default=str)))
    earlier = _comparable(earlier)
    other = [name for name in {**now, **earlier} if earlier.get(name) != now.get(name)]
    if other:
        raise ValueError(
            f"{checkpoint} belongs to a run with other settings ({', '.join(other)}): use those in "
            f"{folder / SETTINGS_FILE}, or choose another output folder."
        )
    return checkpoint


def _comparable(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings with the loss that was learnt from, whether an object named it or `loss_normalization`."""
    overrides = dict(settings.get("overrides", {}))
    normalization = overrides.pop("loss_normalization", settings.get("preset", {}).get("loss_normalization"))
    loss = settings.get("loss", repr(ContrastiveBCELoss(normalization)))
    return {**settings, "overrides": overrides, "loss": loss}


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
