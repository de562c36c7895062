"""How a layer is computed: products of matrices in tiles, Winograd and FFT, against loops that know nothing of them."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conv_anim import load, pipeline
from conv_anim import trace as traced
from conv_anim.explain import data, text
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.assembly.terms import terms
from conv_anim.scene.detour.fourier import FourierDrawing
from conv_anim.scene.detour.spectra import Wave
from conv_anim.scene.detour.winograd import WinogradDrawing
from conv_anim.scene.figure import scene
from conv_anim.scene.gemm.memory import MemoryDrawing
from conv_anim.scene.gemm.product import GemmDrawing
from conv_anim.scene.primitives import Boxes, Lines, Text, corners
from conv_anim.scene.style import Style
from conv_anim.scene.wording.captions import caption
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.loads import totals
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.scene.wording.transforms import sums
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.fourier import Count, Fourier
from conv_anim.tracing.gemm import NOTHING, Gemm
from conv_anim.tracing.winograd import (
    Winograd,
    direct,
    multiplications,
)
from tests import pictures

EXAMPLES = settings(max_examples=30)


def computed(size, kernel, view="gemm", *, channels=(1, 1), most=9, **layer):
    """The trace of one convolution with numbers at random."""
    values = {"random": {"low": -most, "high": most, "seed": 5}}
    spec = {
        "input": {"size": list(size), "channels": channels[0], "values": values},
        "layer": {"type": "conv", "out_channels": channels[1], "kernel_size": kernel, "weight": values, **layer},
        "view": view,
    }
    return traced(load(spec))


@st.composite
def layers(draw):
    """A size, a kernel and settings that fit."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    axes = draw(st.integers(1, 2))
    size = draw(st.lists(st.integers(5, 7), min_size=axes, max_size=axes))
    kernel = draw(st.lists(st.integers(1, 3), min_size=axes, max_size=axes))
    settings_ = {
        "stride": draw(st.integers(1, 2)),
        "dilation": draw(st.integers(1, 2)),
        "padding": draw(st.integers(0, 2)),
        "padding_mode": draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
        "flip": draw(st.booleans()),
        "bias": draw(st.integers(-3, 3)),
        "groups": groups,
    }
    return computed(size, kernel, channels=channels, **settings_)


def taps(layer, channel, place):
    """By the definition, for each product of an output: input channel, window cell, input cell or None, and weight."""
    op = layer.layer
    seen = op.ends.in_channels // op.groups
    first = channel // (op.ends.out_channels // op.groups) * seen
    for c, window in product(range(seen), product(*map(range, op.kernel_size))):
        at = [
            o * s + t * d - p[0]
            for o, s, t, d, p in zip(place, op.stride, window, op.dilation, padding(op), strict=True)
        ]
        cell = tuple(read(i, n, op.padding_mode) for i, n in zip(at, op.ends.in_size, strict=True))
        weight = [k - 1 - t if op.flip else t for t, k in zip(window, op.kernel_size, strict=True)]
        yield first + c, window, None if None in cell else (first + c, *cell), (channel, c, *weight)


def padding(op):
    return [p if isinstance(p, tuple) else (p, p) for p in op.padding]


def read(i, n, mode):
    if 0 <= i < n:
        return i
    match mode:
        case "zeros":
            return None
        case "reflect":
            return -i if i < 0 else 2 * (n - 1) - i
        case "replicate":
            return min(max(i, 0), n - 1)
    return i % n


def spans(whole, side):
    """The ends of tiles along one direction."""
    return [range(start, min(whole, start + side)) for start in range(0, whole, side)]


def simulated(layer, layout, tile):
    """The walk by loops over outputs and products: what each step loads, by group, tile and step."""
    op = layer.layer
    groups, depth = op.groups, prod(op.kernel_size) * op.ends.in_channels // op.groups
    places = list(np.ndindex(*op.ends.out_size))
    each = op.ends.out_channels // groups
    rows, columns = (len(places), each) if layout == "nhwc" else (each, len(places))
    for group in range(groups):
        for m, n, k in product(spans(rows, tile[0]), spans(columns, tile[1]), spans(depth, tile[2])):
            own, where = (n, m) if layout == "nhwc" else (m, n)
            inputs, weights = set(), set()
            for channel, place in product(own, where):
                found = list(taps(layer, group * each + channel, places[place]))
                if layout == "nhwc":
                    found.sort(key=lambda tap: (tap[1], tap[0]))
                for at in k:
                    _, window, cell, weight = found[at]
                    weights.add(weight)
                    if cell is not None:
                        inputs.add((place, found[at][0], window, cell))
            yield inputs, weights, len(m) * len(n) * len(k), (len(own), len(where))


