"""Agg by itself paints what matplotlib paints, and where it cannot be had by itself, matplotlib does."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conv_anim import catalog, pipeline
from conv_anim.painting import agg, compiled, engine
from conv_anim.scene.primitives import Boxes, Frame, Lines, Mosaic, Polygons, Scene, Stroke, Text, moved

TEMPLATES = {template.name: template for template in catalog.templates()}
SHAPES = (
    Boxes(((3.2, 4.7, 30, 20), (40, 5, 12, 12)), "#336699", Stroke("#000000", 1.3)),
    Boxes(((60, 5, 30, 20),), "#aa3300", Stroke("#ffffff", 2), radius=5),
    Polygons((((10.0, 40.0), (50.5, 35.0), (30.0, 60.2)),), "#00aa55", Stroke("#112233", 0.7)),
    Lines((((5.0, 70.0), (90.0, 80.5), (60.0, 90.0)), ((0.0, 0.0), (99.0, 99.0))), Stroke("#ff0000", 1.5, (4.0, 3.0))),
    Lines((), Stroke("#ff0000", 1.0)),
    Text(50.3, 65.2, "3·1 = −∞", 16.0, "#123456", "middle"),
    Text(95.0, 90.0, "bold", 11.5, "#654321", "end", bold=True),
    Text(0.0, 0.0, "", 11.5, "#654321"),
)


def painted(items):
    canvas = agg.Canvas(100, 100)
    canvas.fill("#eeeeee")
    canvas.paint(items)
    return canvas.pixels


@pytest.mark.parametrize("item", SHAPES)
def test_the_same_pixels_by_way_of_matplotlib(monkeypatch, item):
    alone = painted([item])
    monkeypatch.setattr(agg, "engine", engine.public_engine)
    assert np.array_equal(painted([item]), alone)


@pytest.mark.parametrize("name", ["con_5", "con_8", "con_9"])
def test_the_same_figures_by_way_of_matplotlib(monkeypatch, name):
    drawn = pipeline.scene(pipeline.load(TEMPLATES[name].path))
    alone = [pixels.copy() for pixels in agg.frames(drawn)]
    monkeypatch.setattr(agg, "engine", engine.public_engine)
    for pixels, wanted in zip(agg.frames(drawn), alone, strict=True):
        assert np.array_equal(pixels, wanted)


@pytest.mark.parametrize("error", [ImportError, AttributeError, TypeError])
def test_an_agg_that_speaks_another_language_is_left_to_matplotlib(monkeypatch, error):
    alone = painted(SHAPES)

    def refuse(_):
        raise error

    monkeypatch.setattr(engine, "compiled", refuse)
    assert np.array_equal(painted(SHAPES), alone)


CORNER = Polygons((((20.0, 50.0), (80.0, 48.0), (20.0, 46.0)),), "#00aa55", Stroke("#112233", 5.0))
"""Its points reach far."""
MOVING = (*SHAPES, CORNER, Mosaic(2, 3, bytes(range(18)), (40.3, 60.2), (9.0, 0.0), (0.0, 7.5)))


@given(st.lists(st.tuples(st.integers(-1, len(MOVING) - 1), st.integers(-40, 40), st.integers(-40, 40), st.booleans()),
                min_size=1, max_size=6))  # fmt: skip
def test_nothing_changes_outside_of_the_part_that_is_told(chosen):
    """Each frame is as one that is painted from the beginning, and outside of the part as the one before."""
    frames, kept, before = [], [], None
    for number, dx, dy, stays in chosen:
        item = () if number < 0 else (moved(MOVING[number], dx + 0.3, dy + 0.6),)
        frames.append(Frame(item if stays else (), () if stays else item))
    scene = Scene(100, 100, "#eeeeee", SHAPES[:1], tuple(frames), step=1, hold=1, loop=0, title="", description="")
    for frame, (pixels, part) in zip(frames, agg.changing(scene), strict=True):
        kept += frame.kept
        assert np.array_equal(pixels, painted([*SHAPES[:1], *kept, *frame.shown]))
        if before is not None:
            before[part] = pixels[part]
            assert np.array_equal(pixels, before)
        before = pixels.copy()


def test_a_path_is_not_simplified():
    """A thousand points in a row stay, so that no setting of the user's matters."""
    path = agg.opened([tuple((k / 10, 5.0) for k in range(1000))])
    assert path.vertices.shape == (1000, 2)
    assert not path.should_simplify


def test_colors_are_painted_as_they_are():
    assert painted([Boxes(((10, 10, 50, 50),), "#0a141e")])[30, 30].tolist() == [10, 20, 30, 255]
    assert painted([])[0, 0].tolist() == [0xEE, 0xEE, 0xEE, 255]


FROM_ELSEWHERE = """
import sys
from pathlib import Path
from conv_anim.painting import compiled
compiled.home = lambda: Path(sys.argv[1])
module = compiled.compiled("ft2font")
assert module is sys.modules["matplotlib.ft2font"] and "matplotlib" in sys.modules
assert module is compiled.compiled("ft2font")
assert compiled.font("DejaVuSans.ttf").is_file()
"""


def test_what_is_not_where_it_should_be_is_imported(tmp_path):
    subprocess.run([sys.executable, "-W", "error", "-c", FROM_ELSEWHERE, tmp_path], check=True)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setattr(compiled, "PACKAGE", "matplotlib_is_not_here")
    with pytest.raises(ModuleNotFoundError, match="matplotlib_is_not_here"):
        compiled.home()
