"""What users made with an earlier version loads and goes on: models, a store, a corpus, runs that were killed.

`README.md` says how the files came to be. Only public names and the command line are used here, since
these are what users have.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import pytest
import torch
from safetensors.torch import load_file
from support.cli_runs import nuner
from support.earlier_files import ARCHIVE, unpack_earlier_files
from support.hub_people import ACCOUNTS, ALICE
from support.hub_processes import WITHOUT_NUNER, log_in
from support.hub_server.server import HubServer
from support.openai_server_process import OpenAIServerProcess
from transformers import AutoModel, AutoTokenizer, TrainerCallback

from nuner import EntityRecognizer, NuNerCorpus, save_recognizer
from nuner.trainers import load_adapters, pretrain

with tarfile.open(ARCHIVE) as archive:
    EXPECTED = json.loads(cast(IO[bytes], archive.extractfile("expected.json")).read())
TEXTS = EXPECTED["texts"]
# The command whose run was killed; `bi_encoder` is what it wrote where it was not.
PRETRAINING = shlex.split("""
    pretrain --text-encoder encoder --concept-encoder concept_encoder --corpus corpus.jsonl --preset quickstart
    --frozen-layers 1 --frozen-concept-layers 1 --epochs 30 --batch-size 16 --learning-rate 0.01 --no-bf16
    --save-steps 145 --license mit
