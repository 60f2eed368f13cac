"""A run over a file that an interruption costs no more than a part."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice, takewhile
from pathlib import Path
from typing import Any

from nuner.data_builders.files.whole_files import remove_folder, whole_file, whole_files, write_whole
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer
from nuner.modeling_nuner.recognition.text_sources import RESULT_COLUMN

from .writing import RecordFiles

SETTINGS_FILE = "run.json"
# Names of settings in runs that were begun before the first release.
_SPELLED_BEFORE = {"recogniser": "recognizer"}


def with_entities(
    records: Iterable[dict[str, Any]], recognizer: EntityRecognizer, column: str, field: str = RESULT_COLUMN
) -> Iterator[dict[str, Any]]:
    """Add to records the entities of their texts.

    Args:
        records: The records; as many are held as the recognizer reads ahead.
        recognizer: The recognizer.
        column: Field with the text.
        field: Field for the entities.

    Yields:
        The records with the new field.

    Raises:
        ValueError: If a record has a field of that name already.
    """
    waiting: deque[dict[str, Any]] = deque()

    def texts() -> Iterator[Any]:
        for record in records:
            if field in record:
                raise ValueError(f"the records have a field {field!r} already: name the new one with --entities-field")
            waiting.append(record)
            yield record[column]

    for entities in recognizer.stream(texts()):
        yield {**waiting.popleft(), field: entities}


def parts_folder(output: Path) -> Path:
    """Return where the parts of an output lie, as long as it is not finished.

    Args:
        output: The file to write.
    """
    return output.with_name(f"{output.name}.parts")


class PartedOutput:
    """An output file that is written in parts, each of them whole or absent.

    The parts lie in `<output>.parts` until all are there; then they become the output in one step. A run that was
    killed goes on behind its last whole part.

    Args:
        output: The file to write. Who writes it holds its `output_lock`.
        files: How records become files.
        settings: What the run depends on; a run goes on only with the same.
        rows_a_part: Records of a part.
        restart: Whether to throw away what an earlier run left.

    Raises:
        ValueError: If an earlier run with other settings left its parts there.
    """

    def __init__(
        self, output: Path, files: RecordFiles, settings: dict[str, Any], rows_a_part: int, restart: bool = False
    ) -> None:
        self.output, self.files, self.rows_a_part = output, files, rows_a_part
        self.folder = parts_folder(output)
        settings = {**settings, "rows_a_part": rows_a_part}
        if restart:
            remove_folder(self.folder)
        noted = self.folder / SETTINGS_FILE
        if noted.exists():
            earlier = json.loads(noted.read_text(encoding="utf-8"))
            earlier = {_SPELLED_BEFORE.get(key, key): value for key, value in earlier.items()}
            changed = sorted(key for key in {*earlier, *settings} if earlier.get(key) != settings.get(key))
            if changed:
                raise ValueError(
                    f"{self.folder} holds a run that was begun with another {', '.join(changed)}: go on with the "
                    "same, or start anew with --restart"
                )
        else:
            with whole_files(self.folder) as staging:
                write_whole(staging / SETTINGS_FILE, json.dumps(settings))

    def parts(self) -> list[Path]:
        """Return the parts that are there, in order, up to the first that is not."""
        return list(takewhile(Path.exists, map(self._part, count())))

    def rows_done(self) -> int:
        """Return the number of records in the whole parts."""
        return len(self.parts()) * self.rows_a_part

    def write(self, records: Iterable[dict[str, Any]], advance: Callable[[int], None]) -> None:
        """Write the records that are still missing, and put the output in its place.

        Args:
            records: The records behind those of the whole parts.
            advance: Told how many records were written since it was last called.
        """
        rows = iter(records)
        number = len(self.parts())
        while part := list(self._counted(islice(rows, self.rows_a_part), advance)):
            with whole_file(self._part(number)) as unfinished:
                self.files.write_part(part, unfinished)
            number += 1
            if len(part) < self.rows_a_part:
                break
        parts = self.parts()
        with whole_file(self.output) as unfinished:
            if parts:
                self.files.join_parts(parts, unfinished)
        remove_folder(self.folder)

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:09d}.{self.files.file_format}"

    @staticmethod
    def _counted(rows: Iterable[dict[str, Any]], advance: Callable[[int], None]) -> Iterator[dict[str, Any]]:
        for row in rows:
            advance(1)
            yield row
