"""spaCy's `.spacy` files: serialized documents with their entities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING

from ....rejections import Rejections
from ...labelled_text import LabelledText, TextEntity
from ...overlaps import keep_longest
from ..cut_words import words_cut_at_entities
from ..labelled_file import LabelledFile
from ..labelled_format import LabelledFormat

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


def _require_spacy() -> None:
    if find_spec("spacy") is None:
        raise ValueError(".spacy files need spaCy; install it with: pip install 'nuner[spacy]'")


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledText]:
    _require_spacy()
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        documents = list(DocBin().from_bytes(file.data).get_docs(Vocab()))
    except Exception as error:  # zlib's, msgpack's, numpy's
        raise ValueError(f"{file.path} is no .spacy file, or damaged ({error})") from error
    for number, document in enumerate(documents, start=1):
        notes["spans of span groups were left out"] += sum(map(len, document.spans.values()))
        entities = (TextEntity(span.start_char, span.end_char, span.label_) for span in document.ents)
        yield LabelledText(document.text, tuple(entities), str(file.path), number)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    _require_spacy()
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab = Vocab()
    return DocBin(docs=[_document(text, vocab, notes) for text in texts]).to_bytes()


def _document(text: LabelledText, vocab: Vocab, notes: Counter[str]) -> Doc:
    from spacy.tokens import Doc

    words = words_cut_at_entities(text)
    bounds = sorted({0, len(text.text), *(word.start for word in words), *(word.end for word in words)})
    word_starts = {word.start for word in words}
    tokens: list[str] = []
    spaces: list[bool] = []
    for start, end in pairwise(bounds):
        # A space behind a token is a mark of this; all other white space is a token.
        if text.text[start:end] == " " and tokens and start not in word_starts and not spaces[-1]:
            spaces[-1] = True
        else:
            tokens.append(text.text[start:end])
            spaces.append(False)
    document = Doc(vocab, words=tokens, spaces=spaces)
    kept = keep_longest(text.entities)
    notes["entities that overlap a longer one were left out"] += len(text.entities) - len(kept)
    spans = (document.char_span(entity.start, entity.end, label=entity.label) for entity in kept)
    document.ents = [span for span in spans if span is not None]
    return document


SPACY_DOCS = LabelledFormat(
    name="spacy",
    title="spaCy documents",
    suffixes=(".spacy",),
    recognize=lambda file: int(file.suffix == ".spacy"),
    read=_read,
    write=_write,
)
