"""Dumps of Wikipedia and instance types of DBpedia, small and in the real formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

_HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="{language}">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>{language}wiki</dbname>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">Talk</namespace>
      <namespace key="6" case="first-letter">File</namespace>
      <namespace key="10" case="first-letter">Template</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
"""
_PAGE = """  <page>
    <title>{title}</title>
    <ns>{namespace}</ns>
    <id>1</id>{redirect}
    <revision>
      <id>2</id>
      <contributor><username>Somebody</username><id>3</id></contributor>
      <comment>text, not of the page</comment>
      <text bytes="{bytes}" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""


def dump_of(
    articles: Mapping[str, str],
    *,
    redirects: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
    language: str = "en",
) -> str:
    """Return a dump.

    Args:
        articles: Title -> wikitext.
        redirects: Title -> title of the article that it leads to.
        others: Title -> wikitext of talk pages.
        language: Language of the wiki.
    """
    pages = [_page(title, text) for title, text in articles.items()]
    for title, target in (redirects or {}).items():
        pages.append(_page(title, f"#REDIRECT [[{target}]]", redirect=f"\n    <redirect title={quoteattr(target)} />"))
    pages += [_page(title, text, namespace=1) for title, text in (others or {}).items()]
    return _HEAD.format(language=language) + "".join(pages) + "</mediawiki>\n"


def _page(title: str, text: str, *, namespace: int = 0, redirect: str = "") -> str:
    return _PAGE.format(
        title=escape(title), text=escape(text), bytes=len(text.encode()), namespace=namespace, redirect=redirect
    )


def triple(title: str, kind: str) -> str:
    """Return the line that says of what type an article's subject is."""
    kind = kind if ":" in kind else f"http://dbpedia.org/ontology/{kind}"
    return (
        f"<http://dbpedia.org/resource/{title.replace(' ', '_')}> "
        f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{kind}> .\n"
    )


def types_of(types: Iterable[tuple[str, str]]) -> str:
    """Return instance types as DBpedia publishes them, with its first and last comments."""
    lines = "".join(triple(title, kind) for title, kind in types)
    return f"# started 2026-01-01T00:00:00Z\n{lines}# completed 2026-01-01T00:00:01Z\n"
