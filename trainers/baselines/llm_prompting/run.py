"""A language model finds the entities of test sentences by its prompt alone (section 6, figure 11 of the paper)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets import Dataset

from nuner.data_builders.annotation.entity_types.type_list import EntityType, TypeList
from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.runs.run import AnnotationStopped, end_in_words, fill_store
from nuner.data_builders.annotation.runs.settings import RunSettings
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.status import StoreStatus
from nuner.data_builders.annotation.store.store import AnnotationStore
from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.labelled.samples.prompt_examples import prompt_examples

from ..asking_progress import shown_asking
from ..rival_result import RivalResult
from .found_tags import found_tags, texts_of


def run_llm_prompting(
    train: Dataset,
    test: Dataset,
    *,
    client: LLMClient | str,
    store: str | os.PathLike[str],
    base_url: str | None = None,
    types: TypeList | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
    **settings: Any,
) -> RivalResult:
    """Ask a language model for the entities of test sentences; the training sample is in the prompt.

    It is `nuner annotate` with types: each reply is in the store before the next question is asked, a run that was cut
    short goes on, and nothing is paid for twice.

    Args:
        train: The few-shot sample, all of which is shown as examples; without rows the model is asked without any.
        test: Sentences to find entities in; its labels are not looked at.
        client: Whom to ask, or just the name of the model. Its prompt is replaced.
        store: The SQLite file that remembers. Each sample needs its own.
        base_url: The server's address, where `client` is a name.
        types: What the model is told of the types; no more than the names of `train` by default.
        seed: Not used: the model's own randomness is the server's.
        tell: Called with what the user should know.
        **settings: Fields of `RunSettings`, such as `concurrency`, `max_cost` and `prices`.

    Returns:
        The tags. A sentence that failed has no entities, and `details` says how many did and why. The seconds are
        those between question and reply, divided by the number of requests at once. Without prices the dollars are not
        known.

    Raises:
        AnnotationStopped: If the server went away, or the limit on the cost was reached.
        ValueError: If there is no test sentence or no type, or the server, the settings or the store do not fit.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.baselines.llm_prompting.run import run_llm_prompting
        >>> tickets = load_labelled("support-tickets")
        >>> sample, some = tickets["train"].select(range(4)), tickets["test"].select(range(2))
        >>> result = run_llm_prompting(sample, some, client="gpt-4.1-mini", store="in-context.sqlite")
        Asked for 8 types in 2 sentences, with 4 examples: 0 failed.
        >>> len(result.tags)
        2

        ```
    """
    if not len(test):
        raise ValueError("there is no test sentence")
    start = time.perf_counter()
    run_settings = RunSettings(**settings)
    types = types or TypeList(tuple(map(EntityType, entity_types(train))))
    examples = prompt_examples(train, types)
    prompt = Prompt(several=run_settings.sentences_per_request > 1, types=types, examples=examples)
    client = LLMClient(client, base_url) if isinstance(client, str) else client
    client = replace(client, prompt=prompt)
    texts = texts_of(test)
    learnt = time.perf_counter()
    path = Path(store)
    with shown_asking(len(texts), "sentences") as on_progress:
        rows = [raw_sentence(text.text) for text in texts]
        done = fill_store(path, client, run_settings, rows, on_progress=on_progress)
    if done.end != "finished":
        raise AnnotationStopped(f"{end_in_words(done)} What was answered is in {path}.")
    with AnnotationStore(path, create=False) as opened:
        status = StoreStatus.of(opened)
        found = found_tags(texts, opened, status.errors)
        seconds = opened.seconds_of_replies()
    tell(
        f"Asked for {len(types.types)} types in {len(texts):,} sentences, with {len(examples)} examples: "
        f"{status.failed:,} failed."
    )
    prices = run_settings.prices
    return RivalResult(
        found.tags,
        seconds_to_learn=learnt - start,
        seconds_to_find=seconds / min(run_settings.concurrency, len(texts)),
        dollars=None if prices is None else prices.cost(status.usage),
        details={
            "model": client.model,
            "prompt": prompt.fingerprint,
            "examples": len(examples),
            "tokens_sent": status.usage.prompt_tokens,
            "tokens_received": status.usage.completion_tokens,
            "failed": found.failed,
            "replies": found.counts.to_dict(),
            "notes": dict(+found.notes),
        },
    )
