"""Captions, labels and formulas: what is said follows from the layer, and every formula comes out right."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from math import ceil, floor

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import conv_anim
from conv_anim.scene.assembly.cost import CostTable, percent, rows
from conv_anim.scene.layout import pad
from conv_anim.scene.primitives import Boxes, Text
from conv_anim.scene.style import Style
from conv_anim.scene.wording import parameters, words
from conv_anim.scene.wording.captions import caption, description
from conv_anim.scene.wording.formulas import field, formulas, sizes
from conv_anim.scene.wording.language import Language
from conv_anim.spec.op_types import TYPES as LAYER_TYPES
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.trace import trace
from tests import layers as made
from tests.figures import LAYERS, NAMES, STACKS, mapping
from tests.test_language import Monospaced

EN, ZH = Language("en"), Language("zh-TW")


def load(name, **more):
    return conv_anim.load(mapping(name, **more))


def said(spec):
    return caption(spec).replace("\N{NO-BREAK SPACE}", " ")


# captions


CAPTIONS = {
    "conv": "Convolution, kernel 3×3: 5×5 → 3×3",
    "1-D": "Convolution, kernel 3: 9 → 7",
    "dilated": "Dilated convolution, kernel 3×3, dilation 2 (one cell skipped): 7×7 → 3×3",
    "same": "Convolution, kernel 4×4, stride 2, same reflect padding: 1 row above, 2 below, "
    "1 column left, 2 right: 5×5 → 3×3",
    "valid": "Convolution, kernel 3×3, valid padding (none): 5×5 → 3×3",
    "uneven": "Convolution, kernel 3×2, stride 1×2, padding: 1 row above, 2 columns right: 5×6 → 4×4",
    "true": "True convolution, kernel 3×3, flipped kernel: 5×5 → 3×3",
    "transposed": "Transposed convolution, kernel 3×3, stride 2, padding p = 1, output padding 1: 3×3 → 6×6",
    "depthwise": "Depthwise convolution, kernel 3×3, 2 filters per channel: 5×5×3 → 3×3×6",
    "depthwise separable": "Depthwise separable convolution, kernel 3×3: 7×7×3 → 5×5×3 → 5×5×128",
    "global": "Global average pooling: 5×5×3 → 1×1×3",
    "fold": "Folding (col2im), kernel 2×2: 9 columns of 4 → 4×4",
    "unfold": "Unfolding (im2col), kernel 3×3, stride 2, padding 1: 5×5 → 9 columns of 9",
    "dilations": (
        "3 layers of convolution, kernel 3×3, dilation 1, 2 and 4: 15×15 → 13×13 → 9×9 → 1×1, receptive field 15×15"
    ),
    "attention": "Causal sliding-window attention, window 3: 5 → 5",
    "shifted windows": "Shifted-window attention, window 2×2, shifted by 1×0, 2 heads: 4×4×2 → 4×4×2",
    "unpooled": (
        "Max pooling, window 2×2, stride 2; max unpooling, back to where the pooling "
        "(layer 1) found its maxima: 4×4 → 2×2 → 4×4"
    ),
}
CHINESE = {
    "dilated": "空洞卷積，卷積核 3×3，空洞率 2（跳過一格）：7×7 → 3×3",
    "same": "卷積，卷積核 4×4，步幅 2，等尺寸鏡射填充：上 1 列，下 2，左 1 行，右 2：5×5 → 3×3",
    "transposed": "轉置卷積，卷積核 3×3，步幅 2，填充 p = 1，輸出填充 1：3×3 → 6×6",
    "depthwise separable": "深度可分離卷積，卷積核 3×3：7×7×3 → 5×5×3 → 5×5×128",
    "causal stack": "3 層因果卷積，卷積核 2，因果填充 1、2、4，空洞率 1、2、4：16 → 16 → 16 → 16，感受野 8",
}


@pytest.mark.parametrize("name", CAPTIONS)
def test_captions(name):
    assert said(load(name)) == CAPTIONS[name]


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_captions(name):
    assert said(load(name, lang="zh-TW")) == CHINESE[name]


def test_every_layer_type_has_a_caption_of_its_own():
    types = {layer["type"] for _, _, layer in LAYERS.values()}
    types |= {layer["type"] for _, _, several in STACKS.values() for layer in several}
    assert types >= set(LAYER_TYPES)
    captions = [said(load(name)) for name in NAMES]
    assert len(set(captions)) == len(captions)


@pytest.mark.parametrize("name", NAMES)
def test_a_caption_says_every_size(name):
    spec = load(name)
    if name in {"unfold", "fold"}:
        return
    for ends in [layer.ends for layer in (spec.layers if spec.is_chain else spec.layers[-1:])]:
        many = [ends.out_channels] if ends.out_channels > 1 else []
        size = "×".join(map(str, [*ends.out_size, *many]))
        assert size in said(spec)


@drawn(st.lists(made.convs(), min_size=2, max_size=5) | st.lists(made.pools() | made.transposes(), min_size=2))
def test_any_stack_has_a_caption(layers):
    """Of those drawn that have as many axes as the first, whether or not they fit each other."""
    layers = [layer for layer in layers if len(layer.kernel_size) == len(layers[0].kernel_size)]
    for lang in ("en", "zh-TW"):
        assert said(replace(made.spec(*layers), lang=lang))
        assert all(formulas(made.spec(*layers), Language(lang)))


@pytest.mark.parametrize(
    ("several", "caption_"),
    [
        (
            [{"kernel_size": 3, "flip": True}, {"kernel_size": 3}],
            "True convolution, kernel 3×3, flipped kernel; convol",
        ),
        ([{"kernel_size": 3}, {"kernel_size": 2}], "2 layers of convolution, kernels 3×3 and 2×2: "),
        (
            [{"kernel_size": 3, "padding": "same"}, {"kernel_size": 3}],
            "2 layers of convolution, kernel 3×3, same padding 1: ",
        ),
        (
            [{"kernel_size": 3, "padding": 2}, {"kernel_size": 3}],
            "2 layers of convolution, kernel 3×3, padding 2 and 0: ",
        ),
        (
            [{"kernel_size": 3, "padding": "valid"}, {"kernel_size": 3}],
            "2 layers of convolution, kernel 3×3, valid padding",
        ),
        (
            [{"kernel_size": 3, "stride": 2}, {"kernel_size": 3}],
            "2 layers of convolution, kernel 3×3, stride 2 and 1: ",
        ),
    ],
)
def test_what_layers_share_is_said_once(several, caption_):
    layers = [{"type": "conv", **layer} for layer in several]
    assert said(conv_anim.load({"input": {"size": [12, 12]}, "layers": layers})).startswith(caption_)


def test_a_line_is_not_broken_before_a_number():
    space = "\N{NO-BREAK SPACE}"
    assert caption(load("conv")) == f"Convolution, kernel{space}3×3: 5×5{space}→{space}3×3"
    assert f"9×9{space}→ 1×1" in caption(load("dilations"))


def test_descriptions():
    assert description(load("conv")).startswith("Convolution, ")
    assert description(load("conv", title="A title")).startswith("A title. Convolution, ")
    assert description(load("conv", title="標題", lang="zh-TW")).endswith("。")


@pytest.mark.parametrize(
    ("dilation", "words_"),
    [((2,), "one cell skipped"), ((4, 4), "three cells skipped"), ((13,), "12 cells skipped"),
     ((2, 3), "1 and 2 cells skipped")],
)  # fmt: skip
def test_gaps(dilation, words_):
    assert parameters.gaps(dilation, EN) == words_


# formulas


def value(formula):
    """Python's idea of one side of a formula."""
    plain = formula.replace("·", "*").replace("−", "-")
    plain = re.sub(r"⌈([^⌉]*)/(\d+)⌉", r"-(-(\1)//\2)", plain)
    return eval(re.sub(r"⌊([^⌋]*)/(\d+)⌋", r"(\1)//\2", plain))


