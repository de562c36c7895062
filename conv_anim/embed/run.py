"""A run over Markdown pages for the command line: draws each picture once, and fills every good page."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from conv_anim import inputs
from conv_anim.app import build, console, plan
from conv_anim.claims import Claims, identities, overwriting
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.embed import markdown, page_files
from conv_anim.export import files
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from conv_anim.app.build import Change, Job, Outcome
    from conv_anim.claims import Mark
    from conv_anim.embed.markdown import Fill, Wanted
    from conv_anim.embed.page_files import Page


TRIES = 5
"""How often a page that changes meanwhile is redone."""
ANOTHER = "give one of them another name, as in output=figures/other.gif"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, and the first block that shows it."""

    job: Job
    fill: Fill
    page: Path

    @property
    def place(self) -> str:
        """Where its block is: ``page.md:12``."""
        return f"{self.fill.block.marker.source.name}:{self.fill.block.marker.line}"


@dataclass
class Run:
    """What became of pages and pictures so far."""

    wanted: Wanted
    verbose: bool
    pages: dict[Path, tuple[Page, list[Fill]]] = field(default_factory=dict)
    """The pages without problems."""
    shown: dict[Mark, Shown] = field(default_factory=dict)
    """By where it lies, links followed or not."""
    done: dict[Path, Job] = field(default_factory=dict)
    """The jobs that are drawn, by their files."""
    claims: Claims = field(default_factory=Claims)
    changes: Counter[Change] = field(default_factory=Counter)
    bad: set[Path] = field(default_factory=set)

    def all(self, paths: Sequence[Path], processes: int) -> bool:
        """Do everything; whether something went wrong, or would change in a check."""
        found = page_files.pages(paths)
        self.claims.reads(found)
        for path in found:
            self._plan(path)
        self._check(found)
        self._draw(processes)
        for path in list(self.pages):
            self._write(path, processes)
        if self.verbose or sys.stderr.isatty():
            click.echo(self._summary(), err=True)
        stale = self.wanted.check and self.changes["new"] + self.changes["changed"] > 0
        if stale:
            console.say_how()
        return bool(self.bad) or stale

    def _plan(self, path: Path) -> None:
        try:
            page = page_files.read(path, self.wanted.limits)
            fills = markdown.fills(page, self.wanted, self.claims)
            for fill in fills:
                self._show(fill, path)
            self.pages[path] = page, fills
        except SpecError as error:
            self._fail(path, error.problems)

    def _show(self, fill: Fill, page: Path) -> None:
        """Note the pictures of a block. Raises SpecError if another block makes the same file of something else."""
        for job in fill.jobs:
            found = identities(job.file)
            other = next((self.shown[mark] for mark in found if mark in self.shown), None)
            if other is None:
                self.shown.update(dict.fromkeys(found, Shown(job, fill, page)))
            elif replace(job, path=other.job.path) != other.job:
                what = f"this would write {job.file}, which the block at {other.place} makes of something else"
                raise SpecError([Problem(Code.OUTPUT, what, span=fill.block.marker, hint=ANOTHER)])

    def _check(self, paths: Iterable[Path]) -> None:
        """Give up the pages that cannot be written, and those with a picture in the place of something that is read."""
        for path in [each for each in paths if each in self.pages]:
            page, fills = self.pages[path]
            problems = [problem for fill in fills for problem in self._in_the_way(fill)]
            if not self.wanted.check and markdown.filled(page, fills) != page.data and files.read_only(path.resolve()):
                problems += _unwritable(path, "it is read-only").problems
            if problems:
                self._fail(path, problems)
                del self.pages[path]

    def _in_the_way(self, fill: Fill) -> Iterator[Problem]:
        for job in fill.jobs:
            reading = self.claims.over(job.file)
            if reading is not None:
                yield replace(overwriting(job.file, reading, ANOTHER), span=fill.block.marker)

    def _draw(self, processes: int) -> None:
        """Draw what pages show and is not drawn yet."""
        wanted = {
            mark
            for _, fills in self.pages.values()
            for fill in fills
            for job in fill.jobs
            for mark in identities(job.file)
        }
        found = {shown.job.file: shown.job for mark, shown in self.shown.items() if mark in wanted}
        todo = [job for path, job in found.items() if self.done.get(path) != job]
        for job, outcome in console.with_progress(build.all_done(todo, processes), len(todo)):
            if outcome.problems:
                self._undrawn(job, outcome)
            else:
                self.done[job.file] = job
            for path, change in outcome.files:
                self._tell(path, change)

    def _undrawn(self, job: Job, outcome: Outcome) -> None:
        """A picture that is not drawn; the pages that show it are left as they are."""
        found = identities(job.file)
        fill = next(self.shown[mark].fill for mark in found if mark in self.shown)
        console.tell(
            problem if problem.span else replace(problem, span=fill.block.marker) for problem in outcome.problems
        )
        for path, (_, fills) in list(self.pages.items()):
            if any(found & identities(each.file) for fill in fills for each in fill.jobs):
                self.bad.add(path)
                del self.pages[path]

    def _write(self, path: Path, processes: int) -> None:
        """Write a page; if it has changed since it was read, redo it."""
        for tried in range(TRIES):
            if tried:
                self._again(path, processes)
            if path not in self.pages:  # already reported
                return
            page, fills = self.pages[path]
            data = markdown.filled(page, fills)
            try:
                if not self.wanted.check:
                    files.replaced(path.resolve(), data, page.data)
            except files.ChangedError:
                continue
            except OSError as error:
                self._fail(path, _unwritable(path, error.strerror or str(error)).problems)
                return
            else:
                self._tell(path, "same" if data == page.data else "changed")
                return
        what = f"this page changed {TRIES} times while its figures were drawn; it is left unchanged"
        self._fail(path, inputs.problem(Code.OUTPUT, what, str(path), "run the command again").problems)

    def _again(self, path: Path, processes: int) -> None:
        """Read and draw a page again."""
        del self.pages[path]
        self.shown = {mark: shown for mark, shown in self.shown.items() if shown.page != path}
        self._plan(path)
        self._check([path])
        self._draw(processes)

    def _fail(self, page: Path, problems: Iterable[Problem]) -> None:
        self.bad.add(page)
        console.tell(problems)

    def _tell(self, path: Path, change: Change) -> None:
        self.changes[change] += 1
        if (self.verbose or self.wanted.check) and change != "same":
            click.echo(plan.told(path, change, check=self.wanted.check))

    def _summary(self) -> str:
        said = str(plan.Summary(self.changes, 0))
        return f"{said}; {len(self.bad)} page{'s' * (len(self.bad) != 1)} with problems" if self.bad else said


def _unwritable(page: Path, why: str) -> SpecError:
    hint = f"chmod u+w {shlex.quote(str(page))} allows it" if why == "it is read-only" else None
    return inputs.problem(Code.OUTPUT, f"cannot be written: {why}", str(page), hint)
