"""What goes wrong between this machine and the Hub, in one sentence and without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub import get_token
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
)

# What looks like a credential: the Hub's tokens by their prefix, any other behind the name of its scheme.
_CREDENTIAL = re.compile(r"\b(?:hf|api_org|hf_oauth|hf_jwt)_[A-Za-z0-9._-]{16,}|(?<=Bearer )[^\s)]+")
MASK = "[token]"

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


class HubError(ValueError):
    """Something that the Hub refuses, or that must not be sent to it."""


def without_secrets(text: str, token: str | None = None) -> str:
    """Blot out access tokens.

    Args:
        text: A message, perhaps from a server that repeats what it was sent.
        token: The token in use, whatever it looks like.

    Returns:
        The text with `[token]` in the place of each.

    Example:
        ```python
        >>> from nuner.hub_cards.hub.errors import without_secrets
        >>> without_secrets("Invalid credentials: Bearer hf_abcdefghijklmnop")
        'Invalid credentials: Bearer [token]'

        ```
    """
    if token:
        text = text.replace(token, MASK)
    return _CREDENTIAL.sub(MASK, text)


@contextmanager
def hub_errors_as_messages(task: str, repo_id: str, token: str | bool | None = None) -> Iterator[None]:
    """Turn what the Hub and its client raise into an error whose message is one sentence.

    The errors of the client are not chained to it: they hold the request, and with it the token.

    Args:
        task: What was being done, such as `"push to"`.
        repo_id: Repository.
        token: The token in use, if it was given.

    Raises:
        HubError: If the Hub could not be reached, or said no.
    """
    try:
        yield
    except HubError:
        raise
    except Exception as error:
        sentence = _sentence(error, task, repo_id)
        if sentence is None:
            raise
        secret = token if isinstance(token, str) else get_token()
        raise HubError(without_secrets(sentence, secret)) from None


def _sentence(error: BaseException, task: str, repo_id: str) -> str | None:
    """Return the sentence for an error of the Hub or its client; None for any other error."""
    import httpx2

    where = f"Could not {task} {repo_id}"
    for cause in _chain(error):
        if isinstance(cause, HFValidationError):
            return f"{repo_id!r} is no repository name: write user/name, with letters, digits, '-', '_' and '.'."
        if isinstance(cause, LocalTokenNotFoundError):
            return f"{where}: there is no access token; {LOG_IN}."
        if isinstance(cause, OfflineModeIsEnabled):
            return f"{where}: HF_HUB_OFFLINE is set, so that nothing may be sent; unset it."
        if isinstance(cause, HfHubHTTPError):
            return f"{where}: {_refusal(cause)}"
        if isinstance(cause, RevisionResolutionError):
            return f"{where}: the Hub does not answer."
        if isinstance(cause, httpx2.TimeoutException):
            return f"{where}: the Hub does not answer in time; run the same command again to go on."
        if isinstance(cause, httpx2.TransportError):
            return f"{where}: no connection to the Hub; run the same command again to go on."
    return None


def _refusal(error: HfHubHTTPError) -> str:
    if isinstance(error, GatedRepoError):
        return "it is gated, and access has to be asked for on its page."
    if isinstance(error, RevisionNotFoundError):
        return "it has no such branch, tag or commit."
    if isinstance(error, EntryNotFoundError):
        return "it has no such file."
    if isinstance(error, RepositoryNotFoundError):
        return "it does not exist, or it is private and this token may not see it."
    status = error.response.status_code
    said = f" (the Hub says: {' '.join(error.server_message.split())})" if error.server_message else ""
    if status == 401:
        return f"the access token is not valid; {LOG_IN}."
    if status == 403:
        return f"this token has no permission for it{said}."
    if status == 412:
        return "it was changed on the Hub in the meantime; look at it and push again."
    if status == 429:
        return "the Hub asks to wait, after too many requests; run the same command again later."
    if status >= 500:
        return f"the Hub has a fault (status {status}); run the same command again to go on."
    return f"the Hub refuses it with status {status}{said}."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
