"""What is done, counted: nothing is painted, built, mapped or imported more often than it must be."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from conv_anim import catalog, pipeline
from conv_anim.export import gif, palette
from conv_anim.export.palette import Palette, keys
from conv_anim.painting import agg
from conv_anim.painting.agg import flat_colors
from conv_anim.scene.primitives import Lazy

TEMPLATES = {template.name: template for template in catalog.templates()}


def scene(name, *changes):
    return pipeline.scene(pipeline.loaded(TEMPLATES[name].path, changes=changes).spec)


def tally(monkeypatch, owner, name, measure):
    """A list that gets a number for every call of a method."""
    found = []
    original = getattr(owner, name)

    def counted(self, *args):
        result = original(self, *args)
        found.append(measure(*args, result))
        return result

    monkeypatch.setattr(owner, name, counted)
    return found


def items(frames):
    return sum(len(frame.kept) + len(frame.shown) for frame in frames)


NAMES = ["arbitrary_padding_no_strides", "con_5", "con_6", "con_7"]


@pytest.mark.parametrize("name", NAMES)
def test_the_still_is_painted_once_and_of_a_frame_only_what_it_changes(monkeypatch, name):
    drawn = scene(name)
    painted = tally(monkeypatch, agg.Canvas, "paint", lambda primitives, _: len(primitives))
    pipeline.encoded(drawn, "gif")
    count = len(drawn.frames)
    samples = [drawn.frames[n * (count - 1) // (gif.SAMPLES - 1)] for n in range(gif.SAMPLES)]
    assert sum(painted) == len(drawn.static) + items(samples) + items(drawn.frames)


def counting(drawn):
    """The scene, and a list of the frames that are built."""
    built = []

    def make(k):
        built.append(k)
        return drawn.frames[k]

    return replace(drawn, frames=Lazy(len(drawn.frames), make)), built


def test_every_frame_is_built_once():
    drawn, built = counting(scene("con_10"))
    pipeline.encoded(drawn, "gif")
    assert built == list(range(len(drawn.frames)))


def test_a_step_of_a_smooth_scene_paints_no_frames_between():
    drawn, built = counting(scene("smooth"))
    pipeline.encoded(drawn, "png", step=5)
    assert built[-1] == list(drawn.rests)[5] > 5


def test_many_frames_are_not_held_but_built_twice(monkeypatch):
    drawn, built = counting(scene("con_10"))
    wanted = pipeline.encoded(drawn, "gif")
    built.clear()
    monkeypatch.setattr(gif, "HELD", 24)
    assert pipeline.encoded(drawn, "gif") == wanted
    assert len(built) == 2 * len(drawn.frames) + gif.SAMPLES


def test_one_step_builds_no_later_ones():
    drawn, built = counting(scene("con_10"))
    pipeline.encoded(drawn, "gif", step=7)
    assert built == list(range(drawn.rests[7] + 1))


@pytest.mark.parametrize("name", NAMES)
def test_only_what_changed_is_mapped_to_the_palette(monkeypatch, name):
    drawn = scene(name)
    mapped = tally(monkeypatch, Palette, "indices", lambda colors, _: colors.size)
    pipeline.encoded(drawn, "gif")
    seen = [keys(pixels) for pixels in agg.frames(drawn)]
    changed = (int((a != b).sum()) for a, b in pairwise(seen))
    assert [*filter(None, mapped)] == [seen[0].size, *filter(None, changed)]


def test_a_new_color_is_looked_for_once(monkeypatch):
    found = Palette(np.array([0, 0xFFFFFF], np.uint32))
    searched = []
    nearest = palette.nearest
    monkeypatch.setattr(palette, "nearest", lambda *args: searched.append(len(args[0])) or nearest(*args))
    for _ in range(3):
        found.indices(np.array([[0, 1, 2, 3], [3, 2, 1, 0xFFFFFF]], np.uint32))
    assert searched == [3]


# files


@pytest.mark.parametrize(("name", "most"), [
    ("arbitrary_padding_no_strides", 210_000), ("no_padding_strides_transposed", 120_000), ("dilation", 60_000),
    ("numerical_max_pooling", 35_000), ("con_5", 44_000), ("con_6", 110_000),
])  # fmt: skip
def test_files_stay_small(name, most):
    assert len(pipeline.encoded(scene(name, "theme=classic"), "gif")) <= most


@pytest.mark.parametrize("theme", ["light", "classic"])
def test_a_smooth_file_is_at_most_four_times_as_large(theme):
    name, more = "arbitrary_padding_no_strides", f"theme={theme}"
    smooth, stepped = (pipeline.encoded(scene(name, more, f"animation.motion={m}"), "gif") for m in ("smooth", "step"))
    assert len(stepped) < len(smooth) <= 4 * len(stepped)


def test_a_small_file_is_faithful_and_its_flat_colors_are_exact():
    drawn = scene("arbitrary_padding_no_strides", "theme=classic")
    image = Image.open(BytesIO(pipeline.encoded(drawn, "gif")))
    flat = {drawn.background} | flat_colors(drawn.static)
    for frame in drawn.frames:
        flat |= flat_colors((*frame.kept, *frame.shown))
    exact = [int.from_bytes(bytes.fromhex(color[1:]), "little") for color in flat]
    squares = 0.0
    for k, pixels in enumerate(agg.frames(drawn)):
        image.seek(k)
        shown = np.asarray(image.convert("RGBA"))
        assert np.array_equal(shown[np.isin(keys(pixels), exact)], pixels[np.isin(keys(pixels), exact)])
        squares += np.mean((shown[..., :3].astype(float) - pixels[..., :3]) ** 2)
    assert 10 * np.log10(255**2 / (squares / len(drawn.frames))) >= 44


# processes


def child(code, *args):
    """What a new process says, as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, args)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


