"""A store keeps the types that it was asked for, and takes no others."""

import sqlite3

import pytest

from nuner.data_builders.annotation.entity_types.type_list import EntityType, TypeList
from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.store.store import AnnotationStore, StoreError

CITY, DRUG = EntityType("city", "a town"), EntityType("drug")


def client(*types, model="tiny-llm"):
    return LLMClient(model, "http://localhost:1/v1", Prompt(types=TypeList(types) if types else None))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.sqlite"


def bound(path, *types):
    with AnnotationStore(path) as store:
        store.bind(client(*types))
    return path


def test_types_are_kept_in_their_order(path):
    with AnnotationStore(bound(path, DRUG, CITY), create=False) as store:
        types = store.types()
        assert types is not None and list(types) == ["drug", "city"]


def test_a_store_without_types_is_as_it_was_before_there_were_any(path):
    with AnnotationStore(bound(path), create=False) as store:
        assert store.types() is None
    tables = sqlite3.connect(path).execute("SELECT count(*) FROM sqlite_master WHERE name = 'entity_types'")
    assert tables.fetchone() == (0,)


@pytest.mark.parametrize(
    ("before", "then", "reason"),
    [
        ((CITY,), (CITY, DRUG), r"with other types \('drug' not being in both lists\)"),
        ((CITY, DRUG), (CITY,), r"with other types \('drug' not"),
        ((CITY,), (), "with types, and none are given"),
        ((), (CITY,), "without types, and types are given"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_other_types_are_refused_also_by_force(path, before, then, reason, force):
    with AnnotationStore(bound(path, *before)) as store:
        for use in (store.bind, store.check):
            with pytest.raises(StoreError, match=reason):
                use(client(*then), force)


def test_another_description_needs_force(path):
    with AnnotationStore(bound(path, CITY)) as store:
        described = client(EntityType("city", "a town of any size"))
        with pytest.raises(StoreError, match="another prompt"):
            store.bind(described)
        assert store.bind(described, force=True) == 2


def test_new_aliases_are_taken_over(path):
    with AnnotationStore(bound(path, CITY)) as store:
        assert store.bind(client(EntityType("city", "a town", aliases=("Stadt",)))) == 1
        types = store.types()
        assert types is not None and types.find("stadt") == "city"
