"""What is wrong with the options of a view, for the layers that it is to show, each with a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec import view_support

if TYPE_CHECKING:
    from conv_anim.spec.model import Input
    from conv_anim.spec.op import Op
    from conv_anim.spec.view_support import Nodes
    from conv_anim.spec.view_values import Channels, Flat, Isometric, Sequence


def unnumbered(view: Isometric | Sequence, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """Why a view cannot write its numbers."""
    if view.cells == "symbols" and len(nodes) > 1:
        return _unnamed(nodes)
    wanted = view.numbers or view.cells in WRITTEN
    why = (view_support.one_map(input_, nodes) or view_support.numbers(input_, nodes)) if wanted else None
    way = "numbers: false" if view.numbers else "cells: shades, or plain"
    return None if why is None else (f"the {view.kind} view {why}", way)


def sequence(view: Sequence, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the sequence view's options."""
    why = next((why for node in nodes if (why := view_support.streams(node.op))), None) if view.cache else None
    if why is not None:
        return (
            f"'cache' is for layers that can be computed while their input arrives, and {why}",
            "cache: false",
        )
    return unnumbered(view, input_, nodes)


WRITTEN = ("numbers", "both", "symbols")
"""What is written in cells."""


def _unnamed(nodes: Nodes) -> tuple[str, str]:
    """Why cells have no names."""
    what = "symbols are for one layer with a sliding window"
    return f"{what}, and here are {len(nodes)} layers" if len(nodes) > 1 else what, "cells: numbers"


def flat(view: Flat, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the flat view's options."""
    first, alone = nodes[0].op, len(nodes) == 1
    windows = alone and first.window is not None and view.mode == "gather" and not view.overlap
    if view.cells == "symbols" and not windows:
        return _unnamed(nodes)
    if view.cells in SHADED and alone and view.overlap:
        return "'overlap' writes how many stamps fall on each cell, whatever its number is", "cells: auto"
    if view.cells in SHADED and alone and first.columns is not None:
        return "columns and what they are made of are shown by their numbers", "cells: numbers"
    if view.cells in WRITTEN:
        why = view_support.numbers(input_, nodes)
        return None if why is None else (f"the flat view {why}", "cells: shades")
    return _unstamped(view, input_, nodes)


SHADED = ("shades", "both", "plain")


def channels(view: Channels, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the channels view's options."""
    if view.cells == "symbols" and nodes[0].op.window is None:
        return _unnamed(nodes)
    if view.cells in WRITTEN:
        why = view_support.numbers(input_, nodes)
        return None if why is None else (f"the channels view {why}", "cells: shades")
    return _unadded(view, input_, nodes)


def _unstamped(view: Flat, _input: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with a view's options for stamps."""
    asked = [name for name, given in (("mode", view.mode != "gather"), ("overlap", view.overlap)) if given]
    op = nodes[0].op
    if asked and (op.window is None or not op.window.stamps):
        none = op.window is None or not op.window.transposed
        why = "is none" if none else "meets its kernel as it is given, which is not a stamp"
        what = f"'{asked[0]}' is for transposed convolutions, and {op.type} {why}"
        return what, f"leave '{asked[0]}' out"
    if view.overlap and view.mode == "both":
        return "'overlap' counts stamps, without their numbers: it has no other half", "mode: scatter, or leave it out"
    return None


def _unadded(view: Channels, _input: Input, nodes: Nodes) -> tuple[str, str] | None:
    """Why there is no sum to show."""
    if view.show != "sum" or _meet(nodes[0].op):
        return None
    return "here no channel meets another: there is nothing to add up", "show: maps"


def _meet(op: Op) -> bool:
    """Whether an output is made of more than one channel."""
    return op.window is not None and op.window.in_channels > op.window.groups
