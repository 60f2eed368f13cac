"""Language models: asked in context, or by UniversalNER's questions."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset

from nuner.data_builders.annotation.entity_types.type_list import EntityType, TypeList
from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.cost import Prices
from nuner.data_builders.labelled.load import entity_types

from ...baselines.llm_prompting.run import run_llm_prompting
from ...baselines.rival_result import RivalResult
from ...baselines.universal_ner.arguments import UniversalNerArguments
from ...baselines.universal_ner.language_model import check_language_model
from ...baselines.universal_ner.run import ask_universal_ner, run_universal_ner
from .system import Place, System

_STORE = "answers.sqlite"


@dataclass(frozen=True)
class Server:
    """A language model behind a server of the OpenAI protocol.

    Args:
        model: The model's name at the server.
        base_url: The server's address; that of the environment, or OpenAI's, if not given.
        prices: US dollars for a million tokens sent, and received.
        max_tokens: Longest reply to one sentence, in tokens.
        concurrency: Requests at once.
        timeout: Seconds to wait for a reply.
        max_attempts: A sentence has failed after so many replies that are of no use.
    """

    model: str
    base_url: str | None = None
    prices: tuple[float, float] | None = None
    max_tokens: int = 2048
    concurrency: int = 16
    timeout: float = 60.0
    max_attempts: int = 6

    def client(self) -> LLMClient:
        """Return who asks it, always for the likeliest answer."""
        return LLMClient(self.model, self.base_url, temperature=0, max_tokens=self.max_tokens, timeout=self.timeout)

    @property
    def run_settings(self) -> dict[str, Any]:
        """Fields of `RunSettings`."""
        prices = None if self.prices is None else Prices(*self.prices)
        return {"concurrency": self.concurrency, "max_attempts": self.max_attempts, "prices": prices}


@dataclass(frozen=True)
class InContext(System):
    """Ask a language model for all types at once, with the sample in the prompt (section 6, figure 11).

    Args:
        server: The language model.
        examples: Whether the sample is in the prompt; otherwise the names of the types alone are.
        descriptions: Type -> what the model is told about it.
    """

    server: Server
    examples: bool = True
    descriptions: Mapping[str, str] = field(default_factory=dict)

    @property
    def learns(self) -> bool:
        """Whether the sample is in the prompt."""
        return self.examples

    def check(self) -> None:
        """Find out whether address and key are there; see `System.check`."""
        self.server.client()

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Ask, going on where an earlier run was cut short; see `System.run`."""
        types = TypeList(tuple(EntityType(name, self.descriptions.get(name)) for name in entity_types(train)))
        place.folder.mkdir(parents=True, exist_ok=True)
        return run_llm_prompting(
            train if self.examples else train.select([]),
            test,
            client=self.server.client(),
            store=place.folder / _STORE,
            types=types,
            tell=tell,
            **self.server.run_settings,
        )


@dataclass(frozen=True)
class AskedByType(System):
    """Ask a server that runs a UniversalNER model for one type after the other (section 6), without examples.

    Args:
        server: The language model.
    """

    server: Server

    @property
    def learns(self) -> bool:
        """It knows no more than the names of the types."""
        return False

    def check(self) -> None:
        """Find out whether address and key are there; see `System.check`."""
        self.server.client()

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Ask, going on where an earlier run was cut short; see `System.run`."""
        place.folder.mkdir(parents=True, exist_ok=True)
        return ask_universal_ner(
            train,
            test,
            client=self.server.client(),
            store=place.folder / _STORE,
            tell=tell,
            **self.server.run_settings,
        )


@dataclass(frozen=True)
class TunedByType(System):
    """Fine-tune a language model on UniversalNER's conversations about the sample (section 6, A.4), and ask it.

    Args:
        model: Folder, Hub id or `.gguf` file of the language model.
        examples: Whether it learns from the sample; otherwise it answers as it is.
        arguments: Arguments that replace those of A.4.
        max_new_tokens: Longest answer, in tokens.
    """

    model: str
    examples: bool = True
    arguments: Mapping[str, Any] = field(default_factory=dict)
    max_new_tokens: int = 64

    @property
    def learns(self) -> bool:
        """Whether it is trained at all."""
        return self.examples

    def check(self) -> None:
        """Find out whether the language model exists and the arguments make sense; see `System.check`."""
        check_language_model(self.model)
        UniversalNerArguments(output_dir=os.devnull, **self.arguments)

    def run(self, train: Dataset, test: Dataset, place: Place, seed: int, tell: Callable[[str], None]) -> RivalResult:
        """Fine-tune and ask; see `System.run`."""
        arguments = self.arguments if self.examples else {**self.arguments, "num_train_epochs": 0}
        return run_universal_ner(
            train, test, model=self.model, seed=seed, tell=tell, max_new_tokens=self.max_new_tokens, **arguments
        )
