"""A labelling project: one file with texts, types, labels, annotators, settings and all that was done."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...files.database import Database
from ...files.output_lock import output_lock
from .answers import Answers, Label
from .entity_types import EntityTypes
from .history import History
from .leases import Leases
from .schema import PROJECT, ProjectError, storable
from .texts import AddedTexts, Texts

SUFFIX = ".studio"
"""The end of the names of projects."""

_HELD_OUT_SHARE = "held_out_share"
_IDENTITY = "identity"
_ENCODER = "encoder"


@dataclass(frozen=True)
class ProjectSettings:
    """What can be set at any time.

    Args:
        nested: Whether entities of a text may overlap.
        double_share: Share of the texts that two annotators label, 0 to 1.
    """

    nested: bool = False
    double_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.double_share <= 1:
            raise ProjectError(f"the share of texts that two people label is 0 to 1, not {self.double_share}")


class Project:
    """An open project. Other processes cannot open it until it is closed; several threads may use it.

    Whatever a method has written when it returns is on the disk. A project that is not open is one file, which can be
    copied.

    Args:
        path: The file; it is made where there is none.
        held_out_share: Share of the texts that are set aside to measure on, 0 to 1; that of a project that is there
            stays.

    Attributes:
        texts: Its texts.
        types: Its entity types.
        answers: What annotators say about the texts.
        leases: Who has which text open.
        history: What was done, and its undoing.

    Raises:
        ProjectError: If the file is no project, or one of another version.
        OutputInUseError: If another process has it open.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Project(Path(folder, "trips.studio")) as project:
        ...     _ = project.add_texts([("Ada lives in Paris.", None)])
        ...     ada = project.annotator("Ada")
        ...     city = project.types.add(ada, "city")
        ...     project.save(1, ada, [Label(13, 18, city.number)])
        ...     project.history.undo(ada).summary
        'labelled text 1'

        ```
    """

    def __init__(self, path: str | Path, *, held_out_share: float = 0.2) -> None:
        self.path = Path(path)
        with ExitStack() as stack:
            stack.enter_context(output_lock(self.path))
            self._database = Database(self.path, PROJECT)
            stack.callback(self._database.close)
            self.history = History(self._database)
            self.texts = Texts(self._database)
            self.types = EntityTypes(self._database, self.history)
            self.answers = Answers(self._database, self.history)
            self.leases = Leases(self._database)
            self._begin(held_out_share)
            self._stack = stack.pop_all()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, which others can then open; by the thread that opened it."""
        self._stack.close()

    @property
    def identity(self) -> str:
        """What tells this project from any other of the same name."""
        return self._setting(_IDENTITY)

    @property
    def encoder(self) -> str:
        """Folder or Hub id of the encoder that it was labelled with last; empty if there was none."""
        return self._setting(_ENCODER)

    def note_encoder(self, encoder: str) -> None:
        """Keep which encoder it is labelled with.

        Args:
            encoder: Folder or Hub id.
        """
        with self._database.transaction() as connection:
            connection.execute("UPDATE settings SET value = ? WHERE name = ?", (json.dumps(encoder), _ENCODER))

    @property
    def settings(self) -> ProjectSettings:
        """What is set."""
        names = asdict(ProjectSettings())
        rows = self._database.query("SELECT name, value FROM settings")
        return ProjectSettings(**{name: json.loads(value) for name, value in rows if name in names})

    def set(self, annotator: int, settings: ProjectSettings) -> None:
        """Set other settings.

        Args:
            annotator: Who does it.
            settings: All of them.
        """
        with self.history.operation(annotator, "changed the settings") as connection:
            for name, value in asdict(settings).items():
                connection.execute(
                    "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
                    (name, json.dumps(value)),
                )

    def add_texts(self, texts: Iterable[tuple[str, str | None]]) -> AddedTexts:
        """Add texts; those that are there already, and blank ones, are counted and passed over.

        Args:
            texts: The texts, each with what the user calls it, if anything.

        Returns:
            How many became part of the project.
        """
        return self.texts.add(texts, self._setting(_HELD_OUT_SHARE))

    def annotator(self, name: str) -> int:
        """Return the number of an annotator, who is entered if the name is new.

        Args:
            name: The name.

        Raises:
            ProjectError: If the name is blank.
        """
        name = " ".join(storable(name).split())
        if not name.isprintable() or not name:
            raise ProjectError("an annotator needs a name of letters that can be seen")
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO annotators (name) VALUES (?)", (name,))
        return self._database.query("SELECT number FROM annotators WHERE name = ?", (name,))[0][0]

    def annotators(self) -> dict[int, str]:
        """Return the names of all annotators by their numbers."""
        return dict(self._database.query("SELECT number, name FROM annotators ORDER BY number"))

    def save(
        self, text: int, annotator: int, labels: Iterable[Label], *, key_presses: int = 0, final: bool = False
    ) -> None:
        """Save the labels of a text, see `Answers.save`; whether they may overlap is as it is set."""
        nested = self.settings.nested
        self.answers.save(text, annotator, list(labels), key_presses=key_presses, nested=nested, final=final)

    def note_score(self, score: dict[str, Any]) -> None:
        """Keep a score, for the curve of how it grows.

        Args:
            score: What JSON can hold.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO scores (measured_at, score) VALUES (?, ?)", (time.time(), json.dumps(score))
            )

    def scores(self) -> list[dict[str, Any]]:
        """Return the scores that were kept, the first one first."""
        return [json.loads(score) for (score,) in self._database.query("SELECT score FROM scores ORDER BY number")]

    def _begin(self, held_out_share: float) -> None:
        if not 0 <= held_out_share < 1:
            raise ProjectError(f"the share of texts to measure on is from 0 to below 1, not {held_out_share}")
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)",
                [
                    (_IDENTITY, json.dumps(secrets.token_hex(8))),
                    (_HELD_OUT_SHARE, json.dumps(held_out_share)),
                    (_ENCODER, json.dumps("")),
                ],
            )

    def _setting(self, name: str) -> Any:
        ((value,),) = self._database.query("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(value)
