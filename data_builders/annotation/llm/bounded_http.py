"""An HTTP client that no server can keep busy or fill up: time and size of each answer are bounded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import openai

from .faults import MAX_BODY_BYTES, BodyTooLarge, RequestTooSlow

if TYPE_CHECKING:
    import httpx2 as httpx

_MOST_REDIRECTS = 5
_OF_THE_WIRE = ("content-encoding", "content-length", "transfer-encoding")


class BoundedClient(openai.DefaultAsyncHttpxClient):
    """The HTTP client of the `openai` library with bounds.

    The time-out of a request, which that library takes for each step, bounds the request as a whole, so that no body
    can drip. A body is decompressed piece by piece and not further than `MAX_BODY_BYTES`. Streamed answers, such as
    the files of batches, are left to who reads them.
    """

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request and read its answer, as the base class does.

        Args:
            request: The request.
            stream: Whether the answer is read by the caller.
            **options: Those of the base class.

        Raises:
            BodyTooLarge: If the body is too long.
            RequestTooSlow: If it all takes too long.
        """
        if stream:
            return await super().send(request, stream=True, **options)
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            return await asyncio.wait_for(self._send_and_read(request, options), seconds)
        except asyncio.TimeoutError:
            raise RequestTooSlow("the request took too long") from None

    async def _send_and_read(self, request: httpx.Request, options: dict[str, Any]) -> httpx.Response:
        options["follow_redirects"] = False  # the base class would read their bodies to the end
        response = await super().send(request, stream=True, **options)
        for _ in range(_MOST_REDIRECTS):
            if response.next_request is None:
                break
            await response.aclose()
            response = await super().send(response.next_request, stream=True, **options)
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    raise BodyTooLarge("the body is too long")
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_WIRE]
        return type(response)(
            response.status_code,
            headers=headers,
            content=bytes(body),
            request=response.request,
            extensions=response.extensions,
        )
