"""The network view: what its boxes and lines are, read back from its scenes; and that nothing lies on anything else."""

from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.cli import main
from conv_anim.export import html
from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.whole import whole as whole_model
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.network import kinds
from conv_anim.scene.network.plan import plan
from conv_anim.scene.network.routing import routed
from conv_anim.scene.network.view import Whole
from conv_anim.scene.primitives import Lines, Polygons, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.spec.network import INPUT, NetNode, Network
from conv_anim.spec.themes import THEMES
from conv_anim.tracing import networks
from tests import pictures

KNOWN = {template.name: template for template in templates()}
WHOLE = ("resnet18", "mobilenet_v3_small", "unet", "inception", "yolov8_head", "wavenet")
DIRECTIONS = ("right", "down")
LEAST = 3.01
"""Pixels that an edge has at least."""


def whole(spec, scale=1.0):
    return Whole(spec, Style(THEMES["light"], scale, DejaVu()))


def template(name, **view):
    changes = [f"view.{key}={str(value).lower()}" for key, value in view.items()]
    return conv_anim.load(KNOWN[name].path, changes=changes)


def boxes(drawn):
    """Of each item, the extent of what is drawn of it."""
    picture = drawn.layout.picture
    return [pictures.extent(picture.item(item)) for item in drawn.plan.items]


def lines(drawn):
    """The lines of all edges, in their order."""
    (found,) = (item for item in drawn.layout.picture.all_lines() if isinstance(item, Lines))
    return found.lines


def inside(point, box, slack=0.0):
    left, top, right, bottom = box
    return left - slack <= point[0] <= right + slack and top - slack <= point[1] <= bottom + slack


def meet(one, other, slack=0.0):
    """Whether two extents have more in common than their edges."""
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > slack and min(one[3], other[3]) - max(one[1], other[1]) > slack
    )


def parts(line):
    return [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in pairwise(line)]


def crosses(part, box):
    """Whether a part of a line, upright, level or round a corner, leads into a box."""
    if part[2] <= box[0] + 1 or part[0] >= box[2] - 1 or part[3] <= box[1] + 1 or part[1] >= box[3] - 1:
        return False
    return all(max(part[k], box[k]) < min(part[k + 2], box[k + 2]) + 1e-9 for k in (0, 1))


def texts(drawn):
    """Where all words are, item by item."""
    style = drawn.style
    found = []
    for item in drawn.plan.items:
        for word in drawn.layout.words(item):
            if isinstance(word, Text):
                left, top, wide, high = text_box(style, word)
                found.append((left, top, left + wide, top + high))
    return found


def is_clear(drawn):
    """No line leads through a box or a word, no two boxes or words lie on each other, and all is within the panel."""
    found, words = boxes(drawn), texts(drawn)
    for edge, line in zip(drawn.plan.edges, lines(drawn), strict=True):
        for part in parts(line):
            others = [box for k, box in enumerate(found) if k not in edge]
            assert not any(crosses(part, box) for box in others), (edge, part)
            assert not any(crosses(part, word) for word in words), (edge, part)
    assert not any(meet(a, b, 0.5) for a, b in combinations(found, 2))
    assert not any(meet(a, b, 0.5) for a, b in combinations(words, 2))
    assert not any(meet(a, b, 1.5) for a in words for b in found)
    room = (0, 0, drawn.layout.width, drawn.layout.height)
    assert all(inside((x, y), room, 1.5) for box in (*found, *words) for x, y in (box[:2], box[2:]))


def leads_where_it_says(drawn):
    """Each edge is drawn once, from its source to its target."""
    network, found = drawn.costs.network, boxes(drawn)
    assert len(lines(drawn)) == len(drawn.plan.edges) == len(set(drawn.plan.edges))
    for (source, target), line in zip(drawn.plan.edges, lines(drawn), strict=True):
        assert inside(line[0], found[source], 2), (source, line[0])
        assert inside(line[-1], found[target], 8), (target, line[-1])
    if not drawn.view.fold:
        shown = {k: item.number for item in drawn.plan.items for k in item.members}
        silent = {node.number for node in network.nodes} - shown.keys()
        wanted = {(shown[a], shown[b]) for a, b in network.edges if a not in silent and b not in silent}
        assert set(drawn.plan.edges) == {(a, b) for a, b in wanted if a != b}


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", WHOLE)
def test_templates_are_clear(name, direction):
    drawn = whole(template(name, direction=direction))
    is_clear(drawn)
    leads_where_it_says(drawn)


