"""The sequence view's panel: of a whole sequence, or of one that arrives piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.layout import Panel, animated
from conv_anim.scene.sequence.streaming import StreamingView
from conv_anim.scene.sequence.view import SequenceView
from conv_anim.scene.sheets.scales import with_bars

if TYPE_CHECKING:
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace


def sequence(trace: Trace, style: Style) -> Panel:
    """The panel of the view, its labels on the right."""
    stream = getattr(trace.spec.view, "cache", False)
    view = StreamingView(trace, style) if stream else SequenceView(trace, style)
    made = animated(
        view, view.lattice.width, view.lattice.height, baseline=view.lattice.rows[0].y, fit=view.lattice.fit
    )
    return with_bars(made, view.lattice.scales(), style, view.lattice.say)
