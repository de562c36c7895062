"""Formulas with their numbers: the sizes of outputs and the receptive field (Dumoulin and Visin; see `spec.sizes`)."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import MINUS, axis_names, number
from conv_anim.spec.model import (
    Conv,
    ConvTranspose,
    Fold,
    PixelShuffle,
    PixelUnshuffle,
    Pool,
    Unfold,
    Upsample,
)
from conv_anim.spec.sizes import effective_kernel, same_padding
from conv_anim.tracing.accounts import summands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Layer


def formulas(layers: Sequence[Layer], say: Language) -> list[str]:
    """The lines for all layers that change or could change a size; of several also how their receptive field grows."""
    first, *others = layers
    if not others:
        return sizes(first, say)
    lines = []
    for k, layer in enumerate(layers, start=1):
        name = say("formula.layer", number=k)
        lines += [say("formula.of", what=say.joined([name, *axis]), formula=line) for axis, line in _worked(layer, say)]
    return [*lines, *field(layers, say)]


def _worked(layer: Layer, say: Language) -> list[tuple[list[str], str]]:
    """A layer's formulas, each on one line, with the axis it is for where they differ; none for what keeps its size."""
    names = [say(f"axis.along.{name}") for name in axis_names(_axes(layer))]
    lines = {name: say.joined(_of_axis(layer, a, say)) for a, name in enumerate(names) if _works(layer, a)}
    if len(lines) == len(names) and len(set(lines.values())) == 1:
        return [([], line) for line in [*lines.values()][:1] if line]
    return [([name], line) for name, line in lines.items() if line]


def _works(layer: Layer, a: int) -> bool:
    """Whether there is anything to work out: a kernel of one cell keeps the size."""
    return not isinstance(layer, Conv) or layer.kernel_size[a] > 1 or layer.stride[a] > 1 or any(layer.padding[a])


def _axes(layer: Layer) -> int:
    return len(layer.windows) if isinstance(layer, Unfold | Fold) else len(layer.ends.in_size)


def sizes(layer: Layer, say: Language) -> list[str]:
    """The output size of a layer with its numbers: once, or for each axis if they differ."""
    found = _for_each([_of_axis(layer, a, say) for a in range(_axes(layer))], say)
    return [*found, *([_columns(layer, say)] if isinstance(layer, Unfold | Fold) else [])]


def _columns(layer: Unfold | Fold, say: Language) -> str:
    counts = "·".join(map(str, layer.windows))
    return say("formula.columns", count=f"{counts} = {prod(layer.windows)}" if len(layer.windows) > 1 else counts)


def _for_each(lines: Sequence[Sequence[str]], say: Language) -> list[str]:
    """The lines of each axis; without its name if all axes have the same."""
    if all(line == lines[0] for line in lines):
        return list(lines[0])
    names = [say(f"axis.along.{name}") for name in axis_names(len(lines))]
    return [say("formula.of", what=name, formula=line) for name, of in zip(names, lines, strict=True) for line in of]


def _of_axis(layer: Layer, a: int, say: Language) -> list[str]:  # noqa: PLR0911  # one for each type
    match layer:
        case Conv():
            return [*_reach(layer, a, say), *_of_conv(layer, a, say)]
        case Pool():
            return [*_reach(layer, a, say), _of_pool(layer, a, say)]
        case ConvTranspose():
            return [_of_transposed(layer, a)]
        case Unfold():
            return [*_reach(layer, a, say), f"{_direct(layer, a, layer.ends.in_size[a])} = {layer.windows[a]}"]
        case Fold():
            return [*_reach(layer, a, say), f"{_direct(layer, a, layer.ends.out_size[a])} = {layer.windows[a]}"]
        case PixelShuffle():
            return [f"o = {layer.ends.in_size[a]}·{layer.factor} = {layer.ends.out_size[a]}"]
        case PixelUnshuffle():
            return [f"o = {layer.ends.in_size[a]} / {layer.factor} = {layer.ends.out_size[a]}"]
        case Upsample():
            return [_of_upsampled(layer, a)]
        case _:
            return []


def _of_upsampled(layer: Upsample, a: int) -> str:
    """With the factor as far as it is known: with aligned corners, only the sizes say it."""
    i, o = layer.ends.in_size[a], layer.ends.out_size[a]
    factor = Fraction(o, i) if layer.align_corners else Fraction(1 / layer.ratio[a]).limit_denominator(1000)
    product = f"{i}·{float(factor):g}" if factor.denominator in {1, 2, 4, 5, 10} else f"{i}·{factor}"
    return f"o = {product} = {o}" if factor * i == o else f"o = ⌊{product}⌋ = {o}"


