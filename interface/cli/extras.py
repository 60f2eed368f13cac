"""Which extra of the package brings what is not installed."""

from __future__ import annotations

_EXTRAS = {
    "onnx": ("onnx", "onnx_ir", "onnxruntime", "onnxscript"),
    "openvino": ("openvino",),
    "demo": ("gradio",),
    "serve": ("fastapi", "starlette", "pydantic", "anyio", "uvicorn", "h11", "prometheus_client"),
    "ray": ("ray",),
    "spacy": ("spacy",),
    "plot": ("matplotlib",),
    "wikipedia": ("pyoxigraph",),
}


def what_to_install(error: Exception) -> str | None:
    """Tell how to mend an import that failed.

    Args:
        error: Any error.

    Returns:
        A sentence; None where no extra would mend it.

    Example:
        ```python
        >>> from nuner.cli.extras import what_to_install
        >>> what_to_install(ModuleNotFoundError("No module named 'onnxruntime'", name="onnxruntime"))
        "onnxruntime is not installed; install it with: pip install 'nuner[onnx]'"

        ```
    """
    while error.__cause__ is not None and not isinstance(error, ModuleNotFoundError):
        if not isinstance(error.__cause__, Exception):
            return None
        error = error.__cause__
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return None
    module = error.name.partition(".")[0]
    for extra, modules in _EXTRAS.items():
        if module in modules:
            return f"{module} is not installed; install it with: pip install 'nuner[{extra}]'"
    return None