@st.composite
def graphs(draw):
    """Layers that part, join and skip in any way; all but the last one are used."""
    count = draw(st.integers(2, 14))
    layers, unused = [], set()
    for k in range(count):
        before = [f"n{j}" for j in range(k)] or ["input"]
        last = k == count - 1
        if last and len(unused) > 1:
            kind, inputs = draw(st.sampled_from(["add", "concat"])), sorted(unused)
        elif len(before) > 1 and not last and draw(st.booleans()):
            several = draw(st.lists(st.sampled_from(before), min_size=2, max_size=4, unique=True))
            kind, inputs = "add", several
        else:
            kind = draw(st.sampled_from(["conv", "max_pool", "relu", "batch_norm", "concat"]))
            inputs = sorted(unused) if last and unused else [draw(st.sampled_from(before))]
            inputs = inputs * 2 if kind == "concat" else inputs[:1]
        unused = (unused - set(inputs)) | {f"n{k}"}
        layers.append({"type": kind, "name": f"n{k}", "from": inputs, **SETTINGS.get(kind, {})})
    return layers


SETTINGS = {
    "conv": {"kernel_size": 3, "padding": 1, "out_channels": 2},
    "max_pool": {"kernel_size": 3, "stride": 1, "padding": 1},
}


def loaded(layers, **view):
    """A spec of layers of one shape: what a concat makes is brought back to two channels."""
    made = []
    for layer in layers:
        if layer["type"] == "concat":
            name = f"{layer['name']}.all"
            made.append({**layer, "name": name})
            made.append({"type": "conv", "name": layer["name"], "from": name, "kernel_size": 1, "out_channels": 2})
        else:
            made.append(layer)
    spec = {"input": {"size": [8, 8], "channels": 2}, "layers": made, "view": {"kind": "network", **view}}
    return conv_anim.load(spec)


@settings(max_examples=60)
@given(graphs(), st.sampled_from(DIRECTIONS), st.booleans())
def test_no_line_leads_through_anything(layers, direction, fold):
    drawn = whole(loaded(layers, direction=direction, fold=fold))
    is_clear(drawn)
    leads_where_it_says(drawn)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", WHOLE)
def test_sides_of_boxes_are_as_sizes(name, direction):
    drawn = whole(template(name, direction=direction, scale=True))
    fronts = []
    for item in drawn.plan.items:
        if item.sign is None and len(item.node.size) == 2:
            front = drawn.layout.picture.item(item)[-1]
            assert isinstance(front, Polygons)
            left, top, right, bottom = pictures.extent([front])
            thick, across = (right - left, bottom - top) if direction == "right" else (bottom - top, right - left)
            fronts.append((item.node, thick, across))
    for (a, thick_a, across_a), (b, thick_b, across_b) in combinations(fronts, 2):
        side = 0 if direction == "right" else 1
        if min(across_a, across_b) > LEAST:
            assert across_a * b.size[side] == pytest.approx(across_b * a.size[side])
        if min(thick_a, thick_b) > LEAST:
            assert thick_a * b.channels == pytest.approx(thick_b * a.channels)


def test_equal_boxes_are_equal_and_logarithms_keep_the_order():
    def sizes(scale):
        drawn = whole(template("resnet18", scale=scale, direction="right"))
        return {
            (item.node.size, item.node.channels): drawn.layout.picture.bodies[item.number]
            for item in drawn.plan.items
            if item.node.size
        }

    assert len(set(sizes("equal").values())) == 1
    bodies = sizes("log")
    for (size, channels), body in bodies.items():
        for (other_size, other_channels), other in bodies.items():
            assert (size < other_size) <= (body.across <= other.across)
            assert (channels < other_channels) <= (body.thick <= other.thick)


# what is folded


def block(channels, name, before):
    return [
        {"type": "conv", "from": before, "kernel_size": 3, "padding": 1, "out_channels": channels},
        {"type": "batch_norm"},
        {"type": "relu"},
        {"type": "conv", "kernel_size": 3, "padding": 1, "out_channels": channels},
        {"type": "add", "from": [-1, before]},
        {"type": "relu", "name": name},
    ]


@pytest.mark.parametrize("times", [1, 2, 3, 7])
def test_blocks_in_a_row_are_drawn_once_with_their_number(times):
    layers = [{"type": "conv", "kernel_size": 1, "out_channels": 4, "name": "b0"}]
    for k in range(times):
        layers += block(4, f"b{k + 1}", f"b{k}")
    layers.append({"type": "conv", "kernel_size": 1, "out_channels": 2})
    spec = {"input": {"size": [6, 6], "channels": 3}, "layers": layers, "view": "network"}
    drawn = whole(conv_anim.load(spec))
    assert [item.node.type for item in drawn.plan.items] == [None, "conv", "conv", "conv", "add", "conv"]
    assert [block.times for block in drawn.plan.blocks] == ([times] if times > 1 else [])
    network = networks.of_spec(conv_anim.load(spec))
    each = [drawn.costs.parameters(item) * item.times for item in drawn.plan.items]
    assert sum(each) == sum(node.parameters for node in network.nodes)
    items = plan(network, fold=False).items
    assert len(items) == 3 + 3 * times


