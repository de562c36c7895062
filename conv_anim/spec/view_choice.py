"""The view of a spec: the one that it names, if that can show the layers, or the one that suits them best."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, listed
from conv_anim.spec import view_support
from conv_anim.spec.kinds import Either, Made, OneOf
from conv_anim.spec.model import Given
from conv_anim.spec.nodes import is_mapping, is_scalar
from conv_anim.spec.records import Field, Record, Tagged
from conv_anim.spec.registry import Docs, Each
from conv_anim.spec.view_values import Channels, Flat, Isometric, Matrix, NetworkView, Sequence, Undrawn, Volume
from conv_anim.spec.views import VIEWS

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe, Report
    from conv_anim.spec.model import Input
    from conv_anim.spec.records import Chosen
    from conv_anim.spec.view_support import Nodes
    from conv_anim.spec.view_values import View

FEW_CHANNELS = 5
FEW_CELLS = 150

PLAIN = Made(OneOf(VIEWS, VIEWS.hint, Docs(VIEWS)), lambda name: (name, None))
WITH_OPTIONS = Tagged("a view", "kind", Each(VIEWS, lambda kind: kind.table), "Which view.", VIEWS.hint)


def _chosen(chosen: Chosen) -> tuple[str, Record | None]:
    return chosen.name, chosen.record


VIEW: Field[tuple[str, Record | None]] = Field(
    "view",
    Either(((is_mapping, Made(WITH_OPTIONS, _chosen)), (is_scalar, PLAIN))),
    "How it is drawn: a name, or a mapping of kind and options. By default what suits the layer.",
    example="flat",
)


def view_of(record: Record, input_: Input, nodes: Nodes, report: Report) -> Maybe[View]:
    """The requested view, if it can show the layers; by default the one that suits them."""
    asked = record.get(VIEW)
    if asked is None:
        return _by_default(input_, nodes)
    name, options = asked
    kind = VIEWS[name]
    why = kind.refuses(input_, nodes)
    if why is not None:
        able = [name for name, other in VIEWS.items() if other.refuses(input_, nodes) is None]
        hint = f"views that can show it: {listed(able)}"
        return report.add(Code.VIEW, f"the {name} view {why}", record.at(VIEW), hint)
    view = kind.made(Record.empty() if options is None else options)
    wrong = kind.wrong(view, input_, nodes)
    return view if wrong is None else report.add(Code.VIEW, wrong[0], record.at(VIEW), wrong[1])


def _by_default(input_: Input, nodes: Nodes) -> View:
    """The view of ours that suits, or another one if that cannot show the layers."""
    best = suiting(input_, nodes)
    able = [kind for kind in VIEWS.own.values() if kind.refuses(input_, nodes) is None]
    if len(nodes) == 1:  # a network of one node says nothing
        able = [kind for kind in able if kind.name != NetworkView.kind]
    if best.kind in [kind.name for kind in able]:
        return best
    if not able:
        name = "flat" if any(node.op.badge is not None for node in nodes) else best.kind
        boxes = VIEWS[NetworkView.kind].refuses(input_, nodes) is None
        what = "no view can show its cells" if boxes else "no view can show this"
        return Undrawn(f"{what}: the {name} view {VIEWS[name].refuses(input_, nodes)}", boxes)
    return able[0].made(Record.empty())


def suiting(input_: Input, nodes: Nodes) -> View:
    """Numbers that the user gave are shown as numbers; one map as planes; a few channels in rows; the rest as boxes."""
    first = nodes[0].op
    several = input_.channels > 1 or any(node.op.ends.out_channels > 1 for node in nodes)
    if len(input_.size) == 3:
        return Volume()
    if len(nodes) == 1 and first.attends is not None and len(input_.size) == 1:
        return Matrix()
    if len(nodes) > 1:
        stacked = view_support.sequence(input_, nodes) is None
        return Sequence() if stacked else Volume() if several else Isometric()
    if not several:
        written = isinstance(input_.values, Given) or isinstance(first.weight_values, Given)
        if first.causal:
            return Sequence(numbers=written and prod(input_.size) <= FEW_CELLS)
        return Flat() if written and prod(input_.size) <= FEW_CELLS else Isometric()
    few = input_.channels <= FEW_CHANNELS and prod(input_.size) <= FEW_CELLS
    return Channels() if few else Volume()


def leaps(view: View, nodes: Nodes) -> str | None:
    """Why nothing in a view can move smoothly; None if it can."""
    why = None if isinstance(view, Undrawn) else VIEWS[view.kind].leaps(nodes)
    return None if why is None else f"the {view.kind} view {why}"


def animates(view: View) -> bool:
    """Whether a figure in this view is animated by default."""
    return isinstance(view, Undrawn) or VIEWS[view.kind].animates(view)
