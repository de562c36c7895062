"""The point of a figure, in a sentence: what it claims, against what the trace computes; and where it is drawn."""

import math
import re
from math import prod

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.primitives import Text
from conv_anim.scene.style import Style
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import NetworkView
from conv_anim.tracing import networks
from conv_anim.tracing.geometry import Source
from tests import pictures
from tests.figures import LAYERS, STACKS, mapping
from tests.test_templates import TEMPLATES

ALL = [*LAYERS, *STACKS]


def said(layer, size=(6, 6), channels=1, **more):
    spec = {"input": {"size": list(size), "channels": channels}, "layer": layer, **more}
    return takeaway(conv_anim.load(spec))


def points(layer, size=(6, 6), channels=1):
    made = conv_anim.load({"input": {"size": list(size), "channels": channels}, "layer": layer})
    return made, conv_anim.trace(made), takeaway(made)


# every layer has one


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("name", ALL)
def test_every_layer_has_a_point_in_every_language(name, lang):
    text = takeaway(conv_anim.load({**mapping(name), "lang": lang}))
    assert text.endswith("." if lang == "en" else "。")
    assert "{" not in text
    assert "\n" not in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_has_a_point_of_one_sentence(name):
    """A whole network may have three points."""
    for one in conv_anim.load(TEMPLATES[name].path).figures:
        text = takeaway(one)
        if isinstance(one.view, NetworkView):
            assert 1 <= len(re.findall(r"[.!?](\s|$)", text)) == len(text.splitlines()) <= 3, text
            continue
        assert text[0].isupper() or text[0].isdigit()
        assert len(re.findall(r"[.!?](\s|$)", text)) == 1, text


# what it claims is what is computed

WINDOWS = st.fixed_dictionaries(
    {
        "kernel_size": st.integers(1, 4),
        "stride": st.integers(1, 3),
        "padding": st.integers(0, 3),
        "dilation": st.integers(1, 3),
    }
)


STAMPS = {"kind": "flat", "mode": "scatter"}


def loaded(layer, size, channels=1, **more):
    try:
        return conv_anim.load({"input": {"size": size, "channels": channels}, "layer": layer, **more})
    except SpecError:
        assume(False)  # no such layer


def becomes(text, made):
    """The sizes that it says are those of the input and of the output."""
    ends = made.layers[0].ends
    sizes = ["×".join(map(str, each)) for each in (ends.in_size, ends.out_size)]
    found = re.search(r"([\d×]+) (?:becomes|stays) ([\d×]+)", text)
    assert found is None or list(found.groups()) == sizes, text


