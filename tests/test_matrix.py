"""The matrix of a layer: times the input it is the output, and the view draws what it says."""

from itertools import combinations, pairwise, product
from math import prod

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conv_anim.ops.conv import Conv
from conv_anim.ops.conv_transpose import ConvTranspose
from conv_anim.ops.pool import Pool
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.color import contrast, rgb
from conv_anim.scene.figure import scene
from conv_anim.scene.matrix.view import MatrixView
from conv_anim.scene.primitives import Boxes, Text
from conv_anim.scene.sheets.table import Track
from conv_anim.scene.sheets.tints import tints
from conv_anim.scene.style import Style
from conv_anim.spec.model import Animation, Arange, Ends, FigureSize, Given, Input, Labels, Random, Spec, chain
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Matrix
from conv_anim.tracing.matrix import EMPTY, SEVERAL, matrix
from conv_anim.tracing.trace import trace

MODES = ("zeros", "reflect", "replicate", "circular")


def conv(size, kernel, *, channels=(1, 1), groups=1, stride=1, dilation=1, padding=(0, 0), mode="zeros", **given):
    """One number for all axes, ``padding`` before and after each of them."""
    each = (kernel,) * len(size) if isinstance(kernel, int) else kernel
    reach = [dilation * (k - 1) + 1 for k in each]
    out = tuple((n + sum(padding) - r) // stride + 1 for n, r in zip(size, reach, strict=True))
    ends = Ends(channels[0], size, channels[1], out)
    return Conv(
        ends=ends,
        kernel_size=each,
        stride=(stride,) * len(size),
        padding=(padding,) * len(size),
        dilation=(dilation,) * len(size),
        groups=groups,
        padding_mode=mode,
        flip=given.get("flip", False),
        weight=given.get("weight", counted(channels[1], channels[0] // groups, *each)),
        bias=given.get("bias"),
    )


def conv_transpose(size, kernel, *, channels=(1, 1), groups=1, stride=1, dilation=1, padding=(0, 0), more=0, **given):
    each = (kernel,) * len(size) if isinstance(kernel, int) else kernel
    reach = [dilation * (k - 1) + 1 for k in each]
    out = tuple((n - 1) * stride - sum(padding) + r + more for n, r in zip(size, reach, strict=True))
    return ConvTranspose(
        ends=Ends(channels[0], size, channels[1], out),
        kernel_size=each,
        stride=(stride,) * len(size),
        padding=(padding,) * len(size),
        output_padding=(more,) * len(size),
        dilation=(dilation,) * len(size),
        groups=groups,
        weight=given.get("weight", counted(channels[0], channels[1] // groups, *each)),
        bias=given.get("bias"),
    )


def pool(size, kernel, *, channels=1, stride=1, padding=(0, 0), reduce="mean", counts=True):
    each = (kernel,) * len(size) if isinstance(kernel, int) else kernel
    out = tuple((n + sum(padding) - k) // stride + 1 for n, k in zip(size, each, strict=True))
    ends = Ends(channels, size, channels, out)
    axes = len(size)
    return Pool(ends, reduce, each, (stride,) * axes, (padding,) * axes, (1,) * axes, False, counts)


def counted(*shape):
    """1, 2, 3, … in a shape."""
    return Given(shape, tuple(range(1, prod(shape) + 1)))


def figure(layer, *, theme="light", animate=False, values=None, labels=None, **given):
    fed = Input(layer.ends.in_size, layer.ends.in_channels, values or Arange())
    return Spec(fed, chain((layer,)), Matrix(animate), THEMES[theme], labels=labels or Labels(), **given)


CON_3 = conv((4, 4), 3)
CON_4 = conv_transpose((2, 2), 3)


# layers drawn by Hypothesis


@st.composite
def sizes(draw):
    axes = draw(st.integers(1, 3))
    return tuple(draw(st.integers(1, {1: 8, 2: 5, 3: 3}[axes])) for _ in range(axes))


@st.composite
def shared(draw):
    """Settings of both convolutions."""
    groups = draw(st.integers(1, 3))
    return {
        "channels": (groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))),
        "groups": groups,
        "stride": draw(st.integers(1, 3)),
        "dilation": draw(st.integers(1, 2)),
        "weight": draw(st.sampled_from([Random(3, -4, 4), Random(3, -1.0, 1.0)])),
    }


@st.composite
def convs(draw):
    settings, size = draw(shared()), draw(sizes())
    mode = draw(st.sampled_from(MODES))
    most = {"zeros": 3, "replicate": 3, "reflect": min(size) - 1, "circular": min(size)}[mode]
    padding = draw(st.integers(0, most)), draw(st.integers(0, most))
    longest = [min(3, (n + sum(padding) - 1) // settings["dilation"] + 1) for n in size]
    kernel = tuple(draw(st.integers(1, n)) for n in longest)
    bias = draw(biases(settings["channels"][1]))
    return conv(size, kernel, padding=padding, mode=mode, bias=bias, flip=draw(st.booleans()), **settings)


@st.composite
def transposes(draw):
    settings, size = draw(shared()), draw(sizes())
    kernel = tuple(draw(st.integers(1, 3)) for _ in size)
    reach = [(n - 1) * settings["stride"] + settings["dilation"] * (k - 1) for n, k in zip(size, kernel, strict=True)]
    before = draw(st.integers(0, min(2, *reach)))
    after = draw(st.integers(0, min(2, *(r - before for r in reach))))
    more = draw(st.integers(0, max(settings["stride"], settings["dilation"]) - 1))
    bias = draw(biases(settings["channels"][1]))
    return conv_transpose(size, kernel, padding=(before, after), more=more, bias=bias, **settings)


@st.composite
def mean_pools(draw):
    size = draw(sizes())
    kernel = tuple(draw(st.integers(1, min(3, n))) for n in size)
    padding = draw(st.integers(0, min(kernel) // 2)), draw(st.integers(0, min(kernel) // 2))
    return pool(
        size,
        kernel,
        channels=draw(st.integers(1, 3)),
        stride=draw(st.integers(1, 3)),
        padding=padding,
        counts=draw(st.booleans()),
    )


def biases(channels):
    return st.none() | st.tuples(*[st.integers(-9, 9)] * channels)


def layers():
    return convs() | transposes() | mean_pools()


# the matrix


def plain(layer, **given):
    """The matrix as nested lists, what each entry is, and the trace of the layer."""
    traced = trace(figure(layer, **given)).layers[0]
    made = matrix(traced)
    return made.values.tolist(), made.weights.tolist(), traced


@given(layers(), st.integers(0, 99))
def test_times_the_input_it_is_the_output(layer, seed):
    values, _, traced = plain(layer, values=Random(seed, -5, 5))
    x = traced.input.ravel().tolist()
    per_channel = prod(layer.ends.out_size)
    for row, wanted in enumerate(traced.output.ravel().tolist()):
        total = 0 if traced.bias is None else traced.bias[row // per_channel].item()
        for column, number in enumerate(x):
            total += values[row][column] * number
        assert total == pytest.approx(wanted)


@given(layers())
def test_a_column_is_what_its_input_cell_alone_makes(layer):
    values, _, traced = plain(layer)
    count = traced.input.size
    for column in {0, count // 2, count - 1}:
        alone = Given((layer.ends.in_channels, *layer.ends.in_size), tuple(int(k == column) for k in range(count)))
        zero = Given(alone.shape, (0,) * count)
        made, nothing = (trace(figure(layer, values=fed)).output.ravel().tolist() for fed in (alone, zero))
        for row, (value, base) in enumerate(zip(made, nothing, strict=True)):
            assert values[row][column] == pytest.approx(value - base)


@given(convs() | transposes())
def test_every_entry_is_the_weight_it_names(layer):
    values, weights, traced = plain(layer)
    numbers = traced.weight.ravel().tolist()
    for row, column in product(range(len(values)), range(len(values[0]))):
        if weights[row][column] == EMPTY:
            assert values[row][column] == 0
        elif weights[row][column] != SEVERAL:
            assert values[row][column] == numbers[weights[row][column]]


@given(layers())
def test_entries_are_the_taps_that_read_an_input_cell(layer):
    _, weights, traced = plain(layer)
    for row, step in enumerate(traced):
        met = [0] * traced.input.size
        for tap in step.taps:
            if tap.input is not None:
                flat = 0
                for place, size in zip(tap.input, traced.input.shape, strict=True):
                    flat = flat * size + place
                met[flat] += 1
        assert [min(n, 2) for n in met] == [{EMPTY: 0, SEVERAL: 2}.get(name, 1) for name in weights[row]]


def test_a_weight_of_zero_is_an_entry():
    layer = conv((3,), 2, weight=Given((2,), (0, 5)))
    values, weights, _ = plain(layer)
    assert values == [[0, 5, 0], [0, 0, 5]]
    assert weights == [[0, 1, EMPTY], [EMPTY, 0, 1]]


def test_replicated_cells_get_the_sum_of_weights():
    values, weights, _ = plain(conv((3,), 3, padding=(1, 1), mode="replicate", weight=Given((3,), (1, 20, 300))))
    assert values == [[21, 300, 0], [1, 20, 300], [0, 1, 320]]
    assert weights == [[SEVERAL, 2, EMPTY], [0, 1, 2], [EMPTY, 0, SEVERAL]]


def test_con_3():
    values, _, _ = plain(CON_3)
    assert values == [
        [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0],
        [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0],
        [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9],
    ]


def transposed(rows):
    return [[row[k] for row in rows] for k in range(len(rows[0]))]


def test_con_4_is_con_3_transposed():
    (direct, names, _), (values, weights, _) = plain(CON_3), plain(CON_4)
    assert (len(values), len(values[0])) == (16, 4)
    assert values == transposed(direct)
    assert weights == transposed(names)


@given(transposes())
def test_a_transposed_convolution_has_the_transposed_matrix(layer):
    """Of the convolution with the same weight, that reads the output's size and makes the input's."""
    ends = layer.ends
    turned = Conv(
        ends=Ends(ends.out_channels, ends.out_size, ends.in_channels, ends.in_size),
        kernel_size=layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
        groups=layer.groups,
        padding_mode="zeros",
        flip=False,
        weight=layer.weight,
        bias=None,
    )
    (values, weights, _), (direct, names, _) = plain(layer), plain(turned)
    assert values == transposed(direct)
    assert weights == transposed(names)


def test_a_maximum_has_no_matrix():
    with pytest.raises(ValueError, match="not linear"):
        plain(pool((4,), 2, reduce="max"))


# the view

FONT = DejaVu()


def view(layer, *, scale=1.0, **given):
    drawn = figure(layer, **given)
    return MatrixView(trace(drawn), Style(drawn.theme, scale, FONT))


def covered(item):
    """The box of a text: left, top, right, bottom."""
    width = FONT.width(item.text, size=item.size, bold=item.bold)
    left = item.x - {"start": 0, "middle": width / 2, "end": width}[item.anchor]
    return left, item.y - FONT.cap_height * item.size, left + width, item.y


def texts_in(items, box):
    """The texts whose middle is in a box."""
    x, y, width, height = box
    found = []
    for item in items:
        if isinstance(item, Text):
            left, top, right, bottom = covered(item)
            if x < (left + right) / 2 < x + width and y < (top + bottom) / 2 < y + height:
                found.append(item.text)
    return found


def fill_of(items, box):
    """The colour of the last cell that was drawn in a box."""
    fills = [item.fill for item in items if isinstance(item, Boxes) and item.fill is not None and box in item.boxes]
    return fills[-1] if fills else None


def written(number):
    return str(number).replace("-", "−")


def drawn_cells(made, name, items=None):
    """The text in each cell of a table, None where there is none, row by row."""
    table, items = made.tables[name], made.static() if items is None else items
    rows = []
    for row in range(table.rows.count):
        found = [texts_in(items, table.box((row, column))) for column in range(table.columns.count)]
        assert all(len(texts) <= 1 for texts in found)
        rows.append([texts[0] if texts else None for texts in found])
    return rows


NAMED = {
    "con_3": CON_3,
    "con_4": CON_4,
    "bias and channels": conv((3, 3), 2, channels=(2, 2), bias=(1, -2)),
    "groups": conv((3, 3), 2, channels=(2, 2), groups=2),
    "one axis": conv((6,), 3, stride=2, padding=(2, 0)),
    "three axes": conv((2, 3, 3), 2),
    "not square": conv((3, 5), (2, 3), weight=Random(2, -3, 3)),
    "replicate": conv((4, 4), 3, padding=(1, 1), stride=2, mode="replicate"),
    "transposed, stride 2": conv_transpose((2, 2), 3, stride=2, more=1, padding=(1, 1)),
    "transposed, channels": conv_transpose((2, 3), 2, channels=(2, 2), groups=2, bias=(1, 2)),
    "flipped": conv((4, 4), 3, flip=True),
    "same": conv((4, 4), 3, padding=(1, 1)),
}
named = pytest.mark.parametrize("layer", NAMED.values(), ids=NAMED.keys())


@named
def test_what_is_written_is_the_matrix(layer):
    values, weights, traced = plain(layer)
    wanted = [
        [None if name == EMPTY else written(value) for value, name in zip(row, names, strict=True)]
        for row, names in zip(values, weights, strict=True)
    ]
    made = view(layer)
    assert drawn_cells(made, "matrix") == wanted
    assert drawn_cells(made, "x") == [[written(v)] for v in traced.input.ravel().tolist()]
    assert drawn_cells(made, "y") == [[written(v)] for v in traced.output.ravel().tolist()]
    assert ("bias" in made.tables) == (traced.bias is not None)


@named
@pytest.mark.parametrize("theme", THEMES)
def test_a_weight_has_the_colour_of_its_cell_in_the_kernel(layer, theme):
    _, weights, traced = plain(layer)
    made = view(layer, theme=theme)
    items = made.static()
    legend = [fill_of(items, made.tables["kernel"].box(place)) for place in kernel_places(made, traced)]
    assert len(set(legend)) == len(legend) == traced.weight.size
    for row, column in product(range(len(weights)), range(len(weights[0]))):
        fill, name = fill_of(items, made.tables["matrix"].box((row, column))), weights[row][column]
        if name == EMPTY:
            assert fill is None
        else:
            assert fill not in legend if name == SEVERAL else fill == legend[name]


def kernel_places(made, traced):
    return made.factors.plates["kernel"].places(range(traced.weight.size))


@named
def test_the_kernel_and_the_maps_are_written_too(layer):
    _, _, traced = plain(layer)
    made = view(layer)
    kernel = [text for row in drawn_cells(made, "kernel") for text in row]
    assert sorted(kernel) == sorted(written(v) for v in traced.weight.ravel().tolist())
    for name, array in (("input", traced.input), ("output", traced.output)):
        if name in made.tables and array.ndim == 3:
            rows = array.reshape(-1, array.shape[-1]).tolist()
            assert drawn_cells(made, name) == [[written(v) for v in row] for row in rows]


def test_kernels_stand_in_a_row_for_each_output_channel():
    made = view(NAMED["bias and channels"])
    assert drawn_cells(made, "kernel") == [
        ["1", "2", "5", "6"],
        ["3", "4", "7", "8"],
        ["9", "10", "13", "14"],
        ["11", "12", "15", "16"],
    ]


def test_con_4_shows_the_matrix_it_is_the_transpose_of():
    made, direct = view(CON_4), view(CON_3)
    turned, wanted = made.tables["turned"], direct.tables["matrix"]
    items, others = made.static(), direct.static()
    for place in product(range(4), range(16)):
        assert fill_of(items, turned.box(place)) == fill_of(others, wanted.box(place))
    assert {"Cᵀ 16×4", "C 4×16", "each column is a row of C"} <= {i.text for i in items if isinstance(i, Text)}


def test_a_mean_is_written_as_a_fraction():
    made = view(pool((4,), 3, stride=2, padding=(1, 0), counts=False))
    assert drawn_cells(made, "matrix") == [["1/2", "1/2", None, None], [None, "1/3", "1/3", "1/3"]]


def test_names_and_blocks():
    texts = [item.text for item in view(CON_3).static() if isinstance(item, Text)]
    assert {"C 4×16", "as a 16-vector", "as a 4-vector", "row 1 of the input", "row 4 of the input"} <= set(texts)
    named_by_spec = view(CON_3, labels=Labels(input="large", output="small")).static()
    names = [item.text for item in named_by_spec if isinstance(item, Text)]
    assert (names.count("large"), names.count("small")) == (2, 2)


def test_without_labels_only_numbers_and_signs():
    plain_figure = Spec(Input((4, 4), 1, Arange()), chain((CON_3,)), Matrix(), THEMES["light"])
    made = MatrixView(trace(plain_figure), Style(THEMES["light"], 1.0, FONT))
    assert not [item for item in made.static() if isinstance(item, Text) and item.text[0].isalpha()]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(1, 9), st.integers(0, 3))
def test_a_gap_stands_after_every_row(shape, cell, gap):
    track = Track(tuple(shape), cell, gap)
    inner = shape[-1] if len(shape) > 1 and shape[-1] > 1 else prod(shape) if len(shape) == 1 else None
    for k, (one, other) in enumerate(pairwise(track.starts), start=1):
        assert other - one >= cell
        if inner is not None:
            assert (other - one > cell) == (k % inner == 0 and gap > 0)
    assert sum(length for _, length in track.runs(range(track.count))) == cell * track.count


# nothing overlaps, nothing is clipped, everything can be read


@named
@pytest.mark.parametrize("scale", [0.45, 1.0, 1.7])
@pytest.mark.parametrize("animate", [False, True])
def test_nothing_overlaps_or_is_clipped(layer, scale, animate):
    check_places(view(layer, scale=scale, animate=animate))


def test_a_kernel_too_small_for_its_numbers_has_none():
    made = view(conv_transpose((1,), 1, weight=Random(3, -1.0, 1.0)), scale=0.5)
    assert made.tables["kernel"].size is None
    check_places(made)


def test_a_kernel_of_which_no_weight_meets_an_input_has_a_matrix_too():
    check_places(view(conv_transpose((2,), 1, stride=2, padding=(1, 1))))


SHORT = conv_transpose((1, 1), (2, 3), channels=(1, 2), dilation=2, more=1, weight=Random(3, -4, 4))
"""Its vector of one cell is lower than the sign beside it, which stood in its label."""


@example(SHORT, "classic", False, 0.3125)
@given(layers(), st.sampled_from(sorted(THEMES)), st.booleans(), st.floats(0.3, 3.0))
def test_whatever_the_layer_nothing_overlaps_or_is_clipped(layer, theme, animate, scale):
    check_places(view(layer, theme=theme, scale=scale, animate=animate))


def check_places(made):
    """Tables and texts lie apart, or a text within a table, and all within the panel."""
    panel = made.panel()
    boxes = [(t.x, t.y, t.right, t.bottom) for t in made.tables.values()]
    shown = panel.frames[-1].shown
    texts = [covered(item) for item in panel.static if isinstance(item, Text)]
    texts += [covered(item) for item in shown if isinstance(item, Text) and not inside_any(covered(item), boxes)]
    for one, other in [*combinations(boxes, 2), *combinations(texts, 2)]:
        assert apart(one, other)
    for text in texts:
        assert all(apart(text, box) or inside(text, box) for box in boxes)
    for left, top, right, bottom in boxes + texts:
        assert -0.5 <= left <= right <= panel.width + 0.5
        assert -0.5 <= top <= bottom <= panel.height + 0.5


def apart(one, other):
    gaps = other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3]
    return max(gaps) > -0.01


def inside(one, other):
    return one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3]


def inside_any(one, others):
    return any(inside(one, other) for other in others)


@named
@pytest.mark.parametrize("theme", THEMES)
def test_numbers_can_be_read(layer, theme):
    made = view(layer, theme=theme)
    background = THEMES[theme].colors.background
    items = made.static()
    for table in made.tables.values():
        for place in product(range(table.rows.count), range(table.columns.count)):
            fill = fill_of(items, table.box(place)) or background
            x, y, width, height = table.box(place)
            for item in items:
                if isinstance(item, Text) and x < item.x < x + width and y < item.y < y + height:
                    assert contrast(item.color, fill) >= 4.5
                    assert item.size >= 9


def test_a_large_matrix_has_colours_only():
    made = view(conv((12, 12), 3, padding=(1, 1)))
    assert made.tables["matrix"].size is None
    assert made.tables["matrix"].width < 600
    assert not any(text for row in drawn_cells(made, "matrix") for text in row)
    assert drawn_cells(made, "kernel") == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]


def test_con_3_and_con_4_are_not_too_wide():
    for layer in (CON_3, CON_4):
        assert scene(trace(figure(layer)), FONT).width <= 900
    assert scene(trace(figure(CON_3, size=FigureSize(width=500))), FONT).width == 500


# colours


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1, 7), (1, 1, 2, 2), (1, 1, 3, 3), (1, 1, 5, 5), (1, 3, 3, 3)])
def test_every_weight_has_a_colour_of_its_own(theme, shape):
    colors = tints(THEMES[theme].colors, shape)
    assert len(colors) == prod(shape)
    assert all(contrast(color, "#000000") >= 4.5 or contrast(color, "#ffffff") >= 4.5 for color in colors)
    nearest = min(sum(abs(a - b) for a, b in zip(rgb(c), rgb(d), strict=True)) for c, d in combinations(colors, 2))
    assert nearest >= (18 if prod(shape) <= 9 else 3)


def test_a_theme_without_colours_gets_greys():
    assert all(len(set(rgb(color))) == 1 for color in tints(THEMES["print"].colors, (1, 1, 3, 3)))


# frames


def test_a_still_has_one_frame():
    assert len(scene(trace(figure(CON_3)), FONT).frames) == 1


@named
def test_a_frame_marks_a_row_and_what_it_meets(layer):
    _, weights, traced = plain(layer)
    made = view(layer, animate=True)
    panel = made.panel()
    assert len(panel.frames) == traced.output.size
    colors = THEMES["light"].colors
    done = []
    for row, frame in enumerate(panel.frames):
        for column, name in enumerate(weights[row]):
            fill = fill_of(frame.shown, made.tables["x"].box((column, 0)))
            assert fill == (None if name == EMPTY else colors.input)
        cells = [fill_of(frame.shown, made.tables["y"].box((r, 0))) for r in range(len(weights))]
        assert cells == [colors.current if r == row else None for r in range(len(weights))]
        outlines = [box for item in frame.shown if isinstance(item, Boxes) and item.fill is None for box in item.boxes]
        table = made.tables["matrix"]
        *windows, marked_row = outlines
        assert marked_row == (table.x, table.box((row, 0))[1], table.width, table.rows.cell)
        met = [column for column, name in enumerate(weights[row]) if name != EMPTY]
        in_x = [box for box in windows if box[0] == made.tables["x"].x]
        assert [column for column in range(made.tables["x"].rows.count) if any_holds(in_x, made, column)] == met
        assert drawn_cells(made, "y", frame.shown)[row] == [written(traced.output.ravel()[row].item())]
        done += frame.kept
        assert [bool(texts[0]) for texts in drawn_cells(made, "y", done)] == [r < row for r in range(len(weights))]


def any_holds(boxes, made, column):
    """Whether an outline is around a cell of the input's vector."""
    _, top, _, height = made.tables["x"].box((column, 0))
    return any(box[1] <= top and top + height <= box[1] + box[3] for box in boxes)


def test_before_the_animation_no_result_is_written():
    made = view(CON_3, animate=True)
    for name in ("y", "output"):
        assert not any(text for row in drawn_cells(made, name) for text in row)


def test_the_order_of_the_animation():
    panel = view(CON_3, animate=True, animation=Animation(order="reverse", every=2)).panel()
    marked = [[item.text for item in frame.shown if isinstance(item, Text) and item.bold] for frame in panel.frames]
    assert [texts[0] for texts in marked] == ["528", "348", "303"]


def test_the_sum_of_a_row_has_no_terms_for_padding():
    made = view(conv((3, 3), 3, padding=(1, 1)), animate=True)
    below = max(table.bottom for table in made.tables.values())
    texts = [item.text.strip() for item in made.frame(0).shown if isinstance(item, Text) and item.y > below]
    assert " ".join(text for text in texts if text) == "0·5 + 1·6 + 3·8 + 4·9 = 66"
