"""No test of annotation sees a key of this machine."""

import pytest
from support.annotation_cases import forget_key


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_key(monkeypatch)
