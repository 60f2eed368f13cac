"""`nuner annotate`: ask a language model for the entities of sentences."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nuner.data_builders.plain_console import PlainConsole

from ..command_group import CommandGroup
from ..errors import StoppedByUser
from ..options.prices import CompletionPrice, PromptPrice, prices_of
from ..wrong_kinds import Needed, refuse_wrong_kind
from .typed_annotation import account_of_types, typed_prompt

if TYPE_CHECKING:
    from nuner.data_builders.annotation.llm.cost import Prices
    from nuner.data_builders.annotation.runs.live import Progress as RunProgress
    from nuner.data_builders.annotation.runs.live import RunResult
    from nuner.data_builders.annotation.sentences.raw_sentence import RawSentence

SERVER_GONE = 1

_RUN = "run"


class _RunByDefault(CommandGroup):
    """Takes `nuner annotate sentences.jsonl` for `nuner annotate run sentences.jsonl`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_RunByDefault, help="Ask a language model for the entities of sentences.")


@app.command(_RUN, hidden=True)
def run(
    model: Annotated[str, typer.Option(help="Name of the model at the server.")],
    sentences: Annotated[
        Path | None,
        typer.Argument(
            help="JSON Lines as `nuner sentences` writes them, or - for standard input. Without it, goes on with "
            "what is in the store.",
            show_default=False,
        ),
    ] = None,
    store: Annotated[Path, typer.Option(help="SQLite file that remembers sentences, replies and cost.")] = Path(
        "annotations.sqlite"
    ),
    base_url: Annotated[
        str | None, typer.Option(help="Server that speaks the OpenAI protocol, up to /v1.", show_default=False)
    ] = None,
    prompt: Annotated[
        Path | None, typer.Option(help="Template of the instructions, in place of the package's.", show_default=False)
    ] = None,
    types: Annotated[
        Path | None,
        typer.Option(
            help="YAML file of the entity types to find; without it the model chooses its concepts itself.",
            show_default=False,
        ),
    ] = None,
    examples: Annotated[
        str | None,
        typer.Option(
            help="With --types, labelled data (as for nuner finetune --data) to show examples from.",
            show_default=False,
        ),
    ] = None,
    k: Annotated[int, typer.Option(min=1, help="With --examples, show k to 2k entities of each type.")] = 2,
    seed: Annotated[int, typer.Option(help="With --examples, chooses them.")] = 0,
    language: Annotated[
        bool, typer.Option("--language", help="Ask for concepts in the language of the text.")
    ] = False,
    temperature: Annotated[
        float | None, typer.Option(min=0, help="Sampling temperature; the server's default if not given.")
    ] = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Longest reply to one sentence, in tokens.")] = 2048,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for a reply.")] = 60.0,
    concurrency: Annotated[int, typer.Option(min=1, help="Requests at once.")] = 16,
    sentences_per_request: Annotated[int, typer.Option(min=1, help="Sentences in one request.")] = 1,
    requests_per_minute: Annotated[
        float | None, typer.Option(help="Limit of the account.", show_default=False)
    ] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="Limit of the account.", show_default=False)] = None,
    max_attempts: Annotated[
        int, typer.Option(min=1, help="A sentence has failed after so many unusable replies.")
    ] = 6,
    prompt_price: PromptPrice = None,
    completion_price: CompletionPrice = None,
    max_cost: Annotated[
        float | None, typer.Option(help="Stop before the store has cost more; needs the prices.", show_default=False)
    ] = None,
    batch: Annotated[bool, typer.Option("--batch", help="Use the Batch API: half the price, within a day.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="With --batch, stay until all batches are fetched.")
    ] = True,
    poll: Annotated[float, typer.Option(min=0, help="With --batch, seconds between looks.")] = 60.0,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Ask about failed sentences again.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Go on although the store was made with another model or prompt.")
    ] = False,
) -> None:
    """Ask a language model for the entities of sentences; `nuner annotate status STORE` shows how far it is.

    With --types it labels them with your own types, for nuner finetune --data STORE.

    The key comes from the environment variable OPENAI_API_KEY. Started again, the command does what is left: every
    reply is in STORE before the next question is asked.
    """
    from nuner.data_builders.annotation.llm.client import LLMClient
    from nuner.data_builders.annotation.llm.prompt import Prompt
    from nuner.data_builders.annotation.runs.batch import BatchSettings
    from nuner.data_builders.annotation.runs.run import end_in_words, fill_store
    from nuner.data_builders.annotation.runs.settings import RunSettings

    console = PlainConsole(stderr=True)
    prices = prices_of(prompt_price, completion_price)
    settings = RunSettings(
        concurrency=concurrency,
        sentences_per_request=sentences_per_request,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        max_attempts=max_attempts,
        prices=prices,
        max_cost=max_cost,
    )
    several = sentences_per_request > 1
    if types is None and examples is not None:
        raise typer.BadParameter(
            "examples are shown for types; name these, too: --types types.yaml", param_hint="--examples"
        )
    if types is not None and language:
        raise typer.BadParameter("types have the names that --types gives them", param_hint="--language")
    if types is None:
        instructions = Prompt(prompt, several=several, own_language=language)
    else:
        instructions = typed_prompt(types, prompt, examples, k, seed, several=several)
    client = LLMClient(model, base_url, instructions, temperature, max_tokens, timeout)
    rows = _rows(sentences, store)
    try:
        with _Bar(console, shown=not batch) as bar:
            result = fill_store(
                store,
                client,
                settings,
                rows,
                force=force,
                retry_failed=retry_failed,
                on_progress=bar.show,
                batch=BatchSettings(wait, poll) if batch else None,
                tell=console.tell,
            )
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"Stopped. What was answered is in {store}, and the same command goes on from there."
        ) from None
    _print_result(console, result, prices, store)
    if result.end == "server":
        console.tell(f"Error: {end_in_words(result)}")
        raise typer.Exit(SERVER_GONE)