@settings(max_examples=200)
@given(WINDOWS, st.lists(st.integers(1, 9), min_size=1, max_size=2))
def test_what_is_said_of_a_window(layer, size):
    made = loaded({"type": "conv", **layer}, size)
    traced, text = conv_anim.trace(made).layers[0], takeaway(made)
    becomes(text, made)
    starts = [{step.taps[0].canvas[a] for step in traced} for a in range(len(size))]
    ordered = [sorted(each) for each in starts if len(each) > 1]
    steps = [second - first for first, second, *_ in ordered]
    if text.startswith("Stride"):
        assert steps
        assert all(step == layer["stride"] for step in steps)
        assert layer["stride"] > 1
        if "every other" in text:
            assert layer["stride"] == 2
        bare = loaded({"type": "conv", **layer, "padding": 0}, size) if ", not " in text else None
        assert bare is None or text.endswith("not " + "×".join(map(str, bare.layers[0].ends.out_size)) + ".")
        if "does it fit" in text:
            with pytest.raises(SpecError):
                conv_anim.load({"input": {"size": size}, "layer": {"type": "conv", **layer, "padding": 0}})
    if "does not come out even" in text:
        read = {tap.input for step in traced for tap in step.taps if tap.input is not None}
        beyond = any(tap.source is Source.PADDING for step in traced for tap in step.taps)
        assert len(read) < traced.input.size or beyond or layer["padding"]
    if text.startswith("Dilation"):
        taps = [tap.canvas for tap in traced[0].taps]
        reach = [max(cell[a] for cell in taps) - min(cell[a] for cell in taps) + 1 for a in range(len(size))]
        assert f"has {len(taps)} weights and reaches over {'×'.join(map(str, reach))} cells" in text
    if "positions, so" in text:
        assert int(re.search(r"fits at (\d+)", text)[1]) == len(traced)
    if text.startswith("Padding") and "not " in text and "without" not in text:
        bare = loaded({"type": "conv", **layer, "padding": 0}, size)
        assert text.endswith("not " + "×".join(map(str, bare.layers[0].ends.out_size)) + ".")
    if text.startswith("Full padding"):
        touches = [sum(tap.input is not None for tap in step.taps) for step in traced]
        assert all(touches)
        assert len(touches) == prod(n + layer["kernel_size"] - 1 for n in size), "no window that touches it is missing"
        assert f"kernel − 1 = {layer['kernel_size'] - 1}" in text
    if "would not fit" in text:
        with pytest.raises(SpecError):
            conv_anim.load({"input": {"size": size}, "layer": {"type": "conv", **layer, "padding": 0}})


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_what_is_said_of_groups(groups, seen, made):
    spec = loaded(
        {"type": "conv", "kernel_size": 2, "groups": groups, "out_channels": groups * made}, [3, 3], groups * seen
    )
    text, layer = takeaway(spec), conv_anim.trace(spec).layers[0]
    channels = {step.output[0]: {tap.channel for tap in step.taps} for step in layer}
    sees = {len(each) for each in channels.values()}
    if "never meets" in text:
        assert sees == {1}
        each = re.search(r"has (\d+) filters", text)
        assert layer.kernels.shape[0] == groups * (int(each[1]) if each else 1)
    elif "groups" in text:
        whole = loaded({"type": "conv", "kernel_size": 2, "out_channels": groups * made}, [3, 3], groups * seen)
        assert conv_anim.trace(whole).layers[0].weight.size == groups * layer.weight.size
        assert f"each output sees {sees.pop()} of the {groups * seen} channels" in text
    elif "added up" in text:
        assert len(channels) == 1
        assert sees == {seen}
    elif "filters" in text:
        assert f"Each of the {len(channels)} filters" in text


@given(
    WINDOWS.filter(lambda layer: layer["kernel_size"] > 1),
    st.integers(0, 2),
    st.lists(st.integers(1, 4), min_size=1, max_size=2),
)
def test_what_is_said_of_a_transposed_layer(layer, extra, size):
    made = loaded({"type": "conv_transpose", **layer, "output_padding": extra}, size)
    text = takeaway(made)
    becomes(text, made)
    out = made.layers[0].ends.out_size
    if text.startswith("Output padding"):
        assert text.startswith(f"Output padding {extra}: the output is {'×'.join(map(str, out))}")
        assert f"not {'×'.join(str(o - extra) for o in out)}," in text
    back = re.search(r"a convolution makes (\S+) from (\S+) and from (\S+) alike.* padding (\d+) chooses (\S+)\.", text)
    if back:
        assert (int(back[4]), back[5]) == (extra, back[3])
        for of in back[2], back[3]:
            conv = loaded({"type": "conv", **layer}, [int(n) for n in of.split("×")])
            assert "×".join(map(str, conv.layers[0].ends.out_size)) == back[1] == "×".join(map(str, size))
    zeros = re.search(r"[Oo]f the (\d+) (?:rings? of zeros|zeros on each side).* takes away (\d+)", text)
    axis = conv_anim.trace(made).layers[0].operator.axes[0]
    if zeros:
        full, taken = map(int, zeros.groups())
        assert (full, full - taken) == (layer["kernel_size"] - 1, axis.before)
    kept = re.search(r"With padding 0 the input gets (\d+)", text)
    assert kept is None or int(kept[1]) == axis.before == layer["kernel_size"] - 1
    assert ("rings" in text and len(size) != 2) is False
    if "leaves a convolution without padding" in text:
        axes = conv_anim.trace(made).layers[0].operator.axes
        assert {(axis.before, axis.after, axis.stretch) for axis in axes} == {(0, 0, 1)}
    if "cuts off" in text:
        bare = loaded({"type": "conv_transpose", **layer, "padding": 0, "output_padding": extra}, size)
        assert text.endswith(f"{'×'.join(map(str, out))}, not {'×'.join(map(str, bare.layers[0].ends.out_size))}.")
    if "apart and the output grows" in text:
        assert prod(out) > prod(size)
    stamps = loaded({"type": "conv_transpose", **layer, "output_padding": extra}, size, view=STAMPS)
    stamped, whole = takeaway(stamps), "×".join(str(o + 2 * layer["padding"]) for o in out)
    assert ("then cuts off" in stamped) == (layer["padding"] > 0 and not extra)
    if "then cuts off" in stamped:
        assert stamped.endswith(f"{'×'.join(map(str, out))} is left of {whole}.")
    if "spreads it" in stamped:
        reach = [1 + layer["dilation"] * (layer["kernel_size"] - 1)] * len(size)
        assert f"weights fall on {'×'.join(map(str, reach))} cells" in stamped
        assert layer["dilation"] > 1


