"""Numbers that a float cannot hold, or that decimals cannot: the trace, the picture and the page say the same ones."""

from __future__ import annotations

import json
import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import inf, nextafter

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import explain, pipeline
from conv_anim.cli import main
from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import MINUS, Format, format_for
from conv_anim.scene.arithmetic.rounding import fixed, rounded, scientific, significant
from conv_anim.scene.arithmetic.sums import in_a_line
from conv_anim.scene.primitives import Text
from conv_anim.tracing.listing import pieces
from conv_anim.tracing.taps import multiplied
from conv_anim.tracing.values import matrix_product, product_of

BIG = 2**53 - 1
"""The largest number that a spec takes."""


def flat(values, layer=None, **keys):
    layer = {"type": "conv", "weight": [[1] * len(values[0])], **(layer or {}), **keys}
    return conv_anim.load({"input": {"values": values}, "layer": layer, "view": "flat"})


def told(spec) -> str:
    """The sum of the last step as text, and as its page says it."""
    layer = conv_anim.trace(spec).layers[-1]
    said = in_a_line(layer, layer[-1], bias="{value} (bias)")
    assert pipeline.scene(spec).guide().told[-1].endswith(said)
    return said


def written(spec) -> set[str]:
    """All texts of the last frame, the sum's among them."""
    drawn = pipeline.scene(spec)
    items = (*drawn.static, *(item for frame in drawn.frames for item in (*frame.kept, *frame.shown)))
    return {item.text for item in items if isinstance(item, Text)}


