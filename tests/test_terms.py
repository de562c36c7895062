"""Words that a newcomer has not met are explained where they stand, and whole networks have a sentence."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.assembly.marked_terms import at_first
from conv_anim.scene.assembly.terms import terms
from conv_anim.scene.beginning import beginning
from conv_anim.scene.isometric.drawing import Isometric
from conv_anim.scene.primitives import Boxes, Mosaic, Polygons, Text
from conv_anim.scene.steps import FEW, Steps, moves
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.model import Animation
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.tracing.networks import of_spec
from conv_anim.tracing.reach import reaches
from tests import pictures
from tests.stacks import taps_behind
from tests.test_templates import TEMPLATES

STYLE = Style(THEMES["light"], 1.0, DejaVu())
CONV = {"type": "conv", "kernel_size": 3}

# a word that stands in a figure, and what has to be written somewhere in it
EXPLAINED = {
    r"\bsoftmax\b": r"softmax: e to the power|add up to 1",
    r"\bqueries\b": r"query: what",
    r"\bkeys\b": r"key: what|where .* kept",
    r"\bReLU\b": r"[nN]umbers below 0 become 0",
    r"\bReLU′": r"ReLU′: ",
    r"\bmax′": r"max′: |A maximum hands",
    r"W·x": r"W·x( \+ b)?: each output",
    r"\bsigmoid\b": r"sigmoid: σ|between 0 and 1",
    r"\bFFT\b": r"FFT: the fast Fourier transform",
    r"conjugated": r"conjugated: ",
    r"BᵀdB": r"BᵀdB.*: the tile d",
    r"⊙": r"⊙: multiplied cell by cell",
    r"\bN(CHW|HWC)\b": r"N, C, H, W: ",
    r"\bMAC\b|multiply-adds": r"multiply-add \(MAC\): |parameters",
    r"\bHSwish\b": r"HSwish: ",
    r"\bBN\b": r"BN: batch norm",
    r"upstream gradient": r"upstream gradient: ",
    r"Rulebook": r"\d+→\d+: the input cell",
    r"\bstamps fall\b": r"stamp \(outlined\): ",
    r"[⌊⌈]": r"[⌊⌈] [⌋⌉]: rounded",
    r"\bcausal\b": r"causal: a layer|a later cell|is masked|all before it|look(s|ing)? (ahead|back)",
    r"[rR]eceptive field": r"receptive field: the (part|cells)",
    r"[sS]ubmanifold": r"submanifold: outputs|Outputs are made at the active cells only",
    r"\bheads\b": r"side by side",
    r"depthwise conv": r"depthwise conv: ",
    r"conv transpose": r"conv transpose: ",
}
SOME = (
    "causal_heads",
    "attention_stack",
    "stream_dilated_stack",
    "sparse_dilates",
    "unet",
    "self_attention",
    "classifier",
    "backward_chain",
    "winograd",
    "fft",
    "nchw_nhwc",
    "inception",
    "sparse_conv",
    "ceil_mode",
)


def written(name):
    """All that is written in a figure: at the beginning, in the middle and at the end."""
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    frames = [scene.frames[k] for k in sorted({0, scene.rests[len(scene.rests) // 2], len(scene.frames) - 1})]
    items = [*scene.static, *(item for frame in frames for item in (*frame.kept, *frame.shown))]
    return " ".join(dict.fromkeys(pictures.texts(items)))


def unexplained(name):
    said = written(name)
    return [word for word, meaning in EXPLAINED.items() if re.search(word, said) and not re.search(meaning, said)]


def test_every_figure_explains_its_words():
    found = {name: words for name in TEMPLATES if (words := unexplained(name))}
    assert found == {}


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("name", SOME)
def test_each_line_is_a_word_and_its_meaning(name, lang):
    spec = conv_anim.load(TEMPLATES[name].path)
    spec = replace(spec, lang=lang, panels=tuple(replace(one, lang=lang) for one in spec.panels))
    found = terms(spec)
    assert found
    assert len(set(found)) == len(found)
    for line in found:
        word, _, meaning = line.partition(": " if lang == "en" else "：")
        assert word
        assert meaning
        assert "{" not in line
        assert not line.endswith((".", "。"))


def test_what_the_takeaway_says_is_not_said_twice():
    alone = {"input": {"size": [2, 2]}, "layer": {"type": "relu"}, "takeaway": True}
    assert terms(conv_anim.load(alone)) == []
    both = {**alone, "layers": [{"type": "relu"}, {"type": "flatten"}]}
    del both["layer"]
    assert [line.partition(":")[0] for line in terms(conv_anim.load(both))] == ["ReLU"]


def test_without_a_takeaway_nothing_is_explained():
    assert terms(conv_anim.load({"input": {"size": [3]}, "layer": {"type": "softmax"}})) == []


@given(st.integers(0, 2), st.integers(1, 3), st.booleans())
def test_dashed_cells_are_explained_where_there_are_some(padding, stride, transposed):
    kind = "conv_transpose" if transposed else "conv"
    layer = {"type": kind, "kernel_size": 3, "stride": stride, "padding": padding}
    spec = conv_anim.load({"input": {"size": [5, 5]}, "layer": layer, "view": "isometric", "takeaway": True})
    layer = conv_anim.trace(spec).layer
    steps = (layer.step((0, *cell)) for cell in np.ndindex(*layer.output.shape[1:]))
    empty = any(tap.input is None for step in steps for tap in step.taps)
    assert any(line.startswith("dashed") for line in terms(spec)) == empty


# networks


def point(layers, lang="en", **given):
    """What is said of a network of layers."""
    spec = {"input": {"size": [32, 32], "channels": 4, **given}, "layers": layers, "view": "network", "lang": lang}
    return takeaway(conv_anim.load(spec))


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("name", ["inception", "mobilenet_v3_small", "resnet18", "unet", "wavenet", "yolov8_head"])
def test_a_network_counts_where_its_ways_meet(name, lang):
    """Sums of more than two maps are no shortcuts."""
    spec = replace(conv_anim.load(TEMPLATES[name].path), lang=lang)
    said = takeaway(spec)
    for kind in ("add", "multiply", "concat"):
        count = sum(node.op.type == kind and len(node.inputs) == 2 for node in spec.nodes)
        assert count < 2 or re.search(rf"(?<!\d){count}(?!\d)", said), (kind, said)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "resnet18", "wavenet"])
def test_ways_around_layers_are_as_long_as_they_are_said_to_be(name):
    """All ways, counted from the input on: how many pass how many convolutions and linear layers."""
    spec = conv_anim.load(TEMPLATES[name].path)
    lengths = [{0}]
    for node in spec.nodes:
        own = node.op.type in {"conv", "depthwise", "linear"}
        lengths.append({length + own for k in node.inputs for length in lengths[k]})
    least, most = re.search(r"passes (\d+) layers with weights, the longest (\d+)", takeaway(spec)).groups()
    assert (int(least), int(most)) == (min(lengths[-1]), max(lengths[-1]))


@pytest.mark.parametrize("kernel", [2, 3])
@pytest.mark.parametrize("steps", [(1, 2, 4), (2, 4, 8, 16), (1, 3)])
def test_dilation_says_how_far_it_lets_an_output_see(kernel, steps):
    layers = [{"type": "conv", "kernel_size": kernel, "dilation": d, "padding": "causal"} for d in steps]
    said, fields = point(layers, size=[64], channels=1), [1]
    for d in steps:
        fields.append(fields[-1] + d * (kernel - 1))
    numbers = list(map(int, re.findall(r"\d+", said)))
    alone = 1 + len(steps) * (kernel - 1)
    assert numbers == [*steps, *fields[1:], alone] if len(steps) > 2 else [fields[-1], alone]


@pytest.mark.parametrize("channels", [(4, 4), (4, 12)])
def test_depthwise_layers_say_what_full_ones_would_cost(channels):
    """Products counted one by one: output cells, times kernel cells, times the channels that a filter reads."""
    first, second = channels
    layers = [
        {"type": "depthwise", "kernel_size": 3, "padding": 1},
        {"type": "conv", "kernel_size": 1, "out_channels": second},
        {"type": "depthwise", "kernel_size": 5, "stride": 2, "padding": 2},
    ]
    ours = 32 * 32 * 9 * first + 16 * 16 * 25 * second
    full = 32 * 32 * 9 * first * first + 16 * 16 * 25 * second * second
    said = point(layers)
    assert f"{full / ours:.0f} times as many" in said
    assert "2 depthwise layers" in said


def test_ways_that_are_multiplied_say_what_for():
    conv = {"type": "conv", "kernel_size": 1, "out_channels": 4}
    way = [{**conv, "name": "a"}, {"type": "relu", "name": "b"}]
    pooled = [{"type": "global_avg_pool"}, conv, {"type": "sigmoid", "name": "c"}]
    cells = [{**conv, "from": "a"}, {"type": "sigmoid", "name": "c"}]
    plain = [{**conv, "from": "a", "name": "c"}]
    texts = [point([*way, *more, {"type": "multiply", "from": ["b", "c"]}]) for more in (pooled, cells, plain)]
    assert [("for each channel" in text, "gate" in text) for text in texts] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_ways_that_are_stacked_say_from_where():
    """From the way down, from the maps that they are made of, or side by side from the same map."""
    conv = {"type": "conv", "kernel_size": 3, "padding": 1, "out_channels": 4}
    up = {"type": "conv_transpose", "kernel_size": 2, "stride": 2, "out_channels": 4}
    down = point([{**conv, "name": "a"}, {**conv, "stride": 2}, up, {"type": "concat", "from": [-1, "a"]}])
    dense = point([{**conv, "name": "a"}, conv, {"type": "concat", "from": ["a", -1]}])
    side = point(
        [
            {**conv, "name": "a"},
            {**conv, "out_channels": 7, "name": "b"},
            {**conv, "from": "a"},
            {"type": "concat", "from": ["b", -1]},
        ]
    )
    assert ["way down" in each for each in (down, dense, side)] == [True, False, False]
    assert ["later layers" in each for each in (down, dense, side)] == [False, True, False]
    assert "7 + 4 = 11" in side


def test_the_key_of_a_network_has_the_signs_in_it_and_no_others():
    conv = {"type": "conv", "kernel_size": 1, "name": "a"}
    for kind, word in (("add", "added"), ("multiply", "multiplied")):
        layers = [conv, {"type": "relu", "name": "b"}, {**conv, "name": "c"}, {"type": kind, "from": ["b", "c"]}]
        spec = conv_anim.load({"input": {"size": [4, 4]}, "layers": layers, "view": "network"})
        told = [each for each in pictures.texts(pictures.scene(spec).static) if "cell by cell" in each]
        assert told == [f"{word}, cell by cell"]


def test_a_network_that_only_goes_on_says_so():
    spec = {"input": {"size": [8, 8]}, "layers": [{**CONV, "padding": 1}, {"type": "relu"}], "view": "network"}
    assert takeaway(conv_anim.load(spec)) == "2 layers, each fed by the one before."


# step by step


@pytest.mark.parametrize("name", ["edges_then_pool", "classifier"])
def test_a_chain_says_what_its_layers_do(name):
    """All of them, or of many that make shares the first and the last two, in no more than two lines or so."""
    spec = conv_anim.load(TEMPLATES[name].path)
    steps = [op.does(Language("en")) for op in spec.layers]
    told = takeaway(spec).split(": ", 1)[1].removesuffix(".").split("; ")
    assert told == (steps if name == "edges_then_pool" else [steps[0], *steps[-2:]])
    assert len(set(told)) == len(told) == 3


@pytest.mark.parametrize("layers", [[CONV, CONV, CONV], [CONV, {"type": "relu"}], [CONV, {"type": "relu"}, CONV]])
def test_no_chain_says_the_same_twice(layers):
    spec = conv_anim.load({"input": {"size": [9, 9]}, "layers": layers, "view": "flat"})
    assert not takeaway(spec).startswith("Step")


def test_biases_stand_beside_their_weights():
    layers = [
        {"type": "flatten"},
        {"type": "linear", "weight": [[21, 22, 23, 24], [25, 26, 27, 28]], "bias": [-11, 12]},
    ]
    spec = {"input": {"size": [2, 2]}, "layers": layers, "view": "flat"}
    items = pictures.scene(conv_anim.load(spec)).static
    found = {item.text: item for item in items if isinstance(item, Text)}
    first, second = found["\N{MINUS SIGN}11"], found["12"]
    assert first.x == second.x > found["24"].x
    assert (first.y, second.y) == (found["24"].y, found["28"].y)


# how it begins, goes on and ends


def test_every_template_ends_with_its_finished_result():
    assert [name for name in TEMPLATES if conv_anim.load(TEMPLATES[name].path).animation.pace != "auto"] == []


@given(st.integers(4, 80), st.integers(4, 80), st.integers(2, 12))
def test_a_picture_begins_with_a_third_made(rows, columns, most):
    steps = Steps((1, rows, columns), Animation(pace="auto"), most, ahead=True)
    ranks = [steps.rank(k) for k in range(len(steps))]
    few = rows * columns >= FEW * most
    assert ranks[0] == (rows // 3 * columns if few else 0)
    assert ranks[-1] == rows * columns - 1
    assert ranks == sorted(set(ranks))
    assert moves((1, rows, columns), ranks)
    assert len(steps.passed(0)) == ranks[0]


MOVING = [
    "con_5",
    "classifier",
    "backward_chain",
    "mask_a_and_b",
    "unread",
    "transposed_gather",
    "upsample_align_corners",
    "fold",
    "sobel",
]


@pytest.mark.parametrize("name", MOVING)
def test_a_result_on_its_way_is_a_cell_of_its_own_and_passes_over_no_words_and_numbers(name):
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    moments = scene.timeline.moments
    words = [item for item in scene.static if isinstance(item, Text) and len(item.text.split()) > 1]
    flown = 0
    for k in [k for k, moment in enumerate(moments) if moment.phase == "sent"]:
        before = next(j for j in range(k, -1, -1) if moments[j].phase == "summed")
        known = scene.frames[before].shown
        kept = (item for frame in list(scene.frames)[: k + 1] for item in frame.kept)
        numbers = [item for item in (*scene.static, *kept, *known) if isinstance(item, Text) and item not in words]
        for chip, text in pairwise(item for item in scene.frames[k].shown if item not in known):
            if isinstance(chip, Boxes) and chip.fill is not None and isinstance(text, Text):
                (x, y, wide, high), (left, top, across, down) = text_box(STYLE, text), *chip.boxes
                assert left < x < x + wide < left + across, (k, text.text)
                assert top < y < y + high < top + down, (k, text.text)
                assert all(not _meet(chip.boxes[0], text_box(STYLE, word)) for word in (*words, *numbers)), (
                    k,
                    text.text,
                )
                flown += 1
    assert flown or name == "backward_chain"  # there a badge stands in the way of the first one


@pytest.mark.parametrize("name", ["sparse_conv", "submanifold"])
def test_the_pair_that_is_explained_stands_in_the_rulebook(name):
    figure = conv_anim.load(TEMPLATES[name].path)
    (pair,) = (re.match(r"(\d+)→(\d+): ", line) for line in terms(figure) if "→" in line)
    rulebook = figure.layers[0].sites.rulebook
    assert tuple(int(n) - 1 for n in pair.groups()) in {each for pairs in rulebook.values() for each in pairs}


def test_what_is_added_has_the_name_that_its_header_has():
    scene = pipeline.scene(conv_anim.load(TEMPLATES["batch_norm"].path))
    said = {item.text for frame in scene.frames for item in frame.shown if isinstance(item, Text)}
    assert any("(shift)" in text for text in said)
    assert not any("(bias)" in text for text in said)


def middle(box):
    x, y, wide, high = box
    return x + wide / 2, y + high / 2


@pytest.mark.parametrize("name", ["transposed_both", "inception_block", "edges_then_pool", "symbols_flat", "con_5"])
def test_a_result_stands_in_no_cell_but_its_own(name):
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    moments, flown = scene.timeline.moments, 0
    cells = [box for item in scene.static if isinstance(item, Boxes) for box in item.boxes]
    for k in [k for k, moment in enumerate(moments) if moment.phase == "sent"]:
        before = next(j for j in range(k, -1, -1) if moments[j].phase == "summed")
        known = scene.frames[before].shown
        for chip, text in pairwise(item for item in scene.frames[k].shown if item not in known):
            if isinstance(chip, Boxes) and chip.fill is not None and isinstance(text, Text):
                (own,) = chip.boxes
                met = {middle(box): box for box in cells if _meet(own, box)}
                arrived = middle(own) in met
                beyond = [box for at, box in met.items() if at != middle(own) and not (arrived and box[2] > own[2])]
                assert not beyond, (k, text.text)
                flown += 1
    assert flown


def test_a_result_among_symbols_is_a_symbol():
    scene = pipeline.scene(conv_anim.load(TEMPLATES["symbols_flat"].path))
    sent = [k for k, moment in enumerate(scene.timeline.moments) if moment.phase == "sent"]
    assert {scene.frames[k].shown[-1].text[0] for k in sent} == {"y"}


@pytest.mark.parametrize("name", ["neighborhood_2d", "con_5", "mask_a_and_b", "classifier"])
def test_a_result_on_its_way_passes_over_no_line_of_its_sum(name):
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    moments = scene.timeline.moments
    flown = 0
    for k in [k for k, moment in enumerate(moments) if moment.phase == "sent"]:
        before = next(j for j in range(k, -1, -1) if moments[j].phase == "summed")
        known = [item for item in scene.frames[before].shown if isinstance(item, Text)]
        flying = [item for item in scene.frames[k].shown if isinstance(item, Text) and item not in known]
        flown += len(flying)
        lines = [item for item in known if item.y > max(box.y for box in known) - 90 and item.size > 12]
        results = [item for item in known if item.bold and item.text.startswith(("=", "≈"))]
        for text, line in product(flying, {*results, *(one for one in lines if " " in one.text or "·" in one.text)}):
            assert not _meet(text_box(STYLE, text), text_box(STYLE, line)), (k, text.text, line.text)
    assert flown


@pytest.mark.parametrize("name", ["concat", "backward_residual"])
def test_a_result_does_not_go_where_a_line_goes_past_other_maps(name):
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    sent = [k for k, moment in enumerate(scene.timeline.moments) if moment.phase == "sent"]
    assert sent
    for k in sent:
        before = next(j for j in range(k, -1, -1) if scene.timeline.moments[j].phase == "summed")
        assert scene.frames[k].shown == scene.frames[before].shown


def _meet(one, other):
    (a, b, w, h), (c, d, v, g) = one, other
    return a < c + v and c < a + w and b < d + g and d < b + h


# the blind spot


@pytest.mark.parametrize("frame", [0, -1])
def test_the_blind_spot_is_there_in_the_first_and_in_the_last_frame(frame):
    figure = conv_anim.load(TEMPLATES["blind_spot"].path)
    scene = pipeline.scene(figure)
    dark = [item for item in scene.frames[frame].shown if isinstance(item, Polygons) and item.fill == "#64748b"]
    assert [len(item.rings) for item in dark] == [blind_spot(figure.layers).hidden]


def test_the_blind_spot_is_dark():
    spec = conv_anim.load({**_masked("A", "B", "B"), "animation": {"order": "row-major"}})
    trace = conv_anim.trace(spec)
    seen = {tap.input[1:] for each in taps_behind(trace, (5, 5))[0].values() for tap in each if tap.input is not None}
    reach = product(range(2, 9), range(2, 9))
    hidden = {cell for cell in reach if cell < (5, 5) and cell not in seen}
    view = Isometric(trace, STYLE)
    floor = view.floors[0]
    dark = view.blind_cells((5, 5), view.reaches(5, 5)[0])
    assert len(hidden) == 3
    assert dark == {(floor.sheet.rows.place(r), floor.sheet.columns.place(c)) for r, c in hidden}


def _masked(*masks):
    layers = [{"type": "conv", "kernel_size": 3, "padding": 1, "mask": mask} for mask in masks]
    return {"input": {"size": [11, 11]}, "layers": layers, "view": "isometric"}


EDGES = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


@given(st.integers(24, 40), st.integers(24, 40), st.integers(0, 3))
def test_few_of_many_outputs_begin_where_one_learns_most(rows, columns, seed):
    """By a loop over the places where it may begin: what an edge's kernel makes of the first three is the largest."""
    values = {"random": {"seed": seed, "low": 0, "high": 99}}
    layer = {"type": "conv", "weight": EDGES}
    spec = {"input": {"size": [rows, columns], "values": values}, "layer": layer, "view": "flat"}
    made = conv_anim.trace(conv_anim.load({**spec, "animation": {"every": 200, "pace": "auto"}}))
    high, wide = made.output.shape[1:]
    first = beginning(made.layer, made.spec.animation)
    told = {
        (r, c): sum(abs(int(made.output[0, r, c + k])) for k in range(3))
        for r in range(high // 3, high // 2)
        for c in range(wide - 2)
    }
    assert told[divmod(first, wide)] == pytest.approx(max(told.values()), abs=1)
    steps = Steps((1, high, wide), made.spec.animation, ahead=True, first=first)
    ranks = [steps.rank(k) for k in range(len(steps))]
    assert ranks[:3] == [first, first + 1, first + 2]
    assert ranks == sorted(set(ranks))
    assert ranks[-1] == high * wide - 1
    assert moves((1, high, wide), ranks)


@pytest.mark.parametrize("every", [1, 300])
def test_a_beginning_that_is_made_already_says_so(every):
    spec = {"input": {"size": [30, 30]}, "layer": {"type": "conv", "kernel_size": 3}, "view": "flat", "takeaway": True}
    loaded = conv_anim.load({**spec, "animation": {"every": every, "pace": "auto"}})
    drawn = pipeline.scene(loaded)
    late = any(isinstance(item, Boxes | Mosaic) for item in drawn.frames[0].kept)
    assert late == (every > 1)
    assert at_first(loaded) == (
        ["first rows: made already, so that the window starts where there is something to see"] if late else []
    )
    said = ["first rows:" in pictures.texts(drawn.frames[k].shown) for k in (0, drawn.rests[-1], -1)]
    assert said == [late, late, False]  # it is not true of the whole output
    assert "first rows:" not in pictures.texts(drawn.static)


@pytest.mark.parametrize(("weight", "beyond"), [("sharpen", True), ("box", False), ("sobel_x", False)])
def test_what_leaves_a_pictures_range_is_explained(weight, beyond):
    spec = {
        "input": {"values": {"file": str(TEMPLATES["sobel"].path.parent / "house_64.png")}},
        "layer": {"type": "conv", "kernel_size": 3, "weight": weight},
        "takeaway": True,
    }
    assert any(line.startswith("≤ 0") for line in terms(conv_anim.load(spec))) == beyond


def test_a_point_between_cells_says_what_it_reads_outside():
    scene = pipeline.scene(conv_anim.load(TEMPLATES["deform_conv_mask"].path))
    said = " ".join(text for k in scene.rests for text in pictures.texts([*scene.frames[k].shown]))
    assert re.search(r"8·9/16 \+ 4·3/16 \+ 0·4/16 \(outside\) = 5.25", said)
    for line in re.findall(r"reads at \([^)]*\): (.*?) [=≈]", said):
        shares = [Fraction(share) for share in re.findall(r"·([\d/]+)", line)]
        assert sum(shares) in {0, 1}


def test_a_blind_spot_that_lies_outside_the_input_at_first_says_so_and_no_cell_is_made_before_it_is_read():
    template = conv_anim.load(TEMPLATES["blind_spot"].path)
    assert at_first(template) == ["first rows: made already; their blind spot lies outside the input"]
    assert at_first(replace(template, animation=Animation())) == []  # all outputs are shown
    view = Isometric(conv_anim.trace(template), STYLE)
    appearing = [made for (made,) in view.making._appearing]
    count = len(view.steps)
    for step in range(count + 1):
        made = [*view.steps.passed(step), *([view.steps.cell(step)] if step < count else [])]
        there = set().union(*appearing[: step + 1])
        for _, *output in made:
            taps = view.layers[1].step((0, *output)).taps
            read = {tap.input[1:] for tap in taps if tap.input is not None}
            assert {(r + 1, c + 1) for r, c in read} <= there  # the padding comes first
        if step < count:
            assert (5, 6) not in there  # the last output alone reads it
    assert sum(map(len, appearing)) == 5 * 6


def test_a_sum_of_more_than_two_maps_is_told_beside_shortcuts():
    said = takeaway(conv_anim.load(TEMPLATES["wavenet"].path))
    assert said.endswith("; one more sum adds up 5 maps.")
    assert "more sum" not in takeaway(conv_anim.load(TEMPLATES["resnet18"].path))


@pytest.mark.parametrize(("name", "grown"), [("unet", True), ("wavenet", False), ("resnet18", False)])
def test_the_rule_of_the_receptive_field_is_told_where_maps_grow_again(name, grown):
    assert any("less where maps grow again" in line for line in terms(conv_anim.load(TEMPLATES[name].path))) == grown


def test_the_receptive_field_of_a_u_net_is_that_of_its_spans():
    """Cell by cell: of each the first and the last input cell that it is made of, by the longest way."""

    def looked(spans):
        last = len(spans) - 1
        return [(spans[max(k - 1, 0)][0], spans[min(k + 1, last)][1]) for k in range(len(spans))]

    def field(spans):
        return max(b - a + 1 for a, b in spans[len(spans) // 4 : 3 * len(spans) // 4])

    spans, kept, fields = [(k, k) for k in range(1024)], [], []
    for _ in range(4):
        spans = looked(looked(spans))
        kept.append(spans)
        spans = [(a, b) for (a, _), (_, b) in zip(spans[::2], spans[1::2], strict=True)]
        fields.append(field(spans))
    spans = looked(looked(spans))
    for early in reversed(kept):
        spans = [spans[k // 2] for k in range(2 * len(spans))]
        spans = [(min(a, c), max(b, d)) for (a, b), (c, d) in zip(early, spans, strict=True)]
        spans = looked(looked(spans))
        fields.append(field(spans))
    spec = conv_anim.load(TEMPLATES["unet"].path)
    found = [reach.field[0] for reach in reaches(of_spec(spec), spec)]
    pools = [k for k, node in enumerate(spec.nodes, 1) if node.op.type == "max_pool"]
    ends = [k - 1 for k, node in enumerate(spec.nodes, 1) if node.op.type == "conv_transpose"][1:]
    assert [found[k] for k in (*pools, *ends, -1)] == fields


@pytest.mark.parametrize(("name", "told"), [("residual_block", True), ("inception_block", True), ("classifier", False)])
def test_zeros_that_are_not_drawn_are_told_of(name, told):
    """Readers found four products where a kernel of 3×3 has nine weights."""
    said = [line for line in terms(conv_anim.load(TEMPLATES[name].path)) if line.startswith("padding:")]
    assert len(said) == told


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("size", [(3,), (4, 4), (3, 5)])
@pytest.mark.parametrize(
    "more", [{"scale_factor": 2}, {"scale_factor": 3}, {"size": 7}, {"scale_factor": 2, "align_corners": True}]
)
def test_channels_say_where_the_outputs_of_an_interpolation_lie(lang, size, more):
    """By the places where linear ramps are read."""
    more = {**more, "size": [more["size"]] * len(size)} if "size" in more else more
    mode = {1: "linear", 2: "bilinear"}[len(size)]
    spec = {"input": {"size": list(size), "channels": 2}, "layer": {"type": "upsample", "mode": mode, **more}}
    line = next(
        line
        for line in terms(conv_anim.load({**spec, "view": "channels", "takeaway": True, "lang": lang}))
        if line.startswith(("outputs: ", "輸出："))
    )
    numbers = [{Fraction(n) for n in each.split("×")} for each in re.findall(r"[\d/]+(?:×[\d/]+)*", line)]
    apart, first = set(), set()
    for n in size:
        out = 7 if "size" in more else more["scale_factor"] * n
        step = Fraction(n - 1, out - 1) if "align_corners" in more else Fraction(n, out)
        apart.add(step)
        first.add(Fraction(0) if "align_corners" in more else abs(step / 2 - Fraction(1, 2)))
    assert numbers[0] == apart
    assert numbers[1:] == ([] if first == {0} else [first])


@pytest.mark.parametrize("stride", [1, 2, [2, 3]])
def test_a_stamp_says_how_far_it_moves(stride):
    layer = {"type": "conv_transpose", "kernel_size": 3, "stride": stride}
    spec = {"input": {"size": [3, 3]}, "layer": layer, "view": {"kind": "flat", "mode": "scatter"}, "takeaway": True}
    found = [line for line in terms(conv_anim.load(spec)) if line.startswith("stride")]
    said = "×".join(map(str, stride)) if isinstance(stride, list) else str(stride)
    assert found == (
        [] if stride == 1 else [f"stride {said}: from one input cell to the next the stamp moves {said} cells"]
    )