def test_a_block_whose_middle_is_read_later_is_not_folded():
    layers = [{"type": "conv", "kernel_size": 1, "out_channels": 4, "name": "b0"}]
    for k in range(3):
        layers += block(4, f"b{k + 1}", f"b{k}")
    layers += [{"type": "add", "from": ["b1", "b3"]}]
    spec = conv_anim.load({"input": {"size": [6, 6]}, "layers": layers, "view": "network"})
    (found,) = whole(spec).plan.blocks
    assert found.times == 2


def test_only_what_nothing_else_reads_becomes_a_badge():
    layers = [
        {"type": "conv", "kernel_size": 1, "name": "main"},
        {"type": "relu", "name": "act"},
        {"type": "add", "from": ["main", "act"]},
        {"type": "batch_norm"},
        {"type": "silu"},
    ]
    items = whole(conv_anim.load({"input": {"size": [6, 6]}, "layers": layers, "view": "network"})).plan.items
    assert [(item.node.type, item.badges) for item in items[1:]] == [
        ("conv", ()),
        ("relu", ()),
        ("add", ("BN", "SiLU")),
    ]


def test_x_times_its_sigmoid_is_one_activation():
    layers = [
        {"type": "conv", "kernel_size": 1, "name": "main"},
        {"type": "sigmoid", "name": "gate"},
        {"type": "multiply", "from": ["main", "gate"]},
        {"type": "conv", "kernel_size": 1},
    ]
    items = whole(conv_anim.load({"input": {"size": [6, 6]}, "layers": layers, "view": "network"})).plan.items
    assert [item.badges for item in items] == [(), ("SiLU",), ()]


# steps


@pytest.mark.parametrize("name", ["inception", "resnet18"])
def test_steps_light_up_one_item_after_the_other(name):
    spec = template(name)
    scene, drawn = pictures.scene(spec), whole(spec)
    assert len(scene.frames) == len(drawn.plan.items) + 1
    assert not scene.frames[-1].shown
    for k, item in enumerate(drawn.plan.items):
        said = pictures.texts(scene.frames[k].kept)
        assert said or item.sign is not None


@pytest.mark.parametrize("name", WHOLE)
def test_every_text_can_be_read(name):
    scene = pictures.scene(template(name))
    everything = pictures.after(scene, len(scene.frames) - 1)
    assert min(item.size for item in everything if isinstance(item, Text)) >= 9


def test_nothing_is_computed_for_a_network():
    layers = [{"type": "conv", "kernel_size": 3, "padding": 1, "out_channels": 512}] * 4
    spec = {"input": {"size": [2048, 2048], "channels": 3}, "layers": layers, "view": "network"}
    assert pictures.scene(conv_anim.load(spec)).width > 100


def test_two_hundred_layers_can_be_read_at_1200_pixels():
    layers = [{"type": "conv", "kernel_size": 3, "padding": 1, "out_channels": 8}] * 4
    while len(layers) < 200:
        channels = 8 + len(layers) % 11
        layers.append({"type": "conv", "kernel_size": 3, "padding": 1, "out_channels": channels})
        if len(layers) % 7 == 0:
            layers.append({"type": "concat", "from": [-1, -4]})
    view = {"kind": "network", "columns": ["parameters", "multiply_adds", "receptive_field"]}
    spec = conv_anim.load({"input": {"size": [64, 64]}, "layers": layers, "view": view, "size": {"width": 1200}})
    scene = pictures.scene(spec)
    assert scene.width == 1200
    sizes = [item.size for item in pictures.after(scene, len(scene.frames) - 1) if isinstance(item, Text)]
    assert len(sizes) > 600
    assert min(sizes) >= 9


# pages


def test_a_page_has_each_window_once():
    scene = pictures.scene(template("resnet18"))
    drawn = [each for each in scene.insides() if each is not None]
    titles = [each.title for each in drawn]
    assert titles == ["conv 7×7, stride 2", "max pool 3×3, stride 2", "conv 3×3", "conv 3×3, stride 2", *titles[4:]]
    assert len(set(titles)) == len(titles) == 6
    opens = [spot.opens for spot in scene.guide().spots]
    assert opens[0] == 0
    assert opens[1:5] == [1, 2, 3, 3]


