"""Who pushes, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.utils import validate_repo_id

from .errors import LOG_IN, HubError

REPO_TYPES = ("model", "dataset", "space")


@dataclass(frozen=True)
class HubAccess:
    """A connection to the Hub with a token that was tried, or no connection for a look at what would be pushed.

    Args:
        api: The client; None without a token.
        user: Whose token it is.
        organizations: Names of the user's organizations.
        token: The token.
    """

    api: HfApi | None
    user: str
    organizations: frozenset[str]
    token: str | None

    @classmethod
    def open(cls, token: str | None = None, *, required: bool = True) -> HubAccess:
        """Ask the Hub whose token this is.

        Args:
            token: The token; the one of `hf auth login` or `HF_TOKEN` by default.
            required: Whether to refuse to go on without one.

        Returns:
            The connection; one to nowhere where there is no token and none is required.

        Raises:
            HubError: If there is no token though it is required, or it may only read.
        """
        token = token or get_token()
        if not token:
            if required:
                raise HubError(f"There is no access token for the Hub: {LOG_IN}.")
            return cls(None, "", frozenset(), None)
        api = HfApi(token=token)
        who = api.whoami()
        role = who.get("auth", {}).get("accessToken", {}).get("role")
        if role == "read":
            raise HubError(f"The access token of {who['name']} may only read: make one that may write, and {LOG_IN}.")
        return cls(api, who["name"], frozenset(org["name"] for org in who.get("orgs", [])), token)

    def full_name(self, repo_id: str) -> str:
        """Return a repository's name with its namespace, which is the user's own where none is given.

        Args:
            repo_id: `name` or `namespace/name`.

        Returns:
            `namespace/name`.

        Raises:
            HubError: If the token's user has nothing to do with the namespace.
            HFValidationError: If it is no name.
        """
        validate_repo_id(repo_id)
        if self.api is None:
            return repo_id
        name = repo_id if "/" in repo_id else f"{self.user}/{repo_id}"
        namespace = name.split("/")[0]
        if namespace != self.user and namespace not in self.organizations:
            raise HubError(
                f"{self.user} has no permission to push to {name}: {namespace} is neither the user of this access "
                "token nor one of the user's organizations."
            )
        return name

    def info(self, repo_id: str, repo_type: str) -> Any | None:
        """Ask what the Hub knows about a repository.

        Args:
            repo_id: Its name with namespace.
            repo_type: `"model"`, `"dataset"` or `"space"`.

        Returns:
            What the client returns; None where there is no such repository, or no connection.

        Raises:
            HubError: If there is one of another kind by this name.
        """
        if self.api is None:
            return None
        for kind in (repo_type, *(other for other in REPO_TYPES if other != repo_type)):
            try:
                found = self.api.repo_info(repo_id, repo_type=kind)
            except RepositoryNotFoundError:
                continue
            if kind != repo_type:
                raise HubError(
                    f"{repo_id} exists already as a {kind} on the Hub, and this would be a {repo_type}: choose "
                    "another name."
                )
            return found
        return None
