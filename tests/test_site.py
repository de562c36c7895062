"""The built site: without a warning, nothing missing, nothing from elsewhere, and it fits a phone."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests import conftest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.repository


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = tmp_path_factory.mktemp("site") / "made"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs", ".", made]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


class Page(HTMLParser):
    """What an HTML page loads, where it leads, and the places in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.places: set[str] = set()
        self.eager: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.places |= {named[key] for key in ("id", "name") if named.get(key)}
        if tag == "a" and "href" in named:
            self.linked.append(named["href"])
        elif "href" in named and not (tag == "link" and named.get("rel") == "canonical"):
            self.loaded.append(named["href"])
        self.loaded += [named[key] for key in ("src", "poster", "data") if key in named]
        self.loaded += [each.split()[0] for each in named.get("srcset", "").split(",") if each.strip()]
        if tag == "img" and named.get("loading") != "lazy":
            self.eager.append(named["src"])


def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_is_there(site):
    sources = [*(ROOT / "docs").rglob("*.md"), ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"]
    wanted = {source.relative_to(ROOT).with_suffix(".html").as_posix() for source in sources}
    assert wanted <= {path.relative_to(site).as_posix() for path in site.rglob("*.html")}


def test_nothing_comes_from_elsewhere(site):
    loaded = {address for page in pages(site).values() for address in page.loaded}
    assert [address for address in loaded if urlsplit(address).netloc] == []
    styles = " ".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", styles) == []


def test_links_and_pictures_lead_somewhere(site):
    known = pages(site)
    wrong = []
    for path, page in known.items():
        for address in page.loaded + page.linked:
            url = urlsplit(address)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            place = unquote(url.fragment)
            good = target.is_file() and target.suffix != ".md"
            good = good and (not place or target not in known or place in known[target].places)
            wrong += [] if good else [f"{path.relative_to(site)}: {address}"]
    assert wrong == []


def test_pictures_of_the_gallery_are_loaded_when_they_are_seen(site):
    eager = Page(site / "docs" / "gallery.html").eager
    assert [source for source in eager if "_static" not in source] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(site, browser, scheme):
    wide, asked = [], []
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    tab = context.new_page()
    tab.set_default_timeout(conftest.PATIENCE)
    tab.on("request", lambda request: asked.append(request.url))
    for path in sorted(site.rglob("docs/**/*.html")):
        tab.goto(path.as_uri())
        wide += [path.name] if tab.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    context.close()
    assert wide == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
