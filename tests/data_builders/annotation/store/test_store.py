"""The store: nothing twice, nothing lost, and nothing mixed unknowingly."""

import errno
import os
import sqlite3
import subprocess
import sys
import time

import pytest
from support.annotation_cases import quick_client, some_sentences
from support.small_disk import make_read_only, needs_small_disk, small_disk

from nuner.data_builders.annotation.llm.cost import Usage
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.store.status import StoreStatus
from nuner.data_builders.annotation.store.store import AnnotationStore, Outcome, StoreError, workers

REPLY = '{"entities": []}'
CLIENT = quick_client("http://localhost:1/v1")


def done(sentence, **fields):
    return Outcome(sentence.number, "done", **{"reply": REPLY, "entities": REPLY, **fields})


@pytest.fixture
def store(tmp_path):
    with AnnotationStore(tmp_path / "runs" / "store.sqlite") as opened:
        yield opened


def test_sentences_are_added_once(store):
    assert store.add(some_sentences(2500)) == 2500
    assert store.add(some_sentences(2600)) == 100
    assert store.counts() == {"pending": 2600, "done": 0, "failed": 0}


def test_finished_sentences_come_in_the_order_of_insertion(store):
    sentences = some_sentences(2100)
    store.add(sentences)
    claimed = store.claim(store.join(), 2100)
    store.record([done(sentence) for sentence in reversed(claimed) if sentence.number != 7])
    finished = list(store.finished())
    expected = [row for number, row in enumerate(sentences, 1) if number != 7]
    assert [sentence.id for sentence in finished] == [row["id"] for row in expected]
    first = finished[0]
    assert (first.text, first.language, first.source) == (expected[0]["text"], "en", "test")
    assert (first.reply, first.truncated) == (REPLY, False)


def test_two_workers_never_get_the_same_sentence(store):
    store.add(some_sentences(100))
    with AnnotationStore(store.path) as other:
        first, second = store.join(), other.join()
        taken = [sentence.number for _ in range(10) for s, w in ((store, first), (other, second))
                 for sentence in s.claim(w, 7)]  # fmt: skip
    assert sorted(taken) == list(range(1, 101))


def test_a_finished_sentence_stays_as_it_is(store):
    store.add(some_sentences(1))
    (sentence,) = store.claim(store.join(), 1)
    store.record([done(sentence, usage=Usage(5, 1))])
    usage = store.record([Outcome(sentence.number, "failed", error="late", usage=Usage(5, 1))])
    assert store.counts()["done"] == 1
    assert usage == Usage(10, 2)  # the second was paid for all the same


def test_attempts_and_tokens_add_up(store):
    store.add(some_sentences(1))
    worker = store.join()
    (sentence,) = store.claim(worker, 1)
    no_use = Outcome(sentence.number, "pending", error="the reply has no JSON", usage=Usage(3, 0), latency=0.25)
    store.record([no_use], Usage(1, 1))
    assert store.claim(worker, 1) == []  # the worker has it still
    store.record([done(sentence, usage=Usage(3, 2), latency=0.5)])
    row = store.query("SELECT attempts, prompt_tokens, completion_tokens, latency, error, worker FROM sentences")
    assert row == [(2, 6, 2, 0.75, None, None)]
    assert store.usage() == Usage(7, 3)


def test_replies_that_were_of_no_use_took_time_too(store):
    store.add(some_sentences(2))
    answered, failed = store.claim(store.join(), 2)
    store.record([done(answered, latency=0.5)])
    store.record([Outcome(failed.number, "pending", error="no reply within 60 s")])
    for _ in range(2):
        store.record([Outcome(failed.number, "pending", error="the reply has no JSON", latency=2.0)])
    store.record([Outcome(failed.number, "failed", error="no reply within 60 s")])
    assert store.seconds_of_replies() == 4.5


def test_leases_of_a_worker_that_leaves_are_free_at_once(store):
    store.add(some_sentences(3))
    worker = store.join()
    store.claim(worker, 2)
    store.leave(worker)
    assert len(store.claim(store.join(), 3)) == 3


