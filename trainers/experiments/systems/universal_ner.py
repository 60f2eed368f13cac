"""UniversalNER: a language model that is fine-tuned on the sample, or one behind a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.cost import Prices

from ...baselines.rival_result import RivalResult
from ...baselines.universal_ner.run import ask_universal_ner, run_universal_ner
from .system import Place, System

_ANSWERS = "answers.sqlite"


@dataclass(frozen=True)
class UniversalNer(System):
    """Fine-tune a causal language model on the conversations of the sample (A.4), and ask it for each type.

    Args:
        model: Folder, Hub id or `.gguf` file of the language model.
        arguments: Arguments that replace those of A.4; `num_train_epochs: 0` asks the model as it is.
    """

    model: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Fine-tune the model, which is not kept, and ask it; see `System.run`."""
        return run_universal_ner(train, test, model=self.model, seed=seed, tell=tell, **self.arguments)


@dataclass(frozen=True)
class UniversalNerServer(System):
    """Ask a server for each type, without an example.

    Args:
        model: The model's name at the server.
        base_url: The server's address; that of `LLMClient` by default.
        max_tokens: Longest answer, in tokens.
        prices: Dollars for a million tokens, sent and received, if the server has its price.
    """

    learns = False

    model: str
    base_url: str | None = None
    max_tokens: int = 256
    prices: tuple[float, float] | None = None

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Ask what is not in the folder's store yet; see `System.run`. Nothing is drawn at random."""
        client = LLMClient(self.model, self.base_url, temperature=0, max_tokens=self.max_tokens)
        prices = Prices(*self.prices) if self.prices is not None else None
        return ask_universal_ner(train, test, client=client, store=place.folder / _ANSWERS, prices=prices, tell=tell)