def check(formula):
    """The result that a formula states, if both its sides are the same; what stands around them is no part of it."""
    bare = re.sub(r"^.*: (?=[op] = |P = |r = |effective|⌊)|: \d+ before.*| \(the last.*| columns$", "", formula)
    left, right = re.sub(r"^([opPr] =|effective kernel) ", "", bare).split(" = ")
    assert value(left) == int(right), formula
    return int(right)


@drawn(made.convs() | made.transposes() | made.pools())
def test_the_size_is_what_its_formula_gives(layer):
    lines = [line for line in sizes(layer, EN) if "o = " in line]
    results = [check(line) for line in lines]
    assert results == [*layer.ends.out_size] or (len(set(layer.ends.out_size)) == 1 and len(results) == 1)


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_every_formula_comes_out(name):
    for line in formulas(load(name), EN):
        if "windows overlap" in line:  # which is checked below
            continue
        for part in re.split(r", (?=[op] =|only)", line):
            assert part == "only before" or check(part) >= 0


@pytest.mark.parametrize(("size", "count"), [(8, 3), (5, 3), (3, 5), (7, 2), (11, 4), (23, 9)])
def test_windows_of_an_adaptive_pool_are_told_by_their_cells(size, count):
    """Output i reads from ⌊i·size/count⌋ on, before ⌈(i + 1)·size/count⌉: here in floating point, counted from 1."""
    layer = {"type": "adaptive_max_pool", "size": count}
    (line,) = formulas(conv_anim.load({"input": {"size": [size]}, "layer": layer, "view": "flat"}), EN)
    spans = [(floor(i * size / count) + 1, ceil((i + 1) * size / count)) for i in range(count)]
    told = [f"{first}–{last}" if first < last else str(first) for first, last in spans]
    assert line.endswith("cells " + ", ".join(told if count <= 6 else [*told[:4], "…", told[-1]]))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("dilated", ["effective kernel 3 + (3 − 1)·(2 − 1) = 5", "o = ⌊(7 + 2·0 − 5)/1⌋ + 1 = 3"]),
        ("same", ["o = ⌈5/2⌉ = 3", "P = (3 − 1)·2 + 4 − 5 = 3: 1 before, 2 after"]),
        ("full", ["p = 3 − 1 = 2", "o = ⌊(5 + 2·2 − 3)/1⌋ + 1 = 7"]),
        ("dropped", ["o = ⌈(5 + 2·1 − 2)/3⌉ + 1 − 1 = 2 (the last window would begin beyond the input)"]),
        ("transposed", ["o = (3 − 1)·2 − 2·1 + (3 − 1) + 1 + 1 = 6"]),
        ("uneven", ["rows: o = ⌊(5 + 1 + 0 − 3)/1⌋ + 1 = 4", "columns: o = ⌊(6 + 0 + 2 − 2)/2⌋ + 1 = 4"]),
        ("unfold", ["⌊(5 + 2·1 − 3)/2⌋ + 1 = 3", "3·3 = 9 columns"]),
        ("pixel shuffle", ["o = 3·2 = 6"]),
        ("depthwise separable", ["layer 1: o = ⌊(7 + 2·0 − 3)/1⌋ + 1 = 5"]),
        (
            "spatially separable",
            ["layer 1, rows: o = ⌊(5 + 2·0 − 3)/1⌋ + 1 = 3", "layer 2, columns: o = ⌊(5 + 2·0 − 3)/1⌋ + 1 = 3"],
        ),
    ],
)
def test_formulas(name, lines):
    assert formulas(load(name), EN) == lines


