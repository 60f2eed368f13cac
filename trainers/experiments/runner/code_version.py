"""What tells one version of the code from another, for the parts that a result depends on."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "nuner"
# It decides when cells are computed, not what comes of them.
_RUNNER = __package__ or ""


@cache
def code_version(module: str) -> str:
    """Hash what a module does, with all modules of this package that it imports, at any depth.

    Comments, docstrings and layout do not count, and neither does the runner of the experiments.

    Args:
        module: Name of a module of `nuner`.

    Returns:
        A hexadecimal digest.

    Raises:
        ValueError: If there is no source of that module to read.

    Example:
        ```python
        >>> from nuner.trainers.experiments.runner.code_version import code_version
        >>> one, other = "nuner.trainers.freezing", "nuner.trainers.held_out"
        >>> code_version(one) == code_version(other)
        False

        ```
    """
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            tree = _parsed(name)
            found[name] = hashlib.sha256(ast.unparse(tree).encode()).hexdigest()
            waiting += [each for each in _imported(tree, name) if not each.startswith(_RUNNER)]
    digest = hashlib.sha256("\n".join(f"{name} {found[name]}" for name in sorted(found)).encode())
    return digest.hexdigest()


@cache
def _source(module: str) -> Path | None:
    """Return the file of a module of ours; None where the name is of something else."""
    # The spec of an inner module imports the packages around it, whose doors are lazy.
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:  # what should be a package around it is a module
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None else None


@cache
def _parsed(module: str) -> ast.Module:
    path = _source(module)
    if path is None:
        raise ValueError(f"{module} has no source to read")
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body[0] = ast.Pass()
    return tree


def _imported(tree: ast.Module, module: str) -> Iterator[str]:
    """Yield the modules of ours that a module imports, anywhere in it."""
    path = _source(module)
    package = module if path is not None and path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            outer = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*outer, *([node.module] if node.module else [])])
            # What is imported from a package may be a module of it.
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == _PACKAGE and _source(name) is not None:
                yield name
