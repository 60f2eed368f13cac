"""Configuration of the NuNER models."""

from __future__ import annotations

from typing import Any, cast

from transformers import AutoConfig, PreTrainedConfig, RobertaConfig

CODE_VERSION = "0.1.0"
"""Version of the package that this file is part of. Checkpoints carry copies of it, which must tell by themselves."""


def _as_config(config: PreTrainedConfig | dict[str, Any]) -> PreTrainedConfig:
    if isinstance(config, PreTrainedConfig):
        return config
    fields = dict(config)
    return AutoConfig.for_model(fields.pop("model_type", "roberta"), **fields)


class NuNerConfig(PreTrainedConfig):
    """Configuration of a NuNER bi-encoder and of the models that are made from it.

    Args:
        text_config: Configuration of the text encoder, of any architecture that `AutoModel` loads; RoBERTa-base
            when left out (section 3.3 of the paper).
        concept_config: Configuration of the concept encoder; that of the text encoder when left out.
        temperature: Divisor of the dot products before the sigmoid (section 3.3).
        concept_pooling: How the vectors of a concept name's tokens become one: `"cls"` (the first) or `"mean"`.
        concept_projection: Whether the vector of a concept name goes through a linear layer; pre-training gives one to
            encoders whose own weights cannot be centered.
        feature_layers: Hidden states that feed the token classifier, concatenated; -1 is the last layer, which is
            where pre-training puts what it knows about entities.
        num_classifier_layers: 1 (a linear layer, section 4.1) or 2 (two layers with dropout, section 6).
        classifier_dropout: Probability of dropout in front of each layer of the classifier.
        score_scale: Factor of the logits that makes the probabilities of unseen concepts calibrated; fitted on the
            validation sentences at the end of pre-training.
        score_bias: What is added to them then.
        score_threshold: Calibrated probability from which a word belongs to an entity type that is named at run
            time; None as long as nothing was fitted.
        **kwargs: Fields that every configuration has, such as `id2label` and `label2id`.

    Raises:
        ValueError: If the pooling, the temperature, the calibration, the feature layers or the number of classifier
            layers make no sense, or the encoders' hidden sizes differ, so that their vectors cannot be compared.

    Example:
        ```python
        >>> from nuner import NuNerConfig
        >>> from transformers import BertConfig
        >>> NuNerConfig(text_config=BertConfig(hidden_size=384, num_attention_heads=12)).hidden_size
        384

        ```
    """

    model_type = "nuner"
    sub_configs = {"text_config": AutoConfig, "concept_config": AutoConfig}  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    text_config: PreTrainedConfig | dict[str, Any] | None = None
    concept_config: PreTrainedConfig | dict[str, Any] | None = None
    temperature: float | int = 5.0
    concept_pooling: str = "cls"
    concept_projection: bool = False
    feature_layers: list[int] | tuple[int, ...] = (-1,)
    num_classifier_layers: int = 1
    classifier_dropout: float | int = 0.1
    score_scale: float | int = 1.0
    score_bias: float | int = 0.0
    score_threshold: float | None = None

    def __post_init__(self, **kwargs: Any) -> None:
        """Turn the encoders' configurations into objects and check the fields."""
        self.text_config = _as_config(self.text_config or RobertaConfig())
        self.concept_config = _as_config(self.concept_config or self.text_config.to_dict())
        self.feature_layers = list(self.feature_layers)
        super().__post_init__(**kwargs)
        if self.concept_pooling not in ("cls", "mean"):
            raise ValueError(f"concept_pooling is {self.concept_pooling!r}; it must be 'cls' or 'mean'.")
        if not self.temperature > 0:
            raise ValueError(f"temperature is {self.temperature}; it must be greater than 0.")
        if not self.score_scale > 0:
            raise ValueError(f"score_scale is {self.score_scale}; it must be greater than 0.")
        if self.score_threshold is not None and not 0 < self.score_threshold < 1:
            raise ValueError(f"score_threshold is {self.score_threshold}; it must lie between 0 and 1.")
        if self.num_classifier_layers not in (1, 2):
            raise ValueError(f"num_classifier_layers is {self.num_classifier_layers}; it must be 1 or 2.")
        depth = self.text_config.num_hidden_layers
        if not self.feature_layers or not all(-depth - 1 <= layer <= depth for layer in self.feature_layers):
            raise ValueError(
                f"feature_layers is {self.feature_layers}; name hidden states of a {depth}-layer encoder, "
                f"{-depth - 1} to {depth}."
            )
        if self.text_config.hidden_size != self.concept_config.hidden_size:
            raise ValueError(
                f"The text encoder's vectors have {self.text_config.hidden_size} numbers and the concept encoder's "
                f"{self.concept_config.hidden_size}; choose two encoders of one hidden size."
            )

    @property
    def hidden_size(self) -> int:
        """Length of a token's vector."""
        return cast(Any, self.text_config).hidden_size

    @property
    def num_hidden_layers(self) -> int:
        """Number of layers of the text encoder."""
        return cast(Any, self.text_config).num_hidden_layers

    @property
    def vocab_size(self) -> int:
        """Size of the text encoder's vocabulary."""
        return cast(Any, self.text_config).vocab_size

    @vocab_size.setter
    def vocab_size(self, size: int) -> None:
        cast(Any, self.text_config).vocab_size = size
