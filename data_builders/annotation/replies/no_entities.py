"""Tell the answer "there are no entities", in words, from a refusal to answer."""

from __future__ import annotations

import re

_LONGEST = 300
# Nothing, none, there is not, no entities: as answers by themselves.
_NONE = (
    "none|null|nil|nothing|empty|empty (?:list|array|set|object)|n/?a|not applicable|undefined|nan|false|zero|0|\u00f8|"
    "keine?s?|nichts|aucune?s?|rien|n\u00e9ant|ningun[ao]s?|ning\u00fan|nada|nessun[ao]?|niente|nulla|"
    "geen|niets|nenhum[ao]?|brak|nic|ingen|inget|inga|intet|ei mit\u00e4\u00e4n|ei ole|yok|hi\u00e7biri|\u017e\u00e1dn\u00e9|\u017e\u00e1dn\u00e1|"
    "nincs(?:enek)?|semmi|niciuna|niciunul|nimic|kh\u00f4ng(?: c\u00f3)?|tidak ada|tiada|"
    "\u043d\u0435\u0442|\u043d\u0438\u0447\u0435\u0433\u043e|\u043d\u0435\u043c\u0430\u0454|\u043d\u044f\u043c\u0430|\u03ba\u03b1\u03bc\u03af\u03b1|\u03c4\u03af\u03c0\u03bf\u03c4\u03b1|\u0644\u0627 \u064a\u0648\u062c\u062f|\u0644\u0627 \u0634\u064a\u0621|\u05d0\u05d9\u05df|\u0647\u06cc\u0686|\u0915\u094b\u0908 \u0928\u0939\u0940\u0902|\u0e44\u0e21\u0e48\u0e21\u0e35|"
    "\u65e0|\u7121|\u6ca1\u6709|\u6c92\u6709|\u7a7a|\u306a\u3057|\u8a72\u5f53\u306a\u3057|\u7279\u306b\u306a\u3057|(?:\u7279\u306b)?\u3042\u308a\u307e\u305b\u3093|\uc5c6\uc74c|\uc5c6\uc2b5\ub2c8\ub2e4|\ud574\ub2f9 \uc5c6\uc74c"
)
_NOTHING = re.compile(
    rf"(?:the )?(?:entities|answer|result|output|entit\w+)?\W*(?:{_NONE})?(?: (?:found|identified|detected|present))?\W*",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(r"[^:\uff1a<>{}\[\]]{1,100}[:\uff1a]\s*")
_NO = (
    r"no|not|none|any|nothing|without|zero|cannot|can't|couldn't|didn't|don't|doesn't|isn't|aren't|contains? 0|0|"
    r"keine?[rn]?|nicht|aucune?|pas|ning\u00fan|ninguna?s?|sin|nessuna?|non|geen|niet|nenhuma?|n\u00e3o|sem|brak|nie|"
    r"\u043d\u0435\u0442|\u043d\u0435|\u043d\u0438\u043a\u0430\u043a\u0438\u0445|\u043d\u0435\u043c\u0430\u0454|\u043d\u044f\u043c\u0430|no hay|ingen|inga|inget|inte|ikke|ei|yok|hi\u00e7bir|bulunamad\u0131|\u017e\u00e1dn\u00e9|nincs|nincsenek|nem|nu|"
    r"\u03ba\u03b1\u03bc\u03af\u03b1|\u03b4\u03b5\u03bd|kh\u00f4ng|tidak|\u0644\u0627|\u0644\u0645|\u0644\u064a\u0633|\u05d0\u05d9\u05df|\u05dc\u05d0|\u0647\u06cc\u0686|\u0646\u06cc\u0633\u062a|\u0646\u0634\u062f|\u0928\u0939\u0940\u0902"
)
_ENTITIES = (
    r"(?:named )?entit\w*|concepts?|mentions?|anything to mark|results?|matches|proper (?:names?|nouns?)|"
    r"entidad\w*|entidade\w*|entit\u00e9s?|entit\u00e0|noms? propres?|"
    r"entit\u00e4t\w*|begriff\w*|eigenname\w*|entiteit\w*|encj\w*|jednost\w*|byt\w*|\u0441\u0443\u0449\u043d\u043e\u0441\u0442\w*|\u043e\u0431\u044a\u0435\u043a\u0442\w*|\u0441\u0443\u0442\u043d\u043e\u0441\u0442\w*|"
    r"enheter|enheder|entiteet\w*|entit\u00e1s\w*|entit\u0103\u021b\w*|varl\u0131k\w*|th\u1ef1c th\u1ec3|entitas|\u03bf\u03bd\u03c4\u03cc\u03c4\u03b7\u03c4\w*|\u0643\u064a\u0627\u0646\w*|\u05d9\u05e9\u05d5\u05d9\w*|\u0645\u0648\u062c\u0648\u062f\u06cc\u062a\w*|\u0907\u0915\u093e\u0908|\u0938\u0902\u0938\u094d\u0925\u093e|\u090f\u0902\u091f\u093f\u091f\u0940"
)
_THERE_ARE_NONE = re.compile(
    r"\bthere (?:are|is|were|was) none\b|\bthere (?:aren't|isn't|are not) any\b|\bnothing (?:to|was|is|that) ",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[={}\[\]<>|\"]")
_EMPTY_TAGS = re.compile(r"(?:<\?[^<>]*>\s*)?<(\w{1,20})\s*(?:/>|>([^<>]*)</\1>)")
_EMPTY_LIST = re.compile(r"\b(?:list|result|answer|output)s? (?:is|are) empty", re.IGNORECASE)
_NO_ENTITIES = re.compile(rf"\b(?:{_NO})\b[^.!?\n]{{0,60}}?\b(?:{_ENTITIES})", re.IGNORECASE)
_ENTITIES_NOT = re.compile(rf"\b(?:{_ENTITIES})[^.!?\n]{{0,60}}?\b(?:{_NO})\b", re.IGNORECASE)
# Chinese, Japanese and Korean have no spaces between the words.
_UNSPACED = re.compile(
    r"(?:\u6ca1\u6709|\u6c92\u6709|\u7121|\u65e0|\u672a|\u4e0d\u5b58\u5728|\u4e0d\u5305\u542b)[^\u3002\n]{0,20}(?:\u5b9e\u4f53|\u5be6\u9ad4|\u6982\u5ff5)|"
    r"(?:\u30a8\u30f3\u30c6\u30a3\u30c6\u30a3|\u56fa\u6709\u8868\u73fe|\u5b9f\u4f53|\u5b9e\u4f53)[^\u3002\n]{0,20}(?:\u3042\u308a\u307e\u305b\u3093|\u306a\u3044|\u306a\u3057|\u6ca1\u6709|\u4e0d\u5b58\u5728|\u898b\u3064\u304b\u308a\u307e\u305b\u3093)|"
    r"(?:\uac1c\uccb4|\uc5d4\ud2f0\ud2f0)[^.\n]{0,20}(?:\uc5c6|\uc54a)|\u0e44\u0e21\u0e48[^\n]{0,20}\u0e40\u0e2d\u0e19\u0e17\u0e34\u0e15\u0e35"
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
    if _MARKUP.search(words):
        return False
    return any(
        pattern.search(words) for pattern in (_NO_ENTITIES, _ENTITIES_NOT, _THERE_ARE_NONE, _UNSPACED, _EMPTY_LIST)
    )
