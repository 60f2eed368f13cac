"""What the service takes and gives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from nuner.modeling_nuner.recognition.entities import Entity
from nuner.modeling_nuner.recognition.labels.named_types import Labels, check_threshold, described_types

# Each costs a number for every word of a batch.
MOST_LABELS = 100


def _described(labels: Labels | None) -> Labels | None:
    return None if labels is None else described_types(labels)


class EntitiesRequest(BaseModel):
    """One text or many, and what to find in them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"texts": ["Ada lives in Paris."]}]})

    texts: str | list[str | None] = Field(description="A text, or a list of texts; null has no entities.")
    labels: Annotated[
        list[str] | dict[str, str] | None,
        Field(
            max_length=MOST_LABELS,
            description="Entity types, or types with descriptions, in place of those that the service was started "
            "with; of a fine-tuned recognizer some of its own, without descriptions.",
        ),
        AfterValidator(_described),
    ] = None
    threshold: Annotated[
        float | None,
        Field(
            description="Probability from which a word (of a bi-encoder) or an entity (of a fine-tuned recognizer) "
            "counts, 0 to 1."
        ),
        AfterValidator(check_threshold),
    ] = None


class FoundEntity(BaseModel):
    """An entity; offsets count Unicode code points of the text, `end` is behind the last."""

    start: int
    end: int
    text: str
    label: str
    score: float


class EntitiesAnswer(BaseModel):
    """The entities of the text, or a list of them for each text, in the order of the request."""

    entities: list[FoundEntity] | list[list[FoundEntity]]


class Health(BaseModel):
    """Whether the service recognizes, and what."""

    status: str
    model: str
    labels: list[str]


class Problem(BaseModel):
    """What was wrong, in a sentence."""

    detail: str


def answer(entities: list[Entity] | list[list[Entity]]) -> dict[str, Any]:
    """Make the body of `EntitiesAnswer`.

    Args:
        entities: What the recognizer returned.
    """
    return {"entities": entities}


def problem_of(errors: list[dict[str, Any]]) -> tuple[int, str]:
    """Say in a sentence why a request cannot be read.

    Args:
        errors: The errors of `RequestValidationError`.

    Returns:
        The HTTP status and the sentence.

    Example:
        ```python
        >>> from nuner.serving.messages import problem_of
        >>> problem_of([{"type": "missing", "loc": ("body", "texts"), "msg": "Field required"}])
        (422, 'The field texts is missing: send {"texts": "..."} or {"texts": ["...", "..."]}.')

        ```
    """
    first = errors[0]
    kind, place = first["type"], ".".join(str(part) for part in first["loc"][1:] if not _is_type(part))
    if kind == "json_invalid":
        return 400, f"The body is not JSON: {first['ctx']['error']} at character {first['loc'][1]}."
    form = 'send {"texts": "..."} or {"texts": ["...", "..."]}'
    if not place:
        return 422, f"The body is no JSON object, or was not sent as Content-Type: application/json: {form}."
    if kind == "missing":
        return 422, f"The field {place} is missing: {form}."
    if kind == "extra_forbidden":
        return 422, f"There is no field {place}: {form}."
    if kind == "value_error":
        return 422, f"The field {place} is wrong: {first['ctx']['error']}."
    # An error is told for each type that the field may have; the deepest place is the one that was meant.
    deepest = max(errors, key=lambda error: len(error["loc"]))
    place = ".".join(str(part) for part in deepest["loc"][1:] if not _is_type(part))
    return 422, f"The field {place} is wrong ({deepest['msg'][0].lower()}{deepest['msg'][1:]}): {form}."


def _is_type(part: Any) -> bool:
    """Tell whether a part of an error's place names a type of a union rather than a field."""
    return part == "str" or str(part).startswith(("list[", "nullable["))
