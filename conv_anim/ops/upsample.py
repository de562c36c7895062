"""``upsample``: a larger map with numbers in between, as PyTorch's ``Upsample``."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, isclose, prod
from typing import TYPE_CHECKING, Final, Literal

from conv_anim.diagnostics import Code
from conv_anim.ops.upsample_keys import (
    ALIGN_CORNERS,
    COORDINATES,
    CUBIC,
    CUBIC_COEFF,
    EXCLUDE_OUTSIDE,
    MODE,
    ROUNDING,
    SCALE_FACTOR,
    SIZE,
    keys_fit,
    mode_fits,
    sizes_of,
)
from conv_anim.spec.entering import op_type
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op, Products
from conv_anim.spec.roles import Role
from conv_anim.spec.shown_as import Coordinates, Interpolation, Rounding
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather

WEIGHED: Final = {"nearest": 0, "linear": 2, "cubic": 4}
"""How many cells along each axis an interpolation weighs."""
SIMPLE = 1000
"""A factor over a larger denominator is written with decimals."""
WORDS = {
    "en": {
        "badge.upsample": "upsample",
        "kind.nearest": "nearest-neighbour upsampling",
        "kind.linear.1": "linear upsampling",
        "kind.linear.2": "bilinear upsampling",
        "kind.linear.3": "trilinear upsampling",
        "kind.cubic": "bicubic upsampling",
        "reads.half_pixel": "read from the cells' edges",
        "reads.asymmetric": "read from the first cell",
        "reads.half_pixel_symmetric": "read around the middle",
        "rounding.floor": "rounded down",
        "rounding.ceil": "rounded up",
        "rounding.half_down": "rounded, halves down",
        "rounding.half_up": "rounded, halves up",
        "point.nearest": "Each output copies the nearest cell: {before} becomes {after}.",
        "point.linear": "Each output is a weighted mean of the cells around it: {before} becomes {after}.",
        "point.aligned": "Corners aligned: corner cells keep their numbers, and each output between is a weighted sum "
        "of the cells around it: {before} becomes {after}.",
        "point.cubic": "On each axis a curve weighs the four nearest cells by their distance: beyond one cell it dips "
        "below 0.",
        "term.curve": "curve: a cell at distance d weighs {near} if d is up to 1, else {far}",
    },
    "zh-TW": {
        "badge.upsample": "上採樣",
        "reads.half_pixel": "從格子邊緣起讀取",
        "reads.asymmetric": "從第一格起讀取",
        "reads.half_pixel_symmetric": "以中央為準讀取",
        "rounding.floor": "向下取整",
        "rounding.ceil": "向上取整",
        "rounding.half_down": "四捨五入，一半向下",
        "rounding.half_up": "四捨五入，一半向上",
        "kind.nearest": "最近鄰上採樣",
        "kind.linear.1": "線性上採樣",
        "kind.linear.2": "雙線性上採樣",
        "kind.linear.3": "三線性上採樣",
        "kind.cubic": "雙三次上採樣",
        "point.nearest": "每個輸出複製最近的格：{before} 變成 {after}。",
        "point.linear": "每個輸出是周圍格子的加權平均：{before} 變成 {after}。",
        "point.aligned": "對齊角落：角落的格數值不變，之間的輸出是周圍格子的加權和：{before} 變成 {after}。",
        "point.cubic": "在每軸上，曲線按距離給最近的四格權重：距離超過一格時低於 0。",
        "term.curve": "曲線：距離 d 的格算 {near}（d 不超過 1），否則算 {far}",
    },
}


@dataclass(frozen=True, slots=True)
class Upsample(Op):
    """As PyTorch's ``Upsample``. ``ratio`` is how far apart, in input cells, the outputs are read, for each axis."""

    ends: Ends
    mode: Literal["nearest", "linear", "cubic"]
    align_corners: bool
    ratio: tuple[float, ...]
    coordinates: Coordinates = "half_pixel"
    rounding: Rounding = "floor"
    cubic_coeff: float = -0.75
    exclude_outside: bool = False

    WORDS = WORDS
    CODE = "conv_anim.ops.upsample_code"
    has_gradient = True
    type = "upsample"

    @property
    def interpolation(self) -> Interpolation:
        return Interpolation(
            self.mode,
            self.align_corners,
            self.ratio,
            self.ends.in_size,
            self.ends.out_size,
            self.coordinates,
            self.rounding,
            self.cubic_coeff,
            self.exclude_outside,
        )

    @property
    def as_torch(self) -> bool:
        """Whether it reads where PyTorch's ``Upsample`` does."""
        nearest = self.mode == "nearest"
        reads = self.coordinates == ("asymmetric" if nearest else "half_pixel") and not (nearest and self.align_corners)
        return reads and self.rounding == "floor" and self.cubic_coeff == CUBIC and not self.exclude_outside

    def point(self, say: Language) -> str:
        from conv_anim.scene.wording.words import size

        kept = all(out > 1 or size == 1 for size, out in zip(self.ends.in_size, self.ends.out_size, strict=True))
        key = "aligned" if self.align_corners and kept else self.mode
        return say.of(self, f"point.{key}", before=size(self.ends.in_size), after=size(self.ends.out_size))

    def terms(self, say: Language) -> list[str]:
        """For a cubic interpolation, where its weights come from (Keys 1981)."""
        if self.mode != "cubic":
            return []
        a = self.cubic_coeff
        near = _polynomial((a + 2, "·d³"), (-a - 3, "·d²"), (1, ""))
        far = _polynomial((a, "·d³"), (-5 * a, "·d²"), (8 * a, "·d"), (-4 * a, ""))
        return [say.of(self, "term.curve", near=near, far=far)]

    # numbers and cost

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.interpolation import interpolated

        del fed
        return interpolated(self.interpolation, self.ends)

    @property
    def products(self) -> Products:
        each = int(WEIGHED[self.mode] ** len(self.ends.in_size))
        return Products(self.ends.out_channels * prod(self.ends.out_size), each)

    @property
    def most_taps(self) -> int:
        return max(1, int(WEIGHED[self.mode] ** len(self.ends.in_size)))

    # receptive field

    def period(self, a: int) -> int:
        return self.ends.out_size[a]

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        return self._between(a, first)[0], self._between(a, last)[1]

    def _between(self, a: int, o: int) -> tuple[int, int]:
        """The cells that an output lies between; at the edge they may lie beyond it."""
        if self.mode == "nearest":
            cell = self.interpolation.cell(a, o)
            return cell, cell
        at = self.interpolation.place(a, o)
        more = WEIGHED[self.mode] // 2 - 1
        return floor(at) - more, ceil(at) + more

    # words

    def kind(self) -> str:
        return f"linear.{len(self.ends.in_size)}" if self.mode == "linear" else self.mode

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        reads = self.coordinates != ("asymmetric" if self.mode == "nearest" else "half_pixel")
        usual = self.rounding == "floor" or self.mode != "nearest"
        return [
            self._factor(),
            Setting("corners", "", usual=not self.align_corners),
            Setting("reads", "", not reads, text=say.of(self, f"reads.{self.coordinates}")),
            Setting("rounding", "", usual, text=say.of(self, f"rounding.{self.rounding}")),
        ]

    def _factor(self) -> Setting:
        """How many times as large the output is, where that is whole, and no cell of it is read as if it were not."""
        from conv_anim.scene.wording.parameters import Setting
        from conv_anim.scene.wording.words import per_axis

        sizes = list(zip(self.ends.in_size, self.ends.out_size, strict=True))
        read = zip(sizes, self.ratio, strict=True)
        apart = not self.align_corners and any(not isclose(ratio * out, size) for (size, out), ratio in read)
        if apart or any(out % size for size, out in sizes):
            return Setting("factor", "", usual=True)
        return Setting("factor", per_axis(tuple(out // size for size, out in sizes)))

    def formulas(self, a: int, say: Language) -> list[str]:
        """With the factor as far as it is known: with aligned corners, only the sizes say it."""
        del say
        i, o = self.ends.in_size[a], self.ends.out_size[a]
        factor = Fraction(o, i) if self.align_corners else _scale(1 / self.ratio[a], Fraction(o, i))
        decimal = factor.denominator in {1, 2, 4, 5, 10} or factor.denominator > SIMPLE
        product = f"{i}·{float(factor):.15g}" if decimal else f"{i}·{factor}"
        return [f"o = {product} = {o}" if factor * i == o else f"o = ⌊{product}⌋ = {o}"]


def _polynomial(*terms: tuple[float, str]) -> str:
    """Such as ``1.25·d³ − 2.25·d² + 1``."""
    first, *others = [(f"{abs(number):.6g}{power}", number < 0) for number, power in terms if number]
    signs = "".join(f" {'−' if below else '+'} {text}" for text, below in others)
    return f"{'−' if first[1] else ''}{first[0]}{signs}"


def _scale(number: float, between: Fraction) -> Fraction:
    """A factor as a fraction, or else as the decimals that it was given in; ``between`` is that of the sizes."""
    near = (between, Fraction(number).limit_denominator(SIMPLE))
    same = (fraction for fraction in near if isclose(fraction, number, rel_tol=1e-15))
    return next(same, Fraction(f"{number:.15g}"))


# from its keys


def upsample(record: Record, entering: Entering) -> Maybe[tuple[Upsample, ...]]:
    """The upsampling for a spec's record; INVALID once its problems are reported."""
    mode = record.of(MODE)
    if not mode_fits(mode, record, entering):
        return INVALID
    sizes = sizes_of(record, entering)
    if isinstance(sizes, Invalid):
        return INVALID
    out, ratio = sizes
    corners, reads = record.of(ALIGN_CORNERS), record.get(COORDINATES)
    if corners and mode == "nearest":
        what = "align_corners is for the interpolating modes"
        return entering.report.add(
            Code.EXCLUSIVE_KEYS, what, record.at(ALIGN_CORNERS), "mode: bilinear, or leave it out"
        )
    if corners and reads is not None:
        what = "align_corners says where outputs are read: 'coordinates' says it again"
        return entering.report.add(Code.EXCLUSIVE_KEYS, what, record.at(COORDINATES), "leave one of them out")
    if corners or reads == "align_corners":
        corners, reads = True, None
        ratio = tuple((i - 1) / (o - 1) if o > 1 else 0.0 for i, o in zip(entering.size, out, strict=True))
    kind: Literal["nearest", "linear", "cubic"] = (
        "nearest" if mode == "nearest" else "cubic" if mode == "bicubic" else "linear"
    )
    ends = Ends(entering.channels, entering.size, entering.channels, out)
    if not keys_fit(kind, record, entering):
        return INVALID
    usual: Coordinates = "asymmetric" if kind == "nearest" else "half_pixel"
    more = record.of(ROUNDING), float(record.of(CUBIC_COEFF)), record.of(EXCLUDE_OUTSIDE)
    return (Upsample(ends, kind, corners, ratio, reads or usual, *more),)


TYPES = op_type(
    "upsample",
    "A larger map, with numbers in between.",
    upsample,
    (SCALE_FACTOR, SIZE, MODE, ALIGN_CORNERS, COORDINATES, ROUNDING, CUBIC_COEFF, EXCLUDE_OUTSIDE),
    role=Role("resize", enlarges=True),
)
