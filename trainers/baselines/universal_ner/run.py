"""UniversalNER beside NuNER: fine-tuned on a sample, or asked without one (section 6, A.4)."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.replies.parsing import ReplyError
from nuner.data_builders.annotation.replies.text_lists import parse_text_list
from nuner.data_builders.annotation.runs.settings import RunSettings
from nuner.data_builders.files.new_output import new_output
from nuner.data_builders.files.whole_files import whole_files
from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.labelled.placed_words import PlacedWords
from nuner.modeling_nuner.encoder_loading import without_bars
from nuner.modeling_nuner.recognition.concepts import concept_labels

from ...progress import counted
from ..asking_progress import shown_asking
from ..rival_result import RivalResult
from .answers import Account, answered_tags, placed_sentences
from .arguments import UniversalNerArguments
from .generation import generate_answers
from .language_model import load_language_model
from .server import ask_server
from .training import train_on_conversations

TOO_LONG = "the text with its question is longer than the model reads"


def run_universal_ner(
    train: Dataset,
    test: Dataset,
    *,
    model: str | os.PathLike[str],
    output_dir: str | os.PathLike[str] | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
    texts_at_once: int = 8,
    max_new_tokens: int = 64,
    overwrite: bool = False,
    **arguments: Any,
) -> RivalResult:
    """Fine-tune a causal language model on the conversations of a sample, and ask it about the test sentences.

    Args:
        train: The sample, as `load_labelled` gives it. Its labels are the types that are asked for.
        test: The test sentences.
        model: Folder, Hub id or `.gguf` file of the language model.
        output_dir: Where to save the fine-tuned model with its tokenizer, adapters merged into the weights; any
            server of the OpenAI protocol can then run it for `ask_universal_ner`. Nowhere by default.
        seed: Of the order of sentences, of adapters and dropout.
        tell: Called with what the user should know.
        texts_at_once: Texts of a batch of questions.
        max_new_tokens: Longest answer, in tokens.
        overwrite: Whether to replace what is in `output_dir` already.
        **arguments: Arguments that replace those of A.4, see `UniversalNerArguments`. With `num_train_epochs=0` the
            model answers as it is, without having seen an example.

    Returns:
        Tags of the test sentences, times, parameters and the account of all answers.

    Raises:
        FileExistsError: If there is something in `output_dir` and `overwrite` is off.
        FileNotFoundError: If there is no such model.
        ValueError: If there is no sentence or no type, or an argument makes no sense.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.baselines.universal_ner.run import run_universal_ner
        >>> data = load_labelled("support-tickets")
        >>> result = run_universal_ner(  # needs a language model  # doctest: +SKIP
        ...     data["train"].select(range(50)), data["test"], model="gemma-3-270m"
        ... )
        >>> result.details["unanswered"]  # needs a language model  # doctest: +SKIP
        {'the answer is no list': 3}

        ```
    """
    types = _types_of(train, test)
    for name, number in (("texts_at_once", texts_at_once), ("max_new_tokens", max_new_tokens)):
        if number < 1:  # told now, not after the training
            raise ValueError(f"{name} is {number}; it must be at least 1.")
    with ExitStack() as stack:
        if output_dir is not None:
            stack.enter_context(new_output(Path(output_dir), inputs=[model], overwrite=overwrite))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        args = UniversalNerArguments.for_sample(train, **{"output_dir": folder, "seed": seed, **arguments})
        # Weights that adapters leave as they are need no more digits than they are computed with.
        dtype = torch.bfloat16 if args.bf16 and (args.lora_rank or not args.num_train_epochs) else torch.float32
        language_model, tokenizer = load_language_model(model, dtype)
        parameters = language_model.num_parameters()
        started = time.monotonic()
        trained: Any = language_model
        if args.num_train_epochs > 0:
            trained = train_on_conversations(language_model, tokenizer, train, args, tell)
            if args.lora_rank:
                # Adapters froze the weights. To multiply some vectors of each text by frozen weights, torch copies
                # these for each text: gigabytes, where the vocabulary is large.
                trained = trained.merge_and_unload().requires_grad_(True)
        learnt = time.monotonic()
        sentences = placed_sentences(test)
        texts = [sentence.text for sentence in sentences]
        with counted("Asking", len(texts), "sentences") as advance:
            replies = generate_answers(
                trained,
                tokenizer,
                texts,
                [*types.values()],
                texts_at_once=texts_at_once,
                max_new_tokens=max_new_tokens,
                advance=advance,
            )
        account = Account()
        too_long = sum(reply is None for of_text in replies for reply in of_text)
        account.unanswered += Counter({TOO_LONG: too_long})
        tags = _tags(sentences, types, replies, account)
        found = time.monotonic()
        if output_dir is not None:
            with whole_files(output_dir) as staging, without_bars():
                trained.save_pretrained(staging)
                tokenizer.save_pretrained(staging)
    trained_as = {
        name: getattr(args, name)
        for name in ("num_train_epochs", "learning_rate", "lora_rank", "gradient_accumulation_steps")
    }
    return RivalResult(
        tags,
        seconds_to_learn=learnt - started,
        seconds_to_find=found - learnt,
        parameters=parameters,
        details={**account.to_dict(), **trained_as},
    )


def ask_universal_ner(
    train: Dataset,
    test: Dataset,
    *,
    client: LLMClient,
    store: str | os.PathLike[str] | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
    **settings: Any,
) -> RivalResult:
    """Ask a server about the test sentences, without an example: one question a type, as UniversalNER is asked.

    Args:
        train: A sample, of which no more than the types is looked at.
        test: The test sentences.
        client: Whom to ask; its prompt is not used.
        store: The SQLite file that remembers: called again, the run goes on from there. A temporary one by default.
        seed: Nothing depends on it.
        tell: Called with what the user should know.
        **settings: Fields of `RunSettings`, such as `concurrency`, `max_cost` and `prices`; the result has dollars
            where there are prices.

    Returns:
        Tags of the test sentences, time, cost and the account of all answers. A question without an answer that can be
        read finds nothing. The seconds are those between questions and answers, divided by the number of requests at
        once.

    Raises:
        AnnotationStopped: If the server went away, or the limit on the cost was reached.
        ValueError: If there is no sentence or no type, or the server or the store cannot be used.

    Example:
        ```python
        >>> from nuner import LLMClient, load_labelled
        >>> from nuner.trainers.baselines.universal_ner.run import ask_universal_ner
        >>> client = LLMClient("UniNER-7B-type", "http://localhost:8000/v1", temperature=0, max_tokens=256)
        >>> data = load_labelled("support-tickets")
        >>> ask_universal_ner(data["train"], data["test"], client=client).dollars  # needs a server  # doctest: +SKIP

        ```
    """
    types = _types_of(train, test)
    run_settings = RunSettings(**settings)
    sentences = placed_sentences(test)
    questions = len(types) * len(sentences)
    tell(f"Asking {client.model} {questions:,} questions")
    with tempfile.TemporaryDirectory() as folder, shown_asking(questions, "questions") as on_progress:
        kept_in = Path(store) if store is not None else Path(folder, "answers.sqlite")
        texts = [sentence.text for sentence in sentences]
        answered = ask_server(texts, [*types.values()], client, kept_in, run_settings, on_progress)
    account = Account(unanswered=answered.reasons)
    tags = _tags(sentences, types, answered.answers, account)
    return RivalResult(
        tags,
        seconds_to_learn=0.0,
        seconds_to_find=answered.seconds / min(run_settings.concurrency, questions),
        dollars=run_settings.prices.cost(answered.usage) if run_settings.prices is not None else None,
        details={**account.to_dict(), **vars(answered.usage)},
    )


def _types_of(train: Dataset, test: Dataset) -> dict[str, str]:
    """Return the types of a sample, in words; raise where there is nothing to ask."""
    for name, rows in (("training", train), ("test", test)):
        if not len(rows):
            raise ValueError(f"there is no {name} sentence")
    types = entity_types(train)
    if not types:
        raise ValueError("the training sentences have no entity type to ask for")
    return concept_labels(types)


def _tags(
    sentences: Sequence[PlacedWords],
    types: dict[str, str],
    replies: Sequence[Sequence[str | None]],
    account: Account,
) -> list[list[str]]:
    """Read the answers about all sentences and tag their words."""
    tags = []
    for sentence, answers in zip(sentences, replies, strict=True):
        mentions: dict[str, list[str]] = {}
        for name, reply in zip(types, answers, strict=True):
            account.questions += 1
            if reply is None:  # booked already
                continue
            try:
                mentions[name] = parse_text_list(reply)
            except ReplyError as error:
                account.unanswered[error.reason] += 1
        tags.append(answered_tags(sentence, mentions, account))
    return tags
