"""Low-rank adapters (LoRA): train a few thousand numbers a layer instead of all weights."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from nuner.data_builders.files.whole_files import whole_files
from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors
from nuner.modeling_nuner.configuration_nuner import NuNerConfig
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

if TYPE_CHECKING:
    from peft import PeftModel

ADAPTER_CONFIG = "adapter_config.json"


def add_adapters(
    model: NuNerForTokenClassification, encoder: str | os.PathLike[str], *, rank: int, dropout: float
) -> PeftModel:
    """Freeze an encoder and put a low-rank adapter on each of its linear layers; the classifier is trained whole.

    Args:
        model: The recognizer.
        encoder: Folder or Hub id of the encoder; the adapters name it as what they belong to.
        rank: Rank of the adapters.
        dropout: Probability of dropout in front of each adapter.

    Returns:
        The recognizer with adapters.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.adapters import add_adapters
        >>> adapted = add_adapters(model, "runs/x", rank=16, dropout=0.1)  # needs a recognizer  # doctest: +SKIP

        ```
    """
    from peft import LoraConfig, get_peft_model

    linear = [f"nuner.{name}" for name, module in model.nuner.named_modules() if isinstance(module, nn.Linear)]
    config = LoraConfig(
        r=rank,
        # The usual choice, which keeps the size of the update apart from the rank.
        lora_alpha=2 * rank,
        lora_dropout=dropout,
        target_modules=linear,
        modules_to_save=["classifier"],
    )
    model.name_or_path = os.fspath(encoder)  # peft writes it into the adapters' configuration
    adapted: Any = get_peft_model(model, config)  # pyright: ignore[reportArgumentType]
    return adapted


def merged(model: nn.Module) -> nn.Module:
    """Add the adapters of a recognizer to its weights; return one without adapters as it is.

    Args:
        model: A recognizer, with or without adapters. It is not changed.

    Returns:
        The recognizer without adapters.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.adapters import merged
        >>> merged(trainer.model).save_pretrained("recognizer")  # needs a recognizer  # doctest: +SKIP

        ```
    """
    if not hasattr(model, "merge_and_unload"):
        return model
    return copy.deepcopy(model).merge_and_unload()  # pyright: ignore[reportCallIssue]


def save_adapters(model: PeftModel, tokenizer: PreTrainedTokenizerBase, folder: str | os.PathLike[str]) -> None:
    """Write only what was trained: the adapters and the classifier, a few per cent of the model.

    Args:
        model: A recognizer with adapters.
        tokenizer: Its tokenizer.
        folder: Where to write; it holds all new files or none.

    Example:
        ```python
        >>> from nuner import save_adapters
        >>> save_adapters(trainer.model, trainer.processing_class, "adapters")  # needs a recognizer  # doctest: +SKIP

        ```
    """
    with whole_files(folder) as staging:
        model.save_pretrained(os.fspath(staging), save_embedding_layers=False)
        # peft's own card has a template's gaps; the labels and the form of the classifier are in the configuration.
        (staging / "README.md").unlink(missing_ok=True)
        model.config.save_pretrained(staging)  # pyright: ignore[reportCallIssue]
        tokenizer.save_pretrained(staging)


def load_adapters(
    folder: str | os.PathLike[str], encoder: str | os.PathLike[str] | None = None
) -> tuple[PeftModel, PreTrainedTokenizerBase]:
    """Load a recognizer from saved adapters and the encoder that they belong to.

    Args:
        folder: What `save_adapters` wrote.
        encoder: Folder or Hub id of the encoder, where it has moved since.

    Returns:
        The recognizer with adapters, in evaluation mode, and its tokenizer. `save_recognizer` merges and exports it.

    Raises:
        FileNotFoundError: If there are no adapters in the folder, or the encoder does not exist.
        ValueError: If its folder holds no encoder.

    Example:
        ```python
        >>> from nuner import load_adapters
        >>> model, tokenizer = load_adapters("adapters")  # needs a recognizer  # doctest: +SKIP

        ```
    """
    from peft import PeftConfig, PeftModel

    if not (Path(folder) / ADAPTER_CONFIG).is_file():
        raise FileNotFoundError(f"there are no adapters in {os.fspath(folder)} (no {ADAPTER_CONFIG})")
    base = encoder or PeftConfig.from_pretrained(os.fspath(folder)).base_model_name_or_path or ""
    with explain_checkpoint_errors(base, "encoder", "encoder that AutoModel loads"):
        AutoConfig.from_pretrained(base, trust_remote_code=False)
    config = NuNerConfig.from_pretrained(folder)
    id2label: Any = config.id2label
    model = NuNerForTokenClassification.from_encoder(
        base,
        [id2label[i] for i in range(len(id2label))],
        num_classifier_layers=config.num_classifier_layers,
        classifier_dropout=config.classifier_dropout,
    )
    adapted = PeftModel.from_pretrained(model, os.fspath(folder)).eval()  # pyright: ignore[reportArgumentType]
    return adapted, AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
