"""How a figure looks and runs, in a spec: theme, animation, size, labels, caption, formula, file names."""

from __future__ import annotations

import re
from math import floor
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from conv_anim.diagnostics import Code, is_line
from conv_anim.limits import Asked
from conv_anim.spec.formats import FORMATS, broken, known, split
from conv_anim.spec.kinds import INVALID, Either, Flag, ListOf, Made, OneOf, Real, Text, Whole, subject
from conv_anim.spec.model import Animation, FigureSize, Labels
from conv_anim.spec.nodes import Scalar, is_flag, is_list, is_mapping, is_scalar
from conv_anim.spec.records import Field, Object
from conv_anim.spec.registry import Docs
from conv_anim.spec.themes import DEFAULT_THEME, THEMES, Colors, Theme
from conv_anim.values import fields, replace

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Kind, Maybe, Report, Schema
    from conv_anim.spec.model import Lang
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


# theme

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

# animation

Order: TypeAlias = Literal["row-major", "column-major", "reverse"]
Motion: TypeAlias = Literal["step", "smooth"]
ORDERS: tuple[Order, ...] = ("row-major", "column-major", "reverse")
STEP = Field(
    "step",
    Whole(20, 60_000),
    "Time of a step in milliseconds; with 'pace: auto', of a quick one, by default 300.",
    default=1000,
    example=500,
)
HOLD = Field(
    "hold",
    Whole(20, 600_000),
    "Time of the last step in milliseconds; with 'pace: auto', of the finished result, by default 2500.",
    default=2000,
    example=3000,
)
ORDER: Field[Order] = Field(
    "order", OneOf(ORDERS), "In which order the outputs are computed.", default="row-major", example="column-major"
)
LOOP = Field("loop", Whole(0, 65_535), "How often it is shown; 0 is for ever.", default=0, example=1)
EVERY = Field(
    "every",
    Whole(1, 1_000_000),
    "Show only every n-th step, and the last; or as many others, where these would hide a direction of the window.",
    default=1,
    example=2,
)
MOTIONS: tuple[Motion, ...] = ("step", "smooth")
MOTION: Field[Motion] = Field(
    "motion",
    OneOf(MOTIONS),
    "How the window goes from one output to the next: in one step, or smoothly.",
    default="step",
    example="smooth",
)
PACES: tuple[Literal["auto", "even"], ...] = ("auto", "even")
PACE: Field[Literal["auto", "even"]] = Field(
    "pace",
    OneOf(PACES),
    "auto: the first steps slow, the others quick, at most 15 seconds and 150 frames, and at the end the finished "
    "result; even: every step alike. By default auto, unless 'step', 'hold' or 'every' is given, or the theme is "
    "classic.",
    example="even",
)
ANIMATION: Field[Record] = Field(
    "animation",
    Object("an animation", (STEP, HOLD, ORDER, LOOP, EVERY, MOTION, PACE)),
    "How the steps run.",
)
QUICK, FINISHED = 300, 2500
"""Milliseconds of a quick step and of the finished result, at the pace of an explanation."""


def animation_of(record: Record, theme: Theme) -> Animation:
    """The animation that a spec asks for."""
    given = record.get(ANIMATION)
    if given is None:
        return Animation() if theme.even else Animation(QUICK, FINISHED, pace="auto")
    told = theme.even or any(given.has(field) for field in (STEP, HOLD, EVERY))
    pace = given.get(PACE) or ("even" if told else "auto")
    step, hold = given.of(STEP), given.of(HOLD)
    if pace == "auto":
        step = step if given.has(STEP) else QUICK
        hold = hold if given.has(HOLD) else FINISHED
    return Animation(step, hold, given.of(ORDER), given.of(LOOP), given.of(EVERY), given.of(MOTION), pace)


# size

