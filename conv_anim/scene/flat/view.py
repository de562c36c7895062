"""The flat view: one channel with its numbers, upright cells side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.beginning import beginning
from conv_anim.scene.flat.both import both
from conv_anim.scene.flat.folded import FoldedView
from conv_anim.scene.flat.network import NetworkView
from conv_anim.scene.flat.overlap import OverlapView
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.sampled import SampledView
from conv_anim.scene.flat.sparse import SparseView
from conv_anim.scene.flat.stamps import StampsView
from conv_anim.scene.flat.traced_back import traced_back
from conv_anim.scene.flat.unfolded import UnfoldedView
from conv_anim.scene.flat.unpooled import UnpooledView
from conv_anim.scene.flat.upsampled import UpsampledView
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.sheets.presence import present, steps_of
from conv_anim.scene.steps import Steps
from conv_anim.spec.view_values import Flat

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace


def flat(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    op = trace.layers[-1].layer
    if len(trace.layers) > 1:
        return (UnpooledView if op.puts_back else NetworkView)(trace, style).panel()
    if op.window is not None:
        return _transposed(trace, style) if op.window.transposed else _windows(trace, style)
    return _between_cells(trace, style) or _in_columns(trace, style)


def _between_cells(trace: Trace, style: Style) -> Panel | None:
    """The panel of an op that reads between cells, if it is drawn as such."""
    op = trace.layer.layer
    if op.interpolation is not None:
        return UpsampledView(trace, style, _outputs(trace)).panel()
    if op.sampled is not None and len(trace.layer.fed) == 1 == op.ends.in_channels == op.ends.out_channels:
        return SampledView(trace, style, _outputs(trace)).panel()
    if op.sites is not None and op.ends.in_channels == op.ends.out_channels == 1:
        return SparseView(trace, style, _outputs(trace)).panel()
    return None


def _in_columns(trace: Trace, style: Style) -> Panel:
    """The panel of an op that makes columns or is made of them; otherwise that of a network."""
    op = trace.layer.layer
    if op.columns is None:
        return NetworkView(trace, style).panel()
    if op.columns.made:
        windows = Steps((1, *op.columns.window.out_size), trace.spec.animation)
        return UnfoldedView(trace, style, Pace.of(windows)).panel()
    return FoldedView(trace, style, _outputs(trace)).panel()


def _windows(trace: Trace, style: Style) -> Panel:
    pace = _outputs(trace)
    return (traced_back(trace, style, pace) or WindowView(trace, style, pace)).panel()


def _transposed(trace: Trace, style: Style) -> Panel:
    view = trace.spec.view
    assert isinstance(view, Flat)
    stamps = Pace.of(Steps(trace.input.shape, trace.spec.animation))
    if view.overlap:
        return OverlapView(trace, style, stamps).panel()
    match view.mode:
        case "gather":
            return _windows(trace, style)
        case "scatter":
            return StampsView(trace, style, stamps).panel()
        case "both":
            return both(trace, style)


def _outputs(trace: Trace) -> Pace:
    """Output cell by output cell."""
    animation = trace.spec.animation
    first = beginning(trace.layer, animation) if len(trace.layers) == 1 else None
    return Pace.of(steps_of(trace.made.shape, animation, present(trace, len(trace.layers)), first))
