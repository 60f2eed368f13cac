"""Where the tests and the data beside the checkout lie."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

TESTS = REPOSITORY / "tests"

# Real data, which lies beside some checkouts; what needs it is skipped elsewhere.
SHARED = REPOSITORY.parent / "shared"


def child_environment(**variables: str) -> dict[str, str]:
    """Return the environment for a Python process that a test starts.

    Args:
        **variables: What it has besides, or in place of this process's own.

    Returns:
        This process's variables and these; the PYTHONPATH begins with what the tests share.
    """
    paths = [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **variables, "PYTHONPATH": os.pathsep.join(paths)}
