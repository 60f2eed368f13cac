"""Several stores give the corpus that one would have given."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuner.data_builders.annotation.corpus.build import build_corpus
from nuner.data_builders.annotation.entity_types.type_names import TypeNames
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.asked_types import keep_types
from nuner.data_builders.annotation.store.joined_stores import JoinedStores
from nuner.data_builders.annotation.store.store import AnnotationStore, Outcome, StoreError

TEXTS = [f"Ada{number} met Bo in Rome." for number in range(12)]
STATES = st.sampled_from(["done", "done", "failed", "pending"])
# What each machine was given, in its order, and what became of it.
SHARDS = st.lists(
    st.lists(st.tuples(st.integers(0, len(TEXTS) - 1), STATES), max_size=10, unique_by=lambda drawn: drawn[0]),
    min_size=1,
    max_size=4,
)


def reply(text, machine=0):
    entities = [{"text": text.split()[0], "concept": "person", "description": f"as machine {machine} sees her"}]
    return json.dumps({"entities": entities})


def annotate(store, shard, machine=0):
    """Add the sentences of a shard to a store, and note what became of those that are not finished yet."""
    store.add(raw_sentence(TEXTS[number], "en", "notes") for number, _ in shard)
    for number, state in shard:
        ((place,),) = store.query("SELECT number FROM sentences WHERE text = ?", (TEXTS[number],))
        if state == "done":
            store.retry_failed()  # as a later run does
            store.record([Outcome(place, "done", reply(TEXTS[number], machine))])
        elif state == "failed":
            store.record([Outcome(place, "failed", error="no reply")])


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


@settings(max_examples=20, deadline=None)
@given(SHARDS)
def test_shards_give_the_corpus_of_one_store(shards):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / f"{machine}.sqlite" for machine in range(len(shards))]
        with AnnotationStore(folder / "one.sqlite") as one:
            for machine, shard in enumerate(shards):
                with AnnotationStore(paths[machine]) as store:
                    annotate(store, shard, machine)
                annotate(one, shard, machine)
            expected = [(sentence.id, sentence.text, sentence.reply) for sentence in one.finished()]
            not_done = sum(count for state, count in one.counts().items() if state != "done")
        with JoinedStores(paths) as joined:
            found = list(joined.finished())
            assert [(sentence.id, sentence.text, sentence.reply) for sentence in found] == expected
            assert joined.unfinished.total() == not_done


def test_the_files_of_the_corpus_are_the_same(tmp_path):
    shard = [(number, "done") for number in range(len(TEXTS))]
    paths = [tmp_path / f"{name}.sqlite" for name in ("one", "first", "second")]
    for path, part in zip(paths, (shard, shard[:7], shard[5:]), strict=True):
        with AnnotationStore(path) as store:
            annotate(store, part)
    for folder, stores in (("whole", paths[:1]), ("joined", paths[1:])):
        with JoinedStores(stores) as joined:
            build_corpus(joined.finished(), tmp_path / folder)
    assert files_of(tmp_path / "joined") == files_of(tmp_path / "whole")


def test_what_cannot_be_joined_is_refused(tmp_path):
    free, typed = tmp_path / "free.sqlite", tmp_path / "typed.sqlite"
    with AnnotationStore(free):
        pass
    with AnnotationStore(typed) as store, store.transaction() as connection:
        keep_types(connection, TypeNames({"city": ["town"]}))
    with pytest.raises(StoreError, match=r"free.sqlite was made without types, and types are given in .*typed.sqlite"):
        JoinedStores([free, typed])
    with pytest.raises(StoreError, match=r"free.sqlite is given twice"):
        JoinedStores([free, tmp_path / "." / "free.sqlite"])
    with pytest.raises(FileNotFoundError):
        JoinedStores([free, tmp_path / "absent.sqlite"])
