"""Our build beside another one, in CPU time of whole processes that take turns: how many times less it takes.

``python bench/beside.py CHECKOUT`` with the folder of another version, as ``git worktree add`` makes it; both run
with this interpreter and its libraries. Medians of five turns, or of as many as ``--turns`` says; ``--busy`` keeps
every core busy meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from measure import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measure import Command, Run

HERE = Path(__file__).resolve().parent.parent
FIGURE = "input: {size: [5, 5]}\nlayer: {type: conv, kernel_size: 4, padding: 2}\nview: isometric\ntheme: classic\n"
"""conv_arithmetic's ``arbitrary_padding_no_strides``, in words that all versions know."""
SPEC = """
input: {{size: [{side}, {side}], channels: {channels}}}
layer: {{type: conv, kernel_size: 3}}
view: {view}
size: {{width: {width}}}
animation: {{every: {every}, motion: {motion}}}
"""
SMALL = "title: number {k}\ninput: {{size: [3, 3]}}\nlayer: {{type: conv, kernel_size: 2}}\nview: flat\n"
SPECS = 200
FRAMES = "a figure of 36 frames"
LIBRARIES = "import numpy, matplotlib.backends.backend_agg, PIL.Image, click, yaml"
OVER = {
    FRAMES: "importing the libraries",
    "FuncAnimation": FRAMES,
    "validate": "import click",
    "--help": "import click",
}
"""What is told over something else that took turns with it."""


@dataclass(frozen=True)
class Figure:
    """A figure of so many steps; ``more`` of its steps are drawn or left out, which says what one costs."""

    view: str
    side: int
    width: int
    channels: int = 1
    motion: str = "step"

    def text(self, every: int) -> str:
        return SPEC.format(**vars(self), every=every)

    @property
    def steps(self) -> int:
        return (self.side - 2) ** 2


STEPS = {
    "a further step, flat, gif": (Figure("flat", 14, 900), "gif"),
    "a further step, channels, gif": (Figure("channels", 12, 900, channels=3), "gif"),
    "a further step, smooth, gif": (Figure("isometric", 8, 600, motion="smooth"), "gif"),
    "a further step, webp": (Figure("flat", 14, 900), "webp"),
    "a further step, apng": (Figure("flat", 14, 900), "apng"),
}
PAGES = Figure("flat", 17, 600)
MEMORY = Figure("isometric", 52, 400)


def command(spec: Path, format_: str, folder: Path) -> Command:
    return ["-P", "-m", "conv_anim", "render", spec, "-f", format_, "-o", folder, "-j", "1", "--force"]


class Turns:
    """Two builds that take turns."""

    def __init__(self, checkout: Path, turns: int) -> None:
        self._places = {"ours": HERE, "theirs": checkout.resolve()}
        self._turns = turns

    def runs(self, commands: dict[str, Command], turns: int | None = None) -> dict[str, dict[str, Run]]:
        """For each build and command the run with the median time."""
        found: dict[str, dict[str, list[Run]]] = {build: {name: [] for name in commands} for build in self._places}
        for _ in range(turns or self._turns):
            for build, place in self._places.items():
                os.environ["PYTHONPATH"] = str(place)
                for name, given in commands.items():
                    found[build][name].append(run(given))
        return {build: {name: middle(runs) for name, runs in each.items()} for build, each in found.items()}


