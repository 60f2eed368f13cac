"""What the page is told, as JSON can hold it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from nuner.data_builders.labelled.projects.answers import Label, ProjectCounts
from nuner.modeling_nuner.recognition.words.splitting import word_spans

from .studio import Studio

_MOST_CONFLICTS = 50
# A curve of more points looks no other.
_MOST_POINTS = 400


def state_of(studio: Studio, annotator: int, tab: str) -> dict[str, Any]:
    """Return all that the page shows besides a text.

    Args:
        studio: The studio.
        annotator: Number of the annotator who sees it.
        tab: The tab that shows it.
    """
    project, suggesting = studio.project, studio.suggesting
    counts, names, settings = project.answers.counts(), project.annotators(), project.settings
    last = project.history.last(annotator)
    return {
        "project": {"name": project.path.stem, "path": str(project.path), "identity": project.identity},
        "annotator": names[annotator],
        "annotators": [{"name": name, "texts": counts.annotators.get(each, 0)} for each, name in names.items()],
        "shared": studio.address is not None,
        "address": studio.address,
        "elsewhere": studio.tabs.is_elsewhere(annotator, tab),
        "problem": studio.problem,
        "types": [{**each._asdict(), "labels": counts.labels.get(each.number, 0)} for each in project.types.all()],
        "counts": {name: getattr(counts, name) for name in _COUNTS},
        "settings": {"nested": settings.nested, "double_share": settings.double_share},
        "undo": None if last is None else {"number": last.number, "summary": last.summary},
        "learner": {
            "phase": suggesting.phase,
            "ready": suggesting.ready,
            "sentence": suggesting.sentence,
            "knows_names": suggesting.knows_names,
            "encoder": suggesting.encoder,
        },
        "score": _score(studio, counts),
        "jobs": {"train": studio.training.view(), "onnx": studio.onnx.view()},
    }


_COUNTS = ("texts", "labelled", "held_out", "held_out_labelled", "skipped", "conflicts")


def _score(studio: Studio, counts: ProjectCounts) -> dict[str, Any]:
    scores = studio.suggesting.scores
    step = max(1, len(scores) // _MOST_POINTS)
    # From the last one backwards, so that it is always among them.
    points = scores[::-step][::-1]
    last = scores[-1] if scores else {"types": {}}
    return {
        "curve": [
            {"texts": each["labelled"], **{name: each[name] for name in ("f1", "low", "high")}} for each in points
        ],
        "types": [
            {
                "type": int(number),
                "f1": each["f1"],
                "low": each["low"],
                "high": each["high"],
                "measured": each["support"],
                "labels": counts.labels.get(int(number), 0),
            }
            for number, each in last["types"].items()
        ],
        "advice": studio.suggesting.advice,
    }


def item_of(
    studio: Studio, number: int | None, annotator: int, *, order: str = "", marked: Sequence[Label] | None = None
) -> dict[str, Any]:
    """Return a text with what is marked in it.

    Args:
        studio: The studio.
        number: Number of the text; None if there is none left.
        annotator: Who gets it.
        order: How it was chosen.
        marked: Entities that are shown in place of those that the annotator saved or the learner suggests.
    """
    if number is None:
        return {"number": None}
    text = studio.project.texts[number]
    own = studio.own_answer(number, annotator)
    if marked is None and own is not None:
        marked = own.labels
    if marked is not None:
        entities = [_entity(label, None) for label in marked]
    else:
        suggestions = studio.suggesting.suggestions(number)
        entities = [
            {**_entity(Label(each.start, each.end, each.type, suggested=True), each.confidence)}
            for each in suggestions
        ]
    return {
        "number": number,
        "text": text.text,
        "words": list(chain.from_iterable(word_spans(text.text))),
        "entities": entities,
        "held_out": text.held_out,
        "answered": own is not None,
        "why": "you labelled it before" if own is not None else _WHY.get(order if studio.suggesting.ready else "", ""),
        "ready": marked is not None or studio.suggesting.ready,
    }


_WHY = {"instructive": "most instructive", "random": "drawn at random", "in order": "the next one"}


def _entity(label: Label, score: float | None) -> dict[str, Any]:
    return {"start": label.start, "end": label.end, "type": label.type, "score": score, "suggested": score is not None}


def review_of(studio: Studio) -> dict[str, Any]:
    """Return what deserves a second look."""
    from nuner.trainers.active_learning.agreement import agreement

    project = studio.project
    names = project.annotators()
    doubts = [
        {
            "number": each.text,
            "text": project.texts[each.text].text,
            "labelled": each.labelled and _entity(each.labelled, None),
            "suggested": each.suggested and _entity(_label(each.suggested), each.suggested.confidence),
            "confidence": each.confidence,
        }
        for each in studio.suggesting.disagreements()
    ]
    conflicts = [
        {
            "number": number,
            "text": project.texts[number].text,
            "answers": [
                {"annotator": names[answer.annotator], "labels": [_entity(label, None) for label in answer.labels]}
                for answer in project.answers.of(number)
                if not answer.skipped and not answer.final
            ],
        }
        for number in project.answers.conflicts()[:_MOST_CONFLICTS]
    ]
    agreed = agreement(project)
    return {
        "doubts": doubts,
        "conflicts": conflicts,
        "agreement": agreed and {"texts": agreed.texts, "f1": agreed.f1, "kappa": agreed.kappa},
    }


def _label(suggestion: Any) -> Label:
    return Label(suggestion.start, suggestion.end, suggestion.type, suggested=True)
