"""Push a model from memory to the Hub, with its tokenizer and its card."""

from __future__ import annotations

from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..facts.training_facts import TrainingFacts
from .push import push_folder
from .push_plan import PushPlan
from .staging import staging_folder


def push_model(
    model: PreTrainedModel,
    repo_id: str,
    *,
    tokenizer: PreTrainedTokenizerBase | None = None,
    facts: TrainingFacts | None = None,
    max_shard_size: int | str = "5GB",
    **options: Any,
) -> PushPlan:
    """Push a model to the Hub, complete with a card that tells what is known of it.

    Args:
        model: A bi-encoder, a recognizer, or any encoder of transformers.
        repo_id: Repository, `name` or `namespace/name`.
        tokenizer: Its tokenizer.
        facts: How the model came to be, for its card.
        max_shard_size: Largest file of weights.
        **options: As for `push_folder`: `private`, `revision`, `tags`, `message`, `token`, `dry_run`.

    Returns:
        What was done, or would be.

    Raises:
        ValueError: If it cannot or must not be pushed; nothing was.

    Example:
        ```python
        >>> from nuner.hub_cards import push_model
        >>> # needs an account of the Hub
        >>> push_model(trainer.model, "nuner-tickets", tokenizer=tokenizer)  # doctest: +SKIP

        ```
    """
    with staging_folder() as folder:
        model.save_pretrained(folder, max_shard_size=max_shard_size)
        if tokenizer is not None:
            tokenizer.save_pretrained(folder)
        if facts is not None:
            facts.save(folder)
        message = options.pop("message", None) or f"Upload {type(model).__name__} with nuner"
        return push_folder(folder, repo_id, repo_type="model", message=message, **options)
