"""Dumps: pages in constant memory, whatever else lies in them, and files that are none."""

import io
import tracemalloc

import pytest
from support.wikipedia_dump import dump_of

from nuner.data_builders.rejections import CorpusError
from nuner.data_builders.wikipedia.dump import DumpReader, Page


def pages(text, **options):
    reader = DumpReader("dump.xml", **options)
    return reader, list(reader.pages(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def test_articles_and_redirects_with_their_lines():
    text = dump_of(
        {"Ada & Bo": "a <b> & c\nd"}, redirects={"A": 'Ada "&" Bo'}, others={"Talk:Ada": "x"}, language="fr"
    )
    reader, found = pages(text)
    assert found == [
        Page("Ada & Bo", "a <b> & c\nd", None, 13),
        Page("A", '#REDIRECT [[Ada "&" Bo]]', 'Ada "&" Bo', 25),
    ]
    assert (reader.language, reader.site, reader.other_pages) == ("fr", "frwiki", 1)
    assert reader.namespaces == {"talk", "file", "template", "category"}
    assert [page.text for page in pages(text, texts=False)[1]] == ["", ""]


def test_the_last_of_several_revisions_and_pages_without_text():
    text = """<mediawiki><page><title>A</title><ns>0</ns>
<revision><text>old</text></revision><revision><text>new</text></revision></page>
<page><title>B</title><ns>0</ns><revision><text deleted="deleted" /></revision></page><page></page></mediawiki>"""
    assert [(page.title, page.text) for page in pages(text)[1]] == [("A", "new"), ("B", ""), ("", "")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "dump.xml:1: the dump cannot be read on: no element found"),
        ("no XML", "dump.xml:1: the dump cannot be read on: syntax error"),
        ("<html><page/></html>", "dump.xml is no dump of MediaWiki: it begins with <html>, not <mediawiki>"),
        (dump_of({"A": "b"})[:-40], "dump.xml:2.: the dump cannot be read on: no element found"),
        ("<mediawiki>\n<page>\n</mediawiki>", "dump.xml:3: the dump cannot be read on: mismatched tag"),
        (b"<mediawiki><page><title>\xff</title></page></mediawiki>", "not well-formed"),
    ],
)
def test_files_that_are_no_dumps(text, message):
    with pytest.raises(CorpusError, match=message):
        pages(text)


def test_memory_does_not_grow_with_the_dump():
    def peak(articles):
        text = dump_of({f"Title {number}": "word " * 400 for number in range(articles)}).encode()
        tracemalloc.start()
        for _ in DumpReader("dump.xml").pages(io.BytesIO(text)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(3000) < 1.5 * peak(1000)
