"""How large things may become: asked before anything is made, so that no spec can hang a machine or eat its memory.

Each limit has an option of its name in the command line, ``--max-steps`` for ``steps``; from Python, ``Limits`` are
handed to `conv_anim.load`, `conv_anim.trace` and `conv_anim.render`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.values import dataclass, field, fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.diagnostics import Span

Name: TypeAlias = Literal["file_size", "depth", "values", "cells", "work", "steps", "pixels", "memory"]

MOST_LAYERS = 1000
LONGEST_TEXT = 2000
"""Characters of a title, a caption, a label or a formula."""


def _limit(default: int, unit: str, doc: str) -> Any:
    return field(default=default, metadata={"unit": unit, "doc": doc})


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest numbers that are allowed, each at least 1."""

    file_size: int = _limit(4_000_000, "bytes", "of a spec's text.")
    depth: int = _limit(40, "levels", "of nesting in a spec.")
    values: int = _limit(100_000, "values", "of a spec, keys too; an alias counts as often as it is used.")
    cells: int = _limit(16_000_000, "cells", "of any one array: input, padded input, weights, output.")
    work: int = _limit(
        20_000_000_000, "operations", "for one file: multiply-adds of the layers, or pixels of all frames."
    )
    steps: int = _limit(10_000, "steps", "of a figure, and frames between them, up to the last one that is drawn.")
    pixels: int = _limit(40_000_000, "pixels", "of one frame, or of one page of panels.")
    memory: int = _limit(1 << 30, "bytes", "that the arrays, the drawing and the file will take, as estimated.")
    outside: bool = False
    """Whether a spec may name files outside the folders that the command line names."""


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Limit:
    """One of the limits: its name as an option has it, and what it is about."""

    name: Name
    default: int
    unit: str
    doc: str

    @property
    def option(self) -> str:
        """The option that sets it, like ``--max-cells``."""
        return option(self.name)


def option(name: Name) -> str:
    """The option for a limit."""
    return f"--max-{name.replace('_', '-')}"


TABLE: tuple[Limit, ...] = tuple(
    Limit(f.name, f.default, f.metadata["unit"], f.metadata["doc"])  # type: ignore[arg-type]  # the fields are the names
    for f in fields(Limits)
    if f.metadata
)
"""All limits that are numbers, for options and documentation."""


@dataclass(frozen=True, slots=True)
class Location:
    """What a limit is exceeded by: keys of a spec, a place in its text, or a whole file."""

    path: str = ""
    span: Span | None = None
    file: str = ""


NOWHERE = Location()


def fixed(what: str, way: str, at: Location = NOWHERE) -> Problem:
    """The problem of what no option allows."""
    return Problem(Code.TOO_LARGE, what, at.path, at.span, f"{way}; no option raises this", at.file)


@dataclass(frozen=True, slots=True)
class Asked:
    """How large something is: its limit, how much, and a sentence that says so.

    ``way`` is a way to need less. What is not ``whole`` was counted only up to the limit.
    """

    name: Name
    number: int
    what: str
    way: str
    whole: bool = True

    def problem(self, limits: Limits, at: Location = NOWHERE) -> Problem | None:
        """None if it is not larger than its limit."""
        most: int = getattr(limits, self.name)
        if self.number <= most:
            return None
        allowing = f"{option(self.name)} {self.number} allows it" if self.whole else f"{option(self.name)} allows more"
        what = f"{self.what}, more than {most:,}"
        return Problem(Code.TOO_LARGE, what, at.path, at.span, f"{self.way}; {allowing}", at.file)

    def check(self, limits: Limits, at: Location = NOWHERE) -> None:
        """Raise SpecError if it is larger than its limit."""
        check_all([(self, at)], limits)


def exceeded(found: Iterable[tuple[Asked, Location]], limits: Limits) -> list[Problem]:
    """A problem for each limit that something is larger than: with the largest of all, so that its hint is enough."""
    most: dict[Name, tuple[Asked, Location]] = {}
    for asked, at in found:
        if asked.name not in most or asked.number > most[asked.name][0].number:
            most[asked.name] = (asked, at)
    problems = (asked.problem(limits, at) for asked, at in most.values())
    return [problem for problem in problems if problem is not None]


def check_all(found: Iterable[tuple[Asked, Location]], limits: Limits) -> None:
    """Raise SpecError with all limits that something is larger than."""
    problems = exceeded(found, limits)
    if problems:
        raise SpecError(problems)