@settings(max_examples=20)
@given(
    st.integers(2, 3),
    st.integers(1, 4),
    st.sampled_from([[], [{"type": "relu"}], [{"type": "max_pool", "kernel_size": 2}]]),
)
def test_a_shuffle_says_how_many_channels_an_output_depends_on(groups, each, between):
    channels = groups * each
    grouped = {"type": "conv", "kernel_size": 2, "out_channels": channels, "groups": groups}
    shuffle, rng = {"type": "channel_shuffle", "groups": groups}, np.random.default_rng(0)
    x = rng.integers(1, 9, (channels, 4, 4))

    def depends(layers):
        """On how many channels the first output does: those that change it."""
        weighed = [
            {**layer, "weight": {"random": {"seed": 1, "low": 1, "high": 9}}} if layer["type"] == "conv" else layer
            for layer in layers
        ]
        made = lambda x: conv_anim.trace(conv_anim.load({"input": {"values": x.tolist()}, "layers": weighed})).output  # noqa: E731
        return sum(
            np.any(made(x)[0] != made(x + 50 * (np.arange(channels) == c)[:, None, None])[0]) for c in range(channels)
        )

    view = "flat" if channels <= 4 else "volume"
    assume(view == "flat" or {"type": "relu"} not in between)
    layers = [grouped, *between, shuffle, {**grouped, "kernel_size": 1}]
    text = takeaway(conv_anim.load({"input": {"size": [4, 4], "channels": channels}, "layers": layers, "view": view}))
    mixed, apart = depends(layers), depends([layer for layer in layers if layer is not shuffle])
    if mixed == apart:
        assert "shuffle" not in text
    else:
        every = "all " if mixed == channels else ""
        assert f"each output depends on {every}{mixed} channels of the input, and without it on {apart}." in text


def test_both_ways_with_an_output_padding_are_about_that():
    layer = {"type": "conv_transpose", "kernel_size": 3, "stride": 2, "padding": 1}
    both = {"kind": "flat", "mode": "both"}
    assert said(layer, view=both).startswith("Both ways")
    assert said({**layer, "output_padding": 1}, view=both).endswith("output padding 1 chooses 12×12.")


