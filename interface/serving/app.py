"""The application: /entities, /health and /metrics."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import Receive

from nuner.modeling_nuner.recognition.labels.named_types import NamedTypesError
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

from .._version import __version__
from .batching import DynamicBatcher, Search
from .messages import EntitiesAnswer, EntitiesRequest, Health, Problem, answer, problem_of
from .metrics import Metrics
from .request_body import BodyReader
from .request_count import RequestCount

MAX_BYTES = 1 << 20
MAX_REQUESTS = 256
# So many of the largest requests may wait at once, and be read at once.
_LARGE_REQUESTS = 8
# For the count of requests only, as nginx counts them.
_CLIENT_GONE = 499

_Result = TypeVar("_Result")


async def _wait_for_disconnect(receive: Receive) -> None:
    """Return when the client has gone; its request must have been read to the end."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _run_until_disconnect(request: Request, work: Coroutine[Any, Any, _Result]) -> _Result | None:
    """Do what a client waits for; cancel it, and return None, when the client no longer does.

    Raises:
        HTTPException: If the server gives up waiting for the work, since it was told to end.
    """
    task = asyncio.create_task(work)
    # Waiting for the message makes the server read on. To look from time to time, as `is_disconnected` does, is not
    # enough: behind a large body the server has stopped reading, so that the first look never sees that a client left.
    gone = asyncio.create_task(_wait_for_disconnect(request.receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    except asyncio.CancelledError:
        raise HTTPException(503, "The service is ending: ask another one.", {"Connection": "close"}) from None
    finally:
        task.cancel()
        gone.cancel()


class _AsciiResponse(JSONResponse):
    """JSON whose other characters are escaped: half a surrogate pair, from a text that was cut, has no UTF-8."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def create_app(
    recognizer: EntityRecognizer,
    name: str = "recognizer",
    *,
    max_bytes: int = MAX_BYTES,
    max_requests: int = MAX_REQUESTS,
) -> FastAPI:
    """Make the service of a recognizer.

    Args:
        recognizer: The recognizer; the service alone may use it.
        name: What to call it.
        max_bytes: Size of the largest request.
        max_requests: Most requests that are read, wait or are under way; those beyond are told when to come again.

    Returns:
        An application for any ASGI server.

    Raises:
        ValueError: If a limit is below 1.

    Example:
        ```python
        >>> from nuner import EntityRecognizer
        >>> from nuner.serving import create_app
        >>> app = create_app(EntityRecognizer.from_pretrained("recognizer"))

        ```
    """
    if max_bytes < 1 or max_requests < 1:
        raise ValueError(f"max_bytes is {max_bytes} and max_requests {max_requests}; both must be at least 1")
    metrics = Metrics(recognizer.types)
    most_bytes = _LARGE_REQUESTS * max_bytes
    batcher = DynamicBatcher(recognizer, metrics, max_requests, most_bytes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        batcher.start()
        yield
        await batcher.close()

    app = FastAPI(title="NuNER", summary=f"Named entities, found by {name}", version=__version__, lifespan=lifespan)
    app.add_middleware(
        BodyReader,
        batcher=batcher,
        max_bytes=max_bytes,
        max_requests=max_requests,
        max_unfinished_bytes=most_bytes,
    )
    app.add_middleware(RequestCount, metrics=metrics, path="/entities")

    @app.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: Any) -> JSONResponse:
        status, sentence = problem_of(list(error.errors()))
        return _AsciiResponse({"detail": sentence}, status)

    @app.exception_handler(NamedTypesError)
    async def not_known(_: Request, error: Exception) -> JSONResponse:
        return _AsciiResponse({"detail": f"The field labels is wrong: {error}."}, 422)

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "The recognizer failed; the log of the service says why."}, 500)

    problems: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (400, 413, 422, 500, 503)}

    @app.post("/entities", responses=problems, response_model=EntitiesAnswer)
    async def entities(body: EntitiesRequest, request: Request) -> Response:
        """Find the entities of a text or of many."""
        texts = [body.texts] if isinstance(body.texts, str) else body.texts
        found = await _run_until_disconnect(request, batcher.recognize(texts, Search(body.labels, body.threshold)))
        if found is None:
            return Response(status_code=_CLIENT_GONE)
        return _AsciiResponse(answer(found[0] if isinstance(body.texts, str) else found))

    @app.head("/health", include_in_schema=False)
    @app.get("/health", response_model=Health, responses={503: {"model": Health}})
    async def health() -> JSONResponse:
        """Tell whether the service recognizes, and which labels."""
        status = "ok" if batcher.running else "stopped"
        body = Health(status=status, model=name, labels=recognizer.types)
        return JSONResponse(body.model_dump(), 200 if batcher.running else 503)

    @app.head("/metrics", include_in_schema=False)
    @app.get("/metrics")
    async def prometheus() -> Response:
        """Return the metrics in the text format of Prometheus."""
        return Response(metrics.render(), headers={"Content-Type": metrics.content_type})

    return app
