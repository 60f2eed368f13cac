"""HTML pages that need no other file."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A picture in a page.

    Args:
        path: A PNG file.
        caption: What it shows and what it was measured on.
    """

    path: Path
    caption: str

    @property
    def data_uri(self) -> str:
        """The picture itself, to stand in the page."""
        return "data:image/png;base64," + base64.b64encode(self.path.read_bytes()).decode("ascii")


def render_page(package: str, template: str, **values: Any) -> str:
    """Render a page; every text in it is escaped.

    Args:
        package: The package whose folder `templates` holds the template. It may extend `page.html.jinja`, which
            has the looks of all pages.
        template: Name of the template.
        **values: What it shows.

    Returns:
        HTML.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("nuner.data_builders.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)
