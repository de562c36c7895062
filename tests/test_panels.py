"""Several figures side by side: each is what it would be alone, and all run in step."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from click.testing import CliRunner

import conv_anim
from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.scene.primitives import Boxes, Polygons, Text
from conv_anim.scene.wording.captions import caption
from tests import pictures

CONV = {"type": "conv", "kernel_size": 3}
INPUT = {"size": [6, 6], "values": "arange"}
LAYERS = {
    "stride 1": CONV,
    "stride 2": {**CONV, "stride": 2},
    "dilation 2": {**CONV, "dilation": 2},
}


def several(layers=LAYERS, **more):
    panels = [{"title": title, "layer": layer} for title, layer in layers.items()]
    return conv_anim.load({"input": INPUT, "view": "flat", "panels": panels, **more})


def alone(layer, **more):
    return conv_anim.load({"input": INPUT, "view": "flat", "layer": layer, **more})


def headings(drawn, titles):
    return [item for item in drawn.static if isinstance(item, Text) and item.text in titles]


# what is read


def test_a_panel_is_the_spec_that_it_would_be_alone():
    for one, (title, layer) in zip(several().panels, LAYERS.items(), strict=True):
        assert one == alone(layer, title=title)


def test_what_a_panel_says_itself_goes_before_what_all_share():
    spec = conv_anim.load(
        {
            "input": INPUT,
            "layer": CONV,
            "view": "flat",
            "theme": "dark",
            "panels": [
                {},
                {"view": "isometric"},
                {"layers": [CONV, CONV], "view": "isometric"},
                {"input": {"size": [9, 9]}},
            ],
        }
    )
    assert [one.view.kind for one in spec.panels] == ["flat", "isometric", "isometric", "flat"]
    assert [len(one.layers) for one in spec.panels] == [1, 1, 2, 1]
    assert [one.input.size for one in spec.panels] == [(6, 6), (6, 6), (6, 6), (9, 9)]
    assert {one.theme.name for one in spec.panels} == {"dark"}


def test_a_title_of_the_whole_is_no_panels_title():
    spec = conv_anim.load({"title": "all", "input": INPUT, "panels": [{"layer": CONV}]})
    assert (spec.title, spec.panels[0].title) == ("all", None)
    assert len(headings(pictures.scene(spec), ["all"])) == 1
    assert headings(pictures.scene(spec.panels[0]), ["all"]) == []


def test_a_spec_without_panels_is_its_only_figure():
    one = alone(CONV)
    assert one.figures == (one,)
    assert several().figures == several().panels


# what is drawn


def test_every_step_shows_what_each_figure_alone_shows():
    spec = several()
    drawn, parts = pictures.scene(spec), [pictures.scene(one) for one in spec.panels]
    assert len(drawn.rests) == max(len(one.rests) for one in parts) == 16
    for k in range(16):
        own = [pictures.texts(one.frames[one.rests[min(k, len(one.rests) - 1)]].shown) for one in parts]
        assert pictures.texts(drawn.frames[drawn.rests[k]].shown) == [text for texts in own for text in texts]


def test_what_is_kept_is_kept_once():
    spec = several()
    drawn, parts = pictures.scene(spec), [pictures.scene(one) for one in spec.panels]
    kept = sum(len(frame.kept) for frame in drawn.frames)
    assert kept == sum(len(frame.kept) for one in parts for frame in one.frames)
    assert len(drawn.static) == sum(len(one.static) for one in parts)
    for one in spec.panels:  # whose heading is its title
        assert len(headings(drawn, [one.title])) == 1


def test_headings_stand_on_one_line_each_over_its_figure():
    drawn = pictures.scene(several(view="isometric"))
    found = headings(drawn, LAYERS)
    assert [item.text for item in found] == list(LAYERS)
    assert len({item.y for item in found}) == 1
    assert [item.x for item in found] == sorted(item.x for item in found)


@pytest.mark.parametrize(
    ("view", "channels", "side", "most"),
    [("flat", 1, 5, 1000), ("channels", 3, 5, 100), ("volume", 3, 9, 1000), ("isometric", 1, 9, 1000)],
)
def test_cells_are_of_one_size(view, channels, side, most):
    """Alone, a figure with longer numbers or more cells has cells of another size."""
    values = {"random": {"low": -most, "high": most}}
    spec = conv_anim.load(
        {
            "view": view,
            "layer": {**CONV, "padding": 1},
            "panels": [
                {"input": {"size": [4, 4], "channels": channels}},
                {"input": {"size": [side, side], "channels": channels, "values": values}},
                {"input": {"size": [30, 30], "channels": channels}, "labels": False},
            ][: 3 if view in {"isometric", "volume"} else 2],
        }
    )
    sizes = [_cell(pictures.scene(one)) for one in spec.panels]
    assert len(set(sizes)) > 1
    together = pictures.scene(spec)
    assert _cells(together, sizes) == {max(sizes) if view in {"flat", "channels"} else min(sizes)}


@pytest.mark.parametrize(("view", "channels", "usual"), [("flat", 1, 40), ("channels", 3, 32)])
def test_cells_in_shades_are_of_one_size_unless_they_would_be_much_too_small(view, channels, usual):
    """Those with numbers beside them stay as large as numbers need."""
    values = {"random": {"low": -1000, "high": 1000}}

    def of(*sides):
        panels = [{"input": {"size": [n, n], "channels": channels, "values": values}} for n in sides]
        panels[0]["input"]["values"] = {"random": {"low": 0, "high": 1}}
        return conv_anim.load({"view": view, "layer": {**CONV, "padding": 1}, "panels": panels})

    spec = of(4, 12, 18)
    numbers, larger, smaller = (_cell(pictures.scene(one)) for one in spec.panels)
    assert usual == numbers > larger > smaller
    assert _cells(pictures.scene(spec), [numbers, larger, smaller]) == {numbers, smaller}
    spec = of(4, 9, 30)
    sizes = [_cell(pictures.scene(one)) for one in spec.panels[:2]]
    assert _cells(pictures.scene(spec), sizes) == set(sizes)


def _cell(drawn):
    """The width of the boxes or rings of a frame, the commonest one."""
    widths = _widths(drawn)
    return max(set(widths), key=widths.count)


def _cells(drawn, sizes):
    return set(sizes) & set(_widths(drawn))


def _widths(drawn):
    items = [*drawn.static, *drawn.frames[0].kept, *drawn.frames[0].shown]
    boxes = [
        round(width, 1)
        for item in items
        if isinstance(item, Boxes)
        for _, _, width, height in item.boxes
        if width == height
    ]
    rings = [
        round(max(x for x, _ in ring) - min(x for x, _ in ring), 1)
        for item in items
        if isinstance(item, Polygons)
        for ring in item.rings
        if len(ring) == 4
    ]
    guide = drawn.guide()
    spots = [round(max(x for x, _ in spot.ring) - min(x for x, _ in spot.ring), 1) for spot in guide.spots]
    return spots or boxes or rings


def test_what_is_said_of_all_is_said_once_and_what_is_made_of_each():
    spec = several(caption="a line of words", formula=True)
    said = pictures.texts(pictures.scene(spec).static)
    assert said.count("a line of words") == 1
    assert sum(text.startswith("o = ") for text in said) == len(LAYERS)
    captions = pictures.texts(pictures.scene(several(caption=True)).static)
    assert all(caption(one).split(":")[0][:12] in " ".join(captions) for one in spec.panels)


def test_figures_that_are_too_wide_side_by_side_stand_below_each_other():
    many = {f"number {k}": CONV for k in range(5)}
    found = headings(pictures.scene(several(many)), many)
    lines = sorted({item.y for item in found})
    assert [sum(item.y == line for item in found) for line in lines] == [2, 2, 1]


def test_a_width_is_that_of_the_whole():
    assert pictures.scene(several(size={"width": 700})).width == 700


def test_every_view_stands_beside_every_other():
    views = ["flat", "isometric", "channels", "volume", "matrix", {"kind": "matrix", "animate": True}, "sequence"]
    line, square = {"size": [5]}, {"size": [4, 4]}
    for one, other in product(views, repeat=2):
        panels = [{"view": view, "input": line if view == "sequence" else square} for view in (one, other)]
        drawn = pictures.scene(conv_anim.load({"layer": CONV, "panels": panels}))
        left, top, right, bottom = pictures.extent(pictures.after(drawn, len(drawn.frames) - 1))
        assert left >= 0
        assert top >= 0
        assert right <= drawn.width
        assert bottom <= drawn.height


def test_smooth_motion_is_in_step_too():
    spec = several(view="isometric", animation={"motion": "smooth", "step": 240})
    drawn = pictures.scene(spec)
    assert drawn.between
    assert len(drawn.rests) == 16


# differences


@pytest.mark.parametrize(
    ("view", "size"),
    [
        ("flat", [5, 5]),
        ("isometric", [5, 5]),
        ("channels", [5, 5]),
        ("matrix", [5, 5]),
        ("volume", [5, 5]),
        ("sequence", [9]),
    ],
)
def test_cells_whose_numbers_differ_are_marked_when_they_are_made(view, size):
    weights = ([[1, 2, 3]] * 3, [[3, 2, 1]] * 3) if len(size) == 2 else ([1, 2, 3], [3, 2, 1])
    panels = [{"layer": {"type": "conv", "weight": weight}} for weight in weights]
    spec = conv_anim.load(
        {
            "input": {"size": size, "values": {"random": {"low": 0, "high": 2}}},
            "view": view,
            "differences": True,
            "panels": panels,
        }
    )
    one, other = (conv_anim.trace(each).output for each in spec.panels)
    count = int((one != other).sum())
    assert 0 < count < one.size
    drawn = pictures.scene(spec)
    if view == "matrix":
        assert sum(len(item.rings) for item in drawn.static if isinstance(item, Polygons)) == 2 * count
        return
    steps = [tuple(map(int, at)) for at in np.argwhere(one != other)]
    order = [tuple(map(int, at)) for at in np.ndindex(one.shape)]
    for k in (0, len(order) // 2, len(order) - 1):
        marks = [
            item for item in drawn.frames[drawn.rests[k]].shown if isinstance(item, Polygons) and item.fill is None
        ]
        wanted = sum(order.index(at) <= k for at in steps)
        assert sum(len(item.rings) for item in marks) == 2 * wanted


def test_without_differences_nothing_is_marked():
    spec = several({"one": CONV, "other": CONV}, differences=True)
    shown = [item for frame in pictures.scene(spec).frames for item in frame.shown]
    assert not [item for item in shown if isinstance(item, Polygons) and item.fill is None]


# beside the picture


def test_spots_are_linked_within_their_own_figure():
    spec = several()
    parts = [pictures.scene(one).guide() for one in spec.panels]
    guide = pictures.scene(spec).guide()
    assert len(guide.spots) == sum(len(one.spots) for one in parts)
    start = 0
    for part, title in zip(parts, LAYERS, strict=True):
        for k, spot in enumerate(part.spots):
            found = guide.spots[start + k]
            assert found.name == f"{title}: {spot.name}"
            assert found.steps == spot.steps
            assert found.linked == tuple(start + each for each in spot.linked)
            assert found.same == tuple(start + each for each in spot.same)
        start += len(part.spots)


def test_a_step_is_told_of_the_figures_that_still_go_on():
    told = pictures.scene(several()).guide().told
    assert len(told) == 16
    assert all(f"{title}: " in told[0] for title in LAYERS)
    assert "stride 1: " in told[-1]
    assert "stride 2: " not in told[-1]


def test_figures_whose_spots_drift_do_so_each_in_its_own_way():
    layer = {**CONV, "out_channels": 30}
    spec = conv_anim.load(
        {
            "input": {"size": [4, 4], "channels": 2},
            "view": "channels",
            "panels": [{"layer": layer}, {"layer": CONV}, {"layer": layer}],
        }
    )
    guide = pictures.scene(spec).guide()
    assert {spot.drifts for spot in guide.spots} == {0, 1, 2}
    own = pictures.scene(spec.panels[0]).guide().drifts
    assert guide.drifts == tuple((*way, *way) for way in own)


def test_the_description_tells_of_every_panel():
    spec = several(title="a comparison")
    said = pictures.scene(spec).description
    assert said.startswith("a comparison. stride 1: Convolution")
    assert all(f"{title}: " in said for title in LAYERS)


def test_a_trace_is_of_one_panel():
    with pytest.raises(conv_anim.SpecError, match="3 panels"):
        conv_anim.trace(several())


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    panels = [{"title": title, "layer": layer} for title, layer in LAYERS.items()]
    (tmp_path / "a.yaml").write_text(json.dumps({"input": INPUT, "view": "flat", "panels": panels}), encoding="utf-8")
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("here")
def test_commands_take_every_panel():
    assert [text in run("explain", "a.yaml") for text in LAYERS] == [True] * 3
    assert [one["title"] for one in json.loads(run("explain", "a.yaml", "--json"))["panels"]] == list(LAYERS)
    traced = json.loads(run("trace", "a.yaml", "--steps"))["panels"]
    outputs = [conv_anim.trace(one).output.tolist() for one in several().panels]
    assert [one["layers"][-1]["output"] for one in traced] == outputs
    assert run("code", "a.yaml").count("import torch\n") == 3
    run("validate", "a.yaml", "--set", "panels.1.layer.stride=3")


EDGES = {**CONV, "padding": 1, "weight": [[0, 1, 0], [1, -4, 1], [0, 1, 0]], "name": "edges"}
GRAPHS = {
    "chain": [EDGES, {"type": "relu"}],
    "residual": [EDGES, {"type": "add", "from": ["edges", "input"]}],
}


def graphs(**more):
    panels = [{"title": title, "layers": layers} for title, layers in GRAPHS.items()]
    return {"input": INPUT, "view": "flat", "differences": True, "panels": panels, **more}


def test_graphs_stand_side_by_side_and_differences_are_marked_on_what_they_make():
    spec = conv_anim.load(graphs())
    assert [one.nodes[1].inputs for one in spec.panels] == [(1,), (1, 0)]
    made = [conv_anim.trace(one).output for one in spec.panels]
    drawn = pictures.scene(spec)
    rings = sum(len(item.rings) for item in drawn.frames[-1].shown if isinstance(item, Polygons) and item.fill is None)
    assert rings == 2 * np.count_nonzero(made[0] != made[1])
    assert not any(isinstance(item, Polygons) and item.fill is None for item in drawn.frames[0].shown)


@pytest.mark.parametrize("command", ["validate", "explain", "trace", "code"])
def test_commands_take_panels_of_graphs(here, command):
    (here / "a.yaml").write_text(json.dumps(graphs()), encoding="utf-8")
    done = CliRunner().invoke(main, [command, "a.yaml"])
    assert (done.exit_code, done.stderr) == (0, "")
    if command == "trace":
        assert [len(panel["layers"]) for panel in json.loads(done.stdout)["panels"]] == [2, 2]


@pytest.mark.parametrize("suffix", ["gif", "png", "apng", "webp", "svg", "pdf", "html", "storyboard.png", "strip.svg"])
def test_every_format_takes_panels(here, suffix):
    run("render", "a.yaml", "-o", f"a.{suffix}", "--set", "animation.every=5")
    assert (here / f"a.{suffix}").stat().st_size > 1000


def test_memory_is_counted_for_all_panels():
    from conv_anim.limits import Limits
    from conv_anim.spec import estimates

    spec = several()
    needed = sum(estimates.computed(one) + estimates.laid_out(one) for one in spec.panels)
    pipeline.scene(spec, limits=Limits(memory=needed))
    with pytest.raises(conv_anim.SpecError, match="memory"):
        pipeline.scene(spec, limits=Limits(memory=needed - 1))


@pytest.mark.parametrize(("width", "lines"), [(1400, [3]), (760, [2, 1]), (330, [1, 1, 1])])
def test_figures_that_could_not_be_read_side_by_side_stand_below_each_other(width, lines):
    drawn = pictures.scene(several(view="isometric", size={"width": width}))
    found = headings(drawn, LAYERS)
    heights = sorted({item.y for item in found})
    assert [sum(item.y == height for item in found) for height in heights] == lines
    assert all(item.size >= 9 for item in drawn.static if isinstance(item, Text))
