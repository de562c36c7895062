"""Sphinx: real projects, built for the web, for print and as text, built again, and built with mistakes."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests import conftest

main = pytest.importorskip("sphinx.cmd.build", reason="Sphinx is not installed").main

SPEC = "title: A <b> figure\ninput: {values: {file: data.csv}}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n"
CONF = 'extensions = ["myst_parser", "conv_anim.embed.sphinx"]\nhtml_theme = "basic"\nshow_warning_types = True\n'
INDEX = """
Title
=====

.. toctree::

   deep/page

See :ref:`fig-one`.

.. conv-anim:: figs/one.yaml
   :caption: Nine cells, *two apart*
   :name: fig-one
   :align: center

.. conv-anim:: /figs/one.yaml
   :still: false
   :width: 200px
   :alt: other "words"

"""
POOL = "input: {size: [3, 3]}\nlayer: {type: max_pool, kernel_size: 2, stride: 1}\n"
PAGE = f"""
# Page

```{{conv-anim}}
:class: mine
:theme: dark
{POOL}```

```{{conv-anim}} ../figs/one.yaml
:step: 1
```
"""


@pytest.fixture
def project(tmp_path):
    source = tmp_path / "a folder"
    for name, text in {
        "conf.py": CONF,
        "index.rst": INDEX,
        "deep/page.md": PAGE,
        "figs/one.yaml": SPEC,
        "figs/data.csv": "1,2,3,4\n5,6,7,8\n9,1,2,3\n4,5,6,7\n",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    return source


def build(source, builder="html", *more):
    """The folder that is built, and what Sphinx says: warnings. Several processes are a program of their own."""
    out = source.parent / builder
    words = ["--no-color", "-q", "-b", builder, "-d", str(source.parent / "trees"), *more, str(source), str(out)]
    if "-j" in more:
        command = [sys.executable, "-m", "sphinx", *words]
        return out, subprocess.run(command, capture_output=True, text=True, check=False).stderr
    said = StringIO()
    with redirect_stdout(StringIO()), redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as a program does with those of libraries
        main(words)
    return out, said.getvalue()


class Pictures(HTMLParser):
    """The images of a page, each with the still that stands in for it."""

    def __init__(self, page):
        super().__init__()
        self.page, self.found, self.still, self.paper = page, [], None, []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "source":
            assert attrs["media"] == "(prefers-reduced-motion: reduce), print"
            self.still = attrs["srcset"]
        elif tag == "img" and "hidden" in attrs:
            assert attrs["loading"] == "lazy"
            self.paper.append(attrs["src"])
        elif tag == "img":
            self.found.append((attrs, self.still))
            self.still = None

    def frames(self):
        for attrs, still in self.found:
            with Image.open(self.page.parent / attrs["src"]) as image:
                moving = image.n_frames if attrs["src"].endswith("gif") else 1
            assert still is None or (self.page.parent / still).read_bytes().startswith(b"\x89PNG")
            yield moving


def test_a_web_page_gets_animations_and_stills(project):
    out, said = build(project, "html", "-W", "-j", "2")
    assert said == ""
    index, page = Pictures(out / "index.html"), Pictures(out / "deep" / "page.html")
    (first, still), (second, none) = index.found
    assert " ".join(first["alt"].split()) == "A <b> figure. Convolution, kernel 3×3: 4×4 → 2×2."
    assert second["alt"] == 'other "words"'
    assert "200px" in second["style"]
    assert none is None
    flat = conftest.frames_in(SPEC.replace("values: {file: data.csv}", "size: [4, 4]"), outputs=4)
    assert list(index.frames()) == [flat, flat]
    assert first["src"] == second["src"]
    assert still.endswith(".still.png")
    assert index.paper == [still], "what paper shows"
    text = (out / "index.html").read_text()
    assert re.search(r'<figure class="align-center" id="fig-one">.*<em>two apart</em>.*</figure>', text, re.DOTALL)
    assert 'href="#fig-one"' in text
    assert list(page.frames()) == [conftest.frames_in(POOL, outputs=4), 1]
    assert "mine" in page.found[0][0]["class"]
    assert all("dark-light" in attrs["class"].split() for attrs, _ in index.found + page.found), "PyData's themes"
    assert len(list((out / "_images").iterdir())) == 2 + 2 + 1


def test_print_gets_a_still_as_pdf(project):
    out, said = build(project, "latex", "-W")
    assert said == ""
    (tex,) = out.glob("*.tex")
    shown = re.findall(r"\\sphinxincludegraphics(?:\[.*?\])?\{\{([^}]+)\}(\.\w+)\}", tex.read_text())
    names = ["".join(parts) for parts in shown]
    assert len(names) == 4
    assert all((out / name).read_bytes().startswith(b"%PDF") for name in names)
    assert r"\sphinxstyleemphasis{two apart}" in tex.read_text()


def test_dark_pages_get_dark_pictures(project):
    (project / "deep" / "page.md").unlink()
    (project / "index.rst").write_text(
        "Title\n=====\n\n.. conv-anim:: figs/one.yaml\n   :dark: true\n\n"
        ".. conv-anim:: figs/one.yaml\n   :dark: true\n   :step: 1\n"
    )
    out, said = build(project, "html", "-W")
    assert said == ""
    text = (out / "index.html").read_text()
    first, second = re.findall(r"<picture>(.*?)</picture>", text, re.DOTALL)
    night, rest = "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"
    assert re.findall(r'media="([^"]+)"', first) == [f"{night} and {rest}", f"{rest}, print", night]
    assert re.findall(r'media="([^"]+)"', second) == [night]
    corners = []
    for address in re.findall(r'(?:srcset|src)="([^"]+)"', first + second):
        with Image.open(out / address) as image:
            corners.append(max(image.convert("RGB").getpixel((0, 0))) < 80)
    assert corners == [True, False, True, False, True, False]
    out, said = build(project, "latex", "-W")
    assert said == ""


def test_a_mistake_is_told_again_by_the_next_run(project):
    (project / "figs" / "one.yaml").write_text("input: 3\n")
    told = [build(project, "html")[1] for _ in range(2)]
    assert "must be a mapping" in told[0]
    assert told[0] == told[1]


def test_an_epub_is_well_formed(project):
    with (project / "index.rst").open("a") as page:
        page.writelines(f".. conv-anim:: figs/one.yaml\n   :format: {kind}\n\n" for kind in ("apng", "webp", "svg"))
    out, told = build(project, "epub", "-D", "copyright=nobody", "-D", "version=1")
    assert told == ""
    pages = [*out.glob("**/*.xhtml")]
    found = [each for page in pages for each in ET.parse(page).iter() if each.tag.endswith(("}img", "}source"))]
    assert len(found) > 4
    assert {Path(each.get("src") or each.get("srcset") or "").suffix for each in found} == {".gif", ".png", ".svg"}


def test_text_says_it_in_words(project):
    out, said = build(project, "text", "-W")
    assert said == ""
    assert "A <b> figure. Convolution" in (out / "index.txt").read_text()


def test_a_changed_spec_or_data_file_is_drawn_again_and_nothing_else(project):
    out, _ = build(project)
    before = {path.name for path in (out / "_images").iterdir()}
    out, said = build(project, "html", "-v", "-v")
    assert "updating environment: 0 added, 0 changed" in said or said == ""
    for change in ("figs/one.yaml", "figs/data.csv"):
        path = project / change
        path.write_text(path.read_text().replace("2", "8").replace("kernel_size: 3", "kernel_size: 2"))
        out, said = build(project)
        assert said == ""
        after = {path.name for path in (out / "_images").iterdir()}
        assert Pictures(out / "index.html").found[0][0]["src"].removeprefix("_images/") in after - before
        before = after


def test_mistakes_are_warnings_at_their_lines_and_told_in_the_page(project):
    (project / "figs" / "bad.yaml").write_text("input: {size: [3, 3]}\nlayer: {type: conv, kernl: 3}\n")
    (project / "index.rst").write_text(
        "T\n=\n\n.. conv-anim:: figs/bad.yaml\n\n.. conv-anim:: none.yaml\n\n- .. conv-anim::\n\n"
        "     input: {size: [3, 3]}\n     layer: {type: conv, kernel_size: 9}\n\n"
        ".. conv-anim::\n\n.. conv-anim:: figs/one.yaml\n   :step: 99\n\n.. toctree::\n\n   deep/page\n"
    )
    (project / "deep" / "page.md").write_text(
        "# T\n\n```{conv-anim}\n---\nalt: x\n---\ninput: {size: 3}\nlayer: {type: con}\n```\n"
    )
    out, said = build(project)
    found = re.findall(r"^(\S.*?): WARNING: (.*) \[conv_anim\]$", said, re.MULTILINE)
    places = [Path(place).relative_to(project).as_posix() for place, _ in found]
    assert sorted(places) == [
        "deep/page.md:7:15",
        "deep/page.md:8:15",
        "figs/bad.yaml:2:21",
        "index.rst:11:39",
        "index.rst:13",
        "index.rst:15",
        "index.rst:6",
    ]
    assert any("did you mean 'conv'?" in text for _, text in found)
    page = (out / "index.html").read_text()
    assert page.count("conv-anim-problem") == 5
    assert str(project) not in page
    assert "has no key" in page
