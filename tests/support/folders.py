"""Where the tests and the data beside the checkout lie."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Processes that a test starts find what the tests share with this as their PYTHONPATH.
TESTS = REPOSITORY / "tests"

# Real data, which lies beside some checkouts; what needs it is skipped elsewhere.
SHARED = REPOSITORY.parent / "shared"
