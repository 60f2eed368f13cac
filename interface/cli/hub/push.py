"""`nuner push`: put a model or a corpus on the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal
from rich.table import Table

from nuner.data_builders.data_kinds import DataKind
from nuner.data_builders.plain_console import PlainConsole

from ..errors import StoppedByUser
from ..output import quiet_datasets
from ..wrong_kinds import Needed, refuse_wrong_kind

if TYPE_CHECKING:
    from nuner.hub_cards.hub.push_plan import PushPlan


def push(
    folder: Annotated[
        Path, typer.Argument(help="A saved model, or a corpus from `nuner corpus build`.", show_default=False)
    ],
    repo_id: Annotated[
        str, typer.Argument(help="Repository on the Hub: name, or namespace/name.", show_default=False)
    ],
    public: Annotated[
        bool | None,
        typer.Option(
            "--public/--private",
            help="Visibility of a repository that does not exist yet; private by default.",
            show_default=False,
        ),
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Branch; main by default.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Tag the new commit; may be repeated.")] = None,
    message: Annotated[str | None, typer.Option("--message", "-m", help="Commit message.")] = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="License of a corpus's text, such as cc-by-4.0.")
    ] = None,
    space: Annotated[
        str | None,
        typer.Option(
            help="Push a demonstration of the recognizer too, to the Space of this name.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be sent, and send nothing.")] = False,
) -> None:
    """Push a model or a corpus to the Hub, with its card, in one commit.

    Run it again after an interruption: what had arrived is not sent again.
    """
    from nuner.hub_cards.hub.corpus_push import push_corpus
    from nuner.hub_cards.hub.push import push_folder, type_of_folder
    from nuner.hub_cards.hub.space_push import push_space

    refuse_wrong_kind(folder, Needed.TO_PUBLISH, accepted=(DataKind.CORPUS,) if folder.is_dir() else ())
    kind = type_of_folder(folder)
    if license_ is not None and kind != "dataset":
        raise typer.BadParameter("--license is for corpora; that of a model is in its card.")
    if space is not None and kind != "model":
        raise typer.BadParameter("--space is for recognizers.")
    options = {
        "private": None if public is None else not public,
        "revision": revision,
        "tags": tag or [],
        "message": message,
        "dry_run": dry_run,
    }
    going_to = repo_id
    try:
        if kind == "dataset":
            quiet_datasets()
            PlainConsole(stderr=True).tell(f"Writing the configurations of {folder}")
            plan = push_corpus(folder, repo_id, license=license_, **options)
        else:
            plan = push_folder(folder, repo_id, repo_type=kind, **options)
        _print_plan(plan, dry_run)
        if space is not None:
            going_to = space
            _print_plan(push_space(folder, plan.repo_id, space, private=options["private"], dry_run=dry_run), dry_run)
            if plan.private:
                PlainConsole().tell(
                    f"{plan.repo_id} is private: the Space needs a token that may read it, as the secret HF_TOKEN in "
                    "its settings."
                )
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"Stopped; {going_to} is as it was. The same command goes on without sending again what had arrived."
        ) from None


def _print_plan(plan: PushPlan, dry_run: bool) -> None:
    console = PlainConsole()
    sent = plan.sent
    visibility = "private" if plan.private else "public"
    if dry_run:
        table = Table(box=None, pad_edge=False)
        for column in ("file", "size", "on the Hub"):
            table.add_column(column, justify="right" if column == "size" else "left", overflow="fold")
        for file, state in plan.files:
            table.add_row(file.path_in_repo, decimal(file.size), state)
        for path in plan.deleted:
            table.add_row(path, "", "to be deleted")
        console.print(table)
        for path, reason in plan.left_out.items():
            console.tell(f"left out: {path} ({reason})")
    summary = f"{len(sent)} of {len(plan.files)} files, {decimal(sum(file.size for file in sent))}"
    if plan.deleted:
        summary += f", {len(plan.deleted)} deleted"
    where = f"{'new ' if plan.creates and plan.compared else ''}{visibility} {plan.repo_type} {plan.repo_id}"
    if plan.revision != "main":
        where += f", branch {plan.revision}"
    if plan.tags:
        where += f", tagged {', '.join(plan.tags)}"
    verb = "Would push" if dry_run else "Pushed"
    console.tell(f"{verb} {summary} to the {where}")
    if not plan.compared:
        console.tell("Not logged in: the Hub was not asked what it has already.")
