"""A labelled sentence as an example in a prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple


class PromptExample(NamedTuple):
    """A sentence and its entities, which a prompt shows as a model answer.

    Args:
        text: The sentence.
        entities: Text and type of each entity, in the order of the sentence.
    """

    text: str
    entities: tuple[tuple[str, str], ...]

    def answer(self, descriptions: Mapping[str, str | None]) -> str:
        """Return the entities as a part of a reply, without the braces around it.

        Args:
            descriptions: Type -> its description; it stands for the reasoning, which labelled data do not have.

        Example:
            ```python
            >>> PromptExample("To Rome!", (("Rome", "city"),)).answer({"city": "a town"})
            '"entities": [{"text": "Rome", "description": "a town", "concept": "city"}]'

            ```
        """
        entities = [
            {"text": text, "description": descriptions.get(label) or f"a case of {label}", "concept": label}
            for text, label in self.entities
        ]
        return json.dumps({"entities": entities}, ensure_ascii=False)[1:-1]
