"""A folder of parts, each of them whole or absent, that only the run that began it goes on with."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .locations import Location

# Readers of folders (Spark, Ray, pyarrow, datasets) pass over names that begin so.
NOTES = "_nuner"
# With the ending of a note, and what a file has before it is finished.
_LONGEST_NAME = 200
_RUN, _DONE, _LEFT_OUT, _BEGUN = "run.json", "parts", "left_out", "begun"


@dataclass(frozen=True)
class PartCounts:
    """What became of one file of the input.

    Args:
        input: The file, below the folder that all files of the input are in.
        state: What told this state of it from others.
        output: Name of its part.
        texts: Texts that were read.
        empty: Those of them that were empty, blank or missing.
        windowed: Those that were longer than the encoder reads at once.
        entities: Entities found.
        left_out: Records that could not be used; they stand with their reasons under the same name in `left_out`.
    """

    input: str
    state: str
    output: str
    texts: int
    empty: int
    windowed: int
    entities: int
    left_out: int


class PartsOutput:
    """The folder of a run over many files.

    A part is there when the note about it is, which is written last. Who finds no note writes the part once more, and
    it is the same.

    Args:
        folder: Where the parts are written.
    """

    def __init__(self, folder: Location) -> None:
        self.folder = folder
        self.notes = folder.inside(NOTES)

    def begin(self, settings: dict[str, Any], restart: bool = False) -> dict[str, PartCounts]:
        """Begin a run, or go on with the one that was begun with the same settings.

        Args:
            settings: What the parts depend on.
            restart: Whether to throw away the parts of an earlier run.

        Returns:
            The parts that are there, by their names.

        Raises:
            ValueError: If the folder holds the parts of a run with other settings, or something else.
        """
        noted = self.notes.inside(_RUN)
        if noted.exists():
            earlier = self._settings(noted)
            changed = sorted(key for key in {*earlier, *settings} if earlier.get(key) != settings.get(key))
            done = self._done()
            if not changed and not restart:
                return done
            if done and not restart:
                raise ValueError(
                    f"{self.folder.url} holds parts of a run with another {', '.join(changed)}: choose another "
                    "output, go on with the same, or throw them away with --restart"
                )
            self._throw_away({*done, *self._begun()})
        if any(not name.startswith((".", "_")) for name in self.folder.names()):
            raise ValueError(f"{self.folder.url} holds files that are no parts of such a run: choose another output")
        noted.write(json.dumps(settings, indent=2) + "\n")
        return {}

    def begun(self, part: str, run: str) -> int:
        """Note that a part is begun.

        Args:
            part: Its name.
            run: The run that makes it.

        Returns:
            How often that run has begun it, this time included.
        """
        noted = self.notes.inside(f"{_BEGUN}/{run}/{_flat(part)}.json")
        times = 1 + (json.loads(noted.read())["times"] if noted.exists() else 0)
        noted.write(json.dumps({"output": part, "times": times}) + "\n")
        return times

    def note(self, counts: PartCounts) -> None:
        """Note that a part is there.

        Args:
            counts: What became of it.
        """
        self.notes.inside(f"{_DONE}/{_flat(counts.output)}.json").write(json.dumps(asdict(counts)) + "\n")

    def left_out(self, part: str) -> Location:
        """Return the file of the records that are no part of a part, with their reasons.

        Args:
            part: Name of the part.
        """
        return self.notes.inside(f"{_LEFT_OUT}/{_flat(part)}.jsonl")

    def end(self, totals: dict[str, Any], *, whole: bool = True) -> None:
        """End a run.

        Args:
            totals: What became of all files, which is noted in `summary.json`.
            whole: Whether all parts are there; otherwise it stays known which were begun.
        """
        folders = {part.rpartition("/")[0] for part in self._done()}
        if whole:
            self.notes.inside(_BEGUN).remove()
        for folder in (self.notes, self.notes.inside(_DONE), self.notes.inside(_LEFT_OUT)):
            folder.remove_uploads()
        for name in folders:
            (self.folder.inside(name) if name else self.folder).remove_uploads()
        self.notes.inside("summary.json").write(json.dumps(totals, indent=2) + "\n")

    def _settings(self, noted: Location) -> dict[str, Any]:
        with suppress(ValueError):
            settings = json.loads(noted.read())
            if isinstance(settings, dict):
                return settings
        raise ValueError(f"{noted.url} is no note of such a run: choose another output")

    def _done(self) -> dict[str, PartCounts]:
        noted = self.notes.inside(_DONE)
        counts = [PartCounts(**json.loads(location.read())) for location, *_ in noted.files()]
        return {count.output: count for count in counts}

    def _begun(self) -> set[str]:
        """Return the parts that are perhaps there without a note."""
        begun = self.notes.inside(_BEGUN)
        notes = (json.loads(note.read()) for run in begun.names() for note, *_ in begun.inside(run).files())
        return {note["output"] for note in notes}

    def _throw_away(self, parts: set[str]) -> None:
        for part in parts:
            self.folder.inside(part).remove()
        folders = {str(folder) for part in parts for folder in PurePosixPath(part).parents} - {"."}
        for folder in sorted(folders, reverse=True):  # those within before those around
            self.folder.inside(folder).remove_if_empty()
        self.notes.remove()


def _flat(part: str) -> str:
    """Return a name for a note about a part: no path, not hidden, and not too long for a file system."""
    flat = part.replace("%", "%25").replace("/", "%2F")
    if flat[0] in "._":
        flat = f"%{ord(flat[0]):02X}{flat[1:]}"
    if len(os.fsencode(flat)) > _LONGEST_NAME:
        return hashlib.sha256(os.fsencode(part)).hexdigest()
    return flat


def fingerprint(recognizer: str) -> str:
    """Return what tells one recognizer from another: of a folder its content, of a Hub id its name.

    Args:
        recognizer: Folder or Hub id.
    """
    folder = Path(recognizer)
    if not folder.is_dir():
        return recognizer
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        below = path.relative_to(folder)
        if any(part.startswith(".") for part in below.parts):
            continue
        digest.update(f"{below.as_posix()} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
