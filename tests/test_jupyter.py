"""Notebooks: one is executed by a real kernel and converted; what its cells show is opened."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.embed.jupyter import _magic
from tests import conftest

nbclient = pytest.importorskip("nbclient")
nbconvert = pytest.importorskip("nbconvert")
nbformat = pytest.importorskip("nbformat")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

SPEC = {"title": "A <b>", "input": {"size": [4, 4]}, "layer": {"type": "conv", "kernel_size": 3}, "view": "flat"}
YAML = "title: A <b>\ninput: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n"
FIVE = {"input": {"size": [4, 4], "channels": 2}, "layers": [{"type": "pixel_shuffle", "upscale_factor": 9}]}
CELLS = [
    f"%load_ext conv_anim\nimport conv_anim\nspec = conv_anim.load({SPEC})",
    "spec",
    "conv_anim.trace(spec)",
    "conv_anim.show(spec, step=1, width=200)",
    f"%%conv_anim --set theme=dark --width 150 -o 'a b.png'\n{YAML}",
    f"%%conv_anim\n{YAML.replace('kernel_size', 'kernl')}",
    f"%%conv_anim -f bmp\n{YAML}",
    f"%%conv_anim -o no/such.xyz\n{YAML}",
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a folder")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("IPYTHONDIR", str(folder))
        client = nbclient.NotebookClient(
            made, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(folder)}}
        )
        client.execute()
    return made, folder


def data(notebook, number):
    (output,) = notebook[0].cells[number].outputs
    return output["data"]


def test_a_page_in_a_notebook_has_controls():
    spec = SPEC | {"controls": {"layer.stride": [1, 2]}}
    shown = conv_anim.show(spec, format="html").figure.encoded()
    assert shown == pipeline.drawn_as(conv_anim.load(spec), "html")
    assert shown != conv_anim.show(SPEC, format="html").figure.encoded()


def test_a_spec_and_a_trace_show_themselves(notebook):
    for number in (1, 2):
        shown = data(notebook, number)
        assert set(shown) == {"text/html", "image/png", "text/plain"}
        assert shown["text/plain"].startswith("A <b>. Convolution")
        assert (
            '<source media="(prefers-reduced-motion: reduce), print" srcset="data:image/png;base64,'
            in shown["text/html"]
        )
        (gif,) = re.findall(r'src="data:image/gif;base64,([^"]+)"', shown["text/html"])
        with Image.open(BytesIO(b64decode(gif))) as image, Image.open(BytesIO(b64decode(shown["image/png"]))) as still:
            assert image.n_frames == conftest.frames_in(YAML, outputs=4)
            assert image.size == still.size
        assert 'alt="A &lt;b&gt;. ' in shown["text/html"]


def test_show_chooses_a_step_and_a_width(notebook, tmp_path):
    shown = data(notebook, 3)
    assert 'width="200"' in shown["text/html"]
    assert "<picture>" not in shown["text/html"]
    conv_anim.render(conv_anim.load(SPEC), tmp_path / "one.png", step=1)
    assert b64decode(shown["image/png"]) == (tmp_path / "one.png").read_bytes()


def test_the_magic_draws_its_cell_and_writes_a_file(notebook):
    shown = data(notebook, 4)
    assert 'width="150"' in shown["text/html"]
    with Image.open(notebook[1] / "a b.png") as image:
        assert image.convert("RGB").getpixel((0, 0)) < (80, 80, 80)
    assert b64decode(shown["image/png"]) == (notebook[1] / "a b.png").read_bytes()


def test_mistakes_are_told_without_a_traceback(notebook):
    cells = notebook[0].cells
    (wrong,), (unknown,), (format_,) = cells[5].outputs, cells[6].outputs, cells[7].outputs
    assert wrong["output_type"] == "error"
    assert wrong["traceback"][0].startswith("cell:3:21: error: a conv layer has no key 'kernl'")
    assert len(wrong["traceback"]) == 1
    assert "UsageError: argument -f/--format: invalid choice: 'bmp'" in unknown["text"]
    assert "no format matches the suffix" in format_["traceback"][0]


def test_help_says_what_the_magic_takes():
    assert "--set KEY=VALUE" in _magic().__doc__


def test_the_notebook_becomes_a_page_and_a_document(notebook):
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook[0])
    assert page.count("data:image/gif;base64,") == 3
    assert page.count("(prefers-reduced-motion: reduce), print") >= 3
    document, resources = nbconvert.LatexExporter().from_notebook_node(notebook[0])
    assert len([name for name in resources["outputs"] if name.endswith(".png") and f"{{{name}}}" in document]) == 4
    text, _ = nbconvert.MarkdownExporter().from_notebook_node(notebook[0])
    assert "(prefers-reduced-motion: reduce), print" in text


def test_show_takes_a_file_a_mapping_a_spec_or_a_trace(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(YAML)
    spec = conv_anim.load(path)
    shown = [conv_anim.show(source) for source in (path, str(path), SPEC, spec, conv_anim.trace(spec))]
    assert len({each._repr_mimebundle_()["text/html"] for each in shown}) == 1
    assert repr(shown[0]).startswith("A <b>. ")
    with pytest.raises(conv_anim.SpecError, match="no step 9"):
        conv_anim.show(spec, step=9)


def test_dark_pages_get_a_dark_figure():
    dark = conv_anim.show(SPEC, dark=True)._repr_mimebundle_()["text/html"]
    night, rest = "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"
    assert re.findall(r'media="([^"]+)"', dark) == [f"{night} and {rest}", f"{rest}, print", night]
    (gif,) = re.findall(rf'media="{re.escape(night)}" srcset="data:image/gif;base64,([^"]+)"', dark)
    with Image.open(BytesIO(b64decode(gif))) as image:
        assert max(image.convert("RGB").getpixel((0, 0))) < 80
    assert re.search(r'<img src="data:image/gif;', dark)
    assert "--dark" in _magic().__doc__


def test_a_figure_that_can_be_played_with_is_shut_off_in_a_frame(tmp_path):
    html = conv_anim.show(SPEC, format="html", width=300)._repr_mimebundle_()["text/html"]
    (frame,) = re.findall(r"<iframe (.*?)></iframe>", html, re.DOTALL)
    assert 'sandbox="allow-scripts"' in frame
    assert "allow-same-origin" not in frame
    assert re.match(r'<div style="container-type: inline-size; width: 300px"><img src="data:image/png;', html)
    (page,) = re.findall(r'srcdoc="([^"]*)"', frame)
    conv_anim.render(conv_anim.load(SPEC), tmp_path / "page.html")
    assert unescape(page) == (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'title="A &lt;b&gt;. ' in frame


@pytest.mark.parametrize("controls", [{}, {"layer.stride": [1, 2], "layer.padding": [0, 1], "layer.dilation": [1, 2]}])
def test_its_frame_has_room_for_all_of_it(browser, controls):
    """However narrow; and where the frame is taken out, only a still is left, no taller than it is."""
    html = conv_anim.show(SPEC | ({"controls": controls} if controls else {}), format="html")._repr_mimebundle_()[
        "text/html"
    ]
    tab = conftest.new_page(browser, reduced_motion="reduce")
    for width in (280, 320, 500, 1100):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.set_content(f"<body style='margin: 0'>{html}")
        frame = tab.frames[1]
        frame.wait_for_selector("#picture")
        frame.evaluate("document.querySelector('#last').click()")
        assert frame.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, width
        still, page = tab.locator("img").bounding_box(), tab.locator("iframe").bounding_box()
        assert still["width"] <= width
        assert page["y"] == pytest.approx(0, abs=1)
        assert page["height"] > still["height"]
        tab.eval_on_selector("iframe", "frame => frame.remove()")
        assert tab.locator("div").bounding_box()["height"] == pytest.approx(still["height"], abs=1)
    tab.close()


@pytest.mark.parametrize(("asked", "said"), [
    ({"width": 0}, "width: error: the width must be a whole number of pixels from 16 to 8,000, not 0 [out-of-range]"),
    ({"width": -5}, "not -5"), ({"width": 10**9}, "not 1000000000"), ({"width": "x"}, "not"),
    ({"width": 99.5}, "99.5"),
    ({"width": True}, "not True"), ({"format": "foo"}, "format: error: a notebook shows no 'foo' [format]"),
    ({"format": "mp4"}, "a notebook shows no 'mp4'"), ({"format": ""}, "a notebook shows no ''"),
    ({"step": 2.5}, "2.5 is no step"), ({"step": 99}, "there is no step 99"), ({"step": "x"}, "'x' is no step"),
    ({"format": 3, "width": 1}, "width: error: "),
    ({"format": "html", "dark": True}, "dark: error: a page to play with has one theme [exclusive-keys]"),
])  # fmt: skip
def test_what_a_notebook_cannot_show_is_told(asked, said):
    made = {"input": {"size": [3, 3]}, "layer": {"type": "conv", "kernel_size": 2}}
    with pytest.raises(conv_anim.SpecError) as caught:
        conv_anim.show(made, **asked)
    assert said in str(caught.value)
