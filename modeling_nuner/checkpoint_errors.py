"""What to say when a checkpoint does not exist or does not hold what it should."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REACHED_SECONDS = 5
# What transformers says where a checkpoint wants to bring its code.
_CUSTOM_CODE = "custom code"


@contextmanager
def explain_checkpoint_errors(
    checkpoint: str | os.PathLike[str],
    kind: str,
    contents: str | None = None,
    folder: str = "a folder with a saved model",
) -> Iterator[None]:
    """Say in one sentence what a checkpoint lacks when its configuration or tokenizer does not load.

    Args:
        checkpoint: Folder or Hub id, as the user gave it.
        kind: What it should be, such as `"recognizer"`.
        contents: What a folder of that kind holds, in words; the kind alone when left out.
        folder: What sort of folder will do, in words.

    Yields:
        Nothing; load the checkpoint inside.

    Raises:
        FileNotFoundError: If there is neither such a folder nor such a repository within reach.
        ValueError: If the folder is there, but holds something else.

    Example:
        ```python
        >>> from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors
        >>> try:
        ...     with explain_checkpoint_errors("./absent", "encoder"):
        ...         raise OSError("no file named config.json")
        ... except FileNotFoundError as error:
        ...     print(error)
        there is no encoder './absent': neither a folder with a saved model nor a Hub id within reach

        ```
    """
    name, path = os.fspath(checkpoint), Path(checkpoint)
    missing = FileNotFoundError(f"there is no {kind} {name!r}: neither {folder} nor a Hub id within reach")
    # No id on the Hub looks like this, so that nobody need be asked.
    if not path.exists() and (path.is_absolute() or name.startswith(".") or not _is_within_reach(name)):
        raise missing
    try:
        yield
    except _unreadable() as error:
        if path.exists():
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            if _CUSTOM_CODE in reason:
                reason = "its architecture is not in transformers, and code that a checkpoint brings is never run"
            raise ValueError(f"{name} holds no {contents or kind} ({reason})") from error
        raise missing from error


def _is_within_reach(repository: str) -> bool:
    """Tell whether a repository may be had: where the Hub cannot be reached, its client tries for most of a minute."""
    import httpx2
    from huggingface_hub import constants, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import get_session

    if constants.HF_HUB_OFFLINE:
        return True  # its client looks into the cache at once
    try:
        if isinstance(try_to_load_from_cache(repository, "config.json"), str):
            return True
        get_session().head(constants.ENDPOINT, timeout=_REACHED_SECONDS)
    except (HFValidationError, httpx2.TransportError):
        return False
    return True


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what readers of weights raise on a file that is cut; those of GGUF have no error of their own."""
    known = (OSError, ValueError, struct.error, OverflowError)
    # Exports run without safetensors; then no file of it has been read.
    safetensors = sys.modules.get("safetensors")
    return known if safetensors is None else (*known, safetensors.SafetensorError)
