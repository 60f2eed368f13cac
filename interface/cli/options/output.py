"""Options of every command that writes files or folders."""

from __future__ import annotations

from typing import Annotated

import typer

Force = Annotated[bool, typer.Option("--force", help="Replace what is there already, but never what is read.")]
