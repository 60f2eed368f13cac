"""What a pre-training starts from: two encoders, or a bi-encoder that was trained before."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, PreTrainedTokenizerBase

from nuner.modeling_nuner.configuration_nuner import NuNerConfig
from nuner.modeling_nuner.encoder_loading import without_bars
from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining
from nuner.modeling_nuner.recognition.bi_encoder_loading import has_concept_encoder, load_concept_tokenizer

from ..word_tokenizer import load_tokenizer


@dataclass(frozen=True)
class Start:
    """Two encoders with their tokenizers, or a bi-encoder.

    Args:
        text_encoder: Folder or Hub id of the encoder of the text, or of the bi-encoder.
        concept_encoder: The same for the concept names.
        fields: Fields of `NuNerConfig` that the model has.
        is_bi_encoder: Whether both are the two halves of one bi-encoder.
        tokenizer: Tokenizer of the text encoder.
        concept_tokenizer: Tokenizer of the concept encoder, where it has one of its own.
    """

    text_encoder: str
    concept_encoder: str
    fields: dict[str, Any]
    is_bi_encoder: bool
    tokenizer: PreTrainedTokenizerBase
    concept_tokenizer: PreTrainedTokenizerBase | None

    @classmethod
    def of(
        cls,
        text_encoder: str | os.PathLike[str],
        concept_encoder: str | os.PathLike[str] | None,
        preset_fields: Mapping[str, Any],
        fields: Mapping[str, Any],
    ) -> Start:
        """Find out what was given, without loading its weights.

        Args:
            text_encoder: Folder or Hub id.
            concept_encoder: Folder or Hub id; the text encoder when left out.
            preset_fields: Fields of `NuNerConfig` that new bi-encoders have.
            fields: Fields that the user chose.

        Returns:
            What training starts from.

        Raises:
            FileNotFoundError: If there is no such encoder.
            ValueError: If a folder holds no encoder.
        """
        text = os.fspath(text_encoder)
        concept = os.fspath(concept_encoder) if concept_encoder is not None else text
        tokenizer = load_tokenizer(text)
        if concept != text:
            return cls(text, concept, {**preset_fields, **fields}, False, tokenizer, load_tokenizer(concept))
        if not has_concept_encoder(text):
            return cls(text, concept, {**preset_fields, **fields}, False, tokenizer, None)
        config = AutoConfig.from_pretrained(text, trust_remote_code=False)
        own = {name: getattr(config, name) for name in preset_fields}
        return cls(text, concept, {**own, **fields}, True, tokenizer, load_concept_tokenizer(text))

    def config(self) -> NuNerConfig:
        """Return the configuration of the bi-encoder, without loading its weights.

        Raises:
            ValueError: If the vectors of the encoders differ in length, or a field makes no sense.
        """
        text, concept = (
            AutoConfig.from_pretrained(encoder, trust_remote_code=False)
            for encoder in (self.text_encoder, self.concept_encoder)
        )
        # The encoder of a bi-encoder's text stands for the whole where it is not gone on with.
        half = "concept_config" if self.is_bi_encoder else "text_config"
        return NuNerConfig(
            text_config=getattr(text, "text_config", text),
            concept_config=getattr(concept, half, concept),
            **self.fields,
        )

    def model(self) -> NuNerForPreTraining:
        """Load the bi-encoder, or make it of the two encoders."""
        if self.is_bi_encoder:
            with without_bars():
                return NuNerForPreTraining.from_pretrained(self.text_encoder, dtype=torch.float32, **self.fields)
        return NuNerForPreTraining.from_encoders(self.text_encoder, self.concept_encoder, **self.fields)
