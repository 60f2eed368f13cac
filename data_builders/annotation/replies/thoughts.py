"""Leave out what a reasoning model thinks aloud, in whatever marks its thoughts stand."""

from __future__ import annotations

import re

_NAMES = (
    r"(?:\w{1,12}:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion|ing)?|analysis|scratch_?pad|cot|draft)"
)
# <think>, </think>, [THINK], <|thinking|>, <|end_of_thought|>, ◁think▷, 【think】, <|END_THINKING|>
_MARK = re.compile(
    rf"""(?:<\|?|\u25c1|\u3010)[ ]?
    (?P<closes>/|end_?(?:of_)?|)(?:begin_?(?:of_)?|start_?(?:of_)?|)(?:chain_of_)?{_NAMES}
    (?P<also_closes>_end|)(?:[ ][^<>\n]{{0,80}})?
    (?:\|?>|\u25b7|\u3011)
    | \[(?P<closes_bracket>/|)(?:think(?:ing)?|thoughts?|reasoning)\]""",
    re.IGNORECASE | re.VERBOSE,
)
_FENCED_THOUGHT = re.compile(rf"```[ ]?{_NAMES}[ ]*\n", re.IGNORECASE)
# <|channel|>analysis<|message|> of Harmony, <|channel>thought ... <channel|> of Gemma
_CHANNEL = re.compile(
    r"<\|channel\|?>[ \n]?(?P<name>[a-z]*)(?P<more>[^<\n]{0,80})(?:<\|constrain\|>[^<\n]{0,20})?(?:<\|message\|>|\n|)",
    re.IGNORECASE,
)
_CHANNEL_ENDS = re.compile(r"<\|(?:end|call|return|start)\|>|<channel\|>")
_UNMARKED_CHANNELS = re.compile(r"^analysis.*?assistantfinal", re.DOTALL)  # where the marks were taken out
_TOKEN = re.compile(r"<(?:\|[a-z_]{2,20}\||/?s|bos|eos|(?:start|end)_of_turn)>", re.IGNORECASE)
_THOUGHT_CHANNELS = {"analysis", "thought", "thoughts", "thinking", "reasoning"}
# "**Thinking:**" ... "**Answer:**"
_HEADED_THOUGHT = re.compile(
    r"\A[#*_ ]{0,8}(?:(?:here is |my ){0,2}(?:thinking|thoughts?|thought process|reasoning|analysis|let me think)"
    r"|\u601d\u8003|\u5206\u6790)\b[^\n]{0,20}?[:\uff1a*\n]",
    re.IGNORECASE,
)
_HEADED_ANSWER = re.compile(
    r"^[#*_ ]{0,8}(?:(?:here is |the |my |final ){0,3}(?:answer|response|output|result|list|entities)"
    r"|\u7b54\u6848|\u7ed3\u679c|\u56de\u7b54)[* ]{0,4}[:\uff1a]?[* ]{0,4}",
    re.IGNORECASE | re.MULTILINE,
)
_TAGGED_ANSWER = re.compile(r"<\|?(?:begin_of_)?(?:answer|solution|output|response|final)\|?>", re.IGNORECASE)
_BEGINS_AN_ANSWER = ("{", "[", "`")


def without_thoughts(reply: str) -> str:
    """Return what a model says besides its thoughts; an empty string if that is nothing.

    Thoughts end with their closing mark, also where the opening one is missing, or with the reply.

    Args:
        reply: What the model wrote.

    Example:
        ```python
        >>> without_thoughts("[THINK]Genoa is a city.[/THINK]Genoa <> city")
        'Genoa <> city'

        ```
    """
    reply = reply.replace("\uff5c", "|").replace("\u2581", "_") if "<\uff5c" in reply else reply
    reply = _final_channel(reply)
    reply = _UNMARKED_CHANNELS.sub("", reply, count=1)
    said = _below_heading(_outside_of_marks(_without_fenced_thoughts(reply)))
    return _TOKEN.sub(" ", said).strip() if "<" in said else said.strip()


def _below_heading(said: str) -> str:
    """Return what stands below the heading of an answer where that of thoughts stands before."""
    thought = _HEADED_THOUGHT.match(said.lstrip())
    answer = _HEADED_ANSWER.search(said, thought.end()) if thought is not None else None
    return said[answer.end() :] if answer is not None else said


def _final_channel(reply: str) -> str:
    """Return what was said in the last channel that is not for thoughts."""
    openings = [opening for opening in _CHANNEL.finditer(reply) if opening["name"]]
    if not openings:
        return reply
    said = [number for number, opening in enumerate(openings) if opening["name"].lower() not in _THOUGHT_CHANNELS]
    opening = openings[said[-1] if said else -1]
    end = _CHANNEL_ENDS.search(reply, opening.end())
    if not said:  # what follows the thoughts stands in no channel
        return reply[end.end() :] if end is not None else ""
    following = openings[said[-1] + 1].start() if said[-1] + 1 < len(openings) else len(reply)
    return reply[opening.end() : min(following, end.start() if end is not None else len(reply))]


def _without_fenced_thoughts(reply: str) -> str:
    kept, position = [], 0
    while opening := _FENCED_THOUGHT.search(reply, position):
        kept.append(reply[position : opening.start()])
        end = reply.find("\n```", opening.end() - 1)
        if end == -1:
            return "".join(kept)
        position = end + len("\n```")
    return "".join(kept) + reply[position:]


def _outside_of_marks(reply: str) -> str:
    kept: list[str] = []
    position, thinking = 0, False
    end = len(reply.rstrip())
    for mark in _MARK.finditer(reply):
        closes = bool(mark["closes"] or mark["also_closes"] or mark["closes_bracket"])
        before = reply[position : mark.start()]
        if closes:
            if not thinking:  # the opening mark was cut off: all before was thought
                kept = [before] if mark.end() == end and before.lstrip().startswith(_BEGINS_AN_ANSWER) else []
            thinking, position = False, mark.end()
        elif not thinking:
            kept.append(before)
            thinking, position = True, mark.end()
    if thinking:  # they have no end, or that of an answer's beginning
        answer = _TAGGED_ANSWER.search(reply, position)
        position = answer.start() if answer is not None else len(reply)
    return "".join([*kept, reply[position:]])
