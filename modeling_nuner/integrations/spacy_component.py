"""A recognizer as a component of spaCy pipelines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.util import ensure_path, filter_spans, minibatch

from ..recognition.entities import Entity
from ..recognition.recognizer import EntityRecognizer

Alignment = Literal["expand", "contract", "strict"]
SETTINGS_FILE = "nuner.json"


class SpacyRecognizer(Pipe):
    """Puts a recognizer's entities into `doc.ents` and `doc.spans`.

    `doc.spans[spans_key]` holds every entity, with its scores in `attrs["scores"]` as spaCy's span categorizer
    writes them. `doc.ents` holds those that do not overlap: of entities that do, the longest, then the first; what
    components before this one put there stays.

    Where an entity begins or ends within a token of spaCy, `alignment_mode` decides what stands in `doc.ents`:
    `"expand"` takes the whole token, `"contract"` leaves it out, `"strict"` leaves the entity out. In `doc.spans`
    an entity of which contracting would leave nothing, or that strict mode leaves out, is expanded. Such entities
    are counted in `misaligned`.

    Args:
        name: Name of the component.
        settings: `model`, `backend`, `dtype`, `labels` and, perhaps, `threshold` as
            `EntityRecognizer.from_pretrained` takes them.
        alignment_mode: As above.
        spans_key: Key of `doc.spans`.

    Attributes:
        misaligned: Entities so far whose ends are not those of tokens.

    Raises:
        FileNotFoundError: If there is no such model.
        ValueError: If the model is no recognizer, or the alignment mode is unknown.

    Example:
        ```python
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> nlp.add_pipe("nuner", config={"model": "recognizer"})  # needs spaCy  # doctest: +SKIP
        >>> nlp("Ada lives in Paris.").ents  # needs spaCy  # doctest: +SKIP
        (Paris,)

        ```
    """

    def __init__(self, name: str, settings: dict[str, Any], alignment_mode: Alignment, spans_key: str) -> None:
        if alignment_mode not in ("expand", "contract", "strict"):
            raise ValueError(f"alignment_mode is {alignment_mode!r}; it must be 'expand', 'contract' or 'strict'")
        self.name = name
        self.alignment_mode: Alignment = alignment_mode
        self.spans_key = spans_key
        self.misaligned = 0
        self._settings: dict[str, Any] = {}
        self._process = os.getpid()
        self._load(settings)

    def _load(self, settings: dict[str, Any]) -> None:
        if settings != self._settings:
            self.recognizer = EntityRecognizer.from_pretrained(
                settings["model"],
                settings["backend"],
                settings["dtype"],
                labels=settings["labels"],
                threshold=settings.get("threshold"),
            )
            self._settings = settings

    @property
    def labels(self) -> tuple[str, ...]:
        """The entity types."""
        return tuple(self.recognizer.types)

    def __call__(self, doc: Doc) -> Doc:
        """Recognize the entities of a document.

        Args:
            doc: The document; it is changed.

        Returns:
            The same document.
        """
        self._set_entities(doc, self.recognizer(doc.text))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Recognize the entities of many documents, a batch at a time.

        Args:
            stream: The documents.
            batch_size: How many are read together.

        Yields:
            The documents, in order.
        """
        if os.getpid() != self._process:
            self._load_after_fork()
        for docs in minibatch(stream, size=batch_size):
            try:
                results = self.recognizer([doc.text for doc in docs])
                for doc, entities in zip(docs, results, strict=True):
                    self._set_entities(doc, entities)
            except Exception as error:
                # The pipeline's own choice: to raise, or to log and go on without these documents.
                self.get_error_handler()(self.name, self, docs, error)
            else:
                yield from docs

    def __reduce__(self) -> tuple[Any, ...]:
        """Tell processes that are spawned to load the model themselves."""
        return SpacyRecognizer, (self.name, self._settings, self.alignment_mode, self.spans_key)

    def _load_after_fork(self) -> None:
        """Make ready for a process that `nlp.pipe(n_process=...)` forked: threads do not survive a fork.

        Without this, such a process waits for ever for the threads of its parent.
        """
        backend = self._settings["backend"]
        if backend != "torch":
            raise ValueError(
                f"{backend} does not run in forked processes: begin your program with "
                'multiprocessing.set_start_method("spawn"), or leave n_process at 1'
            )
        import torch

        torch.set_num_threads(1)
        self._process = os.getpid()

    def score(self, examples: Iterable[Any], **kwargs: Any) -> dict[str, Any]:
        """Score predictions against gold, for `nlp.evaluate`.

        Args:
            examples: spaCy's examples.
            **kwargs: What spaCy passes to all components.

        Returns:
            `ents_p`, `ents_r`, `ents_f` and `ents_per_type`.
        """
        return get_ner_prf(examples, **kwargs)

    def _set_entities(self, doc: Doc, entities: list[Entity]) -> None:
        spans: list[Span] = []
        candidates: list[Span] = []
        for entity in entities:
            place = entity["start"], entity["end"], entity["label"]
            whole = doc.char_span(*place, alignment_mode="expand")
            aligned = doc.char_span(*place, alignment_mode=self.alignment_mode)
            if whole is None:  # offsets within the text always touch a token
                raise ValueError(f"the entity {entity['text']!r} covers no token of the document")
            self.misaligned += (whole.start_char, whole.end_char) != (entity["start"], entity["end"])
            spans.append(aligned or whole)
            if aligned:
                candidates.append(aligned)
        doc.spans[self.spans_key] = spans
        doc.spans[self.spans_key].attrs["scores"] = [entity["score"] for entity in entities]
        present = list(doc.ents)
        taken = {token.i for span in present for token in span}
        free = [span for span in filter_spans(candidates) if taken.isdisjoint(range(span.start, span.end))]
        doc.ents = sorted([*present, *free], key=lambda span: span.start)

    def to_bytes(self, **_: Any) -> bytes:
        """Return which model it is; the model itself stays where it is."""
        return json.dumps(self._settings).encode("utf-8")

    def from_bytes(self, data: bytes, **_: Any) -> SpacyRecognizer:
        """Load the model that `to_bytes` named."""
        self._load(json.loads(data))
        return self

    def to_disk(self, path: Any, **_: Any) -> None:
        """Write which model it is; the model itself stays where it is.

        Args:
            path: A folder.
        """
        folder: Path = ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SETTINGS_FILE).write_text(json.dumps(self._settings, indent=2) + "\n", encoding="utf-8")

    def from_disk(self, path: Any, **_: Any) -> SpacyRecognizer:
        """Load the model that `to_disk` named.

        Args:
            path: The folder.
        """
        self._load(json.loads((ensure_path(path) / SETTINGS_FILE).read_text(encoding="utf-8")))
        return self


