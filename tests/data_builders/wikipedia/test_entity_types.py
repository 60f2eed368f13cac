"""Types of articles: which of several, titles in every spelling, redirects, and lines that are none."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wikipedia_dump import triple, types_of

from nuner.data_builders.rejections import Rejections
from nuner.data_builders.wikipedia.entity_types import NO_TRIPLE, UNKNOWN_TYPE, EntityTypes, resource_types, type_name
from nuner.data_builders.wikipedia.titles import article_title, resource_title

THING = "http://www.w3.org/2002/07/owl#Thing"


def read(text, rejections=None):
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return list(resource_types(file, "types.ttl", Rejections() if rejections is None else rejections))


def places(rejections):
    return [(item.line, item.reason, item.detail) for item in rejections.items]


def test_lines_that_are_no_triples_and_types_of_other_ontologies_are_named_with_their_line():
    rejections = Rejections()
    text = (
        "# a comment\n"
        + triple("Ada", "Person")
        + "this is no triple\n"
        + triple("Ada", THING)
        + "<http://dbpedia.org/resource/Bo> <x:is> <http://dbpedia.org/ontology/City> .\n"
        + triple("Cy", "City").replace("dbpedia.org/resource", "example.org")
        + "<http://dbpedia.org/resource/Di> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>\n"
        + triple("Ed", "City")
        + '<http://dbpedia.org/resource/Fay> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "City" .\n'
        + triple("Gus", "River")
    )
    found = read(text, rejections)
    assert found == [("Ada", "Person"), ("Ed", "City"), ("Gus", "River")]
    assert places(rejections) == [
        (3, NO_TRIPLE, ""),
        (4, UNKNOWN_TYPE, THING),
        (7, NO_TRIPLE, ""),
        (9, UNKNOWN_TYPE, "City"),
    ]


@pytest.mark.parametrize(
    "cut", ["<http://dbpedia.org/resource/X", '<http://dbpedia.org/resource/X> <x:name> "Ad', "'" * 3]
)
def test_a_line_that_breaks_off_takes_none_of_those_behind_it_along(cut):
    rejections = Rejections()
    assert read(f"{triple('Ada', 'Person')}{cut}\n{triple('Bo', 'City')}{triple('Cy', 'City')}", rejections) == [
        ("Ada", "Person"),
        ("Bo", "City"),
        ("Cy", "City"),
    ]
    assert places(rejections) == [(2, NO_TRIPLE, "")]


def test_turtle_with_prefixes():
    rejections = Rejections()
    text = b"""# of somebody's own
@prefix dbo: <http://dbpedia.org/ontology/> .
@prefix dbr: <http://dbpedia.org/resource/> .
dbr:Ada_Lovelace a dbo:Person , dbo:Scientist ;
    dbo:birthPlace dbr:London .
dbr:London a dbo:City , <http://schema.org/City> .
dbr:Bro\xff\xffken a dbo:City .
dbr:Paris a dbo:City .
"""
    found = read(text, rejections)
    assert found == [("Ada Lovelace", "Person"), ("Ada Lovelace", "Scientist"), ("London", "City"), ("Paris", "City")]
    assert {(item.line, item.reason) for item in rejections.items} == {(6, UNKNOWN_TYPE), (7, NO_TRIPLE)}


@given(st.lists(st.text(max_size=30).map(lambda line: line.replace("\n", " ").replace("\r", " "))))
@settings(max_examples=100, deadline=None)
def test_whatever_stands_between_whole_lines_is_no_crash(lines):
    rejections = Rejections()
    text = "".join(f"{line}\n" for line in lines)
    found = read(triple("Ada", "Person") + text + triple("Bo", "City"), rejections)
    assert (found[0], found[-1]) == (("Ada", "Person"), ("Bo", "City"))
    assert all(1 <= item.line <= len(lines) + 3 for item in rejections.items)


@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='<>"{}|^`\\#_%[]'), min_size=1))
@settings(max_examples=100, deadline=None)
def test_titles_come_back_from_iris(title):
    title = article_title(title)
    assert read(triple(title, "City")) == [(title, "City")]


def types(*pairs, redirects=()):
    known = EntityTypes.of(lambda: read(types_of(pairs)))
    known.add_redirects(redirects)
    return known


def test_the_most_specific_type_counts_wherever_it_stands():
    pairs = [
        ("Ada", "Person"),
        ("Ada", "Writer"),
        ("Ada", "Agent"),
        ("Bo", "Agent"),
        ("Bo", "Person"),
        ("Cy", "Agent"),
    ]
    for order in (pairs, pairs[::-1], [pairs[0], pairs[3], pairs[5], pairs[1], pairs[2], pairs[4]]):
        assert types(*order).of_titles(["Ada", "Bo", "Cy", "Di"]) == ["writer", "person", "agent", None]


def test_redirects_have_the_type_of_their_article():
    known = types(
        ("London", "City"), ("Ada", "Person"), redirects=[("Londinium", "London"), ("Nowhere", "Atlantis"), ("X", "X")]
    )
    assert known.of_titles(["Londinium", "Nowhere", "X", "London"]) == ["city", None, None, "city"]
    assert len(known) == 3


def test_nothing_is_known_of_nothing():
    known = EntityTypes.of(lambda: [])
    known.add_redirects([("a", "b")])
    assert (len(known), known.of_titles(["a"]), known.of_titles([])) == (0, [None], [])


@pytest.mark.parametrize(
    ("target", "title"),
    [("london", "London"), ("  ada_Lovelace ", "Ada Lovelace"), ("A#b", "A"), ("#b", ""), ("éa", "Éa"), ("ßa", "ßa")],
)
def test_titles_of_links(target, title):
    assert article_title(target) == title


def test_titles_of_resources():
    assert resource_title("C%2B%2B") == "C++"
    assert resource_title("100%_Pure") == "100% Pure"


def test_names_of_classes():
    assert [type_name(name) for name in ("City", "HTMLPage", "Wikidata_Item", "Area51")] == [
        "city",
        "HTML page",
        "wikidata item",
        "area51",
    ]
