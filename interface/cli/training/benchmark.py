"""`nuner benchmark`: compare frozen encoders with few labelled examples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS
from nuner.data_builders.plain_console import PlainConsole

from ..options.corpus import OnError, OnErrorPolicy
from ..options.labelled import Config, Scheme, TagsColumn, WordsColumn, refuse_other_than_labelled
from ..options.output import Force
from ..output import quiet_libraries
from ..wrong_kinds import Needed, refuse_wrong_kind

RESULT_FILE, PICTURE_FILE = "few_shot.json", "few_shot.png"


def benchmark(
    context: typer.Context,
    encoders: Annotated[
        list[str],
        typer.Argument(
            metavar="ENCODER...",
            help="Folders or Hub ids of encoders, or NAME=FOLDER; gains are measured from the first.",
            show_default=False,
        ),
    ],
    data: Annotated[
        list[str],
        typer.Option(help=f"Labelled data set: a file or folder, a Hub id or {SUPPORT_TICKETS}; may be repeated."),
    ] = [SUPPORT_TICKETS],  # noqa: B006 (typer reads the default, nobody changes it)
    config: Config = None,
    scheme: Scheme = None,
    words_column: WordsColumn = None,
    tags_column: TagsColumn = None,
    on_error: OnError = OnErrorPolicy.stop,
    k: Annotated[
        list[int],
        typer.Option(help="Annotations a type (k to 2k are drawn); may be repeated."),
    ] = [1, 2, 4, 8, 16, 32, 64],  # noqa: B006 (likewise)
    seeds: Annotated[int, typer.Option(min=1, help="Number of samples for each k.")] = 10,
    max_test: Annotated[
        int | None,
        typer.Option(min=1, help="Test on so many sentences, the first after a shuffle; on all by default."),
    ] = None,
    names: Annotated[
        bool,
        typer.Option("--names", help="Also heads that start from the names of the types."),
    ] = False,
    bf16: Annotated[bool, typer.Option("--bf16", help="Run the encoders in bfloat16.")] = False,
    output: Annotated[
        Path, typer.Option("--output", "-o", help=f"Folder for {RESULT_FILE} and {PICTURE_FILE}.")
    ] = Path("few-shot"),
    force: Force = False,
) -> None:
    """Fit a linear layer on frozen encoders with k examples a type, and compare their F1.

    Prints mean and standard deviation of the macro-averaged token F1 over the samples, and
    writes all figures and the picture (F1 against k).
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.labelled.load import load_labelled
    from nuner.trainers.few_shot.comparison import compare_encoders
    from nuner.trainers.few_shot.plot import plot_few_shot

    quiet_libraries()
    if find_spec("matplotlib") is None:
        raise ValueError("the picture needs matplotlib; install it with: pip install 'nuner[plot]'")
    named = _named(encoders)
    for encoder in named.values():
        refuse_wrong_kind(encoder, Needed.ENCODER)
    for source in data:
        refuse_other_than_labelled(source)
    files = output / RESULT_FILE, output / PICTURE_FILE
    context.with_resource(new_output(*files, inputs=[*named.values(), *data], overwrite=force))
    scheme_: Any = scheme
    console = PlainConsole()
    with console.status("Drawing samples") as status:

        def show(line: str) -> None:
            status.update(Text(line))
            if not console.is_terminal:
                console.tell(line)

        result = compare_encoders(
            named,
            data,
            k,
            seeds,
            max_test_sentences=max_test,
            names=names,
            bf16=bf16,
            load=partial(
                load_labelled,
                config=config,
                scheme=scheme_,
                words_column=words_column,
                tags_column=tags_column,
                on_error=on_error.value,
            ),
            progress=show,
        )
    console.print(result.table())
    for data_set in result.settings["data_sets"].values():
        if data_set["held_out"] is not None:
            console.tell(data_set["held_out"])
    for reason in result.settings["ks_left_out"].values():
        console.tell(f"Left out: {reason}")
    result.to_json(files[0])
    plot_few_shot(result, files[1])
    console.tell(f"Written: {', '.join(map(str, files))}")


def _named(encoders: Sequence[str]) -> dict[str, str]:
    """Names for the table: what is given as NAME=FOLDER, else the last part of the folder or id."""
    named: dict[str, str] = {}
    for given in encoders:
        name, equals, path = given.partition("=")
        if not equals or Path(given).exists():
            name, path = Path(given).name or given, given
        if name in named:
            name = given
        if name in named:
            raise ValueError(f"the encoder {given!r} is given twice")
        named[name] = path
    return named
