"""Model cards that say what happened: written from the checkpoint and the facts of its training."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.pages.markdown import Markdown

from ..facts.checkpoint import Checkpoint, Kind
from ..facts.training_facts import TrainingFacts
from .card_file import CARD_FILE, GENERATED, is_generated
from .few_shot_table import FewShotTable
from .model_card_metadata import model_card_data
from .rendering import render

_TEMPLATE = "model_card.md.jinja"
_HISTORY_ROWS = 20


def write_model_card(
    folder: str | os.PathLike[str], facts: TrainingFacts | None = None, *, model_id: str | None = None
) -> Path:
    """Write the card of a checkpoint, from what it is and what is known of its training.

    Bi-encoder, plain encoder and recognizer have cards of their own. Nothing is invented: what is not known is not
    on the card. A card without the line that marks it as written by this package is a person's, and is kept.

    Args:
        folder: The checkpoint.
        facts: How it came to be, kept as `training_facts.json` beside it; what lies there already when left out.
        model_id: What users will load it by, for the snippets; the folder's name when left out.

    Returns:
        The card's file, `README.md`.

    Raises:
        FileNotFoundError: If the folder holds no checkpoint.
        ValueError: If the facts beside it cannot be read.

    Example:
        ```python
        >>> from nuner.hub_cards import TrainingFacts, write_model_card
        >>> facts = TrainingFacts.load("recognizer")  # the folder is yours  # doctest: +SKIP
        >>> facts.license = "mit"  # the folder is yours  # doctest: +SKIP
        >>> write_model_card("recognizer", facts, model_id="ada/tickets")  # the folder is yours  # doctest: +SKIP
        PosixPath('recognizer/README.md')

        ```
    """
    folder = Path(folder)
    checkpoint = Checkpoint.read(folder)
    if facts is None:
        facts = TrainingFacts.load(folder)
    else:
        facts.save(folder)
    return save_model_card(checkpoint, facts, model_id)


def save_model_card(checkpoint: Checkpoint, facts: TrainingFacts, model_id: str | None = None) -> Path:
    """Write the card of a checkpoint that was read before, beside it.

    Args:
        checkpoint: The saved model.
        facts: How it came to be.
        model_id: What users will load it by; the folder's name when left out.

    Returns:
        The card's file.
    """
    path = checkpoint.folder / CARD_FILE
    if is_generated(path):
        card = model_card(checkpoint, facts, model_id or checkpoint.folder.resolve().name)
        write_whole(path, str(card), errors="replace")
    return path


def model_card(checkpoint: Checkpoint, facts: TrainingFacts, model_id: str) -> ModelCard:
    """Make a card without writing it.

    Args:
        checkpoint: The saved model.
        facts: How it came to be.
        model_id: What users will load it by.

    Returns:
        The card.
    """
    name = model_id.rsplit("/", maxsplit=1)[-1]
    body = render(
        _TEMPLATE,
        generated=Markdown(GENERATED),
        name=name,
        model_id=model_id,
        kind=checkpoint.kind,
        Kind=Kind,
        checkpoint=checkpoint,
        facts=facts,
        few_shot=FewShotTable(facts.few_shot, facts.few_shot_encoder) if facts.few_shot else None,
        history=list(_thinned(facts.history)),
        history_columns=_columns(facts.history),
        duration=_duration(facts.training_seconds),
    )
    return ModelCard(f"---\n{model_card_data(checkpoint, facts, name).to_yaml()}\n---\n\n{body}")


def _thinned(history: list[dict[str, float]]) -> Iterator[dict[str, float]]:
    """Yield a few entries from the beginning to the end, and all that have a validation."""
    step = max(1, -(-len(history) // _HISTORY_ROWS))
    for i, entry in enumerate(history):
        if i % step == 0 or i == len(history) - 1 or any(name.startswith("eval_") for name in entry):
            yield entry


def _columns(history: list[dict[str, float]]) -> dict[str, str]:
    """Map each entry of the history to the heading of its column."""
    first = [name for name in ("step", "epoch", "loss") if any(name in entry for entry in history)]
    found = dict.fromkeys([*first, *(name for entry in history for name in entry)])
    return {
        name: name.removeprefix("eval_").replace("_", " ") + (" (validation)" if name.startswith("eval_") else "")
        for name in found
    }


def _duration(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts: list[Any] = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{rest} s"]
    return " ".join(part for part in parts if part)