@EXAMPLES
@given(layers(), st.sampled_from(["nchw", "nhwc"]), st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(2, 9)))
def test_loads_are_those_of_a_walk_by_loops(trace, layout, tile):
    layer = trace.layer
    gemm = Gemm(layer.operator, layout, tile)
    steps = [gemm.at(place) for place in gemm.walk()]
    expected = list(simulated(layer, layout, tile))
    assert len(steps) == len(expected)
    cells, total = Counter(), Counter()
    seen = set()
    for step, (inputs, weights, products, (own, where)) in zip(steps, expected, strict=True):
        loaded = Counter(tuple(map(int, np.unravel_index(c, layer.input.shape))) for c in gemm.loaded(step)[0])
        assert loaded == Counter(cell for *_, cell in inputs)
        assert gemm.loads(step) == (len(inputs), len(weights), len(inputs) * own + len(weights) * where)
        assert step.multiply_adds == products
        cells += loaded
        total.update(inputs=len(inputs), weights=len(weights), uses=gemm.loads(step)[2], multiply_adds=products)
        seen |= {cell for *_, cell in inputs} | weights
    found = gemm.all_loads
    assert {name: getattr(found, name) for name in total} == dict(total)
    assert found.again == found.all - len(seen)
    assert all(gemm.input_loads[cell] == cells[cell] for cell in np.ndindex(*layer.input.shape))


@EXAMPLES
@given(layers(), st.sampled_from(["nchw", "nhwc"]))
def test_both_matrices_make_the_output_and_entries_are_in_the_order_of_memory(trace, layout):
    layer = trace.layer
    gemm = Gemm(layer.operator, layout, (2, 3, 4))
    assert np.array_equal(gemm.product(layer), layer.output)
    sums = np.zeros(gemm.shape)
    for tile in map(gemm.at, gemm.walk()):
        sums[np.ix_(tile.rows, tile.columns)] += gemm.partial(layer, tile)
    bias = layer.bias if layer.bias is not None else np.zeros(layer.output.shape[0])
    for row, column in np.ndindex(*gemm.shape):
        cell = gemm.cell(row, column)
        assert sums[row, column] + bias[cell[0]] == layer.output[cell]
    numbered = np.arange(layer.input.size).reshape(layer.input.shape)
    memory = numbered if layout == "nchw" else np.moveaxis(numbered, 0, -1)
    assert np.array_equal(np.ascontiguousarray(memory).ravel()[gemm.address(numbered.ravel())], numbered.ravel())


@EXAMPLES
@given(layers(), st.sampled_from(["nchw", "nhwc"]))
def test_runs_are_stretches_of_addresses(trace, layout):
    gemm = Gemm(trace.layer.operator, layout, (2, 3, 4))
    for tile in map(gemm.at, gemm.walk()):
        wanted = set(gemm.address(gemm.loaded(tile)[0]).tolist())
        runs = gemm.runs(tile)
        assert sorted(wanted) == [address for run in runs for address in run]
        assert len(runs) == sum(address - 1 not in wanted for address in wanted)


def test_a_window_is_scattered_in_nchw_and_in_a_few_runs_in_nhwc():
    op = computed((4, 4), 2, channels=(3, 2)).layer.operator
    runs = {layout: len(Gemm(op, layout).runs(Gemm(op, layout).at((0, 0, 0, 0)))) for layout in ("nchw", "nhwc")}
    assert runs == {"nchw": 6, "nhwc": 2}  # of two rows in each channel, and of two rows


def test_larger_tiles_load_less_and_use_more():
    op = computed((6, 6), 3, channels=(2, 4)).layer.operator
    small, large = (Gemm(op, "nchw", (side, side, 9)).all_loads for side in (1, 4))
    assert small.reuse == 1
    assert large.reuse == 4
    assert small.all == 4 * large.all
    assert small.multiply_adds == large.multiply_adds == 4 * 16 * 18
    assert large.intensity == 2 * large.multiply_adds / (4 * (large.all + 64))


def test_groups_leave_most_of_the_weights_matrix_empty():
    gemm = Gemm(computed((5, 5), 3, channels=(3, 3), groups=3).layer.operator)
    held = gemm.weights != NOTHING
    assert held.sum() == 27
    assert all(held[k, 9 * k : 9 * k + 9].all() for k in range(3))


# Winograd


