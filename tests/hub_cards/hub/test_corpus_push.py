"""Corpora on the test Hub: configurations, shards, licenses; by name in fresh processes."""

import json
from typing import Any

import pytest
from datasets import Dataset, DatasetDict
from huggingface_hub import DatasetCard
from support.hub_people import ALICE
from support.hub_processes import run_python, start_nuner

from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.schema import CORPUS_FEATURES, sentence_id
from nuner.hub_cards import CorpusFacts, HubError, push_corpus, push_folder, write_corpus, write_dataset_card
from nuner.hub_cards.cards.card_file import GENERATED

CITIES = ["Paris", "London", "Berlin", "Rome", "Oslo", "Bern"]


def rows_of(count: int, start: int = 0) -> list[dict]:
    """Sentences in three languages, one of them not stated; six concepts, the first ones more frequent."""
    rows = []
    for i in range(start, start + count):
        city = CITIES[i % 6]
        text = f"{i}: {city} is a city 🏙️: “{'x' * (i % 7)}”."
        at = text.index(city)
        entities = [
            {"start": at, "end": at + len(city), "text": city, "concept": f"concept {j}", "description": None}
            for j in range(6)
            if i % (j + 1) == 0
        ]
        language = ["en", "fr", None][i % 3]
        rows.append(
            {"id": sentence_id(text), "text": text, "language": language, "source": "test", "entities": entities}
        )
    return rows


@pytest.fixture
def corpus() -> DatasetDict:
    splits = {"train": rows_of(90), "validation": rows_of(12, 90)}
    return DatasetDict({name: Dataset.from_list(rows, features=CORPUS_FEATURES) for name, rows in splits.items()})


def test_configurations(corpus, tmp_path):
    assert write_corpus(corpus, tmp_path) == ["default", "top-4", "en", "fr"]
    assert Dataset.from_parquet(str(tmp_path / "default/train-00000-of-00001.parquet"))[:] == corpus["train"][:]
    top = Dataset.from_parquet(str(tmp_path / "top-4/train-00000-of-00001.parquet"))
    assert top["id"][:] == corpus["train"]["id"][:]
    kept = [
        [e for e in row["entities"] if e["concept"] in {f"concept {i}" for i in range(4)}] for row in corpus["train"]
    ]
    assert top["entities"][:] == kept
    french = Dataset.from_parquet(str(tmp_path / "fr/validation-00000-of-00001.parquet"))
    assert set(french["language"]) == {"fr"}
    assert len(french) == 4


def test_the_bundled_corpus_has_the_annotations_that_the_builder_selects(tmp_path):
    def prepared(**options: Any) -> Any:
        builder = NuNerCorpus("bundled", cache_dir=tmp_path / "cache", **options)
        builder.download_and_prepare()
        return builder.as_dataset()

    names = write_corpus(prepared(), tmp_path / "files")
    assert names == ["default", "top-4", "top-16", "top-154", "top-1500"]
    for split, rows in prepared(max_concepts=154).items():
        path = tmp_path / "files" / "top-154" / f"{split}-00000-of-00001.parquet"
        assert Dataset.from_parquet(str(path))[:] == rows[:]


def test_a_prepared_builder_is_pushed(here, corpus, tmp_path):
    corpus["train"].to_json(tmp_path / "mine.jsonl")
    builder = NuNerCorpus("records", data_files=str(tmp_path / "mine.jsonl"), cache_dir=tmp_path / "cache")
    builder.download_and_prepare()
    plan = push_corpus(builder, "letters", dry_run=True)
    assert {"README.md", "corpus_facts.json", "default/train-00000-of-00001.parquet"} <= {
        file.path_in_repo for file in plan.sent
    }


def test_shards_hold_all_rows_in_order_and_the_same_bytes_again(corpus, tmp_path):
    for folder in ("once", "again"):
        write_corpus(corpus, tmp_path / folder, max_shard_size="4KB")
    shards = sorted((tmp_path / "once" / "default").glob("train-*.parquet"))
    assert len(shards) > 2
    assert shards[0].name == f"train-00000-of-{len(shards):05d}.parquet"
    assert Dataset.from_parquet([str(path) for path in shards])[:] == corpus["train"][:]
    for path in (tmp_path / "once").rglob("*.parquet"):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(tmp_path / "once")).read_bytes()


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(ValueError, match="'train' is not in the corpus schema"):
        write_corpus({"train": Dataset.from_dict({"text": ["a"]})}, tmp_path)
    with pytest.raises(ValueError, match="no sentence"):
        write_corpus({"train": Dataset.from_list(rows_of(1), features=CORPUS_FEATURES).select([])}, tmp_path)


