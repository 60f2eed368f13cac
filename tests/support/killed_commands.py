"""Commands that are killed before each of their changes to files and folders, one after the other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

# Runs a command once, by which all is imported, then forks for each: it gets the number of a change and the command,
# and tells how it ended.
_ZYGOTE = """
import json, os, sys
from nuner.cli import app

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

def run(arguments):
    try:
        app(arguments)
    except SystemExit as end:
        return end.code or 0

assert run(json.loads(sys.argv[1])) == 0

CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link")

def kill_before(change):
    changes = 0
    def watch(event, arguments):
        nonlocal changes
        # Of a lock nothing is left that matters, and libraries keep what they like elsewhere.
        if event in CHANGES and os.getcwd() in os.path.abspath(str(arguments[0])) and ".lock" not in str(arguments[0]):
            changes += 1
            if changes == change:
                os.kill(os.getpid(), 9)
    sys.addaudithook(watch)

for line in sys.stdin:
    change, *arguments = json.loads(line)
    child = os.fork()
    if child == 0:
        sys.stdin = open(os.devnull)
        kill_before(change)
        os._exit(run(arguments))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
"""


def steps_of_a_killed_command(*arguments: Any, cwd: Any, first: Sequence[Any]) -> Iterator[int]:
    """Run a command again and again, each time killed one change later, until it comes to its end.

    Args:
        *arguments: The command.
        cwd: The current directory; changes of what lies in it are counted.
        first: A command of the same kind that is run before all.

    Yields:
        The number of the change before which it was killed: now look at what is there, and put it as it was.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _ZYGOTE, json.dumps([str(word) for word in first])],
        cwd=cwd,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as zygote:
        assert zygote.stdin is not None and zygote.stdout is not None
        for change in range(1, 1000):
            zygote.stdin.write(json.dumps([change, *map(str, arguments)]) + "\n")
            zygote.stdin.flush()
            code = int(zygote.stdout.readline())
            if code == 0:
                zygote.stdin.close()
                return
            assert code == -signal.SIGKILL, f"change {change} ended with {code}"
            yield change
    raise AssertionError("it never came to its end")
