"""The templates: what they show, their numbers, and their pictures as text and against conv_arithmetic's."""

from __future__ import annotations

import re
import runpy
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import conv_anim
from conv_anim import catalog, pipeline
from conv_anim.scene.primitives import Text
from tests import pictures

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
TEMPLATES = {template.name: template for template in catalog.templates()}
SCENES = Path(__file__).parent / "scenes"

X = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
K = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]
RESULTS = {
    "con_5": [[12, 12, 17], [10, 17, 19], [9, 6, 14]],
    "numerical_no_padding_no_strides": [[12, 12, 17], [10, 17, 19], [9, 6, 14]],
    "numerical_padding_strides": [[6, 17, 3], [8, 17, 13], [6, 4, 4]],
    "numerical_average_pooling": [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]],
    "numerical_max_pooling": [[3, 3, 3], [3, 3, 3], [3, 2, 3]],
}

# name, input, kernel, stride, padding, dilation, output, cells of the drawn canvas
ARITHMETIC = [
    ("no_padding_no_strides", 4, 3, 1, 0, 1, 2, 4),
    ("no_padding_no_strides_transposed", 2, 3, 1, 0, 1, 4, 6),
    ("arbitrary_padding_no_strides", 5, 4, 1, 2, 1, 6, 9),
    ("arbitrary_padding_no_strides_transposed", 6, 4, 1, 2, 1, 5, 8),
    ("same_padding_no_strides", 5, 3, 1, 1, 1, 5, 7),
    ("same_padding_no_strides_transposed", 5, 3, 1, 1, 1, 5, 7),
    ("full_padding_no_strides", 5, 3, 1, 2, 1, 7, 9),
    ("full_padding_no_strides_transposed", 7, 3, 1, 2, 1, 5, 7),
    ("no_padding_strides", 5, 3, 2, 0, 1, 2, 5),
    ("no_padding_strides_transposed", 2, 3, 2, 0, 1, 5, 7),
    ("padding_strides", 5, 3, 2, 1, 1, 3, 7),
    ("padding_strides_transposed", 3, 3, 2, 1, 1, 5, 7),
    ("padding_strides_odd", 6, 3, 2, 1, 1, 3, 8),
    ("padding_strides_odd_transposed", 3, 3, 2, 1, 1, 6, 8),
    ("dilation", 7, 3, 1, 0, 2, 3, 7),
]
CON = {  # view, input size and channels, kernel, stride, dilation, output size, animated
    "con_1": ("isometric", (2, 2), 1, (3, 3), (1, 1), (1, 1), (4, 4), True),
    "con_2": ("isometric", (2, 2), 1, (3, 3), (2, 2), (1, 1), (5, 5), True),
    "con_3": ("matrix", (4, 4), 1, (3, 3), (1, 1), (1, 1), (2, 2), False),
    "con_4": ("matrix", (2, 2), 1, (3, 3), (1, 1), (1, 1), (4, 4), False),
    "con_5": ("flat", (5, 5), 1, (3, 3), (1, 1), (1, 1), (3, 3), True),
    "con_6": ("channels", (5, 5), 3, (3, 3), (1, 1), (1, 1), (3, 3), True),
    "con_7": ("channels", (5, 5), 3, (3, 3), (1, 1), (1, 1), (3, 3), True),
    "con_8": ("volume", (5, 5), 3, (3, 3), (1, 1), (1, 1), (3, 3), False),
    "con_9": ("isometric", (7, 7), 1, (3, 3), (1, 1), (2, 2), (3, 3), True),
    "con_10": ("isometric", (7, 7), 1, (3, 3), (1, 1), (1, 1), (5, 5), True),
}


def load(name):
    return conv_anim.load(TEMPLATES[name].path)


