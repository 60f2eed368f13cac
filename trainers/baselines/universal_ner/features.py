"""Questions of conversations as tokens, of which the answers alone carry labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.annotation.llm.prompt import Message

_TEXT = slice(0, 2)  # and its acknowledgement
_FIRST_QUESTION = 2


def rendered(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Message], *, to_answer: bool = False) -> str:
    """Write a conversation in the chat template of a tokenizer.

    Args:
        tokenizer: The tokenizer.
        turns: The turns.
        to_answer: Whether the model is to speak next.
    """
    messages: Any = turns
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=to_answer))


def tokens_of(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Tokenize what `rendered` wrote; its template has the special tokens.

    Args:
        tokenizer: The tokenizer.
        text: The text.
    """
    return tokenizer(text, add_special_tokens=False)["input_ids"]  # pyright: ignore[reportReturnType]


def alike(rows: Sequence[Sequence[int]]) -> int:
    """Count the tokens that rows begin with alike.

    Args:
        rows: Tokens.

    Example:
        ```python
        >>> from nuner.trainers.baselines.universal_ner.features import alike
        >>> alike([[4, 7, 9], [4, 7, 8], [4, 7]])
        2

        ```
    """
    columns = zip(*rows, strict=False)
    return next((place for place, tokens in enumerate(columns) if len({*tokens}) > 1), min(map(len, rows)))


def featurize_conversations(
    conversations: Sequence[Sequence[Message]], tokenizer: PreTrainedTokenizerBase, longest: int
) -> Dataset:
    """Tokenize conversations for training: each question by itself, as it will be asked.

    A model that had seen questions behind others alone would answer the first one as it never was asked.

    Args:
        conversations: What `conversations_of` returns.
        tokenizer: The tokenizer, with a chat template.
        longest: Tokens of a question with its text and answer at most; conversations with a longer one are left out.

    Returns:
        A row a conversation: `input_ids` of each question with its text and answer, and `answer_sizes`, how many of
        the last tokens are the answer and the mark of its end.

    Raises:
        ValueError: If all conversations are too long.
    """
    rows: dict[str, list[list[list[int]]] | list[list[int]]] = {"input_ids": [], "answer_sizes": []}
    for turns in conversations:
        questions, sizes = [], []
        for place in range(_FIRST_QUESTION, len(turns), 2):
            said = [*turns[_TEXT], *turns[place : place + 2]]
            asked = tokens_of(tokenizer, rendered(tokenizer, said[:-1], to_answer=True))
            through = tokens_of(tokenizer, rendered(tokenizer, said).rstrip("\n"))
            questions.append(through)
            sizes.append(len(through) - alike([asked, through]))
        if max(map(len, questions)) <= longest:
            rows["input_ids"].append(questions)
            rows["answer_sizes"].append(sizes)
    if not rows["input_ids"]:
        raise ValueError(f"each of the sentences has more than {longest:,} tokens with a question; raise `longest`")
    return Dataset.from_dict(rows)
