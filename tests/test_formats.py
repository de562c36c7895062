"""Every format shows the same picture: each file is opened by a reader of its own and compared with what is painted."""

import ctypes
import json
import os
import re
import subprocess
import tracemalloc
import xml.etree.ElementTree as ET
from functools import cache
from io import BytesIO
from pathlib import Path
from shutil import which

import numpy as np
import pypdfium2
import pytest
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.painting import agg
from conv_anim.painting.agg import frames
from conv_anim.painting.fonts import face
from conv_anim.scene.primitives import Text
from conv_anim.spec import formats
from tests import conftest

SHOWN = ("con_1", "con_2", "con_3", "con_5", "con_6", "standard_one_filter", "causal_dilated", "smooth")
"""Of each view one or more, and one that glides."""
DRAWN = [template for template in templates() if template.name in SHOWN]
SVG = "{http://www.w3.org/2000/svg}"
LOSSLESS = ("png", "apng", "webp", "storyboard.png", "strip.png")
NASTY = "<script>alert('1')</script> & \"two\""

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning:matplotlib.*")


@cache
def drawn(template):
    return pipeline.scene(conv_anim.load(template.path))


KEPT = {}


def once(make):
    """What is made of a scene, kept for all tests of this module; the scene too, so that no other takes its number."""

    def kept(scene, *more, **named):
        key = (make, id(scene), more, *named.items())
        if key not in KEPT:
            KEPT[key] = (scene, make(scene, *more, **named))
        return KEPT[key][1]

    return kept


@pytest.fixture(scope="module", autouse=True)
def _let_go():
    yield
    KEPT.clear()


@once
def painted(scene):
    """Every frame, RGB."""
    found = [frame[..., :3].copy() for frame in frames(scene)]
    for frame in found:
        frame.flags.writeable = False
    return found


encoded = once(pipeline.encoded)


def opened(data):
    return Image.open(BytesIO(data))


def pictures_of(data):
    """The pictures of a file in turn, each with its time, as Pillow reads them."""
    image = opened(data)
    for k in range(getattr(image, "default_image", 0), getattr(image, "n_frames", 1)):
        image.seek(k)
        pixels = np.asarray(image.convert("RGB"))
        yield pixels, image.info.get("duration")


def in_time(shown):
    """The picture in every tenth of a second, whether or not equal ones are shown as one."""
    pictures, times = zip(*shown, strict=True)
    ends = np.cumsum(times)
    return [pictures[k] for k in np.searchsorted(ends, np.arange(45, ends[-1], 100), side="right")]


def wanted_in_time(scene):
    return in_time(zip(painted(scene), map(scene.time, range(len(scene.frames))), strict=True))


def distance(ours, theirs):
    return np.abs(ours.astype(int) - theirs.astype(int))


@pytest.fixture(params=DRAWN, ids=lambda template: template.name)
def template(request):
    return request.param


def test_there_is_one_of_each():
    assert {template.name for template in DRAWN} == set(SHOWN)


@pytest.mark.parametrize("format_", ["apng", "webp"])
def test_lossless_animations_have_every_pixel_at_its_time(template, format_):
    scene = drawn(template)
    data = encoded(scene, format_)
    ours = wanted_in_time(scene) if len(scene.frames) > 1 else painted(scene)
    found = list(pictures_of(data))
    theirs = in_time(found) if len(scene.frames) > 1 else [picture for picture, _ in found]
    assert len(ours) == len(theirs)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("format_", ["apng", "webp"])
def test_one_sees_through_a_ground_that_is_none_in_every_frame(format_):
    """What was there before does not show through either: each frame takes its place."""
    (template,) = (t for t in DRAWN if t.name == "con_1")
    scene = pipeline.scene(conv_anim.load(template.path, changes=["theme.background=none"]))
    image = opened(pipeline.encoded(scene, format_))
    ours = [agg.seen_through(frame, scene).copy() for frame in frames(scene)]
    before = int(format_ == "apng")  # the picture that is shown where APNG is not known
    assert image.n_frames == before + len(ours)
    for k, wanted in enumerate(ours, start=before):
        image.seek(k)
        seen = np.asarray(image.convert("RGBA"))
        assert np.array_equal(seen[..., 3], wanted[..., 3])
        assert np.array_equal(seen[wanted[..., 3] > 0], wanted[wanted[..., 3] > 0])


