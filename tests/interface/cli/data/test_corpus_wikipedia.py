"""`nuner corpus wikipedia`."""

import bz2
import json

import pytest
from support.cli_runs import nuner
from support.wikipedia_dump import dump_of, types_of

from nuner.hub_cards.facts.corpus_facts import CorpusFacts

ARTICLES = {f"City {number}": f"City {number} is near to [[City {number + 1}]]. {{{{x" for number in range(30)}
TYPES = [(f"City {number}", "City") for number in range(31)]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "dump.xml.bz2").write_bytes(bz2.compress(dump_of(ARTICLES).encode()))
    (tmp_path / "types.ttl.bz2").write_bytes(bz2.compress((types_of(TYPES) + "broken\n").encode()))
    return tmp_path


def run(folder, *options):
    dump, types = folder / "dump.xml.bz2", folder / "types.ttl.bz2"
    return nuner("corpus", "wikipedia", dump, "--types", types, "-o", folder / "out", *options)


def test_it_writes_a_corpus_and_says_what_became_of_the_pages(files):
    result = run(files)
    assert result.exit_code == 0, result.output
    for said in ("30 articles", "60 annotations of 1 types", "the line is no triple: 1", "types.ttl.bz2:34: the line"):
        assert said in result.output, result.output
    for stage in ("Counting types ...", "Reading redirects ...", "Reading articles ..."):
        assert stage in result.output
    assert CorpusFacts.load(files / "out").license == "cc-by-sa-4.0"
    assert json.loads((files / "out" / "corpus-report.json").read_text())["yields"]["articles"] == 30
    stats = nuner("corpus", "stats", "records", files / "out")
    assert stats.exit_code == 0 and "city (60)" in stats.output, stats.output


def test_what_is_there_stays_unless_it_shall_be_replaced(files):
    assert run(files).exit_code == 0
    result = run(files)
    assert result.exit_code == 2 and "is there already" in result.output
    assert run(files, "--force").exit_code == 0


def test_options_in_messages_are_those_of_the_command_line(files):
    result = run(files, "--min-annotations", 100)
    assert result.exit_code == 2 and "lower --min-annotations" in result.output, result.output
    assert not (files / "out").exists()
    result = run(files, "--max-unmarked-names", 7)
    assert result.exit_code == 2 and "--max-unmarked-names is 7" in result.output, result.output


def test_files_in_each_others_place(files):
    result = nuner(
        "corpus", "wikipedia", files / "types.ttl.bz2", "--types", files / "dump.xml.bz2", "-o", files / "o"
    )
    assert result.exit_code == 2 and "gives no article a type" in result.output, result.output
    result = nuner("corpus", "wikipedia", files / "no.xml", "--types", files / "types.ttl.bz2", "-o", files / "o")
    assert result.exit_code == 2 and "no such file" in result.output, result.output
