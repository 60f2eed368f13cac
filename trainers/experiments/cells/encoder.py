"""An encoder that a cell reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from huggingface_hub import hf_hub_download

# Of weights, configuration and tokenizer; a changed card changes no result.
_SUFFIXES = (".safetensors", ".json", ".txt", ".model", ".py")


@dataclass(frozen=True)
class Encoder:
    """An encoder in a folder or on the Hub.

    Args:
        path: Folder or Hub id.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> len(Encoder("roberta-base").content)  # needs the encoder  # doctest: +SKIP
        64

        ```
    """

    path: str

    def __str__(self) -> str:
        return self.path

    @cached_property
    def content(self) -> str:
        """A digest of the files of the folder, or the commit on the Hub."""
        folder = Path(self.path)
        if not folder.is_dir():
            # The folder of a snapshot is called after its commit.
            return Path(hf_hub_download(self.path, "config.json")).parent.name
        digest = hashlib.sha256()
        for file in sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file()):
            digest.update(file.name.encode())
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()
