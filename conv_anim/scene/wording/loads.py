"""What a product of matrices loads from memory, in sentences whose numbers follow from one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.rounding import short
from conv_anim.tracing.gemm import BYTES

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.gemm import Gemm, Loads, Tile


def of_tile(gemm: Gemm, tile: Tile, say: Language) -> str:
    """What a tile loads, and from how many stretches of the memory."""
    (inputs, weights, _), runs = gemm.loads(tile), len(gemm.runs(tile))
    return say("gemm.now" if runs != 1 else "gemm.now.run", inputs=inputs, runs=runs, weights=weights)


def totals(loads: Loads, say: Language) -> list[str]:
    """How much is loaded, how often that is used, and what a byte is good for."""
    numbers = {"all": loads.all, "uses": loads.uses, "outputs": loads.outputs, "bytes": BYTES}
    operations, moved = 2 * loads.multiply_adds, BYTES * (loads.all + loads.outputs)
    return [
        say("gemm.all", inputs=loads.inputs, weights=loads.weights, again=loads.again, **numbers),
        say("gemm.reuse", reuse=short(loads.reuse, 3), **numbers),
        say("gemm.bytes", operations=operations, moved=moved, intensity=short(loads.intensity, 2), **numbers),
    ]
