"""Numbers as shades: their scales, pictures that stay pictures, and how they come out in every painter."""

from contextlib import chdir
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import numpy as np
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.painting import agg, svg
from conv_anim.painting.fonts import DejaVu
from conv_anim.painting.mosaics import array, png
from conv_anim.scene.color import contrast, luminance, readable
from conv_anim.scene.primitives import Boxes, Frame, Mosaic, Scene, Text
from conv_anim.scene.sheets.mosaics import finished, mosaic
from conv_anim.scene.sheets.shades import shades_for
from conv_anim.scene.sheets.tones import Tones
from conv_anim.scene.style import Style
from conv_anim.spec.themes import THEMES
from tests import pictures
from tests.test_templates import TEMPLATES

finite = st.floats(-1e6, 1e6)


def hexes(shades):
    return ["#" + bytes(color).hex() for color in shades.table]


@pytest.mark.parametrize("theme", THEMES)
@given(values=st.lists(finite, min_size=2, max_size=9))
def test_brighter_is_more(theme, values):
    colors = THEMES[theme].colors
    for color in (colors.input, colors.kernel, colors.output):
        shades = shades_for(np.array(values), color, colors)
        lights = [luminance(each) for each in hexes(shades)]
        assert all(a <= b + 0.004 for a, b in pairwise(lights))
        assert lights[-1] - lights[0] > 0.5


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_of_both_signs_part_at_a_grey(theme):
    colors = THEMES[theme].colors
    shades = shades_for(np.array([-3.0, 5.0]), colors.output, colors)
    assert (shades.low, shades.high) == (-5, 5)
    zero = shades.colors(np.array(0.0)).astype(int)
    assert zero.max() - zero.min() <= 8
    least, most = (shades.colors(np.array(end)).astype(int) for end in (-5.0, 5.0))
    assert luminance(shades.fill(-5)) < luminance(shades.fill(0)) < luminance(shades.fill(5))
    if theme != "print":  # whose shades are grey
        assert least[2] > least[0]
        assert most[0] > most[2]


@pytest.mark.parametrize("kind", ["protan", "deutan"])
def test_both_signs_are_told_apart_by_colour_blind_readers(kind):
    """Viénot, Brettel and Mollon's projections, in linear light."""
    seen = {
        "protan": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
        "deutan": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
    }[kind]
    colors = THEMES["light"].colors
    table = shades_for(np.array([-1.0, 1.0]), colors.output, colors).table / 255
    light = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4) @ seen.T
    assert np.abs(light[64] - light[192]).max() > 0.15


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_a_number_can_be_read_on_any_shade(red, green, blue):
    fill = f"#{red:02x}{green:02x}{blue:02x}"
    assert contrast(readable(fill, "#1f2937"), fill) >= 4.5


@given(st.lists(finite, min_size=1, max_size=20), finite)
def test_one_number_has_the_colour_that_it_has_among_others(values, more):
    numbers = np.array([*values, more])
    shades = shades_for(numbers, "#b5d5f5", THEMES["light"].colors)
    assert ["#" + bytes(color).hex() for color in shades.colors(numbers)] == [shades.fill(n) for n in numbers.tolist()]


def test_a_scale_that_is_given_holds():
    shades = shades_for(np.array([0.0, 9.0]), "#b5d5f5", THEMES["light"].colors, fixed=(0.0, 100.0))
    assert (shades.low, shades.high) == (0, 100)
    assert shades.fill(1000) == shades.fill(100)


# pictures


def picture(folder, suffix="png", mode="L", side=24):
    """A picture of a slope, beside which specs are written."""
    shape = (side, side) if mode == "L" else (side, side, 3)
    levels = np.arange(np.prod(shape)).reshape(shape) * 255 // np.prod(shape)
    Image.fromarray(levels.astype(np.uint8)).save(folder / f"p.{suffix}", quality=95)
    return levels


