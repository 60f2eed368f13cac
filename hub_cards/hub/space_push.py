"""Push a demonstration Space of a recognizer to the Hub."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..space.write_space import write_space
from .push import push_folder
from .push_plan import PushPlan
from .staging import staging_folder


def push_space(
    recognizer: str | os.PathLike[str],
    model_id: str,
    repo_id: str,
    *,
    examples: Sequence[str] = (),
    **options: Any,
) -> PushPlan:
    """Push a Space on which anyone can try a recognizer.

    Args:
        recognizer: Folder of the recognizer on this machine.
        model_id: The same on the Hub, which the Space loads when it starts. If it is private, the Space needs a
            token for it, as a secret in its settings.
        repo_id: The Space, `name` or `namespace/name`.
        examples: Texts to begin with; those of the recognizer's card by default.
        **options: As for `push_folder`: `private`, `revision`, `tags`, `message`, `token`, `dry_run`.

    Returns:
        What was done, or would be.

    Raises:
        ValueError: If it is no recognizer, or must not be pushed; nothing was.

    Example:
        ```python
        >>> from nuner.hub_cards import push_space
        >>> push_space("recognizer", "me/tickets", "tickets-demo")  # needs an account of the Hub  # doctest: +SKIP

        ```
    """
    with staging_folder() as folder:
        write_space(folder, model_id, checkpoint=recognizer, examples=examples)
        message = options.pop("message", None) or "Upload demonstration with nuner"
        return push_folder(folder, repo_id, repo_type="space", message=message, **options)