@EXAMPLES
@given(st.tuples(st.integers(3, 8), st.integers(3, 8)), st.integers(0, 2), st.booleans(), st.data())
def test_winograd_is_exact(size, pad, flip, drawn):
    groups = drawn.draw(st.sampled_from([1, 2]))
    channels = 2 * groups, groups * drawn.draw(st.integers(1, 2))
    mode = drawn.draw(st.sampled_from(["zeros", "circular"]))
    layer = computed(size, 3, channels=channels, padding=pad, flip=flip, bias=2, groups=groups, padding_mode=mode).layer
    found = Winograd(layer).output
    assert all(isinstance(number, Fraction | int) for number in found.ravel())
    for cell in np.ndindex(*layer.output.shape):
        at = [(layer.input[c], layer.kernels[w]) for _, _, c, w in taps(layer, cell[0], cell[1:]) if c is not None]
        assert found[cell] == 2 + sum(int(x) * int(w) for x, w in at)


@pytest.mark.parametrize(("bias", "meant"), [
    (0.1, Fraction(1, 10)), (-2 / 3, Fraction(-2, 3)), (0.1234567891234, Fraction(0.1234567891234)),
])  # fmt: skip
def test_what_floats_say_is_computed_in_fractions(bias, meant):
    """A tenth, whose float is a little more; a third; and a float that is no short number, as it is."""
    layer = computed((5, 5), 3, bias=bias).layer
    by_loops = [
        sum((Fraction(int(layer.input[c])) * int(layer.kernels[w]) for _, _, c, w in taps(layer, 0, at)), meant)
        for at in np.ndindex(3, 3)
    ]
    assert list(Winograd(layer).output.ravel()) == by_loops


def test_transforms_of_a_tile_by_their_definition():
    """BᵀdB by the sums that stand for its rows (Lavin and Gray 2016, 4.1)."""
    way = Winograd(computed((4, 4), 3).layer)
    d = way.read((0, 0))[0]
    rows = np.array([d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]])
    v = np.array([rows[:, 0] - rows[:, 2], rows[:, 1] + rows[:, 2], rows[:, 2] - rows[:, 1], rows[:, 1] - rows[:, 3]]).T
    assert np.array_equal(way.transformed((0, 0))[0], v)
    g = way.kernels[0, 0]
    corners = [way.transformed_kernels[0, 0][at] for at in ((0, 0), (0, 3), (3, 0), (3, 3))]
    assert corners == [g[0, 0], g[0, 2], g[2, 0], g[2, 2]]
    assert way.transformed_kernels[0, 0][1, 1] == g.sum() / 4


@pytest.mark.parametrize(("size", "tiles"), [((4, 4), 1), ((6, 6), 4), ((5, 5), 4), ((7, 4), 3)])
def test_multiplications_of_winograd_are_those_of_its_tiles(size, tiles):
    op = computed(size, 3, channels=(2, 3)).layer.operator
    assert multiplications(op) == 6 * 16 * tiles
    assert direct(op) == 6 * 9 * (size[0] - 2) * (size[1] - 2)


# FFT


@EXAMPLES
@given(st.lists(st.integers(3, 7), min_size=1, max_size=2), st.data())
def test_fft_makes_the_output(size, drawn):
    layer = computed(
        size,
        drawn.draw(st.integers(1, 3)),
        padding=drawn.draw(st.integers(0, 2)),
        dilation=drawn.draw(st.integers(1, 1 if min(size) < 5 else 2)),
        flip=drawn.draw(st.booleans()),
        bias=drawn.draw(st.integers(-2, 2)),
        padding_mode=drawn.draw(st.sampled_from(["zeros", "replicate"])),
    ).layer
    way = Fourier(layer)
    assert all(n >= 1 and n & (n - 1) == 0 for n in way.size)
    assert np.allclose(way.result[way.kept], layer.output[0])
    assert not way.wrong.any()
    assert not way.wrapped[way.kept].any()
    assert sorted(f for pair in way.frequencies for f in pair) == list(np.ndindex(*way.size))


@pytest.mark.parametrize("mode", ["zeros", "circular"])
def test_without_zeros_windows_go_on_at_the_other_side(mode):
    layer = computed((8, 4), 3, padding=1, padding_mode=mode).layer
    way = Fourier(layer, wrap=True)
    for row, column in np.ndindex(8, 4):
        around = sum(
            layer.input[0, (row + a - 1) % 8, (column + b - 1) % 4] * layer.kernels[0, 0, a, b]
            for a, b in np.ndindex(3, 3)
        )
        assert np.isclose(way.result[row, column], around)
        assert way.wrapped[row, column] == (row in (0, 7) or column in (0, 3))
        assert way.wrong[row, column] == (around != layer.output[0, row, column])
    assert way.wrong.any() == (mode == "zeros")


