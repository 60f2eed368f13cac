"""Conversations as tokens, of which the answers alone carry labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from .conversations import Turn

IGNORED = -100
_FIRST_ANSWER = 3  # behind the text, its acknowledgement and the first question


def rendered(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], *, to_answer: bool = False) -> str:
    """Write a conversation in the chat template of a tokenizer.

    Args:
        tokenizer: The tokenizer.
        turns: The turns.
        to_answer: Whether the model is to speak next.
    """
    messages = [dict(turn) for turn in turns]
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=to_answer))


def featurize_conversations(
    conversations: Sequence[Sequence[Turn]], tokenizer: PreTrainedTokenizerBase, longest: int
) -> Dataset:
    """Tokenize conversations for training; the loss is on the answers to questions alone, and their ends.

    Args:
        conversations: What `conversations_of` returns.
        tokenizer: A fast tokenizer.
        longest: Tokens that the model reads at most. What is said later in a longer conversation is left out.

    Returns:
        Rows with `input_ids` and `labels`.

    Raises:
        ValueError: If the tokenizer tells no places of its tokens, its template writes a turn differently when others
            follow, or not one whole answer fits.
    """
    if not tokenizer.is_fast:
        raise ValueError("the tokenizer does not tell where its tokens stand in the text: a fast one is needed")
    rows: dict[str, list[Any]] = {"input_ids": [], "labels": []}
    for number, turns in enumerate(conversations, 1):
        text = rendered(tokenizer, turns)
        answers = [_place(tokenizer, turns, turn, text) for turn in range(_FIRST_ANSWER, len(turns), 2)]
        encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        labels = [IGNORED] * len(encoded["input_ids"])
        waiting = iter(answers)
        start, end = next(waiting)
        for place, (first, last) in enumerate(encoded["offset_mapping"]):
            while first >= end:
                start, end = next(waiting, (len(text), len(text) + 1))
            if start <= first and last > first:
                labels[place] = encoded["input_ids"][place]
        if all(label == IGNORED for label in labels[:longest]):
            raise ValueError(
                f"the conversation about sentence {number} has {len(labels):,} tokens, and no answer among the "
                f"{longest:,} that the model reads; divide the text"
            )
        rows["input_ids"].append(encoded["input_ids"][:longest])
        rows["labels"].append(labels[:longest])
    return Dataset.from_dict(rows)


def _place(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], turn: int, text: str) -> tuple[int, int]:
    """Return where an answer begins and ends in a conversation, the mark of its end included."""
    before = rendered(tokenizer, turns[:turn], to_answer=True)
    through = rendered(tokenizer, turns[: turn + 1])
    if not (text.startswith(through) and through.startswith(before)):
        raise ValueError(
            "the chat template of this tokenizer writes an answer differently when more is said, so that answers "
            "cannot be told from questions; take a model without a template, or give its tokenizer another"
        )
    return len(before), len(through.rstrip("\n"))
