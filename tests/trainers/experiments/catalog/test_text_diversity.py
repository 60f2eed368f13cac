"""Corpora that differ in their texts and have the same number of sentences."""

import pytest
from support.tiny_ablations import compute, make_up, settings_of, small_encoder, write_corpus

from nuner.trainers.experiments.catalog.text_diversity import TEXT_DIVERSITY
from nuner.trainers.experiments.cells.few_shot import FewShot
from nuner.trainers.experiments.settings.reading import read_settings

COMPARISONS = {
    "kind of text": {
        "notices": {"options": {"sources": ["complaints"]}},
        "others": {"options": {"sources": ["diary"]}},
    },
    "number of domains": {
        "few": {"options": {"sources": ["botany"]}},
        "some": {"options": {"seed": 1}},
        "all": "bundled",
    },
}


@pytest.fixture
def settings(tiny_bert_dir):
    return settings_of(TEXT_DIVERSITY, encoder=small_encoder(tiny_bert_dir), comparisons=COMPARISONS)


def test_the_base_is_measured_once_for_all_comparisons(settings):
    cells = TEXT_DIVERSITY.cells(settings)
    assert [cell.name for cell in cells if isinstance(cell, FewShot)] == [
        "base encoder", "notices", "others", "few", "some", "all"
    ]  # fmt: skip


def test_a_table_for_each_comparison(settings, tmp_path):
    score = {"notices": 30, "others": 31, "few": 30, "some": 35, "all": 40}
    tables = make_up(TEXT_DIVERSITY, settings, tmp_path, lambda row: score.get(row, 20))
    assert [table.title for table in tables] == list(COMPARISONS)
    assert [table.references for table in tables] == [
        {"notices": "base encoder", "others": "notices"},
        {"few": "base encoder", "some": "few", "all": "few"},
    ]
    claims = TEXT_DIVERSITY.claims(settings, tables)
    assert [claim.verdict for claim in claims] == ["holds", "does not hold", "does not hold"]
    assert all("same number of sentences" in table.notes[0] for table in tables)


def test_one_corpus_is_no_comparison():
    with pytest.raises(ValueError, match=r"my\.yaml: comparisons\.texts"):
        read_settings(
            TEXT_DIVERSITY.settings,
            "{encoder: roberta-base, comparisons: {texts: {one: bundled}}, data_sets: {tickets: support-tickets}}",
            "my.yaml",
        )


def test_from_end_to_end(tiny_bert_dir, tmp_path):
    corpus = write_corpus(tmp_path / "corpus.jsonl")
    rare = {"source": corpus, "options": {"sources": ["rare"]}}
    result = compute(
        TEXT_DIVERSITY,
        tmp_path,
        encoder=small_encoder(tiny_bert_dir),
        comparisons={"sources": {"rare": rare, "all": corpus}},
    )
    (table,) = result["tables"]
    assert list(table["scores"]) == ["base encoder", "rare", "all"]
    assert len(result["claims"]) == 1


@pytest.mark.parametrize(
    ("corpora", "message"),
    [
        (
            "{one: bundled, two: {option: {}}}",
            "there is no key 'comparisons.texts.two.option'; did you mean 'options'",
        ),
        ("{one: bundled, two: {options: {source: [a]}}}", "there is no 'source'; did you mean 'sources'"),
        ("{one: bundled, base encoder: bundled}", "this is what tables call the encoder that was not trained"),
    ],
)
def test_what_is_wrong_with_a_corpus_is_said(corpora, message):
    text = f"{{encoder: roberta-base, comparisons: {{texts: {corpora}}}, data_sets: {{tickets: support-tickets}}}}"
    with pytest.raises(ValueError, match=message):
        read_settings(TEXT_DIVERSITY.settings, text, "my.yaml")
