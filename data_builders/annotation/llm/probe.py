"""Find out with one request whether a run can succeed, and how the server wants to be asked."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from .client import OLD_LENGTH_FIELD, Connection
from .completion import WORDLESS
from .cost import NO_USAGE, Usage
from .credentials import KEY_VARIABLE
from .faults import NO_CONNECTION, NO_PROTOCOL, Blame, RequestFault
from .prompt import FencedText
from .waiting import Backoff

_TEXT = FencedText("Ada Lovelace lived in London.", "en")
_ATTEMPTS = 8
_ATTEMPTS_OF_A_SIGN = 3  # so much counts what is likely to go on: a hang, another protocol, a long wait asked for
_ATTEMPTS_OF_A_REFUSAL = 4  # of the key, the model or the address
_LONGEST_WAIT = 60.0
_LONGEST_TOKEN = 16  # bytes, on average over a whole prompt; English has four
_PARAMETER_STATUSES = {400, 422, 500, 501}  # some servers fail on a field they do not know instead of refusing it
# As vLLM, llama.cpp and others hand on what a chat template without the role says.
_SYSTEM_ROLE = re.compile(r"\bsystem\b.*\brole|\brole\b.*\bsystem\b|\broles must alternate\b", re.I | re.S)


class ProbeError(ValueError):
    """The server cannot be used as it was given; the message says why and what to do."""


async def probe(connection: Connection, backoff: Backoff | None = None) -> Usage | None:
    """Ask about one short sentence, and set the connection's dialect to what the server understands.

    Args:
        connection: The connection; its `dialect` is replaced.
        backoff: Waiting times after passing faults of the server.

    Returns:
        The tokens that it took, where the server counts them.

    Raises:
        ProbeError: If the key, the address or the model is wrong, or nothing there speaks the protocol.
    """
    waits = backoff or Backoff()
    attempt, spent = 0, NO_USAGE
    while True:
        try:
            completion = await connection.complete([_TEXT])
        except RequestFault as fault:
            if _adapt(connection, fault):
                continue
            if fault.reason in WORDLESS:  # the protocol is right; what the model says is for the run to judge
                return None if fault.usage is None else spent + fault.usage
            attempt += _weight(fault)
            if _hangs(fault) and not connection.dialect.structured:
                # An older protocol: it may be writing without an end, since it does not know the limit by this name.
                connection.dialect = replace(connection.dialect, length_field=OLD_LENGTH_FIELD)
            if attempt >= _ATTEMPTS or not _passing(fault):
                raise ProbeError(await _explanation(connection, fault)) from None
            await asyncio.sleep(waits.wait(attempt, min(fault.retry_after or 0.0, _LONGEST_WAIT)))
        else:
            if completion.usage is not None:
                if completion.usage.completion_tokens > connection.client.max_tokens:
                    connection.dialect = replace(connection.dialect, length_field=OLD_LENGTH_FIELD)
                # A token is at least a byte long, whatever the server counts.
                fixed = min(completion.usage.prompt_tokens, connection.most_usage([_TEXT]).prompt_tokens)
                connection.dialect = replace(connection.dialect, fixed_tokens=fixed)
                spent += completion.usage
                if _left_out_instructions(connection, completion.usage):
                    connection.dialect = replace(connection.dialect, system_role=False)
                    continue
            return None if completion.usage is None else spent


def _adapt(connection: Connection, fault: RequestFault) -> bool:
    """Leave out what the server does not understand; False if there is nothing left to leave out."""
    dialect = connection.dialect
    if fault.status not in _PARAMETER_STATUSES:
        return False
    if dialect.system_role and _SYSTEM_ROLE.search(fault.detail):
        connection.dialect = replace(dialect, system_role=False)
        return True
    new_name = dialect.length_field != OLD_LENGTH_FIELD
    if new_name and (dialect.length_field in fault.detail or not dialect.structured) and fault.status != 500:
        connection.dialect = replace(dialect, length_field=OLD_LENGTH_FIELD)
    elif dialect.structured and "temperature" not in fault.detail:
        connection.dialect = replace(dialect, structured=False)
    else:
        return False
    return True


def _left_out_instructions(connection: Connection, usage: Usage) -> bool:
    """Tell whether the server counts fewer tokens than the instructions alone can have."""
    least = len(connection.client.prompt.instructions.encode()) / _LONGEST_TOKEN
    return connection.dialect.system_role and 0 < usage.prompt_tokens < least


def _passing(fault: RequestFault) -> bool:
    """Tell whether a fault may be over in a moment; not so where no server is there."""
    return fault.reason != NO_CONNECTION and fault.blame is not Blame.SENTENCE


def _weight(fault: RequestFault) -> int:
    """Return for how many attempts a fault counts: the more, the less likely it is to be over in a moment."""
    if fault.blame is Blame.SETTINGS:
        return _ATTEMPTS_OF_A_REFUSAL
    asked = fault.retry_after or 0.0
    return _ATTEMPTS_OF_A_SIGN if fault.reason == NO_PROTOCOL or _hangs(fault) or asked > _LONGEST_WAIT else 1


def _hangs(fault: RequestFault) -> bool:
    return fault.reason.startswith("no reply within")


async def _explanation(connection: Connection, fault: RequestFault) -> str:
    client = connection.client
    said = f" ({fault.detail.rstrip('.')})" if fault.detail else ""
    if fault.reason == NO_CONNECTION:
        return f"there is no server at {client.address}{said}; check the base URL, and that the server runs."
    if fault.status in (401, 403):
        return f"{client.address} does not accept the API key in {KEY_VARIABLE}{said}."
    if fault.status == 404 and client.model in fault.detail:
        return f"{client.address} has no model {client.model!r}; {await _known_models(connection)}."
    if fault.status in (404, 405):
        return f"{client.address} has no chat completions{said}; the base URL usually ends in /v1."
    if fault.reason == NO_PROTOCOL:
        return f"{client.address} does not speak the OpenAI protocol{said}; the base URL usually ends in /v1."
    return f"{client.address} does not answer a first request for {client.model!r}: {fault.reason}{said}."


async def _known_models(connection: Connection) -> str:
    import openai

    try:
        names = [model.id async for model in connection.http.models.list()]
    except (openai.OpenAIError, ValueError):
        names = []
    if not names:
        return "check its name"
    shown = ", ".join(sorted(names)[:10])
    return f"it has {shown}" + (f" and {len(names) - 10} more" if len(names) > 10 else "")
