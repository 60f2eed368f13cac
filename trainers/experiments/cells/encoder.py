"""An encoder that a cell reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from huggingface_hub import hf_hub_download, scan_cache_dir
from huggingface_hub.errors import CacheNotFound

from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors

from ...word_tokenizer import load_word_tokenizer
from .near_names import or_the_nearest

# What a card says changes no result.
_CARD = ".md"


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
            return self._commit()
        digest = hashlib.sha256()
        for file in sorted(path for path in folder.iterdir() if path.suffix != _CARD and path.is_file()):
            digest.update(file.name.encode())
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()

    def check(self) -> None:
        """Find out whether there is an encoder, before its weights are loaded.

        Raises:
            FileNotFoundError: If there is neither such a folder nor such a repository within reach.
            ValueError: If the folder holds no encoder.
        """
        _ = self.content
        load_word_tokenizer(self.path)

    def _commit(self) -> str:
        try:
            with explain_checkpoint_errors(self.path, "encoder"):
                config = Path(hf_hub_download(self.path, "config.json"))
        except FileNotFoundError as error:
            raise or_the_nearest(error, self.path, _models_in_the_cache()) from error
        return config.parent.name  # a folder of the cache is called after its commit


def _models_in_the_cache() -> list[str]:
    try:
        return [repository.repo_id for repository in scan_cache_dir().repos if repository.repo_type == "model"]
    except CacheNotFound:
        return []
