"""What a spec lets the reader of a page change: which combinations there are, their texts, and what can be wrong."""

import itertools
import json
import re

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import inputs, pipeline
from conv_anim.diagnostics import Source, SpecError
from conv_anim.export import html
from conv_anim.spec.controls import MOST_STATES
from conv_anim.spec.editing import edited
from conv_anim.spec.schema import schema

SPEC = """# a figure
title: Mine  # with a comment
input: {size: [7, 7]}
layer:
  type: conv
  kernel_size: 3   # the window

view: flat
controls:
  layer.kernel_size: [3, 5]
  layer.stride: [1, 2, 3]
  layer.padding: [0, 1]
  layer.dilation: [1, 2]
"""


def loaded(text, *changes):
    return pipeline.loaded(Source("spec.yaml", text), changes=changes).spec


def problems(text):
    with pytest.raises(SpecError) as caught:
        loaded(text)
    return caught.value.problems


def plain(text):
    return "".join(line for line in text.splitlines(True) if "controls" not in line and "layer." not in line)


def test_every_combination_is_the_spec_with_these_values():
    made = loaded(SPEC)
    assert [control.path for control in made.controls] == [
        f"layer.{k}" for k in ("kernel_size", "stride", "padding", "dilation")
    ]
    values = ([3, 5], [1, 2, 3], [0, 1], [1, 2])
    for state, (kernel, stride, padding, dilation) in zip(made.states, itertools.product(*values), strict=True):
        layer = {"type": "conv", "kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        whole = {"title": "Mine", "input": {"size": [7, 7]}, "view": "flat", "layer": layer}
        if 7 + 2 * padding < dilation * (kernel - 1) + 1:
            assert state.spec is None
            assert "does not fit" in state.why
        else:
            assert state.spec == conv_anim.load(whole)


def test_it_begins_with_the_spec_itself():
    own = loaded(plain(SPEC))
    for text in (SPEC, SPEC.replace("3   # the window", "5")):
        made = loaded(text)
        assert made.states[made.first_state].spec == loaded(plain(text))
    assert loaded(SPEC).states[loaded(SPEC).first_state].spec == own
    elsewhere = loaded(SPEC.replace("3   # the window", "4"))
    assert elsewhere.first_state == 0, "the first that can be drawn"


def test_a_combination_is_a_spec_that_can_be_copied():
    made = loaded(SPEC)
    for state in made.states:
        if state.spec is not None:
            again = loaded(state.text)
            assert again.states[again.first_state].chosen == state.chosen
            assert "# the window" in state.text
            assert "Mine  # with a comment" in state.text


def test_a_mapping_from_python_has_texts_too():
    given = {"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}, "view": "flat"}
    made = conv_anim.load(given | {"controls": {"view": ["flat", {"kind": "flat", "sum": False}], "caption": True}})
    assert [control.kind for control in made.controls] == ["stepper", "switch"]
    assert made.controls[0].values == ("flat", "{kind: flat, sum: false}")
    for state in made.states:
        assert loaded(state.text).states[loaded(state.text).first_state].chosen == state.chosen


def test_which_control_it_is():
    kinds = {
        "[1, 2, 3]": "slider",
        "[3, 1]": "stepper",
        "[0.5, 1]": "slider",
        "[false, true]": "switch",
        "true": "switch",
    }
    paths = {"[0.5, 1]": "size.scale", "[false, true]": "caption", "true": "caption"}
    for values, kind in kinds.items():
        text = f"{plain(SPEC)}controls: {{{paths.get(values, 'layer.stride')}: {values}}}\n"
        assert loaded(text).controls[0].kind == kind, values


def test_other_formats_draw_the_spec_itself():
    for format_ in ("png", "svg"):
        assert pipeline.drawn_as(loaded(SPEC), format_) == pipeline.drawn_as(loaded(plain(SPEC)), format_)


def test_the_same_spec_makes_the_same_page():
    assert pipeline.drawn_as(loaded(SPEC), "html") == pipeline.drawn_as(loaded(SPEC), "html")


MISTAKES = {
    "layer.strid: [1, 2]": "has no key 'strid'",
    "layer.padding: [0, -1]": "'padding[1]' must be a whole number",
    "layer.padding: [0, nonsense]": "does not know the name 'nonsense'",
    "layer.stride: 3": "must be a list of 2 to 50 values",
    "layer.stride: [3]": "must be a list of 2 to 50 values",
    "layer.stride: false": "must be a list of 2 to 50 values",
    "layer.stride: [2, 2]": "2 is listed twice",
    "'': [1, 2]": "does not say which key",
    ".stride: [1, 2]": "does not say which key",
    "output: [a.gif, b.gif]": "'output' cannot be controlled",
    "controls.layer.stride: [1, 2]": "'controls' cannot be controlled",
    "input.size.2: [1, 2]": "its items are 0 to 1",
    "title.x: [1, 2]": "has no keys",
    "view: [flat, wrong]": "does not know the name 'wrong'",
    "layer: [1, 2]": "must be",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_at_its_place(line):
    text = f"{plain(SPEC)}controls:\n  {line}\n"
    (first, *_) = problems(text)
    assert MISTAKES[line] in first.message
    assert first.span.line == text.count("\n")


def test_all_mistakes_are_told_at_once():
    lines = {line.partition(":")[0]: line for line in MISTAKES if not line.startswith("layer:")}
    text = f"{plain(SPEC).replace('7, 7', '7, 0')}controls:\n" + "".join(f"  {line}\n" for line in lines.values())
    found = "\n".join(str(problem) for problem in problems(text))
    assert "'size[1]' must be" in found
    for line in lines.values():
        assert MISTAKES[line] in found


def test_controls_themselves():
    for value in ("3", "[]", "{}", "true"):
        (problem,) = problems(f"{plain(SPEC)}controls: {value}\n")
        assert "'controls' must be a mapping from keys to lists" in problem.message
    (problem,) = problems(f"{plain(SPEC)}controls: {{layer.kernel_size: [8, 9]}}\n")
    assert problem.message == "none of these combinations can be drawn"
    assert "does not fit" in problem.hint
    values = list(range(1, 16))
    (problem,) = problems(f"{plain(SPEC)}controls: {{layer.stride: {values}, layer.padding: {values}}}\n")
    assert f"225 combinations; a page holds at most {MOST_STATES}" in problem.message


def test_a_page_that_would_be_huge_names_the_controls(monkeypatch):
    monkeypatch.setattr(html, "LARGEST", 50_000)
    with pytest.raises(SpecError, match="fewer values of 'controls'"):
        pipeline.drawn_as(loaded(SPEC.replace("[1, 2, 3]", "[1, 2]")), "html")


def test_the_schema_knows_them():
    known = jsonschema.Draft202012Validator(schema())
    whole = yaml.safe_load(SPEC)
    known.validate(whole)
    for bad in (3, {}, {"layer.stride": 3}, {"layer.stride": [1]}, {"layer.stride": [1, 1]}, {".x": [1, 2]}):
        with pytest.raises(jsonschema.ValidationError):
            known.validate({**whole, "controls": bad})


def test_panels_have_them_too():
    panels = (
        "panels: [{title: a, layer: {type: conv, kernel_size: 3}}, {title: b, layer: {type: max_pool, kernel_size: 2}}]"
    )
    asked = "{panels.0.layer.stride: [1, 2], input.size: [[6, 6], [5, 5]]}"
    made = loaded(f"input: {{size: [6, 6]}}\n{panels}\nview: flat\ncontrols: {asked}\n")
    assert [state.spec.panels[0].layers[0].ends.out_size for state in made.states] == [(4, 4), (3, 3), (2, 2), (2, 2)]


# the text of a spec with another value


def put(data, place, value):
    """The same in plain data, by an independent hand."""
    if not place:
        return value
    if isinstance(data, list):
        return [put(item, place[1:], value) if k == int(place[0]) else item for k, item in enumerate(data)]
    return {**data, place[0]: put(data.get(place[0], {}), place[1:], value)}


TEXTS = [
    "a: 1\nb: {c: [1, 2], d: x}\n",
    "a: 1   # one\nb:\n  # two\n  c:\n    - 1\n    - 2   # three\n  d: x\n\n# the end\n",
    "b:\n    d: 'äöü 多'\n    c: [1,\n        2]\na: \"x\"",
    "{a: 1, b: {c: [1, 2], d: x,}, }",
    "a: |\n  many\n  lines\nb: {d: ,\n    c: [1, 2]}\n",
    "a:\nb: {c: [1, 2], d: {}}\n",
]
PLACES = [
    ["a"],
    ["b"],
    ["b", "c"],
    ["b", "c", "0"],
    ["b", "c", "1"],
    ["b", "d"],
    ["new"],
    ["b", "new"],
    ["b", "a b", "e"],
    ["x", "y", "z"],
]


@given(st.sampled_from(TEXTS), st.sampled_from(PLACES), st.sampled_from([7, "x", [1, [2]], {"k": 3}, True, None]))
def test_an_edit_changes_one_place(text, place, value):
    before = yaml.safe_load(text)
    if place[:2] == ["b", "d"] and len(place) > 2:
        return
    made = edited(text, place, json.dumps(value))
    assert yaml.safe_load(made) == put(before, place, value)
    if place[0] != "b":
        for comment in ("# one", "# two", "# three", "# the end"):
            assert (comment in made) == (comment in text)


def test_what_cannot_be_edited():
    assert edited("a: &x {k: 1}\nb: *x\n", ["b", "k"], "2") is None, "it would change both"
    assert yaml.safe_load(edited("a: &x {k: 1}\nb: *x\n", ["c"], "2")) == {"a": {"k": 1}, "b": {"k": 1}, "c": 2}
    assert edited("a: [", ["a"], "2") is None
    assert edited("", ["a"], "2") is None
    assert edited("a: 1", ["a", "b"], "2") is None
    assert edited("a: [1]", ["a", "3"], "2") is None


def test_a_data_file_is_read_once_for_all_combinations(tmp_path, monkeypatch):
    (tmp_path / "numbers.csv").write_text("1,2,3,4\n5,6,7,8\n9,1,2,3\n4,5,6,7\n")
    text = "input: {values: {file: numbers.csv}}\nlayer: {type: conv, kernel_size: 2}\nview: flat\n"
    (tmp_path / "spec.yaml").write_text(f"{text}controls: {{layer.stride: [1, 2], layer.padding: [0, 1, 2]}}\n")
    read = []
    monkeypatch.setattr(inputs, "_numbers", lambda *args, numbers=inputs._numbers: read.append(args) or numbers(*args))
    made = pipeline.load(tmp_path / "spec.yaml")
    assert len(read) == 2, "for the spec itself, and for its combinations"
    assert len({id(state.spec.input.values.numbers) for state in made.states}) == 1
    assert [path.name for path in made.files] == ["spec.yaml", "numbers.csv"]


PACES = {
    "{pace: even}": {"every"},
    "{pace: auto}": {"every", "pace"},
    "{pace: even, motion: smooth}": {"every", "motion"},
    "{pace: auto, motion: smooth}": {"every", "pace", "motion"},
}


@pytest.mark.parametrize("pace", PACES)
def test_all_frames_of_a_page_are_counted(pace, monkeypatch):
    """And the hint names what makes them fewer: the keys that are not as they should be, each with its value."""
    monkeypatch.setattr(html, "MOST_FRAMES", 60)
    text = plain(SPEC) + "controls: {layer.stride: [1, 2], layer.padding: [0, 1]}\n"
    outputs = 5 * 5 + 7 * 7 + 3 * 3 + 4 * 4
    with pytest.raises(SpecError, match=r"this page would have \d+ frames, more than 60") as caught:
        pipeline.drawn_as(loaded(f"{text}animation: {pace}\n"), "html")
    (problem,) = caught.value.problems
    count = int(re.search(r"\d+", problem.message)[0])
    assert (count == outputs) == (pace == "{pace: even}")
    assert "fewer values of 'controls'" in problem.hint
    way = yaml.safe_load(re.search(r"'animation: (\{.*?\})'", problem.hint)[1])
    assert set(way) == PACES[pace]
    monkeypatch.setattr(html, "MOST_FRAMES", outputs // way["every"] + 4)
    assert pipeline.drawn_as(loaded(f"{text}animation: {json.dumps(yaml.safe_load(pace) | way)}\n"), "html")
