"""What a spec may say, and the values that it becomes."""

from __future__ import annotations

import json
import re
from functools import cache

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim import catalog, pipeline
from conv_anim.diagnostics import Code, Source, SpecError
from conv_anim.spec import model, reader, starter
from conv_anim.spec.arrays import KERNELS
from conv_anim.spec.document import parsed, scalar
from conv_anim.spec.model import Given
from conv_anim.spec.nodes import Entries
from conv_anim.spec.op_types import TYPES as LAYER_TYPES
from conv_anim.spec.records import tables
from conv_anim.spec.schema import schema
from conv_anim.spec.themes import THEMES
from conv_anim.spec.views import VIEWS
from tests.cases import cases

SCHEMA = jsonschema.Draft202012Validator(schema())


def conv(*, size=(5, 5), channels=1, **keys):
    return conv_anim.load(
        {"input": {"size": size, "channels": channels}, "layer": {"type": "conv", "kernel_size": 3, **keys}}
    )


# YAML


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("no", "no"), ("on", "on"),
        ("010", 10), ("0o10", 8), ("0x10", 16), ("+7", 7), ("-7", -7), ("1_000", "1_000"), ("12:30", "12:30"),
        ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5e-1", -0.05), (".", "."), ("1e", "1e"), ("-", "-"),
        (".inf", float("inf")), ("2001-01-01", "2001-01-01"), ("=", "="),
    ],
)  # fmt: skip
def test_plain_scalars_are_those_of_yaml_1_2(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
NUMBERS = st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False, width=32)
KEYS = st.text("abc_", min_size=1, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_read_as_json_says(value):
    assert plain(parsed(Source("x", json.dumps(value, ensure_ascii=False)), "x")) == value


def plain(node):
    match node:
        case Entries():
            return {key.value: plain(value) for key, value in node.entries}
        case _ if hasattr(node, "items"):
            return [plain(item) for item in node.items]
        case _:
            return node.value


def test_every_node_knows_where_it_stands():
    root = parsed(Source("a.yaml", "input:\n  size: [5, 7]\n"))
    size = root.get("input").get("size")
    assert (size.span.line, size.span.column, size.span.width) == (2, 9, 6)
    assert (size.items[1].span.line, size.items[1].span.column, size.items[1].path) == (2, 13, "input.size[1]")


def test_an_alias_is_the_value_it_stands_for():
    text = "input: {size: &n [5, 5]}\nlayer: {type: conv, kernel_size: 3, stride: *n}\n"
    assert pipeline.loaded(Source("a", text)).spec.layers[0].stride == (5, 5)


def test_utf_16_and_a_byte_order_mark_are_read(tmp_path):
    text = "title: Größe\ninput: {size: [5, 5]}\nlayer: {type: conv, kernel_size: 3}\n"
    for encoding in ("utf-16", "utf-8-sig"):
        path = tmp_path / "spec.yaml"
        path.write_bytes(text.encode(encoding))
        assert conv_anim.load(path).title == "Größe"


# layers


@pytest.mark.parametrize(
    ("padding", "pads", "out"),
    [
        (1, ((1, 1), (1, 1)), (5, 5)),
        ([1, 2], ((1, 1), (2, 2)), (5, 7)),
        ([[1, 2], [0, 3]], ((1, 2), (0, 3)), (6, 6)),
        ([1, [0, 3]], ((1, 1), (0, 3)), (5, 6)),
        ("valid", ((0, 0), (0, 0)), (3, 3)),
        ("same", ((1, 1), (1, 1)), (5, 5)),
        ("full", ((2, 2), (2, 2)), (7, 7)),
    ],
)
def test_padding_in_every_form(padding, pads, out):
    layer = conv(padding=padding).layers[0]
    assert (layer.padding, layer.ends.out_size) == (pads, out)


@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3))
def test_same_padding_makes_the_input_over_the_stride(size, kernel, stride, dilation):
    spec = {"type": "conv", "kernel_size": kernel, "stride": stride, "dilation": dilation}
    upper, lower = (
        conv_anim.load({"input": {"size": [size]}, "layer": {**spec, "padding": name}}).layers[0]
        for name in ("same", "same_lower")
    )
    assert upper.ends.out_size == lower.ends.out_size == (-(-size // stride),)
    (before, after), ((more, less),) = upper.padding[0], lower.padding
    assert 0 <= after - before <= 1
    assert (more, less) == (after, before)


def test_causal_padding_lies_before_the_input_only():
    layer = conv(size=(8,), padding="causal", dilation=2).layers[0]
    assert (layer.padding, layer.ends.out_size) == (((4, 0),), (8,))


@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 5), st.data())
def test_ceil_mode_starts_every_window_in_the_input_or_the_padding_before_it(size, kernel, stride, data):
    pad = data.draw(st.integers(0, kernel // 2))
    spec = {"type": "max_pool", "kernel_size": kernel, "stride": stride, "padding": pad, "ceil_mode": True}
    starts = [k for k in range(0, size + pad, stride) if k == 0 or k - stride + kernel < size + 2 * pad]
    if size + 2 * pad < kernel:
        return
    assert conv_anim.load({"input": {"size": [size]}, "layer": spec}).layers[0].ends.out_size == (len(starts),)


def test_a_pool_moves_by_its_own_size_unless_told_otherwise():
    spec = {"input": {"size": [6, 6]}, "layer": {"type": "max_pool", "kernel_size": [2, 3]}}
    assert conv_anim.load(spec).layers[0].stride == (2, 3)


def test_layers_feed_each_other():
    layers = [{"type": "conv", "kernel_size": 3, "out_channels": 4}, {"type": "avg_pool", "kernel_size": 2}]
    first, second = conv_anim.load({"input": {"size": [8, 8], "channels": 3}, "layers": layers}).layers
    assert (
        (second.ends.in_channels, second.ends.in_size) == (first.ends.out_channels, first.ends.out_size) == (4, (6, 6))
    )
    assert second.ends.out_size == (3, 3)


def test_groups_make_as_many_outputs_unless_told_otherwise():
    assert conv(channels=6, groups=3).layers[0].ends.out_channels == 3


# arrays


def test_the_weight_says_the_kernel_size():
    spec = {"input": {"size": [5, 5]}, "layer": {"type": "conv", "weight": [[1, 2], [3, 4], [5, 6]]}}
    assert conv_anim.load(spec).layers[0].kernel_size == (3, 2)


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_named_kernels(name):
    spec = conv_anim.load({"input": {"size": [5, 5]}, "layer": {"type": "conv", "weight": name}})
    kernel = conv_anim.trace(spec).layers[0].weight[0, 0]
    assert kernel.shape == (3, 3)
    smoothing, edges = {"box", "gaussian", "identity", "sharpen", "emboss"}, {"laplacian"}
    total = (
        9 if name == "ones" else 1 if name in smoothing else 0 if name in edges or name[-2:] in {"_x", "_y"} else None
    )
    assert kernel.sum() == pytest.approx(total)
    if name.endswith("_x"):
        other = conv_anim.load({"input": {"size": [5, 5]}, "layer": {"type": "conv", "weight": name[:-1] + "y"}})
        assert np.array_equal(kernel, conv_anim.trace(other).layers[0].weight[0, 0].T)


@pytest.mark.parametrize(("values", "size", "channels"), [
    ([1, 2, 3], (3,), 1),
    ([[1, 2, 3]], (1, 3), 1),
    ([[[1, 2]], [[3, 4]], [[5, 6]]], (1, 2), 3),
    ([[[[1], [2]]]], (1, 2, 1), 1),
])  # fmt: skip
def test_a_list_of_values_says_the_size(values, size, channels):
    spec = conv_anim.load({"input": {"values": values}, "layer": {"type": "conv", "kernel_size": 1}})
    assert (spec.input.size, spec.input.channels) == (size, channels)
    assert np.array_equal(conv_anim.trace(spec).input, np.reshape(values, (channels, *size)))


def test_a_volume_says_its_size():
    values = np.arange(24).reshape(2, 3, 4)
    spec = conv_anim.load({"input": {"size": [2, 3, 4], "values": values}, "layer": {"type": "conv", "kernel_size": 1}})
    assert np.array_equal(conv_anim.trace(spec).input, values[None])


def test_values_of_one_map_stand_for_every_channel():
    spec = conv_anim.load(
        {"input": {"channels": 2, "values": [[1, 2], [3, 4]]}, "layer": {"type": "conv", "kernel_size": 1}}
    )
    assert np.array_equal(conv_anim.trace(spec).input, [[[1, 2], [3, 4]]] * 2)


def test_random_values_are_the_same_every_time_and_keep_their_bounds():
    spec = {
        "input": {"size": [40, 40], "values": {"random": {"seed": 3, "low": -2, "high": 5}}},
        "layer": {"type": "conv", "kernel_size": 1},
    }
    first, second = (conv_anim.trace(conv_anim.load(spec)).input for _ in range(2))
    assert np.array_equal(first, second)
    assert set(np.unique(first)) == set(range(-2, 6))


@pytest.mark.parametrize("suffix", ["npy", "csv", "png"])
def test_values_from_a_file(suffix, tmp_path):
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    {
        "npy": lambda p: np.save(p, array),
        "csv": lambda p: p.write_text("\n".join(",".join(map(str, row)) for row in array)),
        "png": lambda p: Image.fromarray(array).save(p),
    }[suffix](tmp_path / f"a b.{suffix}")
    (tmp_path / "spec.yaml").write_text(
        f"input: {{values: {{file: a b.{suffix}}}}}\nlayer: {{type: conv, kernel_size: 2}}\n"
    )
    traced = conv_anim.trace(conv_anim.load(tmp_path / "spec.yaml"))
    assert np.array_equal(traced.input, array[None])
    assert traced.input.dtype == np.int64


def test_a_colour_picture_has_three_channels(tmp_path):
    array = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    Image.fromarray(array).save(tmp_path / "a.png")
    (tmp_path / "spec.yaml").write_text("input: {values: {file: a.png}}\nlayer: {type: conv, kernel_size: 2}\n")
    assert np.array_equal(conv_anim.trace(conv_anim.load(tmp_path / "spec.yaml")).input, np.moveaxis(array, -1, 0))


# looks


def test_a_theme_can_be_changed_colour_by_colour():
    spec = conv_anim.load(
        {
            "input": {"size": [5, 5]},
            "layer": {"type": "conv", "kernel_size": 3},
            "theme": {"base": "dark", "window": "#ABC", "channels": ["#111111"], "overlay": 0.5},
        }
    )
    assert spec.theme.colors.window == "#aabbcc"
    assert spec.theme.colors.channels == ("#111111",)
    assert spec.theme.colors.input == THEMES["dark"].colors.input
    assert spec.theme.overlay == 0.5


@pytest.mark.parametrize(("more", "view"), [
    ({}, "isometric"),
    ({"input": {"values": [[1, 2], [3, 4]]}, "layer": {"type": "conv", "kernel_size": 2}}, "flat"),
    ({"input": {"size": [5, 5], "channels": 3}}, "channels"),
    ({"input": {"size": [50, 50], "channels": 3}}, "volume"),
    ({"input": {"size": [5, 5, 5]}}, "volume"),
])  # fmt: skip
def test_the_view_that_suits(more, view):
    spec = {"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}, **more}
    assert conv_anim.load(spec).view.kind == view


def test_labels_follow_the_theme_unless_told_otherwise():
    base = {"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}}
    assert conv_anim.load(base).labels == model.Labels()
    assert conv_anim.load({**base, "theme": "classic"}).labels is None
    assert conv_anim.load({**base, "theme": "classic", "labels": True}).labels == model.Labels()
    assert conv_anim.load({**base, "labels": {"input": "image"}}).labels == model.Labels(input="image")


def test_changes_from_the_command_line():
    text = Source("a.yaml", "input: {size: [5, 5]}\nlayers: [{type: conv, kernel_size: 3}]\n")
    spec = pipeline.loaded(
        text, changes=["layers.0.stride=2", "input.size[1]=7", "animation.step=50", 'title="No: 1"']
    ).spec
    assert spec.layers[0].stride == (2, 2)
    assert spec.input.size == (5, 7)
    assert spec.animation.step == 50
    assert spec.title == "No: 1"


def test_what_is_made_in_python_says_where_it_is_wrong():
    with pytest.raises(SpecError) as caught:
        conv_anim.load({"input": {"size": [5, 0]}, "layer": {"type": "conv", "kernel_size": object()}})
    assert caught.value.problems[0].code is Code.NOT_YAML_DATA
    with pytest.raises(SpecError) as caught:
        conv_anim.load({"input": {"size": [5, 0]}, "layer": {"type": "conv", "kernel_size": "x"}})
    assert [problem.path for problem in caught.value.problems] == ["input.size[1]", "layer.kernel_size"]


# the schema


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("template", catalog.templates(), ids=lambda t: t.name)
def test_templates_keep_to_the_schema_and_name_it(template):
    SCHEMA.validate(plain(parsed(Source(template.name, template.text))))
    named = template.text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (template.path.parent / named).resolve() == catalog.folder() / catalog.SCHEMA


def test_the_schema_beside_the_templates_is_up_to_date():
    assert (catalog.folder() / catalog.SCHEMA).read_text(encoding="utf-8") == catalog.schema_text()


def described(schema, path=""):
    """The keys of a schema without a description."""
    for name, inner in schema.get("properties", {}).items():
        if "description" not in inner:
            yield f"{path}.{name}"
        yield from described(inner, f"{path}.{name}")
    for word in ("anyOf", "oneOf"):
        for arm in schema.get(word, []):
            yield from described(arm, path)
    for name, inner in schema.get("$defs", {}).items():
        yield from described(inner, name)


def test_every_key_of_the_schema_is_described():
    assert list(described(schema())) == []


def closed(schema):
    """Whether no mapping of a schema takes unknown keys."""
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [arm for word in ("anyOf", "oneOf") for arm in schema.get(word, [])]
    own = "properties" not in schema or schema.get("additionalProperties") is False
    return own and all(map(closed, inner))


def test_the_schema_allows_no_other_keys():
    assert closed(schema())


def test_defaults_and_examples_keep_to_their_own_schema():
    whole = schema()
    for name, inner in whole["properties"].items():
        validator = jsonschema.Draft202012Validator({**inner, "$defs": whole["$defs"]})
        for value in [*inner.get("examples", []), *([inner["default"]] if "default" in inner else [])]:
            assert validator.is_valid(value), (name, value)


# the starter

EXAMPLE = re.compile(r"^( *)#(\w+: )", re.MULTILINE)


@cache
def started(type_):
    return starter.text(type_, name="starter.yaml")


@pytest.mark.parametrize("type_", starter.STARTED)
def test_the_starter_of_a_type_can_be_drawn(type_):
    text = started(type_)
    loaded = pipeline.drawable(pipeline.loaded(Source("starter.yaml", text)))
    assert loaded.root.get("layer").get("type").value == type_
    pipeline.scene(loaded.spec)


@pytest.mark.parametrize("type_", starter.STARTED)
def test_any_line_of_the_starter_can_be_taken_alone(type_):
    text = started(type_)
    usual = pipeline.loaded(Source("starter.yaml", text)).root
    examples = list(EXAMPLE.finditer(text))
    assert len(examples) > 30
    for match in examples:
        taken = f"{text[: match.start()]}{match[1]}{match[2]}{text[match.end() :]}"
        loaded = pipeline.drawable(pipeline.loaded(Source("starter.yaml", taken)))
        assert loaded.root != usual
        SCHEMA.validate(plain(loaded.root))


@pytest.mark.parametrize("type_", starter.STARTED)
def test_every_key_stands_in_the_starter_with_what_it_means(type_):
    text = re.sub(r"\s*\n *# *", " ", started(type_))
    fields = [*reader.SPEC.fields, *LAYER_TYPES[type_].keys.fields]
    fields += [f for outer in reader.SPEC.fields if outer is not reader.ONE_LAYER and outer is not reader.MORE_LAYERS
               for table in tables(outer.kind) for f in table.fields]  # fmt: skip
    for field in fields:
        assert re.search(rf"\b{field.name}\b", text), field.name
        assert re.sub(r"\s+", " ", field.doc) in re.sub(r"\s+", " ", text), field.doc


STRUCTURAL = {"unknown-key", "unknown-name", "wrong-type", "out-of-range", "missing-key", "format"}
"""What a schema can see."""
UNSEEN = {
    "a stack": {"missing/unpool_pool", "graphs/unknown_name", "graphs/too_far"},
    "what follows from other keys": {
        "missing/kernel_size", "missing/out_features", "missing/size", "missing/upsample", "arrays/random_bounds",
        "panels/without_input", "beyond_the_window/offset_missing", "beyond_the_window/sparse_without_cells",
        "beyond_the_window/sparse_after_dense",
    },
    "which cells an input has": {
        "beyond_the_window/active_none", "beyond_the_window/active_beyond", "beyond_the_window/active_many",
    },
    "what a window needs": {
        "attention/shift_without_window", "attention/dilation_without_window", "attention/shift_too_far",
    },
    "numbers and lists in arrays": {
        "arrays/ragged_missing_comma", "arrays/ragged_text", "ranges/weight", "types/empty_row", "ranges/number",
        "types/weight_fraction",
    },
    "what is drawn": {"views/too_narrow"},
    "numbers that are compared": {"views/scale_upside_down"},
    "lengths in inches or centimetres": {"views/width_of_a_stamp"},
    "JSON has no such numbers": {"yaml_surprises/nan"},
    "line breaks": {"characters/glyph_caption_line", "yaml_surprises/multiline_title"},
}  # fmt: skip
"""Cases that only the reader refuses, by what a schema does not see."""


def structural():
    """The cases whose every problem is one of form."""
    for case in cases():
        codes = set(re.findall(r" error: .* \[([\w-]+)\]$", case.expected, re.MULTILINE))
        if codes <= STRUCTURAL and not case.args:
            yield case


@pytest.mark.parametrize("case", list(structural()), ids=lambda case: case.id)
def test_what_the_reader_refuses_is_refused_by_the_schema_too(case):
    refused = not SCHEMA.is_valid(plain(parsed(Source(case.title, case.spec.decode("utf-8")))))
    assert refused is not any(case.id in names for names in UNSEEN.values())


def test_what_the_schema_does_not_see_is_among_the_cases():
    assert {name for names in UNSEEN.values() for name in names} <= {case.id for case in structural()}


def test_the_schema_knows_every_layer_and_view():
    layers = schema()["$defs"]["layer"]["oneOf"]
    assert {arm["properties"]["type"]["const"] for arm in layers} == set(LAYER_TYPES)
    named = schema()["properties"]["view"]["anyOf"][1]["enum"]
    assert set(named) == set(VIEWS)


def test_given_values_keep_their_kind():
    spec = conv_anim.load({"input": {"values": [[1, 2.5], [3, 4]]}, "layer": {"type": "conv", "kernel_size": 1}})
    assert spec.input.values == Given((2, 2), (1, 2.5, 3, 4))


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ({"view": {"kind": "fft", "wrap": ["a"]}}, None),
        ({"view": {"kind": "fft", "wrap": ["a", True]}}, "one of them: wrap: True"),
        ({"view": {"kind": "gemm", "layout": ["nhw", "nchw"]}}, "one of them: layout: nchw"),
        ({"layer": {"type": "conv", "groups": [None, 1.5, 2]}}, "one of them: groups: 2"),
    ],
)
def test_of_a_list_an_entry_that_would_do_is_offered(spec, hint):
    with pytest.raises(SpecError) as caught:
        conv_anim.load({"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}, **spec})
    assert caught.value.problems[0].hint == hint
