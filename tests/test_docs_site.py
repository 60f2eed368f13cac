"""The guide and the reference build without a warning, links are good, and nothing is loaded from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import REPOSITORY

ROOMS = ("modeling_nuner", "data_builders", "trainers", "hub_cards")
LOADED = re.compile(r"""(?:<script[^>]*\bsrc|<img[^>]*\bsrc|<link[^>]*stylesheet[^>]*\bhref)=["']?(https?:|//)""")
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]+)(#[^)\s]+)?\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("docs-site")
    # The package as it is when installed.
    package = folder / "sources" / "nuner"
    package.mkdir(parents=True)
    for item in (REPOSITORY / "interface").iterdir():
        (package / item.name).symlink_to(item)
    for room in ROOMS:
        (package / room).symlink_to(REPOSITORY / room)
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder / "site"],
        cwd=REPOSITORY,
        env={**os.environ, "NUNER_SOURCES": str(package.parent), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    return folder / "site"


def test_site_has_every_page(site: Path) -> None:
    for page in (REPOSITORY / "docs").rglob("*.md"):
        assert (site / page.relative_to(REPOSITORY / "docs")).with_suffix(".html").is_file()


def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not LOADED.search(page.read_text(encoding="utf-8")), page.name


@pytest.mark.parametrize("page", sorted(REPOSITORY.glob("*.md")), ids=lambda page: page.name)
def test_links_beside_the_site_are_good(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