def _reach(layer: Conv | Pool | Unfold | Fold, a: int, say: Language) -> list[str]:
    """The effective kernel, if it is not the kernel itself (relationship 15)."""
    k, d = layer.kernel_size[a], layer.dilation[a]
    if d == 1 or k == 1:
        return []
    formula = f"{k} + ({k} {MINUS} 1)·({d} {MINUS} 1) = {effective_kernel(k, d)}"
    return [say("formula.reach", formula=formula)]


def _direct(layer: Conv | Pool | Unfold | Fold, a: int, i: int, *, up: bool = False) -> str:
    """⌊(i + 2p − k̂)/s⌋ + 1, or ⌈…⌉ (relationships 5 to 7 and 15)."""
    before, after = layer.padding[a]
    more = f"2·{before}" if before == after else f"{before} + {after}"
    left, right = ("⌈", "⌉") if up else ("⌊", "⌋")
    window = effective_kernel(layer.kernel_size[a], layer.dilation[a])
    return f"{left}({i} + {more} {MINUS} {window})/{layer.stride[a]}{right} + 1"


def _of_conv(layer: Conv, a: int, say: Language) -> list[str]:
    i, o, s = layer.ends.in_size[a], layer.ends.out_size[a], layer.stride[a]
    window = effective_kernel(layer.kernel_size[a], layer.dilation[a])
    before, after = layer.padding[a]
    plain = f"o = {_direct(layer, a, i)} = {o}"
    match layer.padding_name:
        case "same" | "same_lower":
            needed = f"P = max(({o} {MINUS} 1)·{s} + {window} {MINUS} {i}, 0) = {same_padding(i, window, s)}"
            sides = say.joined([say("sides.before", before=before), say("sides.after", after=after)])
            return [f"o = ⌈{i}/{s}⌉ = {o}", say("formula.of", what=needed, formula=sides) if before + after else needed]
        case "full":
            return [f"p = {window} {MINUS} 1 = {before}", plain]
        case "causal":
            p = f"p = {window} {MINUS} 1 = {before}"
            return [say.joined([p, say("formula.only_before")]), plain]
        case _:
            return [plain]


def _of_pool(layer: Pool, a: int, say: Language) -> str:
    i, o = layer.ends.in_size[a], layer.ends.out_size[a]
    made = f"o = {_direct(layer, a, i, up=layer.ceil_mode)}"
    before, after = layer.padding[a]
    room = i + before + after - effective_kernel(layer.kernel_size[a], layer.dilation[a])
    fit = (-(-room // layer.stride[a]) if layer.ceil_mode else room // layer.stride[a]) + 1
    return f"{made} = {o}" if fit == o else say("formula.dropped", formula=f"{made} {MINUS} 1 = {o}")


def _of_transposed(layer: ConvTranspose, a: int) -> str:
    """(i − 1)s − 2p + d(k − 1) + output_padding + 1 (relationship 14, as PyTorch writes it)."""
    i, o, (before, after) = layer.ends.in_size[a], layer.ends.out_size[a], layer.padding[a]
    k, s, d = layer.kernel_size[a], layer.stride[a], layer.dilation[a]
    less = f"2·{before}" if before == after else f"{before} {MINUS} {after}"
    reach = f"({k} {MINUS} 1)" if d == 1 else f"{d}·({k} {MINUS} 1)"
    extra = f" + {layer.output_padding[a]}" if layer.output_padding[a] else ""
    return f"o = ({i} {MINUS} 1)·{s} {MINUS} {less} + {reach}{extra} + 1 = {o}"


# receptive field


def field(layers: Sequence[Layer], say: Language) -> list[str]:
    """Lines for a figure."""
    return [say("formula.field", formula=line) for line in growth(layers, say)]


def growth(layers: Sequence[Layer], say: Language) -> list[str]:
    """How the receptive field adds up: r += (k̂ − 1)·j, j ·= s, from the first layer to the last; none of one layer."""
    sums = [summands(layers, a) for a in range(len(layers[-1].ends.out_size))]
    known = [found for found in sums if found is not None]
    if len(known) < len(sums) or max(map(len, known)) < 2:
        return []
    return _for_each([[f"r = {_sum(found)}"] for found in known], say)


def _sum(found: Iterable[tuple[int, int]]) -> str:
    found = list(found)
    terms = "".join(f" + {reach}·{jump}" for reach, jump in found)
    return f"1{terms} = {number(1 + sum(reach * jump for reach, jump in found))}" if found else "1"
