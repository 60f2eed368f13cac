"""The bundled corpus in its eight languages."""

from collections import Counter
from typing import Any

import pytest
from datasets import disable_progress_bars

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.corpus.readers.records import BUNDLED_FILES
from nuner.data_builders.corpus.statistics import CorpusStatistics

disable_progress_bars()

LANGUAGES = ["en", "es", "fr", "it", "nl", "pl", "pt", "ru"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def build(cache: Any, **options: Any) -> Any:
    builder = NuNerCorpus("bundled", cache_dir=cache, on_error="raise", **options)
    builder.download_and_prepare()
    return builder


def languages(builder):
    return Counter(row["language"] for rows in builder.as_dataset().values() for row in rows)


def test_the_figures_of_the_seven_languages_beside_english(cache):
    """The figures that the corpus was published with, counted independently of this code."""
    builder = build(cache, languages=LANGUAGES[1:], drop_concepts=())
    statistics = CorpusStatistics.of(builder.as_dataset())
    assert (statistics.sentences, statistics.annotations) == (1750, 18_154)
    assert statistics.language_counts == dict.fromkeys(LANGUAGES[1:], 250)
    assert builder.report.counts.dropped_by_language == 0


def test_all_stands_for_the_eight_and_english_for_none(cache):
    assert list(BUNDLED_FILES) == LANGUAGES
    everything = build(cache, languages="all")
    assert everything.cache_dir == build(cache, languages=[*LANGUAGES[::-1], "FR"]).cache_dir
    # A French sentence is dropped that has an entity of the concept "concept" (section 3.1).
    assert languages(everything) == {**dict.fromkeys(LANGUAGES, 250), "en": 5280, "fr": 249}
    assert languages(build(cache)) == {"en": 5280}
    assert build(cache, languages=["en"]).cache_dir == build(cache).cache_dir


def test_no_text_stands_in_two_languages(cache):
    builder = build(cache, languages="all")
    assert not len(builder.report.rejections)
    rows = [row for rows in builder.as_dataset().values() for row in rows]
    assert len({row["id"] for row in rows}) == len({row["text"] for row in rows}) == len(rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_alone_has_sentences_on_both_sides(cache, language):
    builder = build(cache, languages=language, max_examples=200)
    assert languages(builder) == {language: 200}
    sizes = {str(split): len(rows) for split, rows in builder.as_dataset().items()}
    assert sizes["validation"] >= 10
    streamed = builder.as_streaming_dataset("validation")
    assert list(streamed) == list(builder.as_dataset("validation"))


@pytest.mark.parametrize("names", ["de", ["fr", "french"], ["all", "en-GB"]])
def test_a_language_that_it_lacks_is_refused_with_those_that_it_has(cache, names):
    with pytest.raises(ValueError, match=r"no text in '(de|french|en-gb)': its languages are en, es, .* ru, or all"):
        build(cache, languages=names)


def test_the_english_corpus_keeps_the_names_of_its_folders(cache):
    """They name the options, and what has no effect on the rows must not prepare them anew."""

    def folder(**options: Any) -> str:
        return NuNerCorpus("bundled", cache_dir=cache, **options).cache_dir.split("/")[-3]

    assert folder() == "bundled-4e3b6a05aec0ef46"
    assert folder(max_concepts=16) == "bundled-7be99f483f515ee5"
    assert folder(max_examples=7, seed=2) == "bundled-756fb6bcad6a4343"
