"""What a figure's areas stand for and how they are linked, against the taps of every step followed one by one."""

from itertools import product

import pytest

import conv_anim
from conv_anim import catalog, pipeline
from conv_anim.scene import guides
from conv_anim.scene.guide import MOST_AREAS
from conv_anim.scene.wording.language import TOLD
from conv_anim.tracing.origins import Origins
from conv_anim.tracing.trace import trace as traced
from tests.figures import NAMES, mapping
from tests.test_language import blanks

TEMPLATES = {template.name: template for template in catalog.templates()}
PICTURES = {
    "attention_gate", "attention_gate_224", "box", "color", "edges_then_pool", "filter_bank", "gaussian", "house_224",
    "sharpen", "sobel",
}  # fmt: skip
"""In shades, with more cells than can be pointed at."""


def behind(trace, cell):
    """The input cells behind an output cell, by following taps."""
    rest, found = [(len(trace.layers), cell)], set()
    while rest:
        number, at = rest.pop()
        if number == 0:
            found.add(at)
            continue
        layer = trace.layers[number - 1]
        for tap in layer.step(at).taps:
            rest += [(layer.fed[tap.of], tap.input)] if tap.input is not None else []
            rest += [(layer.fed[tap.other[0]], tap.other[1])] if tap.other is not None else []
    return found


def some_cells(trace):
    """The corners of the output, and a cell in the middle."""
    shape = trace.output.shape
    return {*product(*({0, size - 1} for size in shape)), tuple(size // 2 for size in shape)}


@pytest.mark.parametrize("name", [name for name in NAMES if "depthwise separable" not in name])
def test_origins_are_what_the_taps_read(name):
    spec = conv_anim.load(mapping(name))
    trace = traced(spec)
    apart, merged = (
        Origins([layer.means for layer in trace.layers], [layer.fed for layer in trace.layers], m)
        for m in (False, True)
    )
    for cell in some_cells(trace):
        assert apart.of(cell) == behind(trace, cell), cell
        every = {read[1:] for c in range(trace.output.shape[0]) for read in behind(trace, (c, *cell[1:]))}
        assert merged.of(cell[1:]) == every, cell


def numbers(name):
    """A spot's place, without its channel, counted from 1."""
    return name.replace("\xa0", "").split(")")[0].lstrip("(")


@pytest.mark.parametrize("name", ["con_5", "con_2", "con_9", "transposed_scatter", "dilated_stack", "con_3", "fold"])
def test_spots_are_linked_as_the_taps_say(name):
    spec = pipeline.loaded(TEMPLATES[name].path).spec
    trace, spots = traced(spec), pipeline.scene(spec).guide().spots
    matrix = name == "fold"  # its input's channels are rows
    for spot in spots:
        if spot.side != "output":
            continue
        cell = (0, *(int(at) - 1 for at in numbers(spot.name).split(",")))
        wanted = {",".join(str(at + 1) for at in (read if matrix else read[1:])) for read in behind(trace, cell)}
        assert {numbers(spots[k].name) for k in spot.linked} == wanted, spot.name
    for k, spot in enumerate(spots):
        for other in spot.linked:
            assert set(spots[other].linked) & set(spot.same), (k, other)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_step_is_told_and_every_output_has_its_sum(name):
    scene = pipeline.scene(pipeline.loaded(TEMPLATES[name].path).spec)
    guide = scene.guide()
    assert len(guide.told) == len(scene.rests) or len(scene.rests) == 1
    assert all(guide.told)
    assert bool(guide.spots) == (name not in PICTURES)
    for spot in guide.spots:
        assert spot.side == "input" or bool(spot.told) != bool(spot.steps), spot.name
        assert all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in spot.ring), spot.name


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_only_figures_with_very_many_cells_have_no_spots(name, monkeypatch):
    areas = []
    monkeypatch.setattr(guides, "guide", lambda _trace, regions, _turns: areas.extend(regions))
    pipeline.scene(pipeline.loaded(TEMPLATES[name].path).spec).guide()
    assert len(areas) > MOST_AREAS


def test_a_stack_tells_how_much_of_the_input_is_seen():
    told = pipeline.scene(pipeline.loaded(TEMPLATES["dilated_stack"].path).spec).guide().told
    assert all(said.endswith("it sees 225 cells of the input") for said in told)


def test_what_is_told_is_told_in_all_languages():
    assert sorted(TOLD["zh-TW"]) == sorted(TOLD["en"])
    assert [key for key, said in TOLD["zh-TW"].items() if blanks(said) != blanks(TOLD["en"][key])] == []


def test_a_picture_needs_no_guide(monkeypatch):
    spec = pipeline.loaded(TEMPLATES["con_5"].path).spec
    scene = pipeline.scene(spec)
    monkeypatch.setattr("conv_anim.scene.guides.together", lambda *_: pytest.fail("not asked for"))
    assert pipeline.encoded(scene, "png")
