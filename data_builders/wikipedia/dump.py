"""The pages of a dump of MediaWiki, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.parsers import expat

from ..files.compression import DAMAGED
from ..rejections import CorpusError

_CHUNK = 1 << 18
_ARTICLES = "0"
# What is read between tags; of several revisions of a page the last one stays.
_READ = frozenset({"title", "ns", "text", "dbname", "namespace"})


class Page(NamedTuple):
    """An article, or a page that leads to one.

    Args:
        title: Its title.
        text: Its wikitext.
        redirect: Title of the article that it leads to, if it is no article itself.
        line: Line of the dump on which it begins.
    """

    title: str
    text: str
    redirect: str | None
    line: int


class DumpReader:
    """Read the articles of a dump in constant memory: a page at a time, with nothing of those before.

    Args:
        name: How messages name the dump.
        texts: Whether texts are wanted; without them reading is faster.

    Attributes:
        language: Language of the wiki, once a page was read; None where the dump does not say.
        site: Its name, such as `enwiki`, likewise.
        namespaces: Lower-cased names of the namespaces, such as `file`, but that of the articles.
        other_pages: Number of pages so far that are no articles: talks, categories, templates.

    Example:
        ```python
        >>> import io
        >>> from nuner.data_builders.wikipedia.dump import DumpReader
        >>> dump = b"<mediawiki><page><title>Ada</title><ns>0</ns><text>''Ada''</text></page></mediawiki>"
        >>> list(DumpReader("dump.xml").pages(io.BytesIO(dump)))
        [Page(title='Ada', text="''Ada''", redirect=None, line=1)]

        ```
    """

    def __init__(self, name: str, *, texts: bool = True) -> None:
        self.name = name
        self.language: str | None = None
        self.site: str | None = None
        self.namespaces: set[str] = set()
        self.other_pages = 0
        self._wanted = _READ if texts else _READ - {"text"}
        self._fields: dict[str, str] = {}
        self._pieces: list[str] = []
        self._line = 0
        self._pages: list[Page] = []
        self._is_dump = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def pages(self, file: IO[bytes]) -> Iterator[Page]:
        """Yield the articles and redirects.

        Args:
            file: The XML, unpacked.

        Raises:
            CorpusError: If the file is no such XML, or ends too soon; the message names the line.
        """
        while True:
            try:
                chunk = file.read(_CHUNK)
                self._parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                raise CorpusError(
                    f"{self.name}:{error.lineno}: the dump cannot be read on: {expat.ErrorString(error.code)}. "
                    "Fetch it again, or end it there."
                ) from None
            except DAMAGED as error:
                line = self._parser.CurrentLineNumber
                raise CorpusError(
                    f"{self.name}: the compressed file is damaged after line {line} ({error})."
                ) from error
            yield from self._pages
            self._pages.clear()
            if not chunk:
                return

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._is_dump:
            if tag != "mediawiki":
                raise CorpusError(f"{self.name} is no dump of MediaWiki: it begins with <{tag}>, not <mediawiki>.")
            self._is_dump = True
            self.language = attributes.get("xml:lang")
        elif tag == "page":
            self._line = self._parser.CurrentLineNumber
            self._fields = {}
        elif tag == "redirect":
            self._fields["redirect"] = attributes.get("title", "")
        elif tag in self._wanted:
            self._pieces = []
            self._parser.CharacterDataHandler = self._pieces.append

    def _end(self, tag: str) -> None:
        if tag == "page":
            self._add_page()
        elif tag in self._wanted:
            self._parser.CharacterDataHandler = None
            content = "".join(self._pieces)
            if tag == "namespace":
                if content:
                    self.namespaces.add(content.lower())
            elif tag == "dbname":
                self.site = content
            else:
                self._fields[tag] = content

    def _add_page(self) -> None:
        fields = self._fields
        if fields.get("ns", _ARTICLES) != _ARTICLES:
            self.other_pages += 1
            return
        self._pages.append(Page(fields.get("title", ""), fields.get("text", ""), fields.get("redirect"), self._line))
