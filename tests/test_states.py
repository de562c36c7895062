"""A page with controls, in a real browser: all of its states, its address, its cells by keyboard."""

import itertools
import json
import re
from functools import cache

import pytest
from click.testing import CliRunner

from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.diagnostics import Source
from conv_anim.export.markup import _outline
from conv_anim.painting.fonts import face
from tests import conftest

SPEC = """title: Move the sliders
input: {size: [7, 7]}
layer: {type: conv, kernel_size: 3}
view: flat
controls:
  layer.kernel_size: [3, 5]
  layer.stride: [1, 2, 3]
  layer.padding: [0, 1]
  layer.dilation: [1, 2]
"""
VALUES = ([3, 5], [1, 2, 3], [0, 1], [1, 2])
NAMES = ("kernel_size", "stride", "padding", "dilation")
CHARACTERS = {_outline(face(bold=bold, own="").glyph(c)): c for c in "0123456789×−.-" for bold in (False, True)}
READ = """() => {
  const shown = (use) => !use.closest(".off");
  const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
  const texts = [...document.querySelectorAll("#picture use")].filter(shown).map((use) => {
    const text = document.querySelector(use.getAttribute("href"));
    const size = Number(/scale\\((.*)\\)/.exec(text.getAttribute("transform"))[1]);
    return { at: middle(use.getBBox()), size, outlines: text.getAttribute("d") };
  });
  return [...document.querySelectorAll("#spots path")].map((path) => {
    const { x, y, width, height } = path.getBBox();
    const inside = ({ at: [a, b] }) => a > x && a < x + width && b > y && b < y + height;
    const found = texts.filter(inside).sort((one, other) => other.size - one.size);
    return [path.getAttribute("aria-label"), found.length ? found[0].outlines : ""];
  });
}"""
"""Of each cell of the picture its name, and the outlines of the largest text in it: each glyph behind its place."""


class Opened:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, browser, path, **options):
        self.context = browser.new_context(
            **{"viewport": {"width": 1100, "height": 900}, "reduced_motion": "reduce"} | options
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(conftest.PATIENCE)
        self.asked, self.wrong = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.goto(path)
        self.page.wait_for_selector("#picture")

    def turn(self, k, value):
        self.page.locator("#knobs input[type=range]").nth(k).fill(str(value))

    def chosen(self):
        return self.page.eval_on_selector_all("#knobs output", "all => all.map((one) => Number(one.textContent))")

    def cells(self, side):
        """The numbers in the picture, by their places."""
        found = {}
        for name, outlines in self.page.evaluate(READ):
            if name.startswith(side):
                place = tuple(map(int, re.findall(r"\d+", name)))
                found[place] = "".join(CHARACTERS[outline] for outline in re.findall(r"M\d+,0([^M]+)", outlines))
        return found


@cache
def page_of(text):
    return pipeline.drawn_as(pipeline.loaded(Source("spec.yaml", text)).spec, "html")


@pytest.fixture
def opened(browser, tmp_path):
    pages = []

    def open_(text=SPEC, ending="", **options):
        path = tmp_path / "a page.html"
        if not path.exists():
            path.write_bytes(page_of(text))
        pages.append(Opened(browser, path.as_uri() + ending, **options))
        return pages[-1]

    yield open_
    for page in pages:
        assert page.wrong == []
        assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
        page.context.close()


def trace(path, values):
    """What the command says of a combination; None where it cannot be."""
    more = [f"--set=layer.{name}={value}" for name, value in zip(NAMES, values, strict=True)]
    said = CliRunner().invoke(main, ["trace", str(path), *more])
    return json.loads(said.stdout)["layers"][0] if said.exit_code == 0 else None


def test_every_cell_of_every_state_is_what_is_computed(opened, tmp_path):
    """And the formula, the program and the spec follow."""
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC[: SPEC.index("controls")])
    page, possible = opened(), 0
    for summary in page.page.locator("summary").all():
        summary.click()
    for numbers in itertools.product(*(range(len(values)) for values in VALUES)):
        for k, number in enumerate(numbers):
            page.turn(k, number)
        values = [VALUES[k][number] for k, number in enumerate(numbers)]
        wanted = trace(path, values)
        assert page.chosen() == values
        assert page.page.is_visible("#cannot") == (wanted is None)
        if wanted is None:
            assert "does not fit" in page.page.inner_text("#cannot")
            continue
        possible += 1
        page.page.evaluate("player => document.activeElement.blur()")
        page.page.keyboard.press("End")
        for side in ("input", "output"):
            (rows,) = wanted[side]
            numbers_ = {(i, j): str(number) for i, row in enumerate(rows, 1) for j, number in enumerate(row, 1)}
            assert page.cells(side) == numbers_, (values, side)
        (rows,) = wanted["output"]
        assert f"= {len(rows)}" in page.page.inner_text("#formulas")
        assert re.search(rf"= {rows[-1][-1]}($|,)", page.page.inner_text("#told"))
        assert f"{len(rows)}×{len(rows)}" in page.page.inner_text("#caption")
        program = page.page.text_content("#program")
        assert f"stride={values[1]}" in program or values[1] == 1
        assert f"dilation={values[3]}" in program or values[3] == 1
        for name, value in zip(NAMES, values, strict=True):
            assert f"{name}: {value}" in page.page.text_content("#spec")
    assert 0 < possible < 24


