"""Many specs in one go: which files they become, drawn by several processes, written or compared, and told about."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim import inputs, pipeline
from conv_anim.diagnostics import Code, Problem, SpecError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import ProcessPoolExecutor

    from conv_anim.diagnostics import Source
    from conv_anim.pipeline import Loaded
    from conv_anim.scene.choice import Steps
    from conv_anim.spec.model import Spec

SUFFIXES = (".yaml", ".yml")
ENOUGH = 4
"""So many figures make up for the start of further processes."""
DRAWING = ("export.files", "export.gif", "painting.agg", "scene.figure", "tracing.trace")
"""The modules that any figure needs."""

Change: TypeAlias = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about all specs."""

    folder: Path | None = None
    """Where pictures go; beside their spec if None."""
    formats: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    step: Steps | None = None
    check: bool = False
    """Compare instead of writing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A spec's file, or text from standard input, and the folder below the output's that its pictures go to."""

    source: Path | Source
    subfolder: Path = Path()

    @property
    def name(self) -> str:
        return str(self.source) if isinstance(self.source, Path) else self.source.name

    @property
    def stem(self) -> str:
        return self.source.stem if isinstance(self.source, Path) else "figure"

    @property
    def folder(self) -> Path:
        return self.source.parent if isinstance(self.source, Path) else Path()


@dataclass(frozen=True, slots=True)
class Job:
    """One file to make of a spec, or with the format ``frames`` one file a frame. ``path`` has no suffix."""

    spec: Spec
    format: str
    path: Path
    step: Steps | None
    check: bool

    @property
    def file(self) -> Path:
        """The file, or with the format ``frames`` what its many files begin with."""
        return self.path.with_name(f"{self.path.name}.{self.format}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its files, or its problems."""

    files: tuple[tuple[Path, Change], ...] = ()
    problems: tuple[Problem, ...] = ()
    advice: str = ""
    """How the file is used, where that is not plain."""


def origins(paths: Iterable[Path]) -> list[Origin]:
    """The specs that some paths stand for: a folder stands for all in it and below, each in its own subfolder.

    Raises SpecError for a folder without any.
    """
    found: list[Origin] = []
    for path in paths:
        if not path.is_dir():
            found.append(Origin(path))
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and not hidden(p.relative_to(path)))
        if not inside:
            raise inputs.problem(Code.UNREADABLE, "there is no .yaml file in this folder", str(path))
        found += [Origin(p, p.parent.relative_to(path)) for p in inside]
    return found


def hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def jobs(origin: Origin, loaded: Loaded, wanted: Wanted) -> list[Job]:
    """The files that a spec becomes: those it names, or its own name in every format asked for."""
    spec = loaded.spec
    folder = origin.folder if wanted.folder is None else wanted.folder / origin.subfolder
    if wanted.formats or not spec.output:
        named = _parts(Path(spec.output[0]))[0].name if spec.output else origin.stem
        wished = wanted.formats or (("png",) if _single(wanted.step) else pipeline.default_formats(spec))
        return [Job(spec, f, folder / named, wanted.step, wanted.check) for f in dict.fromkeys(wished)]
    parts = [_parts(folder / name) for name in dict.fromkeys(spec.output)]
    return [Job(spec, format_, path, wanted.step, wanted.check) for path, format_ in parts]


def _single(step: Steps | None) -> bool:
    """Whether one step is asked for."""
    return isinstance(step, int) or (isinstance(step, str) and not {",", "-"} & set(step))


def _parts(path: Path) -> tuple[Path, str]:
    """The path without its suffix, and the format. Raises SpecError."""
    format_ = pipeline.format_of(path)
    return path.with_name(path.name[: -len(format_) - 1]), format_


def conflict(origin: Origin, job: Job, taken: dict[Path, Origin]) -> Problem | None:
    """The problem of two specs that would become the same file; notes the file as taken."""
    first = taken.setdefault(job.file.absolute(), origin)
    if first is origin:
        return None
    what = f"this would write {job.file}, which {first.name} writes already"
    return Problem(Code.OUTPUT, what, file=origin.name, hint="give one of them another name with 'output:'")


def done(job: Job) -> Outcome:
    """Draw and write, or compare."""
    from conv_anim.export import files

    try:
        made = pipeline.pictures(job.spec, job.format, job.path.name, step=job.step)
        written = tuple(_put(job.path.with_name(name), data, files.write, job) for name, data in made)
        return Outcome(written, advice=_advice(job))
    except SpecError as error:
        return Outcome(problems=error.problems)
    except OSError as error:
        what = f"{job.path}.{_suffix(job)} cannot be written: {error.strerror or error}"
        hint = "choose another folder with -o, or another name with 'output:'"
        return Outcome(problems=inputs.problem(Code.OUTPUT, what, str(job.path), hint).problems)


def drawn(job: Job) -> tuple[Outcome, list[tuple[str, bytes]]]:
    """The pictures of a job, with their names, not written anywhere; none if there are problems."""
    try:
        return Outcome(), pipeline.pictures(job.spec, job.format, job.path.name, step=job.step)
    except SpecError as error:
        return Outcome(problems=error.problems), []


def _advice(job: Job) -> str:
    if job.format != "pages.pdf" or job.check:
        return ""
    from conv_anim.export.pdf import animategraphics

    return animategraphics(job.file.stem, step=job.spec.animation.step, loop=job.spec.animation.loop == 0)


def _suffix(job: Job) -> str:
    return "png" if job.format == "frames" else job.format


def _put(path: Path, data: bytes, write: Callable[[Path, bytes], None], job: Job) -> tuple[Path, Change]:
    before = path.read_bytes() if path.is_file() else None
    change: Change = "new" if before is None else "same" if before == data else "changed"
    if change != "same" and not job.check:
        write(path, data)
    return path, change


def all_done(todo: Sequence[Job], processes: int) -> Iterator[tuple[Job, Outcome]]:
    """Every job with its outcome, as they come."""
    if processes == 1 or len(todo) < ENOUGH:
        for job in todo:
            yield job, done(job)
        return
    from concurrent.futures import as_completed

    with _workers(min(processes, len(todo))) as pool:
        pending = {pool.submit(done, job): job for job in todo}
        for future in as_completed(pending):
            yield pending[future], future.result()


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that leave an interrupt to this one, which lets them finish what they are at.

    What is imported here already, forked processes need not import each for itself.
    """
    from concurrent.futures import ProcessPoolExecutor
    from importlib import import_module

    for name in DRAWING:
        import_module(f"conv_anim.{name}")
    pool = ProcessPoolExecutor(count, initializer=_ignore_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _ignore_interrupts() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a whole run did."""

    changes: Counter[Change]
    bad: int
    """Specs that are not drawn."""

    def __str__(self) -> str:
        files = sum(self.changes.values())
        words: dict[Change, str] = {"new": "new", "changed": "changed", "same": "as before"}
        parts = [f"{self.changes[change]} {word}" for change, word in words.items() if self.changes[change]]
        text = f"{files} file{'s' * (files != 1)}: {', '.join(parts)}" if files else "no files"
        return f"{text}; {self.bad} spec{'s' * (self.bad != 1)} with problems" if self.bad else text
