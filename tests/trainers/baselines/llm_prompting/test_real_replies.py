"""What a large language model did reply, with and without examples, gives the F1 that was counted for it."""

from __future__ import annotations

import json

import pytest
from support.annotation_cases import MODEL, forget_key
from support.flawed_labels import gold_texts
from support.folders import SHARED
from support.openai_server_process import OpenAIServerProcess

from nuner import load_labelled
from nuner.trainers.baselines.llm_prompting.run import run_llm_prompting
from nuner.trainers.evaluation.entity_scores import entity_scores

REPLIES = SHARED / "data/llm_typed"

pytestmark = pytest.mark.skipif(not REPLIES.is_dir(), reason="the replies are not there")


# MIT Restaurant as counted with the replies. Of the others, these put a text that occurs twice in one place only, and
# also inside of words, which an entity never is here.
@pytest.mark.parametrize(
    ("replies", "benchmark", "split", "f1"),
    [
        ("mit_restaurant/replies_zero", "mit_restaurant", "test", 76.9),
        ("mit_restaurant/replies_kw8", "mit_restaurant", "test", 76.3),
        ("bionlp2004/replies_zero", "bionlp2004", "test", 80.3),
        ("bionlp2004/replies_kw8", "bionlp2004", "test", 81.3),
        ("mit_movie_train/replies", "mit_movie", "train", 86.3),
    ],
)
def test_real_replies(replies, benchmark, split, f1, tmp_path, monkeypatch):
    forget_key(monkeypatch)
    lines = (REPLIES / f"{replies}.jsonl").read_text(encoding="utf-8").splitlines()
    by_row = {row["line"]: json.dumps({"entities": row["entities"]}) for row in map(json.loads, lines)}
    rows = load_labelled(SHARED / "data/benchmarks" / benchmark)[split].select(sorted(by_row))
    answers = dict(zip((text.text for text in gold_texts(rows)), map(by_row.get, sorted(by_row)), strict=True))
    with OpenAIServerProcess(models=[MODEL], replies=answers) as server:
        result = run_llm_prompting(
            rows.select([]),
            rows,
            client=MODEL,
            base_url=server.base_url,
            store=tmp_path / "run.sqlite",
            tell=lambda line: None,
        )
    names = rows.features["ner_tags"].feature.names
    scores = entity_scores([[names[tag] for tag in tags] for tags in rows["ner_tags"]], result.tags)
    assert 100 * scores["f1"] == pytest.approx(f1, abs=0.05)
    assert "unknown_types" not in result.details["replies"] and result.details["failed"] == {}
