"""Room for the tables of a drawing, laid out with its labels as panels: each table is then put where its room is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.layout import EMPTY, Panel, anchored, animated, column, over
from conv_anim.scene.text_panels import written
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.scene.fit import Fit
    from conv_anim.scene.layout import Animated
    from conv_anim.scene.sheets.table import Table
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.words import Label


def slot(name: str, width: float, height: float) -> Panel:
    """Room of a size in pixels, with its corner as a named anchor."""
    return anchored(Panel(width, height, baseline=height / 2), **{name: (0.0, 0.0)})


def sign(style: Style, label: Label, swatch: str | None, *, room: float) -> Panel:
    """A label, its words broken where they are wider than ``room``, as far as they can be."""
    callout = Callout(style, label, swatch)
    if label.detail and callout.width > room:
        lines = style.wrapped(label.detail, size=style.small_size, width=max(room, callout.indent) - callout.indent)
        callout = Callout.of(style, label.name, lines, swatch, ())
    return written(callout.at(0, 0), callout.width, callout.height)


def named(table: Table, name: str, head: Panel = EMPTY) -> Panel:
    """A table's room with what stands above it; it stands on the middle of the table."""
    room = slot(name, table.width, table.height)
    if head == EMPTY:
        return room
    gap = table.style.close
    return replace(column(head, room, gap=gap), baseline=head.height + gap + table.height / 2)


def filled(page: Panel, view: Animated, *, width: float | None = None, fit: Fit | None = None) -> Panel:
    """A page with what is drawn in its rooms; ``width`` if it is wider than the page."""
    whole = animated(view, page.width if width is None else width, page.height, fit=fit)
    return over(replace(page, baseline=0.0), whole)


def settled(tables: Mapping[str, Table], page: Panel) -> dict[str, Table]:
    """The tables where their rooms are."""
    return {name: table.at(*page.anchors[name]) for name, table in tables.items()}
