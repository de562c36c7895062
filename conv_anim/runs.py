"""A run over many specs, as the command line tells it: problems on stderr, what became of the files, a bar."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn, TypeAlias

import click

from conv_anim import batch, inputs, pipeline
from conv_anim.diagnostics import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from conv_anim.batch import Change, Job, Origin, Outcome, Wanted
    from conv_anim.diagnostics import Problem, Source
    from conv_anim.pipeline import Loaded
    from conv_anim.spec.model import Spec

Found: TypeAlias = "list[tuple[Origin, Loaded | None]]"
"""Specs with what was read of them, None where it has problems."""


def fail(problems: Iterable[Problem]) -> NoReturn:
    tell(problems)
    sys.exit(1)


def tell(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(f"{problem}", err=True)


def standard_input() -> Source:
    """The text that is piped in. Raises SpecError."""
    return inputs.decoded(sys.stdin.buffer, "<stdin>")


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
        listed = [batch.Origin(standard_input())] if [str(path) for path in paths] == ["-"] else batch.origins(paths)
    except SpecError as error:
        fail(error.problems)
    return [(origin, _read(origin, wanted)) for origin in listed]


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
    bad = {origin.name for origin, loaded in found if loaded is None}
    tasks = list(_tasks(found, wanted, bad))
    changes: Counter[Change] = Counter()
    for task, outcome in _with_progress(_outcomes(tasks, processes), len(tasks)):
        if outcome.problems:
            bad.add(task.origin.name)
            tell(_placed(outcome, task))
        for path, change in outcome.files:
            changes[change] += 1
            if (verbose or wanted.check) and change != "same":
                click.echo(f"{change}: {path}")
    if verbose or sys.stderr.isatty():
        click.echo(str(batch.Summary(changes, len(bad))), err=True)
    stale = wanted.check and changes["new"] + changes["changed"] > 0
    return bool(bad) or stale


def _tasks(found: Found, wanted: Wanted, bad: set[str]) -> Iterator[Task]:
    """The files of all good specs; a second one of the same name is told, and its spec is bad."""
    taken: dict[tuple[Path, str], Origin] = {}
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
        yield problem if problem.span is not None else replace(problem, path=task.origin.name)


def _with_progress(outcomes: Iterator[tuple[Task, Outcome]], count: int) -> Iterator[tuple[Task, Outcome]]:
    """A bar on a terminal when there is something to wait for."""
    if count < 3 or not sys.stderr.isatty():
        yield from outcomes
        return
    with click.progressbar(outcomes, length=count, label="drawing", file=sys.stderr) as bar:
        yield from bar
