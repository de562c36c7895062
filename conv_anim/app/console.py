"""What commands that read specs have in common: the specs, one after the other; problems on stderr; a bar."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

import click

from conv_anim import claims, fatal_errors, inputs, pipeline
from conv_anim.app import plan
from conv_anim.diagnostics import Code, Source, SpecError
from conv_anim.limits import Limits
from conv_anim.spec import document
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from conv_anim.app.build import Job
    from conv_anim.app.plan import Origin, Wanted
    from conv_anim.diagnostics import Form, Problem
    from conv_anim.pipeline import Loaded
    from conv_anim.spec.model import Spec

Found: TypeAlias = "tuple[Origin, tuple[Problem, ...]]"
"""A spec that is not read yet, or what is in the way."""
Read: TypeAlias = "tuple[Origin, Loaded | tuple[Problem, ...]]"
"""A spec with what was read of it, or its problems."""
Plan: TypeAlias = "tuple[Origin, tuple[Job, ...], tuple[Path, ...]]"
"""A spec with what is to be drawn of it, and the data files that it names."""
FORM = "conv_anim.diagnostics"
"""The key of a command's context for the form in which problems are reported."""
LIMITS = "conv_anim.limits"
"""The key for the limits given on the command line, by name."""
ARGUMENTS = "conv_anim.arguments"
"""The key for the command's arguments."""
STDIN = "<stdin>"
CLEAR = "\r\x1b[K"
"""Empties the line of a terminal."""
KEPT = 4_000_000
"""Characters of specs that are kept from their plans until they are drawn; others are read again."""
T = TypeVar("T")


def fail(problems: Iterable[Problem]) -> NoReturn:
    """Report the problems and exit with status 1."""
    tell(problems)
    sys.exit(1)


def tell(problems: Iterable[Problem]) -> None:
    """Report problems on stderr in the command's form, replacing a progress bar if there is one."""
    said = form()
    color = said == "human" and colorful()
    over = CLEAR if color and sys.stderr.isatty() else ""
    for problem in problems:
        click.echo(f"{over}{problem.told(said, color=color)}", err=True, color=color)


def say_how() -> None:
    """After a check: the command that makes the changes, for people."""
    context = click.get_current_context(silent=True)
    if context is not None and form() == "human":
        args = [arg for arg in context.meta.get(ARGUMENTS, ()) if arg != "--check"]
        click.echo(f"to make these changes: {shlex.join(['conv-anim', str(context.info_name), *args])}", err=True)


def form() -> Form:
    """The form in which the command reports problems."""
    context = click.get_current_context(silent=True)
    return "human" if context is None else context.meta.get(FORM, "human")


def limits() -> Limits:
    """The limits given on the command line, or the defaults."""
    context = click.get_current_context(silent=True)
    return Limits(**({} if context is None else context.meta.get(LIMITS, {})))


def colorful() -> bool:
    """Whether stderr gets colours: on a terminal, unless NO_COLOR is set, and anywhere if FORCE_COLOR is."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


def standard_input() -> Source:
    """The text that is piped in. Raises SpecError."""
    if sys.stdin is None:
        raise inputs.problem(Code.UNREADABLE, "standard input is closed", STDIN, "pipe a spec into it, or name a file")
    if sys.stdin.isatty():
        click.echo("reading a spec from the terminal; Ctrl-D ends it", err=True)
    return inputs.decoded(sys.stdin.buffer, STDIN, limits())


def read_one(path: Path, changes: tuple[str, ...]) -> Spec:
    """A spec, drawable or not; reports its problems and exits if there are any."""
    fatal_errors.check_room()
    try:
        piped = str(path) == "-"
        claims.check_stdout([claims.STANDARD_INPUT if piped else path])
        source = standard_input() if piped else path
        made = pipeline.loaded(source, changes=changes, limits=limits(), pipes=True).spec
        claims.check_stdout(made.files)
    except SpecError as error:
        fail(error.problems)
    return made


@dataclass(frozen=True, slots=True)
class Reading:
    """Specs, read one at a time on demand: each as it is drawn, or its problems."""

    found: tuple[Found, ...]
    wanted: Wanted
    kept: dict[str, Source] = field(default_factory=dict)
    """Texts of specs that were read for their plans, by name."""

    def __len__(self) -> int:
        return len(self.found)

    def plans(self) -> Iterator[Plan]:
        """What each spec would write and read, as far as it can be read itself; at most its text is kept."""
        left = KEPT
        for origin, problems in self.found:
            if not problems:
                yield _plan(origin, self.wanted, self.kept if left > 0 else {})
                left -= len(self.kept[origin.name].text) if origin.name in self.kept else 0

    def __iter__(self) -> Iterator[Read]:
        return ((origin, problems or _read(origin, self.wanted, self.kept)) for origin, problems in self.found)


def read_all(paths: Sequence[Path], wanted: Wanted) -> Reading:
    """The specs at some paths."""
    return Reading(tuple(found for path in dict.fromkeys(paths) for found in _found(path)), wanted)


def _found(path: Path) -> list[Found]:
    """A file, all specs of a folder, or what is piped in; a path without a spec with the problems of that."""
    try:
        origins = [plan.Origin(standard_input())] if str(path) == "-" else plan.origins([path])
    except SpecError as error:
        return [(plan.Origin(path), error.problems)]
    return [(origin, ()) for origin in origins]


def _read(origin: Origin, wanted: Wanted, kept: dict[str, Source]) -> Loaded | tuple[Problem, ...]:
    try:
        plan.check_place(origin, wanted.limits)
        files = inputs.Folder(origin.folder, wanted.limits, within=origin.root)
        source, pipes = kept.pop(origin.name, origin.source), origin.named is None
        loaded = pipeline.loaded(source, changes=wanted.changes, files=files, limits=wanted.limits, pipes=pipes)
        return pipeline.drawable(loaded, wanted.limits)
    except SpecError as error:
        return error.problems
    except Exception as error:  # noqa: BLE001  # one bug does not keep other specs from being read
        return (fatal_errors.unforeseen(error, origin.name),)


def _plan(origin: Origin, wanted: Wanted, kept: dict[str, Source]) -> Plan:
    noting = inputs.Noting(origin.folder, wanted.limits, within=origin.root)
    try:
        plan.check_place(origin, wanted.limits)
        source = origin.source if isinstance(origin.source, Source) else inputs.source(origin.source, wanted.limits)
        kept[origin.name] = source
        root = document.parsed(source, limits=wanted.limits)
        loaded = pipeline.changed(root, wanted.changes, noting, limits=wanted.limits)
        made = plan.jobs(origin, loaded, replace(wanted, noted=False))
    except Exception:  # noqa: BLE001  # reported when the spec is read to be drawn
        made = []
    return origin, tuple(made), tuple(noting.read)


@contextmanager
def progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal when there is something to wait for; what comes with it moves it on by one."""
    if count < 3 or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=count, label="drawing", file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def with_progress(outcomes: Iterator[T], count: int) -> Iterator[T]:
    """The same outcomes, with a progress bar."""
    with progress(count) as advance:
        for outcome in outcomes:
            yield outcome
            advance()
