"""ProtoBERT, NNShot and StructShot on any encoder, for episodes and for a few-shot sample."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from datasets import Dataset

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.data_builders.labelled.episodes.sampling import labelled_words
from nuner.data_builders.labelled.label_schemes import to_iob2
from nuner.data_builders.labelled.load import entity_types

from ...few_shot.word_vectors import TokenFeatures
from ..rival_result import RivalResult
from .abstract_transitions import AbstractTransitions
from .arguments import NearestArguments
from .class_scores import nearest_word_scores, prototype_scores
from .meta_training import meta_train
from .method import NearestClasses


def learn_nearest_classes(
    encoder: str | os.PathLike[str],
    episodes: Sequence[Episode] = (),
    arguments: NearestArguments | None = None,
    *,
    seed: int = 0,
    show: bool = True,
) -> NearestClasses:
    """Make a method for episodes of an encoder, after training it on other episodes if there are any.

    Args:
        encoder: Folder or Hub id of any encoder that AutoModel loads, a NuNER checkpoint among them.
        episodes: Training episodes, with types of their own; StructShot learns from their supports, too, how labels
            follow one another. Without any the encoder is taken as it is.
        arguments: Which of the methods, and how the encoder is trained; ProtoBERT, if not given.
        seed: Of the training.
        show: Whether to show progress.

    Returns:
        The method, for `evaluate_episodes`.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or it has fewer layers than are asked for.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.sampling import sample_episodes
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> from nuner.trainers.baselines.nearest_neighbour.run import learn_nearest_classes
        >>> from nuner.trainers.episodes.evaluation import evaluate_episodes
        >>> episodes = list(sample_episodes(load_labelled("support-tickets", "test"), way=5, shot=1, number=2))
        >>> evaluate_episodes(learn_nearest_classes("nuner-roberta"), episodes, show=False).episodes
        2

        ```
    """
    arguments = arguments or NearestArguments()
    features = TokenFeatures(Path(encoder) if isinstance(encoder, os.PathLike) else encoder, layers=arguments.layers)
    class_scores = prototype_scores if arguments.method == "proto" else nearest_word_scores
    meta_train(features, class_scores, episodes, arguments, seed=seed, show=show)
    learnt_from = [sentence.labels for episode in episodes for sentence in episode.support]
    return NearestClasses(
        features,
        class_scores,
        structured=arguments.method == "structshot",
        transitions=AbstractTransitions.of(learnt_from) if learnt_from else None,
        tau=arguments.tau,
    )


def run_nearest_neighbour(
    train: Dataset,
    test: Dataset,
    *,
    encoder: str | os.PathLike[str],
    episodes: Sequence[Episode] = (),
    arguments: NearestArguments | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
) -> RivalResult:
    """Find the entities of test sentences by the nearest words or prototypes of a few labelled ones.

    The sample is the support and the test sentences are the query of one large episode.

    Args:
        train: The sample, as `load_labelled` gives it.
        test: The sentences to find entities in; their tags are not looked at.
        encoder: Folder or Hub id of the encoder.
        episodes: Episodes with other types that the encoder is trained on before; none: it is taken as it is.
        arguments: Which of the methods, and how the encoder is trained; ProtoBERT, if not given.
        seed: Of that training.
        tell: Called with what the user should know.

    Returns:
        Tags of the test sentences, times and parameters.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the sample has no entity, or the folder holds no encoder.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> from nuner.trainers.baselines.nearest_neighbour.run import run_nearest_neighbour
        >>> tickets = load_labelled("support-tickets")
        >>> found = run_nearest_neighbour(tickets["train"].select(range(20)), tickets["test"], encoder="nuner-roberta")
        >>> len(found.tags)
        200

        ```
    """
    began = time.perf_counter()
    support, query = labelled_words(train), labelled_words(test)
    labelled = {label for sentence in support for label in sentence.labels}
    types = tuple(name for name in entity_types(train) if name in labelled)
    if not types:
        raise ValueError("the sample has no entity to learn from")
    if episodes:
        tell(f"Training the encoder on {len(episodes)} episodes")
    method = learn_nearest_classes(encoder, episodes, arguments, seed=seed, show=False)
    learnt = time.perf_counter()
    labels = method.predict(Episode(types, support, query))
    found = time.perf_counter()
    return RivalResult(
        [to_iob2(of_sentence, "plain") for of_sentence in labels],
        seconds_to_learn=learnt - began,
        seconds_to_find=found - learnt,
        parameters=sum(parameter.numel() for parameter in method.features.model.parameters()),
    )
