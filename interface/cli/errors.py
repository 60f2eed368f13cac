"""What the command line says when something goes wrong, and its exit codes."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import typer

from nuner.data_builders.plain_console import PlainConsole

from .extras import what_to_install

BAD_INPUT = 2
DISK_FULL = 1
USELESS = 1
BROKEN = 1
STOPPED = 130

# torch and safetensors report a full disk as errors of their own, without its number.
_DISK_FULL_WORDS = (
    "No space left on device",
    "os error 28",
    "PytorchStreamWriter failed writing",
    "unexpected pos ",
    "iostream error",
)


_ARGUMENT = re.compile(r"(?P<name>[a-z_]+)\b(?P<equals>=(?P<value>'[^']*'|\[[^\]]*\]|[\w-]*(?:\.\w+)*))?")
_BRACKETS = "'[]"
_FOR_PYTHON = re.compile(r" \(in Python, [^)]*\)")


class StoppedByUser(Exception):
    """Ctrl-C during work that leaves something to say, such as how to go on."""


class UselessResult(Exception):
    """Work that came to its end, and whose result is of no use, with what to say about that."""


@contextmanager
def errors_as_messages(options: Callable[[], Mapping[str, str]] = dict) -> Iterator[None]:
    """Turn what the user can mend into a message of one sentence and an exit code; bugs keep their traceback.

    Args:
        options: Returns the options that stand for arguments by the names that messages for Python have for them.

    Raises:
        typer.Exit: If the block ended with bad input (`ValueError`, `OSError`) or an extra that is not installed, with
            2; on a full disk, or with a result of no use, with 1; by Ctrl-C, with 130.

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
        missing = what_to_install(error)
        if missing is not None or isinstance(error, (ValueError, OSError)):
            _print(f"Error: {missing or with_options(one_sentence(error), options())}")
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
    lines = [line for line in str(error).splitlines() if line.strip()]
    # Messages of the Hub client go on about connections and caches; their first line names the trouble.
    if type(error).__module__.startswith("nuner."):
        return "\n".join(lines)
    return lines[0].strip() if lines else type(error).__name__


def with_options(message: str, options: Mapping[str, str]) -> str:
    """Say options where a message for Python says arguments.

    Args:
        message: The message.
        options: Names of arguments and the options that stand for them.

    Returns:
        The message with `--tags-column fine` for `tags_column='fine'`, and without what it says of Python alone.

    Example:
        ```python
        >>> from nuner.cli.errors import with_options
        >>> options = {"scheme": "--scheme", "tags_column": "--tags-column"}
        >>> with_options("pass scheme='plain'; see tags_column", options)
        'pass --scheme plain; see --tags-column'
        >>> with_options("replace it with --force (in Python, overwrite=True).", options)
        'replace it with --force.'

        ```
    """

    def option(argument: re.Match[str]) -> str:
        name, equals, value = argument.group("name", "equals", "value")
        # A word that is also the name of an argument is one only where it is given a value.
        if name not in options or not (equals or "_" in name):
            return argument.group()
        return f"{options[name]} {(value or '').strip(_BRACKETS)}".rstrip()

    return _ARGUMENT.sub(option, _FOR_PYTHON.sub("", message))


def _print(message: str) -> None:
    PlainConsole(stderr=True).tell(message)
