"""The files that a pattern names, each with the part that it becomes."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..records import format_of
from .locations import Location
from .part import InputFile

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")


def input_files(
    pattern: str, ending: str, input_format: str | None = None, output: Location | None = None
) -> list[InputFile]:
    """Find the files of an input.

    Args:
        pattern: A file, a folder or a pattern, here or in any store.
        ending: That of the parts' names, such as `"jsonl"`.
        input_format: Format of all files; as their names end when left out.
        output: A folder whose files are no input, though the pattern may name them.

    Returns:
        The files, the largest first, so that none of the large ones is begun last.

    Raises:
        FileNotFoundError: If there is none.
        FileExistsError: If all of them are in the output.
        ValueError: If the ending of one tells no format, or two would become one part.
    """
    files: list[InputFile] = []
    by_part: dict[str, str] = {}
    found = Location(pattern).files()
    for location, name, size, state in found:
        if output is not None and output.contains(location):
            continue
        if input_format is None:
            format_of(name)
        part = _part(name, ending)
        if part in by_part:
            raise ValueError(
                f"{by_part[part]} and {name} would both become {part}: rename one, or take them one by one"
            )
        by_part[part] = name
        files.append(InputFile(location, name, state, size, part))
    if found and not files and output is not None:
        raise FileExistsError(f"{output.url} holds all that is read: choose another output")
    if not files:
        raise FileNotFoundError(2, "No such file, and no file matches", pattern)
    return sorted(files, key=lambda file: -file.size)


def _part(name: str, ending: str) -> str:
    path = PurePosixPath(name)
    if path.suffix.lower() in _COMPRESSED:
        path = path.with_suffix("")
    return str(path.with_suffix(f".{ending}"))
