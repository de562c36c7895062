"""What a browser shows of our files: as images, in JupyterLab, and in sites that Sphinx builds with themes."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from shutil import which
from time import sleep
from typing import TYPE_CHECKING

import pypdfium2
import yaml
from hosting import FORMATS, SPEC, WORK, MissingError, drawn, fresh, python, rasterized, scene, seen
from PIL import Image

import conv_anim as product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CALM = "--force-prefers-reduced-motion"
"""What reaches an SVG in an image; what is emulated, as for a page's own media queries, does not."""


# images


def browsed() -> Iterator[tuple[str, str, list[str]]]:
    """What Chromium shows of each format, on screen and on paper, and where less motion is asked for."""
    rows: dict[str, list[str]] = {"Chromium": [], "Chromium, less motion": [], "Chromium, printing": []}
    for title, args in {"Chromium": [], "Chromium, less motion": [CALM]}.items():
        with chromium(*args) as browser:
            version = browser.version.split(".")[0]
            for name in FORMATS[:-1]:
                page = browser.new_page(viewport={"width": scene().width, "height": scene().height})
                page.goto(framed(name))
                rows[title].append(moving(page))
                if not args:
                    page.pdf(path=WORK / "printed.pdf", print_background=True)
                    rows["Chromium, printing"].append(seen(rasterized(WORK / "printed.pdf")))
                page.close()
    for title, cells in rows.items():
        yield title, version, [*cells, "—"]


def framed(name: str) -> str:
    """The address of a page with the figure as an image."""
    path = drawn() / f"{name}.html"
    path.write_text(f'<style>body {{ margin: 0 }} img {{ display: block }}</style><img src="figure.{name}" />')
    return path.as_uri()


def moving(page) -> str:  # type: ignore[no-untyped-def]  # a page of playwright, or a part of one
    """Whether what is there changes in five seconds, else what it shows."""
    first = page.screenshot()
    for _ in range(25):
        sleep(0.2)
        if page.screenshot() != first:
            return "moves"
    (WORK / "seen.png").write_bytes(first)
    return seen(WORK / "seen.png")


@contextmanager
def chromium(*args: str):  # type: ignore[no-untyped-def]  # a browser of playwright
    """A running one. Raises MissingError."""
    from playwright.sync_api import sync_playwright

    where = which("chromium") or which("chromium-browser")
    if where is None:
        raise MissingError("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=["--no-sandbox", *args])
        yield browser
        browser.close()


# notebooks

NOTEBOOK = ("gif", "svg", "html")


def jupyterlab(*, trusted: bool) -> Callable[[], str]:
    """What is seen of figures in a notebook that is opened."""

    def made() -> str:
        folder = notebook(trusted=trusted)
        with served(folder) as address:
            usual = outputs(address)
            calm = outputs(address, CALM)
        told = [f"{name.upper()}: {usual[name]}, for less motion {calm[name]}" for name in NOTEBOOK[:-1]]
        return "; ".join([*told, f"page: {usual['html']}"])

    return made


def notebook(*, trusted: bool) -> Path:
    """A folder with a notebook whose cells show figures. What is trusted is trusted by its content."""
    import nbformat
    from nbformat import v4

    folder = fresh("notebook-trusted" if trusted else "notebook")
    cells = []
    for name in NOTEBOOK:
        data = product.show(yaml.safe_load(SPEC), format=name)._repr_mimebundle_()
        cells.append(v4.new_code_cell("…", outputs=[v4.new_output("display_data", data=data)]))
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "page.ipynb")
    if trusted:
        subprocess.run([*lab(), "trust", "page.ipynb"], cwd=folder, env=apart(folder), check=True, capture_output=True)
    return folder


def lab() -> list[str]:
    return [str(WORK / "venv" / "bin" / "jupyter")]


def apart(folder: Path) -> dict[str, str]:
    """Where Jupyter keeps what it knows."""
    kept = {f"JUPYTER_{what}_DIR": str(folder / ".jupyter" / what) for what in ("DATA", "CONFIG", "RUNTIME")}
    return os.environ | kept


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """JupyterLab on this machine, with a folder; its address."""
    options = (
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder}",
    )
    command = [*lab(), "lab", *options, "--LabApp.news_url=", "--ServerApp.open_browser=False"]
    with subprocess.Popen(command, env=apart(folder), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = (re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", line) for line in process.stderr)
            yield next(address[0] for address in found if address is not None)
        finally:
            process.terminate()


def outputs(address: str, *args: str) -> dict[str, str]:
    """What the output of each cell shows."""
    with chromium(*args) as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 3000}, reduced_motion="reduce" if args else None)
        page.goto(f"{address}lab/tree/page.ipynb?reset")
        page.wait_for_selector(".jp-OutputArea-output img", timeout=60_000)
        page.wait_for_function(f"document.querySelectorAll('.jp-OutputArea-output').length === {len(NOTEBOOK)}")
        found = page.locator(".jp-OutputArea-output")
        page.wait_for_timeout(2000)
        return {name: in_cell(found.nth(k)) for k, name in enumerate(NOTEBOOK)}


def in_cell(output) -> str:  # type: ignore[no-untyped-def]  # a locator of playwright
    if output.locator("iframe").count():
        frame = output.frame_locator("iframe")
        frame.locator("#next").click()
        frame.locator("#previous").click()
        return "can be played with"
    return moving(output.locator("img").first)


# sites


def themed(theme: str) -> Callable[[], str]:
    """What a site of Sphinx shows with a theme: by day, by night, and on paper."""

    def made() -> str:
        folder = fresh(theme)
        conf = f'extensions = ["conv_anim.embed.sphinx"]\nhtml_theme = "{theme.replace("-", "_")}"\n'
        (folder / "conf.py").write_text(conf)
        (folder / "one.yaml").write_text(SPEC)
        (folder / "index.rst").write_text("Title\n=====\n\n.. conv-anim:: one.yaml\n")
        python("-m", "sphinx", "-q", "-W", "-b", "html", folder, folder / "html")
        return visited((folder / "html" / "index.html").as_uri())

    return made


def visited(address: str) -> str:
    shots = {}
    with chromium() as browser:
        for scheme in ("light", "dark"):
            page = browser.new_page(
                color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1200, "height": 900}
            )
            page.goto(address)
            page.locator("picture img").screenshot(path=WORK / "seen.png")
            with Image.open(WORK / "seen.png") as image:  # without its edge, where the page may show through
                shots[scheme] = image.crop((1, 1, image.width - 1, image.height - 1))
            page.close()
    with chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        moves = moving(page.locator("picture img"))
        page.pdf(path=WORK / "printed.pdf", print_background=True)
    shots["light"].save(WORK / "seen.png")
    night = "the same on dark pages" if shots["light"] == shots["dark"] else "changed on dark pages"
    calm, paper = seen(WORK / "seen.png"), largest(WORK / "printed.pdf")
    return f"GIF {moves}, for less motion the {calm}, on paper the {paper}; {night}"


def largest(pdf: Path) -> str:
    """What the largest image in a document shows."""
    with pypdfium2.PdfDocument(pdf) as document:
        images = [found.get_bitmap().to_pil() for page in document for found in page.get_objects([3])]
        image = max(images, key=lambda one: one.width * one.height)
        image.save(WORK / "seen.png")
    return seen(WORK / "seen.png")
