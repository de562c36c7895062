"""What a reader takes from a figure at the first look: names, titles and marks that cannot be misread."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

import conv_anim
from conv_anim import pipeline
from conv_anim.explain import text as explained
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.color import contrast
from conv_anim.scene.detour.winograd import WinogradDrawing
from conv_anim.scene.isometric.sampled import SampledIsometric
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.wording.language import TABLES
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.trace import trace
from tests.test_templates import TEMPLATES

STYLE = Style(THEMES["light"], 1.0, DejaVu())


def figure(layer, view="flat", size=(4, 4), **more):
    layers = {"layer": layer} if isinstance(layer, dict) else {"layers": layer}
    return conv_anim.load({"input": {"size": list(size)}, **layers, "view": view, "takeaway": True, **more})


def written(spec):
    scene = pipeline.scene(spec)
    items = (*scene.static, *(item for frame in scene.frames for item in (*frame.kept, *frame.shown)))
    return [item.text for item in items if isinstance(item, Text)]


def words():
    """All sentences and phrases there are."""
    yield from (said for table in TABLES.values() for said in table.values())
    for module in sorted(Path(conv_anim.__file__).parent.glob("ops/*.py")):
        yield module.read_text(encoding="utf-8")


# a bias

CONV = {"type": "conv", "kernel_size": 3, "bias": 2}
BIASED = {
    "flat": (CONV, "flat", (4, 4)),
    "scatter": ({"type": "conv_transpose", "kernel_size": 2, "bias": 2}, {"kind": "flat", "mode": "scatter"}, (2, 2)),
    "matrix": (CONV, "matrix", (4, 4)),
    "isometric": ([{**CONV, "padding": 1}, {"type": "max_pool", "kernel_size": 2}], "isometric", (4, 4)),
    "sequence": (CONV, "sequence", (5,)),
    "winograd": (CONV, "winograd", (4, 4)),
    "fft": (CONV, "fft", (4, 4)),
    "gemm": (CONV, "gemm", (4, 4)),
    "network": ([{**CONV, "padding": 1}, {"type": "relu"}], "flat", (4, 4)),
    "points": ({"type": "deform_conv", "kernel_size": 2, "offset": [[[0, 1], [0, 0]], [[0, 0], [1, 0]]], "bias": 2},
               "flat", (4, 4)),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("name", BIASED)
def test_a_bias_is_never_followed_by_its_number_as_if_it_were_one_of_many(name, lang):
    layer, view, size = BIASED[name]
    spec = figure(layer, view, size, lang=lang)
    said = [*written(spec), *pipeline.scene(spec).guide().told, explained(spec)]
    assert not [text for text in said if re.search(r"(bias|偏置) ?[(−]?\d", text)]
    if name not in {"isometric", "gemm", "scatter", "fft", "sequence"}:
        assert any(re.search(r"2 ?[(（](bias|偏置)[)）]", text) for text in said)


def test_channels_name_their_bias_too():
    view = {"kind": "channels", "show": "both"}
    spec = conv_anim.load({"input": {"size": [3, 3], "channels": 2}, "layer": CONV, "view": view})
    said = written(spec)
    assert "+ 2 (bias) =" in said
    assert not [text for text in said if "bias 2" in text]


# padding and zeros


def test_the_padding_of_a_window_that_bends_is_drawn_as_wide_as_it_is():
    spec = conv_anim.load(TEMPLATES["deform_conv"].path)
    view = SampledIsometric(trace(spec), STYLE)
    plane, (rows, columns) = view.floors[0].plane, view.sheets[0].shape
    assert (rows, columns) > (8, 8)  # points lie beyond the padding
    dashed = [item for item in view.static() if isinstance(item, Lines) and item.stroke.dash is not None]
    xs = [x for item in dashed for line in item.lines for x, _ in line]
    first, _ = view.sheets[0].rows.cells
    corners = plane.ring(first, first, 8, 8)  # 6×6 cells, and padding 1
    assert (min(xs), max(xs)) == pytest.approx((min(x for x, _ in corners), max(x for x, _ in corners)))


TRANSPOSED = {"type": "conv_transpose", "kernel_size": 3, "stride": 2}


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_zeros_between_cells_look_other_than_those_around_them(theme):
    spec = figure(TRANSPOSED, "flat", (2, 2), labels=True, theme=theme, caption=True)
    scene = pipeline.scene(spec)
    keys = {item.fill for item in scene.static if isinstance(item, Boxes) and item.stroke and item.stroke.dash}
    background = THEMES[theme].colors.background
    wanted = 2 if THEMES[theme].window_width else 1  # a theme that tints its window keeps the plain look
    assert len(keys) == wanted
    if wanted == 2:
        (grey,) = keys - {background, None}
        assert contrast(grey, background) >= 1.15


def test_planes_have_grey_zeros_only_between_their_cells():
    scene = pipeline.scene(figure(TRANSPOSED, "isometric", (2, 2)))
    grey = [item for item in scene.static if isinstance(item, Polygons) and len(item.rings) == 3 * 3 - 2 * 2]
    assert len(grey) == 1
    assert any("grey" in text for text in written(figure(TRANSPOSED, "isometric", (2, 2))))
    plain = figure({**TRANSPOSED, "stride": 1}, "isometric", (2, 2))
    assert not any("grey" in text for text in written(plain))


# titles and names


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_no_title_denies_what_is_seen(name):
    spec = conv_anim.load(TEMPLATES[name].path)
    title = (spec.title or "").casefold()
    assert "no stride" not in title  # a stride of 1 is one
    if title.startswith(("no padding", "full padding", "arbitrary padding")):
        assert not any(node.op.window and node.op.window.transposed for one in spec.figures for node in one.nodes)
    if title.startswith("no padding"):
        assert not any(axis.before or axis.after for axis in spec.layers[0].window.axes)


@pytest.mark.parametrize("name", ["backward_chain", "backward_max_pool", "backward_residual"])
def test_each_gradient_says_with_respect_to_what_it_is_one(name):
    said = [text.replace("\N{NO-BREAK SPACE}", " ") for text in written(conv_anim.load(TEMPLATES[name].path))]
    assert said.count("Gradient") == sum(text.startswith("w.r.t. ") for text in said) > 1
    assert not [text for text in said if text.startswith("Gradient of")]


@pytest.mark.parametrize("name", ["grad_input", "grad_input_stride_2"])
def test_a_kernel_that_is_met_in_reverse_is_said_to_be(name):
    assert any("in reverse" in text for text in written(conv_anim.load(TEMPLATES[name].path)))
    flips = figure({"type": "conv", "kernel_size": 2, "flip": True}, "flat", (3, 3), **{"pass": "grad_input"})
    assert not any("in reverse" in text for text in written(flips))


def test_a_stamp_is_called_nothing_else():
    """Not a copy of the kernel, nor something that hits cells."""
    for said in words():
        assert not re.search(
            r"cop(y|ies) of (the|its|a) kernel|scaled cop|copies (never )?overlap|cells? (is|are) hit", said
        )


def test_figures_of_one_transposed_layer_have_one_kernel():
    names = ("transposed_gather", "transposed_scatter", "transposed_both", "transposed_padding", "output_padding")
    weights = {tuple(conv_anim.load(TEMPLATES[name].path).layers[0].weight_values.numbers) for name in names}
    assert len(weights) == 1


# what is counted


def test_the_squares_of_a_tile_are_its_multiplications():
    view = WinogradDrawing(trace(conv_anim.load(TEMPLATES["winograd"].path)), STYLE)
    drawn = view.counted.static
    counts = [len(item.boxes) for item in drawn if isinstance(item, Boxes)]
    assert counts == [9, 9, 9, 9, 16]
    said = [item.text for item in drawn if isinstance(item, Text)]
    assert {"36 multiplications", "16 multiplications"} <= set(said)


# what moves


@pytest.mark.parametrize("name", ["pixel_shuffle", "pixel_unshuffle"])
def test_what_is_on_its_way_to_another_place_hides_no_number(name):
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    moments = scene.timeline.moments
    sent = [k for k, moment in enumerate(moments) if moment.phase == "sent"]
    assert sent
    for k in sent:
        read = next(j for j in range(k, -1, -1) if moments[j].phase == "read")
        before = scene.frames[read].shown
        come = [item for item in scene.frames[k].shown if item not in before]
        assert come
        assert not [item for item in come if isinstance(item, Boxes) and item.fill is not None]
        lines = [line for item in come if isinstance(item, Lines) for line in item.lines]
        texts = [text_box(STYLE, item) for item in (*scene.static, *before) if isinstance(item, Text)]
        for line in lines:
            for (x0, y0), (x1, y1) in pairwise(line):
                box = min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
                assert not any(_meet(box, text) for text in texts), k


def _meet(one, other):
    (a, b, w, h), (c, d, v, g) = one, other
    return a < c + v and c < a + w and b < d + g and d < b + h


# a score


def test_a_score_is_said_to_be_what_it_is():
    """Equal weights above 0 over a picture tell how bright it is; others make a weighted sum."""
    path = TEMPLATES["attention_gate"].path
    assert any("score, here how bright it is" in text for text in written(conv_anim.load(path)))
    gate = [
        {"type": "conv", "kernel_size": 2, "stride": 2},
        {"type": "sigmoid"},
        {"type": "upsample", "scale_factor": 2},
        {"type": "multiply", "from": ["input", -1]},
    ]
    assert any("score, here a weighted sum" in text for text in written(figure(gate)))
    apart = gate[:3]
    assert not any("score" in text for text in written(figure(apart)))
