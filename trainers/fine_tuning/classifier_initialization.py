"""A classifier that starts at what is known of its labels instead of at random numbers."""

from __future__ import annotations

import torch
from datasets import Dataset
from torch.utils.data import DataLoader

from nuner.data_builders.labelled.tag_spelling import OUTSIDE
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification
from nuner.modeling_nuner.recognition.bi_encoder_loading import load_bi_encoder

from ..few_shot.linear_heads import DEFAULT_L2, fit_linear_heads
from ..few_shot.named_heads import type_classifier
from .collator import LabelledCollator
from .features import IGNORED
from .model_labels import label_types

_BATCH = 32


@torch.no_grad()
def name_classifier(model: NuNerForTokenClassification, checkpoint: str) -> None:
    """Start the linear classifier of a recognizer where the names of its labels are in the concept encoder.

    Before its first example, the recognizer then finds what `EntityRecognizer.from_pretrained(checkpoint,
    labels=...)` finds, and so fewer examples teach it as much.

    Args:
        model: A recognizer with one linear layer, on the text encoder of the checkpoint; its classifier is replaced.
        checkpoint: Folder or Hub id of the bi-encoder.

    Raises:
        ValueError: If the checkpoint has no concept encoder.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.classifier_initialization import name_classifier
        >>> name_classifier(model, "nuner-roberta")  # needs a recognizer  # doctest: +SKIP

        ```
    """
    types = label_types([*(model.config.id2label or {}).values()])
    names = list(dict.fromkeys(name for name in types if name != OUTSIDE))
    named = type_classifier(load_bi_encoder(checkpoint, "float32", "cpu"), names)
    rows = [[OUTSIDE, *names].index(name) for name in types]
    linear = model.classifier.last
    linear.weight.copy_(named.weight[rows])
    linear.bias.copy_(named.bias[rows])


@torch.no_grad()
def solve_classifier(
    model: NuNerForTokenClassification,
    features: Dataset,
    collator: LabelledCollator,
    *,
    l2: float = DEFAULT_L2,
    bf16: bool = False,
) -> None:
    """Fit the linear classifier of a recognizer to the vectors that its encoder gives now (section 4.1).

    Args:
        model: A recognizer with one linear layer; its classifier is replaced.
        features: Rows with `input_ids`, `attention_mask` and `labels`, as `featurize_labelled` gives them.
        collator: Pads them to batches.
        l2: Penalty of the classifier, see `fit_linear_heads`.
        bf16: Run the encoder in bfloat16.

    Raises:
        ValueError: If the classifier has two layers, so that its problem is not convex.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.classifier_initialization import solve_classifier
        >>> solve_classifier(model, features, LabelledCollator(tokenizer))  # needs a recognizer  # doctest: +SKIP

        ```
    """
    linear = model.classifier.last
    if model.config.num_classifier_layers != 1:
        raise ValueError("only a classifier of one linear layer can be solved for; start two layers at random")
    training = model.training
    model.eval()
    vectors, labels = [], []
    inputs: list[torch.Tensor] = []
    # What the linear layer is given, whatever hidden states feed it.
    handle = linear.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    try:
        for batch in DataLoader(features, batch_size=_BATCH, collate_fn=collator):  # pyright: ignore[reportArgumentType]
            batch = {name: value.to(model.device) for name, value in batch.items()}
            targets = batch.pop("labels")
            with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=bf16):
                model(**batch)
            labelled = targets != IGNORED
            vectors.append(inputs.pop()[labelled].float().cpu())
            labels.append(targets[labelled].cpu())
    finally:
        handle.remove()
        model.train(training)
    head = fit_linear_heads([torch.cat(vectors)], [torch.cat(labels)], linear.out_features, l2=l2)
    linear.weight.copy_(head.weight[0].T)
    linear.bias.copy_(head.bias[0])
