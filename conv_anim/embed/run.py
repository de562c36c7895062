"""A run over Markdown pages, as the command line tells it: every picture drawn once, every good page filled."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click

from conv_anim import batch, inputs, jobs, runs
from conv_anim.diagnostics import Code, Problem, SpecError, visible
from conv_anim.embed import markdown
from conv_anim.export import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from conv_anim.embed.markdown import Fill, Page, Wanted
    from conv_anim.jobs import Change, Job, Outcome


@dataclass
class Run:
    """What became of pages and pictures so far."""

    wanted: Wanted
    verbose: bool
    pages: dict[Path, tuple[Page, list[Fill]]] = field(default_factory=dict)
    """Those without problems."""
    shown: dict[Path, tuple[Job, Fill]] = field(default_factory=dict)
    """The pictures, each with the first block that shows it."""
    changes: Counter[Change] = field(default_factory=Counter)
    bad: set[Path] = field(default_factory=set)

    def all(self, paths: Sequence[Path], processes: int) -> bool:
        """Do everything; whether something went wrong, or would change in a check."""
        for path in dict.fromkeys(markdown.listed(paths)):
            self._plan(path)
        self._draw(processes)
        for page, fills in self.pages.values():
            self._write(page, markdown.filled(page, fills))
        if self.verbose or sys.stderr.isatty():
            click.echo(self._summary(), err=True)
        stale = self.wanted.check and self.changes["new"] + self.changes["changed"] > 0
        return bool(self.bad) or stale

    def _plan(self, path: Path) -> None:
        try:
            page = markdown.read(path)
            fills = markdown.fills(page, self.wanted)
            for fill in fills:
                self._show(fill)
            self.pages[path] = page, fills
        except SpecError as error:
            self._fail(path, error.problems)

    def _show(self, fill: Fill) -> None:
        """Note the pictures of a block. Raises SpecError if another block makes the same file of something else."""
        for job in fill.jobs:
            first, other = self.shown.setdefault(job.file.absolute(), (job, fill))
            if first != job:
                place = f"{other.block.marker.source.name}:{other.block.marker.line}"
                what = f"this would write {job.file}, which the block at {place} makes of something else"
                hint = "give one of them another name, as in output=figures/other.gif"
                raise SpecError([Problem(Code.OUTPUT, what, span=fill.block.marker, hint=hint)])

    def _draw(self, processes: int) -> None:
        wanted = {job.file.absolute() for _, fills in self.pages.values() for fill in fills for job in fill.jobs}
        todo = [job for path, (job, _) in self.shown.items() if path in wanted]
        for job, outcome in runs.with_progress(jobs.all_done(todo, processes), len(todo)):
            if outcome.problems:
                self._undrawn(job, outcome)
            for path, change in outcome.files:
                self._tell(path, change)

    def _undrawn(self, job: Job, outcome: Outcome) -> None:
        """A picture that is not drawn; the pages that show it are left as they are."""
        _, fill = self.shown[job.file.absolute()]
        runs.tell(problem if problem.span else replace(problem, span=fill.block.marker) for problem in outcome.problems)
        for path, (_, fills) in list(self.pages.items()):
            if any(job in each.jobs for each in fills):
                self.bad.add(path)
                del self.pages[path]

    def _write(self, page: Page, data: bytes) -> None:
        try:
            if data != page.data and not self.wanted.check:
                files.write(page.path.resolve(), data)
        except OSError as error:
            what = f"cannot be written: {error.strerror or error}"
            self._fail(page.path, inputs.problem(Code.OUTPUT, what, str(page.path)).problems)
            return
        self._tell(page.path, "same" if data == page.data else "changed")

    def _fail(self, page: Path, problems: Iterable[Problem]) -> None:
        self.bad.add(page)
        runs.tell(problems)

    def _tell(self, path: Path, change: Change) -> None:
        self.changes[change] += 1
        if (self.verbose or self.wanted.check) and change != "same":
            click.echo(f"{change}: {visible(str(path))}")

    def _summary(self) -> str:
        said = str(batch.Summary(self.changes, 0))
        return f"{said}; {len(self.bad)} page{'s' * (len(self.bad) != 1)} with problems" if self.bad else said
