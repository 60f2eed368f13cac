"""How fast, and in how much memory, a dump of Wikipedia becomes a corpus on one core.

The dump is made up, in the real format: articles of the bundled corpus' passages, 40% of whose entities are links,
with infoboxes, references, tables, lists, pictures and comments around them, and every fifth page a redirect. Most
sentences have the number of their page, so that they are no repetitions. Each size is built in a process of its own.

    python benchmarks/wikipedia_corpus.py --pages 50000 200000 --output wikipedia_corpus.json
"""

from __future__ import annotations

import argparse
import bz2
import json
import platform
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, cast
from xml.sax.saxutils import escape

from nuner.data_builders.corpus.readers.records import bundled_rows
from nuner.data_builders.rejections import Rejections
from nuner.data_builders.wikipedia.build import build_wikipedia_corpus

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo><sitename>Wikipedia</sitename><dbname>enwiki</dbname><namespaces>
    <namespace key="0" case="first-letter" /><namespace key="6" case="first-letter">File</namespace>
    <namespace key="10" case="first-letter">Template</namespace>
    <namespace key="14" case="first-letter">Category</namespace></namespaces></siteinfo>
"""
PAGE = """  <page>
    <title>{title}</title>
    <ns>0</ns>
    <id>{number}</id>{redirect}
    <revision><id>{number}</id><timestamp>2026-01-01T00:00:00Z</timestamp>
      <contributor><username>A</username><id>1</id></contributor><model>wikitext</model><format>text/x-wiki</format>
      <text bytes="{bytes}" xml:space="preserve">{text}</text><sha1>x</sha1>
    </revision>
  </page>
"""
INFOBOX = """{{{{Infobox settlement
| name = {name}
| image = [[File:View.jpg|thumb|A view of [[London]]]]
| population = {{{{formatnum:12345}}}}
| coordinates = {{{{coord|51|N|0|E}}}}
}}}}
'''{name}''' is one of the subjects of this dump. <!-- a comment [[with]] a link -->
"""
TABLE = """
== Figures ==
{| class="wikitable"
|-
! Year !! Number
|-
| 1999 || [[London]]
|}

