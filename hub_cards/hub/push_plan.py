"""What a push would do, found out by reading alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from huggingface_hub import HfApi, RepoFile
from huggingface_hub.errors import RevisionNotFoundError
from huggingface_hub.utils.sha import git_hash, sha_fileobj

from .access import HubAccess
from .errors import HubError
from .pushed_files import FolderFiles, LocalFile

State = Literal["new", "changed", "unchanged"]
MAIN = "main"
# Files of an earlier push that would be read together with those of this one, or instead of them.
_SUPERSEDED = re.compile(r"model(-\d+-of-\d+)?\.safetensors(\.index\.json)?|(.+/)?[^/]+\.parquet")
_NOT_STATED = ("", "unknown", "none")


@dataclass(frozen=True)
class PushPlan:
    """A push that has not happened yet.

    Args:
        repo_id: Repository, with namespace.
        repo_type: `"model"`, `"dataset"` or `"space"`.
        creates: Whether the repository does not exist yet.
        private: Whether it is, or will be, private.
        revision: Branch that is pushed to.
        creates_branch: Whether the branch does not exist yet.
        parent: Commit that the push goes on top of; None where there is none yet.
        files: Files to push, with what becomes of each on the Hub.
        deleted: Paths on the Hub of files of an earlier push that go.
        left_out: Files of the folder that stay here, and why.
        tags: Tags for the new commit.
        space_sdk: What runs a Space.
        compared: Whether the Hub was asked what it has; without a token all files count as new.
    """

    repo_id: str
    repo_type: str
    creates: bool
    private: bool
    revision: str
    creates_branch: bool
    parent: str | None
    files: list[tuple[LocalFile, State]]
    deleted: list[str]
    left_out: dict[str, str]
    tags: list[str] = field(default_factory=list)
    space_sdk: str | None = None
    compared: bool = True

    @property
    def sent(self) -> list[LocalFile]:
        """The files that the Hub does not have yet."""
        return [file for file, state in self.files if state != "unchanged"]


def plan_push(
    access: HubAccess,
    folder: Path,
    repo_id: str,
    repo_type: str,
    *,
    private: bool | None = None,
    revision: str | None = None,
    tags: Iterable[str] = (),
    license: str | None = None,
    space_sdk: str | None = None,
) -> PushPlan:
    """Find out what a push would do, and refuse what must not be done.

    Args:
        access: Connection to the Hub, perhaps to nowhere.
        folder: What to push.
        repo_id: Repository, with namespace.
        repo_type: `"model"`, `"dataset"` or `"space"`.
        private: Visibility of a repository that does not exist yet, private by default.
        revision: Branch; `main` by default.
        tags: Tags for the new commit.
        license: License that the card states.
        space_sdk: What runs a Space.

    Returns:
        The plan.

    Raises:
        HubError: If permission is missing, the repository is of another kind or has another visibility, a tag exists,
            a data set without a license would become public, or a file holds the token.
    """
    contents = FolderFiles.of(folder)
    if not contents.pushed:
        raise HubError(f"{folder} holds nothing to push.")
    if access.token is not None:
        contents.refuse_secrets(access.token)
    revision, tags = revision or MAIN, list(tags)
    info = access.info(repo_id, repo_type)
    if info is not None and private is not None and private != info.private:
        raise HubError(
            f"{repo_id} exists and is {'private' if info.private else 'public'}: change that in its settings on the "
            "Hub, or push without saying which it shall be."
        )
    will_be_private = info.private if info is not None else private is not False
    if repo_type == "dataset" and not will_be_private:
        _require_license(license, repo_id)
    branch_exists = parent = None
    remote: dict[str, RepoFile] = {}
    if info is not None and access.api is not None:
        refs = access.api.list_repo_refs(repo_id, repo_type=repo_type)
        branches = {branch.name: branch.target_commit for branch in refs.branches}
        branch_exists, parent = revision in branches, branches.get(revision, branches.get(MAIN))
        taken = sorted({tag.name for tag in refs.tags} & set(tags))
        if taken:
            raise HubError(f"{repo_id} has a tag {taken[0]!r} already: choose another, or delete it on the Hub.")
        remote = _remote_files(access.api, repo_id, repo_type, parent)
    here = {file.path_in_repo for file in contents.pushed}
    return PushPlan(
        repo_id=repo_id,
        repo_type=repo_type,
        creates=info is None,
        private=will_be_private,
        revision=revision,
        creates_branch=not branch_exists and revision != MAIN,
        parent=parent,
        files=[(file, _state(file, remote.get(file.path_in_repo))) for file in contents.pushed],
        deleted=sorted(path for path in remote if _SUPERSEDED.fullmatch(path) and path not in here),
        left_out=contents.left_out,
        tags=tags,
        space_sdk=space_sdk,
        compared=access.api is not None,
    )


def _remote_files(api: HfApi, repo_id: str, repo_type: str, commit: str | None) -> dict[str, RepoFile]:
    try:
        tree = api.list_repo_tree(repo_id, recursive=True, revision=commit, repo_type=repo_type)
        return {entry.path: entry for entry in tree if isinstance(entry, RepoFile)}
    except RevisionNotFoundError:  # a repository without a commit
        return {}


def _state(local: LocalFile, remote: RepoFile | None) -> State:
    if remote is None:
        return "new"
    if remote.size != local.size:
        return "changed"
    if remote.lfs is not None:
        with local.path.open("rb") as file:
            same = sha_fileobj(file).hex() == remote.lfs.sha256
    else:
        same = git_hash(local.path.read_bytes()) == remote.blob_id
    return "unchanged" if same else "changed"


def _require_license(license: str | None, repo_id: str) -> None:
    if str(license or "").strip().lower() in _NOT_STATED:
        raise HubError(
            f"the corpus states no license for its text, so it cannot be pushed publicly to {repo_id}: name it "
            "(--license), or push the corpus privately."
        )
