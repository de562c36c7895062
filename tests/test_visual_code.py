"""One visual code: the window is an outline, hues have one meaning, lines end where they lead, texts can be read."""

from dataclasses import replace
from itertools import combinations, pairwise
from math import cos, radians

import pytest
from hypothesis import given, settings

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.color import contrast
from conv_anim.scene.figure import scene
from conv_anim.scene.isometric.drawing import Isometric as Drawing
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text
from conv_anim.scene.sheets.tints import GREY, Hue
from conv_anim.scene.style import Style, text_box
from conv_anim.spec.model import FigureSize
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Isometric
from conv_anim.tracing.trace import trace
from tests.stacks import stacks

OUTLINED = [name for name, theme in THEMES.items() if theme.window_width]
TEMPLATES = {template.name: template for template in templates()}
PICTURES = {name for name, template in TEMPLATES.items() if template.topic == "pictures"}


def apart(one, other):
    """How far two colours are from each other in hue, as a share of half the circle."""
    return (1 - cos(Hue.of(one).angle - Hue.of(other).angle)) / 2


MARKED = ("con_5", "con_6", "grouped", "flatten_linear", "deform_conv_mask", "upsample_bilinear", "upsampled_channels")


@pytest.mark.parametrize("name", MARKED)
def test_what_a_number_is_multiplied_by_is_as_large_and_stands_clear_under_it(name):
    made = conv_anim.load(TEMPLATES[name].path)
    drawn, style = scene(trace(made), DejaVu()), Style(made.theme, 1.0, DejaVu())
    for frame in drawn.frames:
        texts = [item for item in frame.shown if isinstance(item, Text)]
        marks = [(k, item) for k, item in enumerate(texts) if item.text.startswith("×") and item.anchor == "middle"]
        if marks:
            break
    assert marks
    for k, mark in marks:
        number = texts[k - 1]
        assert number.x == mark.x
        assert mark.size == pytest.approx(number.size) or len(mark.text) > 2
        assert mark.size >= 0.75 * number.size
        (_, top, _, high), (_, under, _, _) = text_box(style, number), text_box(style, mark)
        assert top + high + 2 < under


@pytest.mark.parametrize("name", OUTLINED)
def test_input_kernel_output_and_channels_have_hues_of_their_own(name):
    colors = THEMES[name].colors
    if max(Hue.of(color).chroma for color in (colors.input, colors.kernel, colors.output)) < GREY:
        assert len({colors.input, colors.kernel, colors.output, *colors.channels}) == 3 + len(colors.channels)
        return
    least = (1 - cos(radians(25))) / 2
    coloured = [c for c in (colors.input, colors.kernel, colors.output, *colors.channels) if Hue.of(c).chroma >= GREY]
    assert all(apart(one, other) > least for one, other in combinations(coloured, 2))
    assert all(apart(colors.window, other) > least for other in (colors.input, colors.output, *colors.channels))


@pytest.mark.parametrize("name", OUTLINED)
def test_padding_and_the_window_show_on_the_ground(name):
    theme = THEMES[name]
    assert contrast(theme.colors.faint, theme.colors.background) >= 3
    for under in (theme.colors.background, theme.colors.input):
        assert contrast(theme.colors.window, under) >= 3
    assert 2 <= theme.window_width <= 3


@settings(max_examples=30)
@given(stacks(2, Isometric()).filter(lambda figure: len(figure.layers) == 1))
def test_the_window_is_outlined_whole_and_leaves_cells_their_colours(figure):
    figure = replace(figure, theme=THEMES["light"])
    view = Drawing(trace(figure), Style(figure.theme, 1.0, DejaVu()))
    floor, layer = view.floors[0], view.trace.layers[0]
    for k in range(min(3, len(view.steps))):
        shown = view.frame(k).shown
        outline = [
            item for item in shown if isinstance(item, Lines) and item.stroke.color == figure.theme.colors.window
        ]
        points = {(round(x, 3), round(y, 3)) for item in outline for line in item.lines for x, y in line}
        cell = view.steps.cell(k)
        for tap in layer.step((0, *cell[1:])).taps:
            row, column = floor.sheet.place((0, *tap.canvas)[-2:])
            # every cell under the window lies within the outline
            x, y = floor.plane.middle(row, column)
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            assert min(xs) < x < max(xs)
            assert min(ys) < y < max(ys)
        fills = {item.fill for item in shown if isinstance(item, Polygons)}
        assert figure.theme.colors.window not in fills


