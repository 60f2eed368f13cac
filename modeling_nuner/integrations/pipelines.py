"""`pipeline("zero-shot-ner")`: entities of types that are named in the call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from transformers import Pipeline

from ..modeling_nuner import NuNerForPreTraining
from ..recognition.bi_encoder_loading import CONCEPT_TOKENIZER, NoConceptEncoderError, load_concept_tokenizer
from ..recognition.entities import Entity
from ..recognition.labels.named_types import Labels
from ..recognition.recognizer import ZeroShotRecognizer

ZERO_SHOT_NER = "zero-shot-ner"


class ZeroShotNerPipeline(Pipeline):
    """Find entities of types that are named in the call.

    Batches are bounded by their tokens and grouped by length, so `batch_size` makes no difference.

    Example:
        ```python
        >>> import nuner
        >>> from transformers import pipeline
        >>> ner = pipeline("zero-shot-ner", model="nuner-roberta")
        >>> # depends on the model
        >>> ner("Aspirin is sold in Paris.", candidate_labels=["city", "drug"])  # doctest: +SKIP

        ```
    """

    _load_processor = False
    _load_image_processor = False
    _load_feature_extractor = False
    _load_tokenizer = True

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Find the entities of one text or of many.

        Args:
            inputs: A string, a list, a generator or a data set of strings.
            **kwargs: `candidate_labels`: the types, or a mapping from a type to the description that is compared in
                its place; `nested`: whether entities of different types may overlap; `threshold`: probability from
                which a word belongs to a type, the one that was fitted when left out.

        Returns:
            For each text a list of `{"start", "end", "text", "label", "score"}`.

        Raises:
            ValueError: If the candidate labels are missing, empty or not strings, or the checkpoint has no concept
                encoder.
        """
        if isinstance(inputs, (list, tuple)) and not inputs:
            return []
        return super().__call__(list(inputs) if isinstance(inputs, tuple) else inputs, **kwargs)

    def save_pretrained(self, save_directory: str | os.PathLike[str], **kwargs: Any) -> None:
        """Save the bi-encoder and its tokenizers, which `pipeline("zero-shot-ner", model=...)` loads again.

        Args:
            save_directory: Folder to write to.
            **kwargs: As for `save_pretrained` of the model and of the tokenizers.
        """
        # That of transformers also copies the code of the pipeline, which is part of this package.
        self.model.save_pretrained(save_directory, **kwargs)
        tokenizer: Any = self.tokenizer
        tokenizer.save_pretrained(save_directory, **kwargs)
        if self._concept_tokenizer is not None:
            self._concept_tokenizer.save_pretrained(Path(save_directory, CONCEPT_TOKENIZER), **kwargs)

    def _sanitize_parameters(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        known = ("candidate_labels", "nested", "threshold")
        unknown = sorted(set(kwargs) - set(known))
        if unknown:
            raise ValueError(f"{ZERO_SHOT_NER} has no argument {unknown[0]!r}, only {', '.join(known)}")
        return {}, {name: kwargs[name] for name in known if kwargs.get(name) is not None}, {}

    @cached_property
    def _concept_tokenizer(self) -> Any:
        """The tokenizer of the concept encoder, where it has one of its own."""
        return load_concept_tokenizer(self.model.name_or_path) if self.model.name_or_path else None

    @cached_property
    def _vector_source(self) -> ZeroShotRecognizer:
        model: Any = self.model
        if not isinstance(model, NuNerForPreTraining):
            raise NoConceptEncoderError(model.name_or_path or type(model).__name__)
        tokenizer: Any = self.tokenizer
        # Its labels are replaced at every call; that there must be one keeps the class without a state of no labels.
        return ZeroShotRecognizer(model, tokenizer, ["entity"], concept_tokenizer=self._concept_tokenizer)

    def _recognizer(
        self, candidate_labels: Labels | None = None, nested: bool = False, threshold: float | None = None
    ) -> ZeroShotRecognizer:
        if candidate_labels is None:
            raise ValueError(f'{ZERO_SHOT_NER} needs candidate_labels, such as candidate_labels=["city", "drug"]')
        return self._vector_source.with_labels(candidate_labels, nested=nested, threshold=threshold)

    def preprocess(self, input_: str | None, **preprocess_parameters: Any) -> dict[str, Any]:
        return {"text": input_}

    def _forward(self, input_tensors: dict[str, Any], **forward_parameters: Any) -> Any:
        return {"entities": self._recognizer(**forward_parameters)(input_tensors["text"])}

    def postprocess(self, model_outputs: dict[str, Any], **postprocess_parameters: Any) -> list[Entity]:
        return model_outputs["entities"]

    def get_iterator(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        inputs: Iterable[str | None],
        num_workers: int,
        batch_size: int,
        preprocess_params: dict[str, Any],
        forward_params: dict[str, Any],
        postprocess_params: dict[str, Any],
    ) -> Iterator[list[Entity]]:
        """Read many texts together rather than one after another.

        Args:
            inputs: The texts.
            num_workers: Not used.
            batch_size: Not used.
            preprocess_params: Empty.
            forward_params: What `__call__` was given.
            postprocess_params: Empty.

        Returns:
            The entities of each text, in order.
        """
        return self._recognizer(**forward_params).stream(inputs)