def radix_2(numbers, counted):
    """Cooley and Tukey, counting complex multiplications."""
    if len(numbers) == 1:
        return numbers
    even, odd = radix_2(numbers[::2], counted), radix_2(numbers[1::2], counted)
    turned = []
    for k, number in enumerate(odd):
        counted.append(1)
        turned.append(np.exp(-2j * np.pi * k / len(numbers)) * number)
    return [e + t for e, t in zip(even, turned, strict=True)] + [e - t for e, t in zip(even, turned, strict=True)]


@pytest.mark.parametrize("size", [(8,), (4, 4), (8, 4), (1, 2)])
def test_multiplications_of_fft_are_those_of_radix_2(size):
    counted, cells = [], np.arange(prod(size), dtype=complex).reshape(size) ** 2
    found = cells
    for axis in range(len(size)):
        found = np.apply_along_axis(lambda line: np.array(radix_2(list(line), counted)), axis, found)
    assert np.allclose(found, np.fft.fftn(cells))
    assert Count.of(size) == Count(len(counted), prod(size))
    assert Count.of(size).real == 4 * (3 * len(counted) + prod(size))


# what is drawn


@pytest.mark.parametrize(
    "way", [lambda x: Gemm(x.operator).product(x), lambda x: Winograd(x).output, lambda x: Fourier(x).result]
)
def test_what_comes_out_otherwise_is_not_drawn(way):
    layer = computed((5, 5), 3).layer
    other = layer.output.copy()
    other[0, 1, 1] += 1
    way(layer)
    with pytest.raises(ArithmeticError, match="off by 1"):
        way(replace(layer, output=other))


VIEWS = [
    "gemm",
    {"kind": "gemm", "tile": [2, 3, 4]},
    {"kind": "gemm", "layout": "nhwc", "tile": [4, 1, 5]},
    "winograd",
    "fft",
]


@pytest.mark.parametrize("order", ["row-major", "column-major", "reverse"])
@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_figures_end_in_the_numbers_of_the_trace(view, order):
    trace = computed((4, 5), 3, view, padding=1, most=2)
    trace = replace(trace, spec=replace(trace.spec, animation=replace(trace.spec.animation, order=order)))
    drawn = scene(trace, DejaVu())
    output = dict(np.ndenumerate(trace.output))
    kept = {}
    for frame in drawn.frames:
        kept |= {(item.x, item.y): item.text for item in frame.kept if isinstance(item, Text)}
    kept |= {(item.x, item.y): item.text for item in drawn.frames[-1].shown if isinstance(item, Text)}
    boxes = {spot.cell: spot.ring for spot in drawn.guide().spots if spot.side == "output"}
    assert boxes.keys() == output.keys()
    for cell, ring in boxes.items():
        (x0, y0), (x1, y1) = ring[0], ring[2]
        (said,) = {text for (x, y), text in kept.items() if x0 < x < x1 and y0 < y < y1}
        assert said == str(output[cell]).replace("-", "−")


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_each_step_is_told_and_every_output_knows_its_steps(view):
    trace = computed((5, 6), 3, view, padding=1)
    drawn = scene(trace, DejaVu()).guide()
    assert all(drawn.told)
    assert len(set(drawn.told)) == len(drawn.told)
    if view != "fft":
        assert all(spot.steps for spot in drawn.spots if spot.side == "output")


def test_explain_counts_what_the_view_shows():
    gemm = data(computed((6, 6), 3, {"kind": "gemm", "tile": [4, 4, 9]}, channels=(2, 4)).spec)["gemm"]
    assert (gemm["inputs"], gemm["weights"], gemm["reuse"]) == (288, 288, 4)
    assert data(computed((6, 6), 3, "winograd").spec)["winograd"] == {"multiplications": 64, "direct": 144}
    fft = data(computed((6, 6), 3, "fft", padding=1).spec)["fft"]
    assert (fft["size"], fft["multiplications"], fft["direct"]) == ([8, 8], 2560, 324)
    assert "64 multiplications instead of 144" in text(computed((6, 6), 3, "winograd").spec)
    assert "gemm" not in data(computed((6, 6), 3, "flat").spec)


