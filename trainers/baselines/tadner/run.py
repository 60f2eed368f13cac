"""TadNER on any encoder, for episodes and for a few-shot sample (section 4.2)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory

from datasets import Dataset
from transformers import AutoConfig

from nuner.data_builders.labelled.label_schemes import read_spans, write_iob2
from nuner.data_builders.labelled.load import entity_types
from nuner.modeling_nuner.input_length import fitting_length

from ...word_tokenizer import load_word_tokenizer
from ..rival_result import RivalResult
from .arguments import TadNerArguments
from .method import TadNer
from .sentence_reader import SentenceReader
from .span_detector import SpanDetector, train_span_detector
from .type_classifier import TypeClassifier, train_type_encoder


def learn_tadner(
    encoder: str | os.PathLike[str],
    source: Dataset,
    arguments: TadNerArguments | None = None,
    *,
    descriptions: Mapping[str, str] | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
) -> TadNer:
    """Train both networks on a source of entities, whose types need not be those that are looked for later.

    Args:
        encoder: Folder or Hub id of any encoder that AutoModel loads, a NuNER checkpoint among them.
        source: Sentences as `load_labelled` gives them.
        arguments: How the networks learn.
        descriptions: What is read in place of the names of some types, of the source or of later ones.
        seed: Of first weights, the order of the sentences and dropout.
        tell: Called with what the user should know.

    Returns:
        The method, for `evaluate_episodes`.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or there is no entity in the source.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.baselines.tadner.run import learn_tadner
        >>> source = load_labelled("few-nerd/inter/train.txt", "train")  # needs Few-NERD  # doctest: +SKIP
        >>> tadner = learn_tadner("roberta-base", source)  # takes minutes  # doctest: +SKIP

        ```
    """
    arguments = arguments or TadNerArguments()
    tokenizer = load_word_tokenizer(encoder)
    averaged = arguments.averaged_layers or _layers_with_knowledge(encoder)
    reader = SentenceReader(tokenizer, fitting_length(encoder, arguments.max_length))
    with TemporaryDirectory() as folder:
        tell(f"Learning to find spans in {len(source):,} sentences")
        detector = train_span_detector(encoder, source, folder, arguments, seed=seed)
        tell(f"Learning to tell {len(entity_types(source))} types")
        classifier = train_type_encoder(
            encoder, source, folder, reader, arguments, averaged, descriptions=descriptions, seed=seed
        )
    return TadNer(
        SpanDetector(detector, reader, arguments, seed=seed),
        TypeClassifier(classifier, reader, arguments, averaged, seed=seed),
        descriptions,
    )


def run_tadner(
    train: Dataset,
    test: Dataset,
    *,
    encoder: str | os.PathLike[str],
    source: Dataset | None = None,
    arguments: TadNerArguments | None = None,
    descriptions: Mapping[str, str] | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
) -> RivalResult:
    """Find the entities of test sentences after learning from a source, and then from a sample.

    Args:
        train: The sample, as `load_labelled` gives it; a type without an example is known by its name alone.
        test: The sentences to find entities in; their tags are not looked at.
        encoder: Folder or Hub id of the encoder.
        source: Sentences with other types to learn from beforehand; the sample itself, if not given.
        arguments: How the networks learn.
        descriptions: What is read in place of the names of some types.
        seed: Of first weights, the order of the source's sentences and dropout.
        tell: Called with what the user should know.

    Returns:
        Tags of the test sentences, times and parameters.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, the sample has no type, or there is no entity in the source.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.baselines.tadner.run import run_tadner
        >>> tickets = load_labelled("support-tickets")
        >>> run_tadner(tickets["train"], tickets["test"], encoder="roberta-base")  # takes minutes  # doctest: +SKIP

        ```
    """
    began = time.perf_counter()
    tadner = learn_tadner(
        encoder, train if source is None else source, arguments, descriptions=descriptions, seed=seed, tell=tell
    )
    names: list[str] = train.features["ner_tags"].feature.names
    spans = [read_spans([names[tag] for tag in tags]) for tags in train["ner_tags"]]
    tell(f"Learning from {len(train):,} examples")
    with tadner.fine_tuned(train["tokens"][:], spans, entity_types(train)) as find:
        learnt = time.perf_counter()
        sentences = test["tokens"][:]
        tags = [write_iob2(found, len(words)) for words, found in zip(sentences, find(sentences), strict=True)]
    return RivalResult(
        tags,
        seconds_to_learn=learnt - began,
        seconds_to_find=time.perf_counter() - learnt,
        parameters=tadner.num_parameters,
    )


def _layers_with_knowledge(encoder: str | os.PathLike[str]) -> int:
    """NuNER has its knowledge in the last layer, other encoders in several (section 4.2)."""
    return 1 if AutoConfig.from_pretrained(encoder, trust_remote_code=False).model_type == "nuner" else 4
