"""A folder of parts, each of them whole or absent, that only the run that began it goes on with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .locations import Location

# Readers of folders (Spark, Ray, pyarrow, datasets) pass over names that begin so.
NOTES = "_nuner"
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
        present = self.folder.names()
        if restart and noted.exists():
            for name in self._done():
                self.folder.inside(name).remove()
            self.notes.remove()
            present = self.folder.names()
        if noted.exists():
            earlier = json.loads(noted.read())
            changed = sorted(key for key in {*earlier, *settings} if earlier.get(key) != settings.get(key))
            if changed:
                raise ValueError(
                    f"{self.folder.url} holds parts of a run with another {', '.join(changed)}: choose another "
                    "output, go on with the same, or throw them away with --restart"
                )
            return self._done()
        if any(not name.startswith((".", "_")) for name in present):
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
        noted = self.notes.inside(f"{_BEGUN}/{run}/{_flat(part)}")
        times = 1 + (int(noted.read()) if noted.exists() else 0)
        noted.write(str(times))
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

    def end(self, totals: dict[str, Any]) -> None:
        """End a run.

        Args:
            totals: What became of all files, which is noted in `summary.json`.
        """
        folders = {part.rpartition("/")[0] for part in self._done()}
        self.notes.inside(_BEGUN).remove()
        for folder in (self.notes, self.notes.inside(_DONE), self.notes.inside(_LEFT_OUT)):
            folder.remove_uploads()
        for name in folders:
            (self.folder.inside(name) if name else self.folder).remove_uploads()
        self.notes.inside("summary.json").write(json.dumps(totals, indent=2) + "\n")

    def _done(self) -> dict[str, PartCounts]:
        noted = self.notes.inside(_DONE)
        counts = [PartCounts(**json.loads(location.read())) for location, *_ in noted.files()]
        return {count.output: count for count in counts}


def _flat(part: str) -> str:
    return quote(part, safe=" ")


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