def test_the_receptive_field_adds_up():
    assert field(load("dilations").layers, EN) == ["receptive field: r = 1 + 2·1 + 4·1 + 8·1 = 15"]
    assert field(load("shuffled").layers, ZH) == ["感受野：r = 1 + 2·1 + 2·1 = 5"]
    assert field(load("down and up").layers, EN) == []
    assert field(load("depthwise separable").layers, EN) == []


# labels


def detail(layer):
    return words.input_label(trace(made.spec(layer)).layers[0], EN).detail


@pytest.mark.parametrize(
    ("layer", "said_"),
    [
        (made.conv((6, 6), 3, stride=2, padding=1), "padding 1, last row and column of the padding never read"),
        (made.conv((6, 8), 3, stride=(2, 5)), "last row never read, columns in between never read"),
        (made.conv((8, 6), 3, stride=(3, 2)), "last 2 rows never read, last column never read"),
        (made.conv((8,), 3, stride=3), "last 2 cells never read"),
        (made.conv((4, 5, 5), 2, stride=2), "last row and column never read"),
        (made.conv((5, 5), 3, padding=((1, 0), (0, 0))), "padding: 1 row above"),
        (made.conv((5, 5), 3, padding=(1, 2), padding_mode="circular"), "circular padding 1×2"),
        (
            made.conv_transpose((2, 2), 3, stride=2),
            "with zeros between: 3×3, with zeros around: 7×7 (2 = kernel 3 − 1 − padding 0)",
        ),
        (made.conv_transpose((2, 2), 3, padding=2), "zeros around: 0 = kernel 3 − 1 − padding 2"),
        (made.conv_transpose((5,), 2, padding=3), "zeros around: −2 = kernel 2 − 1 − padding 3"),
        (
            made.conv_transpose((3,), 3, stride=2, padding=1, output_padding=1),
            "with zeros between: 5, with zeros around and 1 more at the end: 8 (1 = kernel 3 − 1 − padding 1)",
        ),
        (
            made.conv_transpose((3,), 3, dilation=2, padding=1),
            "with zeros around: 9 (3 = dilation 2·(kernel 3 − 1) − padding 1)",
        ),
        (
            made.conv_transpose((3,), 3, padding=((1, 0),)),
            "with zeros around: 6 (1 cell before, 2 after = kernel − 1 − padding)",
        ),
        (made.conv((7,), 3, stride=2, dilation=2), "cells in between never read"),
        (made.conv((6, 7), 1, stride=3), "last 2 rows never read, rows and columns in between never read"),
        (made.pool((5, 5), 2, reduce="max", stride=2), "last row and column never read"),
    ],
)
def test_what_is_said_of_an_input(layer, said_):
    assert detail(layer) == said_


