"""Tell whole checkpoints from broken ones, and find the one that a run can go on from."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from nuner.data_builders.files.whole_files import write_whole

MANIFEST_FILE = "manifest.json"
"""Lists the files of a checkpoint with their SHA-256; it is written last."""

STATE_FILE = "trainer_state.json"
# What a run needs to go on as if it had not been interrupted.
_NEEDED = ("config.json", "model*.safetensors", "optimizer.pt", "scheduler.pt", "rng_state*.pth", STATE_FILE)
# People edit cards.
_NOT_LISTED = (MANIFEST_FILE, "README.md")

logger = logging.getLogger(__name__)


def write_manifest(checkpoint: str | os.PathLike[str]) -> None:
    """Note what the files of a checkpoint hold, once all of them are written.

    Args:
        checkpoint: The checkpoint's folder.

    Example:
        ```python
        >>> import tempfile
        >>> from nuner.trainers.checkpoints import fault_of, write_manifest
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "optimizer.pt").write_bytes(b"moments")
        ...     write_manifest(folder)
        ...     _ = Path(folder, "optimizer.pt").write_bytes(b"momentz")
        ...     fault_of(folder)
        'its optimizer.pt is not as it was saved'

        ```
    """
    folder = Path(checkpoint)
    hashes = {path.relative_to(folder).as_posix(): _sha256(path) for path in _listed(folder)}
    write_whole(folder / MANIFEST_FILE, json.dumps({"sha256": hashes}, indent=2) + "\n")


def fault_of(checkpoint: str | os.PathLike[str]) -> str | None:
    """Say why a run cannot go on from a checkpoint.

    Its files are compared with its manifest. Checkpoints of before there were manifests, and one whose writing was
    broken off just before that, must have all that is needed, in files that can be read.

    Args:
        checkpoint: The checkpoint's folder.

    Returns:
        The fault, as the end of a sentence; None where there is none.
    """
    folder = Path(checkpoint)
    try:
        manifest = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return _fault_without_manifest(folder)
    except (OSError, ValueError):
        return _unreadable(MANIFEST_FILE)
    try:
        hashes = dict(json.loads(manifest)["sha256"])
    except (ValueError, TypeError, KeyError):
        return _unreadable(MANIFEST_FILE)
    for name, expected in hashes.items():
        path = folder / name
        if not path.is_file():
            return f"its {name} is missing"
        if _sha256(path) != expected:
            return f"its {name} is not as it was saved"
    return None


def latest_complete_checkpoint(
    output_dir: str | os.PathLike[str], tell: Callable[[str], None] = logger.warning
) -> Path | None:
    """Find the newest checkpoint of a run that is whole.

    A run that was killed, or found the disk full, while it saved leaves a folder with a part of the files. Such a
    folder, and one whose files have changed since, is passed over, and that is told.

    Args:
        output_dir: Folder of the run.
        tell: Called with a sentence for each checkpoint that is passed over.

    Returns:
        The checkpoint's folder, or None when there is none.

    Example:
        ```python
        >>> from nuner.trainers.checkpoints import latest_complete_checkpoint
        >>> latest_complete_checkpoint("runs/nuner/checkpoints")  # after a run that was stopped  # doctest: +SKIP
        PosixPath('runs/nuner/checkpoints/checkpoint-145')

        ```
    """
    return next(complete_checkpoints(output_dir, tell), None)


def complete_checkpoints(
    output_dir: str | os.PathLike[str], tell: Callable[[str], None] = logger.warning
) -> Iterator[Path]:
    """Yield the checkpoints of a run that are whole, the newest first.

    Args:
        output_dir: Folder of the run.
        tell: Called with a sentence for each checkpoint that is passed over.
    """
    steps = {int(s): f for f in Path(output_dir).glob("checkpoint-*") if (s := f.name.split("-", 1)[1]).isdecimal()}
    for _, folder in sorted(steps.items(), reverse=True):
        fault = fault_of(folder)
        if fault is None:
            yield folder
        else:
            tell(f"{folder} is passed over: {fault}.")


def _unreadable(name: str) -> str:
    return f"its {name} cannot be read"


def _listed(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in _NOT_LISTED)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _fault_without_manifest(folder: Path) -> str | None:
    for pattern in _NEEDED:
        files = sorted(folder.glob(pattern))
        if not files:
            return f"its {pattern.replace('*', '')} is missing"
        for path in files:
            try:
                readable = _READABLE[path.suffix](path)
            except (OSError, ValueError, zipfile.BadZipFile, SafetensorError):
                readable = False
            if not readable:
                return _unreadable(path.name)
    return None


def _json_is_readable(path: Path) -> bool:
    return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)


def _weights_are_readable(path: Path) -> bool:
    with safe_open(path, framework="pt") as weights:
        return bool(weights.keys())


def _archive_is_readable(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:  # as torch.save writes it, with a checksum for each tensor
        return archive.testzip() is None


_READABLE: dict[str, Callable[[Path], Any]] = {
    ".json": _json_is_readable,
    ".safetensors": _weights_are_readable,
    ".pt": _archive_is_readable,
    ".pth": _archive_is_readable,
}
