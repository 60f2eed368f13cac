"""Fetch a model or a corpus from the Hub to a folder."""

from __future__ import annotations

import os
from pathlib import Path

from huggingface_hub import snapshot_download

from .errors import HubError, hub_errors_as_messages


def was_pulled(folder: str | os.PathLike[str]) -> bool:
    """Tell whether a folder holds a pull, which may be unfinished.

    Args:
        folder: The folder.
    """
    return Path(folder, ".cache", "huggingface", "download").is_dir()


def pull_folder(
    repo_id: str,
    folder: str | os.PathLike[str],
    *,
    repo_type: str = "model",
    revision: str | None = None,
    token: str | None = None,
) -> Path:
    """Fetch a repository, or what is missing of it, to a folder.

    Args:
        repo_id: Repository, `namespace/name`.
        folder: Where to; files that are there and equal are not fetched again.
        repo_type: `"model"`, `"dataset"` or `"space"`.
        revision: Branch, tag or commit; the newest of `main` by default.
        token: Access token; the one of `hf auth login` or `HF_TOKEN` by default.

    Returns:
        The folder.

    Raises:
        HubError: If the repository or revision does not exist or may not be seen, or the Hub cannot be reached.

    Example:
        ```python
        >>> from nuner.hub_cards import pull_folder
        >>> pull_folder("me/tickets", "recognizer", revision="v1")  # needs an account of the Hub  # doctest: +SKIP

        ```
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise HubError(f"{target} is a file: choose a folder.")
    with hub_errors_as_messages(f"pull the {repo_type}", repo_id, token):
        return Path(snapshot_download(repo_id, repo_type=repo_type, revision=revision, local_dir=target, token=token))
