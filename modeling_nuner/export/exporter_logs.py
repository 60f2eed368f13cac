"""What exporters say on the way is kept off the terminal; what came of it is checked."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO


@contextmanager
def without_exporter_logs() -> Iterator[None]:
    """Run exporters without their progress on standard output, their warnings and their logs; errors stay.

    Yields:
        Nothing; export inside.

    Example:
        ```python
        >>> from nuner.modeling_nuner.export.exporter_logs import without_exporter_logs
        >>> with without_exporter_logs():
        ...     print("[torch.onnx] Run decompositions...")

        ```
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
