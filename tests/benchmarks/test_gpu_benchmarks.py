"""The benchmarks for GPUs run to their end on any machine, at a size that takes seconds."""

import json
import subprocess
import sys

import pytest
from support.folders import REPOSITORY, child_environment

TINY = ["--vocabulary", "300", "--layers", "2", "--hidden-size", "32", "--peak-size", "64"]


@pytest.mark.parametrize(
    ("name", "options", "variants"),
    [
        ("gpu_pretraining", ["--sentences", "40", "--batch-sizes", "8", "--steps", "2", "--warmup", "1"], 4),
        ("gpu_recognition", ["--sentences", "20", "--rounds", "1"], 4),
    ],
)
def test_a_benchmark_runs_and_writes_its_figures(name, options, variants, tmp_path):
    workers = ["--workers", "0"] if name == "gpu_pretraining" else []
    output = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / f"{name}.py"), *options, *workers, *TINY, "--output", output],
        env=child_environment(CUDA_VISIBLE_DEVICES=""),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(output.read_text())
    assert len(figures["results"]) == variants
    assert all(row["share_of_the_peak"] > 0 for row in figures["results"])
    assert figures["measured_on"]["layers"] == 2