def test_a_page_of_twenty_layers_is_small():
    assert len(pipeline.encoded(pictures.scene(template("resnet18")), "html")) < 1_000_000


def test_a_page_says_what_it_has_no_room_for(monkeypatch):
    scene = pictures.scene(template("resnet18"))
    monkeypatch.setattr(html, "ROOM_INSIDE", 15_000)
    data = html.figure(scene)
    made = data["figures"][data["states"][0]]
    assert 0 < made["left_out"] < 6
    assert sum(each is None for each in made["insides"]) == made["left_out"]


@pytest.mark.parametrize("name", WHOLE)
def test_every_kind_of_a_box_has_a_colour_of_its_own(name):
    drawn = whole(template(name))
    found = {kinds.family(item.node): drawn.layout.picture.fill(item) for item in drawn.plan.items}
    assert len(set(found.values())) == len(found)


# models


def light(name):
    """A model that the package onnx ships."""
    onnx = pytest.importorskip("onnx")
    return Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / f"light_{name}.onnx"


def drawn_by(*arguments):
    return CliRunner().invoke(main, ["draw", *map(str, arguments)])


@pytest.mark.parametrize("name", ["squeezenet", "resnet50", "inception_v1", "shufflenet"])
def test_a_model_is_drawn_as_a_whole(name, tmp_path):
    result = drawn_by(light(name), "-o", tmp_path / "net.svg", "--step", "last")
    assert result.exit_code == 0, result.stderr
    said = (tmp_path / "net.svg").read_text(encoding="utf-8")
    assert f"light_{name}.onnx" in said
    spec = whole_model(str(light(name)), Feed()).loaded().spec
    for direction in DIRECTIONS:
        made = whole(replace(spec, view=replace(spec.view, direction=direction)))
        is_clear(made)
        leads_where_it_says(made)


def test_repeated_blocks_of_a_resnet_are_folded():
    spec = whole_model(str(light("resnet50")), Feed()).loaded().spec
    assert [block.times for block in whole(spec).plan.blocks] == [2, 3, 5, 2]
    assert sum(node.parameters for node in spec.view.of.nodes) == 25_557_032


def test_a_node_of_a_model_is_drawn_on_its_own(tmp_path):
    result = drawn_by(light("squeezenet"), "--node", "n0", "--input", "3x9x9", "-o", tmp_path / "node.svg")
    assert result.exit_code == 0, result.stderr
    written = (tmp_path / "node.svg").read_text(encoding="utf-8")
    assert "n0 of light_squeezenet.onnx" in written
    assert "light_squeezenet.onnx" not in written.replace("n0 of light_squeezenet.onnx", "")  # the title of them all


