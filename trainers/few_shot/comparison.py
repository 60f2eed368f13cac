"""Few-shot comparison of frozen encoders (section 4.1 of the paper)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import DatasetDict
from torch import Tensor, nn

from nuner.data_builders.labelled.load import load_labelled

from ..evaluation.token_scores import macro_token_f1
from ..word_tokenizer import load_word_tokenizer
from .linear_heads import DEFAULT_L2, fit_linear_heads
from .named_heads import NamedHeads
from .result import NAMED, FewShotResult
from .task import TEST_SHUFFLE_SEED, FewShotTask, prepare_task, sentence_classes
from .word_vectors import TokenFeatures

PAPER_KS = (1, 2, 4, 8, 16, 32, 64)

_VERSIONS_OF = ("nuner", "torch", "transformers", "tokenizers", "datasets")


def compare_encoders(
    encoders: Mapping[str, str | Path],
    data_sets: Sequence[str | Path] | Mapping[str, str | Path | DatasetDict],
    ks: Sequence[int] = PAPER_KS,
    seeds: int = 10,
    max_test_sentences: int | None = None,
    *,
    train_split: str = "train",
    test_split: str = "test",
    l2: float = DEFAULT_L2,
    names: bool = False,
    bf16: bool = False,
    load: Callable[[str | Path], DatasetDict] = load_labelled,
    progress: Callable[[str], None] | None = None,
) -> FewShotResult:
    """Measure how well a linear layer on each frozen encoder learns from k annotations a type.

    For every data set, k and seed, sentences with between k and 2k annotations of each type
    are drawn from the training split, one linear softmax layer is fitted on the vectors of
    their words, and the macro-averaged token F1 without `O` is taken on the test split. All
    encoders see the same samples and the same test sentences. An encoder's features are
    computed once for each data set, and only of sentences that are sampled or tested. A k that
    some data set has too few annotations for is left out, with a note, so that means stay means
    over the same data sets.

    Args:
        encoders: Name -> folder or Hub id of anything that AutoModel loads. Gains are
            measured from the first.
        data_sets: What `load_labelled` takes; a mapping gives them names.
        ks: Sizes of the training samples, in annotations of each type.
        seeds: Number of samples of each size.
        max_test_sentences: Test on the first so many sentences after a shuffle with a fixed
            seed; on all if not given.
        train_split: Split to sample from.
        test_split: Split to test on.
        l2: Weight of the heads' penalty, see `fit_linear_heads`.
        names: Also fit heads that the penalty draws to what each encoder makes of the types' names, listed as encoders
            of their own, `NAME + names`: a whole bi-encoder's concept encoder reads the names, any other encoder
            compares them with the words by its own vectors.
        bf16: Run the encoders in bfloat16.
        load: Reads the data sets; `functools.partial(load_labelled, scheme="plain")` reads those that need options.
        progress: Called with one line of text whenever a step begins, and for each k that is left out.

    Returns:
        The scores and what they were measured on.

    Raises:
        FileNotFoundError: If an encoder or a data set does not exist.
        ValueError: If a data set cannot be read, or has too few annotations for any k. Both are found before
            anything is computed.

    Example:
        ```python
        >>> from nuner import compare_encoders
        >>> encoders = {"base": "roberta-base", "NuNER": "runs/nuner"}
        >>> result = compare_encoders(encoders, ["support-tickets"])  # needs encoders  # doctest: +SKIP
        >>> result.to_json("few_shot.json")  # needs encoders  # doctest: +SKIP

        ```
    """
    if not encoders:
        raise ValueError("there is no encoder to compare")
    _check_numbers(ks, seeds, max_test_sentences)
    for name, encoder in encoders.items():
        if names and name.endswith(NAMED):
            raise ValueError(f"an encoder cannot be called {name!r}: heads that start from names are listed so")
        load_word_tokenizer(encoder)
    tasks = [
        prepare_task(
            source,
            name,
            ks,
            seeds,
            max_test_sentences=max_test_sentences,
            train_split=train_split,
            test_split=test_split,
            load=load,
        )
        for name, source in _named(data_sets).items()
    ]
    too_large = {k: reason for task in tasks for k, reason in task.too_large.items()}
    if not set(ks) - too_large.keys():
        raise ValueError("no k fits all data sets: " + "; ".join(too_large[k] for k in sorted(too_large)))
    tasks = [task.without(too_large) for task in tasks]
    if progress is not None:
        for task in tasks:
            if task.held_out is not None:
                progress(task.held_out)
        for k in sorted(too_large):
            progress(f"Left out: {too_large[k]}")
    started = time.perf_counter()
    scores: dict[str, dict[str, dict[int, list[float]]]] = {}
    named: dict[str, dict[str, dict[int, list[float]]]] = {}
    left_out: dict[str, dict[str, dict[str, int]]] = {}
    for encoder, path in encoders.items():
        features = TokenFeatures(path, bf16=bf16)
        scores[encoder], left_out[encoder] = {}, {}
        named_heads = NamedHeads(path, features) if names else None
        for task in tasks:
            if progress is not None:
                progress(f"{encoder} on {task.name}: {len(task.samples)} samples, {len(task.test)} test sentences")
            words = _TaskWords.of(task, features)
            left_out[encoder][task.name] = words.left_out
            scores[encoder][task.name] = words.scores(l2)
            if named_heads is not None:
                origins = named_heads(task.types, [vectors for vectors, _ in words.train.values()])
                named.setdefault(encoder + NAMED, {})[task.name] = words.scores(l2, origins)
    settings = {
        "metric": "macro-averaged token F1 without O, in percent",
        "sampling": "k~2k mining, Ding et al. (2021), rarest type first",
        "ks": sorted(set(ks) - too_large.keys()),
        "ks_left_out": {str(k): too_large[k] for k in sorted(too_large)},
        "seeds": list(range(seeds)),
        "max_test_sentences": max_test_sentences,
        "test_shuffle_seed": TEST_SHUFFLE_SEED if max_test_sentences is not None else None,
        "features": "first sub-word of each word, last layer, frozen encoder, " + ("bf16" if bf16 else "fp32"),
        "head": {
            "model": "linear softmax layer over O and the types",
            "objective": "mean cross-entropy + l2 * (|W|^2 + |b|^2), features centered and scaled to mean square 1",
            "names": "where a row says so, W and b are what is added to a layer made of the types' names",
            "l2": l2,
            "solver": "L-BFGS until no entry of the gradient exceeds 1e-4",
        },
        "encoders": {name: str(path) for name, path in encoders.items()},
        "data_sets": {task.name: _describe(task) for task in tasks},
        "words_left_out": left_out,
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {package: version(package) for package in _VERSIONS_OF},
    }
    return FewShotResult(scores | named, settings)


def _check_numbers(ks: Sequence[int], seeds: int, max_test_sentences: int | None) -> None:
    if not ks or min(ks) < 1 or len(set(ks)) < len(ks):
        raise ValueError(f"ks must be different numbers of at least 1, not {list(ks)}")
    if seeds < 1:
        raise ValueError(f"seeds must be at least 1, not {seeds}")
    if max_test_sentences is not None and max_test_sentences < 1:
        raise ValueError(f"max_test_sentences must be at least 1, not {max_test_sentences}")


def _named(
    data_sets: Sequence[str | Path] | Mapping[str, str | Path | DatasetDict],
) -> Mapping[str, str | Path | DatasetDict]:
    if isinstance(data_sets, str | Path):
        raise ValueError(f"data_sets must be a list, such as [{str(data_sets)!r}]")
    if not data_sets:
        raise ValueError("there is no data set to compare on")
    if isinstance(data_sets, Mapping):
        return data_sets
    short = [Path(source).name for source in data_sets]
    # Two folders of one name keep their whole paths.
    names = [name if short.count(name) == 1 else str(source) for name, source in zip(short, data_sets, strict=True)]
    if len(set(names)) < len(names):
        raise ValueError(f"a data set is given twice: {', '.join(names)}")
    return dict(zip(names, data_sets, strict=True))


@dataclass(frozen=True)
class _TaskWords:
    """The words of a task as an encoder sees them.

    Args:
        task: The task.
        train: Vectors `(words, hidden)` and classes `(words,)` of the words of each sample, by (k, seed).
        test: Those of the test sentences.
        left_out: Numbers of words without a vector.
    """

    task: FewShotTask
    train: dict[tuple[int, int], tuple[Tensor, Tensor]]
    test: tuple[Tensor, Tensor]
    left_out: dict[str, int]

    @classmethod
    def of(cls, task: FewShotTask, encoder: TokenFeatures) -> _TaskWords:
        """Encode the sentences that are sampled or tested, each once."""
        used = sorted({row for rows in task.samples.values() for row in rows})
        train, test = task.train.select(used), task.test
        train_words, test_words = encoder(train["tokens"]), encoder(test["tokens"])
        train_labels, test_labels = (
            train_words.of_words(sentence_classes(train)),
            test_words.of_words(sentence_classes(test)),
        )
        # Words stand in sentence order, so a sentence is a slice.
        bounds = torch.searchsorted(train_words.sentence, torch.arange(len(used) + 1)).tolist()
        place = {row: slice(bounds[i], bounds[i + 1]) for i, row in enumerate(used)}

        def of_sample(rows: list[int]) -> tuple[Tensor, Tensor]:
            vectors, labels = (
                torch.cat([part[place[row]] for row in rows]) for part in (train_words.vectors, train_labels)
            )
            return vectors, labels

        return cls(
            task,
            {sample: of_sample(rows) for sample, rows in task.samples.items()},
            (test_words.vectors, test_labels),
            {
                "truncated": train_words.truncated + test_words.truncated,
                "without_sub_word": train_words.empty + test_words.empty,
            },
        )

    def scores(self, l2: float, origins: Sequence[nn.Linear] | None = None) -> dict[int, list[float]]:
        """Fit the heads of all samples and measure them: k -> one F1 a seed, in percent."""
        vectors, labels = zip(*self.train.values(), strict=True)
        heads = fit_linear_heads(vectors, labels, len(self.task.types) + 1, l2=l2, origins=origins)
        f1 = 100 * macro_token_f1(heads.predict(self.test[0]), self.test[1], len(self.task.types))
        by_sample = dict(zip(self.train, f1.tolist(), strict=True))
        seeds = sorted({seed for _, seed in by_sample})
        return {k: [by_sample[k, seed] for seed in seeds] for k in sorted({k for k, _ in by_sample})}


def _describe(task: FewShotTask) -> dict[str, Any]:
    return {
        "source": task.source,
        "train_split": task.train_split,
        "train_sentences": len(task.train),
        "test_split": task.test_split,
        "test_sentences": len(task.test),
        "test_sentences_available": task.test_available,
        "types": task.types,
        "held_out": task.held_out,
    }
