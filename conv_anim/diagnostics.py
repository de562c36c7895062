"""A problem as data: what is wrong, where, and the way out. All of it becomes text in one place, here.

As text for people (`Problem.human`), as a line for the problem matchers of editors (`Problem.short`), and as JSON
(`Problem.json`).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDEST = 100
"""Columns of a source line that a diagnostic shows; of a longer line, those around the problem."""
MOST_PROBLEMS = 50
"""The number of a spec's problems that are reported."""
Form: TypeAlias = Literal["human", "short", "json"]
BOLD, RED, BLUE, GREEN = "1", "1;31", "1;34", "1;32"
"""Looks on a terminal, as parameters of ANSI's "select graphic rendition"."""


class Code(StrEnum):
    """The kinds of problems; the value is printed in brackets after a message."""

    # the file
    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    SYNTAX = "syntax"
    NOT_YAML_DATA = "not-plain-data"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    OVERRIDE = "override"
    MORE = "more"
    # its form
    DUPLICATE_KEY = "duplicate-key"
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    EXCLUSIVE_KEYS = "exclusive-keys"
    WRONG_TYPE = "wrong-type"
    OUT_OF_RANGE = "out-of-range"
    UNKNOWN_NAME = "unknown-name"
    RAGGED = "ragged"
    # its meaning
    AXES = "axes"
    SHAPE = "shape"
    DOES_NOT_FIT = "does-not-fit"
    GROUPS = "groups"
    PADDING = "padding"
    OUTPUT_PADDING = "output-padding"
    NAME = "name"
    CYCLE = "cycle"
    ORDER = "order"
    INPUTS = "inputs"
    UNUSED = "unused"
    VIEW = "view"
    DATA_FILE = "data-file"
    FORMAT = "format"
    OUTPUT = "output"
    STEP = "step"
    GLYPH = "glyph"
    # of what is no spec
    UNSUPPORTED = "unsupported"
    # of no spec's making
    KILLED = "killed"
    SHORTAGE = "shortage"
    INTERNAL = "internal"


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    """Split once for all problems of a text."""
    return text.splitlines()


