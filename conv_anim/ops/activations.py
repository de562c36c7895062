"""Functions of every cell on its own, as in PyTorch.

``relu``, ``leaky_relu``, ``gelu``, ``silu``, ``hard_swish``, ``hard_sigmoid``, ``sigmoid`` and ``tanh``.
"""

from __future__ import annotations

from math import erf, exp, pi, sqrt, tanh
from typing import TYPE_CHECKING, NamedTuple

from conv_anim.spec.entering import op_type
from conv_anim.spec.kinds import Real
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op, OpType
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.model import Number
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.values import Array

SLOPE: Field[int | float] = Field(
    "negative_slope", Real(), "What numbers below 0 are multiplied by.", default=0.01, example=0.1
)
MINUS = "−"
HARD = 3
"""Beyond which, on either side, the hard functions are straight lines."""


def _leaky(x: Number, slope: Number) -> Number:
    return x if x >= 0 else x * slope


class Function(NamedTuple):
    """What is done to a number, how it is written, and what frameworks call it; ``x`` and ``s`` are blanks.

    ``derivative`` is of the number, the slope that is given, and the result.
    """

    badge: str
    doc: str
    of: Callable[[Number, Number], Number]
    derivative: Callable[[Number, Number, Number], Number]
    worked: str
    torch: str
    keras: str
    jax: str
    numpy: str


FUNCTIONS = {
    "relu": Function(
        "ReLU",
        "Numbers below 0 become 0.",
        lambda x, _: max(x, 0),
        lambda x, _s, _y: int(x > 0),
        "max(0, {x})",
        *("nn.ReLU()(x)", "keras.ops.relu(x)", "jax.nn.relu(x)", "np.maximum(x, 0)"),
    ),
    "leaky_relu": Function(
        "leaky ReLU",
        "Numbers below 0 are multiplied by a small one.",
        _leaky,
        lambda x, s, _: 1 if x > 0 else s,
        "max({x}, {s} · {x})",
        "nn.LeakyReLU({s})(x)",
        "keras.ops.leaky_relu(x, {s})",
        "jax.nn.leaky_relu(x, {s})",
        "np.where(x >= 0, x, {s} * x)",
    ),
    "gelu": Function(
        "GELU",
        "Every number times the share of a normal distribution that lies below it (Hendrycks and Gimpel 2016).",
        lambda x, _: x * (1 + erf(x / sqrt(2))) / 2,
        lambda x, _s, _y: (1 + erf(x / sqrt(2))) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi),
        "{x} · Φ({x})",
        "nn.GELU()(x)",
        "keras.ops.gelu(x, approximate=False)",
        "jax.nn.gelu(x, approximate=False)",
        "x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))) / 2",
    ),
    "silu": Function(
        "SiLU",
        "Every number times its sigmoid; also called swish.",
        lambda x, _: x * _sigmoid(x),
        lambda x, _s, y: _sigmoid(x) + y * (1 - _sigmoid(x)),
        "{x} · σ({x})",
        *("nn.SiLU()(x)", "keras.ops.silu(x)", "jax.nn.silu(x)", "x / (1 + np.exp(-x))"),
    ),
    "hard_swish": Function(
        "hard swish",
        "Every number times its hard sigmoid (Howard et al. 2019).",
        lambda x, _: x * min(max(x + 3, 0), 6) / 6,
        lambda x, _s, _y: 0 if x <= -HARD else 1 if x >= HARD else x / 3 + 0.5,
        "{x} · min(max({x} + 3, 0), 6) / 6",
        "nn.Hardswish()(x)",
        "x * keras.ops.relu6(x + 3) / 6",
        "x * jax.nn.relu6(x + 3) / 6",
        "x * np.clip(x + 3, 0, 6) / 6",
    ),
    "hard_sigmoid": Function(
        "hard sigmoid",
        "0 up to -3, 1 from 3 on, and a straight line between.",
        lambda x, _: min(max(x + 3, 0), 6) / 6,
        lambda x, _s, _y: 1 / 6 if abs(x) < HARD else 0,
        "min(max({x} + 3, 0), 6) / 6",
        "nn.Hardsigmoid()(x)",
        "keras.ops.relu6(x + 3) / 6",
        "jax.nn.relu6(x + 3) / 6",
        "np.clip(x + 3, 0, 6) / 6",
    ),
    "sigmoid": Function(
        "sigmoid",
        "1 / (1 + e⁻ˣ): between 0 and 1.",
        lambda x, _: _sigmoid(x),
        lambda _x, _s, y: y * (1 - y),
        "σ({x})",
        *("nn.Sigmoid()(x)", "keras.ops.sigmoid(x)", "jax.nn.sigmoid(x)", "1 / (1 + np.exp(-x))"),
    ),
    "tanh": Function(
        "tanh",
        "The hyperbolic tangent: between -1 and 1.",
        lambda x, _: tanh(x),
        lambda _x, _s, y: 1 - y * y,
        "tanh({x})",
        *("nn.Tanh()(x)", "keras.ops.tanh(x)", "jnp.tanh(x)", "np.tanh(x)"),
    ),
}


def _sigmoid(x: Number) -> float:
    """Without overflow on either side."""
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


