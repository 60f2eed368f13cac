"""The files of the Batch API: one request a line, and one answer a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from ..llm.client import Connection
from ..llm.completion import Completion, body_of, read_completion
from ..llm.faults import MAX_BODY_BYTES, RequestFault, status_fault
from ..llm.prompt import FencedText
from ..store.store import PendingSentence

ENDPOINT: Final = "/v1/chat/completions"
EXPIRED = "batch_expired"


def request_line(connection: Connection, request: int, sentences: Iterable[PendingSentence]) -> bytes:
    """Return the line of a request, with its line break.

    Args:
        connection: Knows how the server wants to be asked.
        request: The request's number in its batch.
        sentences: Its sentences.
    """
    texts = [FencedText(sentence.text, sentence.language) for sentence in sentences]
    line = {"custom_id": str(request), "method": "POST", "url": ENDPOINT, "body": connection.body(texts)}
    return json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n"


def read_answers(lines: IO[bytes], connection: Connection) -> Iterator[tuple[int, Completion | RequestFault]]:
    """Yield the number of each request that was answered, with its reply or what went wrong.

    Requests that the batch had no time for are not among them, and nor are lines that cannot be read: they were not
    answered and are asked again.

    Args:
        lines: The output file or the error file of a batch.
        connection: Keeps the key out of what is read.
    """
    while line := lines.readline(MAX_BODY_BYTES):
        try:
            row = body_of(line)
            request = int(row["custom_id"])
            response, error = row.get("response"), row.get("error")
        except (RequestFault, ValueError, KeyError, TypeError, AttributeError):
            continue
        if isinstance(response, dict):
            yield request, _answer(response, connection)
        elif not isinstance(error, dict) or error.get("code") != EXPIRED:
            fault = status_fault(500, error if isinstance(error, dict) else {})
            yield request, connection.without_key(fault)


def _answer(response: dict[str, Any], connection: Connection) -> Completion | RequestFault:
    body, status = response.get("body"), response.get("status_code")
    if status == 200:
        try:
            return connection.without_key_in(lambda: read_completion(body, None))
        except RequestFault as fault:
            return fault
    error = body.get("error", body) if isinstance(body, dict) else {}
    return connection.without_key(status_fault(status if isinstance(status, int) else 500, error))
