import sys

import pytest

from nuner.trainers.experiments.runner import code_version as module
from nuner.trainers.experiments.runner.code_version import code_version

FILES = {
    "__init__.py": "",
    "cell.py": "from .near import here\nfrom toyroom.far import there\n\n\ndef compute():\n    import toyroom.later\n",
    "near.py": "here = 1\n",
    "far.py": "from . import deep\nthere = 2\n",
    "deep.py": "value = 3\n",
    "later.py": "value = 4\n",
    "other.py": "value = 5\n",
}


@pytest.fixture
def version_of(tmp_path, monkeypatch):
    """Write the files of a package with changes, and hash its module `cell`."""
    room = tmp_path / "toyroom"
    room.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(module, "_PACKAGE", "toyroom")

    def version(**changed):
        for name, text in FILES.items():
            (room / name).write_text(changed.get(name.removesuffix(".py"), text))
        _forget()
        return code_version("toyroom.cell")

    yield version
    _forget()


def _forget():
    for function in (module.code_version, module._source, module._parsed):
        function.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "toyroom"]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["cell", "near", "far", "deep", "later"])
def test_each_module_that_is_imported_counts(version_of, name):
    assert version_of() != version_of(**{name: FILES[f"{name}.py"] + "more = 1\n"})


def test_what_is_not_imported_does_not_count(version_of):
    assert version_of() == version_of(other="value = 6\n")


def test_comments_docstrings_and_layout_do_not_count(version_of):
    assert version_of(near='"""One."""\nhere = 1\n') == version_of(near='"""Two."""\n\n# why\nhere = (1)\n')


def test_the_runner_does_not_count(version_of, monkeypatch):
    monkeypatch.setattr(module, "_RUNNER", "toyroom.far")
    assert version_of() == version_of(far="from . import deep\nthere = 3\n")


def test_what_has_no_source_is_refused():
    with pytest.raises(ValueError, match="has no source"):
        code_version("nuner.nothing")
