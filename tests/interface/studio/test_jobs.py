"""Commands that go on beside a sitting."""

import json
import os
import time

from nuner.studio.jobs.job import Job
from nuner.studio.jobs.training import TrainingJob


def wait_for_end(job):
    until = time.monotonic() + 120
    while job.running:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_command_tells_how_far_it_is_and_what_went_wrong(tmp_path):
    worked = Job(["--version"], "Beginning")
    failed = Job(["labels", "convert", str(tmp_path / "none.jsonl"), str(tmp_path / "out.conll")], "Beginning")
    assert failed.view("Done.")["phase"] in ("running", "failed")
    wait_for_end(worked)
    wait_for_end(failed)
    assert worked.view("Done.") == {"phase": "done", "share": 1.0, "sentence": "Done."}
    assert worked.sentence.startswith("nuner ")
    shown = failed.view("Done.")
    assert shown["phase"] == "failed" and "none.jsonl: no such file" in shown["sentence"].lower()
    assert "Error:" not in shown["sentence"]


def test_a_command_is_stopped(tmp_path):
    job = Job(["--help"], "Beginning")
    job.stop()
    wait_for_end(job)
    assert job.view("Done.")["phase"] in ("stopped", "done")


def write_recognizer(folder, f1, held_out, seconds):
    folder.mkdir()
    figures = {"test": {"eval_f1": f1}, "test_sentences": 7, "held_out": held_out}
    (folder / "finetuning.json").write_text(json.dumps(figures))
    os.utime(folder / "finetuning.json", (seconds, seconds))


def result_of(training):
    view = training.view()
    assert view is not None
    return view["result"]


def test_the_newest_recognizer_is_shown_also_in_a_later_sitting(tmp_path):
    training = TrainingJob(tmp_path / "a[b].studio")
    assert training.view() is None and training.recognizer is None
    write_recognizer(tmp_path / "a[b]-recognizer", 0.5, None, 2000)
    write_recognizer(tmp_path / "a[b]-recognizer-2", 0.6, "a fifth was held out", 1000)
    write_recognizer(tmp_path / "ab-recognizer", 0.9, None, 3000)  # of another project
    assert training.recognizer == tmp_path / "a[b]-recognizer"
    assert result_of(training)["f1"] == 0.5
    os.utime(tmp_path / "a[b]-recognizer-2" / "finetuning.json", (4000, 4000))
    result = result_of(training)
    assert result["held_out"] == "a fifth was held out" and result["instant_f1"] is None
