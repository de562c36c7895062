"""What a browser puts on paper: pages with figures, printed to PDF."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO

import markdown
import numpy as np
import pypdfium2
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from PIL import Image

from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.diagnostics import Source
from conv_anim.embed import fence
from conv_anim.painting.agg import frames
from tests import conftest

SPEC = "input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n"
BLOCK = "<!-- conv-anim: one.yaml print=true format={} -->\n<!-- /conv-anim -->\n"
FAR = "<div style='height: 9000px'></div>"


@pytest.fixture(scope="module")
def known():
    scene = pipeline.scene(pipeline.loaded(Source("spec", SPEC)).spec)
    painted = [Image.fromarray(pixels[..., :3]) for pixels in frames(scene)]
    return {"first": inked(painted[0]), "last": inked(painted[scene.poster]), "finished": inked(painted[-1])}


def inked(image):
    """A picture without what is white around it."""
    places = np.argwhere((np.asarray(image) < 250).any(axis=-1))
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0) + 1
    return image.crop((int(left), int(top), int(right), int(bottom)))


def printed(browser, path, known, **options):
    """Which step each page of paper shows; those without a figure are left out."""
    context = browser.new_context(**options)
    tab = context.new_page()
    tab.set_default_timeout(conftest.PATIENCE)
    tab.goto(path.as_uri())
    data = tab.pdf(print_background=True)
    context.close()
    found = []
    with pypdfium2.PdfDocument(BytesIO(data)) as document:
        for sheet in document:
            image = sheet.render(scale=2).to_pil().convert("RGB")
            if (np.asarray(image) < 250).any():
                found.append(nearest(inked(image), known))
    return found


def nearest(shown, known):
    def far(picture):
        resized = shown.resize(picture.size, Image.Resampling.LANCZOS)
        return np.abs(np.asarray(resized).astype(int) - np.asarray(picture).astype(int)).mean()

    name = min(known, key=lambda name: far(known[name]))
    assert far(known[name]) < 12, "some step"
    return name


@pytest.mark.parametrize("format_", ["gif", "svg"])
def test_a_page_of_markdown(format_, browser, known, tmp_path, monkeypatch):
    """Also what is far below; and of what is for paper alone, nothing is fetched before."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text(SPEC)
    page = tmp_path / "page.md"
    page.write_text(BLOCK.format(format_) + f"\n{FAR}\n\n" + BLOCK.format(format_))
    assert CliRunner().invoke(main, ["embed", str(page)]).exit_code == 0
    path = tmp_path / "page.html"
    path.write_text(f"<body>{MarkdownIt().render(page.read_text())}")
    assert printed(browser, path, known) == ["last", "last"]
    assert printed(browser, path, known, color_scheme="dark", reduced_motion="reduce") == ["last", "last"]


def test_a_fence(browser, known, tmp_path):
    fences = [{"name": "conv-anim", "class": "conv-anim", "format": fence.format, "validator": fence.validator}]
    made = markdown.markdown(
        f"```conv-anim\n{SPEC}```\n",
        extensions=["pymdownx.superfences"],
        extension_configs={"pymdownx.superfences": {"custom_fences": fences}},
    )
    path = tmp_path / "page.html"
    path.write_text(made)
    assert printed(browser, path, known) == ["last"]


def test_a_page_of_sphinx(browser, known, tmp_path):
    pytest.importorskip("sphinx")
    for name, text in {
        "conf.py": 'extensions = ["conv_anim.embed.sphinx"]\nhtml_theme = "basic"\nhtml_show_sphinx = False\n',
        "one.yaml": SPEC,
        "index.rst": ".. conv-anim:: one.yaml\n",
    }.items():
        (tmp_path / name).write_text(text)
    out = tmp_path / "html"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(tmp_path), str(out)]
    assert subprocess.run(command, check=False).returncode == 0
    (body,) = re.findall(
        r'<div class="body" role="main">(.*?)<div class="clearer">', (out / "index.html").read_text(), re.DOTALL
    )
    path = out / "alone.html"
    path.write_text(body)
    assert printed(browser, path, known) == ["last"]
