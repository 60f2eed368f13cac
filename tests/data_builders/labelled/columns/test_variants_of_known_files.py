"""Files of known formats with columns moved, inserted and left out are read right or refused."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.column_variants import KNOWN_FILES, column_file, make_column, sample_sentences, vary_columns

from nuner.data_builders.labelled.formats.conll import read_conll
from nuner.data_builders.labelled.formats.labelled_file import LabelledFile
from nuner.data_builders.rejections import Rejections

_TAGS = {"tags", "plain tags", "coarse tags"}
# What nothing but the words themselves would tell from words.
_LIKE_WORDS = {"lemmas", "small letters", "random letters"}


def _read(path, text):
    path.write_text(text, encoding="utf-8")
    sentences = list(read_conll(LabelledFile(path), Rejections("raise")))
    return [s.tokens for s in sentences], [s.tags for s in sentences]


@pytest.mark.parametrize("kinds", KNOWN_FILES.values(), ids=KNOWN_FILES)
@pytest.mark.parametrize("delimiter", [" ", "\t"])
def test_known_files_are_read(tmp_path, kinds, delimiter):
    sentences = sample_sentences()
    assert _read(tmp_path / "train.conll", column_file(kinds, sentences, delimiter, random.Random(0))) == sentences


@given(st.sampled_from(sorted(KNOWN_FILES)), st.integers(0, 2**32), st.sampled_from("\t "))
def test_variants_are_read_right_or_refused(tmp_path_factory, name, seed, delimiter):
    rng, sentences = random.Random(seed), sample_sentences()
    kinds = vary_columns(KNOWN_FILES[name], rng)
    path = tmp_path_factory.mktemp("variants") / "train.conll"
    try:
        words, tags = _read(path, column_file(kinds, sentences, delimiter, rng))
    except ValueError:
        return
    if "words" in kinds or not _LIKE_WORDS.intersection(kinds):
        assert words == sentences[0]
    entities = _TAGS.intersection(kinds) or {"outside"}
    assert len(entities) == 1
    assert tags == make_column(entities.pop(), *sentences, rng)
