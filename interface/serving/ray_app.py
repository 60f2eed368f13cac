"""The service as an application of Ray Serve, with the same paths."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from ray import serve

from nuner.modeling_nuner.integrations.ray_data import recognizing_workers, use_given_threads
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

from .app import MAX_BYTES, MAX_REQUESTS, create_app


class RayAppArguments(BaseModel):
    """What an application of Ray Serve is made with."""

    model_config = ConfigDict(extra="forbid")

    recognizer: str = Field(description="Folder, at the same place of all machines, or Hub id.")
    backend: Literal["torch", "onnx", "openvino"] = "torch"
    dtype: str | None = None
    labels: list[str] | dict[str, str] | None = Field(default=None, description="As `EntityRecognizer` takes them.")
    threshold: float | None = None
    replicas: int = Field(default=1, ge=1, description="Processes that answer, each on a GPU or a processor.")
    max_bytes: int = MAX_BYTES
    max_requests: int = MAX_REQUESTS


def app(arguments: RayAppArguments) -> serve.Application:
    """Make an application of Ray Serve: `serve run nuner.serving.ray_app:app recognizer=recognizer backend=onnx`.

    Args:
        arguments: What it is made with.

    Returns:
        The application, whose replicas each load the recognizer.

    Raises:
        ValueError: If an argument is none, or wrong.

    Example:
        ```python
        >>> from ray import serve
        >>> from nuner.serving.ray_app import RayAppArguments, app
        >>> serve.run(app(RayAppArguments(recognizer="recognizer")))  # starts Ray  # doctest: +SKIP

        ```
    """
    options: dict[str, Any] = arguments.model_dump(include={"backend", "dtype", "labels", "threshold"})
    bounds: dict[str, int] = arguments.model_dump(include={"max_bytes", "max_requests"})
    recognizer = arguments.recognizer

    def replica() -> FastAPI:
        use_given_threads()
        return create_app(EntityRecognizer.from_pretrained(recognizer, **options), recognizer, **bounds)

    # Types of Ray say that a decorated class stays one.
    deployment: Any = serve.deployment(
        serve.ingress(replica)(),
        name="nuner",
        num_replicas=arguments.replicas,
        # What is more than the application bounds waits at the proxy.
        max_ongoing_requests=arguments.max_requests,
        ray_actor_options=recognizing_workers(arguments.backend).resources,
    )
    return deployment.bind()