def test_leases_of_a_killed_process_come_back(store):
    store.add(some_sentences(3))
    script = (
        "import os, signal, sys; from nuner.data_builders.annotation.store.store import AnnotationStore; "
        "store = AnnotationStore(sys.argv[1]); store.claim(store.join(), 3); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(store.path)], timeout=120)
    assert killed.returncode == -9
    assert len(store.claim(store.join(), 3)) == 3


def test_leases_of_another_machine_end_by_time(store):
    store.add(some_sentences(3))
    worker = store.join()
    store.claim(worker, 3)
    with store.transaction() as connection:
        connection.execute("UPDATE workers SET host = 'elsewhere'")
    here = store.join()
    assert store.claim(here, 3) == []
    with store.transaction() as connection:
        connection.execute("UPDATE workers SET expires_at = ? WHERE id = ?", (time.time() - 1, worker))
    assert len(store.claim(here, 3)) == 3


def test_a_lease_is_renewed(store):
    worker = store.join()
    with store.transaction() as connection:
        connection.execute("UPDATE workers SET expires_at = 0")
    store.renew(worker)
    ((expires_at,),) = store.query("SELECT expires_at FROM workers")
    assert expires_at > time.time() + workers.HEARTBEAT_SECONDS


def test_another_model_or_prompt_is_refused_unless_forced(store):
    assert store.bind(CLIENT) == store.bind(CLIENT) == 1
    other_model = type(CLIENT)("other", CLIENT.base_url)
    with pytest.raises(StoreError, match="made with the model 'tiny-llm'"):
        store.bind(other_model)
    with pytest.raises(StoreError, match="another prompt"):
        store.bind(quick_client("http://localhost:1/v1", several=True))
    assert store.bind(other_model, force=True) == 2
    assert store.bind(other_model) == 2
    assert StoreStatus.of(store).annotators == [
        ("tiny-llm", Prompt().fingerprint),
        ("other", Prompt().fingerprint),
    ]


def test_failed_sentences_can_be_made_pending(store):
    store.add(some_sentences(4))
    claimed = store.claim(store.join(), 4)
    store.record([Outcome(claimed[0].number, "failed", error="x"), done(claimed[1])])
    assert store.retry_failed() == 1
    assert store.counts() == {"pending": 3, "done": 1, "failed": 0}


def test_status(store):
    store.add(some_sentences(6))
    claimed = store.claim(store.join(), 5)
    store.record([done(claimed[0], usage=Usage(1_000_000, 0))])
    time.sleep(0.01)
    store.record(
        [
            Outcome(claimed[1].number, "failed", error="HTTP 400: bad words"),
            Outcome(claimed[2].number, "failed", error="HTTP 400: worse words"),
            Outcome(claimed[3].number, "failed", error="the reply has no JSON"),
        ]
    )
    status = StoreStatus.of(store)
    assert (status.done, status.failed, status.pending, status.under_way) == (1, 3, 2, 1)
    assert status.errors == {"HTTP 400": 2, "the reply has no JSON": 1}
    assert status.per_second is not None
    assert status.per_second > 0


def test_a_full_disk_is_told_as_one_and_spoils_nothing(store):
    store.add(some_sentences(50))
    claimed = store.claim(store.join(), 50)
    store.record([done(claimed[0])])
    ((pages,),) = store.query("PRAGMA page_count")
    store.query(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OSError) as full:
        store.record([done(sentence, reply="x" * 100_000) for sentence in claimed[1:]])
    assert full.value.errno == errno.ENOSPC
    store.query("PRAGMA max_page_count = 1000000")
    assert store.counts() == {"pending": 49, "done": 1, "failed": 0}
    store.record([done(sentence) for sentence in claimed[1:]])
    assert store.query("PRAGMA integrity_check") == [("ok",)]


def test_files_that_are_no_stores(tmp_path):
    text, other, absent = tmp_path / "text", tmp_path / "other.sqlite", tmp_path / "absent.sqlite"
    text.write_text("Ada lived in London. " * 100)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE animals (name)")
    connection.commit()
    connection.close()
    for path in (text, other):
        with pytest.raises(StoreError, match="is no annotation store"):
            AnnotationStore(path)
    with pytest.raises(FileNotFoundError):
        AnnotationStore(absent, create=False)
    assert not absent.exists()


def test_a_store_of_another_version_is_refused(store):
    with store.transaction() as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="version 99"):
        AnnotationStore(store.path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be opened"):
        AnnotationStore(tmp_path / "store.sqlite")


def expire(store, worker):
    """Let the lease of a worker run out."""
    with store.transaction() as connection:
        connection.execute("UPDATE workers SET expires_at = ? WHERE id = ?", (time.time() - 1, worker))


def test_a_suspended_worker_holds_nothing_that_nobody_takes(store):
    store.add(some_sentences(6))
    suspended, other = store.join(), store.join()
    store.claim(suspended, 4)
    expire(store, suspended)
    assert len(store.claim(other, 2)) == 2  # those that are free
    assert len(store.claim(other, 2)) == 2  # of those of the suspended one
    # It wakes, claims without knowing of it, and is killed before it leaves.
    assert len(store.claim(suspended, 2)) == 2
    with store.transaction() as connection:
        connection.execute("DELETE FROM workers WHERE id = ?", (suspended,))
    assert StoreStatus.of(store).left_behind == 2
    assert len(store.claim(store.join(), 6)) == 2


def test_a_worker_learns_that_its_lease_had_run_out(store):
    worker = store.join()
    assert store.renew(worker)
    expire(store, worker)
    store.join()
    assert not store.renew(worker)
    assert store.renew(worker)


def test_late_outcomes_do_not_spoil_the_attempts_of_others(store):
    store.add(some_sentences(3))
    suspended = store.join()
    late = store.claim(suspended, 3)
    expire(store, suspended)
    other = store.join()
    assert len(store.claim(other, 3)) == 3
    failed = [Outcome(sentence.number, "failed", error="no reply within 60 s") for sentence in late[:2]]
    store.record([*failed, done(late[2], usage=Usage(5, 1))], worker=suspended)
    assert store.counts() == {"pending": 2, "done": 1, "failed": 0}
    store.record([done(sentence) for sentence in late], worker=other)
    assert store.counts()["done"] == 3
    assert store.query("SELECT count(*) FROM sentences WHERE worker IS NOT NULL") == [(0,)]


def test_a_lease_of_a_wrong_clock_ends(store):
    store.add(some_sentences(2))
    worker = store.join()
    store.claim(worker, 2)
    with store.transaction() as connection:
        connection.execute("UPDATE workers SET expires_at = ?, host = 'elsewhere'", (time.time() + 1e8,))
    assert len(store.claim(store.join(), 2)) == 2


def test_halves_of_characters_spoil_no_commit(store):
    store.add(some_sentences(2))
    first, second = store.claim(store.join(), 2)
    broken = Outcome(second.number, "failed", reply="\ud83d?", error="HTTP 400: \udc00")
    store.record([done(first, reply="a \ud83d\ude00 \ud83d", entities=REPLY), broken])
    assert store.query("SELECT reply, error FROM sentences ORDER BY number") == [("a 😀 ", None), ("?", "HTTP 400: ")]


@needs_small_disk
def test_a_finished_store_is_read_where_nothing_can_be_written(tmp_path):
    disk = tmp_path / "disk"
    with small_disk(disk, "8m"):
        with AnnotationStore(disk / "store.sqlite") as store:
            store.add(some_sentences(3))
            store.record([done(sentence) for sentence in store.claim(store.join(), 2)])
        make_read_only(disk)
        with AnnotationStore(disk / "store.sqlite", create=False) as store:
            assert StoreStatus.of(store).done == 2
            assert len(list(store.finished())) == 2
            with pytest.raises(StoreError, match="readonly"):
                store.add(some_sentences(5))


@needs_small_disk
def test_replies_in_a_log_on_a_disk_that_cannot_be_written_are_not_passed_over(tmp_path):
    disk = tmp_path / "disk"
    with small_disk(disk, "8m"):
        with AnnotationStore(disk / "store.sqlite") as store:
            store.add(some_sentences(3))
            log = (disk / "store.sqlite-wal").read_bytes()
        (disk / "store.sqlite-wal").write_bytes(log)
        make_read_only(disk)
        with pytest.raises(StoreError, match=r"store\.sqlite-wal: copy both"):
            AnnotationStore(disk / "store.sqlite", create=False)
