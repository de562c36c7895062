"""``attention``: every cell is a mean of those that it sees, weighted by how well their keys match its query."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.ops.attention_words import WORDS
from conv_anim.spec.op import Op, Products
from conv_anim.spec.shown_as import Attends
from conv_anim.spec.sizes import effective_kernel
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal, TypeAlias

    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Ends, Size, Values
    from conv_anim.tracing.attending import Attending
    from conv_anim.tracing.gathers import Fed
    from conv_anim.tracing.values import Array

    Pattern: TypeAlias = Literal["full", "sliding", "neighborhood", "partitioned"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of queries, keys or values: ``shape`` is what it makes of how many channels."""

    shape: tuple[int, int]
    values: Values


@dataclass(frozen=True, slots=True)
class Attention(Op):
    """``softmax(q·k / √d)`` over what each cell sees; a projection that is None is the identity.

    ``window_size``, ``dilation`` and ``shift`` have a number for each axis. The pattern ``full`` has no window.
    """

    ends: Ends
    pattern: Pattern
    window_size: Size
    dilation: Size
    shift: Size
    is_causal: bool
    heads: int
    query: Matrix | None
    key: Matrix | None
    value: Matrix | None

    WORDS = WORDS
    CODE = "conv_anim.ops.attention_code"
    type = "attention"
    badge = "attention"

    @property
    def attends(self) -> Attends:
        axes = range(len(self.ends.in_size))
        one = self.pattern if len(axes) == 1 else None
        offsets = self._offsets if one == "sliding" else None
        blocks = (self.window_size[0], self.shift[0]) if one == "partitioned" else None
        return Attends(
            tuple(tuple(self.seen(a, i) for i in range(self.ends.in_size[a])) for a in axes),
            self.heads,
            self.is_causal,
            offsets,
            blocks,
            (self.window_size, self.shift) if self.pattern == "partitioned" else None,
        )

    @property
    def _offsets(self) -> tuple[int, ...]:
        first = -(self.window_size[0] - 1) if self.is_causal else -(self.window_size[0] // 2)
        return tuple((first + t) * self.dilation[0] for t in range(self.window_size[0]))

    def seen(self, a: int, i: int) -> tuple[int, ...]:
        """The cells along an axis that its i-th cell sees, in their order."""
        size = self.ends.in_size[a]
        if self.pattern == "full":
            return tuple(range(i + 1 if self.is_causal else size))
        window, dilation, shift = self.window_size[a], self.dilation[a], self.shift[a]
        if self.pattern == "sliding":
            return sliding(i, size, window, dilation, causal=self.is_causal)
        if self.pattern == "neighborhood":
            return neighborhood(i, size, window, dilation)
        found = partitioned(i, size, window, shift)
        return tuple(j for j in found if j <= i) if self.is_causal else found

    @property
    def causal(self) -> bool:
        return self.is_causal

    @property
    def projections(self) -> tuple[Matrix | None, Matrix | None, Matrix | None]:
        """The matrices of queries, keys and values."""
        return self.query, self.key, self.value

    @property
    def depth(self) -> int:
        """Channels of all heads' queries together."""
        return next((each.shape[0] for each in (self.query, self.key) if each is not None), self.ends.in_channels)

    # numbers and cost

    def gather(self, fed: Fed) -> Attending:
        from conv_anim.tracing.attending import attending

        made = self.matrices()
        return attending(self.ends, self.attends, fed.arrays[0], made)

    def matrices(self) -> tuple[Array | None, Array | None, Array | None]:
        """The numbers of the projections."""
        from conv_anim.tracing.values import fill

        query, key, value = (None if each is None else fill(each.values, each.shape) for each in self.projections)
        return query, key, value

    @property
    def parameter_terms(self) -> tuple[Size, ...]:
        return tuple(each.shape for each in self.projections if each is not None)

    @property
    def products(self) -> Products:
        """Of the projections, of the scores and of the means; what a mask hides is not counted."""
        tokens = prod(self.ends.in_size)
        projected = tokens * sum(map(prod, self.parameter_terms))
        return Products(projected + self.attends.pairs * (self.depth + self.ends.out_channels), 1)

    def counted(self, say: Language) -> str:
        pairs, tokens = f"{self.attends.pairs:,}", prod(self.ends.in_size)
        said = say.of(self, "counted", pairs=pairs, depth=self.depth, made=self.ends.out_channels)
        for shape in self.parameter_terms:
            said += say.of(self, "projected", cells=f"{tokens:,}", each="·".join(map(str, shape)))
        return f"{said} = {self.products.cells:,}"

    @property
    def most_taps(self) -> int:
        return self.attends.most * (1 if self.value is None else self.ends.in_channels)

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        seen = [cell for i in (first, last) for cell in self.seen(a, min(max(i, 0), self.ends.in_size[a] - 1))]
        return min(seen), max(seen)

    def period(self, a: int) -> int:
        return self.ends.out_size[a]

    # words

    def kind(self) -> str:
        shifted = self.pattern == "partitioned" and any(self.shift)
        return f"{'shifted' if shifted else self.pattern}{'.causal' if self.is_causal else ''}"

    def point(self, say: Language) -> str:
        from conv_anim.scene.wording.words import size

        kind, window = self.kind(), self.window_size
        if self.heads > 1 and self.pattern == "full":
            kind += ".heads"
        elif self.pattern == "sliding" and max(self.dilation) > 1:
            kind += ".dilated"
        reach = size(map(effective_kernel, window, self.dilation)) if window else ""
        return say.of(self, f"point.{kind}", window=size(window), count=prod(window), reach=reach, **self._shared_out)

    @property
    def _shared_out(self) -> dict[str, int]:
        """How many heads there are, and how many of the channels that queries and keys have each of them gets."""
        return {"heads": self.heads, "each": self.depth // self.heads, "channels": self.depth}

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting
        from conv_anim.scene.wording.words import per_axis, size

        del fed
        shift = say.of(self, "shift", cells=per_axis(self.shift)) if self.shift else ""
        return [
            Setting("window", size(self.window_size), self.pattern == "full"),
            Setting("dilation", *_skips(self.dilation, say))
            if self.window_size
            else Setting("dilation", "", usual=True),
            Setting("shift", "", not any(self.shift), text=shift),
            Setting("heads", "", self.heads == 1, text=say.of(self, "heads", cells=self.heads)),
        ]

    def edges(self, say: Language) -> list[tuple[str, str]]:
        """The shares, and what is done at the border."""
        return list(self._said(say))

    def _said(self, say: Language) -> Iterator[tuple[str, str]]:
        d = self.depth // self.heads
        yield say.of(self, "shares.name"), say.of(self, "shares" if self.heads == 1 else "shares.heads", depth=d)
        counts = sorted({len(along) for each in self.attends.seen for along in each})
        if self.pattern in {"sliding", "neighborhood"}:
            least, most = prod(min(map(len, each)) for each in self.attends.seen), self.attends.most
            yield say.of(self, "border.name"), say.of(self, f"border.{self.pattern}", least=least, most=most)
        elif len(counts) > 1 and any(self.shift):
            yield say.of(self, "border.name"), say.of(self, "border.shifted")

    def works(self, a: int) -> bool:
        del a
        return False

    def details(self) -> dict[str, object]:
        return {
            "pattern": self.pattern,
            "window": list(self.window_size),
            "dilation": list(self.dilation),
            "shift": list(self.shift),
            "causal": self.is_causal,
            "heads": self.heads,
            "depth": self.depth // self.heads,
            "pairs": self.attends.pairs,
        }


def _skips(dilation: Size, say: Language) -> tuple[str, bool, str]:
    from conv_anim.scene.wording.parameters import gaps
    from conv_anim.scene.wording.words import per_axis

    usual = set(dilation) == {1}
    return per_axis(dilation), usual, gaps(dilation, say)


# what a cell sees along an axis


def sliding(i: int, size: int, window: int, dilation: int, *, causal: bool) -> tuple[int, ...]:
    """A window around a cell, or up to it; what lies beyond the border is cut off.

    Of an even window, one cell more lies before the middle.
    """
    first = -(window - 1) if causal else -(window // 2)
    cells = (i + (first + t) * dilation for t in range(window))
    return tuple(cell for cell in cells if 0 <= cell < size)


def neighborhood(i: int, size: int, window: int, dilation: int) -> tuple[int, ...]:
    """A window around a cell that is moved inward at the border, so that it has all its cells (NATTEN).

    With a dilation, the cells that stand so far apart are neighbours: it is moved among these.
    """
    group, at = i % dilation, i // dilation
    count = -(-(size - group) // dilation)
    start = min(max(at - window // 2, 0), count - window)
    return tuple(group + (start + t) * dilation for t in range(window))


def partitioned(i: int, size: int, window: int, shift: int) -> tuple[int, ...]:
    """The cells of the window that a cell lies in, of a partition that is shifted in a circle (Swin).

    The mask leaves out those that only the circle brings together: the first ``shift`` cells and the last ones.
    """
    own = (i - shift) % size // window
    wrapped = i < shift
    return tuple(j for j in range(size) if (j - shift) % size // window == own and (j < shift) is wrapped)
