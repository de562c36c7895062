"""Narrow figures of the flat view: grids and maps go on below each other, and lines keep clear of what they pass."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.flat.network import NetworkView
from conv_anim.scene.primitives import Boxes, Lines, Text
from conv_anim.scene.style import Style
from conv_anim.spec.themes import THEMES
from tests.test_templates import TEMPLATES

STRIPS = ("con_5", "true_convolution", "max_unpool_between", "fold")
NETWORKS = ("residual_block", "classifier", "inception_block", "attention_gate")


def drawn(name, width):
    return pipeline.scene(conv_anim.load(TEMPLATES[name].path, changes=[f"size.width={width}"]))


def place(scene, text):
    return next((item.x, item.y) for item in scene.static if isinstance(item, Text) and item.text.startswith(text))


@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_goes_on_below_itself(name):
    """Its output stands below its input and not right of it, and everything can be read."""
    narrow = drawn(name, 320)
    assert narrow.legible is None
    assert place(narrow, "output")[1] > place(narrow, "input")[1] + 100
    numbers = [item.size for item in narrow.static if isinstance(item, Text) and item.text == "0"]
    assert min(numbers, default=12.0) >= 11.0


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_goes_on_in_other_lines(name):
    scene = drawn(name, 320)
    assert scene.legible is None
    assert scene.width <= 320


def test_what_cannot_stand_below_itself_says_from_which_width_on_it_can_be_read():
    scene = drawn("backward_chain", 320)
    assert scene.legible is not None
    assert drawn("backward_chain", scene.legible).legible is None


# ways, of drawn networks


@st.composite
def networks(draw):
    """Chains of activations with ways around some of them, by which maps are added."""
    layers, count = [], draw(st.integers(2, 7))
    for k in range(1, count + 1):
        earlier = ["input", *(f"l{j}" for j in range(1, k))]
        if k > 1 and draw(st.booleans()):
            one = draw(st.sampled_from(earlier[:-1]))
            layers.append({"name": f"l{k}", "type": "add", "from": [one, earlier[-1]]})
        else:
            layers.append({"name": f"l{k}", "type": draw(st.sampled_from(["relu", "tanh"])), "from": earlier[-1]})
    size = draw(st.sampled_from([[2, 2], [3, 3], [1, 4]]))
    return {"input": {"size": size, "values": "arange"}, "layers": layers, "view": "flat"}


def view_of(mapping, room):
    trace = conv_anim.trace(conv_anim.load(mapping))
    return NetworkView(trace, Style(THEMES["light"], 1.0, DejaVu(), room=room))


def boxes(view):
    """Of all maps and of all badges."""
    maps = {k: [(g.x, g.y, g.width, g.height) for g in grids] for k, grids in enumerate(view.grids)}
    badges = {}
    for k in range(1, len(view.maps)):
        (x, y), wide, high = view.badge_at(k), view.badge_width(k), view.badge_height
        badges[k] = (x - wide / 2, y - high / 2, wide, high)
    return maps, badges


def passes(line, box, inset=1.5):
    """Whether a line of upright and level pieces goes through a box."""
    left, top, right, bottom = box[0] + inset, box[1] + inset, box[0] + box[2] - inset, box[1] + box[3] - inset
    for (ax, ay), (bx, by) in pairwise(line):
        if (
            max(min(ax, bx), left) < min(max(ax, bx), right) + 0.01
            and max(min(ay, by), top) < min(max(ay, by), bottom) + 0.01
        ):
            return True
    return False


@settings(max_examples=25)
@given(networks(), st.sampled_from([280.0, 330.0, 500.0, None]))
def test_ways_keep_clear_of_the_maps_and_badges_that_they_pass(mapping, room):
    view = view_of(mapping, room)
    maps, badges = boxes(view)
    for k in badges:
        for read in view.read_by(k):
            way = view._way(read, k)
            assert not any(passes(way, box) for grids in maps.values() for box in grids)
            assert not any(passes(way, box) for other, box in badges.items() if other != k)
            assert all(view.middle(read) == y for _, y in way[:2])
            x, y, wide, high = badges[k]
            assert x - 1 <= way[-1][0] <= x + wide + 1
            assert y - 1 <= way[-1][1] <= y + high + 1


@settings(max_examples=15)
@given(networks(), st.sampled_from([300.0, 400.0, 600.0]))
def test_lines_of_maps_end_where_the_page_does(mapping, room):
    """Unless a map with its badge is wider alone."""
    view = view_of(mapping, room)
    if len(view.starts_of_tiers) > 2:
        alone = max(view._gutter(d) + max(view._wide(d), *view._labels_of(d)) for d in range(1, len(view.columns)))
        aisles = (len(view.aisles) + len(view._far) + 2) * view.style.gap
        assert view.width <= max(room, alone) + aisles


# what is written below badges, and seen


def test_weights_are_written_below_their_badges():
    """With the biases behind them."""
    scene = pipeline.scene(conv_anim.load(TEMPLATES["flatten_linear"].path))
    x, y = place(scene, "W·x + b")
    texts = [item for item in scene.static if isinstance(item, Text) and abs(item.x - x) < 80 and y < item.y < y + 60]
    rows = sorted({item.y for item in texts if item.text != "+"})
    said = [[item.text for item in sorted(texts, key=lambda item: item.x) if item.y == row] for row in rows]
    assert said == [["1", "1", "1", "1", "0"], ["1", "−1", "2", "0", "−3"]]
    assert [rows[0] < item.y < rows[1] for item in texts if item.text == "+"] == [True]


@pytest.mark.parametrize("name", ["attention_gate", "attention_gate_224"])
def test_maps_of_few_cells_can_be_seen_beside_those_of_many(name):
    trace = conv_anim.trace(conv_anim.load(TEMPLATES[name].path))
    view = NetworkView(trace, Style(THEMES["light"], 1.0, DejaVu()))
    assert min(view.size(k)[1] for k in range(len(view.maps))) >= 96


def test_a_stamp_on_its_way_hides_nothing():
    scene = pipeline.scene(conv_anim.load(TEMPLATES["transposed_scatter"].path))
    sent = [k for k, moment in enumerate(scene.timeline.moments) if moment.phase == "sent"]
    read = next(k for k, moment in enumerate(scene.timeline.moments) if moment.phase == "read")
    assert sent
    for k in sent[:5]:
        added = scene.frames[k].shown[len(scene.frames[read].shown) :]
        assert added
        assert all(item.fill is None if isinstance(item, Boxes) else isinstance(item, Text | Lines) for item in added)
