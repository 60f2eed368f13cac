"""A whole pre-training by token classification: from a corpus and an encoder to one that replaces it.

It is no rival with an answer of its own, but an encoder: what takes encoders, takes this one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from transformers import TrainerCallback, set_seed

from nuner.data_builders.files.new_output import new_output
from nuner.data_builders.files.whole_files import whole_files, write_whole
from nuner.modeling_nuner.devices import bf16_is_fast
from nuner.modeling_nuner.export.plain import export_backbone
from nuner.modeling_nuner.input_length import fitting_length
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

from ...freezing import freeze_lower_layers
from ...machines import agree, every_machine_writes, folders_differ, lost_processes_named
from ...pretraining.resumption import SETTINGS_FILE, checkpoint_to_resume
from ...pretraining.run import BACKBONE, CHECKPOINTS, RESULTS_FILE
from ...pretraining.validation.measured_part import MAX_EVAL_SAMPLES, measured_part
from ...word_tokenizer import load_tokenizer
from .arguments import TYPE_PRESETS, preset_arguments
from .features import corpus_types, featurize_types
from .trainer import TOKEN_F1, TypeClassificationTrainer


def pretrain_types(
    encoder: str | os.PathLike[str],
    corpus: DatasetDict | Mapping[str, Dataset],
    output_dir: str | os.PathLike[str],
    *,
    preset: str = "paper",
    corpus_description: Mapping[str, Any] | None = None,
    max_eval_samples: int | None = MAX_EVAL_SAMPLES,
    resume: bool = False,
    tell: Callable[[str], None] = print,
    callbacks: Sequence[TrainerCallback] = (),
    **overrides: Any,
) -> dict[str, Any]:
    """Pre-train an encoder to classify tokens by the concepts of a corpus, as NER-BERT (Liu et al., 2021).

    Each token has one type or none (section 4.1); rare types weigh more in the cross-entropy. The classifier is put
    away. Files and checkpoints are those of `pretrain`: the encoder with its tokenizer is in `output_dir/backbone`,
    the figures are in `output_dir/pretraining.json`.

    Args:
        encoder: Folder or Hub id.
        corpus: Splits `train` and, if there is something to measure on, `validation`, in the corpus schema. Of
            many concepts choose the most frequent ones (`NuNerCorpus(..., max_concepts=154)`).
        output_dir: Where to write.
        preset: `"paper"`, `"quickstart"` or `"base"`.
        corpus_description: What the corpus is, for the figures.
        max_eval_samples: Validation sentences that are measured, a random part, the same in every run; None for all.
        resume: Go on from the newest complete checkpoint, where there is one.
        tell: Called with what the user should know.
        callbacks: Further callbacks, such as one that keeps account for the model's card.
        **overrides: Fields of `FineTuningArguments` that replace those of the preset.

    Returns:
        What is in `pretraining.json`: `settings`, `train`, `validation` (precision, recall and F1 of the tokens that
        have a type), `types`, `log_history`, `seconds`, `versions`; `not_learnt` where no token was found.

    Raises:
        FileNotFoundError: If the encoder does not exist.
        LostProcessError: If another process of the run has ended. Checkpoints are kept.
        FileExistsError: If there is a file where the output folder shall be, or the encoder lies there.
        OutputInUseError: If another process is pre-training into the same folder.
        ValueError: If there are checkpoints of an earlier run and `resume` is off, that run had other settings, a
            folder holds no encoder, or the corpus has no concept, or too many.

    Example:
        ```python
        >>> from nuner.trainers import pretrain_types
        >>> figures = pretrain_types("roberta-base", corpus, "runs/ner-bert")  # takes hours  # doctest: +SKIP
        >>> figures["validation"]["eval_token_f1"]  # takes hours  # doctest: +SKIP

        ```
    """
    output = Path(output_dir)
    tokenizer = load_tokenizer(encoder)
    labels = corpus_types(corpus["train"])
    validation = corpus["validation"] if len(corpus.get("validation", ())) else None
    if validation is not None:
        validation = measured_part(validation, max_eval_samples)
    args = preset_arguments(
        preset,
        **{
            "output_dir": str(output / CHECKPOINTS),
            "save_strategy": "steps" if "save_steps" in overrides else "epoch",
            "save_total_limit": 2,
            "eval_strategy": "epoch" if validation is not None else "no",
            "logging_steps": 20,
            "bf16": bf16_is_fast(),
            "max_length": fitting_length(encoder),
            **overrides,
        },
    )
    settings = {
        "encoder": os.fspath(encoder),
        "corpus": {**(corpus_description or {}), "sentences": {name: len(rows) for name, rows in corpus.items()}},
        "types": len(labels) - 1,
        "preset": {"name": preset, **TYPE_PRESETS[preset]},
        "overrides": overrides,
        "bf16": args.bf16,
        "loss": "cross-entropy over types",
    }
    output.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(lost_processes_named())
        # Where machines share no file system, each has its own checkpoints to go on from.
        args.save_on_each_node = folders_differ(output)
        if args.should_save:
            stack.enter_context(new_output(output, inputs=[encoder], overwrite=True))
        checkpoint = checkpoint_to_resume(output / CHECKPOINTS, settings, resume, tell)
        if args.should_save:
            tell(f"Going on from {checkpoint}" if checkpoint else f"Learning to tell {len(labels) - 1:,} types apart")
            (output / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
            _write_json(output / CHECKPOINTS / SETTINGS_FILE, settings)
        set_seed(args.seed)
        model = NuNerForTokenClassification.from_encoder(encoder, labels)
        freeze_lower_layers(model.nuner.encoder, int(args.frozen_share * model.config.num_hidden_layers))
        # The first process of each machine makes them, the others find them in the cache.
        with args.main_process_first(local=True, desc="tokenizing the corpus"):
            train, measured = (
                featurize_types(rows, tokenizer, labels, args.max_length, show_progress=args.should_save)
                if rows is not None
                else None
                for rows in (corpus["train"], validation)
            )
        agree("corpus", [labels, len(corpus["train"])])
        trainer = TypeClassificationTrainer(
            model,
            args,
            train,
            measured,
            processing_class=tokenizer,
            callbacks=callbacks,
        )
        started = time.perf_counter()
        trained = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None).metrics
        figures = trainer.evaluate() if validation is not None else {}
        results = {
            "settings": settings,
            "train": trained,
            "validation": figures,
            "types": labels[1:],
            "log_history": trainer.state.log_history,
            "seconds": round(time.perf_counter() - started, 1),
            "versions": {package: version(package) for package in ("nuner", "torch", "transformers", "datasets")},
        }
        if figures.get(f"eval_{TOKEN_F1}") == 0:
            results["not_learnt"] = (
                "The run has not learnt: no token of the validation sentences has its type. Try more steps, or "
                f"another learning rate than {args.learning_rate:g}."
            )
        if args.should_save:
            with whole_files(output / BACKBONE) as staging, every_machine_writes(model):
                export_backbone(model, staging)
                # Not the trainer's: a tokenizer remembers how it was last called, and is saved with that.
                load_tokenizer(encoder).save_pretrained(staging)
            trainer.write_card(output / BACKBONE)
            _write_json(output / RESULTS_FILE, results)
        trainer.accelerator.wait_for_everyone()
    return results


def _write_json(path: Path, values: Any) -> None:
    write_whole(path, json.dumps(values, indent=2, ensure_ascii=False, default=str) + "\n")
