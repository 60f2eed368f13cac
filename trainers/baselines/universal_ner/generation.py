"""Ask a language model in memory: greedily, many questions at once, each text read once for all its questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedTokenizerBase, StoppingCriteria, StoppingCriteriaList

from nuner.data_builders.type_conversation import question_about
from nuner.modeling_nuner.input_length import longest_input

from .conversations import question_to
from .features import alike, rendered, tokens_of
from .padding import padded, positions


class ListIsWhole(StoppingCriteria):
    """Stop a row once it has a whole JSON list: whatever a model says behind it is not asked for.

    Args:
        tokenizer: The tokenizer.
        start: Where the answers begin.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, start: int) -> None:
        self._tokenizer, self._start = tokenizer, start

    def __call__(self, input_ids: Tensor, scores: Any, **kwargs: Any) -> Tensor:  # pyright: ignore
        """Tell which rows are done."""
        answers = self._tokenizer.batch_decode(input_ids[:, self._start :], skip_special_tokens=True)
        return torch.tensor([_begins_with_a_list(answer) for answer in answers], device=input_ids.device)


def _begins_with_a_list(answer: str) -> bool:
    answer = answer.lstrip()
    if not answer.startswith("["):
        return False
    try:
        json.JSONDecoder(strict=False).raw_decode(answer)
    except (ValueError, RecursionError):
        return False
    return True


@torch.inference_mode()
def generate_answers(
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    types: Sequence[str],
    *,
    texts_at_once: int = 8,
    max_new_tokens: int = 64,
    advance: Callable[[int], object] = lambda number: None,
) -> list[list[str | None]]:
    """Ask for each type in each text.

    What the questions about a text have in common is read once, and its keys and values are shared by all of them.

    Args:
        model: A causal language model, with or without adapters.
        tokenizer: Its tokenizer, with a chat template.
        texts: The texts.
        types: What is asked for, in words.
        texts_at_once: Texts of a batch.
        max_new_tokens: Longest answer, in tokens.
        advance: Called with the number of texts that were finished since the last call.

    Returns:
        For each text the answers to all questions, as the model wrote them; None where it does not read so much.
    """
    questions = [question_about(name) for name in types]
    answers: list[list[str | None]] = [[None] * len(types) for _ in texts]
    longest = longest_input(model.config, tokenizer.model_max_length) - max_new_tokens
    by_length = sorted(range(len(texts)), key=lambda number: len(texts[number]))  # little padding
    for start in range(0, len(by_length), texts_at_once):
        batch = by_length[start : start + texts_at_once]
        asked = [[question_to(texts[number], question) for question in questions] for number in batch]
        prompts = [[tokens_of(tokenizer, rendered(tokenizer, turns, to_answer=True)) for turns in of] for of in asked]
        fitting = [place for place, of_text in enumerate(prompts) if max(map(len, of_text)) <= longest]
        if fitting:
            found = iter(_answers_to(model, tokenizer, [prompts[place] for place in fitting], max_new_tokens))
            for place in fitting:
                answers[batch[place]] = [next(found) for _ in types]
        advance(len(batch))
    return answers


def _answers_to(
    model: Any, tokenizer: PreTrainedTokenizerBase, prompts: list[list[list[int]]], max_new_tokens: int
) -> list[str]:
    """Answer the prompts of some texts, as many of each."""
    count = len(prompts[0])
    # At least a token is left to each question, for the model to go on from.
    shared = [min(alike(some), min(map(len, some)) - 1) for some in prompts]
    begun, begun_mask = padded(tokenizer, [some[0][:size] for some, size in zip(prompts, shared, strict=True)])
    left, left_mask = padded(
        tokenizer, [prompt[size:] for some, size in zip(prompts, shared, strict=True) for prompt in some]
    )
    begun, begun_mask, left, left_mask = (each.to(model.device) for each in (begun, begun_mask, left, left_mask))
    cache = DynamicCache(config=model.config)
    model(
        input_ids=begun,
        attention_mask=begun_mask,
        position_ids=positions(begun_mask),
        past_key_values=cache,
        logits_to_keep=1,
    )
    cache.batch_repeat_interleave(count)
    asked = torch.cat([begun.repeat_interleave(count, 0), left], 1)
    given = model.generate(
        input_ids=asked,
        attention_mask=torch.cat([begun_mask.repeat_interleave(count, 0), left_mask], 1),
        past_key_values=cache,
        do_sample=False,
        max_new_tokens=max_new_tokens,
        pad_token_id=tokenizer.pad_token_id,
        stopping_criteria=StoppingCriteriaList([ListIsWhole(tokenizer, asked.shape[1])]),
    )
    return tokenizer.batch_decode(given[:, asked.shape[1] :], skip_special_tokens=True)
