"""Linear layers that know entity types by their names alone, before the first example."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from nuner.modeling_nuner.recognition.bi_encoder_loading import BiEncoderParts, has_concept_encoder, load_bi_encoder
from nuner.modeling_nuner.recognition.concepts import ConceptVectors, concept_classifier, concept_labels

from .word_vectors import TokenFeatures

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
        >>> from nuner.trainers.few_shot.named_heads import type_classifier
        >>> bi_encoder = load_bi_encoder("nuner-roberta", "float32", "cpu")  # needs a bi-encoder  # doctest: +SKIP
        >>> type_classifier(bi_encoder, ["city"]).out_features  # needs a bi-encoder  # doctest: +SKIP
        2

        ```
    """
    concepts = [*concept_labels(types).values()]
    vectors = ConceptVectors(bi_encoder.model, bi_encoder.concept_tokenizer)(concepts)
    return concept_classifier(bi_encoder.model, vectors)


@torch.no_grad()
def similarity_classifier(name_vectors: Tensor, word_vectors: Tensor) -> nn.Linear:
    """Make the linear layer with which an encoder that was not trained for it finds entity types by their names.

    The logit of a type grows with the cosine of a word's and its name's vector, each less the mean of its kind; the
    logit of no entity is 0.

    Args:
        name_vectors: What the encoder makes of the names of the types, `(types, hidden)`.
        word_vectors: What it makes of some words in their sentences, `(words, hidden)`.

    Returns:
        A layer from vectors of words to the logits of no entity and of each type.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.few_shot.named_heads import similarity_classifier
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


class NamedHeads:
    """What an encoder makes of the names of entity types: a layer for each sample, before its examples are seen.

    A whole bi-encoder reads the names with its concept encoder; any other encoder compares them with the words of the
    sample by its own vectors.

    Args:
        encoder: Folder or Hub id of the encoder.
        features: The same encoder's word vectors.

    Example:
        ```python
        >>> from nuner.trainers.few_shot.named_heads import NamedHeads
        >>> heads = NamedHeads("nuner-roberta", TokenFeatures("nuner-roberta"))  # needs a bi-encoder  # doctest: +SKIP
        >>> heads(["city", "drug"], samples)[0].out_features  # needs a bi-encoder  # doctest: +SKIP
        3

        ```
    """

    def __init__(self, encoder: str | Path, features: TokenFeatures) -> None:
        self._features = features
        checkpoint = str(encoder)
        self._bi_encoder = load_bi_encoder(checkpoint, "float32", "cpu") if has_concept_encoder(checkpoint) else None

    def __call__(self, types: Sequence[str], samples: Sequence[Tensor]) -> list[nn.Linear]:
        """Make the layers.

        Args:
            types: The entity types.
            samples: The encoder's vectors of the words of each sample, `(words, hidden)`.

        Returns:
            For each sample, a layer from vectors of words to the logits of no entity and of each type.
        """
        if self._bi_encoder is not None:
            return [type_classifier(self._bi_encoder, types)] * len(samples)
        vectors = self._name_vectors(types)
        return [similarity_classifier(vectors, words) for words in samples]

    def _name_vectors(self, types: Sequence[str]) -> Tensor:
        names = self._features([name.split() for name in concept_labels(types).values()])
        of_type = [names.vectors[names.sentence == i] for i in range(len(types))]
        # A name without a sub-word leaves its type where it would be without names.
        mean = names.vectors.sum(0) / max(1, len(names.vectors))
        return torch.stack([vectors.mean(0) if len(vectors) else mean for vectors in of_type])
