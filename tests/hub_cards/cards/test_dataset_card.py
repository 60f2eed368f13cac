from typing import Any

import pytest
import yaml
from datasets import Dataset, DatasetDict, load_dataset
from huggingface_hub import DatasetCard
from markdown_it import MarkdownIt

from nuner.data_builders.schema import CORPUS_FEATURES
from nuner.hub_cards import AnnotationFacts, CorpusFacts, HubError, check_card, write_corpus, write_dataset_card
from nuner.hub_cards.facts.parquet_configurations import parquet_configurations
from nuner.hub_cards.hub.push import type_of_folder
from nuner.hub_cards.hub.pushed_files import FolderFiles

WORDS = {"Paris": "city", "Ada": "person", "Acme": "company", "Monday": "day", "Seine": "river", "tea": "drink"}


def corpus() -> DatasetDict:
    """A corpus in two languages."""
    rows = []
    for i in range(40):
        word, concept = list(WORDS.items())[i % len(WORDS)]
        text = f"{word} is here, {i}."
        entity = {"start": 0, "end": len(word), "text": word, "concept": concept, "description": None}
        rows.append(
            {
                "id": str(i),
                "text": text,
                "language": "no" if i % 4 else "en",
                "source": "a: b | <i>",
                "entities": [entity],
            }
        )
    data = Dataset.from_list(rows, features=CORPUS_FEATURES)
    return DatasetDict({"train": data.select(range(30)), "validation": data.select(range(30, 40))})


@pytest.fixture
def folder(tmp_path):
    """The corpus as it goes to the Hub."""
    write_corpus(corpus(), tmp_path / "corpus")
    return tmp_path / "corpus"


@pytest.mark.parametrize(
    "name", [".incomplete", ".corpus-0123abcd.incomplete", "default/.default-0123abcd.incomplete"]
)
def test_what_a_killed_run_left_in_the_folder_is_no_part_of_the_corpus(folder, name):
    expected = parquet_configurations(folder)
    (folder / name).mkdir()
    (folder / name / "train-00000.parquet").write_bytes(b"half")
    assert parquet_configurations(folder) == expected
    facts().save(folder)
    assert type_of_folder(folder) == "dataset"
    card = DatasetCard.load(write_dataset_card(folder)).text + str(DatasetCard.load(folder / "README.md").data)
    assert "incomplete" not in card
    pushed = FolderFiles.of(folder)
    assert not any("incomplete" in file.path_in_repo for file in pushed.pushed)
    assert f"{name}/" in pushed.left_out
    assert load_dataset(str(folder), "default")["train"].num_rows == 30


def test_a_folder_with_nothing_but_leftovers_holds_no_corpus(tmp_path):
    (tmp_path / ".incomplete").mkdir()
    (tmp_path / ".incomplete" / "train-00000.parquet").write_bytes(b"half")
    with pytest.raises(HubError, match="holds neither a model"):
        type_of_folder(tmp_path)
    with pytest.raises(FileNotFoundError, match="holds no Parquet file"):
        parquet_configurations(tmp_path)


def facts() -> CorpusFacts:
    return CorpusFacts(
        name='Letters: "so" & <b>so</b> 🎈',
        license="cc-by-4.0",
        license_note="Written for the test.",
        statistics={"sentences": 40, "top_shares": {"4": 0.5}, "most_frequent": {"city": 12}},
        options={"max_concepts": 6},
        left_out={"the text is empty": 3},
        annotation=AnnotationFacts(
            model="gpt-x",
            prompt="a1b2c3",
            first_day="2026-01-01",
            last_day="2026-01-03",
            prompt_tokens=1_500_000,
            completion_tokens=250_000,
            cost="$3.20",
            yields={"entities_kept": 20000},
            review="98 of 100 were right.",
        ),
        personal_information="All names are invented.",
    )


def test_every_configuration_loads_by_name(folder, tmp_path):
    write_dataset_card(folder, facts())
    check_card(folder)
    loaded: Any = {
        name: load_dataset(str(folder), name, cache_dir=str(tmp_path / "cache")) for name in ("top-4", "no", "en")
    }
    default = load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert {name: rows.to_list() for name, rows in default.items()} == {n: r.to_list() for n, r in corpus().items()}
    assert default["train"].features == CORPUS_FEATURES
    assert loaded["top-4"].num_rows == {"train": 30, "validation": 10}
    assert len({e["concept"] for row in loaded["top-4"]["train"] for e in row["entities"]}) <= 4
    assert set(loaded["no"]["train"]["language"]) == {"no"}


def test_files_of_a_build_are_the_default(tmp_path):
    for split, rows in corpus().items():
        rows.to_parquet(tmp_path / f"{split}-00000-of-00001.parquet")
    write_dataset_card(tmp_path)
    data: Any = DatasetCard.load(tmp_path / "README.md").data
    assert data.configs == [
        {
            "config_name": "default",
            "data_files": [
                {"split": "train", "path": "train-*.parquet"},
                {"split": "validation", "path": "validation-*.parquet"},
            ],
            "default": True,
        }
    ]


def test_the_card_is_valid_and_shows_what_is_known(folder, here):
    (folder / "rank frequency.png").write_bytes(b"picture")
    known = facts()
    known.picture = "rank frequency.png"
    path = write_dataset_card(folder, known, dataset_id="ada/letters")
    card: Any = DatasetCard.load(path)
    card.validate()
    assert card.data.pretty_name == known.name
    assert card.data.language == ["en", "no"]
    assert card.data.annotations_creators == ["machine-generated"]
    assert card.data.size_categories == ["n<1K"]
    page = MarkdownIt("commonmark").enable("table").render(card.text)
    for shown in (
        "gpt-x",
        "a1b2c3",
        "2026-01-01 to 2026-01-03",
        "$3.20",
        "20,000",
        "98 of 100 were right.",
        "a: b | &lt;i&gt;",
        "Written for the test.",
        "All names are invented.",
        "rank%20frequency.png",
        "&lt;b&gt;so",
    ):
        assert shown in page, shown


def test_what_is_not_known_is_left_out(folder):
    text = write_dataset_card(folder).read_text(encoding="utf-8")
    data = yaml.safe_load(text.split("---\n")[1])
    assert "license" not in data and "annotations_creators" not in data
    assert "is not stated" in text
    assert "None" not in text and "How it was made" not in text


def test_a_card_that_contradicts_the_files_is_refused(folder):
    write_dataset_card(folder, facts())
    for file in (folder / "top-4").iterdir():
        file.unlink()
    with pytest.raises(ValueError, match="contradicts the files beside it in 'configs'"):
        check_card(folder)
    write_dataset_card(folder)
    check_card(folder)
    corpus()["validation"].to_parquet(next((folder / "default").glob("train-*")))
    with pytest.raises(ValueError, match="in 'dataset_info'"):
        check_card(folder)


def test_a_missing_picture_and_an_odd_file_name_are_named(folder):
    with pytest.raises(FileNotFoundError, match="the picture for the card"):
        write_dataset_card(folder, CorpusFacts(picture="none.png"))
    corpus()["train"].to_parquet(folder / "default" / "my rows (1).parquet")
    with pytest.raises(ValueError, match="tells no split"):
        write_dataset_card(folder)
