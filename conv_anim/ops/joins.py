"""``add``, ``multiply`` and ``concat``: several maps become one."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar

from conv_anim.diagnostics import Code
from conv_anim.spec.entering import op_type
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op, Products, Shape
from conv_anim.spec.roles import Role
from conv_anim.spec.wiring import FROM
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.values import Array

WORDS = {
    "en": {
        "point.add": "Both maps are added cell by cell: what goes around the layers is kept.",
        "kind.add": "addition",
        "point.multiply": "Both maps are multiplied cell by cell: one says how much of the other is kept.",
        "point.multiply.channels": "Each channel of a map is multiplied by a number of its own, "
        "which says how much of it is kept.",
        "kind.multiply": "multiplication",
        "point.concat": "Maps are stacked as channels of one map, so the next layer sees them all; no number changes.",
        "kind.concat": "concatenation",
        "badge.concat": "concat",
        "of": "of {maps}",
        "input": "the input",
        "layer": "layer {number}",
    },
    "zh-TW": {
        "point.add": "兩張特徵圖逐格相加：繞過層的數保留下來。",
        "kind.add": "相加",
        "point.multiply": "兩張特徵圖逐格相乘：一張決定另一張留下多少。",
        "point.multiply.channels": "一張特徵圖的每個通道各乘上一個數，決定這個通道留下多少。",
        "kind.multiply": "相乘",
        "point.concat": "特徵圖疊在一起，成為一張的通道，下一層就都看得到；沒有一個數改變。",
        "kind.concat": "串接",
        "badge.concat": "串接",
        "of": "{maps}",
        "input": "輸入",
        "layer": "第 {number} 層",
    },
}


def bracketed(number: str) -> str:
    """A negative number in a sum or a product."""
    return f"({number})" if number.startswith("−") else number


@dataclass(frozen=True, slots=True)
class Join(Op):
    """Several inputs, of the shapes that ``joined`` has."""

    ends: Ends
    joined: tuple[Shape, ...]

    WORDS = WORDS
    CODE = "conv_anim.ops.joins_code"
    has_gradient = True
    sign: ClassVar[str] = ""
    """Between the numbers that an output is made of."""
    stays = True

    @property
    def fed(self) -> tuple[Shape, ...]:
        return self.joined

    @property
    def most_taps(self) -> int:
        return len(self.joined)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        """Which maps are joined."""
        from conv_anim.scene.wording.parameters import Setting

        if not fed:
            return []
        maps = [say.of(self, "layer", number=number) if number else say.of(self, "input") for number in fed]
        return [Setting("of", "", text=say.of(self, "of", maps=say.listed(maps)))]

    def worked(self, numbers: list[str], result: str) -> str | None:
        return f"{f' {self.sign} '.join([numbers[0], *map(bracketed, numbers[1:])])} {result}" if self.sign else None

    def kept(self, of: int, cell: Index) -> Index:
        """The cell of an input that takes part in an output cell: where it has one cell only, that."""
        shape = (self.joined[of].channels, *self.joined[of].size)
        padded = shape + (1,) * (len(cell) - len(shape))
        found = tuple(0 if size == 1 else at for size, at in zip(padded, cell, strict=True))
        return found[: len(shape)]


@dataclass(frozen=True, slots=True)
class Add(Join):
    """The sum of maps of one shape, cell by cell."""

    type = "add"
    badge = sign = "+"
    hands_on = True

    def made_of(self, numbers: list[float]) -> float:
        return sum(numbers)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share
        from conv_anim.tracing.values import summed

        del fed
        count = len(self.joined)
        return Gather(self.ends, lambda cell: [Share(cell, of=k) for k in range(count)], summed)


@dataclass(frozen=True, slots=True)
class Multiply(Join):
    """The product of two maps, cell by cell; one cell or channel of the one meets all of the other."""

    type = "multiply"
    badge = "×"
    sign = "·"
    scales = True

    def point(self, say: Language) -> str:
        """The sentence for one number per channel, or for maps of one shape."""
        spread = any(prod(shape.size) == 1 for shape in self.joined) and prod(self.ends.out_size) > 1
        each = all(shape.channels == self.ends.out_channels for shape in self.joined)
        return say.of(self, "point.multiply.channels" if spread and each else "point.multiply")

    def made_of(self, numbers: list[float]) -> float:
        return prod(numbers)

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int] | None:
        size = self.joined[of].size
        if not size or size[a] == 1:
            return 0, 0
        return first, last

    @property
    def products(self) -> Products:
        return Products(self.ends.out_channels * prod(self.ends.out_size), 1)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share
        from conv_anim.tracing.values import product_of

        other = fed.arrays[1]

        def shares(cell: Index) -> list[Share]:
            met = self.kept(1, cell)
            return [Share(self.kept(0, cell), other[met].item(), other=(1, met))]

        def output(x: Array, y: Array) -> Array:
            axes = max(x.ndim, y.ndim)
            x, y = (each.reshape(*each.shape, *(1,) * (axes - each.ndim)) for each in (x, y))
            return product_of(x, y)

        return Gather(self.ends, shares, output)


@dataclass(frozen=True, slots=True)
class Concat(Join):
    """The channels of all inputs, concatenated."""

    type = "concat"
    badge = "concat"
    stacks = True

    @property
    def most_taps(self) -> int:
        return 1

    def gather(self, fed: Fed) -> Gather:
        import numpy as np

        from conv_anim.tracing.gathers import Gather, Share

        del fed

        def shares(cell: Index) -> list[Share]:
            channel, *place = cell
            for of, shape in enumerate(self.joined):
                if channel < shape.channels:
                    return [Share((channel, *place), of=of)]
                channel -= shape.channels
            raise IndexError(cell)

        return Gather(self.ends, shares, lambda *arrays: np.concatenate(arrays))


# from their keys


def add(record: Record, entering: Entering) -> Maybe[tuple[Add, ...]]:
    """The sum for a spec's record; INVALID once its problems are reported."""
    first = entering.fed[0]
    if any(shape != first for shape in entering.fed):
        what = f"an add layer adds maps of one shape; here are {_listed(entering.fed)}"
        hint = "a convolution with as many out_channels, and padding: same, makes them alike"
        return entering.report.add(Code.SHAPE, what, record.at(FROM), hint)
    return (Add(Ends(*first, *first), entering.fed),)


