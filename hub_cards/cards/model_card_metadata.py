"""The YAML of a model card: what the Hub filters, links and shows."""

from __future__ import annotations

import re

from huggingface_hub import EvalResult, ModelCardData

from nuner.data_builders.pages.markdown import printable

from ..facts.checkpoint import Checkpoint, Kind
from ..facts.training_facts import Source, TrainingFacts
from .few_shot_table import FewShotTable

# What the Hub's identifiers do not have.
_SPECIAL = re.compile(r"[^\w.-]+")
_TAGS = {
    Kind.bi_encoder: ["nuner", "named-entity-recognition", "contrastive-learning", "bi-encoder"],
    Kind.backbone: ["nuner", "named-entity-recognition"],
    Kind.recognizer: ["nuner", "named-entity-recognition"],
}
# Score -> its type, as the Hub knows it, and what to call it.
_ENTITY_METRICS = {
    "precision": ("precision", "Entity precision"),
    "recall": ("recall", "Entity recall"),
    "f1": ("f1", "Entity F1"),
    "macro_f1": ("f1", "Entity F1, macro average over the types"),
}
_PAIR_METRICS = {
    "average_precision": ("average_precision", "Average precision over (token, concept) pairs"),
    "f1": ("f1", "F1 over (token, concept) pairs"),
}


def model_card_data(checkpoint: Checkpoint, facts: TrainingFacts, name: str) -> ModelCardData:
    """Say what is known in the Hub's words; what is not known is left out.

    Args:
        checkpoint: The saved model.
        facts: How it came to be.
        name: What the model is called.

    Returns:
        The metadata; `ModelCardData.to_yaml()` writes it.
    """
    recognizer = checkpoint.kind == Kind.recognizer
    bases = base_models(checkpoint, facts)
    results = [*_scores(checkpoint, facts), *_few_shot_scores(facts)]
    data = facts.data.source.hub_id if facts.data is not None else None
    return ModelCardData(
        library_name="transformers",
        pipeline_tag="token-classification" if recognizer else "feature-extraction",
        base_model=bases[0] if len(bases) == 1 else bases or None,
        base_model_relation="finetune" if bases else None,
        datasets=[data] if data else None,
        language=facts.languages or None,
        license=facts.license,
        tags=list(_TAGS[checkpoint.kind]),
        metrics=list(dict.fromkeys(result.metric_type for result in results)) or None,
        widget=[{"text": printable(text)} for text in facts.examples] if recognizer and facts.examples else None,
        entity_types=[printable(type) for type in checkpoint.types] or None,
        model_name=name if results else None,
        eval_results=results or None,
    )


def base_models(checkpoint: Checkpoint, facts: TrainingFacts) -> list[str]:
    """Find the Hub ids of the encoders that a model was made from.

    Args:
        checkpoint: The saved model; only a bi-encoder has a concept encoder in it.
        facts: How it came to be.

    Returns:
        The ids, each once; encoders that were loaded from a folder have none.
    """
    encoders: list[Source | None] = [facts.text_encoder]
    if checkpoint.kind == Kind.bi_encoder:
        encoders.append(facts.concept_encoder)
    return list(dict.fromkeys(encoder.hub_id for encoder in encoders if encoder is not None and encoder.hub_id))


def _scores(checkpoint: Checkpoint, facts: TrainingFacts) -> list[EvalResult]:
    if facts.data is None or facts.scored_on is None:
        return []
    recognizer = checkpoint.kind == Kind.recognizer
    source = facts.data.source
    return [
        EvalResult(
            task_type="token-classification" if recognizer else "feature-extraction",
            task_name="Named entity recognition" if recognizer else "Matching tokens with concepts",
            dataset_type=source.hub_id or _SPECIAL.sub("-", source.name),
            dataset_name=printable(source.name),
            dataset_split=facts.scored_on,
            metric_type=metric_type,
            metric_name=metric_name,
            metric_value=round(facts.scores[score], 4),
        )
        for score, (metric_type, metric_name) in (_ENTITY_METRICS if recognizer else _PAIR_METRICS).items()
        if score in facts.scores
    ]


def _few_shot_scores(facts: TrainingFacts) -> list[EvalResult]:
    if not facts.few_shot:
        return []
    table = FewShotTable(facts.few_shot, facts.few_shot_encoder)
    return [
        EvalResult(
            task_type="token-classification",
            task_name="Few-shot named entity recognition, frozen encoder with a linear layer",
            dataset_type=printable(about["source"]),
            dataset_name=printable(data_set),
            dataset_split=about["test_split"],
            metric_type="f1",
            metric_name=f"Macro-averaged token F1 without O, k = {k}, mean of {table.seeds} samples",
            metric_value=round(table.cell(table.own, data_set, k)["mean"] / 100, 4),
        )
        for data_set, about in table.data_sets.items()
        for k in table.ks
    ]
