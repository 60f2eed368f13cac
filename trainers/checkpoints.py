"""Checkpoints that a crash cannot spoil."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STATE_FILE = "trainer_state.json"


def latest_complete_checkpoint(output_dir: str | os.PathLike[str]) -> Path | None:
    """Find the newest checkpoint of a run that was written to its end.

    The Trainer writes `trainer_state.json` last; a run that was killed, or found the disk full, while it saved
    leaves a folder without it, or with half of it, which is passed over.

    Args:
        output_dir: Folder of the run.

    Returns:
        The checkpoint's folder, or None when there is none.

    Example:
        ```python
        >>> from nuner.trainers.checkpoints import latest_complete_checkpoint
        >>> latest_complete_checkpoint("runs/nuner/checkpoints")  # doctest: +SKIP
        PosixPath('runs/nuner/checkpoints/checkpoint-145')

        ```
    """
    checkpoints = []
    for folder in Path(output_dir).glob("checkpoint-*"):
        step = folder.name.removeprefix("checkpoint-")
        if step.isdigit() and _is_complete(folder):
            checkpoints.append((int(step), folder))
    return max(checkpoints)[1] if checkpoints else None


def _is_complete(folder: Path) -> bool:
    try:
        json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


@contextmanager
def replaced_when_done(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write files to a folder so that it holds all of the new ones or none.

    Args:
        folder: Where the files shall be; what else lies there stays.

    Yields:
        A folder beside it to write to. Its files are moved once the block has ended without an error.

    Example:
        ```python
        >>> from nuner.trainers.checkpoints import replaced_when_done
        >>> with replaced_when_done("model") as staging:  # doctest: +SKIP
        ...     model.save_pretrained(staging)

        ```
    """
    target = Path(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        # mkdtemp makes it private; what is saved is not.
        staging.chmod(0o755)
        yield staging
        target.mkdir(exist_ok=True)
        for path in sorted(staging.rglob("*")):
            if path.is_file():
                final = target / path.relative_to(staging)
                final.parent.mkdir(parents=True, exist_ok=True)
                path.replace(final)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
