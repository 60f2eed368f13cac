"""Fine-tune a causal language model on conversations, by adapters or as a whole."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase, set_seed

from nuner.modeling_nuner.input_length import longest_input

from ...hub_trainer import HubTrainer
from .arguments import UniversalNerArguments
from .conversations import conversations_of
from .features import featurize_conversations
from .padding import padded, positions

IGNORED = -100


def train_on_conversations(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    train: Dataset,
    args: UniversalNerArguments,
    tell: Callable[[str], object] = print,
) -> nn.Module:
    """Fine-tune a language model on the conversations of labelled sentences.

    Args:
        model: The model.
        tokenizer: Its tokenizer, as `load_language_model` gives it.
        train: Rows with `tokens` and `ner_tags` (IOB2).
        args: The arguments.
        tell: Called with what the user should know.

    Returns:
        The model in evaluation mode, with adapters where the arguments ask for some.

    Raises:
        ValueError: If all sentences are too long.
    """
    set_seed(args.seed)
    longest = min(args.longest, longest_input(model.config, tokenizer.model_max_length))
    features = featurize_conversations(conversations_of(train), tokenizer, longest)
    if len(features) < len(train):
        tell(f"Left out {len(train) - len(features):,} sentences of more than {longest:,} tokens with a question")
    tell(f"Training on the conversations about {len(features):,} sentences")
    trained = with_adapters(model, args) if args.lora_rank else model
    trainer = HubTrainer(
        trained,
        args,
        AnswerCollator(tokenizer),
        features,
        processing_class=tokenizer,
        compute_loss_func=answer_loss,
    )
    trainer.show_progress("Training")
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
    with warnings.catch_warnings():
        # peft asks by a name that transformers is about to drop.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        return get_peft_model(model, config)  # pyright: ignore[reportReturnType]


class AnswerCollator:
    """Pad the questions of conversations to a batch in which the model scores only what its loss is on.

    Args:
        tokenizer: The tokenizer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Pad the questions of some conversations at their beginning, so that all answers end in one place.

        Args:
            rows: Rows of `featurize_conversations`.

        Returns:
            `input_ids`, `attention_mask` and `position_ids`, `(questions, length)`; `logits_to_keep`, the last places
            in front of tokens of an answer, `(places,)`; and `labels`, the tokens behind them, `(questions, places)`.
        """
        tokens, mask = padded(self._tokenizer, [question for row in rows for question in row["input_ids"]])
        sizes = torch.tensor([size for row in rows for size in row["answer_sizes"]])
        places = int(sizes.max())
        labels = tokens[:, -places:].clone()
        labels[torch.arange(places, 0, -1) > sizes[:, None]] = IGNORED
        length = tokens.shape[1]
        return {
            "input_ids": tokens,
            "attention_mask": mask,
            "position_ids": positions(mask),
            "logits_to_keep": torch.arange(length - 1 - places, length - 1),
            "labels": labels,
        }


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
