"""A classifier that starts at what is known of its labels instead of at random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from datasets import Dataset
from torch import nn
from torch.utils.data import DataLoader
from transformers import DataCollatorForTokenClassification

from nuner.data_builders.labelled.label_schemes import OUTSIDE
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification
from nuner.modeling_nuner.recognition.bi_encoder_loading import BiEncoderParts, load_bi_encoder
from nuner.modeling_nuner.recognition.concepts import ConceptVectors, concept_classifier, concept_labels

from ..few_shot.linear_heads import DEFAULT_L2, fit_linear_heads
from .features import IGNORED
from .model_labels import label_types

_BATCH = 32

# Logit of a cosine of 1. Chosen for the heads of MiniLM as DEFAULT_L2 was.
_SIMILARITY_SCALE = 7.5


def type_classifier(bi_encoder: BiEncoderParts, types: Sequence[str]) -> nn.Linear:
    """Make the linear layer with which a bi-encoder finds entity types by their names.

    Args:
        bi_encoder: The bi-encoder, as `load_bi_encoder` gives it.
        types: The entity types.

    Returns:
        A layer from vectors of tokens to the logits of no entity and of each type.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.classifier_initialization import type_classifier
        >>> type_classifier(load_bi_encoder("nuner", "float32", "cpu"), ["city"]).out_features  # doctest: +SKIP
        2

        ```
    """
    concepts = [*concept_labels(types).values()]
    vectors = ConceptVectors(bi_encoder.model, bi_encoder.concept_tokenizer)(concepts)
    return concept_classifier(bi_encoder.model, vectors)


@torch.no_grad()
def similarity_classifier(name_vectors: torch.Tensor, word_vectors: torch.Tensor) -> nn.Linear:
    """Make the linear layer with which an encoder that was not trained for it finds entity types by their names.

    The logit of a type grows with the cosine of a word's and its name's vector, each less the mean of its kind; the
    logit of no entity is 0.

    Args:
        name_vectors: What the encoder makes of the names of the types, `(types, hidden_size)`.
        word_vectors: What it makes of some words in their sentences, `(words, hidden_size)`.

    Returns:
        A layer from vectors of words to the logits of no entity and of each type.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.fine_tuning.classifier_initialization import similarity_classifier
        >>> names = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> similarity_classifier(names, names)(torch.tensor([[2.0, 0.0]])).argmax().item()  # no entity is 0
        1

        ```
    """
    mean = word_vectors.mean(0)
    length = (word_vectors - mean).square().sum(1).mean().sqrt().clamp_min(1e-6)
    directions = nn.functional.normalize(name_vectors - name_vectors.mean(0), dim=1)
    classifier = nn.Linear(word_vectors.shape[1], 1 + len(name_vectors))
    classifier.weight[0] = 0.0
    classifier.weight[1:] = _SIMILARITY_SCALE / length * directions
    classifier.bias.copy_(-classifier.weight @ mean)
    return classifier


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
        >>> name_classifier(model, "nuner")  # doctest: +SKIP

        ```
    """
    types = label_types([*(model.config.id2label or {}).values()])
    names = list(dict.fromkeys(name for name in types if name != OUTSIDE))
    named = type_classifier(load_bi_encoder(checkpoint, "float32", "cpu"), names)
    rows = [[OUTSIDE, *names].index(name) for name in types]
    linear = cast(nn.Linear, model.classifier[-1])
    linear.weight.copy_(named.weight[rows])
    linear.bias.copy_(named.bias[rows])


@torch.no_grad()
def solve_classifier(
    model: NuNerForTokenClassification,
    features: Dataset,
    collator: DataCollatorForTokenClassification,
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
