"""Cards that contradict what they lie beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from huggingface_hub import CardData, DatasetCard, ModelCard, ModelCardData, try_to_load_from_cache
from huggingface_hub.constants import CONFIG_NAME

from nuner.data_builders.pages.markdown import printable

from ..facts.checkpoint import Checkpoint, Kind, holds_checkpoint
from ..facts.parquet_configurations import Configurations, holds_parquet, parquet_configurations
from ..facts.training_facts import FACTS_FILE, TrainingFacts
from .card_file import CARD_FILE, read_card
from .dataset_card_metadata import files_yaml
from .model_card_metadata import base_models


def check_card(folder: str | os.PathLike[str]) -> None:
    """Refuse a card whose data contradicts the checkpoint or the corpus it lies beside.

    Args:
        folder: A saved model, or a corpus, with its `README.md`.

    Raises:
        FileNotFoundError: If there is no model and no corpus, or no card.
        ValueError: If the card contradicts what it describes, or its YAML is broken.

    Example:
        ```python
        >>> from nuner.hub_cards import check_card
        >>> check_card("recognizer")  # the folder is yours  # doctest: +SKIP

        ```
    """
    folder = Path(folder)
    if not holds_checkpoint(folder) and holds_parquet(folder):
        check_dataset_card(folder, parquet_configurations(folder))
    else:
        check_model_card(Checkpoint.read(folder), TrainingFacts.load(folder))


def check_model_card(checkpoint: Checkpoint, facts: TrainingFacts) -> ModelCardData:
    """Refuse a card that contradicts a checkpoint, or facts that do.

    Entity types, labels and base models are compared with the checkpoint's configuration and with the facts of its
    training; a base model that is in the cache of this machine must be of the checkpoint's architecture.

    Args:
        checkpoint: The saved model that the card lies beside.
        facts: How it came to be.

    Returns:
        What the card's YAML states.

    Raises:
        FileNotFoundError: If there is no card.
        ValueError: If the card or the facts contradict the checkpoint, or the YAML is broken.
    """
    card: Any = read_card(checkpoint.folder / CARD_FILE, ModelCard).data
    _check_labels(checkpoint, facts)
    _check_types(checkpoint, card)
    _check_task(checkpoint, card)
    _check_base_models(checkpoint, card, facts)
    return card


def check_dataset_card(folder: Path, configurations: Configurations) -> CardData:
    """Refuse a card whose configurations, features or numbers of rows are not those of the files.

    Args:
        folder: The corpus that the card lies beside.
        configurations: Its files.

    Returns:
        What the card's YAML states.

    Raises:
        FileNotFoundError: If there is no card.
        ValueError: If the card contradicts the files, or its YAML is broken.
    """
    card: CardData = read_card(folder / CARD_FILE, DatasetCard).data
    for field, here in files_yaml(configurations).items():
        stated = card.get(field)
        if stated is not None and stated != here:
            raise ValueError(
                f"{folder / CARD_FILE} contradicts the files beside it in {field!r}; write it anew with: "
                f"nuner card {folder}"
            )
    return card


def _check_labels(checkpoint: Checkpoint, facts: TrainingFacts) -> None:
    if facts.labels and checkpoint.labels and list(checkpoint.labels) != facts.labels:
        raise ValueError(
            f"{checkpoint.folder / FACTS_FILE} is of a model with the labels {_list(facts.labels)}; the checkpoint "
            f"has {_list(checkpoint.labels)}."
        )
    unknown = [type for type in facts.type_scores if type not in checkpoint.types]
    if checkpoint.kind == Kind.recognizer and unknown:
        raise ValueError(
            f"{checkpoint.folder / FACTS_FILE} has scores of {_list(unknown)}, which the checkpoint has no label for."
        )


def _check_types(checkpoint: Checkpoint, card: ModelCardData) -> None:
    stated, own = card.get("entity_types"), [printable(type) for type in checkpoint.types]
    if stated is not None and (not isinstance(stated, list) or sorted(map(str, stated)) != sorted(own)):
        shown = _list(stated) if isinstance(stated, list) else repr(stated)
        raise ValueError(
            f"{checkpoint.folder / CARD_FILE} states the entity types {shown}; those of the checkpoint's labels are "
            f"{_list(own) or 'none'}."
        )


def _check_task(checkpoint: Checkpoint, card: ModelCardData) -> None:
    if card.pipeline_tag == "token-classification" and checkpoint.kind != Kind.recognizer:
        raise ValueError(
            f"{checkpoint.folder / CARD_FILE} calls {checkpoint.architecture} a token classifier; it has no labels."
        )


def _check_base_models(checkpoint: Checkpoint, card: ModelCardData, facts: TrainingFacts) -> None:
    stated = [card.base_model] if isinstance(card.base_model, str) else list(card.base_model or [])
    path, known = checkpoint.folder / CARD_FILE, base_models(checkpoint, facts)
    if stated and known and sorted(stated) != sorted(known):
        raise ValueError(
            f"{path} states the base model {_list(stated)}; by {FACTS_FILE} the checkpoint was made from "
            f"{_list(known)}."
        )
    for base in stated:
        encoder = _cached_config(base)
        if encoder is None:
            continue
        for field in ("model_type", "hidden_size", "num_hidden_layers"):
            theirs, own = getattr(encoder, field, None), getattr(checkpoint.encoder, field, None)
            if None not in (theirs, own) and theirs != own:
                raise ValueError(
                    f"{path} states the base model {base}, whose {field} is {theirs}; that of the checkpoint is {own}."
                )


def _cached_config(model_id: str) -> Any:
    """Return the configuration of a model's encoder, where it is on this machine."""
    from transformers import AutoConfig

    path = try_to_load_from_cache(model_id, CONFIG_NAME)
    if not isinstance(path, str):
        return None
    config = AutoConfig.from_pretrained(Path(path).parent, trust_remote_code=False)
    return getattr(config, "text_config", config)


def _list(names: Any) -> str:
    return ", ".join(map(str, names))
