"""More and more concepts, with the annotations that they have and with their number held equal."""

import pytest
from support.tiny_ablations import compute, make_up, settings_of, small_encoder, write_corpus

from nuner.trainers.experiments.catalog.concept_diversity import CONCEPT_DIVERSITY
from nuner.trainers.experiments.cells.pretraining import Pretraining
from nuner.trainers.experiments.settings.reading import read_settings

AS_THEY_ARE = ["4 concepts", "16 concepts", "all concepts"]
HELD_EQUAL = [f"{row}, annotations held equal" for row in AS_THEY_ARE]


@pytest.fixture
def settings(tiny_bert_dir):
    return settings_of(CONCEPT_DIVERSITY, encoder=small_encoder(tiny_bert_dir), concepts=["all", 4, 16])


def test_the_fewest_concepts_are_trained_on_once(settings):
    training = [cell for cell in CONCEPT_DIVERSITY.cells(settings) if isinstance(cell, Pretraining)]
    assert [cell.name for cell in training] == [*AS_THEY_ARE, *HELD_EQUAL[1:]]
    assert len({cell.fingerprint for cell in training}) == len(training)


def test_two_lines_against_the_number_of_concepts(settings, tmp_path):
    score = {"base encoder": 20, **dict(zip(AS_THEY_ARE, (30, 40, 50), strict=True))}
    concepts = {"4 concepts": 4, "16 concepts": 16, "all concepts": 900, HELD_EQUAL[1]: 15, HELD_EQUAL[2]: 200}
    (table,) = make_up(
        CONCEPT_DIVERSITY,
        settings,
        tmp_path,
        lambda row: score.get(row, 35),
        lambda row: {"concepts": concepts[row]},
    )
    assert table.rows == ["base encoder", *AS_THEY_ARE, *HELD_EQUAL]
    # Those that a sample of annotations has, not those that it was drawn from.
    assert [table.x[row] for row in (*AS_THEY_ARE, *HELD_EQUAL)] == [4, 16, 900, 4, 15, 200]
    assert len({table.series[row] for row in AS_THEY_ARE}) == len({table.series[row] for row in HELD_EQUAL}) == 1
    assert table.series[AS_THEY_ARE[0]] != table.series[HELD_EQUAL[0]]
    assert table.gain("all concepts") == 30
    natural, equal = CONCEPT_DIVERSITY.claims(settings, [table])
    assert natural.verdict == "holds"
    assert equal.evidence.startswith(f"{HELD_EQUAL[0]} 30.5, {HELD_EQUAL[1]} 35.5, {HELD_EQUAL[2]} 35.5;")
    assert any("300 / 900 / 20" in note for note in table.notes)


def test_a_number_that_is_given_twice_is_refused():
    with pytest.raises(ValueError, match=r"concepts is .*sizes must be different"):
        read_settings(
            CONCEPT_DIVERSITY.settings,
            "{encoder: roberta-base, concepts: [4, 4], data_sets: {tickets: support-tickets}}",
            "my.yaml",
        )


@pytest.mark.parametrize("wrong", ["0", "few", "1.5", "true", "[4]"])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(
        ValueError, match=r"^my\.yaml: concepts\.1 is .*: it must be a whole number of at least 1, or all"
    ):
        read_settings(
            CONCEPT_DIVERSITY.settings,
            f"{{encoder: roberta-base, concepts: [4, {wrong}], data_sets: {{tickets: support-tickets}}}}",
            "my.yaml",
        )


def test_from_end_to_end(tiny_bert_dir, tmp_path):
    result = compute(
        CONCEPT_DIVERSITY,
        tmp_path,
        encoder=small_encoder(tiny_bert_dir),
        corpus=write_corpus(tmp_path / "corpus.jsonl"),
        concepts=[1, "all"],
    )
    (table,) = result["tables"]
    rows = ["1 concepts", "all concepts", "1 concepts, annotations held equal", "all concepts, annotations held equal"]
    assert list(table["scores"]) == ["base encoder", *rows]
    assert table["x"]["1 concepts"] == 1
    assert table["scores"][rows[0]] == table["scores"][rows[2]]
    assert len(result["claims"]) == 2