@drawn(made.convs() | made.pools())
def test_never_read_is_said_of_what_is_never_read(layer):
    """Against the trace: the cells that taps lie on."""
    traced = trace(made.spec(layer)).layers[0]
    text = ", ".join(words.never_read(layer.window, EN))
    unread = []
    for a, axis in enumerate(traced.operator.axes):
        read = {tap.canvas[a] for step in traced for tap in step.taps if tap.canvas[a] < axis.canvas}
        unread.append([cell for cell in range(axis.canvas) if cell not in read])
        last = axis.canvas - 1 - max(read)
        assert last < 2 or f"last {last} " in text
        assert ("in between" in text) >= (len(unread[-1]) > last)
    assert bool(text) == any(unread)


def test_sizes():
    assert words.size((5, 4), 3) == "5×4×3"
    assert words.size((5, 4)) == "5×4"
    assert words.per_axis((2, 2)) == "2"
    assert words.per_axis((2, 1)) == "2×1"
    assert words.number(-3) == "−3"


# cost


def table(name, lang="en"):
    say = Language(lang)
    return CostTable(Style(THEMES["light"], 1.0, Monospaced()), say, tuple(rows(load(name).nodes, say)))


def test_the_cost_of_a_composition_stands_beside_what_it_replaces():
    found = [(row.name, row.cost.parameters, row.cost.multiply_adds) for row in table("depthwise separable").rows]
    assert found == [
        ("Standard convolution 3×3", 3456, 86_400),
        ("Depthwise convolution 3×3", 27, 675),
        ("Pointwise convolution 1×1", 384, 9_600),
        ("Total", 411, 10_275),
    ]
    found = [(row.name, row.cost.multiply_adds) for row in table("spatially separable").rows]
    wanted = [("Standard convolution 3×3", 81), ("Convolution 3×1", 45), ("Convolution 1×3", 27), ("Total", 72)]
    assert found == wanted
    assert [row.name for row in table("twice separable").rows][::5] == ["With standard convolutions", "Total"]
    assert [row.kind for row in table("down and up").rows] == ["layer", "layer", "layer", "total"]
    assert [row.kind for row in table("conv").rows] == ["layer"]


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("name", ["depthwise separable", "down and up", "conv", "nearest"])
def test_the_table_is_aligned(name, lang):
    drawn_ = table(name, lang)
    panel = drawn_.panel()
    texts = [item for item in pad(panel, left=10, top=20).static if isinstance(item, Text)]
    numbers = [item for item in texts if item.anchor == "end"]
    assert len({item.x for item in numbers}) == 2
    assert len(numbers) == 2 * (len(drawn_.rows) + 1)
    for item in texts:
        wide = drawn_.style.width(item.text, size=item.size)
        left = item.x - (wide if item.anchor == "end" else 0)
        assert 10 <= left <= left + wide <= 10 + panel.width + 0.01
        assert 20 < item.y <= 20 + panel.height + 0.01
    names = [item for item in texts if item.x == 10]
    gaps = {round(below.y - above.y, 6) for above, below in pairwise(names)}
    assert len(gaps) <= 1


def test_bars_are_as_long_as_their_numbers():
    items = table("depthwise separable").panel().static
    standard, depthwise, pointwise, together = [item.boxes[0][2] for item in items if isinstance(item, Boxes)]
    assert standard == 110
    assert together == round(110 * 10_275 / 86_400)
    assert depthwise == 1
    assert pointwise == round(110 * 9600 / 86_400)
    assert "12\N{NO-BREAK SPACE}%" in [item.text for item in items if isinstance(item, Text)]


@pytest.mark.parametrize(("part", "whole", "text"), [(1, 4, "25 %"), (1, 500, "0.2 %"), (3, 3, "100 %")])
def test_percent(part, whole, text):
    assert percent(part, whole).replace("\N{NO-BREAK SPACE}", " ") == text


@drawn(st.sampled_from(NAMES))
def test_every_row_has_a_name(name):
    assert all(row.name and not row.name[0].islower() for row in table(name).rows)
