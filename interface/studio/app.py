"""The application of a studio: its page, and what the page asks for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from .access import Access
from .request_size import RequestSize
from .routes import problem, router
from .studio import Studio
from .tabs import Elsewhere

_PAGE = Path(__file__).with_name("page")
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_INSUFFICIENT_STORAGE = 507


def create_app(studio: Studio, token: str, port: int, hosts: Iterable[str] = ()) -> FastAPI:
    """Make the application of a studio.

    Args:
        studio: The studio.
        token: What lets people in.
        port: The port on which it will be served.
        hosts: Names of this machine by which it may be opened, besides its addresses and `localhost`.

    Returns:
        An application for any ASGI server.

    Example:
        ```python
        >>> import tempfile
        >>> from nuner.data_builders.labelled.projects.project import Project
        >>> from nuner.studio.app import create_app
        >>> from nuner.studio.studio import Studio
        >>> with tempfile.TemporaryDirectory() as folder, Project(Path(folder, "trips.studio")) as project:
        ...     app = create_app(Studio(project, "nuner-roberta"), token="a secret", port=8020)
        >>> app.title
        'NuNER studio'

        ```
    """
    app = FastAPI(title="NuNER studio", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.studio = studio
    app.include_router(router)
    app.add_middleware(RequestSize)
    app.add_middleware(Access, token=token, port=port, hosts=hosts)
    files = {path.name: path.read_bytes() for path in _PAGE.iterdir()}

    @app.get("/")
    def page() -> Response:
        return Response(files["index.html"], media_type=_MEDIA_TYPES[".html"])

    @app.get("/page/{name}")
    def page_file(name: str) -> Response:
        if name not in files:
            return problem(404, f"there is no file {name}")
        return Response(files[name], media_type=_MEDIA_TYPES[Path(name).suffix])

    @app.exception_handler(Elsewhere)
    async def elsewhere(_: Request, error: Exception) -> JSONResponse:
        return problem(409, str(error))

    @app.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: Any) -> JSONResponse:
        first = error.errors()[0]
        return problem(422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")

    @app.exception_handler(KeyError)
    async def missing(_: Request, error: Exception) -> JSONResponse:
        return problem(404, f"there is no text {error}")

    @app.exception_handler(ValueError)
    async def refused(_: Request, error: Exception) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(OSError)
    async def not_written(_: Request, error: Exception) -> JSONResponse:
        return problem(_INSUFFICIENT_STORAGE, studio.problem or str(error))

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "the studio failed; what it printed says why")

    return app
