"""`nuner demo`: try a recognizer in the browser."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.address import Host, Port
from ..options.recognizer import Backend, Dtype, Labels, Runtime, Threshold, named_types, refuse_other_than_recognizer
from ..output import quiet_libraries


def demo(
    model: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer.", show_default=False)],
    example: Annotated[
        list[str] | None, typer.Option(help="A text to try; may be repeated. By default those of the model's card.")
    ] = None,
    label: Labels = None,
    threshold: Threshold = None,
    backend: Backend = Runtime.torch,
    dtype: Dtype = None,
    port: Port = 7860,
    host: Host = "127.0.0.1",
    trust_remote_code: Annotated[
        bool,
        typer.Option(
            "--trust-remote-code", help="Run code that the checkpoint brings, without the four options above."
        ),
    ] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = False,
) -> None:
    """Serve a page where text goes in and highlighted entities come out, until Ctrl-C.

    It is the page that `nuner push --space` puts on the Hub. It loads nothing from the internet.
    """
    from nuner.hub_cards.facts.training_facts import TrainingFacts
    from nuner.hub_cards.space import app
    from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

    quiet_libraries()
    types = named_types(label)
    refuse_other_than_recognizer(model, backend, types)
    examples, name = example or [], model
    if Path(model).is_dir() and backend == Runtime.torch:
        examples, name = examples or TrainingFacts.load(model).examples, Path(model).resolve().name
    if trust_remote_code:
        if types or threshold or dtype or backend != Runtime.torch:
            raise ValueError("--trust-remote-code goes without --label, --threshold, --backend and --dtype")
        ner = app.load_recognizer(model, trust_remote_code)
        page = app.build(partial(app.entities_of, ner), app.entity_types(ner), name, examples)
    else:
        recognizer = EntityRecognizer.from_pretrained(model, backend.value, dtype, labels=types, threshold=threshold)
        page = app.build(recognizer, recognizer.types, name, examples)
    _, url, _ = page.launch(
        server_name=host,
        server_port=port or _free_port(host),
        inbrowser=browser,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
        theme=app.theme(),
        footer_links=[],
        run_history=False,
    )
    PlainConsole().tell(f"{name} is at {url} - Ctrl-C ends it.")
    page.block_thread()


def _free_port(host: str) -> int:
    import socket

    with socket.socket() as listener:
        listener.bind((host, 0))
        return listener.getsockname()[1]