@pytest.mark.parametrize(
    ("view", "kernel", "said"),
    [
        ("gemm", 3, "one product of two matrices"),
        ("gemm", 1, "1×1"),
        ({"kind": "gemm", "tile": [4, 4, 9]}, 3, "used 1.6 times"),
        ({"kind": "gemm", "layout": "nchw"}, 3, "NCHW"),
        ({"kind": "gemm", "layout": "nhwc"}, 3, "NHWC"),
        ("winograd", 3, "64 instead of 144 in all"),
        ("fft", 3, "one product per wave"),
    ],
    ids=str,
)
def test_takeaways(view, kernel, said):
    assert said in takeaway(computed((6, 6), kernel, view).spec)


def test_what_is_said_of_the_way_to_the_output_is_not_cut_off():
    spec = {"input": {"size": [6, 3]}, "layer": {"type": "conv", "kernel_size": 3}, "view": "fft", "theme": "classic"}
    drawn = pipeline.scene(load({**spec, "size": {"width": 200}}))
    texts = [item for item in drawn.static if isinstance(item, Text) and item.anchor == "start"]
    assert texts
    assert all(item.x + DejaVu().width(item.text, size=item.size, bold=item.bold) <= drawn.width for item in texts)


@pytest.mark.parametrize("wrap", [False, True])
def test_the_names_of_a_row_stand_on_one_line(wrap):
    """Some have a second line, and some have none."""
    trace = computed((8, 8), 3, {"kind": "fft", "wrap": wrap}, padding=1)
    items = pipeline.scene(trace.spec).static
    heights = {item.text: item.y for item in items if isinstance(item, Text)}
    assert heights["input 8×8"] == heights["kernel 3×3"] == heights["output 8×8"]
    assert (
        heights["one wave of the input"]
        == heights["what the kernel does to it"]
        == heights["the wave that comes of it"]
    )


# what is told of a step


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("most", [1, 4, 9])
def test_waves_are_drawn_as_they_are_and_their_heights_multiply(most, wrap):
    """All waves of the input add up to it, and what is made of them to the output."""
    way = Fourier(computed((8, 8), 3, {"kind": "fft", "wrap": wrap}, padding=1, most=most).layer, wrap)
    waves = [Wave(way, pair) for pair in way.frequencies]
    read = sum(abs(wave.before) * (2 * wave.shares - 1) for wave in waves)
    made = sum(abs(wave.after) * (2 * wave.made - 1) for wave in waves)
    assert np.allclose(read, way.input)
    assert np.allclose(made, way.result)
    for wave in waves:
        before, _, factor, after = (text.replace("−", "-") for text in FourierDrawing.written(wave))
        if "10" not in before + factor + after:
            assert float(before) * float(factor) == pytest.approx(float(after), rel=0.006, abs=1e-12)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("size", [(8, 8), (4, 8), (16,)])
def test_heights_of_waves_are_what_the_figure_says_that_they_are(size, lang):
    """By the rule that is written in it, with the cosine and the sine of every cell."""
    trace = computed(size, 3, "fft", padding=1)
    view = FourierDrawing(replace(trace, spec=replace(trace.spec, lang=lang)), Style(THEMES["light"], 1.0, DejaVu()))
    (rule,) = (line for line in view.remarks if "√(C² + S²)" in line)
    half, whole = map(float, re.findall(r"/ ([\d.]+)", rule))
    places = np.indices(view.way.size)
    for pair in view.way.frequencies:
        turns = sum(f * at / n for f, at, n in zip(pair[0], places, view.way.size, strict=True))
        c, s = (float((view.way.input * wave(2 * np.pi * turns)).sum()) for wave in (np.cos, np.sin))
        height = c / whole if len(pair) == 1 else np.hypot(c, s) / half
        assert Wave(view.way, pair).before == pytest.approx(height, abs=1e-12)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_rows_of_transforms_are_those_that_the_figure_says(lang):
    """Letters for rows, then for columns: what is written of a tile, the kernel and the products makes the output."""
    trace, said = computed((4, 4), 3, "winograd"), sums(Language(lang))
    line = next(line for line in terms(replace(trace.spec, lang=lang, takeaway=True)) if said["tile"] in line)
    assert all(each in line for each in said.values())

    def rows(name, of):
        each = re.split("[,、] ?", said[name].replace("−", "-"))
        return np.array([eval(row, {}, dict(zip("abcd", of, strict=False))) for row in each])

    def both(name, of):
        return rows(name, rows(name, of).T).T

    made = both("output", both("tile", trace.input[0]) * both("kernel", trace.layer.kernels[0, 0]))
    assert np.array_equal(made, trace.output[0])


