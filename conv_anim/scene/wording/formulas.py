"""Formulas with their numbers: the sizes of outputs and the receptive field (Dumoulin and Visin; see `spec.sizes`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import MINUS, axis_names, number
from conv_anim.spec.sizes import effective_kernel
from conv_anim.tracing.analysis import summands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Spec
    from conv_anim.spec.op import Op


def formulas(spec: Spec, say: Language, *, named: bool = False) -> list[str]:
    """The lines for all layers that change or could change a size; of a chain also how its receptive field grows.

    ``named`` adds the formula of a single layer with words for its numbers.
    """
    layers = spec.layers
    if len(layers) == 1:
        (layer,) = layers
        words = layer.formula_in_words(say) if named else ""
        return [*([words] if words else []), *sizes(*layers, say)]
    lines = []
    for k, layer in enumerate(layers, start=1):
        name = say("formula.layer", number=k)
        lines += [say("formula.of", what=say.joined([name, *axis]), formula=line) for axis, line in _worked(layer, say)]
    return [*lines, *(field(layers, say) if spec.is_chain else [])]


def _worked(layer: Op, say: Language) -> list[tuple[list[str], str]]:
    """A layer's formulas, each on one line, with the axis it is for where they differ; none for what keeps its size."""
    names = [say(f"axis.along.{name}") for name in axis_names(layer.formula_axes)]
    lines = {name: say.joined(layer.formulas(a, say)) for a, name in enumerate(names) if layer.works(a)}
    if len(lines) == len(names) and len(set(lines.values())) == 1:
        return [([], line) for line in [*lines.values()][:1] if line]
    return [([name], line) for name, line in lines.items() if line]


def sizes(layer: Op, say: Language) -> list[str]:
    """The output size of a layer with its numbers: once, or for each axis if they differ."""
    found = _for_each([layer.formulas(a, say) for a in range(layer.formula_axes)], say)
    return [*found, *layer.more_formulas(say)]


def _for_each(lines: Sequence[Sequence[str]], say: Language) -> list[str]:
    """The lines of each axis; without its name if all axes have the same."""
    if all(line == lines[0] for line in lines):
        return list(lines[0]) if lines else []
    names = [say(f"axis.along.{name}") for name in axis_names(len(lines))]
    return [say("formula.of", what=name, formula=line) for name, of in zip(names, lines, strict=True) for line in of]


def reach(k: int, d: int, say: Language) -> list[str]:
    """The effective kernel, if it is not the kernel itself (relationship 15)."""
    if d == 1 or k == 1:
        return []
    formula = f"{k} + ({k} {MINUS} 1)·({d} {MINUS} 1) = {effective_kernel(k, d)}"
    return [say("formula.reach", formula=formula)]


def direct(i: int, k: int, s: int, d: int, pad: tuple[int, int], *, up: bool = False) -> str:
    """⌊(i + 2p − k̂)/s⌋ + 1, or ⌈…⌉ (relationships 5 to 7 and 15)."""
    before, after = pad
    more = f"2·{before}" if before == after else f"{before} + {after}"
    left, right = ("⌈", "⌉") if up else ("⌊", "⌋")
    return f"{left}({i} + {more} {MINUS} {effective_kernel(k, d)})/{s}{right} + 1"


# receptive field


def field(layers: Sequence[Op], say: Language) -> list[str]:
    """Lines for a figure."""
    return [say("formula.field", formula=line) for line in growth(layers, say)]


def growth(layers: Sequence[Op], say: Language) -> list[str]:
    """How the receptive field adds up: r += (k̂ − 1)·j, j ·= s, from the first layer to the last; none of one layer."""
    sums = [summands(layers, a) for a in range(len(layers[-1].ends.out_size))]
    known = [found for found in sums if found is not None]
    if len(known) < len(sums) or max(map(len, known), default=0) < 2:
        return []
    return _for_each([[f"r = {_sum(found)}"] for found in known], say)


def _sum(found: Iterable[tuple[int, int]]) -> str:
    found = list(found)
    terms = "".join(f" + {reach}·{jump}" for reach, jump in found)
    return f"1{terms} = {number(1 + sum(reach * jump for reach, jump in found))}" if found else "1"
