"""A whole run over many files: what is missing is made, what is there stays, and all is counted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from nuner.data_builders.files.output_lock import output_lock
from nuner.data_builders.plain_console import PlainConsole

from ..progress import PredictionProgress
from .input import input_files
from .locations import Location
from .output import PartCounts, PartsOutput, fingerprint
from .part import InputFile, PartsJob
from .ray_run import PartError, make_parts, ray_cluster

_SHOWN_ERRORS = 3
_TOTALS = ("texts", "empty", "windowed", "entities", "left_out")


def run_parts(
    source: str, job: PartsJob, console: PlainConsole, *, address: str | None = None, restart: bool = False
) -> dict[str, int]:
    """Recognize the texts of many files on a cluster of Ray.

    A run that was interrupted goes on: parts that are there are not made again.

    Args:
        source: A file, a folder or a pattern, here or in a store that has URLs.
        job: What is done with each file.
        console: Where to show how far it is.
        address: Address of a cluster; None starts one on this machine.
        restart: Whether to throw away the parts of an earlier run first.

    Returns:
        How many parts, texts, entities and so on there are now, those of earlier runs included.

    Raises:
        FileNotFoundError: If no file matches.
        ValueError: If the output belongs to another run, a file has changed since its part was made, or files could
            not be read; the parts of the others are there.
    """
    # Workers have other current directories.
    recognizer = Location(job.recognizer).absolute().url if Path(job.recognizer).is_dir() else job.recognizer
    job = replace(job, recognizer=recognizer, output=job.output.absolute())
    with ExitStack() as held:
        if job.output.is_local:
            held.enter_context(output_lock(job.output.path()))
        files = input_files(source, job.part_format, job.input_format, job.output)
        output = PartsOutput(job.output)
        done = output.begin(_settings(source, job), restart)
        missing = [file for file in files if not _is_done(file, done)]
        if done:
            console.tell(f"{len(done):,} parts are there; {len(missing):,} are left")
        errors = _make(job, missing, files, output, done, console, address) if missing else []
        totals = {"parts": len(done)} | {
            name: sum(getattr(count, name) for count in done.values()) for name in _TOTALS
        }
        output.end(totals, whole=not errors)
        if errors:
            shown = "; ".join(str(error) for error in errors[:_SHOWN_ERRORS])
            more = f"; and {len(errors) - _SHOWN_ERRORS:,} more" if len(errors) > _SHOWN_ERRORS else ""
            raise PartError(
                f"{len(errors):,} of {len(files):,} files could not be read ({shown}{more}); the parts of the others "
                f"are in {job.output.url}"
            )
        return totals


def _make(
    job: PartsJob,
    missing: Sequence[InputFile],
    files: Sequence[InputFile],
    output: PartsOutput,
    done: dict[str, PartCounts],
    console: PlainConsole,
    address: str | None,
) -> list[PartError]:
    """Make the parts that are missing, add them to those that are there, and return what went wrong."""
    errors: list[PartError] = []
    sizes = {file.part: file.size + 1 for file in files}
    total, read = sum(sizes.values()), sum(sizes.get(part, 0) for part in done)
    console.tell(f"{'Starting' if address is None else 'Connecting to'} Ray ...")
    with ray_cluster(address), PredictionProgress(console) as progress:
        workers, outcomes = make_parts(job, missing)
        console.tell(f"{len(missing):,} files go to {workers:,} processes")
        progress.read(read / total)
        for outcome in outcomes:
            if isinstance(outcome, PartError):
                errors.append(outcome)
                continue
            done[outcome.output] = outcome
            read += sizes[outcome.output]
            progress.read(read / total)
            progress.advance(outcome.texts)
    return errors


def _is_done(file: InputFile, done: dict[str, PartCounts]) -> bool:
    if file.part not in done:
        return False
    if done[file.part].state != file.state:
        raise ValueError(
            f"{file.name} has changed since its part was made: choose another output, or begin anew with --restart"
        )
    return True


def _settings(source: str, job: PartsJob) -> dict[str, Any]:
    return {
        "recognizer": fingerprint(job.recognizer),
        "input": Location(source).absolute().url,
        "options": {name: value for name, value in job.loading.items() if value is not None},
        "column": job.column,
        "entities_field": job.entities_field,
        "input_format": job.input_format,
        "part_format": job.part_format,
        "tool": job.tool,
    }
