"""The formulas of sizes with words for their numbers: which number is which is said once, and needs no letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.windows import Windowed
    from conv_anim.scene.wording.language import Language

MINUS = "\N{MINUS SIGN}"


def direct_in_words(layer: Windowed, say: Language, *, up: bool = False) -> str:
    """⌊(i + 2p − k̂)/s⌋ + 1, or ⌈…⌉ (relationships 5 to 7 and 15)."""
    kernels = zip(layer.kernel_size, layer.dilation, strict=True)
    reaches = any(effective_kernel(k, d) != k for k, d in kernels)
    kernel = say("formula.effective" if reaches else "kernel" if layer.window.weighs else "formula.window")
    left, right = ("⌈", "⌉") if up else ("⌊", "⌋")
    around = _around(layer, say, "+")
    return f"{left}({say('input')} + {around} {MINUS} {kernel})/{say('formula.stride')}{right} + 1"


def same_in_words(layer: Windowed, say: Language) -> str:
    """(o − 1)s + k̂ − i, the padding of both ends that keeps a size; no line is broken in it."""
    kernel = say("kernel" if set(layer.dilation) == {1} else "formula.effective")
    moves = f"({say('output')} {MINUS} 1)·{say('formula.stride')}"
    return f"P = {moves} + {kernel} {MINUS} {say('input')}".replace(" ", "\N{NO-BREAK SPACE}")


def transposed_in_words(layer: ConvTranspose, say: Language) -> str:
    """(i − 1)s − 2p + d(k − 1) + output_padding + 1 (relationship 14)."""
    reach = f"({say('kernel')} {MINUS} 1)"
    reach = reach if set(layer.dilation) == {1} else f"{say('formula.dilation')}·{reach}"
    extra = f" + {say('formula.output_padding')}" if any(layer.output_padding) else ""
    moves = f"({say('input')} {MINUS} 1)·{say('formula.stride')}"
    return f"{moves} {MINUS} {_around(layer, say, MINUS)} + {reach}{extra} + 1"


def _around(layer: Windowed, say: Language, sign: str) -> str:
    """The padding of both ends."""
    if all(before == after for before, after in layer.padding):
        return f"2·{say('formula.padding')}"
    return f"{say('formula.before')} {sign} {say('formula.after')}"