@app.command()
def status(
    store: Annotated[Path, typer.Argument(help="The SQLite file of a run.")],
    prompt_price: PromptPrice = None,
    completion_price: CompletionPrice = None,
) -> None:
    """Show how far a store is: counts, speed, cost so far and expected, most frequent errors."""
    from rich.table import Table

    from nuner.data_builders.annotation.store.status import StoreStatus
    from nuner.data_builders.annotation.store.store import AnnotationStore

    refuse_wrong_kind(store, Needed.STORE)
    prices = prices_of(prompt_price, completion_price)
    with AnnotationStore(store, create=False) as opened:
        now = StoreStatus.of(opened)
        of_types = account_of_types(opened)
    table = Table(title=f"Annotation store: {store}", title_justify="left", show_header=False)
    table.add_column(justify="left", overflow="fold")
    table.add_column(justify="right", overflow="fold")
    for model, fingerprint in now.annotators:
        table.add_row("model (prompt)", f"{model} ({fingerprint})")
    table.add_row("done", f"{now.done:,}")
    table.add_row("failed", f"{now.failed:,}")
    table.add_row("pending", f"{now.pending:,}")
    table.add_row("  being asked", f"{now.under_way - now.left_behind:,}")
    if now.left_behind:
        table.add_row("  left by a process that ended or is suspended", f"{now.left_behind:,}")
    if now.open_batches:
        table.add_row(f"  in {now.open_batches} batches", f"{now.in_batches:,}")
    if now.per_second is not None:
        table.add_row("sentences a second", f"{now.per_second:,.1f}")
    table.add_row("tokens sent", f"{now.usage.prompt_tokens:,}")
    table.add_row("tokens received", f"{now.usage.completion_tokens:,}")
    if prices is not None:
        expected = now.expected_cost(prices)
        table.add_row("cost so far", f"{now.cost(prices):,.4f}")
        table.add_row("cost in the end", "not known yet" if expected is None else f"{expected:,.4f}")
    for number, (reason, count) in enumerate(now.errors.items()):
        table.add_row(("errors  " if number == 0 else "        ") + reason, f"{count:,}")
    console = PlainConsole()
    console.print(table)
    for line in of_types:
        console.tell(line)


def _rows(sentences: Path | None, store: Path) -> Iterable[RawSentence]:
    """Return the sentences to add: from a file, a pipe, or none."""
    from nuner.data_builders.annotation.sentences.reading import read_sentence_file, read_sentence_stream

    if sentences is not None and str(sentences) != "-":
        refuse_wrong_kind(sentences, Needed.TEXTS)
        if not sentences.is_file():  # told before the server is asked anything
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(sentences))
        return read_sentence_file(str(sentences))
    if sentences is not None or not sys.stdin.isatty():
        return read_sentence_stream(sys.stdin.buffer)
    if not store.exists():
        raise ValueError(f"there are no sentences: no file is given, and {store} does not exist yet.")
    return ()


def _print_result(console: PlainConsole, result: RunResult, prices: Prices | None, store: Path) -> None:
    from nuner.data_builders.annotation.store.store import AnnotationStore

    progress = result.progress
    line = f"{progress.done:,} done, {progress.failed:,} failed, {progress.pending:,} pending in {store}"
    if prices is not None:
        line += f"; cost so far {prices.cost(progress.usage):,.4f}"
    console.tell(line)
    remarks = {
        "cost limit": "Stopped before the limit on the cost was passed.",
        "waiting": "Batches are under way: the same command fetches them when they are ready.",
    }
    if result.end in remarks:
        console.tell(remarks[result.end])
    with AnnotationStore(store, create=False) as opened:
        for line in account_of_types(opened):
            console.tell(line)


class _Bar:
    """Progress with the speed of this run; nothing where no terminal shows it."""

    def __init__(self, console: PlainConsole, shown: bool) -> None:
        self._progress = Progress(
            TextColumn("Annotating", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]:.1f}/s, {task.fields[failed]} failed", markup=False),
            TimeRemainingColumn(),
            console=console,
            disable=not (shown and console.is_terminal),
        )
        self._task = self._progress.add_task("", total=None, speed=0.0, failed=0)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, progress: RunProgress) -> None:
        finished = progress.done + progress.failed
        self._progress.update(
            self._task,
            completed=finished,
            total=finished + progress.pending,
            failed=progress.failed,
            speed=progress.answered / progress.seconds if progress.seconds else 0.0,
        )
