"""What a table must say about the training of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..cells.encoder import Encoder
from ..cells.trained_encoder import TrainedEncoder
from ..runner.results_folder import ResultsFolder


def training_notes(rows: Mapping[str, Sequence[Encoder | TrainedEncoder]], folder: ResultsFolder) -> list[str]:
    """Say which encoders have not learnt anything.

    Args:
        rows: Name -> the encoder, or what trains it, once for each run.
        folder: Where the results of all that trains are.

    Returns:
        A sentence for each of them.
    """
    return [
        f"{row}, run {run}: {folder[encoder]['not_learnt']}"
        for row, runs in rows.items()
        for run, encoder in enumerate(runs)
        if isinstance(encoder, TrainedEncoder) and folder[encoder]["not_learnt"]
    ]
