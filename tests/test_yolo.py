"""Models of Ultralytics in their YAML, with the numbers of parameters that their authors publish beside them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conv_anim.cli import main
from conv_anim.diagnostics import Source, SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.networks import network
from conv_anim.frameworks.yolo.files import of_text
from conv_anim.frameworks.yolo.network import network as of_yolo
from conv_anim.tracing.reach import reaches

EIGHT = """
nc: 80
scales:
  n: [0.33, 0.25, 1024]
  s: [0.33, 0.50, 1024]
  m: [0.67, 0.75, 768]
  l: [1.00, 1.00, 512]
  x: [1.00, 1.25, 512]
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, Conv, [128, 3, 2]]
  - [-1, 3, C2f, [128, True]]
  - [-1, 1, Conv, [256, 3, 2]]
  - [-1, 6, C2f, [256, True]]
  - [-1, 1, Conv, [512, 3, 2]]
  - [-1, 6, C2f, [512, True]]
  - [-1, 1, Conv, [1024, 3, 2]]
  - [-1, 3, C2f, [1024, True]]
  - [-1, 1, SPPF, [1024, 5]]
head:
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 6], 1, Concat, [1]]
  - [-1, 3, C2f, [512]]
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 4], 1, Concat, [1]]
  - [-1, 3, C2f, [256]]
  - [-1, 1, Conv, [256, 3, 2]]
  - [[-1, 12], 1, Concat, [1]]
  - [-1, 3, C2f, [512]]
  - [-1, 1, Conv, [512, 3, 2]]
  - [[-1, 9], 1, Concat, [1]]
  - [-1, 3, C2f, [1024]]
  - [[15, 18, 21], 1, Detect, [nc]]
"""
FIVE = """
nc: 80
depth_multiple: 0.33
width_multiple: 0.25
anchors:
  - [10, 13, 16, 30, 33, 23]
  - [30, 61, 62, 45, 59, 119]
  - [116, 90, 156, 198, 373, 326]
backbone:
  [[-1, 1, Conv, [64, 6, 2, 2]], [-1, 1, Conv, [128, 3, 2]], [-1, 3, C3, [128]], [-1, 1, Conv, [256, 3, 2]],
   [-1, 6, C3, [256]], [-1, 1, Conv, [512, 3, 2]], [-1, 9, C3, [512]], [-1, 1, Conv, [1024, 3, 2]],
   [-1, 3, C3, [1024]], [-1, 1, SPPF, [1024, 5]]]
head:
  [[-1, 1, Conv, [512, 1, 1]], [-1, 1, nn.Upsample, [None, 2, "nearest"]], [[-1, 6], 1, Concat, [1]],
   [-1, 3, C3, [512, False]], [-1, 1, Conv, [256, 1, 1]], [-1, 1, nn.Upsample, [None, 2, "nearest"]],
   [[-1, 4], 1, Concat, [1]], [-1, 3, C3, [256, False]], [-1, 1, Conv, [256, 3, 2]], [[-1, 14], 1, Concat, [1]],
   [-1, 3, C3, [512, False]], [-1, 1, Conv, [512, 3, 2]], [[-1, 10], 1, Concat, [1]], [-1, 3, C3, [1024, False]],
   [[17, 20, 23], 1, Detect, [nc, anchors]]]
"""
TINY = """
nc: 80
anchors: 3
backbone:
  [[-1, 1, Conv, [16, 3, 1]], [-1, 1, nn.MaxPool2d, [2, 2, 0]], [-1, 1, Conv, [32, 3, 1]],
   [-1, 1, nn.MaxPool2d, [2, 2, 0]], [-1, 1, Conv, [64, 3, 1]], [-1, 1, nn.MaxPool2d, [2, 2, 0]],
   [-1, 1, Conv, [128, 3, 1]], [-1, 1, nn.MaxPool2d, [2, 2, 0]], [-1, 1, Conv, [256, 3, 1]],
   [-1, 1, nn.MaxPool2d, [2, 2, 0]], [-1, 1, Conv, [512, 3, 1]], [-1, 1, nn.ZeroPad2d, [[0, 1, 0, 1]]],
   [-1, 1, nn.MaxPool2d, [2, 1, 0]]]
