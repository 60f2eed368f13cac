"""`nuner studio`: label texts in the browser while a recognizer learns from them."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.address import Host, Port, listener, web_address
from ..options.recognizer import named_types
from ..options.texts import InputFormat, TextColumn
from ..output import quiet_models
from ..reading_progress import ReadingProgress
from ..wrong_kinds import Needed, refuse_wrong_kind

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ALL_ADDRESSES = ("0.0.0.0", "::")
_TOKEN_BYTES = 24
_SHORTEST_TOKEN = 8


def studio(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="TEXTS",
            help="A .txt (a text a line), .jsonl, .csv, .tsv or .parquet file, compressed or not; or a project.",
            show_default=False,
        ),
    ],
    encoder: Annotated[
        str | None,
        typer.Option(
            help="Folder or Hub id of a bi-encoder, which suggests from the names of types alone, or of any encoder; "
            "by default that of the project, of nuner quickstart in this folder, or MiniLM.",
            show_default=False,
        ),
    ] = None,
    project_file: Annotated[
        Path | None,
        typer.Option("--project", help="The project; by default beside TEXTS, with .studio.", show_default=False),
    ] = None,
    column: TextColumn = "text",
    input_format: InputFormat = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            help="Entity type, alone or as NAME=DESCRIPTION; may be repeated. The page takes more at any time.",
            show_default=False,
        ),
    ] = None,
    set_aside: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of the texts to measure on, chosen when a project begins.")
    ] = 0.2,
    host: Host = "127.0.0.1",
    port: Port = 8020,
    token: Annotated[
        str | None,
        typer.Option(envvar="NUNER_STUDIO_TOKEN", help="What lets people in; new by default.", show_default=False),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Open a page on which texts are labelled while a recognizer learns from them, until Ctrl-C.

    The project is one file with texts, types, labels and history; the same command goes on with it. Where --host lets
    others in, they open the address that is printed, which ends with a token.
    """
    from ...serving.server import BoundedServer
    from ...studio.app import create_app
    from ...studio.opening import choose_encoder, open_project
    from ...studio.opening import project_file as file_of
    from ...studio.studio import Studio

    types = named_types(label) or {}
    if token is not None and len(token) < _SHORTEST_TOKEN:
        raise ValueError(
            f"--token has less than {_SHORTEST_TOKEN} characters; leave it out for one that nobody guesses"
        )
    if encoder is not None:
        refuse_wrong_kind(encoder, Needed.ENCODER)
    file = file_of(source, project_file)
    if file != Path(source):
        refuse_wrong_kind(source, Needed.TEXTS)
    bound = context.with_resource(listener(host, port))
    with ReadingProgress(PlainConsole(stderr=True)) as progress:
        opened = open_project(
            source,
            file,
            column=column,
            file_format=input_format and input_format.value,
            held_out_share=set_aside,
            tell_share=lambda share: progress.advance(f"Reading {source}", share),
        )
    project = context.with_resource(opened)
    token = token or secrets.token_urlsafe(_TOKEN_BYTES)
    everywhere = host in _ALL_ADDRESSES
    address, own = (
        f"{web_address(name if everywhere else host, bound)}/?token={quote(token)}"
        for name in (socket.gethostname(), "localhost")
    )
    studio = Studio(
        project,
        choose_encoder(encoder, project),
        default_annotator=_user(),
        address=None if host in _LOOPBACK else address,
        # What takes seconds to import goes on behind the page.
        prepare=quiet_models,
    )
    studio.name_types(types)
    studio.start()
    app = create_app(studio, token, bound.getsockname()[1], hosts=[host])
    console = PlainConsole()
    console.tell(f"{file} ({len(project.texts):,} texts) is open at {address} - Ctrl-C ends it.")
    if browser and _has_screen():
        typer.launch(own)
    try:
        BoundedServer(app).run(sockets=[bound])
    finally:
        studio.close()


def _user() -> str:
    """Return the name of the user of this machine, under which labels are kept where nobody says another."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "me"


def _has_screen() -> bool:
    """Tell whether a browser would have a window, and not take the terminal."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