@pytest.mark.parametrize("most", [1, 4, 9])
def test_what_is_told_of_a_tile_adds_up(most):
    trace = computed((5, 6), 3, "winograd", padding=1, most=most)
    view = WinogradDrawing(trace, Style(THEMES["light"], 1.0, DejaVu()))
    told = [text for k in range(len(view.steps)) for text in view.told(k)]
    weights = [line for line in told if "the marked weight, " in line]
    assert len(told) == 4 * 9
    assert len(weights) == 2, "the corners of the kernel's transform are corners of the kernel"
    corner = trace.layer.kernels[0, 0][0, 0]
    assert all(f" {corner}, ".replace("-", "−") in line for line in weights)
    for said in (line.split(": ")[1].split(", ")[0].rstrip(".") for line in told if line not in weights):
        made, result = said.replace("−", "-").replace("×", "*").split(" = ")
        assert eval(made) == float(result)


def test_nothing_is_told_or_marked_of_a_tile_before_its_cells_are_there():
    """Of the products and of the output; and each sum begins with a number, not with a minus before a 0."""
    trace = computed((5, 6), 3, "winograd", padding=1, most=9)
    view, drawn = WinogradDrawing(trace, Style(THEMES["light"], 1.0, DejaVu())), pipeline.scene(trace.spec)
    last = [pictures.texts(pictures.after(drawn, k)) for k in (drawn.rests[0], len(drawn.frames) - 1)]
    assert all(any(text.startswith("The outlined output") for text in texts) for texts in last)
    ink = Style(THEMES["light"], 1.0, DejaVu()).text_ink
    seen = set()
    for k in range(len(drawn.frames)):
        items = pictures.after(drawn, k)
        told = [text.split(":")[0] for text in pictures.texts(items) if text.endswith(".") and ":" in text]
        discs = [item for item in drawn.frames[k].shown if isinstance(item, Boxes) and item.fill == ink]
        seen.add((len(told), len(discs)))  # of the input, the kernel and the products
    assert sorted(seen - {(0, 0)})[:3] == [(2, 2), (3, 2), (4, 3)], "products are marked for the sum that has them"
    assert not any(re.search(": −0 ", text) for k in range(len(view.steps)) for text in view.told(k))


def test_products_that_serve_several_outputs_are_counted():
    """Each output adds up those where neither of its rows of the transform is 0."""
    first, second = {0, 1, 2}, {1, 2, 3}
    uses = [
        sum(r in a and c in b for a in (first, second) for b in (first, second)) for r in range(4) for c in range(4)
    ]
    drawn = pipeline.scene(computed((6, 6), 3, "winograd").spec)
    several = sum(count > 1 for count in uses)
    assert f"this way: {several} of them serve several outputs" in pictures.texts(drawn.static)


@pytest.mark.parametrize("most", [1, 9])
def test_marked_cells_are_those_that_are_added_and_subtracted(most):
    """They alone make the outlined cell of each transform, and the outlined output: another one in each step."""
    trace = computed((5, 6), 3, "winograd", padding=1, most=most)
    view = WinogradDrawing(trace, Style(THEMES["light"], 1.0, DejaVu()))
    canvas = np.pad(trace.layer.input[0], ((1, 2), (1, 1)))
    for k in range(len(view.steps)):
        (v, m), signs, at, (_, cell) = view.transformed[k], view.signs_of(k), view.example(k), view.made_of(k)
        maps = {"input": canvas, "kernel": trace.layer.kernels[0, 0], "output_way": m}
        sums = {name: sum(maps[name][at] * (1 if plus else -1) for at, plus in signs[name].items()) for name in maps}
        halved = sum(number in {1, 2} for number in at)  # the middle rows and columns of the kernel's transform are
        assert sums["input"] == v[at]
        assert sums["kernel"] / 2**halved == view.transformed_kernel[at]
        assert cell in view.outputs_of(view.tile(k))
        assert sums["output_way"] == trace.layer.output[0][cell]
    assert len({(view.example(k), view.made_of(k)) for k in range(4)}) == 4
    last = len(view.steps) - 1
    for frame, k in [*((view.frame(k), k) for k in range(last + 1)), (view.finished(), last)]:
        x, y, wide, high = view.tables["output"].box(view.made_of(k)[1])
        inside = [box for item in frame.shown if isinstance(item, Boxes) and item.fill is None for box in item.boxes]
        assert (x + 2, y + 2, wide - 4, high - 4) in inside  # it is the one that is outlined


