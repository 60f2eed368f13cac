"""The code that a checkpoint carries, for `trust_remote_code=True` where this package is not installed."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from huggingface_hub.constants import CONFIG_NAME

from .errors import HubError


def check_carried_code(folder: Path) -> list[str]:
    """Make sure that a checkpoint's code is that of the package version it names.

    Whoever loads a checkpoint with `trust_remote_code=True` runs these files: they are either those of a released
    version of this package, to the byte, or they are not pushed.

    Args:
        folder: A saved model; one of an architecture of transformers carries none.

    Returns:
        Names of the files that it carries.

    Raises:
        HubError: If a file is missing, was changed, or belongs to another version than the one installed here.
    """
    config = json.loads((folder / CONFIG_NAME).read_text(encoding="utf-8"))
    wanted = {f"{reference.partition('.')[0]}.py" for reference in config.get("auto_map", {}).values()}
    carried = sorted(path.name for path in folder.glob("*.py"))
    if not wanted and not carried:
        return []
    again = "load the model and save it again with save_pretrained"
    named, installed = config.get("nuner_version"), version("nuner")
    if named != installed:
        raise HubError(
            f"{folder} was saved by nuner {named or 'of an unknown version'}, and {installed} is installed: {again}."
        )
    room = files("nuner.modeling_nuner")
    for name in sorted(wanted | set(carried)):
        path, original = folder / name, room / name
        if not path.is_file():
            raise HubError(f"{folder} lacks {name}, the code that loads it: {again}.")
        if not original.is_file() or path.read_bytes() != original.read_bytes():
            raise HubError(f"{path} is not the {name} of nuner {installed}: {again}.")
    return carried