head:
  [[-1, 1, Conv, [1024, 3, 1]], [-1, 1, Conv, [256, 1, 1]], [-1, 1, Conv, [512, 3, 1]], [-2, 1, Conv, [128, 1, 1]],
   [-1, 1, nn.Upsample, [None, 2, "nearest"]], [[-1, 8], 1, Concat, [1]], [-1, 1, Conv, [256, 3, 1]],
   [[19, 15], 1, Detect, [nc, anchors]]]
"""


def read(text, feed=None, **names):
    return of_yolo("model", of_text(Source("model.yaml", text), names), feed or Feed())


@pytest.mark.parametrize(
    ("scale", "gradients"),
    [("n", 3_157_184), ("s", 11_166_544), ("m", 25_902_624), ("l", 43_691_504), ("x", 68_229_632)],
)
def test_parameters_are_those_that_ultralytics_publishes(scale, gradients):
    """In the comments of its yolov8.yaml, as "gradients": the others are the 16 of a layer that is not trained."""
    assert read(EIGHT, scale=scale).parameters == gradients


def test_yolov5_and_yolov3_tiny_as_their_authors_count_them():
    """YOLOv5n: 1.9 M and 4.5 GFLOPs of two operations each; YOLOv3-tiny: 8.85 M (their README and releases)."""
    found = read(FIVE)
    assert found.parameters == 1_872_157
    assert round(2 * sum(node.products for node in found.nodes) / 1e9, 1) == 4.5
    assert [found.nodes[k].shape for k in found.outputs] == [(1, 255, 80, 80), (1, 255, 40, 40), (1, 255, 20, 20)]
    assert read(TINY).parameters == 8_852_366


def test_names_are_those_of_pytorchs_modules():
    names = [node.name for node in read(EIGHT).nodes]
    assert len(names) == len(set(names))
    assert {"model.0.conv", "model.2.m.0.cv1.bn", "model.9.cv2.act", "model.22.cv3.2.2"} <= set(names)


def cells(found, number, cell):
    """The rows of the input that a row of a node is made of, by plain loops; padding counts as rows."""
    node = found.nodes[number]
    if node.is_input:
        return {cell}
    if node.type == "upsample":
        rows = [cell // 2]
    elif node.window is not None:
        kernel, stride, pad = node.window.kernel_size[0], node.window.stride[0], node.window.padding[0][0]
        rows = [cell * stride - pad + k for k in range(kernel)]
    else:
        rows = [cell]
    return {each for into in node.inputs for row in rows for each in cells(found, into, row)}


def test_how_far_nodes_see_behind_splits_and_repeated_cells():
    text = """
