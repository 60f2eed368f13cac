"""Fine-tuning of a recognizer on labelled sentences (sections 4.1 and 6)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import EarlyStoppingCallback, TrainerCallback, set_seed

from nuner.modeling_nuner.input_length import fitting_length
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification
from nuner.modeling_nuner.recognition.bi_encoder_loading import has_concept_encoder

from ..few_shot.word_vectors import load_word_tokenizer
from ..freezing import freeze_lower_layers
from .adapters import add_adapters
from .arguments import FineTuningArguments
from .classifier_initialization import name_classifier, solve_classifier
from .features import featurize_labelled
from .model_labels import model_labels
from .trainer import LabelledCollator, TokenClassificationTrainer
from .training_set import labelled_in_iob2


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
        callbacks: Further callbacks, such as one that keeps account for the model's card.
        **arguments: Arguments that replace those of the preset, see `FineTuningArguments`.

    Returns:
        The trainer after training; the recognizer is its `model`.

    Raises:
        FileNotFoundError: If the encoder does not exist.
        ValueError: If there is nothing to learn from, a type has no example, or an argument makes no sense.

    Example:
        ```python
        >>> from nuner import finetune, load_labelled
        >>> data = load_labelled("support-tickets")  # doctest: +SKIP
        >>> trainer = finetune("nuner", data["train"], "runs/tickets", eval_dataset=data["test"])  # doctest: +SKIP

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
    if args.num_train_epochs > 0 or args.max_steps > 0:
        trainer.train()
    if args.early_stopping_patience is not None:
        for folder in Path(output_dir).glob("checkpoint-*"):
            shutil.rmtree(folder)
    return trainer
