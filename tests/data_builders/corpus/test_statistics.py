"""Corpus statistics."""

import json

import pytest
from datasets import disable_progress_bars

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.corpus.statistics import CorpusStatistics

disable_progress_bars()


def row(text, *concepts):
    return {"text": text, "entities": [{"concept": concept} for concept in concepts]}


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    builder = NuNerCorpus("bundled", cache_dir=tmp_path_factory.mktemp("cache"))
    builder.download_and_prepare()
    return builder.as_dataset()


def test_the_figures_of_the_bundled_corpus(bundled):
    """The figures that the corpus was published with, counted independently of this code."""
    figures = CorpusStatistics.of(bundled).to_dict()
    assert figures["sentences"] == 5280
    assert figures["sentences_without_annotations"] == 0
    assert figures["words"] == 138_197
    assert figures["annotations"] == 48_431
    assert figures["unique_concepts"] == 18_316
    assert figures["concepts_seen_once"] == 13_368
    shares = {size: round(100 * share, 1) for size, share in figures["top_shares"].items()}
    assert shares == {"4": 5.3, "16": 12.7, "154": 31.4, "1500": 55.5}
    assert CorpusStatistics.of(bundled).language_counts == {"en": 5280}
    assert len(CorpusStatistics.of(bundled).source_counts) == 317
    assert next(iter(figures["most_frequent"].items())) == ("city", 782)
    assert json.loads(json.dumps(figures)) == figures


def test_counting_plain_rows():
    rows = [row("one two  three", "a", "b", "a"), row("four\nfive", "a"), row("six")]
    statistics = CorpusStatistics.of(rows)
    assert (statistics.sentences, statistics.sentences_without_annotations, statistics.words) == (3, 1, 6)
    assert (statistics.annotations, statistics.unique_concepts, statistics.concepts_seen_once) == (4, 2, 1)
    assert statistics.concept_counts == {"a": 3, "b": 1}
    assert (statistics.top_share(1), statistics.top_share(2), statistics.top_share(99)) == (0.75, 1.0, 1.0)


def test_languages_and_sources_that_are_stated_are_counted():
    places = [("en", "news"), ("fr", "law"), ("en", "law"), (None, None)]
    rows = [{**row("x"), "language": language, "source": source} for language, source in places]
    statistics = CorpusStatistics.of(rows)
    assert list(statistics.language_counts.items()) == [("en", 2), ("fr", 1)]
    assert list(statistics.source_counts.items()) == [("law", 2), ("news", 1)]
    assert CorpusStatistics.of([row("x")]).source_counts == {}


def test_a_split_a_dictionary_of_splits_and_a_stream_count_alike(bundled):
    validation = CorpusStatistics.of(bundled["validation"])
    assert validation == CorpusStatistics.of(bundled["validation"].to_iterable_dataset())
    train = CorpusStatistics.of(bundled["train"])
    assert validation.words + train.words == CorpusStatistics.of(bundled).words


def test_equally_frequent_concepts_go_by_name():
    statistics = CorpusStatistics.of([row("x", "b", "c", "a", "c")])
    assert list(statistics.concept_counts) == ["c", "a", "b"]
    assert statistics.most_frequent(2) == {"c": 2, "a": 1}


def test_no_rows_have_no_shares():
    statistics = CorpusStatistics.of([])
    assert statistics.to_dict()["top_shares"] == {"4": 0.0, "16": 0.0, "154": 0.0, "1500": 0.0}
