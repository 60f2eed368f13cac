"""What a zero-shot recognizer is made of: a bi-encoder that turns the names of entity types into a classifier."""

from __future__ import annotations

import logging

from transformers import PreTrainedTokenizerBase

from ..input_length import longest_input
from ..modeling_nuner import NuNerForPreTraining
from .backends.bi_encoder import BiEncoderBackend
from .concepts import UNCALIBRATED_THRESHOLD, ConceptVectors, concept_classifier, concept_labels
from .decoding import TypeDecoder
from .labels.named_types import Labels, check_threshold
from .words.tokens import WordTokenizer

logger = logging.getLogger(__name__)


class TypeClassifiers:
    """Makes classifiers of words for entity types that are named at run time; they share model and vectors of names.

    Args:
        model: The bi-encoder.
        tokenizer: Fast tokenizer of its text encoder.
        concept_tokenizer: Tokenizer of its concept encoder; that of the text encoder when left out.

    Attributes:
        tokenizer: What splits texts into words.
        longest: Most tokens that the text encoder reads at once, special ones included.
        pad_token_id: Id that fills batches up.

    Raises:
        ValueError: If the tokenizer is not a fast one.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.zero_shot import TypeClassifiers
        >>> # depends on the model
        >>> backend, decoder = TypeClassifiers(model, tokenizer)(["city", "drug"])  # doctest: +SKIP

        ```
    """

    def __init__(
        self,
        model: NuNerForPreTraining,
        tokenizer: PreTrainedTokenizerBase,
        concept_tokenizer: PreTrainedTokenizerBase | None = None,
    ) -> None:
        self.model = model.eval()
        self.vectors = ConceptVectors(model, concept_tokenizer or tokenizer)
        self.tokenizer = WordTokenizer.of(tokenizer)
        self.longest = longest_input(model.config, tokenizer.model_max_length)
        self.pad_token_id = tokenizer.pad_token_id if isinstance(tokenizer.pad_token_id, int) else 0
        self._warned = False

    def __call__(
        self, labels: Labels, nested: bool = False, threshold: float | None = None
    ) -> tuple[BiEncoderBackend, TypeDecoder]:
        """Make a classifier of words, and what turns its logits into entities.

        Args:
            labels: Names of the types, or names with a description that is compared in place of the name.
            nested: Whether entities of different types may overlap.
            threshold: Probability from which a word belongs to a type; the one that was fitted when left out.

        Returns:
            A backend whose logits are that of the threshold and those of the types, calibrated; and the decoder,
            whose `labels` are the types in the order given.

        Raises:
            NamedTypesError: If the labels are empty or not strings, or the threshold is no probability.
        """
        check_threshold(threshold)
        concepts = concept_labels(labels)
        if threshold is None and self.model.config.score_threshold is None and not self._warned:
            self._warned = True
            logger.warning(
                "The scores of this checkpoint are not calibrated: words count from %s on. Fit them with "
                "nuner.trainers.calibrate, or give a threshold.",
                UNCALIBRATED_THRESHOLD,
            )
        classifier = concept_classifier(self.model, self.vectors(list(concepts.values())), threshold)
        return BiEncoderBackend(self.model, classifier), TypeDecoder(list(concepts), nested)
