"""What the language model is told, how a sentence is handed to it, and the form of its answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..entity_types.prompt_example import PromptExample
from ..entity_types.type_list import TypeList
from ..entity_types.type_names import NO_TYPE

LANGUAGES = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "nl": "Dutch",
    "it": "Italian",
    "pl": "Polish",
    "ru": "Russian",
}
"""The languages of the paper's multilingual data set (appendix A.2)."""

_PACKAGE = "nuner.data_builders.annotation.llm"
_TEMPLATE = "annotate.jinja"
_TEMPLATE_OF_TYPES = "annotate-types.jinja"


class Message(TypedDict):
    """A message of a chat."""

    role: str
    content: str


class FencedText(NamedTuple):
    """A sentence to ask about: its text and its language (ISO 639-1), if known."""

    text: str
    language: str | None = None


class Prompt:
    """Instructions from a template, and the sentences of a request fenced as data.

    Args:
        template: A Jinja file with the instructions; the package's own by default. It may use `several` and
            `own_language`, with types also `types`, `guidelines` and `examples`.
        several: Whether requests hold several sentences.
        own_language: Whether concepts and descriptions are asked for in the language of the sentence
            (appendix A.2 of the paper).
        types: The types to find; the model chooses its concepts freely by default.
        examples: Labelled sentences that are shown as model answers (section 6); they need types.

    Raises:
        FileNotFoundError: If there is no such template.
        ValueError: If the template cannot be rendered or does not name each type, or what is given does not go
            together.

    Example:
        ```python
        >>> messages = Prompt().messages([FencedText("Ada lived in London.")])
        >>> [message["role"] for message in messages]
        ['system', 'user']

        ```
    """

    def __init__(
        self,
        template: Path | None = None,
        *,
        several: bool = False,
        own_language: bool = False,
        types: TypeList | None = None,
        examples: Sequence[PromptExample] = (),
    ) -> None:
        self.several = several
        self.own_language = own_language
        self.types = types
        if types is not None and own_language:
            raise ValueError(
                "types have the names that they are given: own_language is for concepts of its own choice."
            )
        if types is None and examples:
            raise ValueError("examples need types.")
        own = _TEMPLATE if types is None else _TEMPLATE_OF_TYPES
        name = str(template) if template is not None else own
        try:
            source = (template or resources.files(_PACKAGE) / "templates" / own).read_text("utf-8")
            environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True)
            values = {"several": several, "own_language": own_language, **_values_of_types(types, examples)}
            self.instructions = environment.from_string(source).render(values).strip()
        except TemplateSyntaxError as error:
            raise ValueError(f"The prompt template {name} is wrong in line {error.lineno}: {error.message}.") from None
        except (TemplateError, UnicodeDecodeError) as error:
            raise ValueError(f"The prompt template {name} cannot be used: {error}.") from None
        if not self.instructions:
            raise ValueError(f"The prompt template {name} gives no instructions.")
        for each in types.types if types is not None else ():
            if each.name not in self.instructions:
                raise ValueError(f"The prompt template {name} does not name the type {each.name!r}: it needs `types`.")

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when anything that the model is told changes."""
        asked = self.messages([FencedText("Ada lived in London.", "en")] * (2 if self.several else 1))
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]

    @property
    def reply_format(self) -> dict[str, Any] | None:
        """The `response_format` of its requests; None where replies have no schema."""
        return reply_format(self.several, self.types)

    def messages(self, texts: Sequence[FencedText], *, system_role: bool = True) -> list[Message]:
        """Return the messages of a request.

        Each sentence stands between tags whose name it does not contain, so that it cannot close them.

        Args:
            texts: The sentences; one, unless the prompt is for several. They are numbered from 1.
            system_role: Whether the instructions are a message of their own, of the role `system`, or the beginning
                of the user's.
        """
        if not self.several and len(texts) != 1:
            raise ValueError(f"{len(texts)} sentences for a prompt that asks about one.")
        tag = _unused_tag("\n".join(item.text for item in texts))
        fenced = [
            f"<{tag}{self._attributes(number, item)}>\n{item.text}\n</{tag}>" for number, item in enumerate(texts, 1)
        ]
        said = "\n".join(fenced)
        if not system_role:
            return [{"role": "user", "content": f"{self.instructions}\n\n{said}"}]
        return [{"role": "system", "content": self.instructions}, {"role": "user", "content": said}]

    def _attributes(self, number: int, item: FencedText) -> str:
        language = LANGUAGES.get(item.language or "") if self.own_language else None
        return (f' id="{number}"' if self.several else "") + (f' language="{language}"' if language else "")


def reply_format(several: bool, types: TypeList | None = None) -> dict[str, Any]:
    """Return the `response_format` of a request: the JSON schema of replies, for servers that can hold a model to one.

    Args:
        several: Whether the request holds several sentences.
        types: The types of which concepts are; the line of reasoning then comes before the type that follows from it.

    Example:
        ```python
        >>> reply_format(several=False)["json_schema"]["schema"]["required"]
        ['entities']

        ```
    """
    string = {"type": "string"}
    if types is None:
        entity = _object(text=string, concept=string, description=string)
    else:
        entity = _object(text=string, description=string, concept={**string, "enum": [*types.names, NO_TYPE]})
    entities = {"type": "array", "items": entity}
    if several:
        result = _object(id={"type": "integer"}, entities=entities)
        schema = _object(results={"type": "array", "items": result})
    else:
        schema = _object(entities=entities)
    return {"type": "json_schema", "json_schema": {"name": "entities", "strict": True, "schema": schema}}


def _values_of_types(types: TypeList | None, examples: Sequence[PromptExample]) -> dict[str, Any]:
    """Return what a template may use of the user's types."""
    if types is None:
        return {}
    descriptions = {each.name: each.description for each in types.types}
    shown = [{"text": example.text, "answer": example.answer(descriptions)} for example in examples]
    return {"types": types.types, "guidelines": types.guidelines, "examples": shown}


def _unused_tag(text: str) -> str:
    """Return a tag that does not occur in a text. It depends on nothing else: a request can be made again."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return next(
        tag for start in range(len(digest) - 8) if (tag := f"sentence-{digest[start : start + 8]}") not in text
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
