"""Which files of a folder go to the Hub."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .errors import HubError

# What cards, models, tokenizers and corpora consist of. Anything else may be private, or may be a pickle.
_SUFFIXES = {
    ".json", ".jinja", ".jpg", ".md", ".model", ".onnx", ".parquet", ".png", ".py", ".safetensors", ".svg",
    ".tiktoken", ".toml", ".txt", ".xml", ".yaml", ".yml",
}  # fmt: skip
_NAMES = {"LICENSE", "NOTICE", ".gitattributes", "openvino_model.bin"}
_PICKLES = {".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"}
# Working folders of the runs that leave a model in the folder above; `backbone` is a model of its own.
_WORKING_FOLDERS = re.compile(r"checkpoints|checkpoint-\d+|backbone|runs|wandb|__pycache__")
# Files in which a token may have been left; weights and tables are not read for it.
_SEARCHED_SIZE = 10 << 20


@dataclass(frozen=True)
class LocalFile:
    """A file to push.

    Args:
        path: Where it lies.
        path_in_repo: Where it will be.
        size: Bytes.
    """

    path: Path
    path_in_repo: str
    size: int


@dataclass(frozen=True)
class FolderFiles:
    """The files of a folder.

    Args:
        pushed: What goes to the Hub.
        left_out: What does not, and why: path within the folder to reason.
    """

    pushed: list[LocalFile]
    left_out: dict[str, str]

    @classmethod
    def of(cls, folder: Path) -> FolderFiles:
        """Sort the files of a folder.

        Hidden files, checkpoints and pickles stay here, and so does what no model or corpus consists of.

        Args:
            folder: The folder.
        """
        pushed, left_out = [], {}
        for parent, folders, names in os.walk(folder):
            inside = Path(parent).relative_to(folder)
            for name in sorted(folders):
                if name.startswith(".") or _WORKING_FOLDERS.fullmatch(name):
                    left_out[(inside / name).as_posix() + "/"] = "hidden" if name[0] == "." else "a working folder"
            folders[:] = sorted(name for name in folders if f"{(inside / name).as_posix()}/" not in left_out)
            for name in sorted(names):
                path, path_in_repo = Path(parent) / name, (inside / name).as_posix()
                reason = _reason_to_leave_out(path)
                if reason:
                    left_out[path_in_repo] = reason
                else:
                    pushed.append(LocalFile(path, path_in_repo, path.stat().st_size))
        return cls(sorted(pushed, key=lambda file: file.path_in_repo), left_out)

    def refuse_secrets(self, token: str) -> None:
        """Make sure that no file tells the access token to the world.

        Args:
            token: The token.

        Raises:
            HubError: If a file holds it.
        """
        secret = token.encode()
        for file in self.pushed:
            if file.size <= _SEARCHED_SIZE and secret in file.path.read_bytes():
                raise HubError(
                    f"{file.path} holds your access token: remove it, and revoke the token if others saw it."
                )


def _reason_to_leave_out(path: Path) -> str | None:
    if path.name in _NAMES:
        return None
    if path.suffix in _PICKLES:
        return "a pickle, which could run code when it is loaded"
    if path.name.startswith("."):
        return "hidden"
    if path.name.endswith(".incomplete"):
        return "not complete"
    return None if path.suffix in _SUFFIXES else "no file of a model or corpus"
