"""A problem as data: what is wrong, where, and the way out. All of it becomes text in one place, here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDEST = 100
"""Columns of a source line that a diagnostic shows; of a longer line, those around the problem."""


class Code(StrEnum):
    """The kinds of problems; the value stands in brackets behind a message."""

    # the file
    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    SYNTAX = "syntax"
    NOT_YAML_DATA = "not-plain-data"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    OVERRIDE = "override"
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
    VIEW = "view"
    DATA_FILE = "data-file"
    FORMAT = "format"
    OUTPUT = "output"
    STEP = "step"
    GLYPH = "glyph"


@dataclass(frozen=True, slots=True)
class Source:
    """A text that a spec came from, and what it is called."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """The line, counted from 1, without its end; empty beyond the last."""
        lines = self.text.splitlines()
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


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``path`` is its place as keys ("layer.stride"), ``span`` as line and column."""

    code: Code
    message: str
    path: str = ""
    span: Span | None = None
    hint: str | None = None

    @property
    def place(self) -> str:
        """``file:line:column``, or the keys where there is no file."""
        if self.span is None:
            return self.path
        return f"{self.span.source.name}:{self.span.line}:{self.span.column}"

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        lines = [f"{where}error: {self.message} [{self.code}]"]
        if self.span is not None:
            lines += _excerpt(self.span)
        if self.hint is not None:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def _excerpt(span: Span) -> list[str]:
    """The line with a caret under what is meant; tabs and control characters as one space each."""
    line = "".join(character if character.isprintable() else " " for character in span.source.line(span.line))
    if not line.strip():
        return []
    start = span.column - 1
    first = max(0, start - WIDEST // 2) if len(line) > WIDEST else 0
    shown = line[first : first + WIDEST].rstrip()
    carets = "^" * max(1, min(span.width, len(shown) - (start - first)))
    gutter = f"{span.line} | "
    return [f"  {gutter}{shown}", f"  {' ' * (len(gutter) - 2)}| {' ' * (start - first)}{carets}"]


class SpecError(Exception):
    """A spec, or what was asked of it, is at fault; ``problems`` holds every diagnostic, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=_position))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Problem, ...]]]:
        """As it goes from a worker process to its parent."""
        return type(self), (self.problems,)


def _position(problem: Problem) -> tuple[int, int]:
    return (0, 0) if problem.span is None else (problem.span.line, problem.span.column)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if there is one."""
    from difflib import get_close_matches

    lowered = {other.lower(): other for other in known}
    found = get_close_matches(name.lower().replace("-", "_"), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def listed(names: Sequence[str], *, last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A hint: the nearest name if there is one, and all that are known."""
    found = nearest(name, known)
    known_ones = f"known here: {', '.join(known)}"
    return known_ones if found is None else f"did you mean '{found}'? {known_ones}"
