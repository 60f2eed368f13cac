"""A classifier that starts at the optimum of its convex problem instead of at random numbers."""

from __future__ import annotations

import torch
from datasets import Dataset
from torch import nn
from torch.utils.data import DataLoader
from transformers import DataCollatorForTokenClassification

from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

from .linear_heads import DEFAULT_L2, fit_linear_heads
from .word_labels import IGNORED

_BATCH = 32


@torch.no_grad()
def solve_classifier(
    model: NuNerForTokenClassification,
    features: Dataset,
    collator: DataCollatorForTokenClassification,
    *,
    l2: float = DEFAULT_L2,
    bf16: bool = False,
) -> None:
    """Fit the linear classifier of a recogniser to the vectors that its encoder gives now (section 4.1).

    Args:
        model: A recogniser with one linear layer; its classifier is replaced.
        features: Rows with `input_ids`, `attention_mask` and `labels`, as `featurize_labelled` gives them.
        collator: Pads them to batches.
        l2: Penalty of the classifier, see `fit_linear_heads`.
        bf16: Run the encoder in bfloat16.

    Raises:
        ValueError: If the classifier has two layers, so that its problem is not convex.

    Example:
        ```python
        >>> from nuner.trainers.classifier_initialisation import solve_classifier
        >>> solve_classifier(model, features, DataCollatorForTokenClassification(tokenizer))  # doctest: +SKIP

        ```
    """
    linear = model.classifier[-1]
    if model.config.num_classifier_layers != 1 or not isinstance(linear, nn.Linear):
        raise ValueError("only a classifier of one linear layer can be solved for; start two layers at random")
    training = model.training
    model.eval()
    vectors, labels = [], []
    rows = features.select_columns(["input_ids", "attention_mask", "labels"])
    inputs: list[torch.Tensor] = []
    # What the linear layer is given, whatever hidden states feed it.
    handle = linear.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    try:
        for batch in DataLoader(rows, batch_size=_BATCH, collate_fn=collator):  # pyright: ignore[reportArgumentType]
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
