"""What the tests of annotation share: sentences, a quick client, and its settings."""

from __future__ import annotations

from typing import Any

import pytest

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.llm.waiting import Backoff
from nuner.data_builders.annotation.runs.settings import RunSettings
from nuner.data_builders.annotation.sentences.raw_sentence import RawSentence, raw_sentence

MODEL = "tiny-llm"


def forget_key(patch: pytest.MonkeyPatch) -> None:
    """Let no key and no address of this machine reach the client."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        patch.delenv(name, raising=False)


def some_sentences(count: int) -> list[RawSentence]:
    """So many different sentences with two entities each."""
    return [raw_sentence(f"number {number} is about Paris and Ada.", "en", "test") for number in range(count)]


def quick_client(base_url: str, several: bool = False, **fields: Any) -> LLMClient:
    """A client with a short time-out."""
    return LLMClient(MODEL, base_url, Prompt(several=several), **{"timeout": 3.0, **fields})


def quick_settings(**fields: Any) -> RunSettings:
    """Settings that waste no time on waiting."""
    return RunSettings(**{"concurrency": 16, "backoff": Backoff(0.01, 0.1), **fields})