def test_a_text_is_drawn_as_a_network_if_asked(tmp_path):
    text = "nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.MaxPool2d(2))"
    result = drawn_by(text, "--input", "32x32", "--view", "network", "-o", tmp_path / "net.png")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "net.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "layer.stride=2"), "'layer.stride' is a key of a spec's layers"),
        (("--set", "input.size=[9, 9]"), "'input.size' is a key of a spec's layers"),
        (("--set", "view=flat"), "the flat view is for the layers of a spec"),
        (("--set", "view.scale=big"), "does not know the name 'big'"),
    ],
)
def test_what_cannot_be_set_on_a_model(arguments, said, tmp_path):
    result = drawn_by(light("squeezenet"), "-o", tmp_path / "net.png", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_same_model_makes_the_same_picture(tmp_path):
    for name in ("one.svg", "two.svg"):
        assert drawn_by(light("squeezenet"), "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def of_nodes(*nodes):
    """A figure of a network, as it is read from a model."""
    spec = conv_anim.load({"input": {"size": [1]}, "layer": {"type": "relu"}, "view": "network"})
    network = Network("n", tuple(nodes), (len(nodes) - 1,))
    return replace(spec, nodes=(), view=replace(spec.view, of=network))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_sizes_that_are_not_known_are_drawn_dashed(direction):
    shapes = [None, (), (1,), (None, None), (1, 3, None), (1, None, 5, 5), (1, 3, 5, 5), (1, 3, 2, 5, 5)]
    nodes = [NetNode(0, "x", "x", INPUT, shape=(1, 3, 5, 5))]
    nodes += [NetNode(k, str(k), f"n{k}", "Mystery", (k - 1,), shape=shape) for k, shape in enumerate(shapes, start=1)]
    spec = of_nodes(*nodes)
    spec = replace(spec, view=replace(spec.view, direction=direction, columns=("parameters", "jump")))
    drawn = whole(spec)
    dashed = [drawn.layout.picture.item(item)[-1].stroke.dash is not None for item in drawn.plan.items]
    assert dashed == [False, True, True, True, True, True, True, False, False]
    is_clear(drawn)
    scene = pictures.scene(spec)
    said = pictures.texts(pictures.after(scene, len(scene.frames) - 1))
    assert "?" in said
    assert scene.description


def test_what_a_reshape_makes_long_does_not_make_maps_small():
    nodes = (
        NetNode(0, "x", "x", INPUT, shape=(1, 3, 32, 32)),
        NetNode(1, "1", "a", "Conv", (0,), shape=(1, 8, 64, 64), type="conv"),
        NetNode(2, "2", "b", "Reshape", (1,), shape=(1, 8, 1, 4096)),
    )
    first, second, third = whole(of_nodes(*nodes)).layout.picture.bodies
    assert second.across == 2 * first.across
    assert (first.open, second.open, third.open) == (False, False, True)


def test_several_inputs_have_their_names():
    nodes = (
        NetNode(0, "image", "image", INPUT, shape=(1, 3, 8, 8)),
        NetNode(1, "state", "state", INPUT, shape=(1, 3, 8, 8)),
        NetNode(2, "1", "sum", "Add", (0, 1), shape=(1, 3, 8, 8), type="add"),
    )
    scene = pictures.scene(of_nodes(*nodes))
    assert {"image", "state"} <= set(pictures.texts(pictures.after(scene, len(scene.frames) - 1)))


def test_what_no_other_view_shows_is_a_box_in_this_one(tmp_path):
    """As the refusal says."""
    path = tmp_path / "one.yaml"
    path.write_text("input: {size: [8, 8], channels: 300}\nlayer: {type: relu}\n", encoding="utf-8")
    refused = CliRunner().invoke(main, ["render", str(path)])
    assert "no view can show its cells" in refused.stderr
    assert "view: network shows it as a box" in refused.stderr
    drawn = CliRunner().invoke(main, ["render", str(path), "--set", "view=network", "-o", str(tmp_path / "one.png")])
    assert drawn.exit_code == 0, drawn.stderr


def test_stacks_of_stacks_are_drawn_from_stack_to_stack():
    """In a dense block each layer reads all before it: as n lines to the n-th one nobody could follow them."""
    shapes = [3, *[4] * 5]
    nodes = [NetNode(0, "x", "x", INPUT, shape=(1, 3, 8, 8))]
    found = [0]
    for k in range(5):
        at = len(nodes)
        kept = tuple(found) if k else (0,)
        joined = NetNode(at, "", "", "torch.cat", kept, shape=(1, sum(shapes[: k + 1]), 8, 8), type="concat")
        nodes += [joined] if k else []
        nodes.append(NetNode(len(nodes), "", "", "nn.Conv2d", (len(nodes) - 1,), shape=(1, 4, 8, 8), type="conv"))
        found.append(len(nodes) - 1)
    nodes.append(NetNode(len(nodes), "", "", "torch.cat", tuple(found), shape=(1, 23, 8, 8), type="concat"))
    network = Network("dense", tuple(nodes))
    drawn = plan(network, fold=True)
    joins = [item for item in drawn.items if item.node.type == "concat"]
    assert len(joins) == 5
    assert [len(item.inputs) for item in joins] == [2] * 5
    channels = {item.number: item.node.channels for item in drawn.items}
    assert all(sum(channels[k] for k in item.inputs) == item.node.channels for item in joins)


def test_lines_that_are_added_up_can_be_followed_one_by_one():
    """Each in a lane of its own from where it leaves, on one side; more than eight share one."""
    for count, apart in ((3, True), (8, True), (10, False)):
        layers = [{"type": "conv", "name": "c0", "kernel_size": 1}]
        layers += [{"type": "conv", "name": f"c{k}", "kernel_size": 1} for k in range(1, count)]
        layers.append({"type": "add", "from": [f"c{k}" for k in range(count)]})
        spec = {"input": {"size": [4, 4]}, "layers": layers, "view": {"kind": "network", "fold": False}}
        laid = plan(networks.of_spec(conv_anim.load(spec)), fold=False)
        routes = [route for route in routed(laid, each=True).routes if route.target == count + 1]
        lanes = [route.lane for route in routes if route.lane != 0]
        assert len(lanes) >= count - 2
        assert (len(set(lanes)) == len(lanes)) is apart
        assert not apart or max(lanes) < 0
