"""Tell the answer "there are no entities", in words, from a refusal to answer."""

from __future__ import annotations

import re

_LONGEST = 300
_NOTHING = re.compile(
    r"(?:the )?(?:entities|answer|result|output|entit\w+)?\W*"
    r"(?:none|null|nil|nothing|empty|n/?a|not applicable|keine|aucune?|ningun[ao]|nessun[ao]|"
    r"geen|nenhum[ao]?|brak|нет|無|无|なし|없음)?(?: (?:found|identified|detected|present))?\W*",
    re.IGNORECASE,
)
_NO = (
    r"no|not|none|any|nothing|without|zero|cannot|can't|couldn't|didn't|don't|doesn't|isn't|aren't|contains? 0|0|"
    r"keine?[rn]?|nicht|aucune?|pas|ning\u00fan|ninguna?s?|sin|nessuna?|non|geen|niet|nenhuma?|n\u00e3o|sem|brak|nie|"
    r"\u043d\u0435\u0442|\u043d\u0435|\u043d\u0438\u043a\u0430\u043a\u0438\u0445|no hay|ingen|inga|yok|hi\u00e7bir"
)
_ENTITIES = (
    r"(?:named )?entit\w*|concepts?|mentions?|anything to mark|entidad\w*|entidade\w*|entit\u00e9s?|entit\u00e0|"
    r"entit\u00e4t\w*|begriff\w*|entiteit\w*|encj\w*|jednost\w*|byt\w*|\u0441\u0443\u0449\u043d\u043e\u0441\u0442\w*|\u043e\u0431\u044a\u0435\u043a\u0442\w*|"
    r"enheter|varl\u0131k\w*"
)
_MARKUP = re.compile(r"[={}\[\]<>|\"]")
_EMPTY_TAGS = re.compile(r"(?:<\?[^<>]*>\s*)?<(\w{1,20})\s*(?:/>|>\s*</\1>)")
_EMPTY_LIST = re.compile(r"\b(?:list|result|answer|output)s? (?:is|are) empty", re.IGNORECASE)
_NO_ENTITIES = re.compile(rf"\b(?:{_NO})\b[^.!?\n]{{0,60}}?\b(?:{_ENTITIES})", re.IGNORECASE)
_ENTITIES_NOT = re.compile(rf"\b(?:{_ENTITIES})[^.!?\n]{{0,60}}?\b(?:{_NO})\b", re.IGNORECASE)
# Chinese, Japanese and Korean have no spaces between the words.
_UNSPACED = re.compile(
    r"(?:\u6ca1\u6709|\u65e0|\u672a|\u4e0d\u5b58\u5728|\u4e0d\u5305\u542b)[^\u3002\n]{0,20}(?:\u5b9e\u4f53|\u6982\u5ff5)|"
    r"(?:\u30a8\u30f3\u30c6\u30a3\u30c6\u30a3|\u56fa\u6709\u8868\u73fe|\u5b9f\u4f53|\u5b9e\u4f53)[^\u3002\n]{0,20}(?:\u3042\u308a\u307e\u305b\u3093|\u306a\u3044|\u306a\u3057|\u6ca1\u6709|\u4e0d\u5b58\u5728|\u898b\u3064\u304b\u308a\u307e\u305b\u3093)|"
    r"(?:\uac1c\uccb4|\uc5d4\ud2f0\ud2f0)[^.\n]{0,20}(?:\uc5c6|\uc54a)"
)
_REFUSAL = re.compile(
    r"\b(?:can(?:no|')t|cannot|won't|will not|unable to|not able to)\s+(?:\w+\s+){0,3}?"
    r"(?:help|assist|comply|process|provide|fulfil|answer|do that|engage|continue|discuss|support)|"
    r"\bpolic(?:y|ies)\b|inappropriate|harmful|\bas an ai\b|"
    r"guidelines|against my|not comfortable|because",
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
    if _NOTHING.fullmatch(words) or _EMPTY_TAGS.fullmatch(answer.strip()):
        return True
    if _MARKUP.search(words):
        return False
    return any(pattern.search(words) for pattern in (_NO_ENTITIES, _ENTITIES_NOT, _UNSPACED, _EMPTY_LIST))
