"""Processes and what they take, and how a measure is told."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    Command: TypeAlias = Sequence[str | Path]
    """What Python is given."""


@dataclass(frozen=True, slots=True)
class Row:
    """A measure and its goal; ``unit`` is what makes a ratio of it that says the same on any machine."""

    name: str
    value: float
    goal: float
    form: str = ".2f"
    at_least: bool = False
    unit: float = 1.0

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def ratio(self) -> float:
        return self.value / self.unit

    def worse(self, before: float) -> float:
        """How many times worse than a ratio before."""
        return before / self.ratio if self.at_least else self.ratio / before


@dataclass(frozen=True, slots=True)
class Skipped:
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: seconds of CPU, seconds, MiB at its peak."""

    cpu: float
    wall: float
    peak: float


def run(arguments: Command, *, status: int = 0) -> Run:
    """Run Python, to end with a status; what it imports is compiled, as it is for a user from the second time on."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = perf_counter()
    errors = subprocess.DEVNULL if status else None
    command = [sys.executable, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=environment)
    _, ended, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode != status:
        raise click.ClickException(f"{' '.join(map(str, arguments))} failed")
    mebi = 1 << (20 if sys.platform == "darwin" else 10)
    return Run(usage.ru_utime + usage.ru_stime, perf_counter() - begin, usage.ru_maxrss / mebi)


def paired(commands: Mapping[str, Command], rounds: int) -> dict[str, Run]:
    """All in turn, several times; of each what disturbed it least."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            runs[name].append(run(arguments))
    return {
        name: Run(min(r.cpu for r in found), min(r.wall for r in found), max(r.peak for r in found))
        for name, found in runs.items()
    }


def fastest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)
