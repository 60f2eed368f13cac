"""Two machines that share nothing, as two processes on loopback, each with its own folder and cache."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file

from nuner.trainers.checkpoints import latest_complete_checkpoint

TORCHRUN = ["-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1", "--master-addr=127.0.0.1"]
ACCELERATE = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_machines=2", "--num_processes=2"]
SMALL = ["--max-examples", "60", "--frozen-layers", "1", "--batch-size", "4", "--no-bf16"]


class Machines:
    """Starts the same command on two machines.

    Args:
        folder: A folder of each lies in here.
    """

    def __init__(self, folder):
        self.folders = [folder / f"machine-{number}" for number in range(2)]

    def start(self, launcher, *arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        started = []
        for number, folder in enumerate(self.folders):
            folder.mkdir(exist_ok=True)
            environment = {
                **os.environ,
                "OMP_NUM_THREADS": "1",
                "HF_HUB_OFFLINE": "1",
                "HF_DATASETS_CACHE": str(folder / "cache"),
                "GLOO_SOCKET_IFNAME": "lo",
            }
            command = [sys.executable]
            if launcher == "torchrun":
                command += [*TORCHRUN, f"--node-rank={number}", f"--master-port={port}"]
            elif launcher == "accelerate":
                command += [*ACCELERATE, f"--machine_rank={number}", "--main_process_ip=127.0.0.1"]
                command += [f"--main_process_port={port}"]
            else:
                environment |= {"RANK": str(number), "LOCAL_RANK": "0", "WORLD_SIZE": "2"}
                environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
            started.append(
                subprocess.Popen(
                    [*command, "-m", "nuner.cli", *map(str, arguments)],
                    cwd=folder,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        return started

    def run(self, launcher, *arguments):
        started = self.start(launcher, *arguments)
        said = [process.communicate(timeout=240) for process in started]
        assert [process.returncode for process in started] == [0, 0], said[0][1][-2000:] + said[1][1][-2000:]
        return said


@pytest.fixture
def machines(tmp_path):
    return Machines(tmp_path)


def newest_step(checkpoints):
    newest = latest_complete_checkpoint(checkpoints)
    assert newest is not None
    return int(newest.name.split("-")[1])


def weights(folder, file="out/model.safetensors"):
    return load_file(folder / file)


@pytest.mark.parametrize(("launcher", "options"), [("torchrun", []), ("accelerate", ["--streaming"])])
def test_each_machine_has_the_same_model_in_its_own_folder(machines, tiny_bert_dir, launcher, options):
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--max-steps", 4, "--save-steps", 2, "-o", "out"]
    (first, _), (second, _) = machines.run(launcher, *run, *options)
    assert "Written: out" in first and second == ""
    for folder in machines.folders:
        figures = json.loads((folder / "out" / "pretraining.json").read_text())
        assert figures["settings"]["processes"] == 2
        assert newest_step(folder / "out" / "checkpoints") == 4
    one, other = map(weights, machines.folders)
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("objective", ["contrastive", "token-classification"])
def test_a_lost_machine_ends_the_run_with_a_sentence_and_it_goes_on(machines, tiny_bert_dir, objective):
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--objective", objective, "--max-concepts", 100]
    run += ["--save-steps", 4, "-o", "out"]
    first, second = machines.start("none", *run, "--max-steps", 5000)
    checkpoints = [folder / "out" / "checkpoints" for folder in machines.folders]
    end = time.monotonic() + 120
    while not all((folder / "checkpoint-4" / "manifest.json").exists() for folder in checkpoints):
        assert time.monotonic() < end and first.poll() is None, first.communicate()
        time.sleep(0.05)
    second.kill()
    _, said = first.communicate(timeout=60)
    second.communicate()
    assert first.returncode == 1
    steps = [newest_step(folder) for folder in checkpoints]
    assert said.endswith(
        "Error: another process of this run has ended, or its machine cannot be reached. The checkpoint "
        f"out/checkpoints/checkpoint-{steps[0]} is whole; the same command with --resume goes on from it.\n"
    )
    assert "Traceback" not in said
    for folder in checkpoints:  # the same run, a few steps later at its end
        settings = json.loads((folder / "settings.json").read_text())
        settings["overrides"]["max_steps"] = min(steps) + 3
        (folder / "settings.json").write_text(json.dumps(settings))
    (resumed, _), _ = machines.run("none", *run, "--max-steps", min(steps) + 3, "--resume")
    assert f"Going on from out/checkpoints/checkpoint-{min(steps)}" in resumed
    one, other = (weights(folder, "out/backbone/model.safetensors") for folder in machines.folders)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_machines_with_different_corpora_are_refused(machines, tiny_bert_dir):
    for number, folder in enumerate(machines.folders):
        folder.mkdir()
        entity = {"start": 0, "end": 5, "text": "paris", "concept": f"city {number}"}
        rows = [{"text": f"paris {place}", "entities": [entity]} for place in range(30)]
        (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = ["pretrain", "--text-encoder", tiny_bert_dir, "--frozen-layers", 1, "--corpus", "corpus.jsonl"]
    started = machines.start("none", *run, "-o", "out")
    said = [process.communicate(timeout=120)[1] for process in started]
    assert any("The machines do not train on the same corpus: give all of them" in text for text in said)
    assert "Traceback" not in "".join(said)
