"""Run the command line as a user does: in this process, or as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from nuner.cli import app


def nuner(*arguments: Any) -> Result:
    """Run a command in this process; a bug is raised, not counted as an exit code."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "120"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def start_nuner(
    *arguments: Any, cwd: Path | None = None, start_new_session: bool = False, **environment: str
) -> subprocess.Popen[str]:
    """Start a command as a process of its own, without the network, with more in its environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "nuner.cli", *map(str, arguments)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "200", **environment},
        cwd=cwd,
        start_new_session=start_new_session,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
