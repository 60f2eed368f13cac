"""What an encoder reads of the names of types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nuner.modeling_nuner.recognition.concepts import concept_labels
from nuner.modeling_nuner.recognition.labels.named_types import described_types

# Few-NERD has types such as `organization-government/governmentagency`.
_DIVIDERS = re.compile(r"[-/_]+")


def type_names(types: Sequence[str], descriptions: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Turn the names of types into words.

    Args:
        types: The types.
        descriptions: What is read in place of the names of some of them.

    Returns:
        Type -> the words of its name.

    Raises:
        NamedTypesError: If a type comes twice, or it or its description is blank.

    Example:
        ```python
        >>> from nuner.trainers.baselines.tadner.type_names import type_names
        >>> type_names(["art-writtenart", "DNA"], {"art-writtenart": "written art"})
        {'art-writtenart': ['written', 'art'], 'DNA': ['dna']}
        >>> type_names(["building-sports/facility"])
        {'building-sports/facility': ['building', 'sports', 'facility']}

        ```
    """
    described = descriptions or {}
    spaced = {name: described.get(name, _DIVIDERS.sub(" ", name).strip() or name) for name in described_types(types)}
    return {name: words.split() for name, words in concept_labels(spaced).items()}
