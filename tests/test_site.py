"""The built site: without a warning, nothing missing, nothing from elsewhere, and it fits a phone."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

import conv_anim
from conv_anim.catalog import templates
from conv_anim.coding.programs import program
from tests import conftest
from tests.test_states import violations

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


@cache
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
    for path in (site / "docs" / "gallery.html", *(site / "docs" / "gallery").glob("*[!y].html")):
        assert [source for source in Page(path).eager if "_static" not in source] == [], path.name


def test_no_page_is_over_a_megabyte_before_it_is_scrolled(site, browser):
    largest = max((ROOT / "output").rglob("*.gif"), key=weight)
    figure = site / "docs" / "gallery" / f"{largest.stem}.html"
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    for path in (site / "docs" / "gallery.html", figure, *sorted((site / "docs").glob("*.html"), key=weight)[-3:]):
        tab, loaded = context.new_page(), []
        tab.set_default_timeout(conftest.PATIENCE)
        tab.on("request", lambda request, loaded=loaded: loaded.append(request.url))
        tab.goto(path.as_uri(), wait_until="networkidle")
        files = {Path(unquote(urlsplit(url).path)) for url in loaded if url.startswith("file:")}
        assert path in files
        assert sum(map(weight, files)) < 1_000_000, path.name
        tab.close()
    context.close()


def weight(path):
    return path.stat().st_size


def test_every_template_has_a_page_with_what_it_takes(site):
    for template in templates():
        text = (site / "docs" / "gallery" / f"{template.name}.html").read_text(encoding="utf-8")
        assert f"conv-anim play --template {template.name}<" in text
        assert f"conv-anim new {template.name}<" in text
        (spec,) = re.findall(r'<pre id="spec"[^>]*>(.*?)</pre>', text, re.DOTALL)
        assert unescape(spec) == template.spec.strip("\n")
    with Image.open(site / "docs" / "gallery" / "con_5.webp") as thumbnail:
        assert thumbnail.width == 320
    text = (site / "docs" / "gallery" / "con_5.html").read_text(encoding="utf-8")
    (code,) = re.findall(r'<pre id="code"[^>]*>(.*?)</pre>', text, re.DOTALL)
    assert unescape(code) == program(conv_anim.load(ROOT / "templates" / "con_5.yaml"), "torch").strip("\n")
    assert (site / "docs" / "gallery" / "stride_and_padding.play.html").is_file()


def test_the_gallery_is_filtered_and_its_address_says_how(site, browser):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    tab, wrong = context.new_page(), []
    tab.set_default_timeout(conftest.PATIENCE)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    start = (site / "docs" / "gallery.html").as_uri()
    tab.goto(start)
    every = tab.locator(".gallery > li:visible").count()
    assert every == len(templates())
    views = {template.name: conv_anim.load(template.path) for template in templates()}
    wanted = {name for name, spec in views.items() if any(figure.view.kind == "channels" for figure in spec.figures)}
    tab.select_option("[name=view]", "channels")
    shown = tab.eval_on_selector_all(".gallery > li:not([hidden]) a", "all => all.map((one) => one.href)")
    assert {Path(urlsplit(link).path).stem for link in shown} == wanted
    tab.wait_for_url(f"{start}?view=channels")
    assert tab.locator("#gallery-count").inner_text() == f"{len(wanted)} of {every} figures"
    tab.select_option("[name=kind]", "max_pool")
    tab.reload()
    assert tab.eval_on_selector_all("select", "all => all.map((one) => one.value)") == ["", "max_pool", "channels"]
    tab.go_back()
    conftest.until(
        tab, "wanted => document.querySelectorAll('.gallery > li:not([hidden])').length === wanted", len(wanted)
    )
    tab.locator(".gallery > li:visible a").first.click()
    assert "Copy" in tab.locator("button[data-copies=spec]").inner_text()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.locator("button[data-copies=play]").click()
    tab.wait_for_function("document.querySelector('[data-copies=play]').textContent === 'Copied'")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("conv-anim play --template ")
    assert wrong == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_gallery(site, browser, scheme):
    context = browser.new_context(viewport={"width": 1000, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(conftest.PATIENCE)
    for name in ("gallery.html", "gallery/con_5.html", "gallery/stride_and_padding.play.html"):
        tab.goto((site / "docs" / name).as_uri())
        for summary in tab.locator("summary:visible").all():
            summary.click()
        assert violations(tab) == [], name
    context.close()


def test_the_gallery_is_used_by_keyboard(site, browser):
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(conftest.PATIENCE)
    tab.goto((site / "docs" / "gallery.html").as_uri())
    tab.locator("[name=view]").focus()
    tab.keyboard.press("m")  # one key: a slow machine takes several for the beginnings of as many words
    conftest.until(tab, "location.search.includes('view=matrix')")
    assert tab.get_by_role("status").inner_text().endswith("figures")
    tab.keyboard.press("Tab")
    for _ in range(12):
        if tab.evaluate("document.activeElement.matches('.gallery a')"):
            break
        tab.keyboard.press("Tab")
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    wanted = tab.evaluate("document.activeElement.href")
    tab.keyboard.press("Enter")
    tab.wait_for_url(wanted)
    tab.locator("button[data-copies=spec]").focus()
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(site, browser, scheme):
    wide, asked = [], []
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    tab = context.new_page()
    tab.set_default_timeout(conftest.PATIENCE)
    tab.on("request", lambda request: asked.append(request.url))
    figures = [*sorted((site / "docs" / "gallery").glob("*.html"))]
    for path in sorted({*site.rglob("docs/**/*.html")} - {*figures}) + figures[::10]:
        tab.goto(path.as_uri())
        wide += [path.name] if tab.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    context.close()
    assert wide == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
