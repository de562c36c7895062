"""What is said of a network's layers, against what is computed: sizes, parameters, products, and how far they see."""

import json
from math import prod

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim.catalog import templates
from conv_anim.cli import main
from conv_anim.spec.network import INPUT, NetNode, NetWindow, Network
from conv_anim.tracing import networks
from conv_anim.tracing.reach import reaches

KNOWN = {template.name: template for template in templates()}


def spec_of(layers, size, values=None, channels=1):
    given_ = {"size": list(size), "channels": channels} if values is None else {"values": values}
    return {"input": given_, "layers": layers, "view": "network"}


def seen(layers, size, output):
    """Which input cells change an output cell, found by changing each of them."""
    base = np.zeros(size, int)
    before = conv_anim.trace(conv_anim.load(spec_of(layers, size, base.tolist()))).output[0]
    found = []
    for cell in np.ndindex(*size):
        changed = base.copy()
        changed[cell] = 1
        after = conv_anim.trace(conv_anim.load(spec_of(layers, size, changed.tolist()))).output[0]
        if after[output] != before[output]:
            found.append(cell)
    return found


LAYERS = st.one_of(
    st.builds(
        lambda kernel, stride, dilation, before: {
            "type": "conv",
            "stride": stride,
            "dilation": dilation,
            "padding": [[before, 1]],
            "weight": [1] * kernel,
        },
        st.integers(1, 3),
        st.integers(1, 2),
        st.integers(1, 2),
        st.integers(0, 2),
    ),
    st.builds(lambda size: {"type": "avg_pool", "kernel_size": size}, st.integers(2, 3)),
    st.builds(
        lambda kernel, stride: {"type": "conv_transpose", "stride": stride, "weight": [1] * kernel},
        st.integers(2, 4),
        st.integers(1, 2),
    ),
    st.just({"type": "leaky_relu", "negative_slope": 0.5}),
)


@st.composite
def chains(draw):
    """Some layers with one axis, with a branch beside two of them now and then."""
    layers = draw(st.lists(LAYERS, min_size=1, max_size=3))
    if draw(st.booleans()):
        reach = draw(st.integers(1, 2))
        weight = [1] * (2 * reach + 1)
        layers = [{"type": "conv", "weight": [1], "name": "start"}, *layers]
        layers += [
            {"type": "conv", "weight": weight, "padding": reach, "name": "wide"},
            {"type": "add", "from": [-1, -2]},
        ]
    return layers


