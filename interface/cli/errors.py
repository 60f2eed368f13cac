"""What the command line says when something goes wrong, and its exit codes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from nuner.data_builders.plain_console import PlainConsole

BAD_INPUT = 2
DISK_FULL = 1
USELESS = 1
STOPPED = 130

# torch and safetensors report a full disk as errors of their own, without its number.
_DISK_FULL_WORDS = (
    "No space left on device",
    "os error 28",
    "PytorchStreamWriter failed writing",
    "unexpected pos ",
    "iostream error",
)


class StoppedByUser(Exception):
    """Ctrl-C during work that leaves something to say, such as how to go on."""


class UselessResult(Exception):
    """Work that came to its end, and whose result is of no use, with what to say about that."""


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Turn what the user can mend into a message of one sentence and an exit code; bugs keep their traceback.

    Raises:
        typer.Exit: If the block ended with bad input (`ValueError`, `OSError`), with 2; on a full disk, or with a
            result of no use, with 1; by Ctrl-C, with 130.

    Example:
        ```python
        >>> import typer
        >>> from nuner.cli.errors import errors_as_messages
        >>> try:
        ...     with errors_as_messages():
        ...         raise ValueError("k is 0; it must be at least 1.")
        ... except typer.Exit as stop:
        ...     stop.exit_code
        2

        ```
    """
    try:
        yield
    except KeyboardInterrupt:
        _print("Stopped.")
        raise typer.Exit(STOPPED) from None
    except StoppedByUser as stop:
        _print(str(stop))
        raise typer.Exit(STOPPED) from None
    except UselessResult as result:
        _print(f"Error: {result}")
        raise typer.Exit(USELESS) from None
    except BrokenPipeError:  # `nuner ... | head`: typer ends quietly
        raise
    except Exception as error:
        if is_disk_full(error):
            _print("Error: the disk is full. Checkpoints that were complete are whole: free some space and go on.")
            raise typer.Exit(DISK_FULL) from None
        if isinstance(error, (ValueError, OSError)):
            _print(f"Error: {one_sentence(error)}")
            raise typer.Exit(BAD_INPUT) from None
        raise


def is_disk_full(error: BaseException | None) -> bool:
    """Tell whether an error, or one that led to it, comes from a full disk or an exhausted quota.

    Args:
        error: The error.

    Returns:
        Whether space on the disk would mend it.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(words in str(error) for words in _DISK_FULL_WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False


def one_sentence(error: Exception) -> str:
    """Reduce the message of an error to one sentence on one line.

    Args:
        error: A `ValueError` or `OSError`.

    Returns:
        The sentence.

    Example:
        ```python
        >>> from nuner.cli.errors import one_sentence
        >>> one_sentence(FileNotFoundError(2, "No such file or directory", "corpus.jsonl"))
        'corpus.jsonl: no such file or directory'

        ```
    """
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
    # Messages of the Hub client go on for lines about connections and caches; the first line names the trouble.
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _print(message: str) -> None:
    PlainConsole(stderr=True).tell(message)
