import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.counting_cells import Counting, Doubling, Failing, wanted
from support.small_disk import needs_small_disk, small_disk

from nuner.data_builders.files.output_lock import OutputInUseError, output_lock
from nuner.trainers.experiments.runner import cell as cell_module
from nuner.trainers.experiments.runner.plan import Plan
from nuner.trainers.experiments.runner.results_folder import ResultsFolder
from nuner.trainers.experiments.runner.run import run_cells
from nuner.trainers.experiments.runner.workers import WorkerDiedError


def results(folder):
    kept = ResultsFolder(folder)
    return [kept[cell] for cell in wanted()]


def silent(_):
    pass


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return results(run_cells(wanted(), tmp_path_factory.mktemp("whole"), tell=silent).path)


def test_each_cell_is_computed_once_and_after_what_it_needs(tmp_path, uninterrupted):
    told = []
    run_cells(wanted(), tmp_path, tell=told.append)
    assert uninterrupted == [{"product": times * number} for number in (3, 4, 5) for times in (2, 3)]
    assert told[0] == f"6 results wanted, 0 of them in {tmp_path}; 9 to compute"
    assert [line.partition("] ")[2].partition(" (")[0] for line in told if line.startswith("[")] == [
        title for number in (3, 4, 5) for title in (f"Counting to {number}", f"2 times {number}", f"3 times {number}")
    ]
    told.clear()
    run_cells(wanted(), tmp_path, tell=told.append)
    assert told == [f"6 results wanted, 6 of them in {tmp_path}; 0 to compute"]


def test_the_time_that_is_left_is_told_once_there_is_one_of_each_kind(tmp_path):
    told = []
    run_cells(wanted(), tmp_path, tell=told.append)
    begun = [line for line in told if line.startswith("[")]
    assert [" (about " in line and line.endswith(" left)") for line in begun] == [False, False, *[True] * 7]
    plan = Plan.of([Doubling(Counting(9))], ResultsFolder(tmp_path))
    assert list(plan.lines())[1:] == ["- Counting to 9 (about 0 s)", "- 2 times 9 (about 0 s)", "Together about 0 s"]


def test_a_changed_setting_computes_what_it_changes_and_no_more(tmp_path):
    run_cells(wanted(), tmp_path, tell=silent)
    plan = Plan.of([*wanted(), Doubling(Counting(3), 4), Doubling(Counting(6), 4)], ResultsFolder(tmp_path))
    assert [step.title for step in plan.steps] == ["4 times 3", "Counting to 6", "4 times 6"]


def test_a_folder_that_was_deleted_is_made_again_where_it_is_needed(tmp_path, uninterrupted):
    run_cells(wanted(), tmp_path, tell=silent)
    for file in (tmp_path / "models-1").glob("*/reached"):
        file.unlink()
        file.parent.rmdir()
    assert Plan.of(wanted(), ResultsFolder(tmp_path)).steps == []
    folder = run_cells([*wanted(), Doubling(Counting(3), 4)], tmp_path, tell=silent)
    assert folder[Doubling(Counting(3), 4)] == {"product": 12}
    assert len(list((tmp_path / "models-1").iterdir())) == 1
    assert results(tmp_path) == uninterrupted


def test_results_of_another_version_are_told_and_kept_apart(tmp_path, monkeypatch):
    folder = run_cells([Counting(3)], tmp_path, tell=silent)
    monkeypatch.setattr(cell_module, "code_version", lambda module: "another")
    told = []
    run_cells([Counting(3)], tmp_path, tell=told.append)
    assert "1 of these" in told[1] and "another version" in told[1]
    assert len(list((folder.path / "cells-1" / "counting").glob("*.json"))) == 2


@pytest.mark.parametrize("damaged", ["{", "[]", "{}"])
def test_a_result_that_is_damaged_is_named_and_of_another_layout_is_passed_over(tmp_path, damaged):
    run_cells([Counting(3)], tmp_path, tell=silent)
    [file] = (tmp_path / "cells-1").rglob("*.json")
    file.write_text(damaged)
    with pytest.raises(ValueError, match=f"{file.name} is not as it was written; remove it"):
        ResultsFolder(tmp_path)[Counting(3)]
    (tmp_path / "cells-1").rename(tmp_path / "cells-0")
    assert ResultsFolder(tmp_path).of_another_version([Counting(3)]) == 0


def test_results_of_another_layout_are_told(tmp_path):
    run_cells([Counting(3)], tmp_path, tell=silent)
    (tmp_path / "cells-1").rename(tmp_path / "cells-0")
    assert ResultsFolder(tmp_path).of_another_version([Counting(3)]) == 1
    assert Counting(3) not in ResultsFolder(tmp_path)