def test_a_wrapped_fft_says_that_its_zeros_are_left_out_and_another_does_not():
    spec = computed((8, 8), 3, {"kind": "fft", "wrap": True}, padding=1).spec
    assert caption(replace(spec, caption=True)).count("computed without its zeros") == 1
    assert "without" not in caption(computed((8, 8), 3, "fft", padding=1).spec)


@pytest.mark.parametrize("size", [(8, 8), (4, 8), (16,)])
def test_waves_take_as_many_numbers_as_there_are_cells(size):
    """A pair of frequencies has a height and a place; one that is its own opposite has a height alone."""
    view = {"kind": "fft", "wrap": True}
    drawn = pipeline.scene(computed(size, 3, view, padding=1).spec)
    said = next(text for text in pictures.texts(drawn.static) if " waves: " in text)
    cells, waves, pairs, alone = map(int, re.match(r"(\d+) cells make (\d+) waves: (\d+) .*?(\d+) a", said).groups())
    own = [f for f in np.ndindex(*size) if all(2 * k % n == 0 for k, n in zip(f, size, strict=True))]
    assert (cells, alone) == (np.prod(size), len(own))
    assert 2 * pairs + alone == cells
    assert waves == pairs + alone


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_product_works_out_each_row_of_a_column_or_says_that_the_others_are_alike(rows):
    drawn = pipeline.scene(computed((4, 4), 3, "gemm", channels=(1, rows)).spec)
    texts = pictures.texts(drawn.frames[drawn.rests[0]].shown)
    told = [text.split(":")[0] for text in texts if text.startswith("Row ")]
    assert told == [f"Row {row + 1} times column 1" for row in range(rows if rows < 3 else 1)]
    assert ("(the other rows alike)" in texts) == (rows == 3)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_a_layout_alone_tells_in_how_many_stretches_each_window_lies(layout):
    """Of the input as numpy lays it out; without a product beside it."""
    trace = computed((4, 5), 2, {"kind": "gemm", "layout": layout}, channels=(3, 2))
    scene = pipeline.scene(trace.spec)
    texts = [[i.text for i in frame.shown if isinstance(i, Text) and "stretch" in i.text] for frame in scene.frames]
    stored = np.arange(60).reshape((3, 4, 5) if layout == "nchw" else (4, 5, 3))
    maps = stored if layout == "nchw" else np.moveaxis(stored, -1, 0)
    windows = [np.sort(maps[:, r : r + 2, c : c + 2].ravel()) for r, c in np.ndindex(3, 4)]
    runs = {1 + int((np.diff(window) > 1).sum()) for window in windows}
    assert texts[-1] == [f"Separate stretches for each window: {' and '.join(map(str, sorted(runs)))}."]
    assert [f"The window's 12 numbers lie in {n} separate stretches." for n in runs] in texts
    assert not any(isinstance(item, Text) and "im2col" in item.text for item in scene.static)


@pytest.mark.parametrize("tile", [[1, 1, 3], [2, 3, 4], [4, 4, 9]])
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_what_loads_come_to_follows_from_the_numbers_beside_it(layout, tile):
    spec = computed((5, 6), 3, {"kind": "gemm", "layout": layout, "tile": tile}, channels=(2, 3), padding=1).spec
    loads = Gemm(spec.layers[0].window, layout, tuple(tile)).all_loads
    all_, reuse, stored = (text.replace("×", "*") for text in totals(loads, Language("en")))
    first, second, whole = map(int, re.search(r"(\d+) inputs \+ (\d+) weights = (\d+)", all_).groups())
    assert first + second == whole
    for said in (reuse, stored):
        made, result = re.sub(r"[a-zA-Z:]", "", said.split(": ")[-1]).rstrip(". ").split("=")
        assert eval(made) == pytest.approx(float(result), rel=0.05)


@pytest.mark.parametrize("every", [1, 5])
@pytest.mark.parametrize("order", ["row-major", "column-major", "reverse"])
def test_the_last_frame_shows_the_wave_that_comes_last(order, every):
    trace = computed((6, 6), 3, "fft", padding=1)
    animation = replace(trace.spec.animation, order=order, every=every)
    drawn = scene(replace(trace, spec=replace(trace.spec, animation=animation)), DejaVu())
    last, ended = (
        " ".join(item.text for item in frame.shown if isinstance(item, Text))
        for frame in (drawn.frames[drawn.rests[-1]], drawn.frames[-1])
    )
    number, count = map(int, re.search(r"Wave (\d+) of (\d+)", last).groups())
    assert (number, count) == (1 if order == "reverse" else 34, 34)
    assert "All 34 waves are added up" in ended
    factors = [re.search(r"× (\S+)", said).group(1) for said in (last, ended)]
    assert factors[0] == factors[1]