def scene(folder, layer, view="flat", channels=1, **more):
    fed = {"channels": channels, "values": {"file": next(folder.glob("p.*")).name}}
    with chdir(folder):
        loaded = conv_anim.load({"input": fed, "layer": layer, "view": view, **more})
        return loaded, pipeline.scene(loaded)


def mosaics(drawn, k=-1):
    lasting = [*drawn.static]
    for frame in drawn.frames:
        lasting += frame.kept
    return [item for item in (*lasting, *drawn.frames[k].shown) if isinstance(item, Mosaic)]


@pytest.mark.parametrize("side", [24, 64, 128, 224])
def test_one_channel_is_a_picture_and_fits_a_page(tmp_path, side):
    levels = picture(tmp_path, side=side)
    _, drawn = scene(tmp_path, {"type": "conv", "kernel_size": 3, "weight": "sobel_x"}, animation={"every": 10_000})
    assert drawn.width <= 845  # with a pixel for each cell of 224 and its output
    whole = next(item for item in mosaics(drawn) if item.rows == side)
    assert (array(whole)[..., 0] == levels).all()
    assert max(map(abs, whole.across)) >= 1


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3)])
def test_files_of_pictures_are_read(tmp_path, suffix, mode, channels):
    levels = picture(tmp_path, suffix, mode)
    loaded, _ = scene(tmp_path, {"type": "avg_pool", "kernel_size": 2, "stride": 2}, "isometric", channels)
    read = np.array(loaded.input.values.numbers).reshape(loaded.input.values.shape)
    wanted = levels if mode == "L" else np.moveaxis(levels, -1, 0)
    assert np.abs(read - wanted).max() <= (0 if suffix == "png" else 24)


@pytest.mark.parametrize("weight", ["box", "gaussian", "sharpen"])
def test_what_stays_a_picture_is_shown_as_one(tmp_path, weight):
    picture(tmp_path, side=40)
    loaded, drawn = scene(tmp_path, {"type": "conv", "kernel_size": 3, "weight": weight})
    made = conv_anim.trace(loaded).output[0]
    whole = np.clip(np.floor(made + 0.5), 0, 255)
    rows = [item for item in mosaics(drawn) if item.rows == 1 and item.columns == made.shape[1]]
    assert rows
    assert all((array(row)[..., 0] == array(row)[..., 2]).all() for row in rows)
    assert any((array(row)[0, :, 0] == line).all() for row in rows for line in whole)


def test_signed_outputs_have_a_scale_bar_with_their_ends(tmp_path):
    picture(tmp_path, side=40)
    loaded, drawn = scene(tmp_path, {"type": "conv", "kernel_size": 3, "weight": "sobel_x"})
    most = np.abs(conv_anim.trace(loaded).output).max()
    texts = [item.text for item in drawn.static if isinstance(item, Text)]
    assert {"0", "255", f"{most:g}", f"−{most:g}"} <= set(texts)


def test_three_channels_are_one_colour_picture(tmp_path):
    levels = picture(tmp_path, mode="RGB")
    _, drawn = scene(tmp_path, {"type": "avg_pool", "kernel_size": 2, "stride": 2}, "isometric", 3)
    whole = next(item for item in mosaics(drawn) if item.rows == 24)
    assert (array(whole) == levels).all()


def test_cells_under_eight_pixels_have_no_edges(tmp_path):
    picture(tmp_path, side=100)
    _, drawn = scene(tmp_path, {"type": "conv", "kernel_size": 3})
    theme = THEMES["light"].colors
    edged = [item for item in drawn.static if getattr(getattr(item, "stroke", None), "color", None) == theme.line]
    assert sum(len(getattr(item, "boxes", ())) for item in edged) < 30


# painters


def still_of(items, width=40, height=30):
    return Scene(width, height, "#ffffff", tuple(items), (Frame(),), 100, 100, 0, "", "a mosaic")


