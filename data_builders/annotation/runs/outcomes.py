"""What a reply means for the sentences that were asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...locating import locate
from ...raw_entity import EitherWay, RawEntity
from ..llm.completion import Completion
from ..llm.cost import NO_USAGE, Usage
from ..llm.faults import RequestFault
from ..replies.parsing import MAX_REPLY_CHARACTERS, ParsedReply, ReplyError, parse_replies, parse_reply
from ..store.store import Outcome, PendingSentence

NO_RESULT = "the reply has no readable result for this sentence"
NOTHING_STANDS = "nothing that the reply names stands in its sentence"

ReplyReader = Callable[[Completion, PendingSentence], ParsedReply]
"""What reads a reply about one sentence, or raises `ReplyError`."""


def read_reply(completion: Completion, sentence: PendingSentence) -> ParsedReply:
    """Read a reply about the entities of a sentence.

    Args:
        completion: The reply.
        sentence: What was asked about.

    Raises:
        ReplyError: If nothing can be read, or nothing that it names stands in the sentence.
    """
    parsed = parse_reply(completion.text, truncated=completion.truncated)
    if parsed.entities and all(_is_foreign(entity, sentence.text) for entity in parsed.entities):
        raise ReplyError(NOTHING_STANDS)
    return parsed


def outcomes_of_reply(
    sentences: Sequence[PendingSentence],
    completion: Completion,
    several: bool,
    max_attempts: int,
    annotator: int,
    read: ReplyReader = read_reply,
) -> list[Outcome]:
    """Read a reply.

    Args:
        sentences: The sentences of the request, in its order.
        completion: The reply.
        several: Whether the prompt is the one for several sentences.
        max_attempts: A sentence that was asked about so often in vain has failed.
        annotator: Who answered.
        read: Reads the reply, where the prompt is for one sentence.

    Returns:
        One outcome for each sentence. `pending` ones are to be asked about again.
    """
    shares = _shares(completion.usage or NO_USAGE, len(sentences))
    latency = None if completion.latency is None else completion.latency / len(sentences)
    outcomes = []
    try:
        if several:
            numbers = range(1, len(sentences) + 1)
            parsed = parse_replies(completion.text, numbers, truncated=completion.truncated)
        else:
            parsed = {1: read(completion, sentences[0])}
        missing = NO_RESULT
    except ReplyError as error:
        parsed, missing = {}, error.reason
    for number, (sentence, usage) in enumerate(zip(sentences, shares, strict=True), 1):
        if number in parsed:
            entities = parsed[number].to_json()
            outcomes.append(
                Outcome(
                    sentence.number,
                    "done",
                    # The text of a shared reply stands for no sentence alone: each keeps its part.
                    reply=entities if several else completion.text,
                    truncated=completion.truncated and not several,
                    entities=entities,
                    usage=usage,
                    latency=latency,
                    annotator=annotator,
                )
            )
        else:
            state = "failed" if sentence.attempts + 1 >= max_attempts else "pending"
            outcomes.append(
                Outcome(
                    sentence.number,
                    state,
                    reply=completion.text[:MAX_REPLY_CHARACTERS],
                    truncated=completion.truncated,
                    usage=usage,
                    latency=latency,
                    error=missing,
                    annotator=annotator,
                )
            )
    return outcomes


def outcomes_of_fault(
    sentences: Sequence[PendingSentence], fault: RequestFault, max_attempts: int, annotator: int
) -> list[Outcome]:
    """Say what a request without a reply means, as `outcomes_of_reply` does.

    Args:
        sentences: The sentences of the request.
        fault: What went wrong.
        max_attempts: A sentence that was asked about so often in vain has failed.
        annotator: Who was asked.
    """
    return [
        Outcome(
            sentence.number,
            "failed" if sentence.attempts + 1 >= max_attempts else "pending",
            usage=usage,
            error=str(fault),
            annotator=annotator,
        )
        for sentence, usage in zip(sentences, _shares(fault.usage or NO_USAGE, len(sentences)), strict=True)
    ]


def _is_foreign(entity: RawEntity, text: str) -> bool:
    """Tell whether neither side of an entity stands in its sentence, where either could be its text."""
    either = isinstance(entity, EitherWay)
    return either and not any(locate(side.strip(), text) for side in (entity.text, entity.concept))


def _shares(usage: Usage, count: int) -> list[Usage]:
    """Divide the tokens of a request among its sentences; the first gets the remainder."""
    sent, received = usage.prompt_tokens, usage.completion_tokens
    rest = Usage(sent - sent // count * (count - 1), received - received // count * (count - 1))
    return [rest] + [Usage(sent // count, received // count)] * (count - 1)
