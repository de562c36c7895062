"""The filter for pandoc and Quarto: documents made by a real pandoc."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from PIL import Image

from conv_anim.cli import main
from tests import conftest

FIRST = """title: 'A "quoted" \\ title'
input: {size: [5, 5]}
layer: {type: conv, kernel_size: 2, dilation: 2}
"""
PAGE = f"""---
title: A paper
---

```{{.conv-anim #fig-one caption="A *dilated* one" width=300}}
{FIRST}```

```{{.conv-anim src="a spec.yaml" alt="in words" step=1 theme=dark}}
```

```yaml
input: left alone
```
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    if shutil.which("pandoc") is None:
        reason = "needs pandoc (apt install pandoc)"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    Path("a spec.yaml").write_text("input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\n")
    Path("page.md").write_text(PAGE)
    Path("conv-anim.lua").write_text(CliRunner().invoke(main, ["embed", "--lua-filter"]).stdout)
    return folder


def pandoc(*args, page="page.md"):
    return subprocess.run(
        ["pandoc", page, "--lua-filter", "conv-anim.lua", *args], capture_output=True, text=True, check=False
    )


def test_a_web_page_gets_an_animation(here):
    done = pandoc("-t", "html")
    assert (done.returncode, done.stderr) == (0, "")
    figure = re.search(r"<figure.*?</figure>", done.stdout, re.DOTALL)[0]
    assert 'src="conv-anim-figures/fig-one.gif"' in figure
    assert 'id="fig-one"' in figure
    assert 'width="300"' in figure
    assert re.search(r"<figcaption[^>]*>A <em>dilated</em> one</figcaption>", figure)
    assert "A &quot;quoted&quot; \\ title. Dilated" in " ".join(figure.split())
    with Image.open("conv-anim-figures/fig-one.gif") as image:
        assert image.n_frames == conftest.frames_in(FIRST, outputs=9)
    (still,) = re.findall(r'src="(conv-anim-figures/\w+\.png)"\s+alt="in words"', done.stdout)
    CliRunner().invoke(main, ["render", "a spec.yaml", "--set", "theme=dark", "--step", "1", "-o", "own.png"])
    assert Path(still).read_bytes() == Path("own.png").read_bytes()
    assert " left alone<" in done.stdout


def test_latex_gets_a_pdf(here):
    done = pandoc("-t", "latex", "-M", "conv-anim-folder=figs")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = re.findall(r"\\includegraphics(?:\[.*?\])?\{(.*?)\}", done.stdout)
    assert first == "figs/fig-one.pdf"
    assert all(Path(name).read_bytes().startswith(b"%PDF") for name in (first, second))
    assert r"\caption{A \emph{dilated} one}" in done.stdout
    assert not Path("conv-anim-figures").exists()


def test_typst_gets_a_png_with_its_words(here):
    """Which pandoc's own writer leaves out."""
    formats = subprocess.run(["pandoc", "--list-output-formats"], capture_output=True, text=True, check=True).stdout
    if "typst" not in formats.split():
        pytest.skip("this pandoc writes no Typst")
    done = pandoc("-t", "typst")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = re.findall(r"#image\((.*)\)\]?,?$", done.stdout, re.MULTILINE)
    assert first.startswith('"conv-anim-figures/fig-one.png", alt: "A \\"quoted\\" \\\\ title. Dilated')
    assert first.endswith("width: 225.0pt")
    assert second.endswith('.png", alt: "in words"')
    assert "caption: [" in done.stdout
    assert "<fig-one>" in done.stdout


@pytest.mark.parametrize(("kind", "suffix"), [("docx", ".png"), ("epub", ".gif"), ("pptx", ".gif")])
def test_documents_hold_their_pictures(here, kind, suffix):
    done = pandoc("-o", f"page.{kind}")
    assert (done.returncode, done.stderr) == (0, "")
    with ZipFile(f"page.{kind}") as document:
        media = sorted(Path(name).suffix for name in document.namelist() if "/media/" in name)
    assert media == sorted([suffix, ".png"])
    if kind == "pptx":  # which has captions below its figures, and would have the words of others there
        with ZipFile("page.pptx") as document:
            slides = [document.read(name).decode() for name in document.namelist() if "slides/slide" in name]
        assert any("<a:t>dilated</a:t>" in slide for slide in slides)
        assert not any("<a:t>in words</a:t>" in slide for slide in slides)


def test_a_mistake_ends_the_build_with_its_diagnostic(here):
    Path("bad.md").write_text(PAGE.replace("dilation:", "dilaton:"))
    done = pandoc("-t", "html", page="bad.md")
    assert done.returncode != 0
    assert "<stdin>:3:37: error: a conv layer has no key 'dilaton'" in done.stderr
    assert "the spec above is at fault: #fig-one" in done.stderr


def test_a_missing_command_is_told(here, monkeypatch):
    where = Path(shutil.which("pandoc")).parent
    monkeypatch.setenv("PATH", str(where))
    if (where / "conv-anim").exists():
        pytest.skip("pandoc and conv-anim lie in one folder")
    done = pandoc("-t", "html")
    assert done.returncode != 0
    assert "is it installed" in done.stderr


def test_two_figures_do_not_take_one_name(here):
    first = PAGE.split("\n\n")[1]
    second = first.replace("#fig-one", "#fig.one")
    Path("two.md").write_text(f"{first}\n\n{second.replace('dilation: 2', 'stride: 2')}\n")
    done = pandoc("-t", "html", page="two.md")
    assert done.returncode != 0
    assert "two figures would be conv-anim-figures/fig-one.gif" in done.stderr
    Path("two.md").write_text(f"{first}\n\n{second}\n")
    assert pandoc("-t", "html", page="two.md").returncode == 0, "the same figure"
