"""Ask a server that speaks the OpenAI protocol, one question a type, by the annotator's own parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.completion import Completion
from nuner.data_builders.annotation.llm.cost import Usage
from nuner.data_builders.annotation.llm.prompt import FencedText, Message, Prompt
from nuner.data_builders.annotation.replies.parsing import ParsedReply
from nuner.data_builders.annotation.replies.text_lists import parse_text_list
from nuner.data_builders.annotation.runs.live import Progress
from nuner.data_builders.annotation.runs.run import AnnotationStopped, end_in_words, fill_store
from nuner.data_builders.annotation.runs.settings import RunSettings
from nuner.data_builders.annotation.sentences.raw_sentence import RawSentence, raw_sentence
from nuner.data_builders.annotation.store.store import AnnotationStore, PendingSentence
from nuner.data_builders.raw_entity import RawEntity
from nuner.data_builders.type_conversation import question_about

from .conversations import question_to


class ConversationPrompt(Prompt):
    """The conversation protocol; it is told the rows of `question_row`, a question and the text below it."""

    def __init__(self) -> None:
        super().__init__()
        self.instructions = "UniversalNER's conversation: a text, and a question about one type"

    @property
    def reply_format(self) -> None:
        """None: the protocol of servers has no schema for a list alone."""

    def messages(self, texts: Sequence[FencedText], *, system_role: bool = True) -> list[Message]:
        """Return the messages of a request.

        Args:
            texts: One row.
            system_role: Not looked at: the protocol has no such role.
        """
        question, _, text = texts[0].text.partition("\n")
        return question_to(text, question)


def question_row(text: str, entity_type: str) -> RawSentence:
    r"""Return the row of a store that stands for a question.

    Args:
        text: The text.
        entity_type: What is asked for, in words.

    Example:
        ```python
        >>> from nuner.trainers.baselines.universal_ner.server import question_row
        >>> question_row("Ada met Bo.", "person")["text"]
        'What describes person in the text?\nAda met Bo.'

        ```
    """
    return raw_sentence(f"{question_about(entity_type)}\n{text}")


def read_answer(completion: Completion, question: PendingSentence) -> ParsedReply:
    """Read an answer as the annotator's run keeps it: entities of what was asked for.

    Args:
        completion: The answer.
        question: The row that it answers.

    Raises:
        ReplyError: If it is no list.
    """
    asked = question.text.partition("\n")[0]
    texts = parse_text_list(completion.text, truncated=completion.truncated)
    return ParsedReply([RawEntity(text, asked) for text in texts], "json")


@dataclass(frozen=True)
class ServerAnswers:
    """What a server answered.

    Args:
        answers: For each text, the answer to each question; None where there is none to go on with.
        reasons: Why not -> questions.
        usage: Tokens that the store has taken in all.
        seconds: How long all replies took together.
    """

    answers: list[list[str | None]]
    reasons: Counter[str]
    usage: Usage
    seconds: float


def ask_server(
    texts: Sequence[str],
    types: Sequence[str],
    client: LLMClient,
    store: Path,
    settings: RunSettings,
    on_progress: Callable[[Progress], object] | None = None,
) -> ServerAnswers:
    """Ask for each type in each text; what is in the store is not asked again.

    Args:
        texts: The texts.
        types: What is asked for, in words.
        client: Whom to ask; its prompt is replaced.
        store: The annotation store that remembers, made if it is not there.
        settings: How fast, how patiently, how expensively.
        on_progress: Called about twice a second, from another thread.

    Raises:
        AnnotationStopped: If the server went away, or the limit on the cost was reached.
        ValueError: If the server cannot be used, or the store was made by something else.
    """
    asked = [[question_row(text, name) for name in types] for text in texts]
    questions = [row for rows in asked for row in rows]
    client = replace(client, prompt=ConversationPrompt())
    result = fill_store(store, client, settings, questions, on_progress=on_progress, read=read_answer)
    if result.end != "finished":
        raise AnnotationStopped(f"{end_in_words(result)} What was answered is in {store}.")
    with AnnotationStore(store, create=False) as opened:
        replies: dict[str, Any] = {each.id: each.reply for each in opened.finished()}
        failed = dict(opened.query("SELECT id, error FROM sentences WHERE state = 'failed'"))
        usage, seconds = opened.usage(), opened.seconds_of_replies()
    reasons = Counter(failed[row["id"]] for row in questions if row["id"] in failed)
    return ServerAnswers([[replies.get(row["id"]) for row in rows] for rows in asked], reasons, usage, seconds)
