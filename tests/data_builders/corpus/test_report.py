"""The content of `corpus-report.json`."""

import json

import pytest
from support.earlier_files import unpack_earlier_files

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.corpus.report import REPORT_FILENAME, BuildReport, CorpusReport


def test_a_report_on_a_store_reads_as_it_was_written(tmp_path):
    written = unpack_earlier_files(tmp_path / "earlier") / "corpus" / REPORT_FILENAME
    report = BuildReport.read(written)
    assert report.corpus == "store.sqlite"
    assert report.data_files is report.report is None
    assert report.statistics is not None and report.statistics["sentences"] == report.yields["kept"]  # pyright: ignore
    assert report.options["normalize"] is False

    report.write(tmp_path / REPORT_FILENAME)
    assert BuildReport.read(tmp_path / REPORT_FILENAME) == report
    earlier = written.read_text(encoding="utf-8").replace("normalise", "normalize")
    assert json.loads((tmp_path / REPORT_FILENAME).read_text(encoding="utf-8")) == json.loads(earlier)


def test_a_report_on_files_reads_as_it_was_written(tmp_path):
    lines = [
        {"text": "Ada was here.", "entities": [{"start": 0, "end": 3, "text": "Ada", "concept": "person"}]},
        {"text": "", "entities": []},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    builder = NuNerCorpus("records", data_files=tmp_path / "rows.jsonl", cache_dir=tmp_path / "cache")
    builder.download_and_prepare()
    report = BuildReport("records", {"seed": 0}, {"train": 1}, ["rows.jsonl"], builder.report)
    report.write(tmp_path / REPORT_FILENAME)

    values = json.loads((tmp_path / REPORT_FILENAME).read_text(encoding="utf-8"))
    assert list(values) == ["corpus", "data_files", "options", "splits", "report"]
    assert values["report"]["rejection_reasons"] == {"the text is empty": 1}
    assert BuildReport.read(tmp_path / REPORT_FILENAME).to_dict() == report.to_dict()
    assert CorpusReport.from_dict(values["report"]).to_dict() == values["report"]


def test_a_report_from_before_sources_could_be_chosen_reads_as_one_without_a_choice():
    report = CorpusReport()
    report.counts.kept = 7
    written = report.to_dict()
    for name in ("dropped_by_source", "annotations_not_sampled"):
        del written[name]
    assert CorpusReport.from_dict(written).to_dict() == report.to_dict()


def test_a_report_that_is_not_there_is_missed(tmp_path):
    with pytest.raises(FileNotFoundError):
        BuildReport.read(tmp_path / REPORT_FILENAME)