@pytest.mark.parametrize("name", CON)
def test_con_shows_what_it_is_to_show(name):
    view, size, channels, kernel, stride, dilation, out, animated = CON[name]
    spec = load(name)
    layer = spec.layers[0]
    assert spec.view.kind == view
    assert (layer.ends.in_size, layer.ends.in_channels, layer.ends.out_size) == (size, channels, out)
    assert (layer.kernel_size, layer.stride, layer.dilation) == (kernel, stride, dilation)
    names = spec.output or tuple(f"{name}.{f}" for f in pipeline.default_formats(spec))
    assert names == (f"{name}.{'gif' if animated else 'png'}",)


@pytest.mark.parametrize(("name", "size", "kernel", "stride", "padding", "dilation", "out", "canvas"), ARITHMETIC)
def test_conv_arithmetic_shows_what_it_is_to_show(name, size, kernel, stride, padding, dilation, out, canvas):
    spec = load(name)
    layer = spec.layers[0]
    each = lambda n: (n, n)  # noqa: E731
    assert (layer.ends.in_size, layer.kernel_size, layer.stride) == (each(size), each(kernel), each(stride))
    assert (layer.padding, layer.dilation, layer.ends.out_size) == (each(each(padding)), each(dilation), each(out))
    traced = conv_anim.trace(spec)
    assert [axis.canvas for axis in traced.layers[0].operator.axes] == [canvas, canvas]
    assert len(pictures.scene(spec).rests) == out * out


@pytest.mark.parametrize("name", RESULTS)
def test_the_numbers_in_every_frame(name):
    """What stands in the cells of the output so far is what a plain loop says, to the decimals that are shown."""
    spec = load(name)
    drawn = pictures.scene(spec)
    decimals = 1 if "average" in name else 0
    wanted = [f"{number:.{decimals}f}" for row in RESULTS[name] for number in row]
    cell, left, top = output_grid(drawn)
    for k in range(9):
        shown = [text for row in pictures.numbers_in(drawn, drawn.rests[k], left, top, cell, (3, 3)) for text in row]
        assert shown == [*wanted[: k + 1], *[""] * (8 - k)]


def output_grid(drawn):
    """Cell size and corner of the output's grid: its first and last cells are the current ones of two frames."""
    places = []
    for k in (0, 8):
        bold = [
            item
            for item in drawn.frames[drawn.rests[k]].shown
            if isinstance(item, Text) and item.bold and item.anchor == "middle"
        ]
        places.append(max((item.x, item.y) for item in bold))
    (x0, y0), (x1, y1) = places
    cell = (x1 - x0) / 2
    assert cell == pytest.approx((y1 - y0) / 2)
    return cell, x0 - cell / 2, y0 - cell * 0.7


@pytest.mark.parametrize(("name", "more"), [
    ("con_5", {}), ("numerical_padding_strides", {"stride": (2, 2), "padding": ((1, 1), (1, 1))}),
])  # fmt: skip
def test_the_results_follow_from_input_and_kernel(name, more):
    del more
    spec = load(name)
    assert conv_anim.trace(spec).input.tolist() == [X]
    assert conv_anim.trace(spec).layers[0].weight.tolist() == [[K]]
    assert conv_anim.trace(spec).output.tolist() == [RESULTS[name]]


def test_con_6_has_three_different_kernels_and_con_7_adds_its_maps():
    maps, added = load("con_6"), load("con_7")
    first, second = conv_anim.trace(maps), conv_anim.trace(added)
    kernels = first.layers[0].weight[0]
    assert len({kernel.tobytes() for kernel in kernels}) == 3
    assert (first.input == second.input).all()
    assert (first.layers[0].weight == second.layers[0].weight).all()
    drawn_maps, drawn_sum = (
        pictures.texts(pictures.after(drawn, drawn.rests[8])) for drawn in map(pictures.scene, (maps, added))
    )
    for channel, kernel in zip(first.input.tolist(), kernels.tolist(), strict=True):
        for row in range(3):
            for column in range(3):
                value = sum(channel[row + r][column + c] * kernel[r][c] for r in range(3) for c in range(3))
                written = str(value).replace("-", "−")
                assert written in drawn_maps
                assert written in drawn_sum
    for value in second.output.ravel().tolist():
        assert str(value).replace("-", "−") in drawn_sum


