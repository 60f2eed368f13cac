"""What the page can ask for, and what that does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from .jobs.exporting import LABEL_FORMATS, labels_as
from .messages import (
    Accepted,
    Beat,
    Decision,
    Doubt,
    NewType,
    Settings,
    TypeColor,
    TypeDescription,
    TypeMerge,
    TypeName,
    Undoing,
    Wish,
)
from .studio import Studio
from .views import item_of, review_of, state_of

router = APIRouter(prefix="/api")


class Caller(NamedTuple):
    """Who asks.

    Args:
        studio: The studio that is asked.
        annotator: Number of the annotator.
        tab: Their tab.
    """

    studio: Studio
    annotator: int
    tab: str

    def answer(self, **more: Any) -> dict[str, Any]:
        """Return something with the state as it is then."""
        return {**more, "state": state_of(self.studio, self.annotator, self.tab)}


def _caller(
    request: Request,
    studio_annotator: Annotated[str, Header()] = "",
    studio_tab: Annotated[str, Header(max_length=100)] = "",
) -> Caller:
    studio: Studio = request.app.state.studio
    return Caller(studio, studio.annotator(unquote(studio_annotator)), studio_tab)


def _writer(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    caller.studio.tabs.check(caller.annotator, caller.tab)
    return caller


Reading = Annotated[Caller, Depends(_caller)]
Writing = Annotated[Caller, Depends(_writer)]


@router.post("/open")
def open_sitting(caller: Reading) -> dict[str, Any]:
    """Let this tab go on with the sitting."""
    caller.studio.tabs.open(caller.annotator, caller.tab)
    return caller.answer()


@router.post("/beat")
def beat(body: Beat, caller: Reading) -> dict[str, Any]:
    """Tell what is new, and keep the text that is open."""
    elsewhere = caller.studio.tabs.is_elsewhere(caller.annotator, caller.tab)
    try:
        taken = not elsewhere and caller.studio.beat(caller.annotator, body.text)
    except OSError:
        taken = False  # it is told as what is wrong with the studio
    return caller.answer(taken=taken)


@router.post("/next")
def next_text(body: Wish, caller: Writing) -> dict[str, Any]:
    """Give the text that is open, or the next one."""
    number = caller.studio.next_text(caller.annotator, body.order)
    item = item_of(caller.studio, number, caller.annotator, order=body.order)
    return caller.answer(item=item)


@router.get("/texts/{number}")
def text(number: int, caller: Reading) -> dict[str, Any]:
    """Give a text on purpose."""
    return item_of(caller.studio, number, caller.annotator)


@router.post("/texts/{number}/accept")
def accept(number: int, body: Accepted, caller: Writing) -> dict[str, Any]:
    """Save the entities of a text, and give the next one."""
    labels = [label.label() for label in body.labels]
    caller.studio.accept(number, caller.annotator, labels, body.key_presses)
    return next_text(body, caller)


@router.post("/texts/{number}/skip")
def skip(number: int, body: Wish, caller: Writing) -> dict[str, Any]:
    """Pass over a text, and give the next one."""
    caller.studio.skip(number, caller.annotator)
    return next_text(body, caller)


@router.post("/texts/{number}/follow")
def follow(number: int, body: Doubt, caller: Writing) -> dict[str, Any]:
    """Put what the model suggests in the place of a label."""
    labelled, suggested = (each and each.label() for each in (body.labelled, body.suggested))
    caller.studio.follow(number, caller.annotator, labelled, suggested)
    return caller.answer()


@router.post("/texts/{number}/decide")
def decide(number: int, body: Decision, caller: Writing) -> dict[str, Any]:
    """Decide between answers that do not agree."""
    caller.studio.decide(number, caller.annotator, [label.label() for label in body.labels])
    return caller.answer()


@router.post("/undo")
def undo(body: Undoing, caller: Writing) -> dict[str, Any]:
    """Undo what the annotator did last."""
    undone = caller.studio.undo(caller.annotator, body.operation)
    if undone is None:
        return caller.answer(undone=None, item=None)
    summary, number, marked = undone
    item = None if number is None else item_of(caller.studio, number, caller.annotator, marked=marked)
    return caller.answer(undone=summary, item=item)


@router.post("/types")
def add_type(body: NewType, caller: Writing) -> dict[str, Any]:
    """Add a type."""
    caller.studio.add_type(caller.annotator, body.name, body.description)
    return caller.answer()


@router.get("/types/{number}/effect")
def effect(number: int, caller: Reading, into: int | None = None) -> dict[str, Any]:
    """Tell what a change of a type would do to labels."""
    return caller.studio.project.types.effect(number, into)._asdict()


def _changed(caller: Caller, change: Any, *arguments: Any) -> dict[str, Any]:
    with caller.studio.writing():
        change(caller.annotator, *arguments)
    caller.studio.suggesting.changed()
    return caller.answer()


@router.post("/types/{number}/name")
def rename(number: int, body: TypeName, caller: Writing) -> dict[str, Any]:
    """Rename a type."""
    return _changed(caller, caller.studio.project.types.rename, number, body.name)


@router.post("/types/{number}/description")
def describe(number: int, body: TypeDescription, caller: Writing) -> dict[str, Any]:
    """Say what a type means."""
    return _changed(caller, caller.studio.project.types.describe, number, body.description)


@router.post("/types/{number}/color")
def recolor(number: int, body: TypeColor, caller: Writing) -> dict[str, Any]:
    """Give a type another color."""
    return _changed(caller, caller.studio.project.types.recolor, number, body.color)


@router.post("/types/{number}/merge")
def merge(number: int, body: TypeMerge, caller: Writing) -> dict[str, Any]:
    """Merge a type into another one."""
    return _changed(caller, caller.studio.project.types.merge, number, body.into)


@router.post("/types/{number}/delete")
def delete(number: int, caller: Writing) -> dict[str, Any]:
    """Delete a type."""
    return _changed(caller, caller.studio.project.types.delete, number)


@router.post("/settings")
def settings(body: Settings, caller: Writing) -> dict[str, Any]:
    """Change the settings of the project."""
    caller.studio.set(caller.annotator, nested=body.nested, double_share=body.double_share)
    return caller.answer()


@router.get("/review")
def review(caller: Reading) -> dict[str, Any]:
    """Tell what deserves a second look."""
    return review_of(caller.studio)


@router.post("/jobs/train")
def train(caller: Writing) -> dict[str, Any]:
    """Begin to train the recognizer."""
    studio = caller.studio
    studio.training.start(studio.suggesting.encoder, studio.suggesting.measure())
    return caller.answer()


@router.post("/jobs/onnx")
def export_onnx(caller: Writing) -> dict[str, Any]:
    """Begin to export the recognizer."""
    caller.studio.onnx.start(_recognizer(caller))
    return caller.answer()


@router.post("/jobs/{kind}/stop")
def stop(kind: str, caller: Writing) -> dict[str, Any]:
    """Stop what goes on."""
    (caller.studio.training if kind == "train" else caller.studio.onnx).stop()
    return caller.answer()


@router.post("/encoder")
def second_round(caller: Writing) -> dict[str, Any]:
    """Suggest with the trained recognizer from now on."""
    caller.studio.second_round(_recognizer(caller))
    return caller.answer()


def _recognizer(caller: Caller) -> Path:
    recognizer = caller.studio.training.recognizer
    if recognizer is None:
        raise HTTPException(422, "There is no recognizer yet: train it first.")
    return recognizer


@router.get("/labels/{name}")
def labels(name: str, caller: Reading) -> Response:
    """Give the labels in the format of another tool."""
    if name not in LABEL_FORMATS:
        raise HTTPException(404, f"There is no format {name}.")
    path = caller.studio.project.path
    file = f"{path.stem}{LABEL_FORMATS[name]}"
    disposition = f"attachment; filename*=UTF-8''{quote(file)}"
    return Response(
        labels_as(path, name), headers={"Content-Disposition": disposition}, media_type="application/octet-stream"
    )


def problem(status: int, sentence: str) -> JSONResponse:
    """Return a refusal in a sentence."""
    return JSONResponse({"detail": sentence[:1].upper() + sentence[1:]}, status)
