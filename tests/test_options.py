"""Options: a fault of one stands at it, one without effect is refused, and limits are told all at once."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

import conv_anim
from conv_anim import cli, pipeline
from conv_anim.diagnostics import Source
from conv_anim.limits import TABLE, Asked, Limits, Location, exceeded
from conv_anim.spec import overrides

SPEC = "input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\n"
LAYER = "nn.Conv2d(1, 1, 2)"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def run(*args):
    return CliRunner().invoke(cli.main, list(map(str, args)), catch_exceptions=False)


# limits


def test_all_limits_are_told_at_once():
    """Those of the numbers, before they are computed; then those of the picture, before it is painted."""
    lowered = {"cells": 1, "work": 1, "memory": 1, "steps": 1, "pixels": 1}
    rounds = []
    for _ in range(3):
        args = [part for name, most in lowered.items() for part in (f"--max-{name}", most)]
        done = run("render", "a.yaml", *args)
        said = {name: int(number) for name, number in re.findall(r"--max-(\w+) (\d+) allows it", done.stderr)}
        rounds.append(set(said))
        lowered |= said
        if done.exit_code == 0:
            break
    assert rounds == [{"cells", "work", "memory"}, {"steps", "pixels", "work", "memory"}, set()]


def test_a_limit_is_told_once_with_the_most_that_is_asked_of_it():
    layers = [{"type": "conv", "kernel_size": 1, "out_channels": k} for k in (2, 5, 3)]
    made = {"input": {"size": [3, 3]}, "layers": layers}
    with pytest.raises(conv_anim.SpecError) as caught:
        conv_anim.load(made, limits=Limits(cells=4))
    (problem,) = caught.value.problems
    assert (problem.path, problem.hint) == ("layers[1]", "fewer channels, or a smaller input; --max-cells 45 allows it")
    assert conv_anim.load(made, limits=Limits(cells=45))


def test_limits_do_not_hide_other_problems():
    text = "input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\ntitel: a\n"
    with pytest.raises(conv_anim.SpecError) as caught:
        conv_anim.load({"input": {"size": [3, 3]}, "layer": {"type": "conv", "kernel_size": 2}, "titel": "a"})
    assert len(caught.value.problems) == 1, text
    done = run("render", "a.yaml", "--set", "titel=a", "--set", "layer.strid=1", "--max-cells", 1)
    assert ("titel" in done.stderr, "strid" in done.stderr) == (True, True)


def test_no_limit_is_passed_by_what_is_as_large_as_it():
    found = [(Asked("cells", number, "a", "b"), Location()) for number in (3, 5, 4)]
    assert exceeded(found, Limits(cells=5)) == []
    assert [problem.message for problem in exceeded(found, Limits(cells=4))] == ["a, more than 4"]
    assert {limit.name for limit in TABLE} > {"cells", "work", "memory", "steps", "pixels"}


@pytest.mark.parametrize("layer", [
    "{type: unfold, kernel_size: 300}", "{type: upsample, scale_factor: 1000, mode: bicubic}",
    "{type: conv, kernel_size: 9, out_channels: 1000000}", "{type: max_pool, kernel_size: 2}",
    "{type: depthwise_separable, kernel_size: 3, out_channels: 1000000}", "{type: avg_pool, kernel_size: 1000000}",
])  # fmt: skip
@pytest.mark.parametrize("command", ["render", "validate", "trace"])
def test_what_is_too_large_in_every_way_costs_nothing(layer, command, here):
    (here / "a.yaml").write_text(f"input: {{size: [1000000, 1000000]}}\nlayer: {layer}\n", encoding="utf-8")
    done = run(command, "a.yaml")
    assert done.exit_code == 1
    assert "[too-large]" in done.stderr
    assert len(re.findall(r"--max-cells \d+ allows it", done.stderr)) <= 1


# places


@pytest.mark.parametrize(("args", "place"), [
    (["--view", "foo"], "--view:1:1: error: 'view' does not know the name 'foo'"),
    (["--view", ""], "--view:1:1: error: 'view' does not know the name an empty text"),
    (["--view", "7"], "--view:1:1: error: 'view' does not know the name '7'"),
    (["--view", "sequence"], "--view:1:1: error: the sequence view shows inputs with 1 axis"),
    (["--theme", "drak"], "--theme:1:1: error: 'theme' does not know the name 'drak'"),
    (["--theme", "a: b"], "--theme:1:1: error: 'theme' does not know the name 'a: b'"),
    (["--set", "view=foo"], "--set:1:6: error: 'view' does not know the name 'foo'"),
    (["--set", "lang=de"], "--set:1:6: error: 'lang' does not know the name 'de'"),
    (["--set", "size.width=1"], "--set:1:12: error: 'width' must be a whole number"),
    (["-o", "a\tb.gif"], "-o:1:1: error: 'output' must be a file name"),
])  # fmt: skip
def test_a_fault_of_an_option_stands_at_it(args, place):
    for form in ("human", "short", "json"):
        done = run("draw", LAYER, "--input", "3x3", "--diagnostics", form, *args)
        assert done.exit_code == 1
        if form == "json":
            assert f'"file": "{place.split(":")[0]}"' in done.stderr
        else:
            assert done.stderr.startswith(place)


def test_several_faulty_options_are_told_at_once():
    done = run("draw", LAYER, "--view", "foo", "--theme", "bar", "--set", "lang=de")
    assert [line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line] == [
        "--view",
        "--theme",
        "--set",
    ]


def test_an_option_is_a_text_whatever_it_looks_like():
    found = overrides.change(overrides.Option("--view", "view", "{kind: flat}"))
    assert found.node.value == "{kind: flat}"
    assert run("draw", LAYER, "--view", "flat", "--theme", "dark", "--spec").stdout.endswith(
        "view: flat\ntheme: dark\n"
    )


# without effect


@pytest.mark.parametrize(("args", "said"), [
    (["--node", "conv1"], "a file that ends in .onnx, .pt2, .keras, .py, .txt, .yaml or .yml; this is not one"),
    (["--spec", "-o", "a.gif"], "--spec prints the spec and draws nothing: leave out -o, or --spec"),
    (["--spec", "-f", "png", "--step", "1"], "leave out -f and --step, or --spec"),
])  # fmt: skip
def test_an_option_that_would_have_no_effect_is_refused(args, said, here):
    done = run("draw", LAYER, *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert [path.name for path in here.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(("written", "place", "meant"), [
    ("theme: dark", "theme.background=none", "theme: {base: dark, background: none}"),
    ("theme: dark", "theme.base=light", "theme: {base: light}"),
    ("view: flat", "view.cells=shades", "view: {kind: flat, cells: shades}"),
    ("view: flat", "view.kind=isometric", "view: {kind: isometric}"),
    ("panels: [{view: flat}, {view: isometric}]", "panels.0.view.cells=shades",
     "panels: [{view: {kind: flat, cells: shades}}, {view: isometric}]"),
])  # fmt: skip
def test_what_is_a_name_alone_can_have_other_keys_beside_it(written, place, meant):
    text = "input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\n"
    changed, whole = (
        pipeline.loaded(Source("a.yaml", f"{text}{more}\n"), changes=changes).spec
        for more, changes in ((written, [place]), (meant, []))
    )
    assert changed == whole


@pytest.mark.parametrize(("layer", "size", "said"), [
    ("nn.Conv2d(1, 1, 3)", "3x32x32", "Conv2d takes 1 channel, and the input's shape says 3"),
    ("nn.Conv2d(2, 1, 3)", "3x32x32", "Conv2d takes 2 channels, and the input's shape says 3"),
    ("nn.Conv1d(1, 1, 3)", "3x3x32x32", "Conv1d works along 1 axis, and the input's shape has 4 numbers"),
])  # fmt: skip
def test_one_of_a_kind_is_told_as_one(layer, size, said, here):
    """And was: it takes 1 channels."""
    done = run("draw", layer, "--input", size, "-o", "a.png")
    assert (done.exit_code, said in done.stderr) == (1, True)
