"""A Space that shows a recognizer: the page, what it needs, and its card."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from huggingface_hub import RepoCard, SpaceCardData

from nuner.data_builders.files.whole_files import whole_files, write_whole
from nuner.data_builders.pages.markdown import Markdown

from ..cards.card_file import CARD_FILE, GENERATED, is_generated
from ..cards.rendering import render
from ..facts.checkpoint import Checkpoint, Kind
from ..facts.training_facts import TrainingFacts

APP_FILE = "app.py"
SETTINGS_FILE = "space.json"
REQUIREMENTS_FILE = "requirements.txt"
# The version that the page is tested with; a Space installs it by what its card says.
GRADIO_VERSION = "6.31.0"

_APP = Path(__file__).with_name("app.py")


def write_space(
    folder: str | os.PathLike[str],
    model_id: str,
    *,
    checkpoint: str | os.PathLike[str] | None = None,
    examples: Sequence[str] = (),
    license: str | None = None,
) -> Path:
    """Write a demonstration Space for a recognizer.

    Args:
        folder: Where to write `README.md`, `app.py`, `space.json` and `requirements.txt`; it holds all new files or
            none.
        model_id: The recognizer on the Hub, which the Space loads when it starts.
        checkpoint: The same recognizer on this machine, which tells whether it brings code of its own and which
            examples its card has.
        examples: Texts to try; those of the checkpoint's training facts when left out.
        license: License of the Space.

    Returns:
        The folder.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If the checkpoint is no recognizer.

    Example:
        ```python
        >>> from nuner.hub_cards import write_space
        >>> # the checkpoint is yours
        >>> write_space("tickets-demo", "ada/tickets", examples=["My PixelPad 7 keeps rebooting."])  # doctest: +SKIP
        PosixPath('tickets-demo')

        ```
    """
    folder = Path(folder)
    carries_code = False
    if checkpoint is not None:
        saved = Checkpoint.read(checkpoint)
        if saved.kind != Kind.recognizer:
            raise ValueError(f"{checkpoint} is a {saved.kind.value}; a demonstration needs a recognizer.")
        carries_code = saved.carries_code
        examples = examples or TrainingFacts.load(checkpoint).examples
    settings = {"model": model_id, "trust_remote_code": carries_code, "examples": list(examples)}
    files = {
        SETTINGS_FILE: json.dumps(settings, indent=2, ensure_ascii=False) + "\n",
        APP_FILE: _APP.read_text(encoding="utf-8"),
        REQUIREMENTS_FILE: f"torch>=2.6\ntransformers>={version('transformers')}\n",
    }
    if is_generated(folder / CARD_FILE):
        files[CARD_FILE] = str(_card(model_id, license))
    with whole_files(folder) as staging:
        for name, content in files.items():
            write_whole(staging / name, content, errors="replace")
    return folder


def _card(model_id: str, license: str | None) -> RepoCard:
    name = model_id.rsplit("/", maxsplit=1)[-1]
    data = SpaceCardData(
        title=f"{name}: named entities",
        emoji="🏷️",
        colorFrom="blue",
        colorTo="green",
        sdk="gradio",
        sdk_version=GRADIO_VERSION,
        app_file=APP_FILE,
        pinned=False,
        license=license,
        models=[model_id],
        tags=["nuner", "named-entity-recognition"],
    )
    body = render("space_card.md.jinja", generated=Markdown(GENERATED), name=name, model_id=model_id)
    return RepoCard(f"---\n{data.to_yaml()}\n---\n\n{body}")
