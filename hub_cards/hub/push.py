"""Push a folder to the Hub: one commit with everything, which comes last."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from huggingface_hub import CardData, CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.constants import CONFIG_NAME

from ..cards.checks import check_dataset_card, check_model_card
from ..cards.dataset_card import save_dataset_card
from ..cards.model_card import save_model_card
from ..facts.checkpoint import Checkpoint, holds_checkpoint
from ..facts.corpus_facts import CorpusFacts
from ..facts.parquet_configurations import holds_parquet, parquet_configurations
from ..facts.training_facts import TrainingFacts
from ..space.write_space import APP_FILE
from .access import HubAccess
from .errors import HubError, hub_errors_as_messages
from .push_plan import PushPlan, plan_push
from .remote_code import check_carried_code


def push_folder(
    folder: str | os.PathLike[str],
    repo_id: str,
    *,
    repo_type: str | None = None,
    private: bool | None = None,
    revision: str | None = None,
    tags: Iterable[str] = (),
    message: str | None = None,
    space_sdk: str = "gradio",
    token: str | None = None,
    dry_run: bool = False,
) -> PushPlan:
    """Push a saved model, a corpus in Parquet or a Space to the Hub.

    The card of a model or a corpus is written into the folder first, unless a person has made it their own, and is
    checked against what it lies beside.

    Files are uploaded first and named by one commit at the end: until then the repository is as it was. After an
    interruption the same call goes on; files that had arrived are not sent again.

    Args:
        folder: What to push.
        repo_id: Repository, `name` or `namespace/name`.
        repo_type: `"model"`, `"dataset"` or `"space"`; found out from the folder by default.
        private: Visibility of a repository that does not exist yet; private by default. That of an existing one is
            never changed.
        revision: Branch, which is made if there is none; `main` by default.
        tags: Tags for the new commit.
        message: Commit message.
        space_sdk: What runs a Space.
        token: Access token; the one of `hf auth login` or `HF_TOKEN` by default.
        dry_run: Only find out what would be done; nothing on the Hub changes. The card is written, to be read.
            Without a token all files count as new.

    Returns:
        What was done, or would be.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If it cannot or must not be pushed, or its card contradicts it or cannot be read; nothing was
            pushed.

    Example:
        ```python
        >>> from nuner.hub_cards import push_folder
        >>> push_folder("recognizer", "tickets", dry_run=True).creates  # needs an account of the Hub  # doctest: +SKIP
        True

        ```
    """
    folder = Path(folder)
    repo_type = repo_type or type_of_folder(folder)
    if repo_type == "model":
        check_safe_to_load(folder)
    with hub_errors_as_messages("push to", repo_id, token):
        access = HubAccess.open(token, required=not dry_run)
        repo_id = access.full_name(repo_id)
        card = _written_and_checked_card(folder, repo_type, repo_id)
        plan = plan_push(
            access,
            folder,
            repo_id,
            repo_type,
            private=private,
            revision=revision,
            tags=tags,
            license=card.get("license") if card is not None else None,
            space_sdk=space_sdk if repo_type == "space" else None,
        )
        if not dry_run:
            assert access.api is not None
            _carry_out(plan, access.api, message or f"Upload {folder.resolve().name} with nuner")
    return plan


def type_of_folder(folder: Path) -> str:
    """Find out what kind of repository a folder is for.

    Args:
        folder: A saved model, a corpus in Parquet, or a Space.

    Returns:
        `"model"`, `"dataset"` or `"space"`.

    Raises:
        FileNotFoundError: If it does not exist.
        HubError: If it is none of them.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder.")
    if holds_checkpoint(folder):
        return "model"
    if (folder / APP_FILE).is_file():
        return "space"
    if holds_parquet(folder):
        return "dataset"
    raise HubError(
        f"{folder} holds neither a model ({CONFIG_NAME} and safetensors) nor a corpus (Parquet files): there is "
        "nothing to push."
    )


def check_safe_to_load(folder: Path) -> None:
    """Make sure that a folder is a model that anyone can load safely.

    Args:
        folder: A saved model.

    Raises:
        HubError: If it has no weights in safetensors, or its code is not that of this package.
    """
    if not any(folder.glob("*.safetensors")):
        raise HubError(f"{folder} has no weights in safetensors: save the model with save_pretrained.")
    check_carried_code(folder)


def _written_and_checked_card(folder: Path, repo_type: str, repo_id: str) -> CardData | None:
    """Return what the card of a model or a corpus states; a Space comes with the card that it was written with."""
    if repo_type == "model":
        checkpoint, facts = Checkpoint.read(folder), TrainingFacts.load(folder)
        save_model_card(checkpoint, facts, repo_id)
        return check_model_card(checkpoint, facts)
    if repo_type == "dataset":
        configurations = parquet_configurations(folder)
        save_dataset_card(folder, configurations, CorpusFacts.load(folder), repo_id)
        return check_dataset_card(folder, configurations)
    return None


def _carry_out(plan: PushPlan, api: HfApi, message: str) -> None:
    kind = plan.repo_type
    if plan.creates:
        api.create_repo(plan.repo_id, repo_type=kind, private=plan.private, exist_ok=True, space_sdk=plan.space_sdk)
    if plan.creates_branch:
        api.create_branch(plan.repo_id, branch=plan.revision, repo_type=kind, exist_ok=True)
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        CommitOperationAdd(file.path_in_repo, file.path) for file in plan.sent
    ]
    operations += [CommitOperationDelete(path) for path in plan.deleted]
    revision = plan.revision
    if operations:
        # Not upload_folder: with Xet storage it makes several commits, and a reader could see half of them.
        commit = api.create_commit(
            plan.repo_id,
            operations,
            commit_message=message,
            repo_type=kind,
            revision=plan.revision,
            parent_commit=plan.parent,
        )
        revision = commit.oid
    for tag in plan.tags:
        api.create_tag(plan.repo_id, tag=tag, revision=revision, repo_type=kind)
