"""Several machines that train together: whether they share a folder and read the same, and what is said of a loss."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch.distributed as dist
from torch import nn
from transformers import PreTrainedModel

# What gloo and NCCL say when a process at the other end is gone; both raise a RuntimeError.
_LOST = ("gloo", "NCCL", "Connection closed by peer", "Connection reset by peer", "remote process exited")


class LostProcessError(RuntimeError):
    """Another process of a run in several processes has ended, perhaps with its machine.

    Example:
        ```python
        >>> from nuner.trainers.machines import LostProcessError
        >>> str(LostProcessError())
        'another process of this run has ended, or its machine cannot be reached'

        ```
    """

    def __init__(self) -> None:
        super().__init__("another process of this run has ended, or its machine cannot be reached")


def gathered(value: Any) -> list[Any]:
    """Return what each process of the run has, in the order of their ranks.

    Args:
        value: What this one has.

    Example:
        ```python
        >>> from nuner.trainers.machines import gathered
        >>> gathered("alone")
        ['alone']

        ```
    """
    if not (dist.is_available() and dist.is_initialized()):
        return [value]
    values: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def agree(what: str, value: Any) -> None:
    """Check that all processes have the same.

    Args:
        what: What it is, for the message.
        value: What this one has.

    Raises:
        ValueError: If they differ.
    """
    if any(other != value for other in gathered(value)):
        raise ValueError(f"The machines do not train on the same {what}: give all of them the same files and options.")


def folders_differ(folder: Path) -> bool:
    """Tell whether a folder is another one on each machine, as where they share no file system.

    Args:
        folder: The folder; made where there is none.

    Returns:
        The same answer in all processes.
    """
    mark = folder / f".{gathered(uuid4().hex)[0]}"
    if len(gathered(None)) == 1:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    if dist.get_rank() == 0:
        mark.touch()
    dist.barrier()
    seen = gathered(mark.exists())
    if dist.get_rank() == 0:
        mark.unlink()
    return not all(seen)


@contextmanager
def every_machine_writes(model: nn.Module) -> Iterator[None]:
    """Let each process that saves a model write it; transformers lets the first one of all machines alone.

    Args:
        model: The model; the encoders in it can be saved on their own, too.
    """
    parts: list[Any] = [part for part in model.modules() if isinstance(part, PreTrainedModel)]
    for part in parts:
        part.should_save_on_this_rank = lambda is_main_process: is_main_process
    try:
        yield
    finally:
        for part in parts:
            del part.should_save_on_this_rank


@contextmanager
def lost_processes_named() -> Iterator[None]:
    """Say that another process is gone, where the block ends for that reason.

    Raises:
        LostProcessError: If so.
    """
    try:
        yield
    except RuntimeError as error:
        if dist.is_available() and dist.is_initialized() and _is_of_a_loss(error):
            raise LostProcessError from error
        raise


def _is_of_a_loss(error: RuntimeError) -> bool:
    return isinstance(error, dist.DistError) or any(words in str(error) for words in _LOST)