@pytest.mark.parametrize("format_", ["apng", "gif", "webp"])
def test_memory_does_not_grow_with_the_frames(format_):
    """Beside the file itself, which does."""
    spec = {"input": {"size": [15, 15]}, "layer": {"type": "conv", "kernel_size": 3}, "view": "isometric"}
    spec |= {"size": {"width": 400}, "animation": {"pace": "even"}}
    taken = {}
    for every in (13, 1):
        scene = pipeline.scene(conv_anim.load(spec | {"animation": {"pace": "even", "every": every}}))
        tracemalloc.start()
        size = len(pipeline.encoded(scene, format_))
        taken[len(scene.frames)] = tracemalloc.get_traced_memory()[1] - 2 * size
        tracemalloc.stop()
    few, many = taken.values()
    assert many < 1.25 * few


def test_a_png_is_the_last_step(template):
    scene = drawn(template)
    assert np.array_equal(next(pictures_of(encoded(scene, "png")))[0], painted(scene)[scene.poster])


def test_where_apng_is_not_known_it_is_the_last_step(template):
    """As readers see it that know PNG alone: what they do not know they leave out."""
    scene = drawn(template)
    data = pipeline.encoded(scene, "apng")
    kept, at = [data[:8]], 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kept += [] if data[at + 4 : at + 8] in {b"acTL", b"fcTL", b"fdAT"} else [data[at:end]]
        at = end
    ((shown, _),) = pictures_of(b"".join(kept))
    assert np.array_equal(shown, painted(scene)[scene.poster])
    assert (len(scene.frames) > 1) == (b"acTL" in data)


@pytest.mark.parametrize("layout", ["storyboard", "strip"])
def test_every_panel_of_a_page_is_its_step(layout):
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = drawn(template)
    page = np.asarray(opened(encoded(scene, f"{layout}.png", step="0,4,last")).convert("RGB"))
    head = scene.head + scene.head % 2
    for step in (0, 4, len(scene.rests) - 1):  # without its heading, and its edge, where the panel's line is
        step_alone = painted(scene)[scene.rests[step]][head + 1 : -1, 1:-1]
        assert contains(page, step_alone), f"step {step}"