def test_its_address_is_its_state(opened):
    page = opened()
    page.turn(1, 1)
    page.turn(2, 1)
    page.page.locator("#step").fill("4")
    said = page.page.evaluate("location.hash")
    assert said == "#layer.kernel_size=3&layer.stride=2&layer.padding=1&layer.dilation=1&step=4"
    told = page.page.inner_text("#told")
    page.page.reload()
    page.page.wait_for_selector("#picture")
    for again in (page, opened(ending=said)):
        assert again.chosen() == [3, 2, 1, 1]
        assert again.page.input_value("#step") == "4"
        assert again.page.inner_text("#told") == told
    page.page.go_back()
    conftest.until(page.page, "location.hash.includes('padding=0')")
    assert page.chosen() == [3, 2, 0, 1]
    page.page.go_back()
    conftest.until(page.page, "location.hash.includes('stride=1') || !location.hash")
    assert page.chosen() == [3, 1, 0, 1]
    page.page.go_forward()
    conftest.until(page.page, "location.hash.includes('stride=2')")
    assert page.chosen() == [3, 2, 0, 1]


def test_an_address_of_nothing_is_no_trouble(opened):
    for ending in (
        "#",
        "#x",
        "#layer.stride=99",
        "#step=0",
        "#step=999",
        "#step=x",
        "#step=",
        "#step=1.5",
        "#step=-1",
        "#layer.stride=2&layer.stride=3",
        "#%E0%A4%A",
    ):
        page = opened(ending=ending)
        assert page.page.is_visible("#picture")
        assert page.chosen()[0] == 3


def test_a_link_can_be_copied(opened):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.turn(1, 2)
    page.page.click("#link")
    page.page.wait_for_selector("#link:text-is('Copied')")
    assert page.page.evaluate("navigator.clipboard.readText()") == page.page.url
    assert "layer.stride=3" in page.page.url
    page.page.click("#of-spec summary")
    page.page.click("#copy-spec")
    page.page.wait_for_selector("#copy-spec:text-is('Copied')")
    assert "stride: 3" in page.page.evaluate("navigator.clipboard.readText()")


def test_in_a_frame_that_is_closed_off_it_works_too(opened, browser, tmp_path):
    """There the page has no address of its own."""
    opened()
    outer = conftest.new_page(browser)
    outer.set_content("<iframe sandbox='allow-scripts' width=900 height=800></iframe>")
    errors = []
    outer.on("pageerror", lambda error: errors.append(str(error)))
    text = (tmp_path / "a page.html").read_text(encoding="utf-8")
    outer.eval_on_selector("iframe", "(frame, page) => { frame.srcdoc = page }", text)
    frame = outer.frame_locator("iframe")
    frame.locator("#knobs input").nth(1).fill("2")
    frame.locator("#knobs output:text-is('3')").first.wait_for()
    frame.locator("#next").click()
    assert errors == []
    outer.close()


def test_what_cannot_be_is_greyed_with_its_reason(opened):
    page = opened()
    page.turn(0, 1)
    page.turn(3, 1)
    assert "Not possible: the window does not fit" in page.page.inner_text("#cannot")
    assert page.page.locator("#card.void").count() == 1
    greyed = page.page.eval_on_selector_all(".ticks .cannot", "all => all.map((one) => one.title)")
    assert greyed
    assert all("does not fit" in title for title in greyed)
    assert "Not possible" in page.page.locator("#knobs input").nth(3).get_attribute("aria-valuetext")
    page.turn(3, 0)
    assert not page.page.is_visible("#cannot")
    assert page.page.locator("#card.void").count() == 0


OTHER = """input: {size: [5, 5]}
layer: {type: conv, kernel_size: 3}
controls:
  view: [flat, isometric, matrix]
  caption: true
  lang: [en, zh-TW]
  layer.stride: [1, 2]
"""


