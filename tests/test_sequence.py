"""The sequence view, read back from its scenes: which nodes and lines are lit, where they stand, what is written."""

import re
from collections import Counter
from dataclasses import replace
from functools import reduce
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim.diagnostics import SpecError
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.color import mix
from conv_anim.scene.fit import Fit
from conv_anim.scene.primitives import Boxes, Lines, Text
from conv_anim.scene.sequence.lattice import Lattice
from conv_anim.scene.sheets.stacks import grown, sees
from conv_anim.scene.style import Style
from conv_anim.scene.wording.language import Language
from conv_anim.spec.model import Animation
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Sequence
from conv_anim.tracing.analysis import receptive_field
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.trace import trace
from tests import pictures
from tests.layers import TINTED
from tests.stacks import behind, never_read, on_sheet, read_cells, stacks, taps_behind

COLORS = THEMES["light"].colors
PLAIN, NUMBERS = stacks(1, Sequence()), stacks(1, Sequence(numbers=True))
OVER = TINTED.overlay


def circles(items):
    """Every circle with its middle, fill and edge; a box whose radius is half its side."""
    for item in items:
        if isinstance(item, Boxes) and item.radius:
            for x, y, w, h in item.boxes:
                if w == h == 2 * item.radius:
                    yield (x + w / 2, y + h / 2), item.fill, item.stroke


def rows(items, count):
    """For each row from the lowest, its nodes from left to right: (x, topmost fill, whether its edge is dashed)."""
    nodes = {}
    for (x, y), fill, edge in circles(items):
        if fill is not None:
            nodes[round(x, 3), round(y, 3)] = (fill, edge.dash is not None)
    heights = sorted({y for _, y in nodes}, reverse=True)
    assert len(heights) == count
    return [sorted((x, *nodes[x, y]) for x, y in nodes if y == height) for height in heights], heights


def own(row):
    """The nodes of a map, without those that border it."""
    return [node for node in row if not node[2]]


def strong(k, count):
    """The colour of a lit node of the k-th of some maps below the output."""
    return mix(mix(COLORS.input, COLORS.output, k / count), COLORS.window, OVER)


def strong_lines(frame):
    return [
        line
        for item in frame.shown
        if isinstance(item, Lines) and item.stroke.color == COLORS.window and item.stroke.dash is None
        for line in item.lines
    ]


@given(PLAIN, st.data())
def test_lit_nodes_are_what_loops_over_taps_say(figure, data):
    drawn, traced = pictures.scene(figure), trace(figure)
    k = data.draw(st.integers(0, len(drawn.frames) - 1))
    found, _ = rows(drawn.frames[k].shown, len(traced.layers) + 1)
    for number, (row, taps) in enumerate(zip(found, taps_behind(traced, (k,)), strict=False)):
        lit = {i for i, (_, fill, _) in enumerate(own(row)) if fill == strong(number, len(traced.layers))}
        assert lit == {cell for (cell,) in read_cells(taps)}


@given(PLAIN, st.data())
def test_there_is_a_node_for_every_cell_and_for_nothing_beyond_the_padding(figure, data):
    traced = trace(figure)
    drawn = pictures.scene(figure)
    k = data.draw(st.integers(0, len(drawn.frames) - 1))
    found, _ = rows(drawn.frames[k].shown, len(traced.layers) + 1)
    for row, layer in zip(found, traced.layers, strict=False):
        (axis,) = layer.operator.axes
        assert len(own(row)) == axis.size
        assert len(row) == max(0, -axis.before) + max(axis.canvas, axis.before + axis.stretched)
    assert len(found[-1]) == traced.output.shape[1]


@given(PLAIN, st.data())
def test_lit_lines_are_the_taps(figure, data):
    drawn, traced = pictures.scene(figure), trace(figure)
    k = data.draw(st.integers(0, len(drawn.frames) - 1))
    found, heights = rows(drawn.frames[k].shown, len(traced.layers) + 1)
    wanted = Counter()
    for number, (layer, taps) in enumerate(zip(traced.layers, taps_behind(traced, (k,)), strict=True)):
        for (made,), each in taps.items():
            for tap in each:
                if tap.source <= Source.BORROWED:
                    below = found[number][on_sheet(layer, tap.canvas)[0]][0], heights[number]
                    wanted[near((below, (own(found[number + 1])[made][0], heights[number + 1])))] += 1
    assert Counter(map(near, strong_lines(drawn.frames[k]))) == wanted


