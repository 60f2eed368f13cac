"""Keep the API key out of everything that is written."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

KEY_VARIABLE = "OPENAI_API_KEY"
_MASK = "[key]"
# A local server's placeholder such as "none" or "x" is no secret, and masking it would spoil replies.
_SHORTEST_SECRET = 8


class Secret:
    """The API key, which shows itself to nobody but the HTTP client.

    Args:
        value: The key.

    Example:
        ```python
        >>> key = Secret("sk-0123456789")
        >>> key, key.hide("Incorrect API key provided: sk-0123456789.")
        (Secret([key]), 'Incorrect API key provided: [key].')

        ```
    """

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"Secret({_MASK})"

    def reveal(self) -> str:
        """Return the key, for the header of a request."""
        return self._value

    def hide(self, text: str) -> str:
        """Return a text with the key masked."""
        return text.replace(self._value, _MASK) if len(self._value) >= _SHORTEST_SECRET else text

    @classmethod
    def from_environment(cls, needed: bool) -> Secret:
        """Read the key from `OPENAI_API_KEY`.

        Args:
            needed: Whether there has to be one; local servers do without.

        Raises:
            ValueError: If there is none and one is needed.
        """
        value = os.environ.get(KEY_VARIABLE, "").strip()
        if needed and not value:
            raise ValueError(
                f"there is no API key: set the environment variable {KEY_VARIABLE}, or give the address of a server "
                "that needs none."
            )
        return cls(value or "none")


def holds_credentials(url: str) -> bool:
    """Tell whether a URL has parts that may be secret, and that HTTP libraries write into their logs.

    Example:
        ```python
        >>> holds_credentials("https://ada:secret@example.org/v1"), holds_credentials("https://example.org/v1")
        (True, False)

        ```
    """
    parts = urlsplit(url)
    return "@" in parts.netloc or bool(parts.query or parts.fragment)
