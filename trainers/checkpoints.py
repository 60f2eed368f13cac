"""Find the checkpoint that a run can go on from."""

from __future__ import annotations

import json
import os
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
        >>> latest_complete_checkpoint("runs/nuner/checkpoints")  # after a run that was stopped  # doctest: +SKIP
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