def test_a_result_that_was_damaged_is_named(tmp_path):
    folder = run_cells([Counting(3)], tmp_path, tell=silent)
    [file] = (tmp_path / "cells-1" / "counting").glob("*.json")
    file.write_text(file.read_text()[:40])
    with pytest.raises(ValueError, match=f"{file.name} is not as it was written; remove it"):
        folder[Counting(3)]


def test_files_of_results_are_json_without_nan(tmp_path):
    assert run_cells([Failing("nan")], tmp_path, tell=silent)[Failing("nan")] == {"loss": None, "losses": [1.0, None]}
    [file] = (tmp_path / "cells-1" / "failing").glob("*.json")
    json.loads(file.read_text(), parse_constant=pytest.fail)


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    script = "import sys, time; from nuner.data_builders.files.output_lock import output_lock\n"
    script += f"with output_lock({str(tmp_path)!r}): print('held', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(OutputInUseError, match="is being written by process"):
            run_cells([Counting(3)], tmp_path, tell=silent)
        other.kill()
    with output_lock(tmp_path):
        pass


def test_jobs_must_be_one_at_least(tmp_path):
    with pytest.raises(ValueError, match="jobs must be at least 1"):
        run_cells([Counting(3)], tmp_path, jobs=0, tell=silent)


@needs_small_disk
def test_a_full_disk_leaves_nothing_half(tmp_path, uninterrupted):
    with small_disk(tmp_path / "disk", "64k"):
        folder = tmp_path / "disk" / "experiments"
        filler = tmp_path / "disk" / "filler"
        folder.mkdir()
        filler.write_bytes(b"x" * 20_000)
        with pytest.raises(OSError, match="No space left"):
            run_cells(wanted(), folder, tell=silent)
        assert all(json.loads(file.read_text())["result"] for file in folder.glob("cells-1/*/*.json"))
        assert not [file for file in folder.glob("cells-1/*/*") if file.suffix != ".json"]
    assert results(run_cells(wanted(), folder, tell=silent).path) == uninterrupted


PROGRAM = """
import sys
from nuner.trainers.experiments.runner.run import run_cells
from support.counting_cells import wanted

run_cells(wanted(float(sys.argv[3])), sys.argv[1], jobs=int(sys.argv[2]))
"""


class Run:
    """The counting experiment as a program, with all processes that it starts."""

    def __init__(self, folder, jobs, pause):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, folder, str(jobs), str(pause)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def kill(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def ended(self):
        return self.process.poll() is not None


def test_killed_at_any_moment_it_goes_on_to_the_same_results(tmp_path, uninterrupted):
    chosen = random.Random(0)
    for _ in range(8):
        before = progress_in(tmp_path)
        run = Run(tmp_path, 1, 0.05)
        wait_until(lambda run=run, before=before: run.ended() or progress_in(tmp_path) > before)
        time.sleep(chosen.random() / 5)
        run.kill()
    assert Run(tmp_path, 1, 0.0).process.wait() == 0
    assert results(tmp_path) == uninterrupted


def progress_in(folder):
    return sum(file.stat().st_size for file in folder.glob("models-1/*/reached"))


def wait_until(condition):
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass in a minute")


def processes_of(session):
    """The processes of a session that are still at work."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of_session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it has just ended
            continue
        if int(of_session) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs /proc")
def test_processes_side_by_side_end_with_the_first_of_them(tmp_path, uninterrupted):
    run = Run(tmp_path, 2, 0.5)
    wait_until(lambda: any((tmp_path / "models-1").glob("*/reached")))
    assert len(processes_of(run.process.pid)) > 2
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.communicate()
    wait_until(lambda: not processes_of(run.process.pid))
    again = Run(tmp_path, 2, 0.0)
    assert again.process.communicate()[1] == "" and again.process.returncode == 0
    assert results(tmp_path) == uninterrupted
    assert "5: 5" in (tmp_path / "workers.log").read_text()


def test_what_goes_wrong_in_a_process_of_its_own(tmp_path):
    """A cell that cannot be computed, and a process that is killed, are told, and what is complete is kept."""
    with pytest.raises(ValueError, match="what is read is of no use"):
        run_cells([Failing("error", Counting(1))], tmp_path, jobs=2, tell=silent)
    assert "Traceback" in (tmp_path / "workers.log").read_text()
    with pytest.raises(WorkerDiedError, match="has ended, perhaps for want of memory"):
        run_cells([Failing("kill", Counting(2))], tmp_path, jobs=2, tell=silent)
    assert Counting(1) in ResultsFolder(tmp_path) and Counting(2) in ResultsFolder(tmp_path)
