"""Start the OpenAI-protocol server of the tests as a process of its own, and ask it what it saw."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from support.folders import child_environment

PROGRAM = Path(__file__).with_name("openai_server.py")


class OpenAIServerProcess:
    """A context in which the server runs.

    Args:
        settings: See `openai_server.DEFAULTS`.
    """

    def __init__(self, **settings: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=child_environment(),
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(settings) + "\n")
        self.process.stdin.flush()
        self.port = int(self.process.stdout.readline())

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def statistics(self) -> dict[str, Any]:
        """What was asked and answered so far."""
        return self._control("statistics", {})

    def change(self, **settings: Any) -> None:
        """Change settings while it runs."""
        self._control("settings", settings)

    def _control(self, name: str, content: dict[str, Any]) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/control/{name}"
        request = urllib.request.Request(url, json.dumps(content).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def __enter__(self) -> OpenAIServerProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