nc: 2
backbone: [[-1, 1, Conv, [8, 3, 2]], [-1, 1, C2f, [8, True]], [-1, 1, Conv, [8, 3, 2]]]
head: [[-1, 1, nn.Upsample, [None, 2, nearest]], [[-1, 1], 1, Concat, [1]], [-1, 1, Conv, [8, 3, 1]]]
"""
    found = read(text, Feed((32, 32)))
    for node, reach in zip(found.nodes, reaches(found), strict=True):
        seen = [cells(found, node.number, cell) for cell in range(node.size[0])]
        assert reach.field[0] == max(max(rows) - min(rows) + 1 for rows in seen), node.name
        assert reach.center[0] == (min(seen[0]) + max(seen[0]) + 1) / 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("C2f, [128", "C2fx, [128", "row 2: 'C2fx' is not a known module"),
        ("[-1, 6]", "[-1, 60]", "row 11: it reads row 60, which is not before it"),
        ("Conv, [64, 3, 2]", "Conv, [x]", "row 0: its first argument must be its channels"),
        ("[-1, 1, SPPF, [1024, 5]]", "[-1, 1]", "row 9 is a list of 2"),
        ("nc: 80", "nc: no", "'nc' must be a whole number from 1"),
        ("Conv, [64, 3, 2]", "Conv, [64, 3, 2, 1, 1, 1, 1, 9, 9]", "are not its arguments"),
        ("[0.33, 0.25, 1024]", "[a]", "scales.n must be positive numbers"),
        ("nearest", "area", "row 10: nn.Upsample: read are"),
        ("C2f, [1024, True", "C2f, [1024, True, 3", "3 groups do not divide 128 and 128 channels evenly"),
        ("C2f, [1024, True", "C2f, [1024, True, 1, x", "'x' is not a fraction of 256 channels"),
        ("[0.33, 0.25, 1024]", "[1.0e+300, 1, 9]", "at most 100"),
        ("[-1, 3, C2f, [128, True]]", "[-1, 100000, C2f, [128, True]]", "more than 20,000 layers"),
        ("Conv, [64, 3, 2]", "Conv, [64, 10000000000, 2]", "is not the size of a window"),
        ("[15, 18, 21]", "[]", "numbers of rows"),
        ("Concat, [1]", "Concat, [2]", "along their channels"),
        ("[-1, 3, C2f, [1024]]", "[[-1, 9], 3, C2f, [1024]]", "it reads one row, and here are 2"),
        ("[-1, 6], 1, Concat", "[-1, 4], 1, Concat", "maps of several sizes"),
    ],
)
def test_what_is_wrong_with_a_row_is_told(old, new, said):
    with pytest.raises(SpecError) as caught:
        read(EIGHT.replace(old, new, 1))
    assert said in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["Conv", "DWConv", "C2f", "C3", "SPP", "SPPF", "Bottleneck", "Classify", "Concat", "Detect"])
    | st.sampled_from(["nn.Upsample", "nn.MaxPool2d", "nn.ZeroPad2d", "nn.ConvTranspose2d", "nn.Identity", "nc", ""]),
    st.lists(
        st.integers(-9, 99) | st.sampled_from(["None", "True", "x", "nn.ReLU()", "[3, 1]", "[]", "0.5", "{a: 1}", "~"]),
        max_size=8,
    ),
)
@example("Concat", ["[3, 1]"])
def test_any_row_is_read_or_says_why_not(module, args):
    row = f"[-1, 2, {module!r}, [{', '.join(map(str, args))}]]"
    with suppress(SpecError):
        read(f"nc: 3\nbackbone: [[-1, 1, Conv, [8, 3, 2]], {row}]\nhead: [[-1, 1, Conv, [8]]]", Feed((32, 32)))


def test_every_module_that_is_not_known_is_told_at_once():
    with pytest.raises(SpecError) as caught:
        read(EIGHT.replace("SPPF", "PSA").replace("C2f,", "C3k2,"))
    assert len(caught.value.problems) == 2


def test_an_unknown_scale_is_told():
    with pytest.raises(SpecError, match="known: n, s, m, l, x"):
        read(EIGHT, scale="q")


def test_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "yolov8.yaml").write_text(EIGHT, encoding="utf-8")
    result = CliRunner().invoke(main, ["draw", "yolov8.yaml", "--input", "64x64", "-o", "net.png"])
    assert result.exit_code == 0, result.stderr
    assert "has scale n" in result.stderr
    table = CliRunner().invoke(main, ["explain", "yolov8.yaml", "--let", "scale=s"])
    assert "11,166,544" in table.stdout
    assert "640x640" in table.stderr
    spec = drawing("yolov8.yaml", Feed((64, 64)), "model.1.conv").loaded().spec
    assert (spec.input.size, spec.input.channels, spec.layers[0].ends.out_channels) == ((32, 32), 16, 32)
    for node in network("yolov8.yaml", Feed((64, 64))).nodes:
        if node.window is not None:
            made = drawing("yolov8.yaml", Feed((64, 64)), node.name).loaded().spec.layers[0].ends
            assert (1, made.out_channels, *made.out_size) == node.shape, node.name


def test_files_that_hold_no_model_are_told_for_what_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(
        "input: {size: [5, 5]}\nlayer: {type: conv, kernel_size: 3}\n", encoding="utf-8"
    )
    (tmp_path / "model.pth").write_bytes(b"")
    for name, said in (
        ("spec.yaml", "conv-anim render spec.yaml"),
        ("none.yaml", "there is no such file"),
        ("model.pth", "files of the kind .pth are not read"),
    ):
        assert said in CliRunner().invoke(main, ["draw", name]).stderr
    (tmp_path / "model.txt").write_text("Sequential(\n  (0): Conv2d(1, 8, kernel_size=(3, 3))\n)", encoding="utf-8")
    for command in (
        ["draw", "model.txt", "--spec"],
        ["explain", "model.txt"],
        ["draw", "model.txt", "--view", "network"],
    ):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.stderr
