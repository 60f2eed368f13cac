"""The rank-frequency picture."""

import struct

import pytest
from datasets import disable_progress_bars

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.corpus.rank_frequency import plot_rank_frequency
from nuner.data_builders.corpus.statistics import CorpusStatistics

disable_progress_bars()
pytest.importorskip("matplotlib")


def row(text, *concepts):
    return {"text": text, "entities": [{"concept": concept} for concept in concepts]}


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    builder = NuNerCorpus("bundled", cache_dir=tmp_path_factory.mktemp("cache"))
    builder.download_and_prepare()
    return builder.as_dataset()


def test_the_picture_states_what_it_shows(bundled, tmp_path):
    statistics = CorpusStatistics.of(bundled)
    plot_rank_frequency(statistics, tmp_path / "a.png")
    header = (tmp_path / "a.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", header[16:24])
    assert width > 900 and height > 600

    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):  # text stays text
        plot_rank_frequency(statistics, tmp_path / "a.svg", "Bundled corpus")
    picture = (tmp_path / "a.svg").read_text(encoding="utf-8")
    for text in ("Bundled corpus", "Rank of the concept", "18,316 concepts", "top 154: 31.4%", "10,000"):
        assert text in picture


def test_a_picture_of_one_annotation_and_of_none(tmp_path):
    plot_rank_frequency(CorpusStatistics.of([row("x", "a")]), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000
    with pytest.raises(ValueError, match="no annotations"):
        plot_rank_frequency(CorpusStatistics.of([row("x")]), tmp_path / "b.png")


def test_the_suffix_names_the_format(tmp_path):
    statistics = CorpusStatistics.of([row("x", "a")])
    plot_rank_frequency(statistics, tmp_path / "picture")
    with pytest.raises(ValueError, match="xyz"):
        plot_rank_frequency(statistics, tmp_path / "picture.xyz")
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]
