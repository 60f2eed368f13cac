"""Fine-tuning of a recogniser on labelled sentences (sections 4.1 and 6)."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from datasets import Dataset
from transformers import (
    DataCollatorForTokenClassification,
    EvalPrediction,
    PreTrainedTokenizerBase,
    ProgressCallback,
    TrainingArguments,
)
from transformers.trainer_callback import PrinterCallback

from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

from .entity_metrics import entity_scores
from .features import load_word_tokenizer
from .hub_trainer import HubTrainer
from .precision import bf16_is_fast, is_accelerator_available
from .progress import TrainingProgress
from .word_labels import IGNORED, featurize_labelled


def predicted_tags(
    logits: np.ndarray, labels: np.ndarray, names: list[str]
) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted tags of the words of each sentence.

    Args:
        logits: `(sentences, length, labels)`.
        labels: Label ids, -100 where a sub-word carries none, `(sentences, length)`.
        names: Names of the labels.

    Returns:
        Gold tags and predicted tags.
    """
    best = logits.argmax(-1)
    gold, predicted = [], []
    for row, choice in zip(labels, best, strict=True):
        words = row != IGNORED
        gold.append([names[i] for i in row[words]])
        predicted.append([names[i] for i in choice[words]])
    return gold, predicted


class TokenClassificationTrainer(HubTrainer):
    """`transformers.Trainer` for recognisers on labelled words.

    Args:
        model: The recogniser.
        args: The arguments.
        train_dataset: Rows with `tokens` and `ner_tags`.
        eval_dataset: The same, to measure on.
        processing_class: Fast tokenizer of the encoder.
        max_length: Longest sentence, in sub-words.
        **kwargs: As for `transformers.Trainer`.
    """

    def __init__(
        self,
        model: NuNerForTokenClassification,
        args: TrainingArguments,
        train_dataset: Dataset | None = None,
        eval_dataset: Dataset | None = None,
        *,
        processing_class: PreTrainedTokenizerBase,
        max_length: int = 256,
        **kwargs: Any,
    ) -> None:
        id2label: Any = model.config.id2label
        names = [id2label[i] for i in range(len(id2label))]

        def scores(prediction: EvalPrediction) -> dict[str, float]:
            return entity_scores(*predicted_tags(prediction.predictions, prediction.label_ids, names))  # pyright: ignore

        train, evaluation = (
            featurize_labelled(dataset, processing_class, max_length) if dataset is not None else None
            for dataset in (train_dataset, eval_dataset)
        )
        super().__init__(
            model=model,
            args=args,
            data_collator=DataCollatorForTokenClassification(processing_class),
            train_dataset=train,
            eval_dataset=evaluation,
            processing_class=processing_class,
            compute_metrics=scores,
            **kwargs,
        )
        self.pop_callback(ProgressCallback)
        self.pop_callback(PrinterCallback)
        self.add_callback(TrainingProgress("Fine-tuning"))


def finetune(
    encoder: str | os.PathLike[str],
    train_dataset: Dataset,
    output_dir: str | os.PathLike[str],
    *,
    eval_dataset: Dataset | None = None,
    epochs: float = 30,
    learning_rate: float = 2e-4,
    batch_size: int = 8,
    num_classifier_layers: int = 1,
    max_length: int = 256,
    seed: int = 0,
) -> TokenClassificationTrainer:
    """Fine-tune encoder and classifier together on labelled sentences (section 6).

    Args:
        encoder: Folder or Hub id of a NuNER checkpoint or of a plain encoder.
        train_dataset: Rows with `tokens` and `ner_tags`, as `load_labelled` and `sample_k_shot` give them.
        output_dir: Folder of the run; nothing is written to it before `trainer.save_model()`.
        eval_dataset: The same, measured after training by `trainer.evaluate()`.
        epochs: Passes over the sentences.
        learning_rate: Highest learning rate; it rises over the first tenth of the steps and then falls to 0.
        batch_size: Sentences a step.
        num_classifier_layers: 1, which can be exported as a plain token classifier, or 2 (section 6).
        max_length: Longest sentence, in sub-words.
        seed: Seed of the classifier's first weights, of the order and of dropout.

    Returns:
        The trainer after training; the recogniser is its `model`.

    Raises:
        OSError: If the encoder does not exist.

    Example:
        ```python
        >>> from nuner import finetune, load_labelled
        >>> data = load_labelled("support-tickets")  # doctest: +SKIP
        >>> trainer = finetune("nuner", data["train"], "runs/tickets", eval_dataset=data["test"])  # doctest: +SKIP

        ```
    """
    from transformers import set_seed

    set_seed(seed)
    tokenizer = load_word_tokenizer(os.fspath(encoder))
    labels = train_dataset.features["ner_tags"].feature.names
    model = NuNerForTokenClassification.from_encoder(encoder, labels, num_classifier_layers=num_classifier_layers)
    args = TrainingArguments(
        output_dir=os.fspath(output_dir),
        num_train_epochs=epochs,
        learning_rate=learning_rate,
        per_device_train_batch_size=batch_size,
        per_device_eval_batch_size=64,
        weight_decay=0.01,
        warmup_steps=0.1,
        bf16=bf16_is_fast(),
        use_cpu=not is_accelerator_available(),
        save_strategy="no",
        logging_steps=50,
        report_to="none",
        seed=seed,
    )
    trainer = TokenClassificationTrainer(
        model, args, train_dataset, eval_dataset, processing_class=tokenizer, max_length=max_length
    )
    trainer.train()
    return trainer
