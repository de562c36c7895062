"""The theme of a figure, in a spec: a name, or what differs from a theme with one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conv_anim.spec.kinds import Either, ListOf, Made, OneOf, Real, Text
from conv_anim.spec.nodes import Scalar, is_mapping, is_scalar
from conv_anim.spec.records import Field, Object
from conv_anim.spec.registry import Docs
from conv_anim.spec.themes import DEFAULT_THEME, THEMES, Colors, Theme
from conv_anim.values import fields, replace

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


class ColorKind:
    """``#rgb`` or ``#rrggbb``."""

    expected = "a colour like '#2f6fb7'"

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not HEX.fullmatch(text):
            return report.wrong(node, self.expected)
        digits = text[1:].lower()
        return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{HEX.pattern}$"}


NAMED = OneOf(THEMES, THEMES.hint, Docs(THEMES))
BASE = Field("base", NAMED, "The theme that the others change.", default=DEFAULT_THEME)
COLOR_DOCS = {
    "background": "Behind everything; with none, the page shows through.",
    "ink": "Text, and the lines that lead the eye.",
    "muted": "Text that explains.",
    "line": "Edges of cells.",
    "faint": "Edges of empty cells: padding, inserted zeros, outputs yet to come.",
    "input": "The input's cells.",
    "kernel": "The kernel's cells.",
    "output": "The output's cells.",
    "window": "Laid over the cells under the window.",
    "current": "Laid over the output that is being computed.",
}
NO_GROUND = "none"


class GroundKind(ColorKind):
    """A colour, or none."""

    expected = "a colour like '#2f6fb7', or none"

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        if isinstance(node, Scalar) and node.text == NO_GROUND:
            return NO_GROUND
        return super().decode(node, report)

    def schema(self) -> Schema:
        return {"anyOf": [super().schema(), {"const": NO_GROUND}]}


COLOR_FIELDS: dict[str, Field[str]] = {
    f.name: Field(
        f.name,
        GroundKind() if f.name == "background" else ColorKind(),
        COLOR_DOCS[f.name],
        example=getattr(THEMES[DEFAULT_THEME].colors, f.name),
    )
    for f in fields(Colors)
    if f.name != "channels"
}
CHANNEL_COLORS = Field(
    "channels",
    ListOf(ColorKind(), "a list of colours"),
    "The colours of the input's channels, taken in turn.",
    example=list(THEMES[DEFAULT_THEME].colors.channels),
)
OVERLAY = Field("overlay", Real(0, 1), "Opacity of the window over the cells that it reads.", example=0.5)
LINE_WIDTH = Field("line_width", Real(0.25, 10), "Width of lines, in pixels.", example=2)
CORNER_WIDTH = Field(
    "corner_width", Real(0.25, 10), "Width of the lines from the window to its output, in pixels.", example=2
)
WINDOW_WIDTH = Field("window_width", Real(0, 10), "Width of the window's outline, in pixels; 0 for none.", example=3)
FONT: Field[str] = Field(
    "font", Text("the name of a font, or a file"), "A font that is installed, by its name, or a file beside the spec."
)
LENGTHS = (OVERLAY, LINE_WIDTH, CORNER_WIDTH, WINDOW_WIDTH)
OWN_THEME = Object("a theme", (BASE, *COLOR_FIELDS.values(), CHANNEL_COLORS, *LENGTHS, FONT))


def _theme(record: Record) -> Theme:
    theme = THEMES[record.of(BASE)]
    given = {name: record.of(f) for name, f in COLOR_FIELDS.items() if record.has(f)}
    transparent = given.get("background") == NO_GROUND
    if transparent:
        given["background"] = clear(theme.colors.background)
    colors = replace(theme.colors, **given, channels=record.get(CHANNEL_COLORS) or theme.colors.channels)
    lengths: dict[str, Any] = {f.name: float(record.of(f)) for f in LENGTHS if record.has(f)}
    changed = given or lengths or record.has(CHANNEL_COLORS, FONT)
    name = f"{theme.name}, changed" if changed else theme.name
    font = record.get(FONT)
    return replace(theme, name=name, colors=colors, transparent=transparent, font=font, **lengths)


def clear(color: str) -> str:
    """A colour that looks the same and is in no picture: what has it is seen through."""
    levels = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    moved = (level - shift if level > 127 else level + shift for level, shift in zip(levels, (2, 1, 3), strict=True))
    return "#" + "".join(f"{level:02x}" for level in moved)


THEME: Field[Theme] = Field(
    "theme",
    Either(((is_mapping, Made(OWN_THEME, _theme)), (is_scalar, Made(NAMED, THEMES.__getitem__)))),
    "The colours: a name, or a mapping of a base and the colours that differ.",
    default=THEMES[DEFAULT_THEME],
    written=DEFAULT_THEME,
)
