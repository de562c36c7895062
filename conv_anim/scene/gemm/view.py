"""The gemm view: a convolution as a product of two matrices, or where its windows lie in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.gemm.memory import MemoryDrawing
from conv_anim.scene.gemm.product import GemmDrawing
from conv_anim.spec.view_values import GemmView

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace


def gemm(trace: Trace, style: Style) -> Panel:
    """The panel of the view: of a layout without tiles the memory alone."""
    view = trace.spec.view
    in_memory = isinstance(view, GemmView) and view.layout is not None and view.tile is None
    return (MemoryDrawing if in_memory else GemmDrawing)(trace, style).panel()