== See also ==
* [[Paris]]
* [[Berlin]], the capital
"""
REFERENCE = (
    '<ref name="a">{{cite web |last=Lovelace |first=Ada |url=http://example.org/news/2020/01/a-title.html?page=2 '
    "|title=A title of some words |work=[[The Times]] |date=1 January 2020 |access-date=2 March 2021}}</ref>"
)
# Wikipedia links where something is named first.
LINKED = 0.4
KINDS = ["City", "Person", "SoccerPlayer", "Company", "Band", "River", "Species", "University", "Film", "Museum"]
TRIPLE = (
    "<http://dbpedia.org/resource/{subject}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    "<http://dbpedia.org/ontology/{kind}> .\n"
)
NUMBER, VARIANTS, PARAGRAPHS = "%NUMBER%", 2000, 8


def paragraphs() -> list[str]:
    """Return passages of the bundled corpus as wikitext."""
    draw = random.Random(0)
    found = []
    for row in bundled_rows(Rejections()):
        text, pieces, position = row.value["text"], [], 0
        for entity in sorted(row.value["entities"], key=lambda entity: entity["start"]):
            if entity["start"] < position or draw.random() > LINKED:
                continue
            name = entity["text"]
            link = f"[[{name}]]" if draw.random() < 0.5 else f"[[{name.title()}|{name}]]"
            pieces += (text[position : entity["start"]], link)
            position = entity["end"]
        wikitext = "".join([*pieces, text[position:]]).replace(". ", f" ({NUMBER}). ")
        found.append(wikitext + REFERENCE * draw.randint(0, 2))
    return found


def bodies() -> list[str]:
    """Return texts of pages, escaped as in a dump."""
    draw, known = random.Random(1), paragraphs()
    return [
        escape(INFOBOX.format(name=f"Subject {NUMBER}") + "\n\n".join(draw.sample(known, PARAGRAPHS)) + TABLE)
        for _ in range(VARIANTS)
    ]


def write_dump(file: IO[bytes], pages: int) -> int:
    """Write a dump, and return how many bytes its wikitext has."""
    texts, size = bodies(), 0
    file.write(HEAD.encode())
    for number in range(pages):
        redirect, text = "", texts[number % VARIANTS].replace(NUMBER, str(number))
        if number % 5 == 4:
            redirect, text = f'<redirect title="Subject {number - 1}" />', f"#REDIRECT [[Subject {number - 1}]]"
        content = text.encode()
        size += len(content)
        page = PAGE.format(title=f"Subject {number}", number=number, redirect=redirect, bytes=len(content), text=text)
        file.write(page.encode())
    file.write(b"</mediawiki>\n")
    return size


def titles(pages: int) -> Iterator[str]:
    """Yield the articles that DBpedia knows: all pages, and what the passages link to."""
    yield from (f"Subject {number}" for number in range(pages) if number % 5 < 4)
    yield from {
        name[:1].upper() + name[1:]
        for row in bundled_rows(Rejections())
        for entity in row.value["entities"]
        for name in (entity["text"], entity["text"].title())
        if not set(name) & set('<>"{}|^`\\')
    }


def write_types(file: IO[bytes], pages: int) -> None:
    """Write instance types, most subjects with one, some with two."""
    for number, title in enumerate(titles(pages)):
        subject = title.replace(" ", "_")
        for kind in {KINDS[number % len(KINDS)], *(["Agent"] if number % 7 == 0 else [])}:
            file.write(TRIPLE.format(subject=subject, kind=kind).encode())


def measure(pages: int, packed: bool, folder: str) -> dict[str, Any]:
    """Build the corpus of a dump with so many pages, and return what it took."""
    opened = bz2.open if packed else open
    dump, types = Path(folder, "dump.xml"), Path(folder, "types.ttl")
    with cast(IO[bytes], opened(dump, "wb")) as file:
        size = write_dump(file, pages)
    with cast(IO[bytes], opened(types, "wb")) as file:
        write_types(file, pages)
    wall, cpu, stages = time.perf_counter(), time.process_time(), {}

    def advance(stage: str, share: float) -> None:
        stages.setdefault(stage, time.process_time())

    build = build_wikipedia_corpus(dump, types, Path(folder, "corpus"), advance=advance)
    end = time.process_time()
    began = [*stages.values(), end]
    return {
        "pages": pages,
        "bz2": packed,
        "wikitext_mb": size / 1e6,
        "mb_per_core_second": size / 1e6 / (end - cpu),
        "mb_per_second": size / 1e6 / (time.perf_counter() - wall),
        "cpu_seconds": {stage: began[place + 1] - began[place] for place, stage in enumerate(stages)},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "sentences": build.statistics.sentences,
        "annotations": build.statistics.annotations,
    }


def main() -> None:
    """Print a line a size and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[50_000, 200_000])
    parser.add_argument("--bz2", action="store_true", help="Pack the dump, as Wikipedia does.")
    parser.add_argument("--folder", type=Path, help="Where the dumps go for a while.")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    for pages in options.pages:
        temporary = tempfile.TemporaryDirectory(dir=options.folder)
        with temporary as folder, ProcessPoolExecutor(1, get_context("spawn")) as process:
            result = process.submit(measure, pages, options.bz2, folder).result()
        results.append(result)
        print(
            f"{pages:9,d} pages, {result['wikitext_mb']:7,.0f} MB: {result['mb_per_core_second']:5.1f} MB of wikitext "
            f"a second of processor time, {result['mb_per_second']:5.1f} a second, at most {result['peak_mb']:,.0f} "
            f"MB of memory, {result['sentences']:,} sentences, {result['annotations']:,} annotations",
            flush=True,
        )
    if options.output:
        machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
        options.output.write_text(json.dumps({"machine": machine, "results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