def listed(spec, *, steps=False):
    """The trace as a strict reader of JSON takes it."""

    def no(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads("".join(pieces(conv_anim.trace(spec), steps=steps)), parse_constant=no)


def test_whole_numbers_beyond_those_of_a_float():
    spec = flat([[BIG, 1]], weight=[[3, 1]], bias=1)
    assert told(spec) == "9007199254740991·3 + 1·1 + 1 (bias) = 27021597764222975"
    assert listed(spec)["layers"][0]["output"] == [[[27021597764222975]]]
    assert {"= 27021597764222975", "27021597764222975", "9007199254740991·3"} <= written(spec)  # the sum, whole
    assert {"9.01·10¹⁵", "2.7·10¹⁶"} <= written(spec)  # in cells in which all digits would be too small to read


@given(st.lists(st.integers(-BIG, BIG), min_size=2, max_size=2), st.integers(-200, 200), st.integers(-BIG, BIG))
def test_any_whole_numbers_are_written_in_full(values, weight, bias):
    spec = flat([values], weight=[[weight, 1]], bias=bias)
    meant = values[0] * weight + values[1] + bias
    assert listed(spec)["layers"][0]["output"] == [[[meant]]]
    assert told(spec).endswith(f" = {meant}".replace("-", MINUS))


def test_a_bias_is_written_in_full_where_its_sum_is_shorter():
    """And was rounded to the decimals of the sum: 0.5·1 + 0 = 1."""
    assert told(flat([[0.5]], bias=0.5)) == "0.5·1 + 0.5 (bias) = 1"
    assert told(flat([[0.25]], bias=-0.25)) == f"0.25·1 + ({MINUS}0.25) (bias) = 0"
    assert told(flat([[1, 1]], bias=0.125)) == "1·1 + 1·1 + 0.1 (bias) ≈ 2.1"
    assert told(flat([[1, 1]], bias=0.001)) == "1·1 + 1·1 + 0.001 (bias) ≈ 2.0"
    assert "+ 0.5 (bias) " in " ".join(written(flat([[0.5]], bias=0.5)))


def test_a_weight_is_a_fraction_only_if_it_is_one():
    assert told(flat([[1, 1, 1]], weight=[[1 / 3, 1 / 3, 1 / 3]])) == "1·1/3 + 1·1/3 + 1·1/3 = 1"
    assert told(flat([[3, 1]], weight=[[0.333333333, 0.125]])) == "3·0.333 + 1·0.125 ≈ 1.1"
    assert told(flat([[1, 1]], weight=[[1e-10, 0.125]])) == "1·10⁻¹⁰ + 1·0.125 ≈ 0.1"


@pytest.mark.parametrize(("values", "layer", "said"), [
    ([[0.1, 0.2]], {}, "0.1·1 + 0.2·1 = 0.3"),
    ([[0.5, float(BIG)]], {}, "0.5·1 + 9.01·10¹⁵·1 ≈ 9.01·10¹⁵"),
    ([[5e15, 5e15, 1]], {"weight": [[1.5, 1, 0.5]]}, "≈ 1.25·10¹⁶"),
    ([[BIG, 1]], {"weight": [[BIG, 1]]}, "≈ 8.11·10³¹"),
    ([[BIG, BIG - 1]], {"type": "avg_pool", "kernel_size": [1, 2], "weight": None}, "/ 2 ≈ 9.01·10¹⁵"),
    ([[1e15, 1]], {"type": "lp_pool", "kernel_size": [1, 2], "weight": None}, "√((10¹⁵)² + 1²) ≈ 10¹⁵"),
    ([[3, 4]], {"type": "lp_pool", "kernel_size": [1, 2], "weight": None}, "√(3² + 4²) = 5"),
    ([[1, 2]], {"type": "avg_pool", "kernel_size": [1, 2], "weight": None}, "(1 + 2) / 2 = 1.5"),
    ([[0.125, 0.375]], {}, "0.1·1 + 0.4·1 ≈ 0.5"),
    ([[5e-324, 1]], {}, "4.94·10⁻³²⁴·1 + 1·1 ≈ 1"),
    ([[0.5, 0.25]], {}, "0.5·1 + 0.25·1 = 0.75"),
    ([[0.6179, 0.25]], {"weight": [[1, 0]]}, "0.6·1 + 0.3·0 = 0.6"),  # both sides are the same number
    ([[0.6179, 2]], {"weight": [[0, 3]]}, "0.6·0 + 2.0·3 = 6"),  # a rounded number takes no part
    ([[0.6179, 2]], {"weight": [[2, 0]]}, "0.6·2 + 2.0·0 ≈ 1.2"),
    ([[0.6179, 1]], {"weight": [[1, 1]]}, "0.6·1 + 1.0·1 ≈ 1.6"),
    ([[2.4, 0.25]], {"weight": [[1, 0.001]]}, "≈ 2.4"),
])  # fmt: skip
def test_a_sum_is_equal_only_if_it_is(values, layer, said):
    layer = {key: value for key, value in {"weight": [[1] * len(values[0])], "type": "conv", **layer}.items() if value}
    spec = conv_anim.load({"input": {"values": values}, "layer": layer, "view": "flat"})
    assert told(spec).endswith(said)


RAISED = {ord(raised): plain for raised, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
decimals = st.integers(-99_999, 99_999).map(lambda n: n / 100) | st.integers(-BIG, BIG).map(float) | st.floats(-9, 9)


@given(st.lists(decimals, min_size=1, max_size=3), st.lists(decimals, min_size=3, max_size=3), decimals | st.none())
def test_what_is_written_with_an_equals_sign_is_equal(values, weights, bias):
    """As fractions: to the last digit."""
    spec = flat([values], weight=[weights[: len(values)]], **({} if bias is None else {"bias": bias}))
    layer = conv_anim.trace(spec).layers[0]
    formats = Formats.of(layer)
    if formats.equals(layer[0]) == "≈":
        return

    def number(text):
        plain = text.replace(MINUS, "-")
        powered = re.fullmatch("(-?)(?:(.+)·)?10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", plain)
        if powered is None:
            return Fraction(plain)
        sign, digits, power = powered.groups()
        return Fraction(f"{sign}{digits or 1}") * Fraction(10) ** int(power.translate(RAISED))

    total = sum(number(formats.x(x)) * number(formats.w(w)) for x, w in zip(values, weights, strict=False))
    total += 0 if formats.b is None else number(formats.b(bias))
    assert number(formats.y(layer.output.item())) == total


def test_channels_are_added_up_by_the_same_rule():
    layer = {"type": "conv", "weight": [[[[1]], [[2.5]]]], "bias": 0.3}
    for large, sign in ((5e15, "≈ "), (2.0, "= ")):
        values = [[[0.5]], [[large]]]
        spec = conv_anim.load({"input": {"values": values}, "layer": layer, "view": "channels"})
        assert any(text.startswith(sign) for text in written(spec))


def test_an_interpolation_of_rounded_numbers_is_not_equal():
    layer = {"type": "upsample", "scale_factor": 3, "mode": "bilinear"}
    spec = conv_anim.load({"input": {"values": [[0.1234, 0.2766]]}, "layer": layer, "view": "flat"})
    assert {text for text in written(spec) if text.startswith("= ")} == {"= 0.1", "= 0.3"}  # but one times 1 is


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 3))
def test_halves_are_rounded_away_from_zero(digits, places, decimals):
    """As decimals say it: 3.25 is 3.3, and 2.675 is 2.68, whose float is below it."""
    number = Decimal(digits).scaleb(-places)
    meant = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = Format(decimals, exact=False)(float(number))
    assert Decimal(text.replace(MINUS, "-")) == meant
    assert Format(decimals, exact=False).shown(np.array([float(number)])).item() == float(meant)
    assert text.startswith(MINUS) == (meant < 0)


