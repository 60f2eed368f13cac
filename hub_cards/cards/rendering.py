"""The templates of cards, in which nothing that is filled in can be taken for markup."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from nuner.data_builders.pages.markdown import Markdown, escape, inline_code, python_string, relative_url

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: Any) -> str:
    """Fill in a template of this room; every value in it is escaped unless it is `Markdown`.

    Args:
        template: File name in `templates`.
        **values: What the template names.

    Returns:
        The text.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nuner.hub_cards.cards"),
        finalize=lambda value: value if isinstance(value, Markdown) else escape(str(value)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(code=inline_code, python=python_string, url=relative_url)
    environment.globals.update(markdown=Markdown)
    return environment