def test_steppers_and_switches(opened):
    page = opened(OTHER)
    tab = page.page
    assert tab.locator("#knobs select").count() == 2
    select = tab.locator("#knobs select").first
    start = select.input_value()
    tab.locator("#knobs .line button").nth(1).click()
    assert select.input_value() != start
    select.select_option("2")
    conftest.until(tab, "location.href.includes('view=matrix')")
    switch = tab.get_by_role("switch", name="caption")
    assert switch.get_attribute("aria-checked") == "false"
    assert tab.is_visible("#caption")
    switch.press("Space")
    assert switch.get_attribute("aria-checked") == "true"
    assert not tab.is_visible("#caption"), "it is in the picture"
    tab.locator("#knobs select").nth(1).select_option("1")
    assert tab.get_attribute("html", "lang") == "zh-TW"
    assert tab.inner_text("#link") == "複製連結"


def test_cells_are_walked_through_by_keys(opened):
    page = opened()
    tab = page.page
    tab.locator("#spots path[tabindex='0']").focus()
    assert tab.locator("#spots path[tabindex='0']").count() == 1
    for key, place in (
        ("ArrowRight", "(1,\xa02)"), ("ArrowDown", "(2,\xa02)"), ("ArrowDown", "(3,\xa02)"), ("ArrowLeft", "(3,\xa01)"),
        ("ArrowLeft", "(3,\xa01)"), ("ArrowUp", "(2,\xa01)"),
    ):  # fmt: skip
        tab.keyboard.press(key)
        assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == f"input {place}"
        assert tab.inner_text("#told").startswith(f"Input {place} reaches")
        assert tab.get_attribute("#told", "aria-live") == "polite"
        assert tab.locator("#spots path[tabindex='0']").count() == 1
    assert tab.input_value("#step") == "0", "the animation stays"
    for _ in range(12):
        tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')").startswith("output")
    tab.keyboard.press("Enter")
    assert tab.is_visible("#unpin")
    assert tab.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.turn(1, 1)
    assert tab.is_visible("#unpin"), "what is pinned stays pinned"
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#unpin")


def test_nothing_moves_but_the_picture(opened):
    page = opened()
    places = set()
    for stride in range(3):
        page.turn(1, stride)
        places.add(json.dumps([page.page.locator(each).bounding_box() for each in ("#knobs", "#bar", "#step")]))
    assert len(places) == 1


@pytest.mark.parametrize("height", [600, 800])
def test_the_controls_are_in_sight(height, opened):
    page = opened(viewport={"width": 1000, "height": height})
    for each in ("#knobs", "#told", "#step", "#play"):
        box = page.page.locator(each).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height, each


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_page_has_room_for_all_of_it(scheme, opened):
    page = opened(viewport={"width": 320, "height": 640}, color_scheme=scheme, has_touch=True)
    for summary in page.page.locator("summary").all():
        summary.click()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 320
    for each in page.page.locator("#knobs input, #knobs select, #knobs button").all():
        assert each.bounding_box()["height"] >= 40


def test_print_shows_the_finished_figure_alone(opened):
    page = opened(reduced_motion="no-preference")
    page.page.emulate_media(media="print")
    for each in ("#bar", "#knobs", "#how", "#link"):
        assert not page.page.is_visible(each)
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(page.cells("output")) == len([cell for cell in page.cells("output").values() if cell]) == 25
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")


def violations(tab):
    """What axe-core finds that is serious."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    found = axe.Axe().run(tab).response["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", [SPEC, OTHER], ids=["sliders", "others"])
def test_axe_finds_nothing_serious(scheme, text, opened):
    tab = opened(text, color_scheme=scheme).page
    for summary in tab.locator("summary").all():
        summary.click()
    assert violations(tab) == []
    tab.locator("#knobs input, #knobs select").first.focus()
    tab.locator("#spots path").first.click()
    assert violations(tab) == []


def test_a_page_of_24_combinations_is_small():
    spec = pipeline.loaded(Source("spec.yaml", SPEC)).spec
    assert len(spec.states) == 24
    assert len(page_of(SPEC)) <= 250_000


NETWORK = """\
input: {size: [12, 12]}
layers:
- {type: conv, kernel_size: 3, out_channels: 2}
- {type: max_pool, kernel_size: 2}
view: network
controls:
  layers.0.kernel_size: [3, 5]
"""


def test_another_state_of_a_network_closes_what_is_inside(opened):
    tab = opened(NETWORK.replace("input", "title: Small\ninput", 1))
    tab.page.locator("#spots path").nth(1).click()
    assert tab.page.title() == "conv 3×3"
    tab.turn(0, 1)
    assert tab.page.title() == "Small"
    assert tab.page.is_hidden("#back")
    tab.page.locator("#spots path").nth(1).click()
    assert tab.page.title() == "conv 5×5"


def test_axe_finds_nothing_serious_inside(opened):
    tab = opened(NETWORK).page
    assert violations(tab) == []
    tab.locator("#spots path").nth(1).click()
    assert violations(tab) == []
