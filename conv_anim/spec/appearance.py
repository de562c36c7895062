"""How a figure runs and what is written in it, in a spec: animation, labels, caption, formula, title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.spec.kinds import Either, Flag, Made, OneOf, Text, Whole
from conv_anim.spec.model import Animation, Labels
from conv_anim.spec.nodes import is_flag, is_mapping, is_scalar
from conv_anim.spec.records import Field, Object, switch

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Kind
    from conv_anim.spec.model import Lang
    from conv_anim.spec.records import Record
    from conv_anim.spec.themes import Theme

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
LOOP = Field("loop", Whole(0, 65_535), "How often it is shown; 0 means forever.", default=0, example=1)
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
COST = switch(
    "cost", "Parameters and multiply-adds of every layer, those of a composition beside the convolution it replaces."
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
