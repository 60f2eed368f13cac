import asyncio
from typing import Any

import pytest

from nuner.serving.batching import DynamicBatcher
from nuner.serving.metrics import Metrics


def recognize(texts: list[str]) -> list[list[dict[str, Any]]]:
    """Fail as a recognizer does that runs out of memory: for the whole batch."""
    if any(text == "poison" for text in texts):
        raise MemoryError("no room for this text")
    return [[{"start": 0, "end": len(text), "text": text, "label": "all", "score": 1.0}] for text in texts]


def test_a_text_that_fails_fails_its_own_request_only():
    async def ask():
        recognizer: Any = recognize
        batcher = DynamicBatcher(recognizer, Metrics(["city"]), max_requests=16, max_characters=1000)
        requests = [["a", "b"], ["c", "poison", "d"], ["e"], ["poison"], ["f", "g", "h"]]
        asked = [asyncio.create_task(batcher.recognize(texts)) for texts in requests]
        await asyncio.sleep(0)  # all of them wait when the first batch is taken
        batcher.start()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        again = await batcher.recognize(["i"])
        await batcher.close()
        return answers, again

    answers: list[Any]
    answers, again = asyncio.run(ask())
    assert [[found[0]["text"] for found in answers[i]] for i in (0, 2, 4)] == [["a", "b"], ["e"], ["f", "g", "h"]]
    for i in (1, 3):
        with pytest.raises(MemoryError, match="no room"):
            raise answers[i]
    assert again[0][0]["text"] == "i"