def middle(runs: list[Run]) -> Run:
    return sorted(runs, key=lambda one: one.cpu)[len(runs) // 2]


def told(name: str, ours: float, theirs: float, unit: str) -> None:
    click.echo(f"{name:50} {theirs:>9.3g} {ours:>9.3g} {unit:3} {theirs / ours:>6.2f} times less")


def steps(turns: Turns, folder: Path) -> None:
    for name, (figure, format_) in STEPS.items():
        commands = {}
        for every in (1, figure.steps - 1):
            spec = folder / f"{every}.yaml"
            spec.write_text(figure.text(every), encoding="utf-8")
            commands[str(every)] = command(spec, format_, folder / "out")
        found = turns.runs(commands)
        cost = {b: 1000 * (each["1"].cpu - min(e.cpu for e in each.values())) for b, each in found.items()}
        told(name, cost["ours"] / (figure.steps - 2), cost["theirs"] / (figure.steps - 2), "ms")


def whole(turns: Turns, folder: Path) -> None:
    figure = folder / "figure.yaml"
    figure.write_text(FIGURE, encoding="utf-8")
    (folder / "pages.yaml").write_text(PAGES.text(1), encoding="utf-8")
    (folder / "many").mkdir()
    for k in range(SPECS):
        (folder / "many" / f"{k}.yaml").write_text(SMALL.format(k=k), encoding="utf-8")
    commands: dict[str, Command] = {
        FRAMES: command(figure, "gif", folder / "out"),
        "validate": ["-P", "-m", "conv_anim", "validate", figure],
        "--help": ["-P", "-m", "conv_anim", "--help"],
        "import click": ["-c", "import click"],
        "importing the libraries": ["-c", LIBRARIES],
        "FuncAnimation": [HERE / "bench" / "naive.py", folder / "theirs.gif"],
    }
    large: dict[str, Command] = {
        f"pages.pdf of {PAGES.steps} pages": command(folder / "pages.yaml", "pages.pdf", folder / "out"),
        f"{SPECS} specs, -j 2": [*command(folder / "many", "png", folder / "out")[:-2], "2", "--force"],
    }
    small = turns.runs(commands)
    for found in (small, turns.runs(large, 1)):
        for name in found["ours"]:
            told(name, found["ours"][name].cpu, found["theirs"][name].cpu, "s")
    for name, other in OVER.items():
        theirs, ours = (small[build][name].cpu / small[build][other].cpu for build in ("theirs", "ours"))
        click.echo(f"{f'{name} over {other}':50} {theirs:>9.3g} {ours:>9.3g}")


def smooth(folder: Path) -> None:
    """Bytes of a figure of ours whose window glides, over those of one whose window leaps."""
    os.environ["PYTHONPATH"] = str(HERE)
    size = {}
    for motion in ("smooth", "step"):
        spec = folder / f"{motion}.yaml"
        spec.write_text(f"{FIGURE}animation: {{motion: {motion}}}\n", encoding="utf-8")
        run(command(spec, "gif", folder / "out"))
        size[motion] = (folder / "out" / f"{motion}.gif").stat().st_size
    click.echo(f"{'bytes of smooth motion over steps':50} {size['smooth'] / size['step']:>19.3g}")


@contextmanager
def spinning(count: int) -> Iterator[None]:
    """So many processes that only take time."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def memory(folder: Path) -> None:
    """How many times more of our memory a figure of 2,500 steps takes at its peak than one of 16."""
    os.environ["PYTHONPATH"] = str(HERE)
    for format_ in ("gif", "webp", "apng", "mp4", "html"):
        peak = {}
        for every in (1, MEMORY.steps // 15):
            spec = folder / f"{every}.yaml"
            spec.write_text(MEMORY.text(every), encoding="utf-8")
            peak[every] = run([*command(spec, format_, folder / "out"), "--max-memory", "8G"]).peak
        click.echo(f"{'memory at 2,500 steps over 16, ' + format_:50} {peak[1] / peak[MEMORY.steps // 15]:>19.3g}")


@click.command(help=__doc__)
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--turns", default=5, help="How often each is run.")
@click.option("--busy", is_flag=True, help="Keep every core busy meanwhile.")
def main(checkout: Path, turns: int, *, busy: bool) -> None:
    click.echo(f"{'':50} {'theirs':>9} {'ours':>9}")
    with tempfile.TemporaryDirectory() as name, spinning(os.cpu_count() or 1 if busy else 0):
        os.environ["XDG_CACHE_HOME"] = str(Path(name, "cache"))
        both, folder = Turns(checkout, turns), Path(name)
        whole(both, folder)
        steps(both, folder)
        smooth(folder)
        memory(folder)


if __name__ == "__main__":
    main()
