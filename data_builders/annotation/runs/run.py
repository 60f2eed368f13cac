"""Annotate raw sentences with a language model: from rows to a `datasets.Dataset` in one call."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schema import CORPUS_FEATURES
from ..corpus.rows import corpus_rows
from ..llm.client import LLMClient
from ..llm.prompt import Prompt
from ..sentences.raw_sentence import RawSentence, sentence_row
from ..store.store import AnnotationStore
from .background_loop import run_to_end
from .batch import BatchRun, BatchSettings
from .live import AnnotationRun, Progress, RunResult
from .outcomes import ReplyReader, read_reply
from .preparation import prepare
from .settings import RunSettings

if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

_ROWS_AT_ONCE = 1000


class AnnotationStopped(RuntimeError):
    """A run that ended before every sentence was asked about; what was answered is in the store."""


def annotate(
    sentences: Iterable[str | Mapping[str, Any]],
    client: LLMClient | str,
    *,
    store: str | Path = "annotations.sqlite",
    base_url: str | None = None,
    force: bool = False,
    retry_failed: bool = False,
    progress: bool = True,
    **settings: Any,
) -> Dataset:
    """Ask a language model for the entities of sentences (section 3.1 of the paper).

    A client whose prompt has types is asked for these; each `concept` is then one of them.

    Every reply is in the store before the next question is asked: called again, it asks what is left, and nothing
    is paid for twice. Works where an event loop runs already, such as in a notebook.

    Args:
        sentences: Texts, or rows with `text` and perhaps `id`, `language` and `source`; a `Dataset` is fine.
        client: Whom to ask, or just the name of the model.
        store: The SQLite file that remembers.
        base_url: The server's address, where `client` is a name.
        force: Go on with a store that was made with another model or prompt.
        retry_failed: Ask about failed sentences again.
        progress: Show a bar.
        **settings: Fields of `RunSettings`, such as `concurrency`, `max_cost` and `prices`.

    Returns:
        The sentences that were answered, with their entities in place: a corpus (`CORPUS_FEATURES`). Left out are
        those that failed, and those of whose entities not one stands in them.

    Raises:
        ValueError: If the server cannot be used, or the settings or the store do not fit.
        AnnotationStopped: If the server went away, or the limit on the cost was reached.
        KeyboardInterrupt: If there was a Ctrl-C; the requests under way have ended.

    Example:
        ```python
        >>> corpus = annotate(["Ada Lovelace lived in London."], "gpt-4.1-mini")  # asks OpenAI's server
        >>> sorted(corpus[0]["entities"][0])
        ['concept', 'description', 'end', 'start', 'text']

        ```
    """
    run_settings = RunSettings(**settings)
    if isinstance(client, str):
        client = LLMClient(client, base_url, Prompt(several=run_settings.sentences_per_request > 1))
    elif base_url is not None:
        raise ValueError("base_url is given twice: the client has its own.")
    rows = [sentence_row(sentence) for sentence in sentences]
    with _Bar(len(rows), shown=progress) as bar:
        result = fill_store(
            store, client, run_settings, rows, force=force, retry_failed=retry_failed, on_progress=bar.show
        )
    if result.end != "finished":
        raise AnnotationStopped(f"{end_in_words(result)} What was answered is in {store}.")
    if result.progress.failed:
        logger.warning("%d sentences failed; `nuner annotate status %s` says why.", result.progress.failed, store)
    with AnnotationStore(store, create=False) as finished:
        return corpus_of(finished, {row["id"] for row in rows})


def fill_store(
    path: str | Path,
    client: LLMClient,
    settings: RunSettings,
    sentences: Iterable[RawSentence] = (),
    *,
    force: bool = False,
    retry_failed: bool = False,
    on_progress: Callable[[Progress], object] | None = None,
    batch: BatchSettings | None = None,
    tell: Callable[[str], object] | None = None,
    read: ReplyReader = read_reply,
) -> RunResult:
    """Add sentences to a store and ask about all that it holds.

    Args:
        path: The store; made if it is not there.
        client: Whom to ask.
        settings: How fast.
        sentences: Rows with `id`, `text`, and perhaps `language` and `source`.
        force: Go on although the store was made with another model or prompt.
        retry_failed: Ask about failed sentences again.
        on_progress: Called about twice a second, from another thread; not with batches.
        batch: Use the Batch API, in this way.
        tell: Takes a line about each step of a batch.
        read: Reads the reply to a request about one sentence.

    Returns:
        How it ended.

    Raises:
        ValueError: If the server cannot be used, or the settings or the store do not fit.
        OSError: If the disk is full.
        KeyboardInterrupt: If there was a Ctrl-C; the requests under way have ended.
    """
    prepared = prepare(path, client, settings, sentences, force=force, retry_failed=retry_failed)
    with prepared.store as store:
        common = (store, client, prepared.dialect, prepared.annotator, settings)
        run = AnnotationRun(*common, on_progress, read) if batch is None else BatchRun(*common, batch, tell, read)
        return run_to_end(run.run)


def end_in_words(result: RunResult) -> str:
    """Say in one sentence why a run ended early."""
    left = f"{result.progress.pending:,} sentences are left."
    if result.end == "cost limit":
        return f"Stopped before the limit on the cost was passed; {left}"
    return f"The server does not answer any more ({result.message}); {left}"


def corpus_of(store: AnnotationStore, ids: Collection[str]) -> Dataset:
    """Return the finished sentences of a store that have one of these ids, with their entities in place."""
    import pyarrow as pa
    from datasets import Dataset, DatasetInfo

    schema = CORPUS_FEATURES.arrow_schema
    rows = corpus_rows((sentence for sentence in store.finished() if sentence.id in ids), types=store.types())
    tables = [schema.empty_table()]
    while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
        tables.append(pa.Table.from_pylist(some, schema))
    return Dataset(pa.concat_tables(tables), DatasetInfo(features=CORPUS_FEATURES))


class _Bar:
    """The progress bar of `datasets`, which its users know how to switch off."""

    def __init__(self, total: int, shown: bool) -> None:
        from datasets.utils import tqdm

        self._bar = tqdm(total=total, unit=" sentences", desc="Annotating", disable=None if shown else True)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        self._bar.total = progress.answered + progress.pending
        self._bar.n = progress.answered
        self._bar.refresh()