RENDERED = """
import json, sys
from conv_anim import cli
try:
    cli.main(["render", sys.argv[1], "-o", sys.argv[2], "-j", "1"])
except SystemExit as end:
    assert end.code == 0
print(json.dumps(list(sys.modules)))
"""


NUMPY = """
import json, sys, numpy
print(json.dumps(list(sys.modules)))
"""


def test_drawing_imports_no_more_than_it_needs(tmp_path):
    """Of matplotlib two compiled modules; no text, no settings, no other processes, nothing of views not drawn."""
    modules = set(child(RENDERED, TEMPLATES["con_10"].path, tmp_path))
    forbidden = {"matplotlib.backend_bases", "matplotlib.figure", "matplotlib.pyplot", "numpy.ma", "logging.handlers"}
    forbidden |= {"concurrent.futures", "multiprocessing", "conv_anim.scene.flat.view", "conv_anim.export.png"}
    assert not (modules - set(child(NUMPY))) & forbidden
    assert {"matplotlib.ft2font", "matplotlib.backends._backend_agg"} <= modules


LATER = """
import json, sys, warnings
from conv_anim import pipeline
pipeline.scene(pipeline.load(sys.argv[1]))
from conv_anim.painting.agg import Canvas
Canvas(9, 9)
warnings.simplefilter("ignore")
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
plt.title("$x^2$")
plt.plot([1, 2])
plt.savefig(sys.argv[2])
from matplotlib import ft2font
import matplotlib.backends._backend_agg as agg
print(json.dumps([ft2font.FT2Font.__name__, agg.RendererAgg.__name__]))
"""


def test_all_of_matplotlib_can_be_imported_afterwards(tmp_path):
    assert child(LATER, TEMPLATES["con_10"].path, tmp_path / "a.png") == ["FT2Font", "RendererAgg"]
    assert (tmp_path / "a.png").stat().st_size > 0


LARGE = """
input: {{size: [{side}, {side}]}}
layer: {{type: conv, kernel_size: 3}}
view: isometric
size: {{width: 300}}
"""


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="no way to ask for a process's peak memory here")
def test_memory_does_not_grow_with_the_number_of_frames(tmp_path):
    peaks = []
    for side in (14, 52):
        path = tmp_path / f"{side}.yaml"
        path.write_text(LARGE.format(side=side))
        process = subprocess.Popen([sys.executable, "-m", "conv_anim", "render", path, "-j", "1"])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0
        peaks.append(usage.ru_maxrss)
    assert peaks[1] <= 1.15 * peaks[0]
