import json
import os
import random
import signal
import time

import pytest
from support.cli_runs import nuner, start_nuner
from support.small_experiment import small_experiment

from nuner.trainers.experiments.runner.workers import WorkerDiedError

NAME = "few-shot-frozen"


@pytest.fixture
def settings(tiny_bert_dir, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return small_experiment(tiny_bert_dir, folder)


def tables_of(output):
    return json.loads((output / NAME / "result.json").read_text())["tables"]


def test_without_a_name_all_are_listed_with_section_and_question():
    listed = nuner("experiment")
    assert listed.exit_code == 0
    [line] = [line for line in listed.output.splitlines() if NAME in line]
    assert "4.1" in line and "How much less data" in line


def test_settings_are_printed_to_be_copied(tmp_path):
    printed = nuner("experiment", NAME, "--print-settings")
    assert printed.exit_code == 0 and printed.output.startswith("# Frozen encoders side by side.")
    (tmp_path / "mine.yaml").write_text(printed.output)
    assert nuner("experiment", NAME, "--settings", tmp_path / "mine.yaml", "--print-settings").output == printed.output


def test_an_experiment_from_plan_to_table(settings, tmp_path):
    output = tmp_path / "experiments"
    command = ("experiment", NAME, "--settings", settings, "-o", output)
    planned = nuner(*command, "--plan")
    assert planned.exit_code == 0 and not output.exists()
    assert "0 of them" in planned.output
    assert "- Measuring tiny on cities\n" in planned.output
    ran = nuner(*command)
    assert ran.exit_code == 0, ran.output
    assert "Measuring NuNER on cities" in ran.output and f"Written: {output / NAME}" in ran.output
    [table] = tables_of(output)
    assert list(table["scores"]["NuNER"]["cities"]) == ["1", "4"]
    assert "0 to compute" in nuner(*command).output
    assert "0 to compute" in nuner(*command, "--plan").output


def test_a_k_that_the_data_do_not_allow_is_left_out_with_a_note(tiny_bert_dir, tmp_path):
    settings = small_experiment(tiny_bert_dir, tmp_path, ks=[1, 4000])
    ran = nuner("experiment", NAME, "--settings", settings, "-o", tmp_path / "experiments")
    assert ran.exit_code == 0, ran.output
    [table] = tables_of(tmp_path / "experiments")
    assert list(table["scores"]["tiny"]["cities"]) == ["1"]
    assert any("k = 4000 is too large" in note for note in table["notes"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["few-shot-frozn"], "There is no experiment 'few-shot-frozn'; did you mean 'few-shot-frozen'?"),
        ([NAME, "--settings", "absent.yaml"], "There are no settings 'absent.yaml' for few-shot-frozen: name a YAML"),
        ([NAME, "--settings", "{folder}/wrong.yaml"], "there is no key 'encoder'; did you mean 'encoders'?"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments, message, tmp_path):
    (tmp_path / "wrong.yaml").write_text("encoder: {a: x}\ndata_sets: {t: support-tickets}")
    refused = nuner("experiment", *(each.format(folder=tmp_path) for each in arguments), "-o", tmp_path / "out")
    assert refused.exit_code == 2
    assert message in refused.output and len(refused.output.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "run the same command again to go on"),
        (WorkerDiedError("A process that computed has ended."), 1, "Error: A process that computed has ended."),
        (ModuleNotFoundError("no matplotlib", name="matplotlib"), 2, "pip install 'nuner[plot]'"),
    ],
)
def test_how_a_run_ends_early(error, code, message, monkeypatch):
    def run(*arguments, **options):
        raise error

    monkeypatch.setattr("nuner.trainers.experiments.run.run_experiment", run)
    ended = nuner("experiment", NAME)
    assert ended.exit_code == code and message in ended.output


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_at_any_moment_it_ends_with_the_numbers_of_an_uninterrupted_run(tiny_bert_dir, tmp_path, jobs):
    settings = small_experiment(tiny_bert_dir, tmp_path, epochs=3)
    whole, output = tmp_path / "whole", tmp_path / "killed"
    assert nuner("experiment", NAME, "--settings", settings, "-o", whole).exit_code == 0
    command = ("experiment", NAME, "--settings", settings, "-o", output, "--jobs", jobs)
    chosen = random.Random(jobs)
    for _ in range(20):
        run = start_nuner(*command, start_new_session=True)
        # Most of the time goes by before anything is computed.
        while run.poll() is None and not (output / ".lock").exists() and not list(tmp_path.glob(".killed.lock")):
            time.sleep(0.01)
        time.sleep(chosen.random() * 10)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    last = start_nuner(*command)
    _, errors = last.communicate()
    assert last.returncode == 0, errors
    assert tables_of(output) == tables_of(whole)