def near(points):
    """Equal for points that are equal but for the last digits: no node stands on the boundary."""
    return tuple((round(x + 1e-3, 1), round(y + 1e-3, 1)) for x, y in points)


@given(PLAIN)
def test_an_output_stands_over_the_middle_of_its_window_or_over_the_newest_cell(figure):
    traced, frame = trace(figure), pictures.scene(figure).frames[0]
    found, _ = rows(frame.shown, len(traced.layers) + 1)
    newest = any(
        axis.stretch == 1 < axis.kernel and axis.after == 0 and axis.before == axis.effective_kernel - 1
        for layer in traced.layers
        for axis in layer.operator.axes
    )
    for below, above, layer in zip(found, found[1:], traced.layers, strict=False):
        (axis,) = layer.operator.axes
        pitch = below[1][0] - below[0][0] if len(below) > 1 else 0
        first = below[0][0] + pitch * max(0, -axis.before)
        for o, node in enumerate(own(above)):
            at = axis.cell(o, axis.kernel - 1) if newest else (axis.cell(o, 0) + axis.cell(o, axis.kernel - 1)) / 2
            if len(below) > 1:
                assert node[0] == pytest.approx(first + pitch * at, abs=1)


@given(PLAIN)
def test_crossed_nodes_are_those_that_no_tap_reads(figure):
    traced, frame = trace(figure), pictures.scene(figure).frames[0]
    found, heights = rows(frame.shown, len(traced.layers) + 1)
    crossed = Counter()
    for item in frame.shown:
        if isinstance(item, Lines) and item.stroke.color == mix(COLORS.background, COLORS.muted, 0.6):
            crossed.update(near([((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in item.lines]))
    assert set(crossed.values()) <= {2}
    for row, y, layer in zip(found, heights, traced.layers, strict=False):
        struck = {i for i, node in enumerate(own(row)) if near([(node[0], y)])[0] in crossed}
        assert struck == {cell for (cell,) in never_read(layer)}


@given(NUMBERS, st.data())
def test_numbers_are_the_traces(figure, data):
    drawn, traced = pictures.scene(figure), trace(figure)
    k = data.draw(st.integers(0, len(drawn.frames) - 1))
    shown = drawn.frames[k].shown
    found, heights = rows(shown, len(traced.layers) + 1)
    arrays = [*(layer.input for layer in traced.layers), traced.output]
    made = made_by(traced, k)
    for row, y, array, there in zip(found, heights, arrays, made, strict=True):
        fmt, count = format_for(array), k + 1 if array is traced.output else array.shape[1]
        written = [text_at(shown, x, y) for x, _, _ in own(row)][:count]
        assert written == [fmt(n) if i in there else None for i, n in enumerate(array[0].tolist())][:count]
    for row, y, layer in zip(found, heights, traced.layers, strict=False):
        borrowed = [tap for step in layer for tap in step.taps if tap.source is Source.BORROWED]
        for tap in borrowed:
            x = row[on_sheet(layer, tap.canvas)[0]][0]
            assert text_at(shown, x, y) == format_for(layer.input)(tap.x)


def made_by(traced, k):
    """For each map the cells that are there at a step: of those between layers all but what outputs to come need."""
    count = traced.output.shape[1]
    now, ever = (behind(traced, [(cell,) for cell in range(until)]) for until in (k + 1, count))
    sizes = [*(layer.input.shape[1] for layer in traced.layers), count]
    late = [{cell for (cell,) in every - there} for there, every in zip(now, ever, strict=True)]
    return [set(range(size)) - (late[n] if n else set()) for n, size in enumerate(sizes)]


def text_at(items, x, y):
    """The topmost number around a point."""
    numbers = [item for item in items if isinstance(item, Text) and not item.text.startswith("×")]
    there = [item.text for item in numbers if abs(item.x - x) < 1 and abs(item.y - 0.365 * item.size - y) < 1]
    return there[-1] if there else None


@given(NUMBERS, st.data())
def test_weights_stand_on_the_lines_of_the_current_output(figure, data):
    drawn, traced = pictures.scene(figure), trace(figure)
    k = data.draw(st.integers(0, len(drawn.frames) - 1))
    layer = traced.layers[-1]
    said = [text for text in pictures.texts(drawn.frames[k].shown) if text.startswith("×")]
    weights = [tap.w for tap in layer.step((0, k)).taps if tap.w is not None]
    assert said == [f"×{format_for(layer.kernels)(w)}" for w in weights]


@settings(max_examples=40)
@given(PLAIN | NUMBERS, st.sampled_from(sorted(THEMES)), st.sampled_from([0.7, 1, 2]), st.sampled_from(["en", "zh-TW"]))
def test_everything_lies_within_the_picture(figure, theme, scale, lang):
    figure = replace(figure, theme=THEMES[theme], size=replace(figure.size, scale=scale), lang=lang)
    drawn = pictures.scene(figure)
    for frame in (drawn.frames[0], drawn.frames[-1]):
        left, top, right, bottom = pictures.extent([*drawn.static, *frame.shown])
        assert left >= 0
        assert top >= 0
        assert right <= drawn.width
        assert bottom <= drawn.height


@settings(max_examples=20)
@given(PLAIN | NUMBERS)
def test_the_same_figure_is_drawn_the_same_again(figure):
    one, other = pictures.scene(figure), pictures.scene(figure)
    assert one.static == other.static
    assert [one.frames[k] for k in range(len(one.frames))] == [other.frames[k] for k in range(len(other.frames))]


@settings(max_examples=30)
@given(PLAIN, st.sampled_from(["row-major", "reverse"]), st.integers(1, 4))
def test_frames_follow_the_order_and_skip_steps(figure, order, every):
    figure = replace(figure, animation=Animation(order=order, every=every))
    drawn, traced = pictures.scene(figure), trace(figure)
    count = traced.output.shape[1]
    ranks = [*range(0, count - 1, every), count - 1]
    assert len(drawn.frames) == len(ranks)
    for k, rank in enumerate(ranks):
        found, _ = rows(drawn.frames[k].shown, len(traced.layers) + 1)
        current = [i for i, (_, fill, _) in enumerate(found[-1]) if fill == COLORS.current]
        done = {i for i, (_, fill, _) in enumerate(found[-1]) if fill == COLORS.output}
        ordered = list(range(count))[:: -1 if order == "reverse" else 1]
        assert current == [ordered[rank]]
        assert done == set(ordered[:rank])


# what is said


def load(*layers, **more):
    return conv_anim.load({"input": {"size": [16]}, "layers": list(layers), **more})


WAVENET = [{"type": "conv", "kernel_size": 2, "dilation": d, "padding": "causal"} for d in (1, 2, 4, 8)]


def test_wavenet_says_what_its_rows_see():
    said = pictures.texts(pictures.scene(load(*WAVENET)).static)
    reach = ["2 cells of the input", *(f"{2 * n} cells of the input: {n} + 1·{n}" for n in (2, 4, 8))]
    assert [text for text in said if text.startswith("sees")] == [f"sees up to {each}" for each in reach]
    assert "time" in said


def test_the_last_output_of_wavenet_sees_everything():
    figure = load(*WAVENET)
    taps = taps_behind(trace(figure), (15,))
    assert read_cells(taps[0]) == {(i,) for i in range(16)}
    drawn = pictures.scene(replace(figure, theme=TINTED))
    found, _ = rows(drawn.frames[drawn.rests[15]].shown, 5)
    lit = [[i for i, (_, fill, _) in enumerate(own(row)) if fill == strong(k, 4)] for k, row in enumerate(found[:-1])]
    assert lit == [list(range(16)), list(range(1, 16, 2)), [3, 7, 11, 15], [7, 15]]


def test_where_nothing_is_causal_there_is_no_time():
    assert "time" not in pictures.texts(pictures.scene(load({"type": "conv", "kernel_size": 3})).static)


def test_channels_are_said():
    figure = load({"type": "conv", "kernel_size": 3, "out_channels": 8}, {"type": "max_pool", "kernel_size": 2})
    said = pictures.texts(pictures.scene(figure).static)
    assert said.count("8 channels, drawn as one") == 2
    assert figure.view.kind == "sequence"


def test_labels_may_be_left_out():
    assert pictures.texts(pictures.scene(load(*WAVENET, labels=False)).static) == ["time"]


@pytest.mark.parametrize(("layers", "more", "view"), [
    (WAVENET, {}, "sequence"),
    (WAVENET[:1], {}, "sequence"),
    ([{"type": "conv", "kernel_size": 3}], {}, "isometric"),
    ([{"type": "conv", "kernel_size": 3}] * 2, {}, "sequence"),
    ([{"type": "conv", "kernel_size": 3}] * 2, {"input": {"size": [9, 9]}}, "isometric"),
])  # fmt: skip
def test_the_view_that_suits(layers, more, view):
    assert load(*layers, **more).view.kind == view


def test_written_numbers_are_shown():
    figure = load({"type": "conv", "weight": [1, 2], "padding": "causal"}, input={"values": [1, 2, 3]})
    assert figure.view == Sequence(numbers=True)


@pytest.mark.parametrize("more", [{"input": {"size": [5, 5]}}, {"input": {"size": [5, 5, 5]}}])
def test_more_than_one_axis_is_refused(more):
    with pytest.raises(SpecError, match="inputs with 1 axis"):
        load({"type": "conv", "kernel_size": 3}, view="sequence", **more)


def test_borrowed_nodes_are_joined_to_those_they_repeat():
    figure = load(CIRCULAR, input={"size": [6]}, view="sequence")
    drawn = pictures.scene(figure)
    found, _ = rows(drawn.frames[0].shown, 2)
    (arc,) = arcs(drawn.frames[0])
    assert [arc[0][0], arc[-1][0]] == pytest.approx([own(found[0])[5][0], found[0][0][0]])
    assert arcs(drawn.frames[2]) == []


CIRCULAR = {"type": "conv", "kernel_size": 3, "padding": 1, "padding_mode": "circular"}


def arcs(frame):
    return [line for item in frame.shown if isinstance(item, Lines) for line in item.lines if len(line) > 2]


# figures below each other


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["same", "valid", "causal", "window", "large"]), min_size=2, max_size=3), st.booleans())
def test_cells_of_figures_below_each_other_are_under_each_other(kinds, numbers):
    layers = {
        "same": {"type": "conv", "kernel_size": 5, "padding": "same"},
        "valid": {"type": "conv", "kernel_size": 3},
        "causal": {"type": "conv", "kernel_size": 3, "padding": "causal", "dilation": 2},
        "window": {"type": "attention", "window": 3},
        "large": {"type": "conv", "weight": [1000, 2000, 3000], "padding": 1},
    }
    spec = {"input": {"size": [9]}, "view": {"kind": "sequence", "numbers": numbers}}
    traces = [trace(one) for one in conv_anim.load({**spec, "panels": [{"layer": layers[k]} for k in kinds]}).panels]
    style = Style(THEMES["light"], 1.0, DejaVu())
    fit = reduce(Fit.joined, (Lattice(one, style).fit for one in traces))
    inputs = [Lattice(one, replace(style, fit=fit)).rows[0] for one in traces]
    for cell in range(9):
        assert len({round(row.made(cell)[0], 6) for row in inputs}) == 1
    assert min(row.at(0)[0] for row in inputs) > 0