def multiply(record: Record, entering: Entering) -> Maybe[tuple[Multiply, ...]]:
    """The product for a spec's record; INVALID once its problems are reported."""
    one, other = entering.fed
    shape = _spread(one, other)
    if shape is None:
        what = f"a multiply layer takes maps of one shape, or one cell for many; here are {_listed(entering.fed)}"
        hint = "one number for each channel, as from global_avg_pool, meets a whole map"
        return entering.report.add(Code.SHAPE, what, record.at(FROM), hint)
    return (Multiply(Ends(*one, *shape), entering.fed),)


def _spread(one: Shape, other: Shape) -> Shape | None:
    """The broadcast shape of both; None if they do not fit."""
    axes = max(len(one.size), len(other.size))
    sizes = [(each.channels, *each.size, *(1,) * (axes - len(each.size))) for each in (one, other)]
    if any(len(each.size) not in {0, axes} for each in (one, other)):
        return None
    if any(a != b and 1 not in {a, b} for a, b in zip(*sizes, strict=True)):
        return None
    channels, *size = map(max, *sizes)
    return Shape(channels, tuple(size))


def concat(record: Record, entering: Entering) -> Maybe[tuple[Concat, ...]]:
    """The concatenation for a spec's record; INVALID once its problems are reported."""
    size = entering.fed[0].size
    if any(shape.size != size for shape in entering.fed):
        what = f"a concat layer takes maps of one size; here are {_listed(entering.fed)}"
        return entering.report.add(Code.SHAPE, what, record.at(FROM), "padding: same keeps the size")
    channels = sum(shape.channels for shape in entering.fed)
    return (Concat(Ends(entering.channels, size, channels, size), entering.fed),)


def _listed(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(dict.fromkeys(map(str, shapes)))


MET = "Two maps multiplied, cell by cell; one number of the one can meet a channel of the other."
TYPES = {
    **op_type(
        "add",
        "Maps of one shape added up, cell by cell.",
        add,
        inputs=(2, None),
        needs_axes=False,
        role=Role("join", stays=True),
    ),
    **op_type("multiply", MET, multiply, inputs=(2, 2), needs_axes=False, role=Role("join", stays=True)),
    **op_type(
        "concat",
        "The channels of all inputs, one behind the other.",
        concat,
        inputs=(2, None),
        needs_axes=False,
        role=Role("join", stays=True, stacks=True),
    ),
}