COLORS = st.integers(1, 4).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.binary(min_size=3 * rows * columns, max_size=3 * rows * columns).map(
            lambda data: np.frombuffer(data, np.uint8).reshape(rows, columns, 3)
        )
    )
)


@given(COLORS, st.integers(1, 6), st.integers(0, 5), st.integers(0, 5))
def test_whole_cells_are_painted_exactly(colors, side, x, y):
    item = mosaic(colors, lambda r, c: (x + c * side, y + r * side))
    (pixels,) = agg.frames(still_of([item]))
    for r, c in np.ndindex(colors.shape[:2]):
        block = pixels[y + r * side : y + (r + 1) * side, x + c * side : x + (c + 1) * side, :3]
        assert (block == colors[r, c]).all() or not block.size


@given(COLORS)
def test_a_slanted_cell_has_its_colour_in_its_middle(colors):
    item = mosaic(colors, lambda r, c: (4 + 5 * c + 2 * r, 12 - 2 * c + 4 * r))
    (pixels,) = agg.frames(still_of([item]))
    for r, c in np.ndindex(colors.shape[:2]):
        x, y = item.at(r + 0.5, c + 0.5)
        assert (pixels[int(y), int(x), :3] == colors[r, c]).all()


def mean_color(item, x, y):
    """The colour of a pixel on white, by a plain loop over 4 x 4 points of it."""
    (ax, ay), (dx, dy) = item.across, item.down
    total = np.zeros(3)
    for k in range(16):
        px, py = x + (k % 4 + 0.5) / 4 - item.corner[0], y + (k // 4 + 0.5) / 4 - item.corner[1]
        column, row = (px * dy - py * dx) / (ax * dy - ay * dx), (py * ax - px * ay) / (ax * dy - ay * dx)
        inside = 0 <= row < item.rows and 0 <= column < item.columns
        total += array(item)[int(row), int(column)] if inside else 255
    return total / 16


@pytest.mark.parametrize(("a", "b"), [(1.7, -1.9), (-2.6, 0.4), (0.0, 2.8), (2.9, 2.9)])
def test_a_slanted_picture_is_painted_to_its_edges_and_no_further(a, b):
    colors = np.random.default_rng(0).integers(0, 256, (2, 5, 3), dtype=np.uint8)
    item = mosaic(colors, lambda r, c: (5.3 + 4.2 * c + a * r, 9.6 + b * c + 4.3 * r))
    (pixels,) = agg.frames(still_of([item], 34, 34))
    off = [np.abs(pixels[y, x, :3] - mean_color(item, x, y)).max() for y in range(34) for x in range(34)]
    assert max(off) <= 0.51


def test_rows_that_are_done_one_after_the_other_leave_no_seam():
    image = np.full((6, 6, 3), 90, np.uint8)
    at = lambda r, c: (5.3 + 4.1 * c + 1.7 * r, 14.2 - 1.9 * c + 2.6 * r)  # noqa: E731
    items = [item for row in range(6) for item in finished(image, [(row, c) for c in range(6)], at, blended=True)]
    (pixels,) = agg.frames(still_of(items, 60, 50))
    (whole,) = agg.frames(still_of([mosaic(image, at)], 60, 50))
    inside = (whole[..., :3] == 90).all(axis=-1)
    assert np.abs(pixels[inside].astype(int) - 90)[..., :3].max() <= 1


@given(COLORS)
def test_svg_and_pdf_hold_the_same_picture(colors):
    item = mosaic(colors, lambda r, c: (2 + 6 * c, 3 + 6 * r))
    with Image.open(BytesIO(png(item))) as image:
        assert (np.asarray(image) == colors).all()
    assert svg.picture(item).startswith(f'<image width="{colors.shape[1]}" height="{colors.shape[0]}"')
    page = pypdfium2.PdfDocument(pipeline.encoded(still_of([item]), "pdf"))[0]
    seen = np.asarray(page.render(scale=96 / 72 * 4).to_pil().convert("RGB")).astype(int)
    for r, c in np.ndindex(colors.shape[:2]):
        middle = seen[4 * (3 + 6 * r + 3), 4 * (2 + 6 * c + 3)]
        assert np.abs(middle - colors[r, c]).max() <= 2


def test_a_gif_of_a_picture_has_its_greys(tmp_path):
    picture(tmp_path, side=32)
    _, drawn = scene(tmp_path, {"type": "conv", "kernel_size": 3, "weight": "box"}, animation={"every": 200})
    with Image.open(BytesIO(pipeline.encoded(drawn, "gif"))) as image:
        seen = np.asarray(image.convert("RGB")).astype(int)
    (first,) = agg.frames(drawn, [0])
    assert np.abs(seen - first[..., :3]).mean() < 1.5


def test_a_transparent_ground_is_seen_through_in_every_format():
    spec = conv_anim.load(
        {
            "input": {"size": [3, 3]},
            "layer": {"type": "conv", "kernel_size": 2},
            "view": "flat",
            "theme": {"base": "dark", "background": "none"},
        }
    )
    drawn = pipeline.scene(spec)
    for format_ in ("png", "gif", "apng", "webp", "still.png"):
        with Image.open(BytesIO(pipeline.encoded(drawn, format_))) as image:
            for k in range(getattr(image, "n_frames", 1)):
                image.seek(k)
                seen = image.convert("RGBA")
                assert seen.getpixel((0, 0))[3] == 0, (format_, k)
                assert np.asarray(seen)[..., 3].max() == 255
    opaque = pipeline.scene(replace(spec, theme=THEMES["dark"]))
    assert f'fill="{opaque.background}" d="M0 0' in pipeline.encoded(opaque, "svg").decode()
    assert f'fill="{drawn.background}" d="M0 0h{drawn.width}' not in pipeline.encoded(drawn, "svg").decode()


TRANSPOSED = {"type": "conv_transpose", "kernel_size": 3, "stride": 2, "padding": 1}
UNPOOLED = [{"type": "max_pool", "kernel_size": 2, "stride": 2}, {"type": "max_unpool"}]
IN_SHADES = {
    "upsample": ({"layer": {"type": "upsample", "scale_factor": 2, "mode": "bilinear"}}, {}),
    "copies": ({"layer": {"type": "upsample", "scale_factor": 2}}, {}),
    "stamps": ({"layer": TRANSPOSED}, {"mode": "scatter"}),
    "in step": ({"layer": TRANSPOSED}, {"mode": "both"}),
    "put back": ({"layers": UNPOOLED}, {}),
}


@pytest.mark.parametrize("cells", ["shades", "both"])
@pytest.mark.parametrize("name", IN_SHADES)
def test_every_number_of_the_flat_view_can_be_a_shade(name, cells):
    layer, view = IN_SHADES[name]
    spec = conv_anim.load({"input": {"size": [4, 4]}, **layer, "view": {"kind": "flat", "cells": cells, **view}})
    scene = pipeline.scene(spec)
    outputs = conv_anim.trace(spec).output
    tones = Tones(conv_anim.trace(spec), Style(spec.theme, 1.0, DejaVu()))
    wanted = {"#" + bytes(tones.of_maps[-1].cell(value)[0, 0]).hex() for value in np.unique(outputs).tolist()}
    seen = [*scene.frames[-1].kept, *scene.static]
    for frame in scene.frames:
        seen += [*frame.kept, *frame.shown]
    mosaics = [item.colors for item in seen if isinstance(item, Mosaic)]
    shades = {"#" + colors[k : k + 3].hex() for colors in mosaics for k in range(0, len(colors), 3)}
    assert wanted <= shades
    written = {item.text for item in scene.static if isinstance(item, Text)}
    numbers = {str(value) for value in np.unique(conv_anim.trace(spec).input).tolist()}
    assert cells == "shades" or numbers <= written


@pytest.mark.parametrize("layer", ["upsample", "copies", "stamps", "put back"])
def test_large_maps_of_the_flat_view_are_in_shades_and_fit_a_page(layer):
    more, view = IN_SHADES[layer]
    scene = pipeline.scene(conv_anim.load({"input": {"size": [64, 64]}, **more, "view": {"kind": "flat", **view}}))
    assert scene.width <= 1000
    assert scene.height <= 1100
    assert any(isinstance(item, Mosaic) for item in scene.static)


def test_scale_bars_that_need_several_lines_stand_in_columns():
    """As many in each line, and one below the other: bars begin at one place in each column."""
    layers = [{"type": "conv", "kernel_size": 3}, {"type": "relu"}, {"type": "max_pool", "kernel_size": 2}]
    view = {"kind": "flat", "cells": "shades"}
    drawn = pipeline.scene(conv_anim.load({"input": {"size": [12, 12]}, "layers": layers, "view": view}))
    bars = [item for item in drawn.static if isinstance(item, Mosaic) and item.rows == 1]
    lefts = sorted(round(item.corner[0]) for item in bars)
    assert len(lefts) == 4
    assert len(set(lefts)) <= 2


@pytest.mark.parametrize("mode", ["replicate", "reflect", "circular"])
def test_padding_that_repeats_a_cell_has_the_shade_of_its_number(mode):
    numbers = [[1, 4, 9], [2, 5, 7], [3, 6, 8]]
    layer = {"type": "conv", "kernel_size": 3, "padding": 1, "padding_mode": mode}
    made = pictures.scene(
        conv_anim.load({"input": {"values": numbers}, "layer": layer, "view": {"kind": "flat", "cells": "both"}})
    )
    wide = {"replicate": "edge", "reflect": "reflect", "circular": "wrap"}[mode]
    padded = np.pad(np.array(numbers), 1, mode=wide)
    image = next(item for item in made.static if isinstance(item, Mosaic))
    rgb = [image.colors[k : k + 3].hex() for k in range(0, len(image.colors), 3)]
    shade = dict(zip(np.ravel(numbers).tolist(), rgb, strict=True))
    found = {
        tuple(round(x) for x in box[:2]): item.fill
        for item in made.static
        if isinstance(item, Boxes) and item.fill is not None
        for box in item.boxes
    }
    (left, top), side = image.corner, image.across[0]
    for (row, column), number in np.ndenumerate(padded):
        if not (0 < row < 4 and 0 < column < 4):
            place = round(left + (column - 1) * side), round(top + (row - 1) * side)
            assert found[place] == f"#{shade[number.item()]}", (row, column)


@pytest.mark.parametrize(("low", "high"), [(-2, 2), (-1, 9), (-9, 1), (0, 5), (-5, 0)])
def test_a_scale_with_a_side_below_0_says_which_hue_is_which(low, high):
    values = [[low, high], [0, 1 if high > 1 else 0]]
    spec = {
        "input": {"values": values},
        "layer": {"type": "conv", "weight": [[1]]},
        "view": {"kind": "flat", "cells": "shades"},
    }
    drawn = pipeline.scene(conv_anim.load(spec))
    found = [item for item in drawn.static if isinstance(item, Text) and item.text in {"below 0", "above 0"}]
    assert [item.text for item in found] == (["below 0", "above 0"] if low < 0 else [])
    zeros = [item.x for item in drawn.static if isinstance(item, Text) and item.text == "0" and item.anchor == "middle"]
    for (below, above), zero in zip(zip(found[::2], found[1::2], strict=True), zeros, strict=False):
        assert below.x + DejaVu().width(below.text, size=below.size) < zero < above.x


def test_equal_weights_that_are_written_have_no_scale():
    texts = [i.text for i in pipeline.scene(conv_anim.load(TEMPLATES["box"].path)).static if isinstance(i, Text)]
    assert "kernel" not in texts
    assert "input, output" in texts
    assert texts.count("0.04") == 25