@dataclass(frozen=True, slots=True)
class Source:
    """A text that a spec came from, and what it is called."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """The line, counted from 1, without its end; empty beyond the last."""
        lines = _lines(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source: line and column from 1, and how many characters of the line it takes."""

    TO_END: ClassVar[int] = 1 << 30
    """The width of what goes on in the next line."""

    source: Source
    line: int
    column: int
    width: int = 1

    @classmethod
    def at(cls, source: Source, position: int, width: int = 1) -> Span:
        """The span of ``width`` characters from a position in the text, counted from 0."""
        lines = f"{source.text[:position]}.".splitlines()
        return cls(source, len(lines), len(lines[-1]), width)

    @property
    def end(self) -> int:
        """The column behind the last one that is meant."""
        return max(self.column + 1, min(self.column + self.width, len(self.source.line(self.line)) + 1))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    ``path`` is its place as keys ("layer.stride"), ``span`` as line and column; ``file`` is what a problem without a
    span is about.
    """

    code: Code
    message: str
    path: str = ""
    span: Span | None = None
    hint: str | None = None
    file: str = ""

    @property
    def place(self) -> str:
        """``file:line:column``, or the file alone, or the keys where there is no file."""
        if self.span is None:
            return self.file or self.path
        return f"{self.span.source.name}:{self.span.line}:{self.span.column}"

    def __str__(self) -> str:
        return self.human()

    def told(self, form: Form, *, color: bool = False) -> str:
        """The problem in one of the forms; color is for people only."""
        match form:
            case "human":
                return self.human(color=color)
            case "short":
                return self.short()
            case "json":
                return self.json()

    def human(self, *, color: bool = False) -> str:
        """Several lines: the message, the line that it is about with a caret under the place, and the way out."""
        where = f"{_inked(visible(self.place), BOLD, color)}: " if self.place else ""
        lines = [f"{where}{_inked('error:', RED, color)} {_inked(visible(self.message), BOLD, color)} [{self.code}]"]
        if self.span is not None:
            lines += _excerpt(self.span, color=color)
        if self.hint is not None:
            told = "\n".join(map(visible, self.hint.split("\n")))
            lines.append(f"  {_inked('hint:', GREEN, color)} {told}")
        return "\n".join(lines)

    def short(self) -> str:
        """One line, ``file:line:column: error: message [code]``; what is about a whole file stands at its beginning."""
        place = self.place if self.span is not None or not self.file else f"{self.file}:1:1"
        return f"{visible(place) or 'conv-anim'}: error: {visible(self.message)} [{self.code}]"

    def json(self) -> str:
        """An object on one line; ``line``, ``column`` and ``end``, which is behind the last column, count from 1."""
        span = self.span
        place: dict[str, str | int | None] = {"file": self.file or None, "line": None, "column": None, "end": None}
        if span is not None:
            place = {"file": span.source.name, "line": span.line, "column": span.column, "end": span.end}
        said = {"code": self.code, "message": self.message, "hint": self.hint, "path": self.path or None}
        from json import dumps

        return _harmless(dumps({**said, **place}, ensure_ascii=False))


def _harmless(json: str) -> str:
    """The same, with what a terminal may obey as escapes; it can only stand in texts."""
    from json import dumps

    return json if json.isprintable() else "".join(c if c.isprintable() else dumps(c)[1:-1] for c in json)


def _inked(text: str, look: str, color: bool) -> str:  # noqa: FBT001  # one of three words of a text
    return f"\x1b[{look}m{text}\x1b[0m" if color else text


def _excerpt(span: Span, *, color: bool) -> list[str]:
    """The line with a caret under what is meant; tabs and control characters as one space each."""
    line = "".join(character if character.isprintable() else " " for character in span.source.line(span.line))
    if not line.strip():
        return []
    start = span.column - 1
    first = max(0, start - WIDEST // 2) if len(line) > WIDEST else 0
    shown = line[first : first + WIDEST].rstrip()
    before = _columns(shown[: start - first]) + max(0, start - first - len(shown))
    under = shown[start - first : start - first + span.width]
    number, bar = f"{span.line}", _inked("|", BLUE, color)
    return [
        f"  {_inked(number, BLUE, color)} {bar} {shown}",
        f"  {' ' * len(number)} {bar} {' ' * before}{_inked('^' * max(1, _columns(under)), RED, color)}",
    ]


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: Han and emoji take two, accents that combine none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


class SpecError(Exception):
    """A spec, or what was asked of it, is at fault; ``problems`` holds every diagnostic, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(problems, key=_position)
        self.problems: tuple[Problem, ...] = tuple(found[:MOST_PROBLEMS])
        if len(found) > MOST_PROBLEMS:
            self.problems += (_and_more(found[MOST_PROBLEMS]),)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Problem, ...]]]:
        """As it goes from a worker process to its parent."""
        return type(self), (self.problems,)


def _and_more(problem: Problem) -> Problem:
    """A problem that stands for all further ones."""
    what = f"there are more problems than these {MOST_PROBLEMS}"
    return Problem(Code.MORE, what, problem.path, problem.span, "fix some of them to see the rest", problem.file)


def _position(problem: Problem) -> tuple[int, int]:
    return (0, 0) if problem.span is None else (problem.span.line, problem.span.column)


SPACES: Final = frozenset("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")
MARKS: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\u061c\u2066\u2067\u2068\u2069")
"""Characters without ink that scripts need: joiners, marks of direction, and isolates."""
ISOLATES: Final = {"\u2066": 1, "\u2067": 1, "\u2068": 1, "\u2069": -1}
"""What opens and closes a part with a direction of its own."""


def is_line(text: str) -> bool:
    """Whether it is a line of text that shows what it says.

    Characters without ink that a script needs are part of it, as the non-joiner of Persian. Those that make other text
    look like what it is not, as overrides of direction and isolates that are left open, are not.
    """
    if text.isprintable():
        return True
    depth = 0
    for character in text:
        depth += ISOLATES.get(character, 0)
        if depth < 0 or not (character.isprintable() or character in SPACES or character in MARKS):
            return False
    return depth == 0


def visible(text: str) -> str:
    """A text on one line: what cannot be seen is written as an escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that was probably meant, if there is one as alike as the cutoff says (1 is the same)."""
    from difflib import get_close_matches

    lowered = {other.lower(): other for other in known}
    found = get_close_matches(name.lower().replace("-", "_"), list(lowered), n=1, cutoff=cutoff)
    return lowered[found[0]] if found else None


def listed(names: Sequence[str], *, last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