@given(st.integers(1, 10**7), st.integers(-9, 9))
def test_so_do_significant_digits(digits, power):
    number = Decimal(digits).scaleb(power)
    meant = Context(prec=3, rounding=ROUND_HALF_UP).create_decimal(number)
    fmt = Format(0, exact=False, digits=3)
    if not 1000 <= number < 10**6:  # whose whole digits are all written
        assert fmt.written(float(number)) == Fraction(meant)


def halves():
    """Numbers about a half of some decimal, as exact as a float can be, and the floats beside them."""
    exact = st.builds(lambda n, power: (2 * n + 1) / 2 / 10**power, st.integers(-(10**6), 10**6), st.integers(0, 9))
    return st.one_of(exact, st.builds(nextafter, exact, st.sampled_from([-inf, inf])))


@given(st.one_of(halves(), st.floats(-1e15, 1e15), st.integers(-(10**17), 10**17)), st.integers(0, 5))
def test_texts_that_are_made_sooner_are_those_of_decimals(number, digits):
    assert fixed(number, digits) == f"{rounded(number, digits):f}"
    assert Decimal(scientific(number, digits + 1)) == significant(number, digits + 1)


@given(st.lists(st.integers(-999, 999), min_size=2, max_size=4), st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_a_sum_of_numbers_in_full_is_equal_also_beside_rounded_ones(hundredths, weights):
    """The other output is a third, whose digits are never all written."""
    cells = [[n / 100 for n in hundredths], [1 / 3] * len(hundredths)]
    layer = conv_anim.trace(flat(cells, weight=[weights[: len(hundredths)]])).layers[0]
    formats, step = Formats.of(layer), layer[0]
    made = sum(Fraction(n, 100) * w for n, w in zip(hundredths, weights, strict=False))
    counted = [n for n, w in zip(hundredths, weights, strict=False) if n * w]
    written = [formats.x(n / 100) for n in counted] + [formats.y(step.value)]
    exact = [Fraction(text.replace(MINUS, "-")) for text in written] == [*(Fraction(n, 100) for n in counted), made]
    alone = [w for n, w in zip(hundredths, weights, strict=False) if n * w] == [1] and written[0] == written[1]
    assert formats.equals(step) == ("=" if exact or alone else "≈")


def test_a_sum_of_floats_is_the_number_that_its_decimals_make():
    fmt = format_for(np.array([0.1 + 0.2, 0.7 + 0.1]))
    assert fmt.exact
    assert (fmt(0.1 + 0.2), fmt(0.7 + 0.1)) == ("0.3", "0.8")


NUMBERS = st.integers(-999, 999).map(lambda n: n / 100)


@pytest.mark.parametrize("view", ["winograd", "fft", "gemm", "matrix", "channels"])
def test_another_way_to_compute_decimals_has_no_rest_either(view):
    """A transform's number was 1.39·10⁻¹⁸, and a wave 3.47·10⁻¹⁸ high, where there is none."""
    rows = [[1, 2, -3, 7], [6, -7, 1, 3], [-1, 4, 2, -6], [3, 3, 9, -2]]
    values, weight = ([[n / 10 for n in row] for row in each] for each in (rows, [[1, 2, -3], [3, -1, 2], [-6, 1, 7]]))
    layer = {"type": "conv", "weight": weight, "padding": 1}
    spec = conv_anim.load({"input": {"values": values}, "layer": layer, "view": view})
    assert not [text for text in [*written(spec), *pipeline.scene(spec).guide().told] if "10⁻" in text]


@given(st.lists(NUMBERS, min_size=3, max_size=3), st.lists(NUMBERS, min_size=3, max_size=3), st.integers(0, 2))
def test_a_product_is_the_same_in_an_array(numbers, others, long):
    """Beside numbers that are no decimals: it was a float's, 0.30000000000000004, and its tap's was 0.3."""
    mixed = [math.sqrt(2) if k == long else number for k, number in enumerate(others)]
    for one, other in ((numbers, mixed), (mixed, numbers)):
        assert product_of(np.array(one), np.array(other)).tolist() == list(map(multiplied, one, other))
    met = product_of(np.array([numbers]), np.array(mixed)[:, None])
    assert met.tolist() == [[multiplied(x, w) for x in numbers] for w in mixed]


OFFSETS = st.integers(-150, 150).map(lambda n: n / 100)


@given(st.lists(NUMBERS, min_size=9, max_size=9), st.lists(OFFSETS, min_size=2, max_size=2), st.integers(-20, 20))
def test_what_a_moved_window_reads_is_so_to_the_last_bit(numbers, offset, tenths):
    values = [numbers[:3], numbers[3:6], numbers[6:]]
    layer = {"type": "deform_conv", "kernel_size": 1, "weight": [[tenths / 10]], "offset": [[offset]], "bias": 0.7}
    made = conv_anim.trace(conv_anim.load({"input": {"values": values}, "layer": layer})).layers[0]
    down, right = (Fraction(str(number)) for number in offset)
    for step in made:
        row, column = step.output[1] + down, step.output[2] + right
        shares = {(r, c): max(0, 1 - abs(row - r)) * max(0, 1 - abs(column - c)) for r, c in np.ndindex(3, 3)}
        read = sum((Fraction(str(values[r][c])) * share for (r, c), share in shares.items()), Fraction(0))
        assert step.value == float(read * Fraction(tenths, 10) + Fraction(7, 10))
        for tap in step.taps:
            if tap.input is not None:
                assert tap.w == float(shares[tap.input[1:]] * Fraction(tenths, 10))


TAKEN = {
    "conv": ({"type": "conv", "weight": [[0.7, -0.4, 0.1]]}, lambda a, b, c: (7 * a - 4 * b + c) / 10),
    "avg_pool": ({"type": "avg_pool", "kernel_size": [1, 3], "stride": 1}, lambda a, b, c: (a + b + c) / 3),
    "adaptive_avg_pool": ({"type": "adaptive_avg_pool", "size": [1, 1]}, lambda a, b, c: (a + b + c) / 3),
    "linear": ({"type": "linear", "weight": [[0.7, -0.4, 0.1]]}, lambda a, b, c: (7 * a - 4 * b + c) / 10),
    "a long weight elsewhere": (
        {"type": "linear", "weight": [[0.1, 0.2, -0.3], [0, 0, 0.123456789012]], "bias": [0.3, 0.98765432109876]},
        lambda a, b, c: (a + 2 * b - 3 * c + 3) / 10,
    ),
    "batch_norm": ({"type": "batch_norm", "scale": 0.3, "shift": -0.9}, lambda a, b, c: (3 * a - 9) / 10),
    "thirds": ({"type": "conv", "weight": [[1 / 3, -2 / 3, 1 / 3]]}, lambda a, b, c: (a - 2 * b + c) / 3),
    "ninths": ({"type": "linear", "weight": [[8 / 9, -1 / 9, -0.7]]}, lambda a, b, c: (80 * a - 10 * b - 63 * c) / 90),
    "a third elsewhere": (
        {"type": "linear", "weight": [[0.1, 0.2, -0.3], [0, 0, 1 / 3]], "bias": [0.3, 1 / 7]},
        lambda a, b, c: (a + 2 * b - 3 * c + 3) / 10,
    ),
}


@pytest.mark.parametrize("name", TAKEN)
@given(st.lists(NUMBERS, min_size=3, max_size=3))
def test_decimals_are_added_as_decimals(name, numbers):
    """A float's rest, 5.6e-17 in place of 0, was written with a power of ten."""
    layer, meant = TAKEN[name]
    made = conv_anim.trace(conv_anim.load({"input": {"values": [numbers]}, "layer": layer})).output
    assert made.ravel()[0].item() == float(meant(*(Fraction(str(number)) for number in numbers)))


@given(st.lists(NUMBERS, min_size=3, max_size=3), st.integers(2, 11), st.sampled_from(["bilinear", "bicubic"]))
def test_what_is_between_numbers_is_so_to_the_last_bit(numbers, factor, mode):
    """−0.6 and 0.3, two thirds of the way, are 0 and no rest."""
    layer = {"type": "upsample", "size": [1, 3 * factor], "mode": mode}
    made = conv_anim.trace(conv_anim.load({"input": {"values": [numbers]}, "layer": layer})).output.ravel()
    cells = [Fraction(str(number)) for number in numbers]
    for o, value in enumerate(made.tolist()):
        at = (o + Fraction(1, 2)) / factor - Fraction(1, 2)
        at = min(max(at, Fraction(0)), Fraction(2)) if mode == "bilinear" else at
        near = range(at.__floor__() - 1, at.__floor__() + 3)
        meant = sum((cells[min(max(i, 0), 2)] * tent(abs(at - i), mode) for i in near), Fraction(0))
        assert value == float(meant)


def tent(d, mode):
    """The share of a cell that is ``d`` away; cubic: Keys 1981, with a = −3/4."""
    if mode == "bilinear":
        return max(1 - d, Fraction(0))
    a = Fraction(-3, 4)
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a if d < 2 else Fraction(0)


@pytest.mark.parametrize("numbers", [[1e17, 1 / 3], [1e17, 0.5], [1e300, 1e300], [1e-300, 1 / 3], [2.0**60, 1 / 7]])
def test_numbers_that_are_no_counts_of_a_part_are_those_of_floats(numbers):
    """Such as layers make of those that a spec may have."""
    made = matrix_product(np.array([numbers]), np.array([[1 / 3, 1.5]]), None)
    np.testing.assert_allclose(made.item(), numbers[0] / 3 + numbers[1] * 1.5, rtol=1e-15, atol=0)
    assert multiplied(numbers[0], 1 / 3) == numbers[0] / 3
    assert multiplied(1e300, 1e300) == inf
    assert multiplied(-inf, 2) == -inf


# powers


@pytest.mark.parametrize(("cells", "p"), [
    ([1e10, 3], 40), ([1e15, 1e15], 100), ([1e-10, 3e-10], 100), ([1e-10, 0], 99.5), ([0, 0], 100), ([5e-324, 0], 2),
    ([1e200 ** 0.05, 2], 100),
])  # fmt: skip
def test_a_norm_whose_powers_no_float_holds(cells, p):
    spec = conv_anim.load({
        "input": {"values": [cells]}, "layer": {"type": "lp_pool", "kernel_size": [1, 2], "norm_type": p}
    })  # fmt: skip
    largest = max(cells)
    meant = largest * sum((c / largest) ** p for c in cells) ** (1 / p) if largest else 0.0
    np.testing.assert_allclose(conv_anim.trace(spec).output.item(), meant, rtol=1e-14)
    assert listed(spec)


def test_numbers_that_grow_beyond_a_float_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = f"  - {{type: conv, weight: [[{BIG}]]}}\n"
    (tmp_path / "a.yaml").write_text("input: {values: [[9, -9]]}\nlayers:\n" + one * 20, encoding="utf-8")
    for command in (["trace"], ["render", "-f", "png"]):
        done = CliRunner().invoke(main, [command[0], "a.yaml", *command[1:]])
        assert done.exit_code == 1
        assert "the numbers that layer 20 makes are too large for a float, which ends at about 10³⁰⁸" in done.stderr
        assert "Warning" not in done.stderr


def test_a_zero_has_no_sign():
    spec = flat([[-0.0, -1.5]], weight=[[-1.0, 0]])
    text = json.dumps(listed(spec, steps=True))
    assert "-0.0" not in text
    assert f"{MINUS}0" not in "".join(written(spec) | {told(spec)})


# programs


NUMBERS = st.one_of(
    st.floats(-(2.0**52), 2.0**52, allow_nan=False), st.integers(-BIG, BIG), st.sampled_from([5e-324, 0.1 + 0.2, -0.0])
)


@given(st.lists(NUMBERS, min_size=4, max_size=4), st.lists(NUMBERS, min_size=2, max_size=2), NUMBERS)
def test_a_program_has_the_numbers_to_the_last_bit(tmp_path_factory, values, weights, bias):
    """And those of ``explain`` and of JSON are the same: all are read back."""
    folder = tmp_path_factory.mktemp("code")
    made = {"input": {"values": [values]}, "layer": {"type": "conv", "weight": [weights], "bias": bias}}
    (folder / "a.yaml").write_text(json.dumps(made), encoding="utf-8")
    done = CliRunner().invoke(main, ["code", str(folder / "a.yaml"), "--framework", "numpy"])
    given_ = {}
    exec(done.output.replace("print(y)", ""), given_)  # our own program
    assert given_["x"].ravel().tolist() == [float(n) for n in values]
    assert given_["weight"].ravel().tolist() == [float(n) for n in weights]
    assert given_["bias"].ravel().tolist() == [float(bias)]
    layer = listed(conv_anim.load(folder / "a.yaml"))["layers"][0]
    assert [float(n) for n in np.ravel(layer["input"])] == [float(n) for n in values]


# parameters


@pytest.mark.parametrize(("size", "factor", "said"), [
    (6, 1.0001, "o = ⌊6·1.0001⌋ = 6"), (6, 2.00001, "o = ⌊6·2.00001⌋ = 12"), (6, 0.3333, "o = ⌊6·0.3333⌋ = 1"),
    (6, 1.5, "o = 6·1.5 = 9"), (6, 1.414, "o = ⌊6·707/500⌋ = 8"), (7, 2, "o = 7·2 = 14"), (6, 1 / 3, "o = 6·1/3 = 2"),
    (5, 1.23456789, "o = ⌊5·1.23456789⌋ = 6"),
])  # fmt: skip
def test_a_factor_is_written_as_it_is_given(size, factor, said):
    """And was written as the next simple fraction: 6·1/3 = 1."""
    layer = {"type": "upsample", "scale_factor": factor, "mode": "bilinear"}
    made = explain.data(conv_anim.load({"input": {"size": [size, size]}, "layer": layer}))["layers"][0]
    assert said in made["formulas"][0]
    assert ("factor" in made["says"]) == float(factor).is_integer()


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_a_factor_between_two_sizes_is_exact(size, out):
    layer = {"type": "upsample", "size": [out]}
    (made,) = explain.data(conv_anim.load({"input": {"size": [size]}, "layer": layer}))["layers"]
    assert "⌊" not in made["formulas"][0]


def test_an_exponent_is_written_as_it_is_given():
    layer = {"type": "lp_pool", "kernel_size": [1, 2], "norm_type": 2.0000001}
    spec = conv_anim.load({"input": {"values": [[3, 4]]}, "layer": layer, "view": "flat"})
    assert "(3^2.0000001 + 4^2.0000001)^(1/2.0000001) ≈ " in told(spec)
    assert "2.0000001-norm" in explain.data(spec)["layers"][0]["says"]


@given(st.lists(st.integers(0, 255), min_size=9, max_size=16), st.integers(-400, 400), st.sampled_from([1, 0.5, 0.01]))
def test_where_terms_are_left_out_what_they_come_to_is_told_before_the_bias(values, bias, weight):
    """A bias beside the first few of many terms would seem to be added to these alone."""
    layer = conv_anim.trace(flat([values], weight=[[weight] * len(values)], bias=bias / 4)).layers[0]
    said = in_a_line(layer, layer[0], 5, bias="{value} (bias)")
    found = re.fullmatch(r"\(.* \+ … ≈ (\S+)\) \+ \(?([^ )]+)\)? \(bias\) [=≈] (\S+)", said)
    assert found is not None, said
    whole, added, result = (Fraction(text.replace(MINUS, "-")) for text in found.groups())
    assert whole + added == result
    assert abs(whole - sum(values) * Fraction(str(weight))) <= Fraction(1, 10)


@pytest.mark.parametrize(("op", "value", "said"), [
    ("relu", 0.6179, "max(0, 0.6) = 0.6"),
    ("relu", -0.6179, f"max(0, {MINUS}0.6) = 0.0"),
    ("leaky_relu", 0.6179, "max(0.6, 0.01 · 0.6) = 0.6"),
    ("sigmoid", 0.6179, "≈ 0.6"),
])  # fmt: skip
def test_what_is_passed_on_is_equal_also_where_it_is_rounded(op, value, said):
    spec = conv_anim.load({"input": {"values": [[0.123, value]]}, "layer": {"type": op}, "view": "flat"})
    assert pipeline.scene(spec).guide().told[-1].endswith(said)


def test_a_maximum_of_rounded_numbers_is_equal():
    layer = {"type": "max_pool", "kernel_size": [1, 2]}
    spec = conv_anim.load({"input": {"values": [[0.6179, 0.123]]}, "layer": layer, "view": "flat"})
    assert told(spec) == "max(0.6, 0.1) = 0.6"


@pytest.mark.parametrize("view", ["flat", "channels"])
@pytest.mark.parametrize("size", [[2, 4], [4, 4], [3, 7], [5, 9]])
def test_a_share_is_written_alike_in_its_cell_and_in_the_sum(view, size):
    """And was ×3/4 here and 0.75 there."""
    layer = {"type": "upsample", "size": size, "mode": "bilinear"}
    spec = conv_anim.load({"input": {"size": [2, 3]}, "layer": layer, "view": view, "animation": {"pace": "even"}})
    cells = {text[1:] for text in written(spec) if text.startswith("×")}
    said = pipeline.scene(spec).guide().told if view == "flat" else written(spec)
    sums = {share for text in said for share in re.findall(r"·([\d./]+)", text)}
    assert sums
    assert sums <= cells
