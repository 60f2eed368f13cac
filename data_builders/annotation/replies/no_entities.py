"""Tell the answer "there are no entities", in words, from a refusal to answer."""

from __future__ import annotations

import re

_LONGEST = 300
# Nothing, none, there is not, no entities: as answers by themselves.
_NONE = (
    "none|null|nil|nothing|empty|empty (?:list|array|set|object)|n/?a|not applicable|undefined|nan|"
    "false|zero|0|ø|"
    "keine?s?|nichts|aucune?s?|rien|néant|ningun[ao]s?|ningún|nada|nessun[ao]?|niente|nulla|"
    "geen|niets|nenhum[ao]?|brak|nic|ingen|inget|inga|intet|ei mitään|ei ole|yok|hiçbiri|žádné|žádná|"
    "nincs(?:enek)?|semmi|niciuna|niciunul|nimic|không(?: có)?|tidak ada|tiada|"
    "нет|ничего|немає|няма|καμία|τίποτα|لا يوجد|لا شيء|אין|هیچ|कोई नहीं|ไม่มี|"
    "无|無|没有|沒有|空|なし|該当なし|特になし|(?:特に)?ありません|없음|없습니다|해당 없음"
)
_HELD = r"(?:the )?(?:entities|answer|result|output|entit\w+)"
_NOTHING = re.compile(
    rf"(?:{_HELD})?\W*(?:{_NONE})(?: (?:found|identified|detected|present))?\W*|{_HELD}\W+|\W*", re.IGNORECASE
)
_INTRODUCTION = re.compile(r"[^:\uff1a<>{}\[\]]{1,100}[:\uff1a]\s*")
_NO = (
    r"no|not|none|any|nothing|without|zero|cannot|can't|couldn't|didn't|don't|doesn't|isn't|aren't|"
    r"contains? 0|0|"
    r"keine?[rn]?|nicht|aucune?|pas|ningún|ninguna?s?|sin|nessuna?|non|geen|niet|nenhuma?|não|sem|brak|nie|"
    r"нет|не|никаких|немає|няма|no hay|ingen|inga|inget|inte|ikke|ei|yok|hiçbir|bulunamad\u0131|žádné|"
    r"nincs|nincsenek|nem|nu|"
    r"καμία|δεν|không|tidak|لا|لم|ليس|אין|לא|هیچ|نیست|نشد|नहीं"
)
_ENTITIES = (
    r"(?:named )?entit\w*|concepts?|mentions?|anything to mark|results?|matches|proper (?:names?|nouns?)|"
    r"entidad\w*|entidade\w*|entités?|entità|noms? propres?|"
    r"entität\w*|begriff\w*|eigenname\w*|entiteit\w*|encj\w*|jednost\w*|byt\w*|сущност\w*|объект\w*|сутност\w*|"
    r"enheter|enheder|entiteet\w*|entitás\w*|entităț\w*|varl\u0131k\w*|thực thể|entitas|οντότητ\w*|"
    r"كيان\w*|ישוי\w*|موجودیت\w*"
)
_THERE_ARE_NONE = re.compile(
    r"\bthere (?:are|is|were|was) none\b|\bthere (?:aren't|isn't|are not) any\b|\bnothing (?:to|was|is|that) ",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[={}\[\]<>|\"]")
_EMPTY_TAGS = re.compile(r"(?:<\?[^<>]*>\s*)?<(\w{1,20})\s*(?:/>|>([^<>]*)</\1>)")
# A list of some, or a sentence behind it: "No other entities."
_SOME = re.compile(
    r"^[ \t]{0,8}(?:[-*+\u2022\u30fb]|\d{1,3}[.)])[ \t]+\S|"
    r"^\*\*(?!(?:final )?(?:answer|entit|output|result|note|conclusion))[^*\n]{1,60}\*\*|\bof type\b|"
    r"\b(?:no|any|keine|aucune?|ninguna|nessun|geen|nenhuma|нет|nie ma) "
    r"(?:other|others|further|more|additional|else|weitere[nr]?|andere[nr]?|autres?|otras?|altr[ae]|outras?|других|innych)\b|"
    r"没有其他|没有其它|他に",
    re.IGNORECASE | re.MULTILINE,
)
_EMPTY_LIST = re.compile(r"\b(?:list|result|answer|output)s? (?:is|are) empty", re.IGNORECASE)
_NO_ENTITIES = re.compile(rf"\b(?:{_NO})\b[^.!?\n]{{0,60}}?\b(?:{_ENTITIES})", re.IGNORECASE)
_ENTITIES_NOT = re.compile(rf"\b(?:{_ENTITIES})[^.!?\n]{{0,60}}?\b(?:{_NO})\b", re.IGNORECASE)
# Chinese, Japanese and Korean have no spaces between the words.
_UNSPACED = re.compile(
    r"(?:没有|沒有|無|无|未|不存在|不包含)[^\u3002\n]{0,20}(?:实体|實體|概念)|"
    r"(?:エンティティ|固有表現|実体|实体)[^\u3002\n]{0,20}(?:ありません|ない|なし|没有|不存在|見つかりません)|"
    r"(?:개체|엔티티)[^.\n]{0,20}(?:없|않)|ไม่[^\n]{0,20}เอนทิตี|"
    r"(?:इकाई|संस्था|एंटिटी)[^\n]{0,20}नहीं"
)
_REFUSAL = re.compile(
    r"\b(?:can(?:no|')t|cannot|won't|will not|unable to|not able to)\s+(?:\w+\s+){0,3}?"
    r"(?:help|assist|comply|process|provide|fulfil|answer|do that|engage|continue|discuss|support)|"
    r"\bpolic(?:y|ies)\b|inappropriate|harmful|\bas an ai\b|"
    r"guidelines|against my|not comfortable|\b(?:cannot|can't)\b.{0,200}\bbecause\b|"
    r"\bplease\b|overloaded|\berror\b|access to|\b(?:was|were|been) (?:given|provided|supplied)",
    re.IGNORECASE,
)


def says_nothing(answer: str) -> bool:
    """Tell whether an answer says in words that a sentence has no entities.

    Args:
        answer: What the model wrote.

    Example:
        ```python
        >>> says_nothing("There are no named entities in this sentence."), says_nothing("I can't help with that.")
        (True, False)

        ```
    """
    if len(answer) > _LONGEST:
        return False
    words = answer.strip("`*_\"'()[]{} \n.").replace("\u2019", "'")
    if _REFUSAL.search(words):
        return False
    tags = _EMPTY_TAGS.fullmatch(answer.strip())
    if tags is not None:
        return not tags[2] or says_nothing(tags[2])
    introduction = _INTRODUCTION.match(words)
    behind = words[introduction.end() :] if introduction is not None else ""
    if _NOTHING.fullmatch(words) or (behind.strip() and _NOTHING.fullmatch(behind)):
        return True
    if _MARKUP.search(words) or _SOME.search(answer):
        return False
    return any(
        pattern.search(words) for pattern in (_NO_ENTITIES, _ENTITIES_NOT, _THERE_ARE_NONE, _UNSPACED, _EMPTY_LIST)
    )
