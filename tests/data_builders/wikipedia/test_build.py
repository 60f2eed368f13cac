"""A whole corpus out of a dump and its types, and what goes wrong on the way."""

import bz2
import json
from pathlib import Path
from typing import Any

import pytest
from support.wikipedia_dump import dump_of, types_of

from nuner.data_builders.annotation.sentences.filters import SentenceFilters
from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.rejections import CorpusError
from nuner.data_builders.wikipedia.build import UNCLOSED_MARKUP, build_wikipedia_corpus
from nuner.data_builders.wikipedia.entity_types import NO_TRIPLE, UNKNOWN_TYPE
from nuner.data_builders.wikipedia.sentences import NO_SENTENCE, REPEATED, UNMARKED_NAMES

ADA = """{{Infobox scientist
| name = Ada Lovelace
| birth_place = [[London]], {{flag|England}}
}}
'''Ada Lovelace''' ({{IPA|x}}) was born in [[Londinium]].<ref>[[The Times]]</ref> Ada Lovelace wrote to \
[[Charles Babbage|Babbage]].

== Life in [[London]] ==
She saw [[London#Bridges|London's bridges]] {{when|date=May}} and the Thames. [[Mathematics]] was new.
{| class="wikitable"
| [[London]] || 1815.
|}
* [[London]], a city
* She lived in [[London]].
[[File:Ada.jpg|thumb|Ada in [[London]].]]
She lived in [[London]].
Then Sir Humphry Davy, Lady Byron and Mary Somerville came to [[London]].
"""
ARTICLES = {
    "Ada Lovelace": ADA,
    "London": "'''London''' is old. {{unclosed [[Ada Lovelace]] lived in London, and [[broken.",
    "Mercury": "* [[Mercury (planet)]] may be meant.\n{{disambiguation}}",
    "Mercury (planet)": "Mercury is near to the [[Sun]]. In Mercurys{{disambiguation needed}} no [[Ada Lovelace]].",
}
TYPES = [
    ("Ada Lovelace", "Person"),
    ("Ada Lovelace", "Scientist"),
    ("Charles Babbage", "Person"),
    ("London", "City"),
    ("Mercury (planet)", "Planet"),
    ("Sun", "http://www.w3.org/2002/07/owl#Thing"),
    ("Sun", "Star"),
]


def write(folder, articles=ARTICLES, types=TYPES, packed=False, **dump):
    text = dump_of(articles, redirects={"Londinium": "London"}, others={"Talk:Ada": "[[London]] is here."}, **dump)
    for name, content in (("dump.xml", text), ("types.ttl", types_of(types))):
        content = content.encode()
        Path(folder, name).write_bytes(bz2.compress(content) if packed else content)
    return folder / "dump.xml", folder / "types.ttl"


def build(folder, *, min_annotations=1, **options):
    return build_wikipedia_corpus(
        folder / "dump.xml", folder / "types.ttl", folder / "corpus", min_annotations=min_annotations, **options
    )


def rows(folder):
    builder = NuNerCorpus("records", data_files=str(folder / "corpus"), cache_dir=folder / "cache")
    builder.download_and_prepare()
    splits: Any = builder.as_dataset()
    return [row for split in splits.values() for row in split]


@pytest.mark.parametrize("packed", [False, True])
def test_sentences_have_their_links_and_what_the_article_is_about(tmp_path, packed):
    write(tmp_path, packed=packed)
    build(tmp_path)
    found = {
        row["text"]: [(entity["text"], entity["concept"]) for entity in row["entities"]] for row in rows(tmp_path)
    }
    assert found == {
        "Ada Lovelace was born in Londinium.": [("Ada Lovelace", "scientist"), ("Londinium", "city")],
        "Ada Lovelace wrote to Babbage.": [("Ada Lovelace", "scientist"), ("Babbage", "person")],
        "She saw London's bridges and the Thames.": [("London's bridges", "city")],
        "She lived in London.": [("London", "city")],
        "London is old.": [("London", "city")],
        "unclosed Ada Lovelace lived in London, and broken.": [("Ada Lovelace", "scientist"), ("London", "city")],
        "Mercury is near to the Sun.": [("Mercury", "planet"), ("Sun", "star")],
        "In Mercurys no Ada Lovelace.": [("Ada Lovelace", "scientist")],
    }
    assert {row["language"] for row in rows(tmp_path)} == {"en"}
    assert {row["source"] for row in rows(tmp_path)} == {"enwiki"}