@settings(max_examples=40)
@given(PLAIN)
def test_how_far_a_map_sees_adds_up(spec):
    """The sum that is said is the receptive field, by the taps of all layers."""
    for k in range(2, len(spec.layers) + 1):
        how = grown(spec.layers[:k])
        if how is not None:
            field = receptive_field(spec.layers[:k])
            assert not field.varies
            first, steps, apart = how
            assert {first + steps * apart} == set(field.size)


@given(PLAIN)
def test_how_far_is_said_as_far_as_the_input_reaches(spec):
    """Where some outputs see less, as at edges, it is "up to", by the taps of all layers."""
    traced = trace(spec)
    for k in range(1, len(spec.layers) + 1):
        part = replace(traced, layers=traced.layers[:k])
        (count,) = part.layers[-1].operator.out_size
        cells = [behind(part, [(o,)])[0] for o in range(count)]
        spans = {1 + max(found)[0] - min(found)[0] if found else 0 for found in cells}
        said = re.match(r"(?:sees|reaches over) (up to )?(\d+)", sees(spec.layers[:k], Language("en")))
        if all(layer.operator.axes[0].mode != "circular" for layer in part.layers):
            assert int(said[2]) == max(spans)
            assert bool(said[1]) == (len(spans) > 1)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([{"kernel_size": 3, "dilation": 3}], "reaches over 7 cells of the input"),
        ([{"kernel_size": 3}, {"kernel_size": 3, "dilation": 2}], "sees 7 cells of the input: 3 + 2·2"),
        ([{"kernel_size": 2}, {"kernel_size": 3, "dilation": 3}], "reaches over 8 cells of the input: 2 + 2·3"),
        ([{"kernel_size": 2, "stride": 3}, {"kernel_size": 2}], "reaches over 5 cells of the input: 2 + 1·3"),
    ],
)
def test_cells_that_are_skipped_are_reached_over_and_not_seen(layers, said):
    spec = conv_anim.load({"input": {"size": [14]}, "layers": [{"type": "conv", **layer} for layer in layers]})
    cells = {(0,)}
    for layer in reversed(layers):  # which cells the first output is made of, layer by layer
        steps = [layer.get("dilation", 1) * k for k in range(layer["kernel_size"])]
        cells = {(cell[0] * layer.get("stride", 1) + step,) for cell in cells for step in steps}
    assert sees(spec.layers, Language("en")) == said
    assert said.startswith("sees") is (len(cells) == max(cells)[0] + 1)