""")
CHECKPOINT_STEP, LAST_STEP = 145, 180
ANNOTATION = shlex.split("annotate raw_sentences.jsonl --model tiny-llm --store store.sqlite")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a copy of the files, which name each other by relative paths."""
    monkeypatch.chdir(unpack_earlier_files(tmp_path / "files"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServerProcess]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with OpenAIServerProcess() as running:
        yield running


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer(tmp_path / "hub", ACCOUNTS, part_size=1 << 20) as running:
        log_in(running, ALICE, monkeypatch)
        yield running


def read_json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def assert_same_entities(found: list[Any], expected: list[Any]) -> None:
    """The same places and labels, and scores that differ by no more than processors do."""

    def without_scores(entities: list[Any]) -> list[dict[str, Any]]:
        return [{name: value for name, value in entity.items() if name != "score"} for entity in entities]

    assert [without_scores(entities) for entities in found] == [without_scores(entities) for entities in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert [entity["score"] for entity in ours] == pytest.approx([e["score"] for e in theirs], abs=1e-4)


def corpus_splits(data_files: str) -> Any:
    builder = NuNerCorpus("records", data_files=data_files, cache_dir="cache")
    builder.download_and_prepare()
    return builder.as_dataset()


def corpus_rows(folder: str) -> dict[str, list[Any]]:
    return {str(split): rows.to_list() for split, rows in corpus_splits(folder).items()}


# Models


@pytest.mark.parametrize("name", ["recognizer", "two_layer_recognizer", "finetuned"])
def test_recognizers_find_what_they_found(name: str) -> None:
    assert_same_entities(EntityRecognizer.from_pretrained(name)(TEXTS), EXPECTED[name])


def test_the_bi_encoder_finds_types_by_their_names() -> None:
    recognizer = EntityRecognizer.from_pretrained("bi_encoder", labels=EXPECTED["zero_shot_labels"])
    assert_same_entities(recognizer(TEXTS), EXPECTED["bi_encoder"])


@pytest.mark.parametrize("own_code", [False, True], ids=["the package's code", "the checkpoint's code allowed"])
@pytest.mark.parametrize("name", ["encoder", "bi_encoder", "bi_encoder/backbone"])
def test_encoders_give_the_same_vectors(name: str, own_code: bool) -> None:
    model = AutoModel.from_pretrained(name, trust_remote_code=own_code).eval()
    tokens = AutoTokenizer.from_pretrained("encoder")(TEXTS[0], return_tensors="pt")
    with torch.no_grad():
        vector = model(**tokens).last_hidden_state[0, 1]
    torch.testing.assert_close(vector, torch.tensor(EXPECTED["vectors"][name]), rtol=1e-4, atol=1e-4)


def test_models_load_where_nuner_cannot_be_imported() -> None:
    code = """
import json
import torch
from transformers import AutoModel, AutoModelForPreTraining, AutoTokenizer, pipeline

texts = json.load(open("expected.json"))["texts"]
tokens = AutoTokenizer.from_pretrained("encoder")(texts[0], return_tensors="pt")
answer = {"vectors": [], "entities": {}}
for auto in (AutoModel, AutoModelForPreTraining):
    model = auto.from_pretrained("bi_encoder", trust_remote_code=True).eval()
    with torch.no_grad():
        hidden = getattr(model, "nuner", model)(**tokens).last_hidden_state
    answer["vectors"].append(hidden[0, 1].tolist())
answer["calibrated"] = [model.config.score_scale, model.config.score_bias, model.config.score_threshold]
for name in ("recognizer", "two_layer_recognizer", "finetuned"):
    own_code = name == "two_layer_recognizer"
    ner = pipeline("ner", model=name, trust_remote_code=own_code, aggregation_strategy="first")
    answer["entities"][name] = [[[e["start"], e["end"], e["entity_group"]] for e in ner(text)] for text in texts]
print(json.dumps(answer))
"""
    # The copied code goes to a cache of its own, not to the user's.
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(Path("hf").resolve()), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUNER + code], env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    for vector in answer["vectors"]:
        assert vector == pytest.approx(EXPECTED["vectors"]["bi_encoder"], rel=1e-4, abs=1e-4)
    config = read_json("bi_encoder/config.json")
    assert answer["calibrated"] == [config[f"score_{name}"] for name in ("scale", "bias", "threshold")]
    for name, found in answer["entities"].items():
        expected = [[[e["start"], e["end"], e["label"]] for e in entities] for entities in EXPECTED[name]]
        assert found == expected, name


def test_adapters_load_and_merge() -> None:
    model, tokenizer = load_adapters("adapters")
    assert save_recognizer(model, tokenizer, "merged") == "BertForTokenClassification"
    assert_same_entities(EntityRecognizer.from_pretrained("merged")(TEXTS), EXPECTED["adapters"])


def test_a_recognizer_is_measured_as_when_it_was_made() -> None:
    result = nuner("evaluate", "finetuned", "--data", "labelled", "-o", "evaluation.json")
    assert result.exit_code == 0, result.output
    before, now = read_json("finetuned/finetuning.json")["test"], read_json("evaluation.json")["scores"]
    for name in ("f1", "precision", "recall", "token_macro_f1"):
        assert now[name] == pytest.approx(before[f"eval_{name}"]), name


def test_a_recognizer_gets_its_card_anew_and_is_pushed(hub: HubServer) -> None:
    facts = read_json("finetuned/training_facts.json")
    result = nuner("card", "finetuned", "--id", "alice/tickets", "--license", "apache-2.0")
    assert result.exit_code == 0, result.output
    assert "Written: " in result.output
    assert read_json("finetuned/training_facts.json") == {**facts, "license": "apache-2.0"}
    card = Path("finetuned/README.md").read_text(encoding="utf-8")
    assert "license: apache-2.0" in card
    assert f"value: {round(facts['scores']['f1'], 4)}\n" in card
    result = nuner("push", "finetuned", "tickets")
    assert result.exit_code == 0, result.output
    files = hub.store.repository("model", "alice/tickets").resolve("main").files
    assert {"README.md", "config.json", "model.safetensors", "tokenizer.json", "training_facts.json"} <= set(files)


def test_a_bi_encoder_is_fine_tuned_and_its_card_written_anew() -> None:
    result = nuner("finetune", "bi_encoder", "--data", "labelled", "-o", "recent", "--epochs", 1)
    assert result.exit_code == 0, result.output
    labels = ["O", "B-CITY", "I-CITY", "B-COMPANY", "I-COMPANY"]
    assert list(read_json("recent/config.json")["id2label"].values()) == labels
    facts = read_json("bi_encoder/training_facts.json")
    for folder in ("bi_encoder", "bi_encoder/backbone"):
        result = nuner("card", folder)
        assert result.exit_code == 0, result.output
        assert read_json(f"{folder}/training_facts.json") == facts


# Annotation


def test_a_store_is_gone_on_with_to_its_end(server: OpenAIServerProcess) -> None:
    status = nuner("annotate", "status", "store.sqlite")
    assert status.exit_code == 0, status.output
    for part in ("tiny-llm", "HTTP 400", "the reply has no JSON"):
        assert part in status.output
    # The worker that was killed held some of the 13 that are left, on another machine.
    result = nuner(*ANNOTATION, "--base-url", server.base_url)
    assert result.exit_code == 0, result.output
    assert "22 done, 2 failed, 0 pending" in result.stderr
    assert len(server.statistics()["answered"]) == 13 + 1  # the probe
    result = nuner(*ANNOTATION, "--base-url", server.base_url, "--retry-failed")
    assert result.exit_code == 0, result.output
    assert "24 done, 0 failed, 0 pending" in result.stderr
    result = nuner("corpus", "build", "store.sqlite", "--output", "recent_corpus", "--license", "cc-by-4.0")
    assert result.exit_code == 0, result.output
    assert corpus_rows("recent_corpus") == EXPECTED["corpus"]
    earlier, report = (read_json(f"{folder}/corpus-report.json") for folder in ("corpus", "recent_corpus"))
    earlier["options"]["normalize"] = earlier["options"].pop("normalise")
    assert report == earlier


def test_a_corpus_reads_as_before_and_gets_its_card() -> None:
    assert corpus_rows("corpus") == EXPECTED["corpus"]
    facts = read_json("corpus/corpus_facts.json")
    result = nuner("card", "corpus", "--language", "en")
    assert result.exit_code == 0, result.output
    now = read_json("corpus/corpus_facts.json")
    assert {name: now[name] for name in facts} == facts
    assert "tiny-llm" in Path("corpus/README.md").read_text(encoding="utf-8")


# Runs that were killed


class _Steps(TrainerCallback):
    taken = 0

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        self.taken += 1


def assert_ends_as_the_whole_run(output: str) -> None:
    once, twice = (load_file(f"{folder}/model.safetensors") for folder in ("bi_encoder", output))
    assert once.keys() == twice.keys()
    for name in once:
        torch.testing.assert_close(twice[name], once[name], rtol=0, atol=1e-3, msg=lambda text, name=name: name + text)
    whole, resumed = (read_json(f"{folder}/pretraining.json") for folder in ("bi_encoder", output))
    for name in ("eval_loss", "eval_average_precision", "eval_f1"):
        assert resumed["validation"][name] == pytest.approx(whole["validation"][name], rel=1e-2), name
    assert resumed["calibration"]["threshold"] == pytest.approx(whole["calibration"]["threshold"], rel=0.05)
    assert resumed["settings"] == whole["settings"]
    losses = [[entry["loss"] for entry in run["log_history"] if "loss" in entry] for run in (whole, resumed)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-2)


def test_pretraining_resumes_from_python() -> None:
    settings = read_json("interrupted_pretraining/checkpoints/settings.json")
    steps = _Steps()
    said: list[str] = []
    pretrain(
        settings["text_encoder"],
        corpus_splits("corpus.jsonl"),
        "interrupted_pretraining",
        concept_encoder=settings["concept_encoder"],
        preset=settings["preset"]["name"],
        model_fields=settings["model"],
        corpus_description={name: value for name, value in settings["corpus"].items() if name != "sentences"},
        resume=True,
        tell=said.append,
        callbacks=[steps],
        **settings["overrides"],
    )
    assert said == [f"Going on from {Path('interrupted_pretraining', 'checkpoints', f'checkpoint-{CHECKPOINT_STEP}')}"]
    assert steps.taken == LAST_STEP - CHECKPOINT_STEP
    assert_ends_as_the_whole_run("interrupted_pretraining")


def test_pretraining_resumes_from_the_command_line() -> None:
    result = nuner(*PRETRAINING, "-o", "interrupted_pretraining")
    assert result.exit_code == 2
    assert "--resume" in result.stderr
    result = nuner(*PRETRAINING, "-o", "interrupted_pretraining", "--resume")
    assert result.exit_code == 0, result.output
    assert f"checkpoint-{CHECKPOINT_STEP}" in result.output
    assert_ends_as_the_whole_run("interrupted_pretraining")
    recognizer = EntityRecognizer.from_pretrained("interrupted_pretraining", labels=EXPECTED["zero_shot_labels"])
    assert [[e["label"] for e in found] for found in recognizer(TEXTS)] == [
        [e["label"] for e in found] for found in EXPECTED["bi_encoder"]
    ]


def test_a_predict_run_goes_on_behind_its_last_whole_part() -> None:
    # What the parts belong to is noted with the place and the time of the input, and the copy has its own.
    source, noted = Path("interrupted_predict/texts.jsonl"), Path("interrupted_predict/found.jsonl.parts/run.json")
    settings = read_json(str(noted))
    os.utime(source, ns=(settings["input"][2],) * 2)
    settings["input"][0] = str(source.resolve())
    noted.write_text(json.dumps(settings), encoding="utf-8")
    parts = [path.read_bytes() for path in sorted(noted.parent.glob("part-*"))]
    assert len(parts) == 2

    result = nuner("predict", "recognizer", source, "--rows-per-part", 20, "-o", "interrupted_predict/found.jsonl")
    assert result.exit_code == 0, result.output
    assert "Going on behind record 40" in result.stderr
    assert "10 texts" in result.stderr
    assert not noted.parent.exists()
    found = Path("interrupted_predict/found.jsonl").read_bytes()
    whole = Path("interrupted_predict/whole.jsonl").read_bytes()
    # The scores of the rest may differ in their last digits, as processors do; all else is the same.
    assert found.startswith(b"".join(parts)) and whole.startswith(b"".join(parts))
    ours, theirs = ([json.loads(line) for line in text.splitlines()] for text in (found, whole))
    assert [list(row) for row in ours] == [list(row) for row in theirs]
    assert [(row["id"], row["text"]) for row in ours] == [(row["id"], row["text"]) for row in theirs]
    assert_same_entities([row["entities"] for row in ours], [row["entities"] for row in theirs])
