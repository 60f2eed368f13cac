"""Rows of one split that come up while another is read: on disk until it is their turn."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from types import TracebackType

import pyarrow as pa


class SetAside:
    """Tables that are kept in a file without a name, in the order in which they came.

    Args:
        folder: Where there is room for them; the folder for temporary files when left out.

    Example:
        ```python
        >>> import pyarrow as pa
        >>> from nuner.data_builders.corpus.set_aside import SetAside
        >>> with SetAside() as aside:
        ...     aside.add(pa.table({"id": ["a", "b"]}))
        ...     [table.num_rows for table in aside.tables()]
        [2]

        ```
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by __exit__)
        self._writer: pa.RecordBatchStreamWriter | None = None

    def __enter__(self) -> SetAside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, table: pa.Table) -> None:
        """Keep a table; all have one schema."""
        if self._writer is None:
            self._writer = pa.ipc.new_stream(self._file, table.schema)
        self._writer.write_table(table)

    def tables(self) -> Iterator[pa.Table]:
        """Yield what was kept. Nothing can be added any more."""
        if self._writer is None:
            return
        self._writer.close()
        self._file.seek(0)
        for batch in pa.ipc.open_stream(self._file):
            yield pa.Table.from_batches([batch])
