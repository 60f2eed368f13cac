"""Files in columns as many sources have them, and variants with columns moved, inserted and left out."""

from __future__ import annotations

import random
from collections.abc import Sequence

Column = list[list[str]]
"""Cells by sentences."""

_TEXT = """
EU/NNP/B-NP/B-ORG rejects/VBZ/B-VP/O German/JJ/B-NP/B-MISC call/NN/I-NP/O to/TO/B-VP/O boycott/VB/I-VP/O
British/JJ/B-NP/B-MISC lamb/NN/I-NP/O ././O/O

Peter/NNP/B-NP/B-PER Blackburn/NNP/I-NP/I-PER

BRUSSELS/NNP/B-NP/B-LOC 1996-08-22/CD/I-NP/O

The/DT/B-NP/O European/NNP/I-NP/B-ORG Commission/NNP/I-NP/I-ORG said/VBD/B-VP/O on/IN/B-PP/O Thursday/NNP/B-NP/O
it/PRP/B-NP/O disagreed/VBD/B-VP/O with/IN/B-PP/O the/DT/B-NP/O advice/NN/I-NP/O ././O/O

Zoe/NNP/B-NP/B-PER moved/VBD/B-VP/O to/TO/B-PP/O New/NNP/B-NP/B-LOC York/NNP/I-NP/I-LOC in/IN/B-PP/O May/NNP/B-NP/O
,/,/O/O 2019/CD/B-NP/O ././O/O
"""
_WORDS, _PARTS_OF_SPEECH, _CHUNKS, _TAGS = (
    [[word.split("/")[i] for word in sentence.split()] for sentence in _TEXT.strip().split("\n\n")] for i in range(4)
)
_LEMMAS = {"rejects": "reject", "said": "say", "disagreed": "disagree", "moved": "move", "The": "the", "May": "May"}

# The columns of known files, in their order.
KNOWN_FILES = {
    "CoNLL-2003": ("words", "parts of speech", "chunks", "tags"),
    "CoNLL-2002": ("words", "parts of speech", "tags"),
    "WNUT": ("words", "tags"),
    "MIT": ("tags", "words"),
    "UNER": ("index", "words", "tags", "dashes", "annotators"),
    "GermEval": ("index", "words", "tags", "outside"),
    "MultiCoNER": ("words", "gaps", "gaps", "tags"),
    "WikiNEuRal": ("index from 0", "words", "tags"),
    "Universal Dependencies": (
        "index", "words", "lemmas", "universal", "parts of speech", "features", "heads", "relations", "gaps", "tags",
    ),
    "OntoNotes": ("document", "zeros", "index from 0", "words", "parts of speech", "tags"),
}  # fmt: skip

Sentences = tuple[Column, Column]


def sample_sentences() -> Sentences:
    """Words and tags of a few sentences of CoNLL-2003 and the like, whose parts of speech are known."""
    return _WORDS, _TAGS


def make_column(kind: str, words: Column, tags: Column, rng: random.Random) -> Column:
    """Make one column beside words and tags."""
    known = words is _WORDS
    if kind == "words":
        return words
    if kind == "tags":
        return tags
    if kind == "parts of speech" and known:
        return _PARTS_OF_SPEECH
    if kind == "chunks" and known:
        return _CHUNKS
    return [
        [_cell(kind, word, tag, place, number, rng) for place, (word, tag) in enumerate(zip(*pair, strict=True))]
        for number, pair in enumerate(zip(words, tags, strict=True))
    ]


def _cell(kind: str, word: str, tag: str, place: int, number: int, rng: random.Random) -> str:
    entity = tag != "O"
    # What a tagger says depends on the word, nearly always.
    of_word = random.Random(word + ("" if rng.random() < 0.9 else "'"))
    match kind:
        case "index":
            return str(place + 1)
        case "index from 0":
            return str(place)
        case "running number":
            return str(1000 * number + place)
        case "sentence number":
            return str(number)
        case "sentence name":
            return f"weblog-{number // 2}"
        case "document":
            return "bc/cctv/00/cctv_0000"
        case "zeros":
            return "0"
        case "gaps":
            return "_"
        case "dashes":
            return "-"
        case "outside":
            return "O"
        case "annotators":
            return "ann1" if entity else "-"
        case "reviewers":
            return rng.choice(["anna", "ben"])
        case "spaces":
            return rng.choice(["_", "_", "SpaceAfter=No"])
        case "features":
            return of_word.choice(["_", "Number=Sing", "Number=Plur|Person=3", "Tense=Past"])
        case "heads":
            return str(rng.randrange(12))
        case "relations":
            return of_word.choice(["root", "nsubj", "obj", "obl", "punct", "case", "nmod:poss", "amod", "det"])
        case "universal":
            return of_word.choice(["NOUN", "PROPN", "VERB", "ADP", "PUNCT", "ADJ", "DET"])
        case "parts of speech":
            return of_word.choice(
                ["NN", "NNS", "NNP", "VB", "VBD", "VBZ", "JJ", "RB", "IN", "DT", "CD", ".", ",", "TO"]
            )
        case "own parts of speech":
            return of_word.choice(["Vip3s", "Ncms", "Ncfp", "Sp", "Da", "Afp", "Fpa", "Np", "Rg", "Cc", "Pp", "Z"])
        case "chunks":
            return of_word.choice(["B-NP", "I-NP", "B-VP", "B-PP", "O"])
        case "lemmas":
            return _LEMMAS.get(word, word if entity else word.lower())
        case "small letters":
            return word.lower()
        case "shapes":
            return "".join("X" if c.isupper() else "d" if c.isdigit() else "x" if c.isalpha() else c for c in word)
        case "identifiers":
            return f"t{number}.{place}"
        case "random letters":
            return "".join(rng.choices("abcdefghij", k=6))
        case "scores":
            return f"{rng.random():.3f}"
        case "offsets":
            return str(200 * number + 7 * place)
        case "coarse tags":
            return tag[:2] + "ENT" if entity else tag
        case "plain tags":
            return tag[2:] if entity else tag
        case _:
            raise ValueError(kind)


INSERTED = (
    "words", "tags", "coarse tags", "plain tags", "outside", "index", "index from 0", "running number",
    "sentence number", "sentence name", "document", "zeros", "gaps", "dashes", "annotators", "reviewers", "spaces",
    "features", "heads", "relations", "universal", "parts of speech", "own parts of speech", "chunks", "lemmas",
    "small letters", "shapes", "identifiers", "random letters", "scores", "offsets",
)  # fmt: skip


def vary_columns(columns: Sequence[str], rng: random.Random) -> list[str]:
    """Move, insert and leave out columns, from none to three of each."""
    varied = list(columns)
    for _ in range(rng.randrange(3)):
        varied.insert(rng.randrange(len(varied) + 1), rng.choice(INSERTED))
    for _ in range(rng.choice([0, 0, 1, 2])):
        if len(varied) > 1:
            del varied[rng.randrange(len(varied))]
    if rng.random() < 0.5:
        rng.shuffle(varied)
    return varied


def column_file(kinds: Sequence[str], sentences: Sentences, delimiter: str, rng: random.Random) -> str:
    """Write a file of these columns."""
    columns = [make_column(kind, *sentences, rng) for kind in kinds]
    blocks = (
        "".join(delimiter.join(cells) + "\n" for cells in zip(*sentence, strict=True))
        for sentence in zip(*columns, strict=True)
    )
    return "\n".join(blocks)
