"""``adaptive_avg_pool`` and ``adaptive_max_pool``: a given number of outputs, as in PyTorch.

Output i of o reads the cells from ⌊i·n/o⌋ to ⌈(i + 1)·n/o⌉ − 1 of n: windows that can differ in size and overlap.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise, product
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.spec.entering import op_type, per_axis, spread
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.tracing.geometry import Axis
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering, PerAxis
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.op import Writers
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.values import Array

Reduce: TypeAlias = Literal["max", "mean"]
SIZE: Field[PerAxis] = Field(
    "size", per_axis(1), "The output's size: one number for all axes, or one per axis.", required=True, example=2
)
MOST_SPANS = 6
"""The most windows that are described one by one."""
WORDS = {
    "en": {
        "point.adaptive_avg_pool": "The output's size is given; windows follow, which differ by one cell at most.",
        "kind.adaptive_avg_pool": "adaptive average pooling",
        "point.adaptive_max_pool": "The output's size is given; windows follow, which differ by one cell at most.",
        "kind.adaptive_max_pool": "adaptive max pooling",
        "does.adaptive_avg_pool": "each window becomes its mean",
        "does.adaptive_max_pool": "of each window the largest number is kept",
        "badge.adaptive_avg_pool": "average",
        "badge.adaptive_max_pool": "max",
        "to": "to {size}",
        "windows": "windows from {least} up to {most}",
        "span": "{size} / {count} is not whole, so windows overlap: they are cells {spans}",
    },
    "zh-TW": {
        "point.adaptive_avg_pool": "輸出的尺寸固定；視窗由它決定，至多相差一格。",
        "kind.adaptive_avg_pool": "自適應平均池化",
        "point.adaptive_max_pool": "輸出的尺寸固定；視窗由它決定，至多相差一格。",
        "kind.adaptive_max_pool": "自適應最大池化",
        "does.adaptive_avg_pool": "每個視窗變成它的平均",
        "does.adaptive_max_pool": "每個視窗只留最大的數",
        "badge.adaptive_avg_pool": "平均",
        "badge.adaptive_max_pool": "最大",
        "to": "輸出 {size}",
        "windows": "視窗 {least} 到 {most}",
        "span": "{size} / {count} 不是整數，所以視窗重疊：它們是第 {spans} 格",
    },
}


@dataclass(frozen=True, slots=True)
class AdaptivePool(Op):
    """A pool whose windows follow from the size of its output."""

    ends: Ends
    reduce: Reduce

    WORDS = WORDS
    CODE = __name__
    has_gradient = True

    @property
    def type(self) -> str:
        return "adaptive_max_pool" if self.reduce == "max" else "adaptive_avg_pool"

    def span(self, a: int, o: int) -> tuple[int, int]:
        """The first cell of an output's window along an axis, and the one after its last."""
        size, count = self.ends.in_size[a], self.ends.out_size[a]
        return o * size // count, -(-(o + 1) * size // count)

    @property
    def window(self) -> Operator | None:
        """A sliding window, where all windows are of one size and equally far apart."""
        axes = []
        for a, (size, count) in enumerate(zip(self.ends.in_size, self.ends.out_size, strict=True)):
            spans = [self.span(a, o) for o in range(count)]
            kernels = {end - start for start, end in spans}
            strides = {after[0] - before[0] for before, after in pairwise(spans)} or {1}
            if len(kernels) > 1 or len(strides) > 1 or 0 in strides:
                return None
            axes.append(Axis(size=size, kernel=kernels.pop(), count=count, stride=strides.pop()))
        channels = self.ends.in_channels
        return Operator(tuple(axes), channels, channels, channels, self.reduce, mean_counts_padding=False)

    @property
    def badge(self) -> str:
        return self.reduce

    @property
    def most_taps(self) -> int:
        sizes = zip(self.ends.in_size, self.ends.out_size, strict=True)
        return prod(min(size, -(-size // count) + 1) for size, count in sizes)

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        return self.span(a, first)[0], self.span(a, last)[1] - 1

    def period(self, a: int) -> int:
        return self.ends.out_size[a]

    # numbers

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share

        del fed

        def shares(cell: Index) -> list[Share]:
            channel, *place = cell
            ranges = [range(*self.span(a, o)) for a, o in enumerate(place)]
            return [Share((channel, *at)) for at in product(*ranges)]

        def counted(cell: Index) -> int:
            return prod(end - start for start, end in (self.span(a, o) for a, o in enumerate(cell[1:])))

        return Gather(self.ends, shares, self._pooled, divisor=None if self.reduce == "max" else counted)

    def _pooled(self, x: Array) -> Array:
        import numpy as np

        from conv_anim.tracing.decimals import sums

        places = list(np.ndindex(*self.ends.out_size))
        spans = [tuple(slice(*self.span(a, o)) for a, o in enumerate(place)) for place in places]
        axes, shape = tuple(range(1, x.ndim)), (self.ends.out_channels, *self.ends.out_size)

        def taken(of: Callable[..., Array], x: Array) -> Array:
            return np.stack([of(x[(slice(None), *span)], axis=axes) for span in spans], axis=1).reshape(shape)

        if self.reduce == "max":
            return taken(np.max, x)
        counts = np.array([prod(part.stop - part.start for part in span) for span in spans]).reshape(shape[1:])
        return sums(lambda x: taken(np.sum, x), x, terms=int(counts.max()), divisor=counts)

    # words

    def worked(self, numbers: list[str], result: str) -> str:
        if self.reduce == "max":
            return f"max({', '.join(numbers)}) {result}"
        terms = " + ".join(f"({n})" if n.startswith("−") else n for n in numbers)
        return f"({terms}) / {len(numbers)} {result}"

    def made_of(self, numbers: list[float]) -> float:
        return max(numbers) if self.reduce == "max" else sum(numbers) / len(numbers)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting
        from conv_anim.scene.wording.words import size

        del fed
        to = Setting("to", "", text=say.of(self, "to", size=size(self.ends.out_size)), sizes=True)
        return [to, Setting("windows", "", usual=self.window is not None, text=self._windows(say))]

    def _windows(self, say: Language) -> str:
        """The smallest and the largest window."""
        from conv_anim.scene.wording.words import size

        spans = [[self.span(a, o) for o in range(count)] for a, count in enumerate(self.ends.out_size)]
        least, most = (size(of(end - start for start, end in along) for along in spans) for of in (min, max))
        return say.of(self, "windows", least=least, most=most)

    def formulas(self, a: int, say: Language) -> list[str]:
        """Where the windows begin and end, counted from 1; of many the first and the last."""
        size, count = self.ends.in_size[a], self.ends.out_size[a]
        if size % count == 0:
            return []
        spans = [self.span(a, o) for o in range(count)]
        texts = [str(end) if end - start == 1 else f"{start + 1}–{end}" for start, end in spans]
        shown = texts if count <= MOST_SPANS else [*texts[: MOST_SPANS - 2], "…", texts[-1]]
        return [say.of(self, "span", size=size, count=count, spans=say("enumeration").join(shown))]


# code


def _torch(op: AdaptivePool, context: CodeContext) -> list[str]:
    del context
    kind = "Max" if op.reduce == "max" else "Avg"
    size = op.ends.out_size if len(op.ends.out_size) > 1 else op.ends.out_size[0]
    return [f"y = nn.Adaptive{kind}Pool{len(op.ends.out_size)}d({size})(x)"]


def _spans(op: AdaptivePool, part: str, whole: str) -> list[str]:
    """One axis after the other: a maximum of maxima, a mean of means, each of windows of one size."""
    lines = ["y = x"]
    for axis, count in enumerate(op.ends.out_size, start=1):
        spans, cells = [op.span(axis - 1, o) for o in range(count)], f"y[{', '.join([':'] * axis)}, a:b]"
        each = part.format(cells=cells, reduce=op.reduce, axis=axis)
        lines.append(f"y = {whole}([{each} for a, b in {spans}], axis={axis})")
    return lines


EACH = "{cells}.{reduce}(axis={axis}, keepdims=True)"
WRITERS: Writers = {
    "torch": _torch,
    "keras": lambda op, _: _spans(
        op, "keras.ops.{reduce}({cells}, axis={axis}, keepdims=True)", "keras.ops.concatenate"
    ),
    "jax": lambda op, _: _spans(op, EACH, "jnp.concatenate"),
    "numpy": lambda op, _: _spans(op, EACH, "np.concatenate"),
}


# from their keys


def resolve(record: Record, entering: Entering, *, reduce: Reduce) -> Maybe[tuple[AdaptivePool, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    size = spread(record.of(SIZE), record.at(SIZE), entering)
    if isinstance(size, Invalid):
        return INVALID
    return (AdaptivePool(Ends(entering.channels, entering.size, entering.channels, size), reduce),)


DOC = "{} of windows that follow from the output's size."
TYPES = {
    **op_type("adaptive_avg_pool", DOC.format("Means"), partial(resolve, reduce="mean"), (SIZE,), role=Role("pool")),
    **op_type("adaptive_max_pool", DOC.format("Maxima"), partial(resolve, reduce="max"), (SIZE,), role=Role("pool")),
}
