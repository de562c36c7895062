"""The plugin for MyST, run by node as mystmd runs it; `make hosts` builds a page with mystmd itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from conv_anim.cli import main
from tests import conftest

SPEC = "input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n"
RUN = """
const { default: plugin } = await import("./conv-anim.mjs");
const said = [], page = { path: process.argv[2], message(text) { said.push({ text }); return said.at(-1); } };
const nodes = plugin.directives[0].run(JSON.parse(process.argv[3]), page);
console.log(JSON.stringify({ nodes, said }));
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    if shutil.which("node") is None:
        pytest.skip("needs node")
    folder = tmp_path / "a folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "one.yaml").write_text(SPEC)
    (folder / "conv-anim.mjs").write_text(CliRunner().invoke(main, ["embed", "--myst-plugin"]).stdout)
    (folder / "run.mjs").write_text(RUN)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return folder


def directive(here, **data):
    """The nodes of a directive in deep/page.md, and what it says."""
    command = ["node", "run.mjs", str(here / "deep" / "page.md"), json.dumps(data)]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["nodes"], told["said"]


def test_a_spec_becomes_a_figure_with_its_words(here):
    ((figure,), said) = directive(here, arg="one.yaml", options={"caption": "Nine cells", "name": "fig-one"})
    assert (said, figure["kind"], figure["identifier"]) == ([], "figure", "fig-one")
    image, caption = figure["children"]
    assert image["alt"].startswith("Convolution, kernel")
    assert caption["children"][0]["children"] == [{"type": "text", "value": "Nine cells"}]
    with Image.open(here / "deep" / image["url"]) as gif:
        assert gif.n_frames == conftest.frames_in(SPEC, outputs=4)


def test_a_spec_in_the_page_and_a_step(here):
    ((image,), said) = directive(here, body=SPEC, options={"step": 1, "theme": "dark", "alt": "words"})
    assert (said, image["type"], image["alt"]) == ([], "image", "words")
    (here / "one.yaml").write_text(SPEC)
    args = ["render", str(here / "one.yaml"), "--set", "theme=dark", "--step", "1", "-o", str(here / "own.png")]
    assert CliRunner().invoke(main, args).exit_code == 0
    assert (here / "deep" / image["url"]).read_bytes() == (here / "own.png").read_bytes()


@pytest.mark.parametrize(("data", "told"), [
    ({"body": SPEC.replace("conv", "con")}, "<stdin>:2:15: error: 'type' does not know the name 'con'"),
    ({}, "this directive takes a spec's path, or a spec as its content"),
    ({"arg": "none.yaml"}, "none.yaml"),
])  # fmt: skip
def test_a_mistake_is_an_error_at_the_directive(here, data, told):
    ((shown,), (said,)) = directive(here, **data)
    assert told in said["text"]
    assert said["fatal"]
    assert shown["value"] == said["text"]
    assert not (here / "deep" / "conv-anim-figures").exists()