def test_a_corpus_without_a_license_stays_private(here, corpus):
    with pytest.raises(HubError, match="no license for its text"):
        push_corpus(corpus, "letters", private=False)
    with pytest.raises(HubError, match="no license for its text"):
        push_corpus(corpus, "letters", private=False, license="unknown")
    assert here.log.writes() == []
    assert push_corpus(corpus, "letters").private
    push_corpus(corpus, "open-letters", private=False, license="cc-by-4.0")
    here.log.clear()
    with pytest.raises(HubError, match="no license for its text"):
        push_corpus(corpus, "open-letters")
    assert here.log.writes() == []


def test_a_smaller_corpus_leaves_no_old_shard(here, corpus):
    push_corpus(corpus, "letters", max_shard_size="4KB")
    plan = push_corpus({"train": corpus["train"].select(range(30))}, "letters")
    assert "default/validation-00000-of-00001.parquet" in plan.deleted
    files = here.store.repository("dataset", "alice/letters").resolve("main").files
    assert [path for path in files if path.startswith("default/")] == ["default/train-00000-of-00001.parquet"]


def test_a_card_that_a_person_wrote_goes_along(here, corpus, tmp_path):
    corpus["train"].to_parquet(tmp_path / "train-00000-of-00001.parquet")
    card = DatasetCard.load(write_dataset_card(tmp_path, CorpusFacts(license="mit")))
    card.text = card.text.replace(GENERATED, "") + "\nMy own words.\n"
    card.save(tmp_path / "README.md")
    push_corpus(tmp_path, "letters", private=False)
    repository = here.store.repository("dataset", "alice/letters")
    pushed: Any = DatasetCard(repository.read_blob(repository.resolve("main").files["README.md"]).read_text())
    assert pushed.text.strip() == card.text.strip()
    assert pushed.data.license == "mit"
    assert [each["config_name"] for each in pushed.data.configs] == ["default", "en", "fr", "top-4"]
    assert pushed.data.configs[0]["data_files"][0]["path"] == "default/train-*.parquet"


@pytest.mark.parametrize("push", [push_corpus, push_folder])
def test_a_card_that_cannot_be_read_is_refused(here, corpus, tmp_path, push):
    corpus["train"].to_parquet(tmp_path / "train-00000-of-00001.parquet")
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: [mit\n---\nMy own words.\n")
    with pytest.raises(ValueError, match=f"the YAML at the head of {card} cannot be read"):
        push(tmp_path, "letters")
    assert here.log.writes() == []
    assert card.read_text().endswith("My own words.\n")


def test_a_card_that_contradicts_the_files_is_refused(here, corpus, tmp_path):
    path = tmp_path / "train-00000-of-00001.parquet"
    corpus["train"].to_parquet(path)
    card = DatasetCard.load(write_dataset_card(tmp_path, CorpusFacts(license="mit")))
    card.text = card.text.replace(GENERATED, "")
    card.save(tmp_path / "README.md")
    corpus["validation"].to_parquet(path)
    with pytest.raises(ValueError, match=r"README\.md contradicts the files beside it in 'dataset_info'"):
        push_folder(tmp_path, "letters")
    assert here.log.writes() == []


def test_from_a_built_folder_to_load_dataset_by_name(hub, corpus, tmp_path):
    folder, home = tmp_path / "built", tmp_path / "home"
    home.mkdir()
    folder.mkdir()
    for split, rows in corpus.items():
        rows.to_parquet(folder / f"{split}-00000-of-00001.parquet")
    push = start_nuner(hub, home, ALICE, "push", folder, "letters", "--license", "cc-by-4.0", "--tag", "v1")
    output, errors = push.communicate(timeout=240)
    assert push.returncode == 0, errors
    assert "to the new private dataset alice/letters, tagged v1" in output
    repository = hub.store.repository("dataset", "alice/letters")
    assert len(repository.history("main")) == 2
    card = DatasetCard(repository.read_blob(repository.resolve("v1").files["README.md"]).read_text())
    assert card.data.get("license") == "cc-by-4.0"
    (tmp_path / "fresh").mkdir()
    code = (
        "import json\n"
        "from datasets import load_dataset\n"
        "for name in (None, 'top-4', 'fr'):\n"
        "    for revision in (None, 'v1'):\n"
        "        loaded = load_dataset('alice/letters', name, revision=revision)\n"
        "    print(json.dumps({split: rows[:] for split, rows in loaded.items()}))\n"
    )
    default, top, french = map(json.loads, run_python(code, hub, tmp_path / "fresh", ALICE).splitlines())
    assert default == {split: rows[:] for split, rows in corpus.items()}
    assert top["train"]["id"] == corpus["train"]["id"][:]
    assert {entity["concept"] for entities in top["train"]["entities"] for entity in entities} == {
        f"concept {i}" for i in range(4)
    }
    assert set(french["train"]["language"]) == {"fr"}