@example(kind="avg_pool", kernel=2, stride=3, ceil=False, counted=True, size=2)
@given(
    st.sampled_from(["max_pool", "avg_pool", "lp_pool"]),
    st.integers(1, 3),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
    st.integers(2, 7),
)
def test_what_is_said_of_a_pool(kind, kernel, stride, ceil, counted, size):
    layer = {"type": kind, "kernel_size": kernel, "stride": stride, "ceil_mode": ceil}
    if kind == "avg_pool":
        layer |= {"padding": kernel // 2, "count_include_pad": counted}
    made = loaded(layer, [size, size])
    text, traced = takeaway(made), conv_anim.trace(made).layers[0]
    becomes(text, made)
    if text.startswith("Rounded up"):
        floor = loaded({**layer, "ceil_mode": False}, [size, size])
        assert prod(floor.layers[0].ends.out_size) < prod(made.layers[0].ends.out_size)
        assert text.endswith("not " + "×".join(map(str, floor.layers[0].ends.out_size)) + ".")
    if "whole map" in text:
        assert len(traced) == 1
        assert np.isclose(traced.output.item(), traced.input.mean())
    if "does not count" in text:
        for step in traced:
            inside = [tap.x for tap in step.taps if tap.input is not None]
            assert np.isclose(step.value, sum(inside) / max(1, len(inside)))
    if "largest" in text:
        assert all(step.value == max(tap.x for tap in step.taps if tap.x is not None) for step in traced)


@given(st.integers(1, 5), st.integers(1, 4))
def test_what_is_said_of_overlaps(kernel, stride):
    """Counted from the taps: how many inputs each output is made of, away from the edges."""
    layer = {"type": "conv_transpose", "kernel_size": kernel, "stride": stride}
    spec = conv_anim.load({"input": {"size": [8]}, "layer": layer, "view": {"kind": "flat", "overlap": True}})
    hits = [sum(tap.input is not None for tap in step.taps) for step in conv_anim.trace(spec)]
    inner = set(hits[kernel - 1 : len(hits) - kernel + 1]) if len(hits) > 2 * kernel else None
    if inner:
        assert takeaway(spec).startswith("Even" if len(inner) == 1 else "Uneven")


@example([(1, 2, 1), (2, 1, 2)])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(1, 2)), min_size=2, max_size=3))
def test_what_is_said_of_a_chain(parts):
    """The cells behind the middle output, gathered tap by tap through all layers."""
    layers = [{"type": "conv", "kernel_size": k, "stride": s, "dilation": d} for k, s, d in parts]
    try:
        spec = conv_anim.load({"input": {"size": [24]}, "layers": layers})
    except SpecError:
        return
    found = re.search(r"reaches over (?:up to )?(\d+) (?:of the input|cells)", takeaway(spec))
    if found is None:
        return
    trace = conv_anim.trace(spec)
    cells = {(0, trace.output.shape[1] // 2)}
    for layer in reversed(trace.layers):
        cells = {tap.input for cell in cells for tap in layer.step(cell).taps if tap.input is not None}
    assert max(c[1] for c in cells) - min(c[1] for c in cells) + 1 == int(found[1])


@pytest.mark.parametrize("name", ["depthwise_separable", "spatially_separable", "flattened"])
def test_what_is_said_of_a_composition(name):
    spec = conv_anim.load(TEMPLATES[name].path)
    numbers = re.search(r"takes (.+) = ([\d,]+) weights; .* takes ([\d·]+) = ([\d,]+)\.$", takeaway(spec)).groups()
    parts, ours, factors, others = (text.replace(",", "") for text in numbers)
    ours, others = int(ours), int(others)
    each = [layer.weight.size for layer in conv_anim.trace(spec).layers]
    assert (list(map(int, parts.split(" + "))), ours) == (each, sum(each))
    assert prod(map(int, factors.split("·"))) == others
    first, last = spec.layers[0].ends, spec.layers[-1].ends
    apart = all(op.groups == op.ends.in_channels for op in spec.layers)
    assert others == 9 * (1 if apart else first.in_channels) * last.out_channels


# where it is drawn


def lines(drawn):
    return [item for item in drawn.heading if isinstance(item, Text)]


CONV = {"type": "conv", "kernel_size": 3}


@pytest.mark.parametrize("view", ["isometric", "flat", "channels", "volume", "matrix"])
def test_title_and_takeaway_stand_above_the_figure_on_the_left(view):
    spec = conv_anim.load(
        {"input": {"size": [5, 5]}, "layer": CONV, "view": view, "title": "My layer", "takeaway": True}
    )
    drawn = pictures.scene(spec)
    title, point = lines(drawn)
    assert (title.text, title.size, title.bold) == ("My layer", 18, True)
    assert point.text == takeaway(spec)
    assert (
        title.x == point.x == min(item.x for item in drawn.static if isinstance(item, Text) and item in drawn.heading)
    )
    rest = [item for item in drawn.static if item not in drawn.heading]
    assert pictures.extent(rest)[1] >= drawn.head
    assert point.y <= drawn.head


def test_long_titles_wrap_and_nothing_leaves_the_picture():
    title = "A title that says a great deal more about a very small figure than anybody would ever want to read of it"
    drawn = pictures.scene(conv_anim.load({"input": {"size": [3, 3]}, "layer": CONV, "title": title}))
    found = lines(drawn)
    assert len(found) > 1
    assert " ".join(item.text for item in found) == title
    style = Style(THEMES["light"], 1.0, DejaVu())
    assert all(item.x + style.width(item.text, size=item.size, bold=True) <= drawn.width for item in found)


def test_a_takeaway_of_ones_own():
    drawn = pictures.scene(conv_anim.load({"input": {"size": [5, 5]}, "layer": CONV, "takeaway": "So there."}))
    assert [item.text for item in lines(drawn)] == ["So there."]


def test_the_classic_theme_has_no_heading():
    spec = {"input": {"size": [5, 5]}, "layer": CONV, "theme": "classic"}
    with_title = pictures.scene(conv_anim.load({**spec, "title": "My layer", "takeaway": True}))
    assert (
        pictures.listing(with_title).splitlines()[2:]
        == pictures.listing(pictures.scene(conv_anim.load(spec))).splitlines()[2:]
    )


def test_a_storyboard_has_its_heading_once():
    from conv_anim.limits import USUAL
    from conv_anim.scene import storyboard

    drawn = pictures.scene(conv_anim.load({"input": {"size": [4, 4]}, "layer": CONV, "title": "My layer"}))
    page = storyboard.page(drawn, strip=False, vectors=True, limits=USUAL)
    assert pictures.texts(page.static).count("My layer") == 1
    left, top, right, bottom = pictures.extent(page.static)
    assert left >= 0
    assert top >= 0
    assert right <= page.width
    assert bottom <= page.height


def test_a_page_says_its_title_once():
    spec = conv_anim.load({"input": {"size": [4, 4]}, "layer": CONV, "title": "My layer"})
    text = pipeline.encoded(pipeline.scene(spec), "html").decode()
    assert '<h1 id="title"></h1>' in text
    assert "<title>My layer</title>" in text
    bare = conv_anim.load({"input": {"size": [4, 4]}, "layer": CONV, "title": "My layer", "theme": "classic"})
    assert '<h1 id="title">My layer</h1>' in pipeline.encoded(pipeline.scene(bare), "html").decode()


# what weights do

PATTERNS = ("upright line", "level line", "blur", "even mean", "sharpen", "edges", "upright", "level", "any")


@st.composite
def kernels(draw):
    """Whole numbers and quarters in 3x3, of a pattern or of none."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    weights = rng.integers(-4, 5, (3, 3)).astype(float)
    match draw(st.sampled_from(PATTERNS)):
        case "blur":
            weights = np.abs(weights) + np.eye(3)
            weights /= weights.sum()
        case "even mean":
            weights = np.full((3, 3), 1 / 9)
        case "sharpen":
            weights = -np.abs(weights) / 4
            weights[1, 1] = 0.0
            weights[1, 1] = 1 - weights.sum()
        case "edges":
            weights[1, 1] -= weights.sum()
        case "upright":
            weights[:, 1] -= weights.sum(axis=1)
        case "level":
            weights[1] -= weights.sum(axis=0)
        case "upright line" | "level line" as line:
            weights[:, 2] = weights[:, 0]
            weights[:, 1] = -2 * weights[:, 0]
            weights = weights if line == "upright line" else weights.T
    return weights


@settings(max_examples=40)
@given(kernels(), st.integers(0, 2**16))
def test_what_is_said_of_weights_is_what_they_do(weights, seed):
    text = said({"type": "conv", "weight": weights.tolist()}, size=(7, 7))
    rng = np.random.default_rng(seed)
    across, any_ = np.tile(rng.normal(size=9), (9, 1)), rng.normal(size=(9, 9))
    even = np.full((9, 9), 5.0)
    if "add up to 0" in text:
        assert np.allclose(correlated(even, weights), 0)
        assert np.allclose(correlated(across.T, weights), 0) == ("upright" in text or not np.any(row_sums(weights)))
        assert ("level" in text) <= np.allclose(correlated(across, weights), 0)
        ramp = np.tile(np.arange(9.0), (9, 1))
        ramps = np.allclose(correlated(ramp, weights), 0), np.allclose(correlated(ramp.T, weights), 0)
        assert ("vertical lines" in text) <= ramps[0]
        assert ("horizontal lines" in text) <= ramps[1]
        assert ("edges" in text) or all(ramps) or "lines" in text
    elif "blurs" in text:
        made = correlated(any_, weights)
        windows = np.lib.stride_tricks.sliding_window_view(any_, (3, 3))
        assert (made >= windows.min(axis=(2, 3)) - 1e-9).all()
        assert (made <= windows.max(axis=(2, 3)) + 1e-9).all()
    elif "differs more" in text:
        even[4, 4] += 1
        assert np.isclose(correlated(even, weights)[0, 0], 5)
        assert correlated(even, weights)[3, 3] - 5 > 1
    else:
        assert "fits at 25 positions" in text


def row_sums(weights):
    return np.abs(weights.sum(axis=1)) > 1e-9


def correlated(x, weights):
    """By plain loops."""
    return np.array(
        [
            [sum(x[r + a, c + b] * weights[a, b] for a in range(3) for b in range(3)) for c in range(x.shape[1] - 2)]
            for r in range(x.shape[0] - 2)
        ]
    )


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize(
    ("mode", "row"), [("reflect", [3, 2, 1, 2, 3, 2, 1]), ("replicate", [1, 1, 1, 2, 3, 3, 3]), ("circular", None)]
)
def test_a_padding_layer_says_what_it_repeats(mode, row, lang):
    """Mirrored without the edge cells, the edge cells themselves, or from the opposite end."""
    layer = {"type": "pad", "padding": 2, "padding_mode": mode}
    spec = {"input": {"size": [3], "values": [1, 2, 3]}, "layer": layer, "view": "flat", "lang": lang}
    words = {
        "en": {"reflect": "is not repeated", "replicate": "edge cell is repeated", "circular": "the opposite one"},
        "zh-TW": {"reflect": "不重複", "replicate": "重複邊緣", "circular": "另一端"},
    }
    assert words[lang][mode] in takeaway(conv_anim.load(spec))
    assert conv_anim.trace(conv_anim.load(spec)).made[0].tolist() == (row or [2, 3, 1, 2, 3, 1, 2])


@settings(max_examples=20)
@given(st.integers(2, 4), st.integers(2, 3), st.integers(0, 1), st.integers(2, 4))
def test_numbers_among_inserted_zeros_are_counted(kernel, stride, padding, size):
    """Of those under the last window: by the taps of its steps, of which one has the most."""
    assume((size - 1) * stride - 2 * padding + kernel > 0)
    layers = [
        {"type": "conv", "kernel_size": 3, "padding": 1},
        {"type": "conv_transpose", "kernel_size": kernel, "stride": stride, "padding": padding},
    ]
    made = conv_anim.load({"input": {"size": [size, size]}, "layers": layers, "view": "isometric"})
    text = takeaway(made)
    assume("inserted zeros" in text)
    last = conv_anim.trace(made).layers[-1]
    rows = max(len({tap.input[1] for tap in step.taps if tap.input is not None}) for step in last)
    assert f"of the {kernel}×{kernel} under the last window at most {rows}×{rows} hold numbers" in text


# formulas in words


@settings(max_examples=60)
@given(
    st.sampled_from(["conv", "max_pool", "conv_transpose"]),
    st.integers(2, 4),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from([0, 1, [[0, 1]], [[1, 0]]]),
    st.booleans(),
)
def test_the_formula_in_words_makes_the_size(kind, kernel, stride, dilation, padding, up):
    assume(kind != "max_pool" or isinstance(padding, int))
    layer = {"type": kind, "kernel_size": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    layer |= {"ceil_mode": True} if kind == "max_pool" and up else {}
    layer |= {"output_padding": 1} if kind == "conv_transpose" and up and max(stride, dilation) > 1 else {}
    spec = conv_anim.load({"input": {"size": [9]}, "layer": layer, "view": "flat"})
    words, *lines = formulas(spec, Language("en"), named=True)
    assume(not any("last window" in line for line in lines))
    before, after = (padding, padding) if isinstance(padding, int) else padding[0]
    reach = dilation * (kernel - 1) + 1
    numbers = {
        "effective kernel": reach, "output padding": layer.get("output_padding"), "padding before": before,
        "padding after": after, "padding": before, "kernel": kernel, "window": reach, "dilation": dilation,
        "stride": stride, "input": 9, "−": "-", "·": "*",
    }  # fmt: skip
    told = words.removeprefix("output o = ")
    for word, value in numbers.items():
        told = told.replace(word, str(value))
    told = told.replace("⌊(", "math.floor((").replace("⌈(", "math.ceil((").replace("⌋", ")").replace("⌉", ")")
    assert eval(told, {"math": math}) == spec.layers[0].ends.out_size[0]


# what a layer of attention, a Fourier transform, a product and a way back say of themselves


@pytest.mark.parametrize("causal", [False, True])
def test_what_is_said_of_an_attention_window_with_gaps(causal):
    layer = {"type": "attention", "window": 3, "dilation": 2, "causal": causal}
    spec, trace, text = points(layer, (9,))
    seen = [sorted(tap.input[1] for tap in step.taps) for step in trace]
    most, reach = max(map(len, seen)), max(cells[-1] - cells[0] + 1 for cells in seen)
    assert sorted(map(int, re.findall(r"\d+", text))) == sorted((most, reach)), text
    assert spec.layers[0].dilation == (2,)


@pytest.mark.parametrize(("size", "kernel"), [(6, 3), (16, 5), (20, 13)])
def test_a_fourier_transform_says_whether_it_pays(size, kernel):
    layer = {"type": "conv", "kernel_size": kernel, "padding": kernel // 2}
    cells = (2 ** math.ceil(math.log2(size + 2 * (kernel // 2)))) ** 2
    ours = 4 * (3 * cells * math.log2(cells) / 2 + cells)
    assert ("not for this one" in said(layer, (size, size), view="fft")) == (ours > (size * kernel) ** 2)


def test_a_product_says_whether_it_weighs_channels():
    each, both = [{"type": "global_avg_pool"}], [{"type": "relu"}]
    spec = {"input": {"size": [3, 3], "channels": 2}, "view": "flat"}
    texts = [
        takeaway(conv_anim.load({**spec, "layers": [*way, {"type": "multiply", "from": ["input", -1]}]}))
        for way in (each, both)
    ]
    assert [text.startswith("Each channel") for text in texts] == [True, False]


def test_a_way_past_the_layers_is_said_of_what_comes_back():
    residual, chain = (
        takeaway(conv_anim.load(TEMPLATES[name].path)) for name in ("backward_residual", "backward_chain")
    )
    assert "unchanged" in residual
    assert "unchanged" not in chain


def test_a_single_weight_stands_below_its_badge_too():
    layers = [{"type": "conv", "weight": [[7]]}, {"type": "relu"}]
    drawn = pictures.scene(conv_anim.load({"input": {"values": [[1, 2]]}, "layers": layers, "view": "flat"}))
    assert "7" in pictures.texts(drawn.static)


@pytest.mark.parametrize(
    ("layers", "ways"),
    [
        ([("a", "input"), ("b", "input"), ("concat", ["a", "b"])], 2),
        ([("a", "input"), ("b", "input"), ("c", "b"), ("concat", ["a", "c"])], 2),
        ([("a", "input"), ("b", "a"), ("concat", ["a", "b"])], 0),  # b is made of a: no way of its own
        ([("a", "input"), ("concat", ["input", "a"])], 0),
        ([("a", "input"), ("b", "a"), ("c", "a"), ("d", "a"), ("concat", ["b", "c", "d"])], 3),
    ],
)
def test_ways_that_are_set_behind_each_other_are_counted(layers, ways):
    made = [
        {"type": "concat", "from": fed} if name == "concat" else {"type": "relu", "name": name, "from": fed}
        for name, fed in layers
    ]
    said = takeaway(conv_anim.load({"input": {"values": [[1, -2]]}, "layers": made, "view": "flat"}))
    assert said.startswith(f"{ways} ways lead from one map") if ways else " ways lead" not in said


@pytest.mark.parametrize(
    ("padding", "said"),
    [
        ([[0, 1], [0, 1]], "zeros only after the input (1 row below, 1 column right): windows begin at its first cell"),
        (
            1,
            "windows begin at the first zeros of the padding, but the last window stops short of its end: last row and",
        ),
        (0, "does not come out even"),
    ],
)
def test_with_a_stride_it_is_said_on_which_sides_zeros_count(padding, said):
    layer = {"type": "conv", "kernel_size": 3, "stride": 2, "padding": padding}
    assert said in takeaway(conv_anim.load({"input": {"size": [6, 6]}, "layer": layer}))


def test_down_and_up_again_is_said_with_its_sizes():
    layer = {"kernel_size": 3, "stride": 2, "padding": 1}
    layers = [{"type": "conv", **layer}, {"type": "conv_transpose", **layer}]
    spec = {"input": {"size": [9, 9]}, "layers": layers, "view": "isometric"}
    said = takeaway(conv_anim.load(spec))
    assert said.startswith("The map shrinks from 9×9 to 5×5 and grows back to 9×9;")
    seen = 3 + 2 * (2 - 1)  # of the first layer's map two cells at most, each made of three
    assert said.endswith(f"up to {seen}×{seen} of the input."), "nothing more is seen with zeros"
    small = takeaway(conv_anim.load({**spec, "input": {"size": [5, 5]}}))
    assert small.endswith(f"up to {seen - 1}×{seen - 1} of the input ({seen}×{seen} with the zeros around it).")


def test_depthwise_layers_are_compared_in_the_multiply_adds_of_their_rows():
    """A row counts its batch norm too, one for each number; so does what the sentence says of it."""
    spec = conv_anim.load(TEMPLATES["mobilenet_v3_small"].path)
    nodes = networks.of_spec(spec).nodes
    ours = full = 0
    for node in nodes:
        if node.is_depthwise:
            norm = sum(each.cells for each in nodes if each.type == "batch_norm" and node.number in each.inputs)
            ours += node.products + norm
            full += node.products * node.shape[1] + norm
    assert f"take {full / ours:.0f} times as many" in takeaway(spec)
