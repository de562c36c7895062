"""What becomes of our files elsewhere: the tables in docs/formats.md, from runs of the real programs.

    python tools/hosts.py            runs them all, and writes the tables
    python tools/hosts.py --check    writes nothing; fails if a row would change, or if something is not shown right

Packages of Python and node are installed into build/hosts/, in the versions below. Other programs have to be there:
Chromium, pandoc, TeX Live with animate and its three engines, rsvg-convert, Inkscape. The row of a program that is
missing stays as it is.
A figure of four steps is drawn in every format; what a program makes of it is compared with the frames.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from shutil import copyfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from hosting import (
    FORMATS,
    ROOT,
    SPEC,
    WORK,
    MissingError,
    conv_anim,
    drawn,
    fresh,
    node,
    package,
    pinned,
    python,
    ran,
    rasterized,
    seen,
    set_up,
    tool,
    tool_in,
)
from hosts_browsed import browsed, jupyterlab, themed

from conv_anim.export import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE = ROOT / "docs" / "formats.md"
TABLES = re.compile(r"<!-- hosts -->\n.*?<!-- end -->", re.DOTALL)
HEAD = ("png", "gif", "apng", "webp", "svg, a still", "svg, moving", "pdf")


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
    folder = site("vitepress", "index.md", BLOCK.replace("one.yaml", "one.yaml print=true"))
    node("vitepress", "build", folder)
    html = (folder / ".vitepress" / "dist" / "index.html").read_text()
    found = re.findall(r'(?:src|srcset)="(/assets/one[^"]+|data:[^"]+)"', html)
    assert len(found) == 3, found  # the figure, its still, and the same for paper
    return "GIF, and a still for less motion and for paper, all in the bundle"


def mdx() -> str:
    text = BLOCK.replace("<!--", "{/*").replace("-->", "*/}").replace("one.yaml", "one.yaml spec=details print=true")
    folder = site("mdx", "page.mdx", text)
    (WORK / "mdx.mjs").write_text(
        'import { compile } from "@mdx-js/mdx"; import { readFileSync } from "node:fs";\n'
        "console.log(String(await compile(readFileSync(process.argv[2]))));\n"
    )
    compiled = ran("node", "mdx.mjs", folder / "page.mdx")
    for said in (
        'srcSet: "./figures/one.still.png"',
        'hidden: "hidden"',
        'display: "none"',
        'src: "./figures/one.gif"',
        '"language-yaml"',
    ):
        assert said in compiled, compiled
    return "GIF, and a still for less motion and for paper; markers are `{/* … */}`"


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


PANDOC = ("pandoc", "pandoc 3")
"""The one on the path, and a newer one that pypandoc_binary brings along."""
BY_PANDOC = {"HTML": "html", "Word": "docx", "PowerPoint": "pptx", "EPUB": "epub", "LaTeX": "tex", "Typst": "typ"}


def pandoc(which_: str, *args: object, folder: Path = WORK) -> str:
    """What it prints."""
    where = "import pypandoc; print(pypandoc.get_pandoc_path())"
    return ran(which_ if which_ == "pandoc" else python("-c", where).strip(), *args, folder=folder)


def by_pandoc(which_: str) -> Host:
    """What each kind of document holds."""

    def made() -> str:
        found = {}
        folder = fresh(which_.replace(" ", "-"))
        (folder / "conv-anim.lua").write_text(conv_anim("embed", "--lua-filter", folder=folder))
        (folder / "page.md").write_text(f"---\ntitle: T\nlang: en\n---\n\n{FENCE}")
        for kind, suffix in BY_PANDOC.items():
            path = folder / f"page.{suffix}"
            if suffix == "typ" and "typst" not in pandoc(which_, "--list-output-formats"):
                continue
            pandoc(which_, "page.md", "--lua-filter", "conv-anim.lua", "-s", "-o", path, folder=folder)
            found.setdefault(found_in(path), []).append(kind)
        return "; ".join(f"{format_} in {', '.join(kinds)}" for format_, kinds in found.items())

    return Host(which_, lambda: re.search(r"[\d.]+", pandoc(which_, "--version"))[0], made)  # type: ignore[index]


def found_in(path: Path) -> str:
    """The figure that a document holds."""
    if path.suffix == ".typ":  # for readers who do not see: the standard refuses pictures without words
        python("-c", "import typst; typst.compile('page.typ', 'page.pdf', pdf_standards=['ua-1'])", folder=path.parent)
    if path.suffix in {".tex", ".html", ".typ"}:
        (name,) = re.findall(r"conv-anim-figures/fig-one\.(\w+)", path.read_text())
        return str(name).upper()
    if path.suffix == ".epub":
        assert checked(path) == "[]", checked(path)
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
    told = checked(book)
    with zipfile.ZipFile(book) as document:
        for name in document.namelist():
            if name.endswith(".xhtml"):
                ET.fromstring(document.read(name))
    return "GIF; " + ("epubcheck finds no error" if told == "[]" else f"epubcheck: {told}")


def checked(book: Path) -> str:
    """What epubcheck says of a book that is wrong."""
    program = (
        "import sys, epubcheck; r = epubcheck.EpubCheck(sys.argv[1]); "
        "print([m for m in r.messages if m.level in ('FATAL', 'ERROR')])"
    )
    return python("-c", program, book).strip()


def animate(engine: str) -> Host:
    """The snippet of docs/formats.md, compiled."""
    version = tool_in("TeX Live (\\d+)", engine, "--version")
    return Host(f"LaTeX, animate: {engine}", version, lambda: animated(engine))


def animated(engine: str) -> str:
    folder = fresh(f"animate-{engine}")
    (folder / "one.yaml").write_text(SPEC)
    conv_anim("render", "one.yaml", "-f", "pages", folder=folder)
    text = (ROOT / "docs" / "formats.md").read_text()
    (snippet,) = re.findall(r"```latex\n(\\usepackage\{graphicx,animate\}\n\\animategraphics.*?)```", text, re.DOTALL)
    package_, body = snippet.replace("con_5", "one").split("\n", 1)
    (folder / "page.tex").write_text(document(package_, body))
    for _ in range(2):
        ran(engine, "-halt-on-error", "-interaction=nonstopmode", "page.tex", folder=folder)
    first = seen(rasterized(folder / "page.pdf"))
    return f"`pages.pdf` moves in readers with JavaScript; others, and paper, show the {first}"


THEMES = ("pydata-sphinx-theme", "sphinx-book-theme", "furo")

HOSTS = (
    Host("VitePress", pinned("vitepress"), vitepress),
    Host("MDX", pinned("@mdx-js/mdx"), mdx),
    Host("MyST (mystmd)", pinned("mystmd"), myst),
    Host("Sphinx, EPUB", lambda: ran(sys.executable, "-m", "sphinx", "--version").split()[-1], epub),
    *(Host(f"Sphinx, {theme}", package(theme), themed(theme)) for theme in THEMES),
    Host("JupyterLab, trusted", package("jupyterlab"), jupyterlab(trusted=True)),
    Host("JupyterLab, not trusted", package("jupyterlab"), jupyterlab(trusted=False)),
    *map(by_pandoc, PANDOC),
    *map(animate, ("pdflatex", "lualatex", "xelatex")),
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
