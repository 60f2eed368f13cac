"""Plain checkpoints of the base architecture, for use where `nuner` is not installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForTokenClassification, PreTrainedModel

from ..encoder_loading import without_bars
from ..modeling_nuner import NuNerForPreTraining, NuNerForTokenClassification, NuNerModel

# Largest difference of logits between a recognizer and its export, on a sample input in fp32.
TOLERANCE = 1e-4


class ExportError(ValueError):
    """A model that the base architecture's own classes cannot hold."""


def text_encoder(model: NuNerModel | NuNerForPreTraining | NuNerForTokenClassification) -> PreTrainedModel:
    """Return the encoder of the base architecture inside a NuNER model.

    Args:
        model: Any of the three.

    Returns:
        The encoder, sharing its weights with the model.
    """
    return model.encoder if isinstance(model, NuNerModel) else model.nuner.encoder


def export_backbone(
    model: NuNerModel | NuNerForPreTraining | NuNerForTokenClassification, folder: str | os.PathLike[str]
) -> None:
    """Write the text encoder as a plain checkpoint of its base architecture.

    `AutoModel.from_pretrained(folder)` then loads a `RobertaModel`, `BertModel`, ... without this package: the
    drop-in replacement that the paper describes (section 3.3).

    Args:
        model: The model whose encoder is wanted.
        folder: Where to write `config.json` and `model.safetensors`, one after the other: an error leaves what is
            written by then. Give a new folder; the commands and trainers put it in its place when all is there.

    Example:
        ```python
        >>> from nuner import export_backbone
        >>> export_backbone(bi_encoder, "nuner-backbone")

        ```
    """
    with without_bars():
        text_encoder(model).save_pretrained(folder)


def export_token_classifier(model: NuNerForTokenClassification, folder: str | os.PathLike[str]) -> None:
    """Write a recognizer as the token classifier of its base architecture, checked for equal logits.

    `pipeline("ner", model=folder)` then works without this package.

    Args:
        model: A recognizer with one linear layer on the last hidden state.
        folder: Where to write `config.json` and `model.safetensors`, one after the other: an error leaves what is
            written by then. Give a new folder; the commands and trainers put it in its place when all is there.

    Raises:
        ExportError: If the architecture's own token classifier has another head, or the recognizer has two layers
            or reads several hidden states; `save_pretrained` keeps those, with the code that loads them.
    """
    config = model.config
    if config.num_classifier_layers != 1 or list(config.feature_layers) != [-1]:
        raise ExportError(
            "Only a recognizer with one linear layer on the last hidden state fits a plain token classifier; "
            "use save_pretrained, whose checkpoint carries its own code."
        )
    plain_config = type(config.text_config).from_dict(config.text_config.to_dict())
    plain_config.id2label, plain_config.label2id = config.id2label, config.label2id
    plain = AutoModelForTokenClassification.from_config(plain_config, trust_remote_code=False)
    encoder = plain.base_model
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    head = {name for name, _ in plain.named_parameters() if not name.startswith(f"{plain.base_model_prefix}.")}
    if not (head == {"classifier.weight", "classifier.bias"} and isinstance(plain.classifier, nn.Linear)):
        raise ExportError(
            f"{type(plain).__name__} has a head of its own ({', '.join(sorted(head))}); use save_pretrained, whose "
            "checkpoint carries its own code."
        )
    encoder.load_state_dict(text_encoder(model).state_dict())
    plain.classifier.load_state_dict(model.classifier.last.state_dict())
    difference = _largest_difference(model, plain)
    if not difference <= TOLERANCE:
        raise ExportError(f"The logits of {type(plain).__name__} differ by {difference:.2g} from the recognizer's.")
    with without_bars():
        plain.save_pretrained(folder)


@torch.no_grad()
def _largest_difference(model: NuNerForTokenClassification, plain: PreTrainedModel) -> float:
    modes = model.training, plain.training
    input_ids = torch.arange(3, 12).unsqueeze(0) % model.config.vocab_size
    logits: list[Tensor] = []
    for each in (model, plain):
        each.eval()
        ids = input_ids.to(each.device)
        # accelerate leaves autocast on the `forward` of a model that it has trained; the class's own has none.
        with torch.autocast(each.device.type, enabled=False):
            forward: Callable[..., Any] = type(each).forward
            output = forward(each, input_ids=ids, attention_mask=torch.ones_like(ids))
        logits.append(output.logits.float().cpu())
    model.train(modes[0])
    plain.train(modes[1])
    return float((logits[0] - logits[1]).abs().max())