FLATTEST = 50
"""Pixels that any figure is high, at the least."""
UNITS = {"px": 1.0, "pt": 96 / 72, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
"""Pixels of each unit: 96 are an inch, as on a page."""
LENGTH = re.compile(rf"\s*([0-9]+(?:\.[0-9]+)?)\s*({'|'.join(UNITS)})\s*")
NARROW = Whole(120, 1_000_000, ", or a length like 8.5cm (cm, mm, in, pt, px)")


class LengthKind:
    """Whole pixels, or a length with its unit."""

    expected = NARROW.expected

    def decode(self, node: Node, report: Report) -> Maybe[int]:
        text = node.value if isinstance(node, Scalar) else None
        found = LENGTH.fullmatch(text) if isinstance(text, str) else None
        if found is None or not isinstance(node, Scalar):
            return NARROW.decode(node, report)
        pixels = floor(float(found[1]) * UNITS[found[2]] + 1e-6)
        if not NARROW.least <= pixels <= (NARROW.most or 0):
            what = f"'width' is {pixels:,} pixels with '{node.text}', and must be {NARROW.least} to {NARROW.most:,}"
            return report.add(Code.OUT_OF_RANGE, what, node, "96 pixels are an inch, 38 a centimetre")
        return pixels

    def schema(self) -> Schema:
        return {"anyOf": [NARROW.schema(), {"type": "string", "pattern": f"^{LENGTH.pattern}$"}]}


WIDTH = Field(
    "width",
    LengthKind(),
    "Width of the whole figure, also of a strip or a storyboard: pixels, or a length in cm, mm, in, pt or px.",
    example="8.5cm",
)
SCALE = Field("scale", Real(0.25, 8), "Its size compared with the natural one.", example=2)
SIZE: Field[Record] = Field("size", Object("a size", (WIDTH, SCALE)), "The figure's size: a width or a scale.")


def figure_size(record: Record, report: Report) -> Maybe[FigureSize]:
    """The size that a spec asks for; INVALID after what is wrong was reported."""
    size = record.get(SIZE)
    if size is None:
        return FigureSize()
    if size.has(WIDTH) and size.has(SCALE):
        what = "'size' takes a width or a scale, not both"
        return report.add(Code.EXCLUSIVE_KEYS, what, size.at(SCALE), "leave one of them out")
    scale, width = size.get(SCALE), size.get(WIDTH) or 0
    what = f"a figure {width:,} pixels wide has {width * FLATTEST:,} pixels or more"
    asked = Asked("pixels", width * FLATTEST, what, "a width that a screen or a page can show", whole=False)
    if report.too_large(asked, size.at(WIDTH)):
        return INVALID
    return FigureSize(size.get(WIDTH), None if scale is None else float(scale))


# words

INPUT_LABEL = Field("input", Text(), "What the input is called.", example="image")
KERNEL_LABEL = Field("kernel", Text(), "What the kernel is called.", example="filter")
OUTPUT_LABEL = Field("output", Text(), "What the output is called.", example="feature map")
OWN_LABELS = Made(
    Object("the labels", (INPUT_LABEL, KERNEL_LABEL, OUTPUT_LABEL)),
    lambda r: Labels(r.get(INPUT_LABEL), r.get(KERNEL_LABEL), r.get(OUTPUT_LABEL)),
)
LABELS: Field[bool | Labels] = Field(
    "labels",
    Either(((is_mapping, OWN_LABELS), (is_flag, Flag()))),
    "Names of the planes: true, false, or your own. By default as the theme has it.",
    example=True,
)


def _flag_or_text() -> Kind[bool | str]:
    return Either(((is_flag, Flag()), (is_scalar, Text())))


CAPTION = Field(
    "caption",
    _flag_or_text(),
    "A line below the figure: true for one that is made, or your own.",
    default=False,
    example=True,
)
TAKEAWAY = Field(
    "takeaway",
    _flag_or_text(),
    "Its point in a sentence, below the title: true for one that is made from the spec, with words explained below the "
    "figure, or your own.",
    default=False,
    example=True,
)
FORMULA = Field(
    "formula",
    _flag_or_text(),
    "The output size with its numbers: true, false, or your own.",
    default=False,
    example=True,
)
COST = Field(
    "cost",
    Flag(),
    "Parameters and multiply-adds of every layer, those of a composition beside the convolution it replaces.",
    default=False,
    example=True,
)
LANGS: tuple[Lang, ...] = ("en", "zh-TW")
LANG: Field[Lang] = Field(
    "lang", OneOf(LANGS), "The language of what is written in the figure.", default="en", example="zh-TW"
)
TITLE = Field(
    "title",
    Text(),
    "What the figure is about: its heading, but not in the classic theme; it goes into the file's description.",
    example="My layer",
)


def labels_of(record: Record, theme: Theme) -> Labels | None:
    """What is written beside the maps; None if nothing is."""
    labels = record.get(LABELS)
    if isinstance(labels, Labels):
        return labels
    return Labels() if (theme.labels if labels is None else labels) else None


# file names


class FileNameKind:
    """A file name with a suffix of a known format, in the folder of the output or below it."""

    @property
    def expected(self) -> str:
        return f"a file name that ends in {known()}"

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        name = node.value if isinstance(node, Scalar) else None
        if not isinstance(name, str) or not is_line(name):
            return report.wrong(node, self.expected)
        path = PurePosixPath(name)
        leads_out = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
        if leads_out and not report.limits.outside:
            what = f"{subject(node)} must stay in the folder of the output; '{name}' leads out of it"
            return report.add(Code.OUTPUT, what, node, "name a file; choose its folder with -o")
        if split(path.name) is None:
            way = broken(path.name) or f"use {self.expected}"
            return report.add(Code.FORMAT, f"no format is known by the name of '{name}'", node, way)
        return name

    def schema(self) -> Schema:
        suffixes = dict.fromkeys(name.rpartition(".")[2] for name in FORMATS)
        return {"type": "string", "pattern": rf"[^/]\.({'|'.join(suffixes)})$"}


OUTPUT: Field[tuple[str, ...]] = Field(
    "output",
    Either(
        (
            (is_list, ListOf(FileNameKind(), "a list of file names")),
            (is_scalar, Made(FileNameKind(), lambda name: (name,))),
        )
    ),
    "File names; their suffixes choose the formats. By default the spec's name.",
    default=(),
    example=["figure.gif", "figure.png"],
)
