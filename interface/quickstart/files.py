"""Where the quickstart writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class QuickstartFiles:
    """The files and folders of a quickstart.

    Args:
        folder: The folder of all of it.

    Example:
        ```python
        >>> from pathlib import Path
        >>> from nuner.quickstart.files import QuickstartFiles
        >>> QuickstartFiles(Path("nuner-quickstart")).report.name
        'report.html'

        ```
    """

    folder: Path

    @property
    def pretraining(self) -> Path:
        """The bi-encoder, its backbone and the figures of its training."""
        return self.folder / "pretraining"

    @property
    def recognizer(self) -> Path:
        """The fine-tuned recognizer and the figures of its training."""
        return self.folder / "recognizer"

    @property
    def is_unfinished(self) -> bool:
        """Whether a run has begun here and not come to its end."""
        return self.pretraining.is_dir() and not self.figures.exists()

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "report.html"

    @property
    def figures(self) -> Path:
        """All figures."""
        return self.folder / "quickstart.json"

    @property
    def few_shot_picture(self) -> Path:
        """F1 against k."""
        return self.folder / "few-shot.png"

    @property
    def loss_picture(self) -> Path:
        """The loss of the pre-training."""
        return self.folder / "loss.png"
