"""The page of a figure, in a real browser: what it shows, what it tells, and how it is used."""

import re
from functools import cache
from io import BytesIO

import numpy as np
import pytest
import yaml
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.painting.agg import frames
from tests import conftest

KNOWN = {template.name: template for template in templates()}
VIEWS = ("con_1", "con_2", "con_3", "con_5", "con_6", "standard_one_filter", "causal_dilated", "stride_and_dilation")
NASTY = "</script><script>document.body.dataset.hacked = 1</script>"


class Opened:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, browser, path, *, paused=False, **options):
        self.context = browser.new_context(**{"viewport": {"width": 1100, "height": 900}} | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(conftest.PATIENCE)
        if paused:
            self.page.clock.install(time=0)
            self.page.clock.pause_at(3_600_000)
        self.asked, self.wrong = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            self.page.wait_for_selector("#picture")

    def spot(self, side, position):
        """The area of a cell."""
        return self.page.locator(f"#spots path[data-spot='{self.number(side, position)}']")

    def number(self, side, position):
        spots = self.spots
        return next(
            k for k, spot in enumerate(spots) if spot.side == side and spot.name.replace("\xa0", " ") == position
        )

    def lit(self, kind):
        """The cells that are lit: ``far`` ones, or the one pointed ``at``."""
        cells = self.page.eval_on_selector_all(f"#lit .{kind}", "all => all.map((one) => one.dataset.cell)")
        return {cell.replace("\xa0", " ") for cell in cells}

    def told(self):
        return self.page.inner_text("#told").replace("\xa0", " ")

    def at(self):
        """How many steps are there so far; the page counts them from 0."""
        return int(self.page.input_value("#step")) + 1

    def close(self):
        self.context.close()


def page_of(given):
    """The scene of a spec, and its page."""
    scene = pipeline.scene(conv_anim.load(given))
    return scene, pipeline.encoded(scene, "html")


@cache
def known(name):
    """Those of a template, drawn once for all tests."""
    return page_of(KNOWN[name].path)


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the page of a template or of a spec; in the end, nothing was asked for and nothing went wrong."""
    pages = []

    def open_(given, **options):
        scene, made = known(given) if isinstance(given, str) else page_of(given)
        path = tmp_path / "a page.html"
        path.write_bytes(made)
        page = Opened(browser, path, **options)
        page.spots = scene.guide().spots
        pages.append(page)
        return page

    yield open_
    for page in pages:
        assert page.wrong == []
        assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
        page.close()


@pytest.mark.parametrize("name", VIEWS)
def test_it_shows_what_is_painted(name, opened):
    """Edges are blended by another hand; all else is the same, pixel by pixel."""
    scene, _ = known(name)
    width, height = scene.width, scene.height
    page = opened(name, reduced_motion="reduce", viewport={"width": width + 200, "height": height + 500}).page
    page.evaluate("$('picture').style.cssText = 'position: fixed; left: 0; top: 0; max-width: none; z-index: 9'")
    ends = sorted({scene.rests[0], scene.rests[-1]})
    painted = {k: frame[..., :3].astype(int) for k, frame in zip(ends, frames(scene, ends), strict=True)}
    for key, frame in (("End", scene.rests[-1]), ("Home", scene.rests[0])):
        page.keyboard.press(key)
        shot = conftest.screenshot(page, width, height)
        seen = np.asarray(Image.open(BytesIO(shot)).convert("RGB")).astype(int)
        off = np.abs(seen - painted[frame]).max(axis=-1)
        assert (off > 60).mean() < 0.002, (name, key)
        assert off.mean() < 2, (name, key)


def test_an_output_cell_shows_its_step_and_its_sum(opened):
    page = opened("con_5", reduced_motion="reduce")
    spec = conv_anim.load(KNOWN["con_5"].path)
    trace = conv_anim.trace(spec)
    for step, position in ((5, "(2, 3)"), (6, "(3, 1)")):
        page.spot("output", position).hover()
        value = int(trace.output[0][step // 3, step % 3])
        said = page.told()
        assert said.startswith(f"Step {step} of 8: output {position} = ")
        assert said.endswith(f"= {value}")
        products = re.findall(r"(\d+)·(\d+)", said)
        assert len(products) == 9
        assert sum(int(a) * int(b) for a, b in products) == value
    page.page.mouse.move(2, 2)
    assert page.at() == 1


def reached(position, size, kernel, stride, padding):
    """The outputs whose windows hold an input cell, by trying all of them."""
    count = (size + 2 * padding - kernel) // stride + 1
    along = [{o for o in range(count) if 0 <= cell + padding - o * stride < kernel} for cell in position]
    return {(row, column) for row in along[0] for column in along[1]}


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), [(5, 3, 1, 0), (5, 3, 2, 1), (6, 2, 3, 0)])
def test_an_input_cell_shows_the_outputs_that_it_reaches(opened, size, kernel, stride, padding):
    layer = {"type": "conv", "kernel_size": kernel, "stride": stride, "padding": padding}
    page = opened({"input": {"size": [size, size]}, "layer": layer, "view": "flat"}, reduced_motion="reduce")
    for position in ((0, 0), (2, 2), (2, 4)):
        named = f"({position[0] + 1}, {position[1] + 1})"
        page.spot("input", named).hover()
        wanted = reached(position, size, kernel, stride, padding)
        said = page.told()
        if wanted:
            assert f"reaches {len(wanted)} output" in said
            found = set(re.findall(r"\((\d+), (\d+)\)", said.split(":")[1]))
            assert found == {(str(row + 1), str(column + 1)) for row, column in wanted}
            assert page.lit("far") == {f"({row + 1}, {column + 1})" for row, column in wanted}
            assert page.lit("at") == {named}
        else:
            assert "never read" in said


def test_what_has_no_step_is_told_all_the_same(opened):
    """A still has no steps, and its cells are in several places."""
    page = opened("con_3")
    spec = conv_anim.load(KNOWN["con_3"].path)
    page.spot("output", "(2, 1)").hover()
    said = page.told()
    assert said.startswith("Output (2, 1) = ")
    assert sum(int(a) * int(b) for a, b in re.findall(r"(\d+)·(\d+)", said)) == conv_anim.trace(spec).output[0][1, 0]
    assert page.lit("far") == {f"({row}, {column})" for row in (2, 3, 4) for column in (1, 2, 3)}
    assert page.page.locator("#lit .at").count() == 3
    assert not page.page.is_visible("#controls")


def test_cells_can_be_pointed_at_where_they_are_filled(opened):
    """The slices of a box are filled one behind the other."""
    page = opened("standard_128_filters", reduced_motion="reduce")
    area = page.spot("output", "(5, 5) in all 128 channels")
    before = area.bounding_box()
    page.page.keyboard.press("End")
    after = area.bounding_box()
    assert after["x"] < before["x"] - 50
    assert after["y"] > before["y"] + 50
    page.page.keyboard.press("Home")
    assert area.bounding_box() == before


def test_a_click_pins_and_another_or_escape_lets_go(opened):
    page = opened("con_5", reduced_motion="reduce")
    page.spot("output", "(2, 2)").click()
    page.page.mouse.move(2, 2)
    assert "output (2, 2)" in page.told()
    page.page.keyboard.press("Escape")
    assert "output (2, 2)" not in page.told()
    page.spot("output", "(3, 1)").click()
    page.page.click("#unpin")
    page.page.mouse.move(2, 2)
    assert "output (3, 1)" not in page.told()


def test_a_tap_pins(opened):
    page = opened("con_5", reduced_motion="reduce", has_touch=True, viewport={"width": 320, "height": 640})
    page.spot("output", "(1, 1)").tap()
    assert "output (1, 1)" in page.told()


def test_keys_buttons_and_the_slider_step(opened):
    page = opened("con_5", reduced_motion="reduce")
    assert page.at() == 1
    for key, wanted in (
        ("ArrowRight", 2),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("End", 9),
        ("ArrowRight", 9),
        ("Home", 1),
    ):
        page.page.keyboard.press(key)
        assert page.at() == wanted, key
    for button, wanted in (("next", 2), ("last", 9), ("previous", 8), ("first", 1)):
        page.page.click(f"#{button}")
        assert page.at() == wanted, button
    page.page.locator("#step").fill("5")
    assert "5 of 8" in page.page.inner_text("#position")


EVEN = {
    "input": {"size": [5, 5]},
    "layer": {"type": "conv", "kernel_size": 3},
    "view": "flat",
    "animation": {"pace": "even", "step": 1000},
}
"""Steps of a second each."""


def test_it_plays_unless_the_reader_wants_no_motion(opened):
    page = opened(EVEN, paused=True)
    assert page.page.get_attribute("#play", "aria-label") == "Pause"
    assert page.at() == 1
    for passed, wanted in ((900, 1), (200, 2), (2000, 4)):
        page.page.clock.run_for(passed)
        assert page.at() == wanted
    page.page.keyboard.press("Space")
    page.page.clock.run_for(5000)
    assert page.at() == 4
    assert page.page.get_attribute("#play", "aria-label") == "Play"
    calm = opened("con_5", reduced_motion="reduce")
    assert calm.page.get_attribute("#play", "aria-label") == "Play"


def test_it_goes_on_where_it_was_when_a_cell_is_left(opened):
    page = opened(EVEN, paused=True)
    page.page.clock.run_for(1100)
    page.spot("output", "(3, 3)").hover()
    page.page.clock.run_for(5000)
    assert page.at() == 9
    page.page.mouse.move(2, 2)
    assert page.at() == 2
    page.page.clock.run_for(1000)
    assert page.at() == 3


def test_steps_are_told_to_those_who_listen(opened):
    page = opened("con_5", reduced_motion="reduce")
    page.page.keyboard.press("ArrowRight")
    assert page.page.get_attribute("#told", "aria-live") == "polite"
    assert page.told().startswith("Step 1 of 8")
    description = pipeline.scene(conv_anim.load(KNOWN["con_5"].path)).description
    assert page.page.get_attribute("#picture", "aria-label") == description
    page.page.keyboard.press("Space")
    assert page.page.get_attribute("#told", "aria-live") == "off", "not while it plays"


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(name, scheme, opened):
    page = opened(name, viewport={"width": 320, "height": 640}, color_scheme=scheme, reduced_motion="reduce")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 320
    card = page.page.locator("#card").bounding_box()
    for control in page.page.locator("#controls button, #controls select, #controls input").all():
        if control.is_visible():
            box = control.bounding_box()
            assert box["x"] >= card["x"]
            assert box["x"] + box["width"] <= card["x"] + card["width"]
            assert box["height"] >= 16
    shade = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", shade)[:3]))
    assert (brightness < 200) == (scheme == "dark")


def test_without_scripts_the_last_frame_is_shown(opened):
    page = opened("con_5", java_script_enabled=False)
    assert page.page.locator("#stage img").is_visible()
    assert page.page.locator("#stage img").get_attribute("alt")


def test_panels_go_in_step(opened):
    """A step is that of all of them, and a cell of any can be pointed at."""
    page = opened("stride_and_dilation", reduced_motion="reduce")
    panels = {spot.side for spot in page.spots}
    page.page.keyboard.press("ArrowRight")
    assert page.at() == 2
    outputs = [k for k, spot in enumerate(page.spots) if spot.side == "output"]
    for k in (outputs[0], outputs[-1]):
        page.page.locator(f"#spots path[data-spot='{k}']").click()
        assert "output (" in page.told().lower()
        page.page.keyboard.press("Escape")
    assert panels >= {"input", "output"}
    assert page.at() == 2


def test_words_of_a_spec_stay_words(opened):
    layer = {"type": "conv", "kernel_size": 2}
    given = {"title": NASTY, "input": {"size": [3, 3]}, "layer": layer, "caption": NASTY, "view": "flat"}
    given["theme"] = "classic"  # which draws no heading, so that the page has one
    page = opened(given, reduced_motion="reduce")
    assert page.page.inner_text("#title") == NASTY
    assert page.page.evaluate("document.body.dataset.hacked") is None
    assert page.page.locator("script").count() == 2


def test_chinese_pages_speak_chinese(opened):
    page = opened(
        {"lang": "zh-TW", "input": {"size": [3, 3]}, "layer": {"type": "conv", "kernel_size": 2}},
        reduced_motion="reduce",
    )
    assert page.page.get_attribute("html", "lang") == "zh-TW"
    assert page.page.get_attribute("#play", "aria-label") == "播放"


LARGE = {
    "flat": {"view": "flat"},
    "isometric": {"view": "isometric"},
    "smooth": {"view": "isometric", "animation": {"motion": "smooth"}},
    "numbers": {"view": {"kind": "isometric", "numbers": True}},
    "channels": {"view": "channels", "input": {"size": [12, 12], "channels": 3}},
    "volume": {"view": "volume", "input": {"size": [12, 12], "channels": 3}},
    "matrix": {"view": {"kind": "matrix", "animate": True}},
    "sequence": {"view": "sequence", "input": {"size": [102]}},
}


@pytest.mark.parametrize("name", LARGE)
def test_a_hundred_steps_are_small(name):
    more = {**LARGE[name], "animation": {"pace": "even", **LARGE[name].get("animation", {})}}
    spec = conv_anim.load({"input": {"size": [12, 12]}, "layer": {"type": "conv", "kernel_size": 3}} | more)
    scene = pipeline.scene(spec)
    assert len(scene.rests) == 100
    assert len(pipeline.encoded(scene, "html")) < 150_000


@pytest.mark.parametrize("name", LARGE)
def test_the_same_page_is_made_again(name):
    few = LARGE[name].get("input", {"size": [12, 12]})
    few = few | {"size": [4 for _ in few["size"]]}
    spec = conv_anim.load({"layer": {"type": "conv", "kernel_size": 3}} | LARGE[name] | {"input": few})
    assert pipeline.encoded(pipeline.scene(spec), "html") == pipeline.encoded(pipeline.scene(spec), "html")


def test_a_page_that_would_be_huge_is_refused_with_a_way_out():
    even = {"pace": "even"}
    layer = {"type": "conv", "kernel_size": 3}
    spec = conv_anim.load({"input": {"size": [90, 90]}, "layer": layer, "animation": even})
    with pytest.raises(conv_anim.SpecError, match=r"(?s)frames, more than.*every"):
        pipeline.encoded(pipeline.scene(spec), "html")


def test_a_click_on_a_layer_opens_its_window(opened):
    page = opened("resnet18")
    assert page.page.title() == "ResNet-18"
    assert page.at() == len(page.spots) + 1
    assert page.told().endswith("multiply-adds")
    first = next(k for k, spot in enumerate(page.spots) if spot.opens)
    page.page.hover(f"#spots path[data-spot='{first}']")
    assert "conv 7×7, stride 2" in page.told()
    assert page.at() == len(page.spots) + 1
    page.page.click(f"#spots path[data-spot='{first}']")
    assert page.page.title() == "conv 7×7, stride 2"
    page.page.click("#last")
    assert "output (3, 3)" in page.told()
    page.page.click("#back")
    assert page.page.title() == "ResNet-18"
    assert page.page.is_hidden("#back")
    assert page.at() == len(page.spots) + 1
    page.page.click(f"#spots path[data-spot='{first}']")
    page.page.keyboard.press("Escape")
    assert page.page.title() == "ResNet-18"


@pytest.mark.parametrize(("theme", "drawn"), [("light", True), ("classic", False)])
def test_a_title_is_read_once(opened, theme, drawn):
    """In the picture, where it has one; else above it. Inside of a network too, and back again."""
    page = opened({**yaml.safe_load(KNOWN["resnet18"].path.read_text()), "theme": theme})
    first = next(k for k, spot in enumerate(page.spots) if spot.opens)
    for title in ("ResNet-18", "conv 7×7, stride 2", "ResNet-18"):
        assert page.page.title() == title
        assert page.page.text_content("#title") == ("" if drawn else title)
        if title == "ResNet-18":
            page.page.click(f"#spots path[data-spot='{first}']")
        else:
            page.page.click("#back")


def test_what_is_inside_opens_by_key_and_has_an_address(opened):
    page = opened("resnet18")
    first = next(k for k, spot in enumerate(page.spots) if spot.opens)
    page.page.focus(f"#spots path[data-spot='{first}']")
    page.page.keyboard.press("Enter")
    assert page.page.title() == "conv 7×7, stride 2"
    assert page.page.evaluate("document.activeElement.id") == "back"
    page.page.click("#last")
    page.page.wait_for_function(f"location.hash.includes('inside={first + 1}') && location.hash.endsWith('step=8')")
    page.page.go_back()
    page.page.wait_for_function("document.title === 'ResNet-18'")
    assert page.at() == len(page.spots) + 1
    page.page.go_forward()
    page.page.wait_for_function("document.title === 'conv 7×7, stride 2'")
    assert page.at() == 9
    page.page.keyboard.press("Escape")
    assert page.page.title() == "ResNet-18"
    assert page.page.evaluate("document.activeElement.dataset.spot") == str(first)


def test_the_spots_of_a_network_are_named_as_boxes(opened):
    page = opened("resnet18")
    assert page.page.get_attribute("#spots path[data-spot='1']", "aria-label") == page.spots[1].name
    assert "Enter opens" in page.page.inner_text("#how")
    page.page.click("#spots path[data-spot='1']")
    assert page.page.get_attribute("#spots path[data-spot='0']", "aria-label") == "input (1,\xa01)"
    assert "Enter pins" in page.page.inner_text("#how")


def test_what_is_inside_a_high_network_is_in_sight(opened):
    page = opened("resnet18", viewport={"width": 700, "height": 600})
    last = max(k for k, spot in enumerate(page.spots) if spot.opens == 3)
    page.page.focus(f"#spots path[data-spot='{last}']")
    before = page.page.evaluate("scrollY")
    assert before > 0
    page.page.keyboard.press("Enter")
    for name in ("#back", "#play"):
        box = page.page.locator(name).bounding_box()
        assert 0 <= box["y"] <= 600 - box["height"], name
    page.page.click("#back")
    assert page.page.evaluate("scrollY") == before


def test_a_page_of_another_figure_has_nothing_inside(opened):
    page = opened("con_5")
    assert page.page.is_hidden("#back")
