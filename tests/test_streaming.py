"""Sequences that arrive piece by piece: a machine with only the buffer makes what the whole sequence makes."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes, Text
from conv_anim.scene.sequence.streaming import StreamingView
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.streaming import Streaming, ratio_of
from tests import pictures

CHUNKS = st.integers(1, 7)


def load(size, layers, view=None, **more):
    fed = {"size": [size], "values": {"random": {"seed": 2, "low": -3, "high": 3}}}
    return conv_anim.load({"input": fed, "layers": layers, "view": view or {"kind": "sequence"}, **more})


@st.composite
def windows(draw):
    """A layer of any kind that slides a window."""
    kind = draw(st.sampled_from(["conv", "causal", "conv_transpose", "max_pool", "avg_pool", "attention"]))
    size = draw(st.integers(1, 4))
    if kind == "attention":
        more = draw(st.sampled_from([{"dilation": 1}, {"dilation": 3}, {"shift": 0}, {"shift": size - 1}, None]))
        return {"type": kind, "causal": True} | ({} if more is None else {"window": size, **more})
    layer = {"type": "conv" if kind == "causal" else kind, "kernel_size": size}
    if kind == "conv_transpose":
        return layer | {"stride": draw(st.integers(1, 3)), "padding": draw(st.integers(0, size - 1))}
    if kind == "causal":
        mode = draw(st.sampled_from(["zeros", "zeros", "replicate", "reflect"]))
        return layer | {"padding": "causal", "dilation": draw(st.integers(1, 3)), "padding_mode": mode}
    if kind != "conv":
        return layer | {"stride": draw(st.integers(1, 3)), "padding": draw(st.integers(0, size // 2))}
    around = [[draw(st.integers(0, 4)), draw(st.integers(0, 4))]]
    return layer | {"stride": draw(st.integers(1, 4)), "dilation": draw(st.integers(1, 3)), "padding": around}


def drawn_stack(size, layers):
    try:
        return load(size, layers)
    except conv_anim.SpecError:
        assume(False)  # it does not fit


# a machine with a buffer


def read_by(layer, o):
    """Of an output the cells of the endless sequence that it reads, in plain arithmetic, with their weights."""
    window = layer.layer.window
    if window is None:
        seen = layer.layer.attends.seen[0][o]
        return [(j, None) for j in seen]
    axis, found = window.axes[0], []
    for t in range(axis.kernel):
        place = o * axis.stride + t * axis.dilation - axis.before
        if place < 0:
            place = {"zeros": place, "replicate": 0, "reflect": -place}[axis.mode]
        if place % axis.stretch == 0 and place >= 0:
            tap = axis.kernel - 1 - t if axis.flipped else t
            found.append((place // axis.stretch, None if layer.kernels is None else layer.kernels[0, 0, tap]))
    return found


def made_of(layer, o, held):
    """An output from what is held alone: a cell that is not there is an error; past the end there is padding."""
    size = layer.input.shape[1]
    numbers = [(held[j], w) for j, w in read_by(layer, o) if j < size]
    if layer.layer.type == "attention":
        scores = np.array([held[o] * x for x, _ in numbers])
        powers = np.exp(scores - scores.max())
        return float(np.dot(powers, [x for x, _ in numbers]) / powers.sum())
    if layer.layer.type == "max_pool":
        return max(x for x, _ in numbers)
    if layer.layer.type == "avg_pool":
        return sum(x for x, _ in numbers) / layer.layer.window.axes[0].kernel
    return sum(x * w for x, w in numbers)


def streamed(trace, chunk):
    """All outputs, made step by step by a machine that keeps of each map what the buffer says, and nothing else."""
    stream = Streaming.of(trace.spec.layers, chunk)
    held = [{} for _ in trace.layers]
    output = []
    for before, after in stream.steps:
        new = dict(enumerate(trace.input[0].tolist()))
        new = {cell: new[cell] for cell in range(before.there[0], after.there[0])}
        for k, layer in enumerate(trace.layers):
            held[k] |= new
            new = {o: made_of(layer, o, held[k]) for o in range(before.there[k + 1], after.there[k + 1])}
            held[k] = {cell: held[k][cell] for cell in after.kept[k]}
        output += new.values()
    return output


GAPS = {"type": "attention", "causal": True, "window": 2, "dilation": 3}
"""Its first cells look at themselves alone, later ones at those: what the next output does not read is kept too."""


@example([GAPS], 8, 1)
@given(st.lists(windows(), min_size=1, max_size=4), st.integers(1, 14), CHUNKS)
def test_any_chunks_make_what_the_whole_sequence_makes(layers, size, chunk):
    trace = conv_anim.trace(drawn_stack(size, layers))
    assert np.allclose(streamed(trace, chunk), trace.output[0], atol=1e-9)


@example(GAPS, 8, 1)
@given(windows(), st.integers(4, 12), CHUNKS)
def test_each_cell_that_is_kept_is_read_later_if_the_sequence_goes_on(layer, size, chunk):
    """The buffer is the least: of a longer sequence, an output that is not made yet reads each of its cells."""
    spec, longer = drawn_stack(size, [layer]), drawn_stack(size + 24, [layer])
    later = conv_anim.trace(longer).layer
    for state in Streaming.of(spec.layers, chunk).states:
        if not state.ended and state.there[0] <= size:
            read = {j for o in range(state.there[1], len(later)) for j, _ in read_by(later, o)}
            assert set(state.kept[0]) == {cell for cell in read if cell < state.there[0]}


@given(st.lists(windows(), min_size=1, max_size=3), st.integers(2, 12), CHUNKS)
def test_nothing_that_has_been_made_changes_when_more_arrives(layers, size, chunk):
    """What is out before the end is what a longer sequence makes too."""
    spec, _ = drawn_stack(size, layers), drawn_stack(size + 9, layers)
    fed = np.random.RandomState(4).randint(-3, 4, size + 9).tolist()
    short, long = (
        conv_anim.trace(conv_anim.load({"input": {"values": fed[:n]}, "layers": layers, "view": "sequence"}))
        for n in (size, size + 9)
    )
    before_the_end = max(state.there[-1] for state in Streaming.of(spec.layers, chunk).states if not state.ended)
    assert np.allclose(short.output[0, :before_the_end], long.output[0, :before_the_end])


# buffers and latencies, by the formulas of papers


@pytest.mark.parametrize(
    ("layer", "cells", "late"),
    [
        ({"type": "conv", "kernel_size": 3, "padding": "causal"}, 2, 0),
        ({"type": "conv", "kernel_size": 2, "padding": "causal", "dilation": 4}, 4, 0),
        ({"type": "conv", "kernel_size": 5, "padding": "same"}, 4, 2),
        ({"type": "conv", "kernel_size": 4, "stride": 2, "padding": [[2, 0]]}, 2, 1),
        ({"type": "conv", "kernel_size": 8, "stride": 4, "padding": [[4, 0]]}, 4, 3),
        ({"type": "conv", "kernel_size": 2, "stride": 3}, 0, 1),
        ({"type": "conv_transpose", "kernel_size": 4, "stride": 2}, 1, 0),
        ({"type": "attention", "window": 3, "causal": True}, 2, 0),
        ({"type": "attention", "causal": True}, 24, 0),
    ],
)
def test_buffers_are_those_of_the_formulas(layer, cells, late):
    """k̂ − s where the padding before is k̂ − s and chunks are whole strides; k̂ − 1 where all comes before."""
    spec = load(24, [layer])
    stride = layer.get("stride", 1) if layer["type"] == "conv" else 1
    stream = Streaming.of(spec.layers, stride)
    assert stream.buffers == (cells,)
    assert stream.latency(ratio_of(spec.layers)) == late


def test_a_stack_is_as_late_as_its_layers_together():
    """Three layers of two cells ahead, the last after a stride of 2: 2 + 2 + 1 (of a stride) + 2·2."""
    same = {"type": "conv", "kernel_size": 5, "padding": "same"}
    down = {"type": "conv", "kernel_size": 2, "stride": 2}
    spec = load(40, [same, same, down, same])
    assert ratio_of(spec.layers) == Fraction(2)
    assert Streaming.of(spec.layers, 1).latency(Fraction(2)) == 2 + 2 + 1 + 4


def test_what_sees_all_is_made_at_the_end():
    spec = load(6, [{"type": "global_avg_pool"}])
    stream = Streaming.of(spec.layers, 2)
    assert [state.there[-1] for state in stream.states] == [0, 0, 0, 1]
    assert stream.buffers == (4,)


# what is drawn, and refused


def test_a_step_is_a_chunk_and_the_end_is_one_where_outputs_wait_for_it():
    same = {"type": "conv", "kernel_size": 3, "padding": "same"}
    trace = conv_anim.trace(load(6, [same], {"kind": "sequence", "cache": True, "chunk": 2}))
    drawn = pipeline.scene(trace.spec)
    assert len(drawn.frames) >= 4
    assert len(StreamingView(trace, None).steps) == 4


def test_a_chunk_alone_asks_for_the_cache_and_a_switch_turns_it_off():
    conv = {"type": "conv", "kernel_size": 2, "padding": "causal"}
    assert load(6, [conv], {"kind": "sequence", "chunk": 2}).view.cache
    assert not load(6, [conv], {"kind": "sequence", "chunk": 2, "cache": False}).view.cache


@pytest.mark.parametrize(
    "layer",
    [
        {"type": "conv", "kernel_size": 3, "padding": "same", "padding_mode": "reflect"},
        {"type": "conv", "kernel_size": 3, "padding": "same", "padding_mode": "circular"},
        {"type": "attention", "window": 3},
        {"type": "conv", "kernel_size": 3, "padding": "same", "padding_mode": "replicate"},
        {"type": "conv", "kernel_size": 3, "padding": "causal", "padding_mode": "circular"},
        {"type": "attention"},
        {"type": "attention", "window": 3, "pattern": "neighborhood"},
    ],
)
def test_what_cannot_stream_is_refused(layer):
    with pytest.raises(conv_anim.SpecError, match="cache"):
        load(6, [layer], {"kind": "sequence", "cache": True})


@pytest.mark.parametrize("numbers", [True, False])
def test_the_weights_of_a_stream_with_numbers_are_said(numbers):
    """As the window meets them: many outputs are made at once, so they do not stand at the lines."""
    layer = {"type": "conv", "padding": "causal", "weight": [1, 2, -3]}
    view = {"kind": "sequence", "cache": True, "numbers": numbers}
    drawn = pictures.scene(conv_anim.load({"input": {"values": [1, 3, 2, 0]}, "layer": layer, "view": view}))
    assert ("weights 1, 2, −3" in pictures.texts(drawn.static)) == numbers


# what is said of it


def told(size, layers, **view):
    spec = {"input": {"size": [size]}, "layers": layers, "takeaway": True}
    return conv_anim.load({**spec, "view": {"kind": "sequence", "cache": True, **view}})


@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_what_is_kept_is_the_window_without_what_it_leaves_behind(kernel, stride, dilation, causal):
    """The number said is that of cells which a window still reads when it has moved on by a stride."""
    assume(not (causal and stride > 1))
    layer = {"type": "conv", "kernel_size": kernel, "stride": stride, "dilation": dilation}
    spec = told(30, [{**layer, **({"padding": "causal"} if causal else {})}], chunk=stride)
    said = " ".join(pictures.texts(pipeline.scene(spec).static))
    found = re.search(r"keeps (\d+) cells?: its (window|reach) of (\d+) without the (\d* ?)oldest", said)
    if found is None:
        return
    kept, _, wide, gone = found.groups()
    assert int(wide) == (kernel - 1) * dilation + 1
    assert int(kept) == int(wide) - int(gone or 1) == Streaming.of(spec.layers, stride).buffers[0]


@given(st.integers(1, 4), st.integers(2, 3), st.integers(0, 2))
def test_where_not_every_cell_has_an_output_one_is_told_with_the_cell_that_completes_it(kernel, stride, before):
    layer = {"type": "conv", "kernel_size": kernel, "stride": stride, "padding": [[before, 0]]}
    assume(before < kernel)
    spec = told(24, [layer])
    said = " ".join(pictures.texts(pipeline.scene(spec).static))
    (found,) = re.findall(r"output (\d+) is made once cell (\d+) is there", said)
    output, cell = map(int, found)
    assert cell == max(1, (output - 1) * stride - before + kernel)  # the last cell of its window, both counted from 1
    few = ", fewer at the start" if kernel - before > stride else ""  # the first window is not whole by then
    assert takeaway(spec).startswith(f"For every {stride} cells that arrive, one output is made{few}; ")


@given(st.integers(1, 6), st.integers(2, 3), st.integers(0, 4), st.integers(2, 9))
@example(4, 2, 0, 6)  # 2 for each of 6 cells, and 2 more after the end
def test_the_outputs_that_are_told_of_are_all_that_there_are(kernel, stride, padding, size):
    made = (size - 1) * stride + kernel - 2 * padding
    assume(padding < kernel and made > 0)
    spec = told(size, [{"type": "conv_transpose", "kernel_size": kernel, "stride": stride, "padding": padding}])
    found = re.match(
        r"For every cell that arrives, (\d+) outputs are made(, fewer at the start)?"
        r"(?:, and the last (one|\d+) when the sequence ends)?(, fewer at the end)?; ",
        takeaway(spec),
    )
    assume(found is not None)  # where all of them wait for the end, that is said
    each, fewer, last, short = found.groups()
    count = int(each) * size + int({None: "0", "one": "1"}.get(last, last))
    assert count > made if fewer or short else count == made
    assert bool(last) == (kernel - padding > stride)  # those that the last cell does not complete


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_a_stream_speaks_of_no_buffer_no_chunk_and_no_latency(lang):
    causal = {"type": "conv", "kernel_size": 3, "padding": "causal", "dilation": 2}
    for layers in ([causal], [causal, causal], [{"type": "conv_transpose", "kernel_size": 4, "stride": 2}]):
        spec = replace(told(12, layers), lang=lang)
        drawn = pipeline.scene(spec)
        items = [
            *drawn.static,
            *drawn.heading,
            *(item for k in (0, len(drawn.frames) - 2) for item in drawn.frames[k].shown),
        ]
        said = " ".join(pictures.texts(items))
        assert not re.search("buffer|chunk|latency|effective|⌈|緩衝|延遲|段之間", said)


@pytest.mark.parametrize("name", ["stream_transposed", "transposed_1d", "conv_1d", "causal", "stream_strided"])
def test_the_last_picture_of_a_sequence_holds_all_that_its_numbers_are_made_of(name):
    """With the weights beside it every number can be checked: they slide over the lower row as they are written."""
    (template,) = (each for each in templates() if each.name == name)
    spec = conv_anim.load(template.path)
    drawn = pictures.scene(spec)
    shown = pictures.after(drawn, len(drawn.frames) - 1)
    texts = (text.removeprefix("flipped ") for text in pictures.texts(shown))
    (said,) = (text for text in texts if text.startswith("weights "))
    weights = [int(w) for w in said.removeprefix("weights ").split(", ")]
    nodes = [item for item in shown if isinstance(item, Text) and item.anchor == "middle" and item.text.isdigit()]
    upper, lower = (
        [int(item.text) for item in sorted(nodes, key=lambda item: item.x) if round(item.y) == height]
        for height in sorted({round(item.y) for item in nodes})
    )
    stride = spec.layers[0].window.axes[0].stride
    assert upper == [int(np.dot(weights, lower[k : k + len(weights)])) for k in range(0, len(upper) * stride, stride)]


GROUND = mix(THEMES["light"].colors.kernel, THEMES["light"].colors.window, 0.35)


def said(name, k):
    """What is written in a frame of a template, and the grounds of what is kept."""
    frame = pictures.scene(conv_anim.load(f"templates/streaming/{name}.yaml")).frames[k]
    items = [*frame.kept, *frame.shown]
    grounds = [item for item in items if isinstance(item, Boxes) and item.stroke and item.stroke.color == GROUND]
    return [item.text for item in items if isinstance(item, Text)], grounds


def test_at_the_end_nothing_is_kept():
    """As readers found of these pictures: all outputs were made, and some cells were still kept for those to come."""
    for template in templates():
        if template.topic != "streaming" or template.name == "key_value_cache":
            continue
        trace = conv_anim.trace(conv_anim.load(template.path))
        texts, grounds = said(template.name, -1)
        assert grounds == [], template.name
        assert f"Kept: nothing · the sequence ends · all {trace.output.shape[1]} outputs are made" in texts
        _, before = said(template.name, -2)
        assert before, template.name


def test_the_sum_of_the_last_output_of_a_chunk_is_written():
    trace = conv_anim.trace(conv_anim.load("templates/streaming/stream_causal.yaml"))
    scene = pictures.scene(trace.spec)
    (cells,), (weights,) = trace.input.tolist(), trace.layer.weight[0].tolist()
    padded = [0, 0, *cells]
    sums = [text for k in range(len(scene.frames)) for text in said("stream_causal", k)[0] if text.startswith("output")]
    for text, output in zip(sums, range(2, 11, 2), strict=True):
        read = padded[output - 1 : output + 2]
        assert sum(x * w for x, w in zip(read, weights, strict=True)) == trace.output[0, output - 1]
        assert text.startswith(f"output {output}: ")
        assert text.endswith(f" = {trace.output[0, output - 1]:g}")
        assert [int(n) for n in re.findall(r"(\d+)·", text)] == read


@pytest.mark.parametrize("name", ["key_value_cache", "stream_causal", "stream_lookahead"])
def test_the_ground_of_what_is_kept_meets_neither_the_margin_nor_the_word_below(name):
    drawn = pictures.scene(conv_anim.load(f"templates/streaming/{name}.yaml"))
    left = min(item.x for item in drawn.static if isinstance(item, Text) and item.anchor == "start")
    time = min(item.y - item.size for item in drawn.static if isinstance(item, Text) and item.text == "time")
    grounds = [box for k in range(len(drawn.frames)) for item in said(name, k)[1] for box in item.boxes]
    assert grounds
    assert min(x for x, *_ in grounds) >= left - 1
    assert max(y + high for _, y, _, high in grounds) <= time
