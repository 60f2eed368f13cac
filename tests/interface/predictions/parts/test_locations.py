"""Files wherever they are: one folder on the disk, one in memory, one behind S3's protocol."""

import os

import pytest
from support.s3_server import s3_server

from nuner.predictions.parts.locations import Location, UnreachableError


@pytest.fixture(scope="module")
def store():
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true"}
    before = dict(os.environ)
    os.environ |= keys
    with s3_server() as server:
        yield server
    os.environ.clear()
    os.environ |= before


@pytest.fixture(params=["path", "file", "memory", "s3"])
def folder(request, tmp_path, store):
    store.objects.clear()
    if request.param == "s3":
        return Location(store.url("texts"))
    if request.param == "memory":
        return Location(f"memory://{tmp_path.name}/texts")
    return Location(f"file://{tmp_path}/texts" if request.param == "file" else str(tmp_path / "texts"))


def found(location):
    return [name for _, name, _, _ in location.files()]


def test_what_is_written_is_found_and_read(folder):
    assert folder.names() == [] and not folder.exists() and found(folder) == []
    for name in ("b.jsonl", "a.jsonl", "c.txt", "deep/d.jsonl", "_nuner/run.json", ".hidden.jsonl"):
        folder.inside(name).write(name)
    folder.inside("a.jsonl").write("again")
    assert folder.exists() and folder.inside("a.jsonl").exists() and not folder.inside("none").exists()
    assert folder.inside("a.jsonl").read() == b"again"
    assert found(folder) == ["a.jsonl", "b.jsonl", "c.txt"]
    assert found(folder.inside("*.jsonl")) == ["a.jsonl", "b.jsonl"]
    assert found(folder.inside("**/*.jsonl")) == ["a.jsonl", "b.jsonl", "deep/d.jsonl"]
    assert found(folder.inside("[bc].*")) == ["b.jsonl", "c.txt"]
    assert found(folder.inside("c.txt")) == ["c.txt"]
    assert found(folder.inside("none/*.txt")) == found(folder.inside("none")) == []
    for location, name, size, _ in folder.inside("**/*.jsonl").files():
        assert len(location.read()) == size
        assert location.name == name.rpartition("/")[2]
        with location.as_local() as path:
            assert path.read_bytes() == location.read()


def test_what_is_removed_is_gone(folder):
    for name in ("a.jsonl", "deep/b.jsonl", "deep/deeper/c.jsonl"):
        folder.inside(name).write("x")
    for name in ("a.jsonl", "deep", "deep"):
        folder.inside(name).remove()
    folder.remove_uploads()
    assert folder.names() == []


def test_a_file_is_there_whole_or_as_it_was(folder):
    file = folder.inside("a.jsonl")
    file.write("before")
    with pytest.raises(RuntimeError), file.written() as unfinished:
        unfinished.write_text("half")
        raise RuntimeError
    assert file.read() == b"before"
    state = file.files()[0][3]
    assert file.files()[0][3] == state
    file.write("before and after")
    assert file.files()[0][3] != state


@pytest.mark.parametrize(
    ("url", "said"),
    [("nope://host/texts", "cannot be opened (Protocol not known: nope)"), ("webdav://host/texts", "not installed")],
)
def test_an_address_that_nobody_knows_is_refused(url, said):
    with pytest.raises(UnreachableError) as refused:
        Location(url).files()
    assert said in str(refused.value)
    assert str(refused.value).startswith(url)


def test_a_store_that_refuses_is_named(store):
    store.allowed = False
    try:
        for work in (Location(store.url("texts/*.jsonl")).files, lambda: Location(store.url("x")).write("x")):
            with pytest.raises(UnreachableError, match=r"s3://bucket/.*ACCESS_DENIED.*credentials"):
                work()
    finally:
        store.allowed = True
    with pytest.raises(UnreachableError, match="NO_SUCH_BUCKET"):
        Location(store.url("*.jsonl").replace("bucket", "other")).files()
