"""A run over many specs, as the command line tells it: problems on stderr, what became of the files, a bar."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

import click

from conv_anim import batch, inputs, pipeline
from conv_anim.diagnostics import Code, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from conv_anim.batch import Change, Job, Origin, Outcome, Wanted
    from conv_anim.diagnostics import Form, Problem, Source
    from conv_anim.pipeline import Loaded
    from conv_anim.spec.model import Spec

Found: TypeAlias = "list[tuple[Origin, Loaded | None]]"
"""Specs with what was read of them, None where it has problems."""
FORM = "conv_anim.diagnostics"
"""Where a command's context keeps the form that its problems are told in."""
STDIN = "<stdin>"
TEXTS = ("svg", "html")
"""Formats that a terminal can show, such as they are."""
T = TypeVar("T")


def fail(problems: Iterable[Problem]) -> NoReturn:
    tell(problems)
    sys.exit(1)


def tell(problems: Iterable[Problem]) -> None:
    """Problems on stderr, in the form that the command was asked for."""
    context = click.get_current_context(silent=True)
    form: Form = "human" if context is None else context.meta.get(FORM, "human")
    color = form == "human" and colorful()
    for problem in problems:
        click.echo(problem.told(form, color=color), err=True, color=color)


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
    return inputs.decoded(sys.stdin.buffer, STDIN)


def read_one(path: Path, changes: tuple[str, ...]) -> Spec:
    """A spec, drawable or not; its problems are told, and end the run."""
    try:
        source = standard_input() if str(path) == "-" else path
        return pipeline.loaded(source, changes=changes).spec
    except SpecError as error:
        fail(error.problems)


def read_all(paths: Sequence[Path], wanted: Wanted) -> Found:
    """Every spec, or None where it has problems, which are told."""
    try:
        listed = [origin for path in dict.fromkeys(paths) for origin in _origins(path)]
    except SpecError as error:
        fail(error.problems)
    return [(origin, _read(origin, wanted)) for origin in listed]


def _origins(path: Path) -> list[Origin]:
    """A file, all specs of a folder, or what is piped in."""
    return [batch.Origin(standard_input())] if str(path) == "-" else batch.origins([path])


def _read(origin: Origin, wanted: Wanted) -> Loaded | None:
    try:
        return pipeline.drawable(pipeline.loaded(origin.source, changes=wanted.changes))
    except SpecError as error:
        tell(error.problems)
        return None


@dataclass(frozen=True, slots=True)
class Task:
    """A file to make, and the spec that it is made of."""

    job: Job
    origin: Origin
    loaded: Loaded


def draw_all(found: Found, wanted: Wanted, processes: int, *, verbose: bool) -> bool:
    """Draw what can be drawn; whether something went wrong, or would change in a check."""
    if str(wanted.folder) == "-":
        return _pipe(found, wanted)
    bad = {origin.name for origin, loaded in found if loaded is None}
    tasks = list(_tasks(found, wanted, bad))
    changes: Counter[Change] = Counter()
    for task, outcome in with_progress(_outcomes(tasks, processes), len(tasks)):
        if outcome.problems:
            bad.add(task.origin.name)
            tell(_placed(outcome, task))
        for path, change in outcome.files:
            changes[change] += 1
            if (verbose or wanted.check) and change != "same":
                click.echo(f"{change}: {path}")
        if outcome.advice:
            click.echo(outcome.advice)
    if verbose or sys.stderr.isatty():
        click.echo(str(batch.Summary(changes, len(bad))), err=True)
    stale = wanted.check and changes["new"] + changes["changed"] > 0
    return bool(bad) or stale


def _pipe(found: Found, wanted: Wanted) -> bool:
    """The one picture on standard output; whether there is none. Raises click.UsageError for several."""
    if any(loaded is None for _, loaded in found):
        return True
    tasks = list(_tasks(found, wanted, set())) if len(found) == 1 else []
    if len(tasks) != 1 or tasks[0].job.format == "frames":
        raise click.UsageError("-o - is for one picture: give one spec, and one format with -f")
    if wanted.check:
        raise click.UsageError("-o - writes no file that --check could compare")
    format_ = tasks[0].job.format
    if sys.stdout.isatty() and not format_.endswith(TEXTS):
        raise click.UsageError(f"-o - would write a {format_} to the terminal; name a file, or add > FILE")
    outcome, pictures = batch.drawn(tasks[0].job)
    tell(_placed(outcome, tasks[0]))
    for _, data in pictures:
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
    return bool(outcome.problems)


def _tasks(found: Found, wanted: Wanted, bad: set[str]) -> Iterator[Task]:
    """The files of all good specs; a second one of the same name is told, and its spec is bad."""
    taken: dict[Path, Origin] = {}
    for origin, loaded in found:
        for job in [] if loaded is None else batch.jobs(origin, loaded, wanted):
            problem = batch.conflict(origin, job, taken)
            if problem is not None:
                tell([problem])
                bad.add(origin.name)
            elif loaded is not None:
                yield Task(job, origin, loaded)


def _outcomes(tasks: Sequence[Task], processes: int) -> Iterator[tuple[Task, Outcome]]:
    owners = {id(task.job): task for task in tasks}
    for job, outcome in batch.all_done([task.job for task in tasks], processes):
        yield owners[id(job)], outcome


def _placed(outcome: Outcome, task: Task) -> Iterator[Problem]:
    """The problems of drawing, with the spec they belong to."""
    for problem in pipeline.located(SpecError(outcome.problems), task.loaded.root).problems:
        yield problem if problem.span is not None else replace(problem, path="", file=task.origin.name)


def with_progress(outcomes: Iterator[T], count: int) -> Iterator[T]:
    """A bar on a terminal when there is something to wait for."""
    if count < 3 or not sys.stderr.isatty():
        yield from outcomes
        return
    with click.progressbar(outcomes, length=count, label="drawing", file=sys.stderr) as bar:
        yield from bar
