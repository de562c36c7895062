"""What the writers of programs share: a layer's place in its program, and ways to write sizes and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from conv_anim.coding.literals import WIDEST
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.spec.op import UnwrittenError
from conv_anim.spec.sizes import effective_kernel
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from conv_anim.coding.literals import Form
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.joins import Join
    from conv_anim.ops.pool import Pool
    from conv_anim.spec.model import Padding, Size
    from conv_anim.tracing.trace import LayerTrace, Trace

    LayerWriter: TypeAlias = Callable[[Any, "CodeContext"], list[str]]
    """Raises UnwrittenError if the framework has no words for a layer."""


def unwritten(what: str) -> NoReturn:
    """A framework has no words for this."""
    raise UnwrittenError(what)


@dataclass(frozen=True, slots=True)
class CodeContext:
    """A layer in its program."""

    traced: LayerTrace
    alone: bool
    unpooled: bool
    """Whether a later layer takes this pool back."""
    inputs: tuple[str, ...] = ("x",)
    """What its inputs are called; the first one is x."""

    def named(self, name: str) -> str:
        """A name for something of this layer, other than those of others."""
        return name if self.alone else f"{name}_{self.traced.number + 1}"


@dataclass(frozen=True, slots=True)
class Framework:
    """What stands around the layers of a framework's programs, and how arrays are written there."""

    name: str
    before: tuple[str, ...]
    """Imports and the input, whose numbers stand in place of ``{input}``."""
    form: Form
    after: str
    layer: LayerWriter | None = None
    """Lines from ``x`` to ``y`` for layers of all types; None where ops write their own."""

    def head(self, trace: Trace) -> list[str]:
        """The lines before the layers."""
        numbers_ = self.form.input(trace)
        return [line.format(input=numbers_) for line in self.before]


def numbers(size: Sequence[int]) -> str:
    """One number where all are equal, else a tuple."""
    return str(size[0]) if len(set(size)) == 1 else str(tuple(size))


def arguments(**given: object) -> str:
    """``name=value, …`` of those that are not None."""
    return ", ".join(f"{name}={value}" for name, value in given.items() if value is not None)


def window(op: Conv | ConvTranspose, context: CodeContext, *, bias: str, **keys: object) -> str:
    """The arguments of a convolution, as PyTorch and others call them; ``keys`` are those that differ."""
    return arguments(
        kernel_size=numbers(op.kernel_size),
        stride=unless(op.stride, 1),
        padding=keys.pop("padding", None),
        output_padding=keys.pop("output_padding", None),
        dilation=unless(op.dilation, 1),
        groups=op.groups if op.groups > 1 else None,
        **{bias: False if context.traced.bias is None else None},
        **keys,
    )


def called(function: str, inside: str, after: str = "") -> list[str]:
    """A call, its arguments on a line of their own where it is too long."""
    line = f"{function}({inside}){after}"
    return [line] if len(line) <= WIDEST else [f"{function}(", f"    {inside}", f"){after}"]


def unless(value: Sequence[int], default: int) -> str | None:
    """The numbers, None if all are what they are anyway."""
    return None if set(value) == {default} else numbers(value)


def symmetric(padding: Padding) -> bool:
    """Whether every axis has as much padding before it as after it."""
    return all(before == after for before, after in padding)


LETTERS = "ijk"


def slices(stride: Size, kernel: Size, dilation: Size) -> str:
    """A window as slices: ``i * 2 : i * 2 + 3, j * 2 : j * 2 + 3``."""
    return ", ".join(
        _slice(letter, s, effective_kernel(k, d), d)
        for letter, s, k, d in zip(LETTERS, stride, kernel, dilation, strict=False)
    )


def _slice(letter: str, stride: int, window: int, dilation: int) -> str:
    start = letter if stride == 1 else f"{letter} * {stride}"
    return f"{start} : {start} + {window}" + (f" : {dilation}" if dilation > 1 else "")


def letters(axes: int) -> str:
    """``i, j``."""
    return ", ".join(LETTERS[:axes]) + ("," if axes == 1 else "")


def cut(sizes: Sequence[tuple[int, int]]) -> str:
    """``a : b`` for each axis."""
    return ", ".join(f"{start} : {stop}" for start, stop in sizes)


def within(sides: Padding, size: Size) -> str:
    """Slices of a part of a map: ``size`` cells, from the first of each pair of ``sides`` on."""
    return cut([(before, before + out) for (before, _), out in zip(sides, size, strict=True)])


def overhang(pool: Pool) -> Size:
    """How far the last window of each axis reaches beyond the padding (with ``ceil_mode``)."""
    ends = pool.ends
    sides = zip(ends.in_size, ends.out_size, pool.kernel_size, pool.stride, pool.dilation, pool.padding, strict=True)
    return tuple(max(0, (out - 1) * s + effective_kernel(k, d) - size - sum(pad)) for size, out, k, s, d, pad in sides)


def reached(pool: Pool) -> Padding:
    """The cells around a map that its windows reach, be they padding or what hangs over."""
    return tuple((before, after + more) for (before, after), more in zip(pool.padding, overhang(pool), strict=True))


def is_global(pool: Pool) -> bool:
    """Whether the one window is the whole map."""
    return pool.kernel_size == pool.ends.in_size and not any(map(any, pool.padding)) and set(pool.dilation) == {1}


def join(concatenated: str, reshaped: str = "{name}.reshape({shape})", *, last: bool = False) -> LayerWriter:
    """A writer of sums, products and concatenations.

    A flat vector gets the axes of the maps, behind its channels or, with ``last``, before.
    """

    def lines(op: Join, context: CodeContext) -> list[str]:
        if op.stacks:
            return [f"y = {concatenated.format(', '.join(context.inputs))}"]
        axes, names = len(op.ends.out_size), []
        new = ", ".join(["...", *["None"] * axes])
        for name, shape in zip(context.inputs, op.fed, strict=True):
            whole = (*(1,) * (axes + 1), shape.channels) if last else (1, shape.channels, *(1,) * axes)
            names.append(name if shape.size or not axes else reshaped.format(name=name, shape=whole, new=new))
        return [f"y = {(' + ' if op.badge == '+' else ' * ').join(names)}"]

    return lines


def dense(context: CodeContext, form: Form) -> list[str]:
    """The last axis of ``x`` times a weight, and a bias."""
    traced = context.traced
    bias = "" if traced.bias is None else f" + {form.numbers(traced.bias)}"
    return [f"weight = {form.weight(traced)}", f"y = x @ weight.T{bias}"]


def too_much(message: str, hint: str) -> SpecError:
    """What is raised for a spec that a framework has no code for."""
    return SpecError([Problem(Code.UNSUPPORTED, message, hint=hint)])