def contains(page, part):
    """Whether a picture is somewhere in a larger one."""
    height, width, _ = part.shape
    first = part[height // 2]
    for top in range(page.shape[0] - height + 1):
        row = page[top + height // 2]
        for left in range(page.shape[1] - width + 1):
            if np.array_equal(row[left : left + width], first) and np.array_equal(
                page[top : top + height, left : left + width], part
            ):
                return True
    return False


# PDF


def rendered(data, page=0):
    """A page of a PDF as pixels, at the figure's own size."""
    document = pypdfium2.PdfDocument(data)
    try:
        return np.asarray(document[page].render(scale=96 / 72).to_pil().convert("RGB"))
    finally:
        document.close()


def words(data, page=0):
    document = pypdfium2.PdfDocument(data)
    try:
        text = document[page].get_textpage()
        return "".join(text.get_text_range().split())
    finally:
        document.close()


def seen(scene, frame):
    lasting = [item for k in range(frame + 1) for item in scene.frames[k].kept]
    return [*scene.static, *lasting, *scene.frames[frame].shown]


def texts(items):
    return [item.text for item in items if isinstance(item, Text)]


def test_a_pdf_shows_the_same(template):
    scene = drawn(template)
    data = encoded(scene, "pdf")
    ours, theirs = painted(scene)[scene.poster], rendered(data)
    assert ours.shape == theirs.shape
    off = distance(ours, theirs).max(axis=-1)
    assert off.mean() < 3
    assert (off > 128).mean() < 0.005


def test_text_of_a_pdf_is_text(template):
    scene = drawn(template)
    found = sorted(words(encoded(scene, "pdf")))
    wanted = sorted("".join("".join(texts(seen(scene, scene.poster))).split()))
    assert found == wanted


def origins(data, text):
    """Where a text's characters begin on the first page of a PDF, in pixels."""
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[0].get_textpage()
        first = page.get_text_range().index(text)
        x, y = ctypes.c_double(), ctypes.c_double()
        found = []
        for k in range(first, first + len(text)):
            pypdfium2.raw.FPDFText_GetCharOrigin(page, k, x, y)
            found.append(x.value * 96 / 72)
        return found
    finally:
        document.close()


def test_text_of_a_pdf_is_as_wide_as_it_is_measured():
    """Letters that a typesetter would kern, or join."""
    said = "AVAVA Tofu affine Wave"
    spec = conv_anim.load({"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}, "caption": said})
    scene = pipeline.scene(spec)
    (item,) = (item for item in scene.static if isinstance(item, Text) and item.text == said)
    left = item.x - item.size * face(bold=False, own="").width(said) / 2
    wanted = [left + item.size * face(bold=False, own="").width(said[:k]) for k in range(len(said))]
    assert origins(encoded(scene, "pdf"), said) == pytest.approx(wanted, abs=0.1)


def test_pages_are_steps():
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = drawn(template)
    data = encoded(scene, "pages.pdf")
    document = pypdfium2.PdfDocument(data)
    assert len(document) == len(scene.rests) == 9
    document.close()
    for step, frame in enumerate(scene.rests):
        off = distance(painted(scene)[frame], rendered(data, step)).max(axis=-1)
        assert (off > 128).mean() < 0.005, step
        others = distance(painted(scene)[scene.rests[step - 1]], rendered(data, step)).max(axis=-1)
        assert (others > 60).mean() > (off > 60).mean(), "another step looks more like it"


def test_the_snippet_for_latex_has_the_rate_of_the_steps(tmp_path):
    spec = tmp_path / "fig.yaml"
    spec.write_text("input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nanimation: {step: 400, loop: 1}\n")
    done = subprocess.run(
        ["conv-anim", "render", str(spec), "-f", "pages"], capture_output=True, text=True, check=True, env=path()
    )
    assert r"\animategraphics[autoplay,controls]{2.5}{fig.pages}{}{}" in done.stdout + done.stderr


def path():
    import sys

    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def test_a_pdf_does_not_ask_the_user(tmp_path):
    """Neither settings nor the clock change a byte."""
    (tmp_path / "matplotlibrc").write_text("pdf.fonttype: 3\npdf.compression: 0\npath.simplify: True\n")
    spec = tmp_path / "fig.yaml"
    spec.write_text("input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\n")
    made = []
    for extra in ({}, {"MATPLOTLIBRC": str(tmp_path), "SOURCE_DATE_EPOCH": "1000000", "TZ": "Asia/Taipei"}):
        subprocess.run(["conv-anim", "render", str(spec), "-f", "pdf"], check=True, env={**path(), **extra})
        made.append((tmp_path / "fig.pdf").read_bytes())
    assert made[0] == made[1]
    assert b"Date" not in made[0]


# SVG


def test_an_svg_is_well_formed_and_needs_nothing(template):
    scene = drawn(template)
    data = encoded(scene, "svg")
    root = ET.fromstring(data)
    assert (root.get("width"), root.get("height")) == (str(scene.width), str(scene.height))
    text = data.decode()
    assert set(re.findall(r'https?:[^"]*', text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in text
    assert "url(" not in text
    named = root.get("aria-labelledby").split()
    said = {element.get("id"): element.text for element in root if element.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert [said[name] for name in named] == [scene.title or scene.description, scene.description]


def test_text_of_an_svg_is_text(template):
    scene = drawn(template)
    root = ET.fromstring(encoded(scene, "svg", step="last"))
    assert sorted(e.text for e in root.iter(f"{SVG}text")) == sorted(texts(seen(scene, scene.poster)))


def test_words_of_a_spec_stay_words():
    spec = conv_anim.load(
        {"title": NASTY, "input": {"size": [3, 3]}, "layer": {"type": "conv", "kernel_size": 2}, "caption": NASTY}
    )
    for step in (None, 0):
        root = ET.fromstring(pipeline.encoded(pipeline.scene(spec), "svg", step=step))
        assert root.find(f"{SVG}title").text == NASTY
        assert not list(root.iter(f"{SVG}script"))
        assert NASTY in [e.text for e in root.iter(f"{SVG}text")]


CLOCK = """time => { for (const a of document.getAnimations()) { a.pause(); a.currentTime = time; } }"""


def screenshot(page, scene):
    taken = conftest.screenshot(page, scene.width, scene.height)
    return np.asarray(opened(taken).convert("RGB"))


def alike(ours, theirs):
    """The share of pixels that are another colour; browsers draw text and slanted edges in their own way."""
    return (distance(ours, theirs).max(axis=-1) > 100).mean()


def shown_in(browser, scene, data, **options):
    page = conftest.new_page(browser, viewport={"width": scene.width, "height": scene.height}, **options)
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{data.decode()}")
    return page


def test_a_browser_shows_an_svg_as_it_is_painted(template, browser):
    scene = drawn(template)
    wanted = painted(scene)
    page = shown_in(browser, scene, encoded(scene, "svg"))
    starts = np.cumsum([0, *(scene.time(k) for k in range(len(scene.frames)))])
    for k in sorted({0, len(wanted) // 2, len(wanted) - 1}):
        page.evaluate(CLOCK, float(starts[k] + 5))
        assert alike(wanted[k], screenshot(page, scene)) < 0.01, k
        if len(wanted) > 1 and k:
            page.evaluate(CLOCK, float(starts[-1] + starts[k] + 5))
            assert alike(wanted[k], screenshot(page, scene)) < 0.01, f"{k}, the second time"
    page.close()


CHARACTERS = """() => [...document.querySelectorAll('text')].map(t => [t.textContent, t.getNumberOfChars()])"""
LENGTHS = """() => [...document.querySelectorAll('text')].map(t => {
  const told = t.getAttribute('textLength'); t.removeAttribute('textLength');
  return [t.textContent, told, t.getComputedTextLength()]; })"""


def test_no_space_of_a_text_is_lost(template, browser, tmp_path):
    """In a file of its own, as in ``<img>``, where no page's rules are at work; what is left would be stretched."""
    (tmp_path / "fig.svg").write_bytes(encoded(drawn(template), "svg"))
    page = conftest.new_page(browser)
    page.goto((tmp_path / "fig.svg").as_uri())
    assert [(text, count) for text, count in page.evaluate(CHARACTERS) if len(text) != count] == []
    for text, told, natural in page.evaluate(LENGTHS):
        assert told is None or natural == pytest.approx(float(told), rel=0.05), text
    page.close()


@pytest.mark.parametrize("asked", [{"reduced_motion": "reduce"}, {"media": "print"}])
def test_without_motion_the_last_frame_is_shown(browser, asked):
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = drawn(template)
    page = shown_in(browser, scene, encoded(scene, "svg"))
    page.emulate_media(**asked)
    assert page.evaluate("document.getAnimations().length") == 0
    assert alike(painted(scene)[-1], screenshot(page, scene)) < 0.01
    page.close()


def test_a_program_that_knows_no_animation_shows_the_last_frame(browser):
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = drawn(template)
    text = encoded(scene, "svg").decode()
    static = re.sub(r"animation:[^;}]*|@keyframes|@media", "unknown", text)
    page = shown_in(browser, scene, static.encode())
    assert page.evaluate("document.getAnimations().length") == 0
    assert alike(painted(scene)[-1], screenshot(page, scene)) < 0.01
    page.close()


def test_a_still_needs_no_style_sheet_and_no_lengths(template, browser):
    """Some programs that put an SVG into a document read neither. Letters stand at most a pixel beside their places."""
    scene = drawn(template)
    still = encoded(scene, "svg", step="last").decode()
    plain = re.sub(r"<style>.*?</style>| class=\"[^\"]*\"| (?:textLength|lengthAdjust)=\"[^\"]*\"", "", still)
    page = shown_in(browser, scene, plain.encode())
    assert alike(painted(scene)[scene.poster], screenshot(page, scene)) < 0.015
    page.close()


@pytest.mark.skipif(which("rsvg-convert") is None and not os.environ.get("CI"), reason="librsvg2-bin is not installed")
@pytest.mark.parametrize("step", [None, 4])
def test_librsvg_shows_a_still_and_of_an_animation_the_last_frame(step):
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = drawn(template)
    data = encoded(scene, "svg", step=step)
    shown = subprocess.run(["rsvg-convert"], input=data, capture_output=True, check=True).stdout
    wanted = painted(scene)[-1 if step is None else scene.rests[step]]
    assert alike(wanted, np.asarray(opened(shown).convert("RGB"))) < 0.01


def test_an_svg_stops_where_the_gif_does(browser):
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = pipeline.scene(conv_anim.load(template.path, changes=["animation.loop=2"]))
    page = shown_in(browser, scene, encoded(scene, "svg"))
    page.evaluate("for (const a of document.getAnimations()) a.finish()")
    assert alike(painted(scene)[-1], screenshot(page, scene)) < 0.01
    page.close()


def test_two_figures_on_a_page_do_not_meddle(browser):
    scenes = [drawn(template) for template in DRAWN if template.name in {"con_2", "con_5"}]
    both = "".join(encoded(scene, "svg", step="last").decode() for scene in scenes)
    page = conftest.new_page(browser, viewport={"width": 1200, "height": 1200})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{both}")
    assert alike(painted(scenes[0])[scenes[0].poster], screenshot(page, scenes[0])) < 0.01
    page.close()


# MP4


@pytest.mark.skipif(which("ffmpeg") is None and not os.environ.get("CI"), reason="ffmpeg is not installed")
def test_a_video_shows_the_same_at_its_time(tmp_path):
    (template,) = (t for t in DRAWN if t.name == "con_5")
    scene = drawn(template)
    video = tmp_path / "fig.mp4"
    video.write_bytes(encoded(scene, "mp4"))
    asked = ["-show_entries", "stream=width,height,pix_fmt,codec_name,duration", "-of", "json"]
    told = subprocess.run(["ffprobe", "-v", "error", *asked, str(video)], capture_output=True, check=True)
    (stream,) = json.loads(told.stdout)["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    starts = np.cumsum([0, *(scene.time(k) for k in range(len(scene.frames)))])
    assert float(stream["duration"]) == pytest.approx(starts[-1] / 1000, abs=0.1)
    every = 20  # milliseconds, of which each frame's time is a multiple
    wanted = {
        (at + offset) // every: picture
        for at, end, picture in zip(starts, starts[1:], painted(scene), strict=False)
        for at, offset in ((at, every), (end, -every))
    }
    found = set()
    for k, picture in enumerate(pictures_of_video(video, (stream["height"], stream["width"], 3), 1000 // every)):
        if k in wanted:
            found.add(k)
            assert distance(wanted[k], picture[: scene.height, : scene.width]).mean() < 2.5, k
    assert found == set(wanted)


def pictures_of_video(video, shape, rate):
    """What is seen so many times a second, as ffmpeg reads it."""
    reading = ("ffmpeg", "-v", "error", "-i", str(video), "-vf", f"fps={rate}:round=near")
    with subprocess.Popen([*reading, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], stdout=subprocess.PIPE) as ffmpeg:
        while data := ffmpeg.stdout.read(np.prod(shape)):
            yield np.frombuffer(data, np.uint8).reshape(shape)
    assert ffmpeg.returncode == 0


def test_without_ffmpeg_a_video_says_how_to_get_it(monkeypatch):
    import sys

    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(conv_anim.SpecError, match=r"mp4 needs ffmpeg"):
        pipeline.encoded(drawn(DRAWN[0]), "mp4")


def test_an_ffmpeg_that_fails_leaves_nothing(monkeypatch, tmp_path):
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(conv_anim.SpecError, match=r"status 3: Unknown encoder libx264"):
        conv_anim.render(conv_anim.load(DRAWN[0].path), tmp_path / "fig.mp4")
    assert not (tmp_path / "fig.mp4").exists()


# all of them


@pytest.mark.parametrize("format_", formats.names(formats.FORMATS.own))
def test_the_same_spec_makes_the_same_bytes(format_):
    if format_ == "mp4" and which("ffmpeg") is None and not os.environ.get("CI"):
        pytest.skip("ffmpeg is not installed")
    (template,) = (t for t in DRAWN if t.name == "con_5")
    assert encoded(drawn(template), format_) == pipeline.encoded(drawn.__wrapped__(template), format_)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.gif", "gif"),
        ("a.storyboard.pdf", "storyboard.pdf"),
        ("a.b.SVG", "svg"),
        ("strip.png", "png"),
        ("x.pages.pdf", "pages.pdf"),
        ("x.html", "html"),
    ],
)
def test_a_suffix_says_the_format(name, wanted):
    assert pipeline.format_of(Path(name)) == wanted


@pytest.mark.parametrize("step", ["99", "5-2", "x", ""])
def test_a_step_that_is_not_there_is_told(step):
    with pytest.raises(conv_anim.SpecError):
        pipeline.encoded(drawn(DRAWN[0]), "svg", step=step)


def test_too_large_a_page_is_drawn_as_vectors_only():
    spec = conv_anim.load(
        {"input": {"size": [9, 9]}, "layer": {"type": "conv", "kernel_size": 3}, "size": {"scale": 3}}
    )
    scene = pipeline.scene(spec)
    with pytest.raises(conv_anim.SpecError, match=r"49 steps side by side are [\d,]+ x [\d,]+ pixels.*\n.*svg or pdf"):
        pipeline.encoded(scene, "storyboard.png")
    assert pipeline.encoded(scene, "storyboard.svg")


def test_too_many_panels_are_refused_with_a_way_out():
    spec = conv_anim.load(
        {"input": {"size": [12, 12]}, "layer": {"type": "conv", "kernel_size": 3}, "animation": {"every": 1}}
    )
    with pytest.raises(conv_anim.SpecError, match=r"100 steps are too many.*\n.*--step"):
        pipeline.encoded(pipeline.scene(spec), "storyboard.png")
