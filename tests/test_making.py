"""A figure without sums says how an output cell is made: with its taps, and only where no number says it."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import conv_anim
from conv_anim.diagnostics import SpecError
from conv_anim.scene.assembly.terms import terms

LAYERS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["conv", "conv_transpose", "max_pool", "avg_pool"]),
        "kernel_size": st.integers(1, 4),
        "stride": st.integers(1, 2),
        "padding": st.integers(0, 2),
        "dilation": st.integers(1, 2),
    }
)


def made(layers, size=(6, 6), channels=1, view="isometric", **more):
    spec = {"input": {"size": list(size), "channels": channels}, "layers": layers, "view": view, "takeaway": True}
    try:
        return conv_anim.load({**spec, **more})
    except SpecError:
        assume(False)  # no such layer


def said(spec, lang="en"):
    """What is said of the output cells of one layer."""
    word = {"en": "each output cell: ", "zh-TW": "每個輸出格："}[lang]
    return next((line.removeprefix(word) for line in terms(replace(spec, lang=lang)) if line.startswith(word)), None)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@given(LAYERS, st.sampled_from([(6,), (5, 6), (3, 4, 5)]), st.integers(1, 2), st.integers(1, 3), st.booleans())
def test_a_line_has_the_numbers_of_the_taps(lang, layer, size, groups, each, biased):
    if layer["type"].endswith("pool"):
        layer = {key: value for key, value in layer.items() if key != "dilation" or layer["type"] == "max_pool"}
    else:
        layer = {**layer, "groups": groups, "out_channels": groups, **({"bias": [1] * groups} if biased else {})}
    view = "volume" if len(size) > 2 or groups * each > 1 else "isometric"
    spec = made([layer], size, groups * each, view)
    traced, how = conv_anim.trace(spec).layers[0], said(spec, lang)
    counts = {len(step.taps) for step in traced}
    assert len(counts) == 1
    number = re.search(r"(\d+) (?:cells|格)", how)
    assert (int(number[1]) if number else 1) == counts.pop()
    product = re.search(r"([\d·]+) = (\d+)", how)
    if product:
        assert eval(product[1].replace("·", "*")) == int(product[2])
    order = [tap.weight[2:] for tap in traced[0].taps if tap.weight is not None]
    assert any(word in how for word in ("flipped", "翻轉")) == (len(set(order)) > 1 and order[0] > order[-1])
    assert any(word in how for word in ("bias", "偏置")) == (traced.bias is not None)


@given(st.integers(1, 3), st.integers(0, 1), st.booleans(), st.booleans())
def test_a_pool_is_of_up_to_as_many_cells_where_windows_hang_over(stride, padding, ceil, counted):
    layer = {"type": "avg_pool", "kernel_size": 2, "stride": stride, "padding": padding, "ceil_mode": ceil}
    spec = made([{**layer, "count_include_pad": counted}])
    counts = {int(layer) for layer in conv_anim.trace(spec).layers[0].operator.axes[0].counts(padding=counted)}
    assert len(counts) == 1 or "up to 4 cells" in said(spec)


def test_a_mask_leaves_as_many_cells_as_it_says():
    spec = made([{"type": "conv", "kernel_size": 3, "padding": 1, "mask": "A"}])
    (step, *_) = conv_anim.trace(spec).layers[0]
    count = sum(tap.w is not None and tap.x is not None for tap in step.taps)
    assert said(spec).startswith(f"the {count} cells")


def test_several_layers_are_told_apart_where_they_differ():
    conv, pool = {"type": "conv", "kernel_size": 3}, {"type": "max_pool", "kernel_size": 2}
    assert "every cell that is made: the window's 9 cells, each times its weight, added up" in terms(made([conv, conv]))
    lines = terms(made([conv, pool, conv], (10, 10)))
    assert "layers 1 and 3: the window's 9 cells, each times its weight, added up" in lines
    assert "layer 2: the largest of the window's 4 cells" in lines
    assert "output: the largest of the window's 4 cells" in terms(made([conv, pool]))


@pytest.mark.parametrize(("groups", "each"), [(2, 2), (3, 2), (2, 3), (3, 4)])
def test_a_shuffle_says_in_which_order_channels_come(groups, each):
    """As its numbers do; not in full where there are many."""
    spec = made([{"type": "channel_shuffle", "groups": groups}], channels=groups * each, view="volume")
    trace, line = conv_anim.trace(spec), said(spec)
    order = [int(np.argmax([np.array_equal(out, channel) for channel in trace.input])) + 1 for out in trace.output]
    assert [int(n) for n in re.findall(r"\d+", line)] == (order if groups * each <= 8 else [])


def test_of_several_figures_a_line_says_which_it_is_about_where_they_differ():
    panels = [
        {"title": "Small", "layer": {"type": "conv", "kernel_size": 2}},
        {"title": "Large", "layer": {"type": "conv", "kernel_size": 3}},
        {"title": "Largest", "layer": {"type": "conv", "kernel_size": 3, "stride": 3}},
    ]
    spec = conv_anim.load({"input": {"size": [6, 6]}, "view": "isometric", "takeaway": True, "panels": panels})
    how = "each times its weight, added up"
    assert terms(spec) == [
        f"each output cell ({title}): the window's {cells} cells, {how}"
        for title, cells in (("Small", 4), ("Large", 9), ("Largest", 9))
    ]
    alike = conv_anim.load({"input": {"size": [6, 6]}, "view": "isometric", "takeaway": True, "panels": panels[1:]})
    assert terms(alike) == [f"each output cell: the window's 9 cells, {how}"]


@pytest.mark.parametrize("view", ["flat", "matrix", {"kind": "channels"}, {"kind": "sequence", "numbers": True}])
def test_where_sums_are_written_there_is_no_line(view):
    size = (6,) if isinstance(view, dict) and view["kind"] == "sequence" else (6, 6)
    assert said(made([{"type": "conv", "kernel_size": 3}], size, view=view)) is None


@pytest.mark.parametrize(("order", "place"), [("row-major", "back"), ("reverse", "front")])
def test_a_box_says_where_its_first_channel_is(order, place):
    layer = {"type": "conv", "kernel_size": 3, "groups": 2, "out_channels": 2}
    lines = terms(made([layer], channels=2, view="volume", animation={"order": order}))
    assert f"channel 1: the one at the {place} of its box; filter 1 makes channel 1" in lines
    assert not any(
        line.startswith("channel 1") for line in terms(made([{"type": "conv", "kernel_size": 3}], view="volume"))
    )