@Language.factory(
    "nuner",
    assigns=["doc.ents", "doc.spans", "token.ent_iob", "token.ent_type"],
    default_config={
        "backend": "torch",
        "dtype": None,
        "labels": None,
        "threshold": None,
        "alignment_mode": "expand",
        "spans_key": "nuner",
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_component(
    nlp: Language,
    name: str,
    model: str,
    backend: str,
    dtype: str | None,
    labels: list[str] | dict[str, str] | None,
    threshold: float | None,
    alignment_mode: str,
    spans_key: str,
) -> SpacyRecognizer:
    """Make the component `nuner`.

    Args:
        nlp: The pipeline.
        name: Name of the component.
        model: Folder or Hub id of a recognizer.
        backend: `"torch"`, `"onnx"` or `"openvino"`.
        dtype: Precision; see `EntityRecognizer.from_pretrained`.
        labels: Entity types that a bi-encoder shall find, or those of a fine-tuned recognizer that count.
        threshold: Score from which an entity counts; see `EntityRecognizer.from_pretrained`.
        alignment_mode: `"expand"`, `"contract"` or `"strict"`; see `SpacyRecognizer`.
        spans_key: Key of `doc.spans`.

    Returns:
        The component.
    """
    mode: Any = alignment_mode
    settings = {"model": str(model), "backend": backend, "dtype": dtype, "labels": labels, "threshold": threshold}
    return SpacyRecognizer(name, settings, mode, spans_key)
