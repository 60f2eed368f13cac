"""How far a run is: counts, a rate and a time left that are true."""

import gzip
import io
import json

import pyarrow
import pytest
from pyarrow import parquet

from nuner.data_builders.plain_console import PlainConsole
from nuner.predictions import progress
from nuner.predictions.progress import PredictionProgress
from nuner.predictions.records import read_records


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when the test says so."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_the_rate_is_that_of_the_whole_run_however_the_entities_come(clock):
    output = io.StringIO()
    with PredictionProgress(PlainConsole(file=output, width=120)) as shown:
        assert shown.note() == "0 texts"
        shown.read(0.2)  # an earlier run has read a fifth
        for step in range(1, 5):
            clock[0] += 10
            shown.read(0.2 + 0.1 * step)
            for _ in range(700):  # a burst
                shown.advance(1)
        assert shown.note() == "2,800 texts  70 texts/s  0:00:40 left"
    assert output.getvalue() == "Recognizing: 1,401 texts  47 texts/s  0:00:50 left\n"


@pytest.mark.parametrize("name", ["texts.txt", "texts.jsonl", "texts.jsonl.gz", "texts.parquet"])
def test_the_share_of_a_file_that_was_read_rises_to_all_of_it(tmp_path, name):
    texts = [f"text {i} " + "x" * 200 for i in range(2_000)]
    path = tmp_path / name
    lines = "".join((text if name == "texts.txt" else json.dumps({"text": text})) + "\n" for text in texts).encode()
    if name.endswith("parquet"):
        parquet.write_table(pyarrow.table({"text": texts}), path)
    else:
        path.write_bytes(gzip.compress(lines) if name.endswith("gz") else lines)
    shares = []
    chosen = {"txt": "text", "gz": "jsonl"}.get(name.rsplit(".")[-1], name.rsplit(".")[-1])
    assert len(list(read_records(str(path), chosen, "text", skip=500, tell_share=shares.append))) == 1_500
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.6 or name.endswith("gz")
    assert shares[-1] == 1
