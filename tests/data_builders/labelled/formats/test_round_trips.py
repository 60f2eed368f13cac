"""What was written in a format is read from it again: texts, offsets and labels, in all planes of Unicode."""

import gzip
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.formats.labelled_file import LabelledFile
from nuner.data_builders.labelled.formats.table import FORMATS, format_named, recognize_format
from nuner.data_builders.labelled.label_schemes import EntitySpan, read_spans
from nuner.data_builders.labelled.labelled_text import LabelledText, TextEntity
from nuner.data_builders.labelled.overlaps import keep_longest
from nuner.data_builders.locating import locate
from nuner.data_builders.rejections import Rejections

OF_WORDS = ("conll", "csv", "gliner")
OF_TEXTS = tuple(each.name for each in FORMATS if each.name not in OF_WORDS and each.write is not None)

# A character of every plane that has some, and those that formats use themselves.
_PLANES = st.sampled_from([*"aé中ทक\u200b\u0301", "😀", "𠀀", "𰀀", "\U000e0041", "\U000f0000", "\U0010fffd"])
_MARKS = st.sampled_from([*" \t\n\r\x0b\x85\u2028\ufeff\xa0\x00", *"\\|[]_*;#\"'<>&,->", "->", "|t|", "\\n", "]]>"])
_TEXTS = st.lists(st.one_of(_PLANES, _MARKS, st.characters(codec="utf-8")), min_size=1, max_size=12).map("".join)
_LABELS = st.sampled_from(["PER", "LOC", "job_title", "größe", "人", "a[1]|b", "*", "_", "a\\b", "B-x"])
_WORDS = st.lists(
    st.one_of(_PLANES, st.characters(codec="utf-8", exclude_categories=("Z", "C"))), min_size=1, max_size=4
).map("".join)


@st.composite
def labelled_texts(draw):
    text = draw(_TEXTS)
    entities = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text) - 1))
        entities.append(TextEntity(start, draw(st.integers(start + 1, len(text))), draw(_LABELS)))
    return LabelledText(text, tuple(dict.fromkeys(entities)), "drawn", 1)


@st.composite
def labelled_words(draw):
    tokens = draw(st.lists(_WORDS, min_size=1, max_size=6))
    spans, position = [], 0
    while position < len(tokens):
        end = position + draw(st.integers(1, 3))
        if draw(st.booleans()) and end <= len(tokens):
            spans.append(EntitySpan(position, end, draw(st.sampled_from(["PER", "job title", "人", "a|b"]))))
        position = end
    return LabelledText.from_words(tokens, spans, "drawn", 1)


def written_and_read(texts, labelled_format, folder: Path, compress=False):
    """Write texts and read them again, with what was noted on the way there."""
    noted: Counter[str] = Counter()
    content = labelled_format.write(texts, noted)
    if isinstance(content, bytes):
        path = folder / f"data{labelled_format.suffixes[0]}{'.gz' if compress else ''}"
        path.write_bytes(gzip.compress(content) if compress else content)
    else:
        path = folder
        for name, part in content.items():
            (path / f"{name}.gz" if compress else path / name).write_bytes(gzip.compress(part) if compress else part)
    file = LabelledFile(path)
    if texts:
        assert recognize_format(file) is labelled_format
    return list(labelled_format.read(file, Rejections("raise"), Counter())), +noted


def by_place(text):
    return text.text, sorted(text.entities)


@pytest.mark.parametrize("name", OF_TEXTS)
def test_texts(name, tmp_path_factory):
    @given(st.lists(labelled_texts(), min_size=1, max_size=3))
    def check(texts):
        read, noted = written_and_read(texts, format_named(name), tmp_path_factory.mktemp(name))
        assert [by_place(text) for text in read] == [by_place(_as_held(name, text)) for text in texts]
        assert bool(noted) == ([_as_held(name, text) for text in texts] != texts)

    check()


def _as_held(name, text):
    """Return what a format that cannot hold everything holds of a text."""
    if name == "pubtator":
        return LabelledText(re.sub("[\r\n]", " ", text.text), text.entities, text.file, text.line)
    if name == "bioc":
        held = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text.text)
        return LabelledText(held, text.entities, text.file, text.line)
    if name == "spacy":
        kept = keep_longest(text.entities)
        return text if len(kept) == len(text.entities) else LabelledText(text.text, tuple(kept), text.file, text.line)
    if name == "conversations":  # mentions without places
        kept = {
            TextEntity(*place, label)
            for start, end, label in text.entities
            for place in locate(text.text[start:end], text.text)
        }
        return text if kept == {*text.entities} else LabelledText(text.text, tuple(kept), text.file, text.line)
    return text


@pytest.mark.parametrize("name", [*OF_WORDS, "jsonl", "parquet"])
def test_words(name, tmp_path_factory):
    @given(st.lists(labelled_words(), min_size=1, max_size=3))
    def check(texts):
        read, noted = written_and_read(texts, format_named(name), tmp_path_factory.mktemp(name))
        assert not noted
        for text, sentence in zip(texts, read, strict=True):
            if not isinstance(sentence, LabelledText):
                spans = read_spans(sentence.tags, "IOB2")
                sentence = LabelledText.from_words(sentence.tokens, spans, sentence.file, sentence.line)
            assert by_place(sentence) == by_place(text)
            assert sentence.words == text.words

    check()


@pytest.mark.parametrize("labelled_format", [each for each in FORMATS if each.write], ids=lambda each: each.name)
def test_compressed(labelled_format, tmp_path):
    text = LabelledText.from_words(["Ada", "in", "😀", "Rome"], [EntitySpan(3, 4, "LOC")], "drawn", 1)
    [plain], _ = written_and_read([text], labelled_format, _folder(tmp_path, "plain"))
    [unpacked], _ = written_and_read([text], labelled_format, _folder(tmp_path, "compressed"), compress=True)
    assert plain[:2] == unpacked[:2] if isinstance(plain, tuple) else by_place(plain) == by_place(unpacked)


def _folder(parent, name):
    (parent / name).mkdir()
    return parent / name
