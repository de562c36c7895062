"""Names of cells in figures, and the formulas of a paper."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import conv_anim
from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.latex import latex
from conv_anim.scene.primitives import Text
from conv_anim.scene.sheets.symbols import symbol
from tests import pictures

CONV = {"type": "conv", "kernel_size": 2}
LOWERED = "₀₁₂₃₄₅₆₇₈₉"
LAYERS = [
    CONV,
    {"type": "conv", "kernel_size": 3, "padding": 1, "bias": [-2], "weight": "box"},
    {"type": "conv", "kernel_size": 5, "padding": 2},
    {"type": "conv_transpose", "kernel_size": 3, "stride": 2},
    {"type": "max_pool", "kernel_size": 2},
    {"type": "avg_pool", "kernel_size": 3, "padding": 1},
    {"type": "lp_pool", "kernel_size": 2},
]


def traced(spec):
    return conv_anim.trace(conv_anim.load(spec))


def lowered(number):
    return "".join(LOWERED[int(digit)] for digit in str(number))


def test_names_count_from_one_rows_before_columns():
    assert symbol("x", (0, 0)) == "x₁₁"
    assert symbol("w", (1, 2)) == "w₂₃"
    assert symbol("y", (4,)) == "y₅"
    assert symbol("x", (0, 9)) == "x₁,₁₀"


@pytest.mark.parametrize("view", ["flat", "isometric"])
def test_cells_hold_their_names(view):
    drawn = pipeline.scene(
        conv_anim.load({"input": {"size": [3, 4]}, "layer": CONV, "view": {"kind": view, "cells": "symbols"}})
    )
    texts = {item.text for item in drawn.static if isinstance(item, Text)}
    assert {f"x{lowered(r)}{lowered(c)}" for r in range(1, 4) for c in range(1, 5)} <= texts
    shown = {item.text for frame in drawn.frames for item in (*frame.kept, *frame.shown) if isinstance(item, Text)}
    assert {f"y{lowered(r)}{lowered(c)}" for r in range(1, 3) for c in range(1, 4)} <= shown


def test_the_sum_is_written_in_symbols_and_then_in_numbers():
    spec = {"input": {"size": [2, 2], "values": "arange"}, "layer": {**CONV, "weight": [[1, 2], [3, 4]]}}
    drawn = pipeline.scene(conv_anim.load({**spec, "view": {"kind": "flat", "cells": "symbols"}}))
    items = [item for item in drawn.frames[drawn.rests[-1]].shown if isinstance(item, Text)]
    symbolic = [item for item in items if "·w" in item.text]
    numeric = [item for item in items if re.fullmatch(r"\d·\d", item.text)]
    assert [item.text for item in symbolic] == ["x₁₁·w₁₁", "x₁₂·w₁₂", "x₂₁·w₂₁", "x₂₂·w₂₂"]
    assert [item.text for item in numeric] == ["0·1", "1·2", "2·3", "3·4"]
    assert max(item.y for item in symbolic) < min(item.y for item in numeric)
    assert {"= y₁₁", "= 20"} <= {item.text for item in items}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer["type"])
@pytest.mark.parametrize("size", [[5], [4, 5]])
def test_matrices_and_sums_are_well_formed(layer, size):
    if len(size) == 1 and layer.get("weight") == "box":
        layer = {**layer, "weight": [0, 1, 0]}
    text = latex(traced({"input": {"size": size}, "layer": layer}))
    assert text.count("{") == text.count("}")
    assert text.count(r"\bigl(") == text.count(r"\bigr)")
    assert re.findall(r"\\begin{(\w+\*?)}", text).count("align*") == 2
    assert not re.search(r"[^\x00-\x7f]", text)


def test_each_sum_is_that_of_the_trace():
    made = traced({"input": {"size": [3, 3]}, "layer": {**CONV, "weight": [[1, -2], [0, 3]]}})
    lines = latex(made).splitlines()
    for step in made.layers[0]:
        name = "y_{" + "".join(str(at + 1) for at in step.output[1:]) + "}"
        k = next(k for k, line in enumerate(lines) if line.startswith(f"{name} &="))
        numbers = lines[k + 1].removesuffix(r" \\").removeprefix("&= ")
        said, result = numbers.split(" = ")
        assert eval(said.replace(r"\cdot", "*")) == int(result) == step.value  # what it says is arithmetic


def test_what_is_no_single_window_is_told():
    result = CliRunner().invoke(main, ["explain", "--latex", "-"], input="input: {size: [3]}\nlayer: {type: relu}\n")
    assert result.exit_code == 1
    assert "one layer with a sliding window" in result.output


def test_json_and_latex_exclude_each_other(tmp_path):
    (tmp_path / "s.yaml").write_text("input: {size: [3]}\nlayer: {type: relu}\n")
    result = CliRunner().invoke(main, ["explain", "--latex", "--json", str(tmp_path / "s.yaml")])
    assert result.exit_code == 2


PAPER = r"\documentclass{article}\usepackage{amsmath}\begin{document}%s\end{document}"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_it_compiles(tmp_path: Path):
    texts = [latex(traced({"input": {"size": [4, 5]}, "layer": layer})) for layer in LAYERS]
    texts.append(latex(traced({"input": {"size": [3, 12], "channels": 2}, "layer": CONV})))
    (tmp_path / "p.tex").write_text(PAPER % "\n".join(texts))
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "p.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    "layer", [{**CONV, "weight": [[1, 2], [3, 4]]}, {"type": "max_pool", "kernel_size": 2, "stride": 1}]
)
def test_cells_with_names_have_the_numbers_of_the_second_sum_in_their_corners(layer):
    values = [[5, -6, 7], [8, 9, 0]]
    spec = {"input": {"values": values}, "layer": layer, "takeaway": True}
    loaded = conv_anim.load({**spec, "view": {"kind": "flat", "cells": "symbols"}})
    trace, drawn = conv_anim.trace(loaded), pipeline.scene(loaded)

    def cornered(items, letter):
        """By its name the number of each cell: the text that begins in the cell's upper left."""
        foot = max(i.y for i in drawn.static if isinstance(i, Text) and i.text == "x₂₁") + 28  # sums are below
        texts = [item for item in items if isinstance(item, Text) and item.y < foot]
        named = {item.text: item for item in texts if re.fullmatch(f"{letter}[{LOWERED}]+", item.text)}
        found = {}
        for name, at in named.items():
            near = [i for i in texts if 0 < at.x - i.x < 28 and 0 < at.y - i.y < 28 and re.fullmatch(r"−?\d+", i.text)]
            found[name] = max(near, key=lambda i: i.x + i.y).text.replace("−", "-")
        return found

    cells = {symbol("x", (r, c)): str(values[r][c]) for r in range(2) for c in range(3)}
    assert cornered(drawn.static, "x") == cells
    made = {symbol("y", at[1:]): str(trace.output[at].item()) for at in [(0, 0, 0), (0, 0, 1)]}
    assert cornered(pictures.after(drawn, len(drawn.frames) - 1), "y") == made
    if "weight" in layer:
        assert cornered(drawn.static, "w") == {"w₁₁": "1", "w₁₂": "2", "w₂₁": "3", "w₂₂": "4"}
    step = pictures.after(drawn, drawn.rests[0])
    covered = {symbol("x", (r, c)): str(values[r][c]) for r in range(2) for c in range(2)}
    assert covered.items() <= cornered(step, "x").items()
    assert ("x, w, y:" in pictures.texts(drawn.static)) == ("weight" in layer)
