"""The flat view: one channel with its numbers, upright cells side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.flat.both import both
from conv_anim.scene.flat.folded import FoldedView
from conv_anim.scene.flat.overlap import OverlapView
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.stamps import StampsView
from conv_anim.scene.flat.unfolded import UnfoldedView
from conv_anim.scene.flat.unpooled import UnpooledView
from conv_anim.scene.flat.upsampled import UpsampledView
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.steps import Steps
from conv_anim.spec.model import ConvTranspose, Flat, Fold, Unfold, Upsample

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace


def flat(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    if len(trace.layers) > 1:
        return UnpooledView(trace, style).panel()
    match trace.layer.layer:
        case ConvTranspose():
            return _transposed(trace, style)
        case Upsample():
            return UpsampledView(trace, style, _outputs(trace)).panel()
        case Unfold(windows=windows):
            return UnfoldedView(trace, style, Pace.of(Steps((1, *windows), trace.spec.animation))).panel()
        case Fold():
            return FoldedView(trace, style, _outputs(trace)).panel()
        case _:
            return WindowView(trace, style, _outputs(trace)).panel()


def _transposed(trace: Trace, style: Style) -> Panel:
    view = trace.spec.view
    assert isinstance(view, Flat)
    stamps = Pace.of(Steps(trace.input.shape, trace.spec.animation))
    if view.overlap:
        return OverlapView(trace, style, stamps).panel()
    match view.mode:
        case "gather":
            return WindowView(trace, style, _outputs(trace)).panel()
        case "scatter":
            return StampsView(trace, style, stamps).panel()
        case "both":
            return both(trace, style)


def _outputs(trace: Trace) -> Pace:
    """Output cell by output cell."""
    return Pace.of(Steps(trace.output.shape, trace.spec.animation))