def test_sightlines_reach_the_cell_and_are_dashed_behind_the_plane():
    spec = conv_anim.load({"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}, "view": "isometric"})
    view = Drawing(trace(spec), Style(spec.theme, 1.0, DejaVu()))
    for k in range(len(view.steps)):
        _, row, column = view.steps.cell(k)
        corners = view.floors[-1].plane.ring(row, column)
        ink = [i for i in view.frame(k).shown if isinstance(i, Lines) and i.stroke.color == spec.theme.colors.ink]
        ends = [point for item in ink for line in item.lines for point in line]
        for x, y in corners:
            assert any(abs(x - a) + abs(y - b) < 0.01 for a, b in ends)
        hidden = [item for item in ink if item.stroke.dash is not None]
        assert hidden


def drawn(name, width=None, **changes):
    loaded = conv_anim.load(TEMPLATES[name].path)
    size = loaded.size if width is None else FigureSize(width)
    return pipeline.scene(replace(loaded, size=size, **changes))


def items(scene):
    for k in {0, scene.rests[len(scene.rests) // 2], len(scene.frames) - 1}:
        yield [*scene.static, *scene.frames[k].kept, *scene.frames[k].shown]


SAMPLE = sorted(
    {"con_1", "con_2", "con_3", "con_4", "con_5", "con_6", "con_8", "con_10", "residual_block", "dilated_stack"}
    | {"grouped", "pixel_shuffle", "causal_dilated", "conv_3d", "depthwise_separable_cost", "transposed_both"}
    | {"upsample_bicubic", "fold", "max_unpool", "stride_and_dilation", "sobel", "color", "symbols_flat"}
)


@pytest.mark.parametrize("width", [320, 560, 760])
@pytest.mark.parametrize("name", SAMPLE)
def test_no_text_is_too_small_or_cut_off_or_that_is_told(name, width):
    scene = drawn(name, width)
    assert scene.width <= width
    for seen in items(scene):
        texts = [item for item in seen if isinstance(item, Text) and item.text.strip()]
        if scene.legible is None:
            assert min(text.size for text in texts) >= 8.99
        style = Style(THEMES["light"], 1.0, DejaVu())
        for text in texts:
            x, y, wide, high = text_box(style, text)
            assert min(x, y) >= -1, text.text
            assert x + wide <= scene.width + 1, text.text
            assert y + high <= scene.height + 1, text.text


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SAMPLE)
def test_numbers_can_be_read_on_what_they_stand_on(name, theme):
    scene = drawn(name, theme=THEMES[theme])
    for seen in items(scene):
        for k, item in enumerate(seen):
            if isinstance(item, Text) and item.text.strip():
                under = _under(seen[:k], item, scene.background)
                assert under is None or contrast(item.color, under) >= 4.4, (item.text, item.color, under)


def _under(below, text, background):
    """The colour of the last box below a text; None where a picture or a slanted shape may lie."""
    x, y = text.x, text.y - 0.3 * text.size
    for item in reversed(below):
        if isinstance(item, Boxes) and item.fill is not None and item.radius == 0:
            if any(left < x < left + wide and top < y < top + high for left, top, wide, high in item.boxes):
                return item.fill
        elif (isinstance(item, Polygons) and item.fill is not None) or type(item).__name__ == "Mosaic":
            return None
    return background


@pytest.mark.parametrize("name", sorted({"con_5", "con_8", "con_4", "residual_block", "classifier", "sobel", "color"}))
def test_headers_of_a_row_stand_on_one_baseline(name):
    scene = drawn(name)
    below = [item for item in scene.static if item not in scene.heading]
    heads = [i for i in below if isinstance(i, Text) and i.bold and i.anchor == "start"]
    first = min(item.y for item in heads)
    size = max(item.size for item in heads)
    row = [item for item in heads if item.y < first + 3 * size]
    assert len({round(item.y) for item in row}) == 1


@pytest.mark.parametrize(
    ("input_", "layer", "view"),
    [
        ({"size": [64, 64]}, {"type": "conv", "kernel_size": 3}, "flat"),
        ({"size": [32, 32], "channels": 3}, {"type": "conv", "kernel_size": 3}, "channels"),
        ({"size": [14, 14]}, {"type": "conv", "kernel_size": 7}, "flat"),
        ({"size": [20]}, {"type": "conv", "kernel_size": 3}, "flat"),
        ({"size": [224, 224]}, {"type": "conv", "kernel_size": 3}, "isometric"),
    ],
    ids=["photograph", "colour", "7x7", "1x20", "224"],
)
def test_what_people_would_draw_fits_a_page(input_, layer, view):
    scene = pipeline.scene(conv_anim.load({"input": input_, "layer": layer, "view": view}))
    assert scene.width <= 1000
    assert scene.height <= 1100
    assert len(scene.frames) <= 150


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("view", ["isometric", "flat"])
def test_ten_layers_fit_a_page(view, padding):
    layers = [{"type": "conv", "kernel_size": 3, "padding": padding}] * 10
    spec = {"title": "Ten", "takeaway": True, "input": {"size": [24, 24]}, "layers": layers, "view": view}
    scene = pipeline.scene(conv_anim.load(spec))
    assert scene.width <= 1024
    assert scene.height <= 1500
    bars = [item.text for item in scene.static if isinstance(item, Text) and item.text.startswith("maps between")]
    assert len(bars) == 1


def widest_map(scene):
    """Of the pictures and boxes that a figure holds, in pixels."""
    found = [item.columns * item.across[0] for item in scene.static if isinstance(item, Mosaic) and item.rows > 3]
    return max([0.0, *found, *(box[2] for item in scene.static if isinstance(item, Boxes) for box in item.boxes)])


@pytest.mark.parametrize("width", [320, 360, 420])
@pytest.mark.parametrize("name", ["sobel", "color", "many_filters", "residual_block", "filter_bank", "con_6"])
def test_maps_of_narrow_figures_can_be_seen(name, width):
    scene = drawn(name, width)
    heads = [item for item in scene.static if isinstance(item, Text)]
    assert widest_map(scene) >= 0.04 * width
    assert scene.width == width
    if scene.legible is not None:
        assert scene.legible > width
        wide = drawn(name, scene.legible)
        assert wide.legible is None
        assert min(item.size for item in wide.static if isinstance(item, Text)) >= 8.99
    assert heads


def test_so_many_lines_as_it_takes():
    """A chain whose numbers do not fit one line goes on in others: every map has its arrow and its label."""
    scene = drawn("classifier")
    assert scene.width <= 1000
    labels = [item for item in scene.static if isinstance(item, Text) and item.bold and item.anchor == "start"]
    largest = max(item.size for item in labels if item not in scene.heading)  # words that are explained are smaller
    rows = sorted({round(item.y) for item in labels if item not in scene.heading and item.size == largest})
    assert len(rows) > 1
    assert all(lower - upper > 40 for upper, lower in pairwise(rows))
    shown = {
        item.text
        for item in [*scene.static, *(each for frame in scene.frames for each in frame.kept)]
        if isinstance(item, Text)
    }
    made = conv_anim.trace(conv_anim.load(TEMPLATES["classifier"].path)).layers
    exact = [*made[2].output.ravel(), *made[4].output.ravel(), *made[4].weight.ravel(), *made[4].bias]
    assert {f"{number:g}".replace("-", "−") for number in exact} <= shown
    assert {f"{share:.1f}" for share in made[5].output.ravel()} <= shown


@pytest.mark.parametrize(
    "name", ["con_5", "con_6", "pointwise_one_filter", "depthwise", "deform_conv_mask", "grad_input"]
)
def test_numbers_of_a_window_and_what_they_meet_are_as_large_as_each_other_and_keep_off_its_outline(name):
    """Readers took a smaller ×−1 beside ×1 for something else, and saw the upper numbers lie on the outline."""
    scene = drawn(name)
    style = Style(THEMES["light"], 1.0, DejaVu())
    sizes = set()
    for k in scene.rests:
        shown = scene.frames[k].shown
        paired = [
            (patch.boxes[0], (above, below))
            for patch, above, below in zip(shown, shown[1:], shown[2:], strict=False)
            if isinstance(below, Text) and below.text.startswith("×") and isinstance(above, Text)
            if isinstance(patch, Boxes) and len(patch.boxes) == 1
        ]
        sizes |= {text.size for _, texts in paired for text in texts}
        for (_, top, _, high), (above, below) in paired:
            _, upper, _, _ = text_box(style, above)
            _, lower, _, tall = text_box(style, below)
            assert min(upper - top, top + high - lower - tall) >= 2
    assert len(sizes) == 1
