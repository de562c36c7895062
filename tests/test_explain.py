"""Accounts of layers against the trace's own taps, and ``conv-anim explain``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from math import prod
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from click.testing import CliRunner
from hypothesis import assume
from hypothesis import given as drawn
from hypothesis import strategies as st

import conv_anim
from conv_anim.cli import main
from conv_anim.explain import data, text
from conv_anim.ops.conv import Conv
from conv_anim.ops.conv_transpose import ConvTranspose
from conv_anim.tracing import analysis
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.trace import trace
from tests import layers as made
from tests.figures import NAMES, mapping

HERE = Path(__file__).parent / "explained"


def load(name, **more):
    return conv_anim.load(mapping(name, **more))


# cost


@drawn(made.convs())
def test_a_convolution_multiplies_and_adds_every_tap(layer):
    traced = trace(made.spec(layer)).layers[0]
    found = analysis.cost(layer)
    assert found.multiply_adds == sum(len(step.taps) for step in traced)
    assert found.parameters == traced.weight.size + (0 if traced.bias is None else traced.bias.size)


@drawn(made.transpose_settings().map(lambda settings: made.conv_transpose(**{**settings, "padding": 0})))
def test_a_transposed_convolution_multiplies_every_input_by_every_weight(layer):
    """Where nothing is cut off the output, all of these products are taps of the trace too."""
    traced = trace(made.spec(layer)).layers[0]
    met = sum(tap.source is Source.INPUT for step in traced for tap in step.taps)
    found = analysis.cost(layer)
    assert found.multiply_adds == met
    assert found.parameters == traced.weight.size + (0 if traced.bias is None else traced.bias.size)


@drawn(made.pools())
def test_pools_cost_nothing(layer):
    assert analysis.cost(layer) == analysis.Cost(0, 0)


@pytest.mark.parametrize(
    ("name", "parameters", "multiply_adds"),
    [("nearest", 0, 0), ("bilinear", 0, 36 * 4), ("bicubic", 0, 25 * 16), ("channel shuffle", 0, 0), ("unfold", 0, 0)],
)
def test_layers_without_weights(name, parameters, multiply_adds):
    assert analysis.cost(load(name).layers[0]) == analysis.Cost(parameters, multiply_adds)


@pytest.mark.parametrize(
    ("name", "ours", "standard"),
    [
        ("depthwise separable", [675, 9_600], 86_400),  # FIGURES: 86,400 against 675 + 9,600 = 10,275
        ("spatially separable", [45, 27], 81),
        ("flattened", [25 * 2 * 3, 15 * 2 * 3, 9 * 2 * 3], 9 * 2 * 27),
    ],
)
def test_compositions_and_what_they_replace(name, ours, standard):
    layers = load(name).layers
    assert [analysis.cost(layer).multiply_adds for layer in layers] == ours
    assert analysis.total(layers).multiply_adds == sum(ours)
    (replaced,) = analysis.undone(layers)
    assert analysis.cost(replaced).multiply_adds == standard


def test_a_composition_stands_in_for_a_convolution_of_the_same_sizes():
    settings = {"stride": 2, "dilation": 2, "padding": [[1, 2], [0, 1]], "bias": 1}
    layer = {"type": "depthwise_separable", "kernel_size": [3, 2], "out_channels": 4, **settings}
    spec = conv_anim.load({"input": {"size": [9, 9], "channels": 3}, "layer": layer})
    plain = {**layer, "type": "conv"}
    (wanted,) = conv_anim.load({"input": {"size": [9, 9], "channels": 3}, "layer": plain}).layers
    (found,) = analysis.undone(spec.layers)
    assert isinstance(wanted, Conv)
    same = ("ends", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "part_of")
    assert [getattr(found, key) for key in same] == [getattr(wanted, key) for key in same]


def test_entries_of_a_spec():
    layers = load("twice separable").layers
    assert [len(entry) for entry in analysis.entries(layers) if isinstance(entry, tuple)] == [2, 2]
    kinds = {"spatially_separable": 2, "flattened": 3}
    for name, count in kinds.items():
        entry = {"type": name, "kernel_size": 3}
        spec = conv_anim.load({"input": {"size": [9, 9]}, "layers": [entry, {"type": "conv", "kernel_size": 3}, entry]})
        found = analysis.entries(spec.layers)
        assert [len(part) if isinstance(part, tuple) else 1 for part in found] == [count, 1, count]
        assert len(analysis.undone(spec.layers)) == 3


# receptive field


@st.composite
def stacks(draw):
    """Windows along one axis, one after the other."""
    size, found = draw(st.integers(6, 14)), []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["conv", "pool", "transpose"]))
        if kind == "transpose":
            axis = draw(made.axis_of_transpose(size))
            layer = made.conv_transpose((size,), **{key: (n,) for key, n in axis.items()})
        elif kind == "conv":
            axis = draw(made.axis_of_conv(size, "zeros"))
            layer = made.conv((size,), **{key: (n,) for key, n in axis.items()})
        else:
            kernel = draw(st.integers(1, min(3, size)))
            layer = made.pool((size,), kernel, reduce="mean", stride=draw(st.integers(1, 2)))
        found.append(layer)
        size = layer.ends.out_size[0]
    return found


def behind(layers, cell):
    """From the first to the last input place that an output is made of, by the taps, counted on past the edges."""
    cells = {cell}
    for layer in reversed(layers):
        stretch = layer.stride[0] if isinstance(layer, ConvTranspose) else 1
        step = 1 if isinstance(layer, ConvTranspose) else layer.stride[0]
        reach = layer.dilation[0] * (layer.kernel_size[0] - 1)
        before = reach - layer.padding[0][0] if isinstance(layer, ConvTranspose) else layer.padding[0][0]
        taps = [layer.dilation[0] * t for t in range(layer.kernel_size[0])]
        places = {c * step + t - before for c in range(min(cells), max(cells) + 1) for t in taps}
        span = range(min(places), max(places) + 1)
        cells = {place // stretch for place in span if place % stretch == 0}
        if not cells:
            return 0
    return max(cells) - min(cells) + 1


@drawn(stacks())
def test_the_receptive_field_is_what_lies_behind_an_output(layers):
    fields = {behind(layers, cell) for cell in range(layers[-1].ends.out_size[0])}
    assume(0 not in fields)
    found = analysis.receptive_field(layers)
    assert found.size == (max(fields),)
    assert found.varies == (len(fields) > 1)


@drawn(stacks())
def test_the_receptive_field_is_the_sum_of_its_terms(layers):
    terms = analysis.summands(layers, 0)
    if any(isinstance(layer, ConvTranspose) for layer in layers):
        assert terms is None
    else:
        assert analysis.receptive_field(layers).size == (1 + sum(reach * jump for reach, jump in terms),)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("dilations", (15, 15)),
        ("causal stack", (8,)),
        ("shuffled", (5, 5)),
        ("spatially separable", (3, 3)),
        ("nearest", (1, 1)),
        ("bilinear", (2, 2)),
        ("bicubic", (4, 4)),
        ("pixel shuffle", (1, 1)),
        ("pixel unshuffle", (2, 2)),
        ("unpooled", None),
        ("unfold", None),
    ],
)
def test_receptive_fields(name, size):
    found = analysis.receptive_field(load(name).layers)
    assert (None if found is None else found.size) == size


def test_the_receptive_field_of_a_large_network_is_counted_at_once():
    layers = [{"type": "conv", "kernel_size": 3, "padding": "same"}, {"type": "max_pool", "kernel_size": 2}] * 8
    spec = conv_anim.load({"input": {"size": [2048, 2048]}, "layers": layers, "view": "volume"})
    assert analysis.receptive_field(spec.layers).size == (766, 766)


# explained


def whole(lang):
    return "\n".join(f"## {name}\n{text(load(name, lang=lang))}" for name in NAMES)


def expected():
    """Each file, and what it would hold now."""
    return [(HERE / f"{lang}.txt", whole(lang)) for lang in ("en", "zh-TW")]


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_texts_are_as_they_were(lang):
    """Compared as text; ``make update-expected`` writes it anew."""
    assert whole(lang) == (HERE / f"{lang}.txt").read_text(encoding="utf-8")


def test_texts_stand_in_columns():
    for lang in ("en", "zh-TW"):
        for block in text(load("down and up", lang=lang)).split("\n\n")[1:]:
            starts = {places(re.match(r" *\S+( \S+)?  +", line)[0]) for line in block.splitlines()[1:]}
            assert len(starts) == 1, block


def places(said):
    """Columns of a terminal."""
    return sum(2 if east_asian_width(c) in {"W", "F"} else 1 for c in said)


def test_data_says_the_same():
    found = data(load("depthwise separable"))
    assert found["input"] == {"channels": 3, "size": [7, 7]}
    assert [layer["multiply_adds"] for layer in found["layers"]] == [675, 9_600]
    assert found["total"] == {"parameters": 411, "multiply_adds": 10_275, "receptive_field": [3, 3]}
    assert found["standard"] == {"parameters": 3_456, "multiply_adds": 86_400}
    assert [layer["part_of"] for layer in found["layers"]] == ["depthwise_separable"] * 2
    layer = data(load("transposed"))["layers"][0]
    assert (layer["border"], layer["padding"]) == ([[1, 2], [1, 2]], [[1, 1], [1, 1]])
    layer = data(load("odd"))["layers"][0]
    assert layer["unread"] == [{"first": 0, "last": 1, "between": 0, "padding": True}] * 2
    assert (layer["type"], layer["effective_kernel"]) == ("conv", [3, 3])
    assert "standard" not in data(load("odd"))


@pytest.mark.parametrize("name", NAMES)
def test_data_is_plain_and_consistent(name):
    spec = load(name)
    found = json.loads(json.dumps(data(spec)))
    assert found["total"]["multiply_adds"] == sum(layer["multiply_adds"] for layer in found["layers"])
    for layer, said in zip(trace(spec).layers, found["layers"], strict=True):
        assert list(layer.output.shape) == [said["output"]["channels"], *said["output"]["size"]]


def test_nothing_large_is_computed():
    spec = conv_anim.load(
        {
            "input": {"size": [224, 224], "channels": 64},
            "layer": {"type": "conv", "kernel_size": 3, "padding": "same", "out_channels": 64},
        }
    )
    assert data(spec)["total"]["multiply_adds"] == prod((224, 224, 64, 64, 9))


# the command


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text("input: {size: [6, 6]}\nlayer: {type: conv, kernel_size: 3, stride: 2, padding: 1}\n")
    return str(path)


def test_the_command(odd):
    result = CliRunner().invoke(main, ["explain", odd])
    assert result.exit_code == 0
    assert result.stdout == text(conv_anim.load(odd))
    assert "last row and column of the padding never read" in result.stdout


def test_the_command_changes_the_spec_first(odd):
    result = CliRunner().invoke(main, ["explain", odd, "--set", "layer.stride=1", "--set", "lang=zh-TW", "--json"])
    found = json.loads(result.stdout)
    assert found["layers"][0]["output"]["size"] == [6, 6]
    assert found["layers"][0]["says"].startswith("卷積")


def test_the_command_tells_problems(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("input: {size: [2, 2]}\nlayer: {type: conv, kernel_size: 3}\n")
    result = CliRunner().invoke(main, ["explain", str(path)])
    assert result.exit_code == 1
    assert "does-not-fit" in result.stderr


def test_the_command_imports_no_painter(odd):
    command = [sys.executable, "-X", "importtime", "-m", "conv_anim", "explain", odd]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert imported & {"matplotlib", "PIL"} == set()
    assert "yaml" in imported
