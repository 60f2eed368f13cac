"""Fine-tune a causal language model on conversations, by adapters or as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, ProgressCallback, set_seed

from ...hub_trainer import HubTrainer
from ...progress import TrainingProgress
from .arguments import UniversalNerArguments
from .conversations import conversations_of
from .features import IGNORED, featurize_conversations


def train_on_conversations(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, train: Dataset, args: UniversalNerArguments
) -> nn.Module:
    """Fine-tune a language model on the conversations of labelled sentences.

    Args:
        model: The model.
        tokenizer: Its tokenizer, as `load_language_model` gives it.
        train: Rows with `tokens` and `ner_tags` (IOB2).
        args: The arguments.

    Returns:
        The model in evaluation mode, with adapters where the arguments ask for some.

    Raises:
        ValueError: If the conversations cannot be tokenized for training.
    """
    set_seed(args.seed)
    features = featurize_conversations(conversations_of(train, args.seed), tokenizer, args.longest)
    trained = with_adapters(model, args) if args.lora_rank else model
    trainer = HubTrainer(
        trained,
        args,
        AnswerCollator(tokenizer),
        features,
        processing_class=tokenizer,
        compute_loss_func=answer_loss,
        callbacks=[TrainingProgress("Training")],
    )
    for of_transformers in (ProgressCallback, PrinterCallback):
        trainer.remove_callback(of_transformers)
    trainer.train()
    return trained.eval()


def with_adapters(model: PreTrainedModel, args: UniversalNerArguments) -> nn.Module:
    """Put low-rank adapters on all linear layers of a model but its output layer.

    Args:
        model: The model, which is changed.
        args: Rank and dropout.
    """
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=args.lora_rank,
        lora_alpha=2 * args.lora_rank,
        lora_dropout=args.lora_dropout,
        target_modules="all-linear",
    )
    return get_peft_model(model, config)  # pyright: ignore[reportReturnType]


class AnswerCollator:
    """Pad conversations to a batch in which the model scores only what its loss is on.

    Args:
        tokenizer: The tokenizer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._pad = int(tokenizer.pad_token_id or 0)  # pyright: ignore[reportArgumentType]

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Pad rows.

        Args:
            rows: Rows of `featurize_conversations`.

        Returns:
            `input_ids` and `attention_mask`, `(rows, length)`; `logits_to_keep`, the places behind which some row
            has a token of an answer; and `labels`, the tokens that follow these places, `(rows, places)`.
        """
        length = max(len(row["input_ids"]) for row in rows)
        tokens = torch.full((len(rows), length), self._pad)
        mask = torch.zeros_like(tokens)
        labels = torch.full_like(tokens, IGNORED)
        for number, row in enumerate(rows):
            size = len(row["input_ids"])
            tokens[number, :size] = torch.tensor(row["input_ids"])
            labels[number, :size] = torch.tensor(row["labels"])
            mask[number, :size] = 1
        places = (labels[:, 1:] != IGNORED).any(0).nonzero().squeeze(1)
        return {"input_ids": tokens, "attention_mask": mask, "logits_to_keep": places, "labels": labels[:, places + 1]}


def answer_loss(outputs: Any, labels: Tensor, num_items_in_batch: Tensor | int | None = None) -> Tensor:
    """Compute the mean cross-entropy of the tokens of answers.

    Args:
        outputs: What the model returns for a batch of `AnswerCollator`.
        labels: Its labels.
        num_items_in_batch: Tokens of answers over all accumulated batches.
    """
    count = (labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
    losses = nn.functional.cross_entropy(
        outputs.logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return losses / count
