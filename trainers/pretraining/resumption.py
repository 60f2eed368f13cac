"""Which checkpoint a run goes on from, if it is one of the same run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..checkpoints import complete_checkpoints, latest_complete_checkpoint
from ..machines import gathered
from .losses.contrastive_bce import ContrastiveBCELoss

SETTINGS_FILE = "settings.json"


class OtherRunError(ValueError):
    """Checkpoints belong to a run with other settings, as far as can be told."""


def checkpoint_to_resume(
    folder: Path, settings: dict[str, Any], resume: bool, tell: Callable[[str], None]
) -> Path | None:
    """Find the newest whole checkpoint, if it may be gone on from.

    Args:
        folder: Folder of the checkpoints, with the settings of the run that made them.
        settings: Those of this run.
        resume: Whether to go on from one.
        tell: Called with a sentence for each checkpoint that is passed over.

    Returns:
        The checkpoint; None where there is none.

    Raises:
        OtherRunError: If there is one, and it belongs to a run with other settings.
        ValueError: If there is one and `resume` is off, or some machine of the run has none that the others have.
    """
    checkpoint = _newest_of_all(folder, tell)
    if checkpoint is None:
        return None
    if not resume:
        raise ValueError(
            f"{folder} holds checkpoints of an earlier run: resume it (--resume), choose another output folder, or "
            "begin anew with --force, which throws them away."
        )
    try:
        earlier = dict(json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return checkpoint
    except (ValueError, TypeError):
        raise OtherRunError(
            f"{folder / SETTINGS_FILE} cannot be read, and says what run the checkpoints beside it are of: choose "
            "another output folder, or remove that file if this is the same run."
        ) from None
    now = _comparable(json.loads(json.dumps(settings, default=str)))
    earlier = _comparable(earlier)
    other = [name for name in {**now, **earlier} if earlier.get(name) != now.get(name)]
    if other:
        raise OtherRunError(
            f"{checkpoint} belongs to a run with other settings ({', '.join(other)}): use those in "
            f"{folder / SETTINGS_FILE}, or choose another output folder."
        )
    return checkpoint


def _newest_of_all(folder: Path, tell: Callable[[str], None]) -> Path | None:
    """Return the newest checkpoint that is whole on all machines: one of them may have died while it saved."""
    if len(gathered(None)) == 1:
        return latest_complete_checkpoint(folder, tell)
    whole = {checkpoint.name: checkpoint for checkpoint in complete_checkpoints(folder, tell)}
    on_each = gathered(list(whole))
    newest = next((name for name in on_each[0] if all(name in names for names in on_each)), None)
    if newest is None and any(on_each):
        raise ValueError(
            f"{folder} holds no checkpoint that all machines of the run have: copy the newest one to those that lack "
            "it, or begin anew with --force, which throws them away."
        )
    return None if newest is None else whole[newest]


def _comparable(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings with the loss that was learnt from, whether an object named it or `loss_normalization`."""
    overrides = dict(settings.get("overrides", {}))
    normalization = overrides.pop("loss_normalization", settings.get("preset", {}).get("loss_normalization"))
    loss = settings["loss"] if "loss" in settings else repr(ContrastiveBCELoss(normalization))
    return {**settings, "overrides": overrides, "loss": loss}
