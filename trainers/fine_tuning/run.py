"""Fine-tuning of a recognizer on labelled sentences (sections 4.1 and 6): its training, and the run around it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from transformers import EarlyStoppingCallback, TrainerCallback, set_seed

from nuner.data_builders.files.new_output import new_output
from nuner.data_builders.labelled.load import entity_types, load_labelled
from nuner.data_builders.labelled.samples.k_shot import annotation_counts, sample_k_shot
from nuner.data_builders.labelled.sources.split_names import VALIDATION_SPLITS
from nuner.modeling_nuner.input_length import fitting_length
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification
from nuner.modeling_nuner.recognition.bi_encoder_loading import has_concept_encoder

from ..freezing import freeze_lower_layers
from ..held_out import with_test_split
from ..word_tokenizer import load_word_tokenizer
from .adapters import ADAPTER_CONFIG, add_adapters, save_adapters
from .arguments import FineTuningArguments
from .classifier_initialization import name_classifier, solve_classifier
from .collator import LabelledCollator
from .features import featurize_labelled
from .model_labels import model_labels
from .saving import recognizer_files, save_recognizer
from .trainer import TokenClassificationTrainer
from .training_set import labelled_in_iob2

ADAPTERS = "adapters"
RESULTS_FILE = "finetuning.json"


def finetune(
    encoder: str | os.PathLike[str],
    train_dataset: Dataset,
    output_dir: str | os.PathLike[str],
    *,
    eval_dataset: Dataset | None = None,
    preset: str = "default",
    callbacks: Sequence[TrainerCallback] = (),
    **arguments: Any,
) -> TokenClassificationTrainer:
    """Make a recognizer from an encoder and labelled sentences.

    Args:
        encoder: Folder or Hub id of a NuNER checkpoint or of a plain encoder. Of a whole bi-encoder the names of the
            entity types tell where to start from.
        train_dataset: Sentences to learn from, in any form that `load_labelled` reads (words with tags of any
            scheme, or texts with character spans). The recognizer's labels are the data set's.
        output_dir: Folder of the run; nothing stays in it before `trainer.save_model()`.
        eval_dataset: Sentences to measure on: by `trainer.evaluate()` after training, and after every epoch for
            early stopping.
        preset: `"default"`, the arguments of which go with the number of sentences; `"probe"`, a linear layer on
            the frozen encoder (section 4.1); `"section-6"`, two layers with dropout, everything trained for 30
            epochs; or `"lora"`.
        callbacks: Further callbacks.
        **arguments: Arguments that replace those of the preset, see `FineTuningArguments`.

    Returns:
        The trainer after training; the recognizer is its `model`.

    Raises:
        FileNotFoundError: If the encoder does not exist.
        ValueError: If there is nothing to learn from, a type has no example, or an argument makes no sense.

    Example:
        ```python
        >>> from nuner import finetune, load_labelled
        >>> data = load_labelled("support-tickets")
        >>> trainer = finetune("nuner-roberta", data["train"], "runs/tickets")  # needs a checkpoint  # doctest: +SKIP
        >>> trainer.evaluate(data["test"])["eval_f1"]  # needs a checkpoint  # doctest: +SKIP

        ```
    """
    train_dataset, eval_dataset = labelled_in_iob2(train_dataset, eval_dataset)
    checkpoint = os.fspath(encoder)
    tokenizer = load_word_tokenizer(checkpoint)
    args = FineTuningArguments.preset(preset, len(train_dataset), output_dir=os.fspath(output_dir), **arguments)
    args.max_length = fitting_length(encoder, args.max_length)
    callbacks = list(callbacks)
    if args.early_stopping_patience is not None:
        if eval_dataset is None:
            raise ValueError("early stopping needs sentences to measure on after every epoch; give an eval_dataset")
        callbacks.append(EarlyStoppingCallback(args.early_stopping_patience))
    set_seed(args.seed)
    model: Any = NuNerForTokenClassification.from_encoder(
        encoder,
        model_labels(train_dataset, args.label_scheme),
        num_classifier_layers=args.num_classifier_layers,
        classifier_dropout=args.classifier_dropout,
    )
    if not args.train_encoder:
        model.nuner.requires_grad_(False)
    freeze_lower_layers(model.nuner.encoder, int(args.frozen_share * model.config.num_hidden_layers))
    train_features = featurize_labelled(train_dataset, tokenizer, args.max_length, label2id=model.config.label2id)
    if args.classifier_init == "auto":
        named = args.num_classifier_layers == 1 and has_concept_encoder(checkpoint)
        args.classifier_init = "names" if named else "random"
    if args.classifier_init == "names":
        name_classifier(model, checkpoint)
    elif args.classifier_init == "solver":
        solve_classifier(model, train_features, LabelledCollator(tokenizer), bf16=args.bf16)
    if args.lora_rank:
        model = add_adapters(model, encoder, rank=args.lora_rank, dropout=args.lora_dropout)
    trainer = TokenClassificationTrainer(
        model, args, train_features, eval_dataset, processing_class=tokenizer, callbacks=callbacks
    )
    earlier = set(Path(output_dir).glob("checkpoint-*"))
    if args.num_train_epochs > 0 or args.max_steps > 0:
        trainer.train()
    if args.early_stopping_patience is not None:
        for folder in set(Path(output_dir).glob("checkpoint-*")) - earlier:
            shutil.rmtree(folder)
    return trainer


def held_out_of(recognizer: str | os.PathLike[str], data_name: str) -> bool:
    """Tell whether a part of a data set was held out when a recognizer was fine-tuned on it.

    Args:
        recognizer: Folder that `run_finetuning` wrote, or any other name of a recognizer.
        data_name: The data set.
    """
    figures = Path(recognizer, RESULTS_FILE)
    if not figures.is_file():
        return False
    known = json.loads(figures.read_text(encoding="utf-8"))
    return known.get("data_set") == data_name and known.get("held_out") is not None


def run_finetuning(
    encoder: str | os.PathLike[str],
    data: str | os.PathLike[str] | DatasetDict,
    output_dir: str | os.PathLike[str],
    *,
    data_name: str | None = None,
    k: int | None = None,
    preset: str = "default",
    seed: int = 0,
    max_length: int = 256,
    overwrite: bool = False,
    tell: Callable[[str], None] = print,
    callbacks: Sequence[TrainerCallback] = (),
    **arguments: Any,
) -> dict[str, Any]:
    """Fine-tune a recognizer on a labelled data set, measure it on the test split, and save what came of it.

    At the end the recognizer with its tokenizer is in `output_dir`, in the plainest form that holds it (see
    `save_recognizer`), adapters alone are in `output_dir/adapters` if there are any, and the figures are in
    `output_dir/finetuning.json`. All of this is written together, or nothing.

    Args:
        encoder: Folder or Hub id of a NuNER checkpoint or of a plain encoder, see `finetune`.
        data: What `load_labelled` reads, or the splits that it returned: `train` to learn from, `test` to measure on
            (a fifth of `train` is held out where there is none), and, for early stopping, `validation` (or `dev`).
        output_dir: Where to write.
        data_name: What to call the data in the figures; where they come from, if not given.
        k: Train on a sample of k to 2k entities a type; on all training sentences, if not given.
        preset: Name of a preset of `FineTuningArguments`.
        seed: Seed of the sample, the first weights, the order and dropout.
        max_length: Longest row, in tokens; longer texts are split into windows.
        overwrite: Whether to replace what is in `output_dir` already. Of an earlier run there, adapters and carried
            code are removed where the new recognizer has none.
        tell: Called with what the user should know.
        callbacks: Further callbacks. One that writes cards, such as `nuner.hub_cards.ModelCardCallback`, is told the
            sizes of the splits, how they were sampled, and the scores of each type.
        **arguments: Arguments that replace those of the preset, see `FineTuningArguments`; None leaves the preset's.

    Returns:
        What is in `finetuning.json`: the scores of the test split (`test`, what `entity_scores` returns, each with
        `eval_` before it), `architecture`, the class of the checkpoint, and what was trained on what and how.

    Raises:
        FileExistsError: If there is something in `output_dir` and `overwrite` is off, or what is read lies there.
        FileNotFoundError: If the encoder or the data set does not exist.
        OutputInUseError: If another process writes to `output_dir`.
        ValueError: If a split is missing, k is too large, there is nothing to learn from, or an argument makes no
            sense.

    Example:
        ```python
        >>> from nuner import run_finetuning
        >>> figures = run_finetuning("runs/x", "support-tickets", "out", k=16)  # needs a checkpoint  # doctest: +SKIP
        >>> figures["test"]["eval_f1"], figures["architecture"]  # needs a checkpoint  # doctest: +SKIP

        ```
    """
    output = Path(output_dir)
    if isinstance(data, DatasetDict):
        splits, name, source = data, data_name or "the data set", None
    else:
        splits, name, source = load_labelled(os.fspath(data)), data_name or os.fspath(data), data
    splits, held_out = with_test_split(splits, name)
    if held_out is not None:
        tell(held_out)
    for needed in ("train", "test"):
        if needed not in splits:
            raise ValueError(f"{name} has no split {needed!r}, only {', '.join(map(str, splits))}")
    train, test, validation = splits["train"], splits["test"], None
    if arguments.get("early_stopping_patience") is not None:
        split = next((split for split in VALIDATION_SPLITS if split in splits), None)
        if split is None:
            raise ValueError(f"early stopping needs a split {VALIDATION_SPLITS[0]!r}, and {name} has none")
        validation = splits[split]
    sample = None
    if k is not None:
        train = train.select(sample_k_shot(annotation_counts(train), k, seed))
        sample = f"k = {k}, seed {seed}"
    about = f"{len(train):,} sentences of {name}" + (f" ({sample})" if sample is not None else "")
    tell(f"Training on {about}; {len(entity_types(train))} types")
    with new_output(output, inputs=[encoder, source], overwrite=overwrite):
        trainer = finetune(
            encoder,
            train,
            output,
            eval_dataset=validation,
            preset=preset,
            max_length=max_length,
            seed=seed,
            callbacks=callbacks,
            **{argument: value for argument, value in arguments.items() if value is not None},
        )
        scores = trainer.evaluate(test)
        model: Any = trainer.model
        tokenizer: Any = trainer.processing_class
        args: Any = trainer.args
        outdated = output / ADAPTERS if (output / RESULTS_FILE).is_file() and not args.lora_rank else None
        with recognizer_files(output) as staging:
            figures = {
                "encoder": os.fspath(encoder),
                "data_set": name,
                "train_sentences": len(train),
                "test_sentences": len(test),
                "held_out": held_out,
                "k": k,
                "seed": seed,
                "preset": preset,
                "epochs": args.num_train_epochs,
                "steps": trainer.state.global_step,
                "learning_rate": args.learning_rate,
                "batch_size": args.per_device_train_batch_size,
                "classifier_init": args.classifier_init,
                "arguments": arguments,
                "architecture": save_recognizer(model, tokenizer, staging),
                "test": scores,
            }
            if args.lora_rank:
                save_adapters(model, tokenizer, staging / ADAPTERS)
            (staging / RESULTS_FILE).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        if outdated is not None and (outdated / ADAPTER_CONFIG).is_file():
            shutil.rmtree(outdated)  # of an earlier run
        sizes = {"train": len(train), "test": len(test)}
        trainer.write_card(output, sentences=sizes, sample=sample, type_scores=trainer.type_scores)
        return figures
