"""The command line `nuner`; each command has a file of its own here.

Commands import what is heavy when they run, so that `nuner --help` takes no longer than `import nuner`.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated, Any

import typer

from .._version import __version__
from .command_group import CommandGroup
from .data import annotate, corpus, labels, sentences
from .errors import errors_as_messages
from .hub import card, pull, push
from .output import log_plainly
from .recognition import demo, export, predict, serve, studio
from .training import benchmark, evaluate, experiment, finetune, pretrain, quickstart


class _Commands(CommandGroup):
    """Runs a command so that what the user can mend is said in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        with errors_as_messages(lambda: _options(self.get_command(ctx, ctx.invoked_subcommand or ""))):
            return super().invoke(ctx)


def _options(command: Any) -> dict[str, str]:
    """Return the options of a command, or of all commands of a group, by the names of their arguments."""
    options = {param.name: param.opts[0] for param in getattr(command, "params", ()) if param.opts[0].startswith("--")}
    for each in getattr(command, "commands", {}).values():
        options |= _options(each)
    return options


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nuner {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="nuner",
    cls=_Commands,
    help="Entity encoders that need few labels: pre-train them on LLM-annotated text, compare and fine-tune them.",
    no_args_is_help=True,
    # In tables for rich, names of options are cut where the terminal is narrow.
    rich_markup_mode=None,
    # What gets through errors_as_messages is a bug: its whole traceback belongs in a report.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _nuner(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    log_plainly()


app.command("quickstart")(quickstart.quickstart)
app.command("sentences")(sentences.sentences)
app.add_typer(annotate.app, name="annotate")
app.add_typer(corpus.app, name="corpus")
app.add_typer(labels.app, name="labels")
app.command("pretrain")(pretrain.pretrain)
app.command("studio")(studio.studio)
app.command("finetune")(finetune.finetune)
app.command("predict")(predict.predict)
app.command("evaluate")(evaluate.evaluate)
app.command("serve")(serve.serve)
app.command("export")(export.export)
app.command("benchmark")(benchmark.benchmark)
app.command("experiment")(experiment.experiment)
app.command("demo")(demo.demo)
app.command("card")(card.card)
app.command("push")(push.push)
app.command("pull")(pull.pull)


def main() -> None:
    """Run the command line; the console script `nuner`."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as the standard error is; not every terminal knows all
    sys.exit(app())