NAMES = {
    "en": {f"kind.{name}": function.badge for name, function in FUNCTIONS.items()},
    "zh-TW": {f"kind.{name}": f"{function.badge} 函數" for name, function in FUNCTIONS.items()},
}
WORDS = {
    "en": {
        **NAMES["en"],
        "setting.slope": "slope {cells} below 0",
        "point.relu": "Numbers below 0 become 0; the others stay as they are.",
        "point.leaky_relu": "Numbers below 0 are multiplied by {slope}; the others stay as they are.",
        "point": "Every number is changed on its own; its neighbours play no part.",
        "does.relu": "numbers below 0 become 0",
        "does.sigmoid": "each number is brought between 0 and 1",
        "term.relu": "ReLU: numbers below 0 become 0",
        "term.leaky_relu": "leaky ReLU: numbers below 0 are multiplied by {slope}; the others stay as they are",
        "term.gelu": "GELU: x · Φ(x), where Φ(x) is the share of a normal distribution that lies below x",
        "term.silu": "SiLU: x · σ(x), where σ(x) = 1 / (1 + e⁻ˣ) lies between 0 and 1",
        "term.hard_swish": "hard swish: 0 below −3, the number itself above 3, a curve between",
        "term.hard_sigmoid": "hard sigmoid: 0 below −3, 1 above 3, a straight line between",
        "term.sigmoid": "sigmoid: σ(x) = 1 / (1 + e⁻ˣ), which lies between 0 and 1",
        "term.tanh": "tanh: brings any number between −1 and 1",
    },
    "zh-TW": {
        **NAMES["zh-TW"],
        "setting.slope": "0 以下的斜率 {cells}",
        "point.relu": "0 以下的數變成 0；其他的數不變。",
        "point.leaky_relu": "0 以下的數乘上 {slope}；其他的數不變。",
        "point": "每個數各自改變；旁邊的數沒有影響。",
        "does.relu": "0 以下的數變成 0",
        "does.sigmoid": "每個數變到 0 與 1 之間",
        "term.relu": "ReLU：0 以下的數變成 0",
        "term.leaky_relu": "leaky ReLU：0 以下的數乘上 {slope}；其他的數不變",
        "term.gelu": "GELU：x · Φ(x)，Φ(x) 是常態分布在 x 以下的比例",
        "term.silu": "SiLU：x · σ(x)，σ(x) = 1 / (1 + e⁻ˣ) 在 0 與 1 之間",
        "term.hard_swish": "hard swish：−3 以下是 0，3 以上不變，中間是曲線",
        "term.hard_sigmoid": "hard sigmoid：−3 以下是 0，3 以上是 1，中間是直線",
        "term.sigmoid": "sigmoid：σ(x) = 1 / (1 + e⁻ˣ)，在 0 與 1 之間",
        "term.tanh": "tanh：把任何數變到 −1 與 1 之間",
    },
}


@dataclass(frozen=True, slots=True)
class Activation(Op):
    """A function of every cell on its own."""

    ends: Ends
    function: str
    slope: Number = 0

    WORDS = WORDS
    CODE = __name__
    has_gradient = True
    stays = True

    @property
    def type(self) -> str:
        return self.function

    def leaves_absent(self) -> bool:
        """As long as it makes 0 of 0."""
        return FUNCTIONS[self.function].of(0, self.slope) == 0

    @property
    def makes_shares(self) -> bool:
        return self.function == "sigmoid"

    @property
    def badge(self) -> str:
        return FUNCTIONS[self.function].badge

    def point(self, say: Language) -> str:
        key = f"point.{self.function}"
        return say.of(self, key if key in WORDS["en"] else "point", slope=self._slope)

    def terms(self, say: Language) -> list[str]:
        return [say.of(self, f"term.{self.function}", slope=self._slope)]

    @property
    def _slope(self) -> str:
        return f"{self.slope:.15g}".replace("-", MINUS)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share

        made = self._computed(fed.arrays[0])

        def shares(cell: Index) -> list[Share]:
            return [Share(cell, made=made[cell].item())]

        return Gather(self.ends, shares, lambda _: made)

    def _computed(self, x: Array) -> Array:
        """Whole numbers stay whole where the function makes them so."""
        import numpy as np

        of = FUNCTIONS[self.function].of
        if self.function == "relu":
            return np.maximum(x, 0)
        each = np.array([of(number, self.slope) for number in x.ravel().tolist()], dtype=np.float64)
        return each.reshape(x.shape)

    def derivative(self, x: Number, y: Number) -> Number:
        """Where a function has a corner, the slope that PyTorch takes."""
        return FUNCTIONS[self.function].derivative(x, self.slope, y)

    def worked(self, numbers: list[str], result: str) -> str:
        slope = f"{self.slope:g}".replace("-", MINUS)
        said = FUNCTIONS[self.function].worked.format(x=numbers[0], s=slope)
        return f"{said} {result}"

    def made_of(self, numbers: list[float]) -> float:
        return float(FUNCTIONS[self.function].of(numbers[0], self.slope))

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        if self.function != "leaky_relu":
            return []
        cells = f"{self.slope:g}".replace("-", MINUS)
        return [Setting("slope", cells, text=say.of(self, "setting.slope", cells=cells))]


def _written(framework: str) -> Callable[[Activation, CodeContext], list[str]]:
    def lines(op: Activation, context: CodeContext) -> list[str]:
        del context
        call = getattr(FUNCTIONS[op.function], framework).format(s=repr(op.slope))
        return [*(["import math"] if "math." in call else []), f"y = {call}"]

    return lines


WRITERS = {framework: _written(framework) for framework in ("torch", "keras", "jax", "numpy")}


def _type(name: str) -> dict[str, OpType]:
    def resolve(record: Record, entering: Entering) -> tuple[Activation, ...]:
        ends = Ends(entering.channels, entering.size, entering.channels, entering.size)
        return (Activation(ends, name, record.of(SLOPE) if name == "leaky_relu" else 0),)

    fields = (SLOPE,) if name == "leaky_relu" else ()
    return op_type(name, FUNCTIONS[name].doc, resolve, fields, needs_axes=False, role=Role(stays=True))


TYPES = {type_: made for name in FUNCTIONS for type_, made in _type(name).items()}