@settings(max_examples=40)
@given(chains(), st.data())
def test_what_a_cell_sees_is_what_changes_it(layers, data):
    spec = conv_anim.load(spec_of(layers, (40,)))
    *_, far = reaches(networks.of_spec(spec), spec)
    (count,) = spec.layers[-1].ends.out_size
    cell = data.draw(st.integers(count // 3, max(count // 3, 2 * count // 3 - 1)))
    found = [at for (at,) in seen(layers, (40,), (cell,))]
    middle, half = far.center[0] + cell * far.jump[0], far.field[0] / 2
    if middle < half or middle + half > 40 or not found:
        return  # it sees padding, of the input or on the way, which is counted too
    assert max(found) - min(found) + 1 <= far.field[0]
    if not far.varies and not any(layer["type"] == "conv_transpose" for layer in layers):
        assert max(found) - min(found) + 1 == far.field[0]
        assert (min(found) + max(found) + 1) / 2 == far.center[0] + cell * far.jump[0]


@pytest.mark.parametrize(
    ("layers", "field", "jump", "center"),
    [
        # Dang Ha The Hien, A guide to receptive field arithmetic for CNNs: two 3x3 windows with stride 2 and padding 1
        ([{"kernel_size": 3, "stride": 2, "padding": 1}] * 2, 7, 4, 0.5),
        # AlexNet's first layers, as in the same table: 11/4, pool 3/2, 5 with padding 2
        (
            [
                {"kernel_size": 11, "stride": 4},
                {"type": "max_pool", "kernel_size": 3, "stride": 2},
                {"kernel_size": 5, "padding": 2},
            ],
            *(51, 8, 9.5),
        ),
    ],
)
def test_known_fields(layers, field, jump, center):
    made = [{"type": "conv"} | layer for layer in layers]
    spec = conv_anim.load(spec_of(made, (227, 227)))
    *_, far = reaches(networks.of_spec(spec), spec)
    assert (far.field, far.jump, far.center) == ((field,) * 2, (jump,) * 2, (center,) * 2)


@pytest.mark.parametrize("name", ["resnet18", "unet", "wavenet", "inception", "mobilenet_v3_small"])
def test_a_network_and_its_spec_see_alike(name):
    """The two ways to find how far layers see: by what they have in common, and one by one."""
    spec = conv_anim.load(KNOWN[name].path)
    network = networks.of_spec(spec)
    made = reaches(network, spec)
    from conv_anim.tracing.analysis import inputs_of, receptive_field

    for k in range(1, len(network.nodes), 3):
        nodes = spec.nodes[:k]
        found = receptive_field([node.op for node in nodes], inputs_of(nodes))
        assert (None if found is None else found.size) == (None if made[k] is None else made[k].field)


def test_branches_with_different_strides_are_joined():
    window = NetWindow((3,), (1,), ((1, 1),), (1,))
    half = NetWindow((2,), (2,), ((0, 0),), (1,))
    up = NetWindow((2,), (2,), ((0, 0),), (1,), transposed=True)
    nodes = (
        NetNode(0, "x", "x", INPUT, shape=(1, 1, 16)),
        NetNode(1, "1", "a", "Conv", (0,), shape=(1, 1, 16), type="conv", window=window),
        NetNode(2, "2", "b", "Conv", (0,), shape=(1, 1, 8), type="conv", window=half),
        NetNode(3, "3", "c", "ConvTranspose", (2,), shape=(1, 1, 16), type="conv_transpose", window=up),
        NetNode(4, "4", "d", "Add", (1, 3), shape=(1, 1, 16), type="add"),
        NetNode(5, "5", "e", "Mystery", (4,), shape=(1, 1, 16)),
    )
    far = reaches(Network("n", nodes, (5,)))
    assert [each and each.field for each in far] == [(1,), (3,), (2,), (2,), (3,), None]
    assert far[4].jump == (1,)


# what it costs


def products(op):
    """Multiply-adds by their definition: one for each product of a window's cell with a weight."""
    if op.weight_shape is None or op.window is None:
        return None
    out = op.ends.out_channels * prod(op.ends.out_size)
    if op.window.transposed:
        return op.ends.in_channels * prod(op.ends.in_size) * prod(op.weight_shape[1:])
    return out * prod(op.weight_shape[1:])


@pytest.mark.parametrize("name", ["resnet18", "unet", "wavenet", "inception", "mobilenet_v3_small", "yolov8_head"])
def test_costs_of_templates(name):
    spec = conv_anim.load(KNOWN[name].path)
    for node, op in zip(networks.of_spec(spec).nodes[1:], spec.layers, strict=True):
        shapes = [op.weight_shape, None if op.added is None else (len(op.added),)]
        assert node.parameters == sum(prod(shape) for shape in shapes if shape is not None)
        assert products(op) in {None, node.products}
        assert node.shape == (1, op.ends.out_channels, *op.ends.out_size)


PUBLISHED = {"resnet18": 11_689_512, "mobilenet_v3_small": 2_542_856, "unet": 31_031_745 - 65 + 130}
"""Parameters as torchvision 0.20 has them; U-Net's as of milesial's, with 2 classes in place of 1."""


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small"])
def test_parameters_are_as_published(name):
    assert networks.of_spec(conv_anim.load(KNOWN[name].path)).parameters == PUBLISHED[name]


# the command


def explained(*arguments):
    result = CliRunner().invoke(main, ["explain", *map(str, arguments)])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_network_is_explained_in_a_table():
    said = explained(KNOWN["resnet18"].path).splitlines()
    columns = "name layer from kernel output parameters multiply-adds receptive field jump first center"
    assert " ".join(said[0].split()) == columns
    assert "conv1" in said[3]
    assert "112×112×64" in said[3]
    assert "9,408" in said[3]
    assert said[-1].split()[-2:] == ["11,689,512", "1,816,557,056"]
    assert len({len(line) for line in said[1:-1] if line.startswith("─")}) == 1
    spec = conv_anim.load(KNOWN["resnet18"].path)
    assert len(said) == len(spec.layers) + 1 + 4


def test_a_table_is_data_too():
    found = json.loads(explained(KNOWN["inception"].path, "--format", "json"))
    last = found["layers"][-1]
    assert (last["receptive_field"], last["jump"], last["center"]) == ([5, 5], [1, 1], [0.5, 0.5])
    assert explained(KNOWN["inception"].path, "--json") == explained(KNOWN["inception"].path, "--format", "json")


def test_a_text_is_explained_with_its_own_channels():
    text = "nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.MaxPool2d(2))"
    found = json.loads(explained(text, "--input", "32x32", "--format", "json"))
    convolution = found["layers"][1]
    assert convolution["parameters"] == 3 * 8 * 9 + 8
    assert convolution["multiply_adds"] == 15 * 15 * 8 * 27
    assert [layer["output"] for layer in found["layers"]][1:] == [
        {"channels": 8, "size": [15, 15]},
        {"channels": 8, "size": [15, 15]},
        {"channels": 8, "size": [7, 7]},
    ]
    assert found["layers"][-1]["receptive_field"] == [5, 5]
    assert "conv" in explained(text, "--input", "32x32")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("con_1.yaml", "--input", "5x5"), "--input and --let are for models"),
        (("nn.Conv2d(1, 1, 3)", "--format", "text"), "text is for specs"),
        (("con_1.yaml", "--json", "--format", "table"), "exclude each other"),
        (("nn.Conv2d(1, 1, 3)", "--input", "five"), "not a size"),
    ],
)
def test_what_does_not_fit(arguments, said):
    result = CliRunner().invoke(main, ["explain", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr


def test_behind_a_pixel_shuffle_fields_move_on_by_parts_of_a_cell():
    layers = [
        {"type": "pixel_shuffle", "upscale_factor": 2},
        {"type": "conv", "kernel_size": 3, "padding": 1, "stride": 3},
    ]
    spec = conv_anim.load(spec_of(layers, (6, 6), channels=4))
    *_, shuffled, made = reaches(networks.of_spec(spec), spec)
    assert shuffled.jump == (0.5, 0.5)
    assert made.jump == (1.5, 1.5)