def test_everything_that_is_left_out_is_counted(tmp_path):
    write(tmp_path)
    types = tmp_path / "types.ttl"
    types.write_text(types.read_text() + "broken line\n")
    built = build(tmp_path)
    counts = built.counts
    assert (counts.articles, counts.redirects, counts.disambiguations, counts.other_pages) == (3, 1, 1, 1)
    assert counts.left_out == {NO_SENTENCE: 2, REPEATED: 1, UNMARKED_NAMES: 1}
    assert counts.sentences == built.statistics.sentences + sum(counts.left_out.values())
    assert counts.unclosed_markup == {"{{": 1, "[[": 1}
    assert built.rejections.counts() == {UNKNOWN_TYPE: 1, NO_TRIPLE: 1, UNCLOSED_MARKUP: 1}
    shown = [str(item) for item in built.rejections.items]
    assert f"{types}:10: {NO_TRIPLE}" in shown
    line = (tmp_path / "dump.xml").read_text().split("\n").index("    <title>London</title>")  # <page> is before it
    assert f"{tmp_path / 'dump.xml'}:{line}: {UNCLOSED_MARKUP} (London: [[ 1 times, {{{{ 1 times)" in shown
    report = json.loads((tmp_path / "corpus" / "corpus-report.json").read_text())
    assert report["yields"]["left_out"] == counts.to_dict()["left_out"]
    assert report["splits"] == built.splits
    assert report["report"]["kept"] == sum(built.splits.values())
    assert report["report"]["annotations"] == built.statistics.annotations


def test_rare_types_go_and_sentences_that_have_no_others(tmp_path):
    write(tmp_path)
    built = build(tmp_path, min_annotations=2)
    assert built.rare_types == {"person": 1, "planet": 1, "star": 1}
    assert built.statistics.concept_counts == {"city": 5, "scientist": 4}
    assert "Mercury is near to the Sun." not in [row["text"] for row in rows(tmp_path)]


def test_another_language_and_filters(tmp_path):
    write(tmp_path, {"Lyon": "Lyon est une ville de M. Dupont."}, [("Lyon", "City")], language="fr")
    assert build(tmp_path).statistics.language_counts == {"fr": 1}
    with pytest.raises(CorpusError, match=r"No sentence is left of .*dump.xml: too few words: 1"):
        build(tmp_path, filters=SentenceFilters(min_words=20))
    assert build(tmp_path, max_unmarked_names=0.5).statistics.sentences == 1
    with pytest.raises(CorpusError, match=UNMARKED_NAMES):
        build(tmp_path, max_unmarked_names=0.4)


def test_the_same_input_gives_the_same_files(tmp_path):
    write(tmp_path)
    build(tmp_path)
    first = {path.name: path.read_bytes() for path in (tmp_path / "corpus").iterdir()}
    build(tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "corpus").iterdir()} == first


@pytest.mark.parametrize(
    ("articles", "types", "message"),
    [
        ({}, TYPES, "dump.xml holds no article: 1 redirects, 0 disambiguations, 1 other pages"),
        ({"A": "[[B]] is here."}, TYPES, "of 1 links none leads to an article with a type"),
        (ARTICLES, [], "types.ttl gives no article a type: it must hold the instance types of DBpedia"),
        (ARTICLES, [("A", "http://schema.org/City")], "the first line that does not: .*types.ttl:2: the type is none"),
        (ARTICLES, TYPES, "No annotation is left of .*dump.xml: none of its 5 types has 100 annotations"),
    ],
)
def test_why_nothing_is_left(tmp_path, articles, types, message):
    write(tmp_path, articles, types)
    with pytest.raises(CorpusError, match=message):
        build(tmp_path, min_annotations=100)
    assert not list((tmp_path / "corpus").glob("*"))


def test_a_file_that_breaks_off_leaves_what_was_there(tmp_path):
    write(tmp_path, packed=True)
    build(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "corpus").iterdir()}
    for name in ("dump.xml", "types.ttl"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:-20])
        with pytest.raises(CorpusError, match=rf"{name}: the compressed file is damaged after line"):
            build(tmp_path)
        (tmp_path / name).write_bytes(whole)
    assert {path.name: path.read_bytes() for path in (tmp_path / "corpus").iterdir()} == before


def test_a_missing_dump_is_told_before_the_types_are_read(tmp_path):
    write(tmp_path)
    (tmp_path / "dump.xml").unlink()
    with pytest.raises(FileNotFoundError, match=r"dump\.xml"):
        build(tmp_path, advance=lambda stage, share: pytest.fail(f"began with {stage}"))


def test_progress_is_told_from_the_beginning_to_the_end(tmp_path):
    write(tmp_path)
    told = []
    build(tmp_path, advance=lambda stage, share: told.append((stage, share)))
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert stages == ["Counting types", "Reading types", "Reading redirects", "Reading articles"]
    for stage in stages:
        shares = [share for of, share in told if of == stage]
        assert shares[0] == 0 and shares[-1] == 1 and shares == sorted(shares)


def test_options_that_make_no_sense(tmp_path):
    write(tmp_path)
    with pytest.raises(ValueError, match="min_annotations is 0"):
        build(tmp_path, min_annotations=0)
    with pytest.raises(ValueError, match="max_unmarked_names is 2"):
        build(tmp_path, max_unmarked_names=2)
    with pytest.raises(FileNotFoundError):
        build_wikipedia_corpus(tmp_path / "none.xml", tmp_path / "types.ttl", tmp_path / "out")
