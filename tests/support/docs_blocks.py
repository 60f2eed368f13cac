"""The code blocks of a Markdown page, with what the comments before them say to the tests.

`<!-- not run: why -->` before a block keeps it from being run. `<!-- run with "this" for "that" -->` runs it with
another piece of text, such as fewer examples, in place of the one that readers see.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"(?P<comments>(?:^<!--.*?-->\n+)*)^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^(?P=indent)```$",
    flags=re.MULTILINE | re.DOTALL,
)
_NOT_RUN = re.compile(r"<!-- not run:(.*?)-->", flags=re.DOTALL)
_RUN_WITH = re.compile(r'<!-- run with "(.*?)" for "(.*?)" -->', flags=re.DOTALL)


@dataclass(frozen=True)
class DocsBlock:
    """A fenced block.

    Args:
        page: The file.
        line: Number of its first line of code.
        language: What stands behind the fence.
        code: What is to be run.
        not_run: Why it is not run; None where it is.
    """

    page: Path
    line: int
    language: str
    code: str
    not_run: str | None


def docs_blocks(page: Path) -> list[DocsBlock]:
    """Read all fenced blocks of a page that name their language.

    Args:
        page: A Markdown file.

    Returns:
        The blocks in their order.

    Raises:
        ValueError: If a text that is to be replaced is not in its block.
    """
    text = page.read_text(encoding="utf-8")
    blocks = []
    for found in _BLOCK.finditer(text):
        code = found["code"]
        line = text.count("\n", 0, found.start("code")) + 1
        for new, old in _RUN_WITH.findall(found["comments"]):
            if old not in code:
                raise ValueError(f"{page}:{line}: there is no {old!r} in the block")
            code = code.replace(old, new)
        reason = _NOT_RUN.search(found["comments"])
        not_run = None if reason is None else " ".join(reason[1].split())
        blocks.append(DocsBlock(page, line, found["language"], code, not_run))
    return blocks


def nuner_commands(block: DocsBlock) -> list[list[str]]:
    """Find the command lines of a shell block that start `nuner`, also behind a pipe.

    Args:
        block: A block of the language `bash`.

    Returns:
        The arguments of each, without `nuner`.
    """
    commands = []
    for line in block.code.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, "|"]:
            if set(word) <= set("|&;<>"):
                if words[:1] == ["nuner"]:
                    commands.append(words[1:])
                elif "nuner.cli" in words:
                    commands.append(words[words.index("nuner.cli") + 1 :])
                words = []
            else:
                words.append(word)
    return commands
