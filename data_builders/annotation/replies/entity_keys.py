"""The names that models give to the parts of an entity, and to what holds entities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# The surest first. A name in two lists is taken for the first part that no surer name fills.
TEXT = (
    "text", "mention", "span", "surface", "surfaceform", "phrase", "word", "words", "token", "tokens", "string",
    "expression", "entitytext", "entityname", "entitymention", "matchedtext", "match", "substring", "quote", "form",
    "originaltext", "textspan", "texts", "mentions", "spans", "examples", "instances", "values", "terms", "term",
    "keyword", "entity", "name", "value", "item", "items", "entities", "label", "title", "texto", "texte", "testo",
    "tekst", "текст", "文本", "实体", "entidad", "entidade", "entité", "entità", "entität", "entiteit",
    "сущность", "文字", "原文", "名称", "實體", "命名实体", "実体", "テキスト", "エンティティ", "固有表現", "名前",
    "텍스트", "개체", "엔티티",
)  # fmt: skip
CONCEPT = (
    "concept", "type", "entitytype", "concepttype", "category", "class", "entitylabel", "entityclass",
    "entitycategory", "entitygroup", "semantictype", "nertag", "nerlabel", "conceptname", "label", "tag", "kind",
    "group", "ontologyclass", "concepts", "types", "categories", "labels", "role", "entity", "name", "value",
    "title",
    "tipo", "typ", "konzept", "concepto", "conceito", "concetto", "categoría", "categoria", "catégorie", "kategorie",
    "тип", "понятие", "категория", "类型", "概念", "类别", "類型", "類別", "标签", "標籤", "タイプ", "種類",
    "種別", "分類", "カテゴリ",
    "カテゴリー", "ラベル", "유형", "종류", "개념", "범주",
)  # fmt: skip
DESCRIPTION = (
    "description", "desc", "definition", "explanation", "meaning", "gloss", "conceptdescription", "typedescription",
    "reason", "details", "descripción", "descrição", "descrizione", "beschreibung", "описание", "描述", "说明",
    "說明",
    "解释", "定义", "説明", "定義", "설명",
)  # fmt: skip
HOLDERS = (
    "arguments", "parameters", "input", "function", "toolcalls", "entities", "namedentities", "entitylist",
    "annotations", "results", "result", "items", "output", "outputs", "data", "response", "answer", "answers",
    "extractions", "extractedentities", "mentions", "spans", "concepts", "ner", "predictions", "labels", "records",
    "list", "objects", "finalanswer", "content", "reply", "entidades", "entités", "entità", "entitäten", "сущности",
    "实体", "实体列表", "實體", "エンティティ", "固有表現", "개체", "ents", "choices", "functioncall", "properties",
)  # fmt: skip
NO_CONCEPTS = {
    "error", "message", "detail", "details", "status", "refusal", "code", "note", "notes", "comment", "comments",
    "explanation", "reasoning", "thought", "thoughts", "thinking", "sentence", "id", "count", "total", "success",
    "language", "confidence", "score", "start", "end", "model", "usage", "role", "finishreason",
}  # fmt: skip
"""Names beside the entities of an answer that are no concepts and no texts."""

# Names that can mean either part: of two of them, the sentence says which is which.
UNSURE = {"entity", "name", "value", "label", "title", "item", "term", "keyword"}

_NO_LETTER = re.compile(r"[\W_]+")


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """Return a name in the form of the lists above.

    Example:
        ```python
        >>> plain_name("Entity_Type:"), plain_name("entityType")
        ('entitytype', 'entitytype')

        ```
    """
    return _NO_LETTER.sub("", name).casefold() if len(name) <= 40 else name


def part(values: Mapping[str, Any], names: tuple[str, ...], but: str | None = None) -> str | None:
    """Return the first of some names that an object has, but for one that is taken already."""
    return next((name for name in names if name in values and name != but), None)


def names_a_part(name: str) -> bool:
    """Tell whether a name is one of an entity's parts."""
    return plain_name(name) in PARTS


MARKS = {
    "text", "entity", "entities", "concept", "concepts", "type", "types", "mention", "mentions", "span", "spans",
    "description", "entitytype", "entitytext", "entityname", "namedentity", "namedentities", "conceptname",
    "entität",
    "konzept", "entité", "entità", "entidad", "entidade", "сущность", "понятие", "实体", "實體", "类型", "類型",
    "概念", "文本",
    "テキスト", "エンティティ", "固有表現", "개체", "텍스트", "유형",
}  # fmt: skip
"""Names of parts that no concept has: a guess by which one is the concept of a text has gone wrong."""

PARTS = frozenset(TEXT + CONCEPT + DESCRIPTION)