def test_attention_with_numbers_says_how_scores_become_shares():
    layer = {"type": "attention", "window": 3}
    spec = {"input": {"values": [1, 2, 0, -1]}, "layer": layer, "view": {"kind": "sequence", "numbers": True}}
    drawn = pictures.scene(conv_anim.load(spec))
    said = pictures.texts(drawn.frames[drawn.rests[1]].shown)
    scores = [2 * 1, 2 * 2, 2 * 0]  # the second cell times each that it sees
    powers = [exp(score) for score in scores]
    shares = ", ".join(f"{power / sum(powers):.3f}" for power in powers)  # with two digits they would be 1.01
    assert f"softmax(q·k) = softmax(2, 4, 0) ≈ {shares}" in said


def test_rows_of_figures_side_by_side_are_on_one_line():
    made = pictures.scene(conv_anim.load("templates/streaming/key_value_cache.yaml"))
    discs = [item for item in (*made.static, *made.frames[0].shown) if isinstance(item, Boxes) and item.radius > 6]
    heights = {round(y) for (_, y), _, _ in circles(discs)}  # larger ones than the swatches
    assert len(heights) == 2


@pytest.mark.parametrize("name", ["sequence/circular_1d", "sequence/conv_1d", "streaming/stream_causal"])
def test_what_stands_for_a_node_beside_its_name_and_in_a_key_is_a_disc(name):
    made = pictures.scene(conv_anim.load(f"templates/{name}.yaml"))
    seen = [item for item in (*made.static, *made.frames[0].kept, *made.frames[0].shown) if isinstance(item, Boxes)]
    nodes = max(x + w for item in seen if item.radius > 6 for x, _, w, _ in item.boxes)
    beside = [(item, box) for item in made.static if isinstance(item, Boxes) for box in item.boxes if box[0] >= nodes]
    assert len(beside) >= 2
    square = [item.fill for item, (_, _, wide, _) in beside if item.radius != wide / 2]
    assert len(square) == (name == "streaming/stream_causal")  # the tray that cells are kept on
