"""The options of a block in a Markdown page: ``KEY=VALUE`` after the path, checked by a table like a spec's keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from conv_anim.diagnostics import Code, Span, SpecError
from conv_anim.spec.appearance import LANGS
from conv_anim.spec.document import scalar
from conv_anim.spec.formats import FORMATS, IMAGES, split
from conv_anim.spec.kinds import Flag, OneOf, Report, SkippedError, Text, Whole
from conv_anim.spec.nodes import Entries, Scalar
from conv_anim.spec.records import Field, Object, Record, switch
from conv_anim.spec.themes import THEMES
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conv_anim.diagnostics import Source
    from conv_anim.spec.model import Lang

Listing = Literal["none", "details", "code"]
LISTINGS: tuple[Listing, ...] = ("none", "details", "code")
WORD = re.compile(r"""(?:(?P<key>[A-Za-z_-]+)=)?(?P<value>"[^"]*"|'[^']*'|\S+)""")

OUTPUT: Field[str] = Field("output", Text("a folder or a file name"), "Where the picture goes, relative to the page.")
FORMAT: Field[str] = Field(
    "format", OneOf(IMAGES, FORMATS.hint), "The format of the picture, where no file name says it."
)
THEME: Field[str] = Field(
    "theme", OneOf(THEMES, THEMES.hint), "Another theme than the spec's; the picture is called after it."
)
STEP = Field("step", Whole(0), "One step as a still, counted from 0; the picture is called after it.")
WIDTH = Field("width", Whole(16, 8000), "How wide the page shows it, in pixels; by default as it is.")
ALT: Field[str] = Field("alt", Text(), "Alternative text; by default what the figure says of itself.")
LANG: Field[Lang] = Field("lang", OneOf(LANGS), "The language of the page, for what it says; by default the spec's.")
STILL = Field("still", Flag(), "A still of the last step for readers who asked for less motion.", default=True)
DARK = switch("dark", "A picture in the dark theme as well, for readers whose pages are dark.")
PRINT: Field[bool] = Field(
    "print", Flag(), "A still of the last step on paper, whatever the browser; or not.", example=True
)
SPEC: Field[Listing] = Field("spec", OneOf(LISTINGS), "The spec below the figure: to unfold, or open.", default="none")
BLOCK = Object("a block", (OUTPUT, FORMAT, THEME, STEP, WIDTH, ALT, LANG, STILL, DARK, PRINT, SPEC))
FENCE = Object("a figure", (FORMAT, THEME, STEP, WIDTH, ALT, LANG, STILL, DARK, PRINT))
"""What can be said of a figure that is no file of its own."""


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a marker: a value, with or without a key."""

    key: Scalar | None
    value: Scalar


@dataclass(frozen=True, slots=True)
class Options:
    """What a block says about its figure; None is for what it does not say."""

    output: str | None
    format: str | None
    theme: str | None
    step: int | None
    width: int | None
    alt: str | None
    lang: Lang | None
    still: bool
    dark: bool
    print: bool | None
    spec: Listing

    @property
    def file(self) -> tuple[str, str] | None:
        """The file that ``output`` names, without its suffix, and the format; None if it names a folder, or nothing."""
        return None if self.output is None else split(self.output)


def words(source: Source, start: int, end: int) -> Iterator[Word]:
    """The words of a part of a text."""
    for found in WORD.finditer(source.text, start, end):
        key, value = found["key"], found["value"]
        quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        said = value[1:-1] if quoted else value
        where = Span.at(source, found.start("value"), len(value))
        node = Scalar(said if quoted else scalar(said), said, key or "", where)
        yield Word(None if key is None else Scalar(key, key, key, Span.at(source, found.start(), len(key))), node)


def named(pairs: Mapping[str, str]) -> Options:
    """What options of a figure say that are read already. Raises SpecError."""
    return options((Word(Scalar(key, key, key), Scalar(scalar(text), text, key)) for key, text in pairs.items()), FENCE)


def options(found: Iterable[Word], table: Object = BLOCK, *, whole: Span | None = None) -> Options:
    """What words say. Raises SpecError with all that is wrong with them; ``whole`` is where they stand."""
    report = Report()
    entries: dict[str, tuple[Scalar, Scalar]] = {}
    for word in found:
        if word.key is None:
            what = f"'{word.value.text}' is not an option: options are KEY=VALUE"
            report.add(Code.SYNTAX, what, word.value, 'quote a value with spaces, as in alt="two words"')
        elif word.key.text in entries:
            report.add(Code.DUPLICATE_KEY, f"'{word.key.text}' is said twice", word.key, "leave one of them out")
        else:
            entries[word.key.text] = (word.key, word.value)
    record = table.decode(Entries(tuple(entries.values()), "", whole), report)
    made = _made(record, report) if isinstance(record, Record) else None
    if made is None or report.problems:
        raise SpecError(report.problems)
    return made


def _made(record: Record, report: Report) -> Options | None:
    try:
        _agree(record, report)
        return Options(
            output=record.get(OUTPUT),
            format=record.get(FORMAT),
            theme=record.get(THEME),
            step=record.get(STEP),
            width=record.get(WIDTH),
            alt=record.get(ALT),
            lang=record.get(LANG),
            still=record.of(STILL),
            dark=record.of(DARK),
            print=record.get(PRINT),
            spec=record.of(SPEC),
        )
    except SkippedError:
        return None


def _agree(record: Record, report: Report) -> None:
    """A file name has a format of its own, which a page can show."""
    named, wished = split(record.get(OUTPUT) or ""), record.get(FORMAT)
    if named is None:
        return
    if named[1] not in IMAGES:
        what = f"a page cannot show a {named[1]} as an image"
        report.add(Code.FORMAT, what, record.at(OUTPUT), f"use {', '.join(IMAGES)}")
    elif wished is not None and wished != named[1]:
        what = f"'output' names a {named[1]}, and 'format' says {wished}"
        report.add(Code.EXCLUSIVE_KEYS, what, record.at(FORMAT), "leave 'format' out, or name a folder")
