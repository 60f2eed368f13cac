"""Measure `nuner predict --engine ray` on two nodes of one processor against one plain process with two threads.

    python benchmarks/ray_recognition.py EXPORTED --texts mit_movie/test.jsonl --output ray_recognition.json

The texts of the file, drawn with a seed, fill files of JSON Lines. Plain and engine take turns; the parts must be the
same, byte for byte. At last a run loses a worker (kill -9) after a quarter of its parts and its driver after a half of
them; the same command then goes on, and again the parts must be the same. Needs the extra `ray`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from ray.cluster_utils import Cluster

from nuner.data_builders.files.whole_files import write_whole

# One process, all files, what `nuner predict` does with each of them.
_PLAIN = """
import sys
from pathlib import Path
from nuner import EntityRecognizer
from nuner.predictions.records import read_records
from nuner.predictions.run import with_entities
from nuner.predictions.writing import RecordFiles

model, backend, dtype, source, output = sys.argv[1:]
recognizer = EntityRecognizer.from_pretrained(model, backend, dtype)
for path in sorted(Path(source).iterdir()):
    records = list(with_entities(read_records(str(path), "jsonl", "text"), recognizer, "text"))
    RecordFiles("jsonl", "entities").write_part(records, Path(output, path.name))
"""
_NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20}


def write_texts(source: Path, folder: Path, texts: int, files: int, seed: int) -> None:
    """Fill files with texts that are drawn from those of a file."""
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    known = [row["text"] if "text" in row else " ".join(row["tokens"]) for row in rows]
    draw = random.Random(seed)
    folder.mkdir()
    for number in range(files):
        share = range(number * texts // files, (number + 1) * texts // files)
        lines = (json.dumps({"id": place, "text": draw.choice(known)}) + "\n" for place in share)
        write_whole(folder / f"texts-{number:03d}.jsonl", "".join(lines))


def parts_of(folder: Path) -> dict[str, bytes]:
    """The parts of an output by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.jsonl"))}


def engine(arguments: argparse.Namespace, source: Path, output: Path, address: str) -> list[str]:
    """The command of the engine."""
    command = [sys.executable, "-m", "nuner.cli", "predict", arguments.recognizer, f"{source}/*.jsonl"]
    command += ["--engine", "ray", "--address", address, "--output", str(output)]
    return [*command, "--backend", arguments.backend, "--dtype", arguments.dtype]


def killed(command: list[str], output: Path, files: int) -> dict[str, Any]:
    """Run the command, kill a worker and then the driver, and run it to its end."""
    driver = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while len(parts_of(output)) < files / 4:
        assert driver.poll() is None
        time.sleep(0.05)
    worker = next(process for process in psutil.process_iter(["name"]) if "MapWorker" in " ".join(_title(process)))
    worker.kill()
    while len(parts_of(output)) < files / 2:
        assert driver.poll() is None
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    left = len(parts_of(output))
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return {"worker_killed_at_parts": files // 4, "driver_killed_at_parts": left}


def _title(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recognizer")
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--backend", default="onnx")
    parser.add_argument("--dtype", default="int8")
    parser.add_argument("--number", type=int, default=200_000)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.recognizer = str(Path(arguments.recognizer).absolute())
    # Workers of Ray give way to everything else, which the plain process does not.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    os.environ.pop("OMP_NUM_THREADS", None)
    seconds: dict[str, list[float]] = {"plain": [], "engine": []}
    with tempfile.TemporaryDirectory() as folder:
        source, plain, parts = Path(folder, "texts"), Path(folder, "plain"), Path(folder, "engine")
        write_texts(arguments.texts, source, arguments.number, arguments.files, arguments.seed)
        cluster = Cluster(initialize_head=True, head_node_args={**_NODE, "include_dashboard": False})
        cluster.add_node(**_NODE)
        cluster.wait_for_nodes()
        try:
            command = engine(arguments, source, parts, str(cluster.address))
            for _ in range(arguments.rounds):
                shutil.rmtree(plain, ignore_errors=True)
                shutil.rmtree(parts, ignore_errors=True)
                plain.mkdir()
                began = time.perf_counter()
                model = [arguments.recognizer, arguments.backend, arguments.dtype]
                subprocess.run(
                    [sys.executable, "-c", _PLAIN, *model, str(source), str(plain)],
                    check=True,
                    env={**os.environ, "OMP_NUM_THREADS": "2"},
                )
                seconds["plain"].append(time.perf_counter() - began)
                began = time.perf_counter()
                subprocess.run(command, check=True)
                seconds["engine"].append(time.perf_counter() - began)
                assert parts_of(parts) == parts_of(plain), "the engine finds something else"
                print({name: f"{values[-1]:.1f} s" for name, values in seconds.items()}, flush=True)
            shutil.rmtree(parts)
            ends = killed(command, parts, arguments.files)
            assert parts_of(parts) == parts_of(plain), "something is lost, or there twice, after the kills"
        finally:
            cluster.shutdown()
    figures = {
        "recognizer": Path(arguments.recognizer).name,
        "backend": arguments.backend,
        "dtype": arguments.dtype,
        "texts": arguments.number,
        "drawn_from": arguments.texts.name,
        "files": arguments.files,
        "seed": arguments.seed,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "seconds": seconds,
        "overhead": median(seconds["engine"]) / median(seconds["plain"]) - 1,
        "same_bytes": True,
        "kills": ends,
    }
    write_whole(arguments.output, json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
