"""What comes before the first request of a run: nothing is enqueued for a server that cannot answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..llm.client import Dialect, LLMClient
from ..llm.cost import Usage
from ..llm.probe import probe
from ..sentences.raw_sentence import RawSentence
from ..store.store import AnnotationStore
from .background_loop import run_to_end
from .settings import RunSettings


@dataclass(frozen=True)
class PreparedStore:
    """A store that is ready for a run.

    Args:
        store: The open store.
        dialect: How the server wants to be asked.
        annotator: The client's number in the store.
        added: How many sentences were new.
    """

    store: AnnotationStore
    dialect: Dialect
    annotator: int
    added: int


def prepare(
    path: str | Path,
    client: LLMClient,
    settings: RunSettings,
    sentences: Iterable[RawSentence] = (),
    *,
    force: bool = False,
    retry_failed: bool = False,
) -> PreparedStore:
    """Check the settings, probe the server, open the store, and add sentences to it, in this order.

    Args:
        path: The store; made if it is not there.
        client: Whom to ask.
        settings: How.
        sentences: Rows with `id`, `text`, and perhaps `language` and `source`; known ones are passed over.
        force: Go on although the store was made with another model or prompt.
        retry_failed: Ask about failed sentences again.

    Raises:
        ValueError: The server cannot be used, or the settings or the store do not fit the client.
    """
    if (settings.sentences_per_request > 1) and not client.prompt.several:
        raise ValueError("several sentences a request need a prompt for several: Prompt(several=True).")
    if Path(path).exists():  # before the probe, which costs a little
        with AnnotationStore(path) as store:
            store.check(client, force)
    dialect, usage = run_to_end(lambda stop: _probe(client, settings))
    if settings.max_cost is not None and usage is None:
        raise ValueError(f"{client.address} does not say how many tokens it used, so no cost limit can be kept.")
    store = AnnotationStore(path)
    try:
        annotator = store.bind(client, force)
        store.record([], usage)
        if retry_failed:
            store.retry_failed()
        return PreparedStore(store, dialect, annotator, store.add(sentences))
    except BaseException:
        store.close()
        raise


async def _probe(client: LLMClient, settings: RunSettings) -> tuple[Dialect, Usage | None]:
    async with client.connect() as connection:
        usage = await probe(connection, settings.backoff)
        return connection.dialect, usage
