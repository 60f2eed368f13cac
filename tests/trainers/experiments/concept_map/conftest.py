import pytest

from nuner.trainers.experiments.concept_map.mapped_concept import MappedConcept

HOSTILE = "</script><script>alert('<!--')</script>"


@pytest.fixture(scope="session")
def concepts() -> list[MappedConcept]:
    """A grid of concepts, the most frequent first; among them names that are no plain words."""
    names = ["city", "$x$ & co", "town", "village", "capital city", HOSTILE, "مدينة", "drug"]
    names += [f"kind of thing {number}" for number in range(92)]
    return [
        MappedConcept(
            name, 2000 // (row + 1), row % 10 / 4.5 - 1, row // 10 / 4.5 - 1, f"#{20 + row:02x}60a0", (names[row - 1],)
        )
        for row, name in enumerate(names)
    ]