def listing(name):
    return pictures.listing(pictures.scene(load(name)))


def expected():
    """Each scene's file, and what it would hold now."""
    return ((SCENES / f"{name}.txt", listing(name)) for name in TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_scenes_are_as_they_were(name):
    """Compared as text; ``make update-expected`` writes them anew."""
    assert listing(name) == (SCENES / f"{name}.txt").read_text(encoding="utf-8")


def test_every_scene_has_its_template():
    assert {path.stem for path in SCENES.glob("*.txt")} == set(TEMPLATES)


@pytest.mark.parametrize("theme", ["light", "classic", "dark", "print", "colorblind"])
@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.startswith("con_")])
def test_everything_lies_within_the_picture_in_every_frame(name, theme):
    drawn = pictures.scene(pipeline.loaded(TEMPLATES[name].path, changes=[f"theme={theme}", "labels=true"]).spec)
    for frame in drawn.frames:
        left, top, right, bottom = pictures.extent([*drawn.static, *frame.kept, *frame.shown])
        assert left >= 0
        assert top >= 0
        assert right <= drawn.width
        assert bottom <= drawn.height


@pytest.mark.parametrize("name", TEMPLATES)
def test_text_can_be_read(name):
    drawn = pictures.scene(load(name))
    assert all(item.size >= 9 for item in [*drawn.static, *drawn.frames[0].shown] if isinstance(item, Text))


def test_a_template_says_what_it_is_about():
    for template in TEMPLATES.values():
        assert template.title
        assert template.text.startswith("# ")


@pytest.mark.repository
def test_the_output_folder_holds_the_templates_pictures_and_nothing_else():
    wanted = set()
    for template in TEMPLATES.values():
        spec = conv_anim.load(template.path)
        names = spec.output or [f"{template.name}.{f}" for f in pipeline.default_formats(spec)]
        wanted |= {(Path(template.topic) / name).as_posix() for name in names}
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    shown = re.findall(r'srcset="\.{1,2}/output/([^"]+)"', text)
    assert all(name.removesuffix(".still.png") + ".gif" in wanted for name in shown)
    wanted |= set(shown)
    there = {p.relative_to(ROOT / "output").as_posix() for p in (ROOT / "output").rglob("*") if p.is_file()}
    assert there == wanted
    assert sum(p.stat().st_size for p in (ROOT / "output").rglob("*") if p.is_file()) < 20_000_000


REFERENCES = sorted((SHARED / "reference").glob("*.gif"))


# The judge leaves the files open that it has read.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not REFERENCES, reason="conv_arithmetic's originals are not here")
@pytest.mark.parametrize("reference", [pytest.param(path, id=path.stem) for path in REFERENCES])
def test_classic_agrees_with_the_originals(reference, tmp_path, monkeypatch, capsys):
    plain = ["theme=classic", "labels=false", "caption=false", "formula=false"]
    spec = pipeline.loaded(TEMPLATES[reference.stem].path, changes=plain).spec
    ours = conv_anim.render(spec, tmp_path / "ours.gif")
    monkeypatch.setattr(sys, "argv", ["compare_gif.py", str(ours), str(reference)])
    assert comparison().main() == 0, capsys.readouterr().out


@cache
def comparison():
    """The judge that comes with the originals. It judges each colour of a picture once, not each pixel."""
    judge = SimpleNamespace(**runpy.run_path(str(SHARED / "tools" / "compare_gif.py")))
    pixel_by_pixel = judge.classify

    def color_by_color(image):
        pixels = np.asarray(image).reshape(-1, 3)
        _, first, which = np.unique(pixels @ (1 << 16, 1 << 8, 1), return_index=True, return_inverse=True)
        return tuple(found[0][which].reshape(image.size[::-1]) for found in pixel_by_pixel(pixels[None, first]))

    judge.main.__globals__["classify"] = color_by_color
    return judge