@pytest.mark.parametrize("tile", [None, [1, 1, 8]])
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_a_window_lies_on_the_cells_of_each_channel(layout, tile):
    view = {"kind": "gemm", "layout": layout, **({"tile": tile} if tile else {})}
    drawing = GemmDrawing if tile else MemoryDrawing
    drawn = drawing(computed((3, 4), 2, view, channels=(2, 1)), Style(THEMES["light"], 1.0, DejaVu()))
    boxes = [drawn.tables["map"].box(drawn.plates.place(k)) for k in range(2 * 3 * 4)]
    cells = dict(zip(np.ndindex(2, 3, 4), map(corners, boxes), strict=True))
    windows = 0
    for k in range(len(drawn.steps)):
        for ring in (ring for item in drawn.frame(k).shown if isinstance(item, Lines) for ring in item.lines):
            (left, top), (right, bottom) = (tuple(map(end, zip(*ring, strict=True))) for end in (min, max))
            inside = [
                at
                for at, ((x0, y0), _, (x1, y1), _) in cells.items()
                if left <= x0 and x1 <= right and top <= y0 and y1 <= bottom
            ]
            xs, ys = ([p[axis] for at in inside for p in cells[at]] for axis in (0, 1))
            assert (left, top, right, bottom) == (min(xs), min(ys), max(xs), max(ys))
            assert len(inside) == 4
            assert len({channel for channel, *_ in inside}) == 1
            windows += 1
    assert windows == 2 * 6


@pytest.mark.parametrize("order", ["row-major", "reverse"])
@pytest.mark.parametrize("every", [1, 5])
def test_before_a_wave_is_added_all_others_that_came_are_there(order, every):
    """Also those of steps that are not shown."""
    trace = computed((6, 6), 3, "fft", padding=1)
    animation = replace(trace.spec.animation, order=order, every=every)
    trace = replace(trace, spec=replace(trace.spec, animation=animation))
    every_step = FourierDrawing(
        replace(trace, spec=replace(trace.spec, animation=replace(animation, every=1))),
        style := Style(THEMES["light"], 1.0, DejaVu()),
    )
    view = FourierDrawing(trace, style)
    output = view.tables["output"]

    def shown(items):
        """The fills of the output's cells."""
        return {
            box: item.fill
            for item in items
            if isinstance(item, Boxes)
            for box in item.boxes
            if box[0] >= output.x - 1 and box[1] < output.y + output.height
        }

    for k in range(1, len(view.steps)):
        before = view.steps.rank(k) - 1
        assert shown(view.during(k, "read", 1.0)) == shown(every_step.frame(before).shown), k


def test_where_the_kernel_is_drawn_it_makes_the_first_output():
    """Cell times cell, as the two maps that are transformed lie there, with zeros or round the edges."""
    for wrap in (False, True):
        trace = computed((4, 4), 3, {"kind": "fft", "wrap": wrap}, padding=1, most=1)
        view = FourierDrawing(trace, Style(THEMES["light"], 1.0, DejaVu()))
        table = view.tables["kernel"]
        written = {(item.x, item.y): item.text for item in view.static() if isinstance(item, Text)}
        total = 0.0
        for at in np.ndindex(*view.way.size):
            x, y, wide, high = table.box(at)
            inside = [text for (left, top), text in written.items() if x < left < x + wide and y < top < y + high]
            total += float(inside[0].replace("−", "-")) * view.way.input[at] if inside else 0.0
        assert total == pytest.approx(view.way.result[(0, 0)])


@pytest.mark.parametrize("drawing", [WinogradDrawing, FourierDrawing])
def test_a_sign_stands_halfway_between_two_maps(drawing):
    trace = computed([8, 8], 3, "winograd" if drawing is WinogradDrawing else "fft")
    made = drawing(trace, Style(THEMES["light"], 1.0, DejaVu()))
    tables = list(made.tables.values())
    signs = [item for item in made.page.static if isinstance(item, Text) and item.text in {"∗", "⊙", "="}]
    assert len(signs) > 2
    for sign in signs:
        beside = [table for table in tables if table.y < sign.y < table.bottom]
        left = max(table.right for table in beside if table.right < sign.x)
        right = min(table.x for table in beside if table.x > sign.x)
        assert sign.x == pytest.approx((left + right) / 2, abs=1)
