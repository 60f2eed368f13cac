"""The NuNER models: configuration, bi-encoder, token classifier, loss."""

from transformers import AutoConfig, AutoModel, AutoModelForPreTraining, AutoModelForTokenClassification

from .configuration_nuner import NuNerConfig
from .loss import contrastive_bce
from .modeling_nuner import (
    NuNerForPreTraining,
    NuNerForPreTrainingOutput,
    NuNerForTokenClassification,
    NuNerModel,
)

AutoConfig.register("nuner", NuNerConfig, exist_ok=True)
AutoModel.register(NuNerConfig, NuNerModel, exist_ok=True)
AutoModelForPreTraining.register(NuNerConfig, NuNerForPreTraining, exist_ok=True)
AutoModelForTokenClassification.register(NuNerConfig, NuNerForTokenClassification, exist_ok=True)

__all__ = [
    "NuNerConfig",
    "NuNerForPreTraining",
    "NuNerForPreTrainingOutput",
    "NuNerForTokenClassification",
    "NuNerModel",
    "contrastive_bce",
]
