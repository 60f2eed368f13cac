"""A `transformers.Trainer` for recognizers (sections 4.1 and 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import (
    EvalPrediction,
    PreTrainedTokenizerBase,
    TrainerCallback,
)
from transformers.trainer_utils import EvalLoopOutput

from nuner.data_builders.labelled.label_schemes import OUTSIDE, to_iob2
from nuner.modeling_nuner.input_length import longest_input
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

from ..evaluation.entity_scores import entity_scores, type_scores
from ..hub_trainer import HubTrainer
from .arguments import FineTuningArguments
from .class_weights import balanced_weights
from .collator import LabelledCollator
from .features import IGNORED, featurize_labelled
from .layerwise_learning_rates import layerwise_parameter_groups
from .model_labels import model_scheme

if TYPE_CHECKING:
    from peft import PeftModel

# Few lengths of batches, since CPU kernels are compiled, and kept, for each.
_LENGTH_MULTIPLE = 8
T = TypeVar("T")


def joined_windows(tags: Iterable[Sequence[T]], sentences: Sequence[int]) -> list[list[T]]:
    """Put the tags of the windows of each sentence together again.

    Args:
        tags: Tags of the words that each window labels, or whatever there is of each word.
        sentences: Which sentence each window is part of, in ascending order.

    Returns:
        Tags of each sentence.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.trainer import joined_windows
        >>> joined_windows([["O"], ["city"], ["O"]], [4, 4, 7])
        [['O', 'city'], ['O']]

        ```
    """
    joined: dict[int, list[T]] = {}
    for of_window, sentence in zip(tags, sentences, strict=True):
        joined.setdefault(sentence, []).extend(of_window)
    return list(joined.values())


def with_unread_words(tags: Sequence[str], read: Sequence[bool]) -> list[str]:
    """Put the words of a sentence that have no sub-words, and so no tag, among the others.

    As in recognition, an entity that goes on behind such words covers them; else they are outside.

    Args:
        tags: IOB2 tags of the words that have sub-words.
        read: Which words have.

    Returns:
        Tags of all words.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.trainer import with_unread_words
        >>> with_unread_words(["B-city", "I-city", "O"], [True, False, True, False, True])
        ['B-city', 'I-city', 'I-city', 'O', 'O']

        ```
    """
    given, last = iter(tags), OUTSIDE
    found: list[str] = []
    unread = 0
    for is_read in read:
        if not is_read:
            unread += 1
            continue
        tag = next(given)
        goes_on = tag.startswith("I-") and last[2:] == tag[2:]
        found += [tag if goes_on else OUTSIDE] * unread + [tag]
        last, unread = tag, 0
    return found + [OUTSIDE] * unread


def with_labels(features: Dataset | None) -> Dataset | None:
    """Leave out what nothing can be learnt from: rows whose words all have no sub-words.

    Args:
        features: What `featurize_labelled` gives.

    Returns:
        The rows with a label.

    Raises:
        ValueError: If there is none.
    """
    if features is None:
        return None
    kept = [row for row, labels in enumerate(features["labels"]) if any(label != IGNORED for label in labels)]
    if not kept:
        raise ValueError("the tokenizer of the encoder leaves nothing of any word, so there is nothing to learn from")
    return features if len(kept) == len(features) else features.select(kept)


class TokenClassificationTrainer(HubTrainer):
    """`transformers.Trainer` for recognizers on labelled words.

    Texts that are too long are split into windows, of which each word is labelled in one, and scored whole.

    Args:
        model: The recognizer, with or without adapters.
        args: The arguments.
        train_dataset: Rows with `tokens` and `ner_tags`, as `load_labelled` gives them.
        eval_dataset: The same, to measure on.
        processing_class: Fast tokenizer of the encoder.
        callbacks: Further callbacks.

    Attributes:
        type_scores: Scores of each entity type at the latest evaluation.

    Example:
        ```python
        >>> from nuner import TokenClassificationTrainer
        >>> trainer = TokenClassificationTrainer(  # needs a model  # doctest: +SKIP
        ...     model, args, train, processing_class=tokenizer
        ... )
        >>> trainer.evaluate(test)["eval_f1"]  # needs a model  # doctest: +SKIP

        ```
    """

    def __init__(
        self,
        model: NuNerForTokenClassification | PeftModel,
        args: FineTuningArguments,
        train_dataset: Dataset | None = None,
        eval_dataset: Dataset | None = None,
        *,
        processing_class: PreTrainedTokenizerBase,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        self.type_scores: dict[str, dict[str, float]] = {}
        self._measured: Any = None
        config: Any = model.config
        self._tokenizer = processing_class
        self._max_length = min(args.max_length, longest_input(config, processing_class.model_max_length))
        self._label2id: dict[str, int] = config.label2id
        names = list(config.id2label.values())
        self._label_names: list[str] = names
        self._scheme = model_scheme(names)
        train = with_labels(self._featurized(train_dataset))
        self._class_weights = balanced_weights(train["labels"], len(names)) if train and args.class_weights else None
        super().__init__(
            model=cast(Any, model),
            args=args,
            data_collator=LabelledCollator(processing_class, pad_to_multiple_of=_LENGTH_MULTIPLE),
            train_dataset=train,
            eval_dataset=self._featurized(eval_dataset),
            processing_class=processing_class,
            compute_metrics=self._scores,
            # the labels' logits would fill the memory that their best ones fit in
            preprocess_logits_for_metrics=lambda logits, labels: logits.argmax(-1),
            callbacks=list(callbacks),
        )
        self.show_progress("Fine-tuning")

    def _featurized(self, dataset: Dataset | None) -> Dataset | None:
        if dataset is None or "input_ids" in dataset.column_names:
            return dataset
        return featurize_labelled(dataset, self._tokenizer, self._max_length, label2id=self._label2id)

    def evaluate(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        eval_dataset: Dataset | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        """Measure the recognizer.

        Args:
            eval_dataset: Rows with `tokens` and `ner_tags`; those of the trainer when left out.
            ignore_keys: As for `transformers.Trainer.evaluate`.
            metric_key_prefix: What the names of the figures begin with.

        Returns:
            What `entity_scores` returns, and the loss and the throughput.
        """
        return super().evaluate(cast(Any, self._featurized(eval_dataset)), ignore_keys, metric_key_prefix)

    def evaluation_loop(self, dataloader: Any, *args: Any, **kwargs: Any) -> EvalLoopOutput:
        """Run the recognizer over a data loader; see `transformers.Trainer.evaluation_loop`."""
        self._measured = dataloader.dataset
        return super().evaluation_loop(dataloader, *args, **kwargs)

    def _scores(self, prediction: EvalPrediction) -> dict[str, float]:
        best, labels = cast(np.ndarray, prediction.predictions), cast(np.ndarray, prediction.label_ids)
        tags = (
            [self._label_names[i] for i in row[labelled]]
            for row, labelled in zip(best, labels != IGNORED, strict=True)
        )
        sentences = self._measured["sentence"]
        gold = joined_windows(self._measured["iob2"], sentences)
        predicted = joined_windows(tags, sentences)
        if self._scheme == "plain":
            predicted = [to_iob2(of_sentence, "plain") for of_sentence in predicted]
        read = joined_windows(self._measured["read"], sentences)
        predicted = [with_unread_words(*of_sentence) for of_sentence in zip(predicted, read, strict=True)]
        self.type_scores = type_scores(gold, predicted)
        return entity_scores(gold, predicted)

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """Make the optimizer, with a learning rate for each layer as the arguments say."""
        if self.optimizer is None:
            args = cast(FineTuningArguments, self.args)
            whole: Any = self.accelerator.unwrap_model(self.model)
            kind, kwargs = self.get_optimizer_cls_and_kwargs(self.args, whole)
            groups = layerwise_parameter_groups(
                whole,
                whole.nuner.encoder,
                learning_rate=args.learning_rate,
                head_learning_rate=args.head_learning_rate or args.learning_rate,
                layer_decay=args.layer_decay,
                weight_decay=args.weight_decay,
            )
            self.optimizer = kind(groups, **kwargs)
        return self.optimizer

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Compute the cross-entropy of the labels, weighted where the arguments ask for it.

        Args:
            model: The recognizer.
            inputs: A batch.
            return_outputs: Whether to return the model's output too.
            num_items_in_batch: Labels over all accumulated batches.

        Returns:
            The loss, or the loss and the output.
        """
        # A batch may have no label at all, of which a mean would be no number.
        count = (inputs["labels"] != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        items = torch.as_tensor(count).clamp(min=1)
        if self._class_weights is None or not model.training:
            return super().compute_loss(model, inputs, return_outputs, items)
        labels = inputs.pop("labels")
        output = model(**inputs)
        loss = (
            nn.functional.cross_entropy(
                output.logits.flatten(0, 1).float(),
                labels.flatten(),
                weight=self._class_weights.to(labels.device),
                reduction="sum",
                label_smoothing=self.args.label_smoothing_factor,
            )
            / items
        )
        return (loss, output) if return_outputs else loss
