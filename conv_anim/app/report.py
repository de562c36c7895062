"""Draws specs for the command line: the good ones; problems of the others are reported, with a summary at the end."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from conv_anim import claims, opening
from conv_anim.app import build, plan, stale_frames
from conv_anim.app.console import CLEAR, Reading, colorful, fail, form, progress, say_how, tell
from conv_anim.claims import Claims
from conv_anim.diagnostics import Code, Problem, SpecError, visible
from conv_anim.pipeline import Loaded
from conv_anim.spec import formats, source_map
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conv_anim.app.build import Change, Job, Outcome
    from conv_anim.app.console import Read
    from conv_anim.app.plan import Origin, Wanted
    from conv_anim.spec.nodes import Node

Specs: TypeAlias = "Reading | list[Read]"
STDOUT = Path("-")
LISTED = 20
"""Specs with problems that are named at the end."""


def draw_all(specs: Specs, wanted: Wanted, processes: int, *, verbose: bool) -> bool:
    """Draw what can be drawn; whether something went wrong, or would change in a check."""
    if is_stream(wanted.folder):
        return _pipe(specs, wanted)
    with progress(0 if verbose else len(specs)) as advance:
        run = Run(wanted, verbose, advance)
        run.draw(specs, processes)
    run.sum_up(len(specs))
    return bool(run.bad) or run.stale


def is_stream(folder: Path | None) -> bool:
    """Whether one picture is asked for on standard output, in a pipe or in a device that the user names."""
    return folder is not None and (str(folder) == "-" or opening.stream(folder) is not None)


@dataclass(frozen=True, slots=True)
class Task:
    """A file that is being made, and the spec that it is made of."""

    origin: Origin
    root: Node
    left: list[Job]
    """The files of the same spec that are not made yet."""


@dataclass
class Run:
    """What became of specs so far."""

    wanted: Wanted
    verbose: bool
    advance: Callable[[], None]
    """Moves the bar on by a spec."""
    changes: Counter[Change] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    """How many problems each spec has, by name."""
    claims: Claims = field(default_factory=Claims)
    refused: set[tuple[str, Path]] = field(default_factory=set)
    """Files that are not made, by spec and name, and already reported."""
    noted: set[str] = field(default_factory=set)
    """Specs whose omitted steps have been reported."""
    underway: dict[int, Task] = field(default_factory=dict)
    """By the identities of their jobs."""

    @property
    def stale(self) -> bool:
        """Whether a check found something new or changed."""
        return self.wanted.check and any(number for change, number in self.changes.items() if change != "same")

    def draw(self, specs: Specs, processes: int) -> None:
        """See what is in the way of what; then read one after the other, a few ahead of what is drawn."""
        if isinstance(specs, Reading):
            self._survey(specs)
        with closing(build.all_done(self._todo(specs), processes)) as outcomes:
            for job, outcome in outcomes:
                self._finish(job, outcome)

    def _survey(self, specs: Reading) -> None:
        """Report all files that would overwrite others, before anything is drawn."""
        self.claims.reads(origin.path for origin, _ in specs.found)
        if len(specs) == 1:
            return
        plans = list(specs.plans())
        for origin, _, read in plans:
            self.claims.reads(read, origin.name)
        for origin, made, _ in plans:
            self._tell(origin, (problem for job in made for problem in self._conflicts(origin, job)))

    def _conflicts(self, origin: Origin, job: Job) -> list[Problem]:
        problem = plan.conflict(origin, job, self.claims)
        if problem is not None:
            self.refused.add((origin.name, job.file))
        return [] if problem is None else [problem]

    def _todo(self, specs: Iterable[Read]) -> Iterator[Job]:
        """The files to draw; those that are up to date are reported as done."""
        for origin, read in specs:
            found = self._jobs(origin, read)
            if not found or not isinstance(read, Loaded):
                self.advance()
                continue
            left = list(found)
            for job in found:
                self.underway[id(job)] = Task(origin, read.root, left)
                outcome = None if self.wanted.force or not job.key else build.up_to_date(job)
                if outcome is None:
                    yield job
                else:
                    self._finish(job, outcome)

    def _jobs(self, origin: Origin, read: Loaded | tuple[Problem, ...]) -> list[Job]:
        """The files of a spec that no other spec makes; the rest are reported."""
        try:
            made = plan.jobs(origin, read, self.wanted) if isinstance(read, Loaded) else []
        except SpecError as error:
            made, read = [], error.problems
        if isinstance(read, Loaded):
            self.claims.reads(read.spec.files, origin.name)
        left = [job for job in made if (origin.name, job.file) not in self.refused]
        conflicts = [self._conflicts(origin, job) for job in left]
        found = () if isinstance(read, Loaded) else read
        self._tell(origin, (*found, *(problem for problems in conflicts for problem in problems)))
        return [job for job, problems in zip(left, conflicts, strict=True) if not problems]

    def _finish(self, job: Job, outcome: Outcome) -> None:
        task = self.underway.pop(id(job))
        if job.format == "frames" and outcome.files:
            outcome = replace(outcome, files=(*outcome.files, *self._left(job, [path for path, _ in outcome.files])))
        self._tell(task.origin, placed(outcome, task.origin, task.root))
        for path, change in outcome.files:
            self.changes[change] += 1
            if (self.verbose or self.wanted.check) and change != "same":
                click.echo(plan.told(path, change, check=self.wanted.check))
        if outcome.advice:
            click.echo(outcome.advice)
        self._note(task.origin, outcome)
        task.left.remove(job)
        if not task.left:
            self.advance()

    def _note(self, origin: Origin, outcome: Outcome) -> None:
        """What its pictures leave out, once for each spec."""
        if outcome.note is not None and origin.name not in self.noted:
            self.noted.add(origin.name)
            note(origin, outcome)

    def _left(self, job: Job, frames: list[Path]) -> list[tuple[Path, Change]]:
        """What becomes of frames that a longer run left behind; chosen steps say nothing of the others."""
        name, noted = job.path.name, self.wanted.noted
        found = stale_frames.beyond(name, frames) if job.step is None else []
        gone = list(stale_frames.ours(name, found, self.claims)) if noted else []
        if not self.wanted.check:
            gone = [path for path in gone if _removed(path)]
            if noted:
                stale_frames.note(name, frames)
        kept = [path for path in found if path not in gone and not self.claims.knows(path)]
        if kept:
            click.echo(_kept(kept, len(frames)), err=True)
        return [(path, "removed") for path in gone]

    def _tell(self, origin: Origin, problems: Iterable[Problem]) -> None:
        told = list(problems)
        tell(told)
        if told:
            self.bad[origin.name] += len(told)

    def sum_up(self, count: int) -> None:
        """Which of several specs have problems, for people; and in numbers, where somebody looks on or asks."""
        if self.bad and count > 1 and form() == "human":
            click.echo("\n".join(self._listed(count)), err=True)
        if self.stale:
            say_how()
        if self.verbose or sys.stderr.isatty():
            click.echo(str(plan.Summary(self.changes, len(self.bad))), err=True)

    def _listed(self, count: int) -> Iterator[str]:
        yield f"{len(self.bad):,} of {count:,} specs {'has' if len(self.bad) == 1 else 'have'} problems:"
        for name, number in list(self.bad.items())[:LISTED]:
            yield f"  {visible(name)}{f' ({number} problems)' if number > 1 else ''}"
        if len(self.bad) > LISTED:
            yield f"  and {len(self.bad) - LISTED:,} more"


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _kept(paths: list[Path], count: int) -> str:
    """The message about further frames that may not be ours."""
    first, last = visible(str(paths[0])), visible(str(paths[-1]))
    what = f"{first} is" if len(paths) == 1 else f"{first} to {last} are"
    return f"note: {what} left from before, and not among the {count} frames drawn now"


def _pipe(specs: Specs, wanted: Wanted) -> bool:
    """Write the one picture to standard output; whether there is none. Raises click.UsageError for several."""
    one = f"-o {wanted.folder} is for one picture: give one spec, and one format with -f"
    if len(specs) != 1:
        raise click.UsageError(one)
    for origin, read in specs:
        if not isinstance(read, Loaded):
            fail(read)
        try:
            claims.check_stdout((origin.path, *read.spec.files))
        except SpecError as error:
            fail(error.problems)
        made = plan.jobs(origin, read, replace(wanted, folder=STDOUT))
        if len(made) != 1 or made[0].format == "frames":
            raise click.UsageError(one)
        if wanted.check:
            raise click.UsageError(f"-o {wanted.folder} writes no file that --check could compare")
        return _sent(origin, read, made[0], wanted.folder or STDOUT)
    return False


def _sent(origin: Origin, loaded: Loaded, job: Job, place: Path) -> bool:
    """Whether there are problems instead of a picture."""
    if place == STDOUT and sys.stdout.isatty() and not formats.of(job.format).text:
        raise click.UsageError(f"-o - would write a {job.format} to the terminal; name a file, or add > FILE")
    outcome, pictures = build.drawn(job)
    tell(placed(outcome, origin, loaded.root))
    note(origin, outcome)
    try:
        for _, data in pictures:
            opening.send(data, place)
    except OSError as error:
        if place == STDOUT or isinstance(error, BrokenPipeError):
            raise
        what, hint = f"{place} cannot be written: {error.strerror}", "name a file, or - for standard output"
        fail([Problem(Code.OUTPUT, what, file=origin.name, hint=hint)])
    return bool(outcome.problems)


def note(origin: Origin, outcome: Outcome) -> None:
    """Report what a picture leaves out."""
    if outcome.note is not None and form() == "human":
        over = CLEAR if sys.stderr.isatty() and colorful() else ""
        click.echo(f"{over}note: {visible(origin.name)}: {outcome.note}", err=True)


def placed(outcome: Outcome, origin: Origin, root: Node) -> Iterator[Problem]:
    """The problems of drawing, with the spec they belong to."""
    for problem in source_map.located(SpecError(outcome.problems), root).problems:
        yield problem if problem.span is not None else replace(problem, path="", file=origin.name)
