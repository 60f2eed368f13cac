"""All experiments, by name."""

from __future__ import annotations

from .catalog.compare import COMPARE
from .catalog.concept_diversity import CONCEPT_DIVERSITY
from .catalog.concept_mapping import CONCEPT_MAP
from .catalog.dataset_size import DATASET_SIZE
from .catalog.few_shot_finetuned import FEW_SHOT_FINETUNED
from .catalog.few_shot_frozen import FEW_SHOT_FROZEN
from .catalog.model_size import MODEL_SIZE
from .catalog.multilingual import MULTILINGUAL
from .catalog.recipe import RECIPE
from .catalog.text_diversity import TEXT_DIVERSITY
from .experiment import Experiment
from .settings.reading import nearest

# In the order of the paper.
_ALL = (
    CONCEPT_MAP,
    FEW_SHOT_FROZEN,
    TEXT_DIVERSITY,
    CONCEPT_DIVERSITY,
    DATASET_SIZE,
    FEW_SHOT_FINETUNED,
    COMPARE,
    MODEL_SIZE,
    MULTILINGUAL,
    RECIPE,
)

EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}


def find_experiment(name: str) -> Experiment:
    """Return an experiment.

    Args:
        name: Its name.

    Raises:
        ValueError: If there is none of that name.

    Example:
        ```python
        >>> from nuner.trainers.experiments.all_experiments import find_experiment
        >>> find_experiment("few-shot-frozen").section
        '4.1'

        ```
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"There is no experiment {name!r}; {nearest(name, EXPERIMENTS)}")
    return EXPERIMENTS[name]
