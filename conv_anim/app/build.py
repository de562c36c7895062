"""Files to be made of specs: drawn, by several processes if they are many, and written, compared or left alone."""

from __future__ import annotations

import errno
from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim import claims, fatal_errors, lettering, opening, pipeline, signals
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import USUAL
from conv_anim.spec import formats
from conv_anim.spec.registry import named
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from conv_anim.limits import Limits
    from conv_anim.scene.choice import Steps
    from conv_anim.spec.model import Spec

ENOUGH = 4
"""From this many figures on, further processes are worth their start-up time."""
DRAWING = ("export.files", "app.build_cache", "export.gif", "painting.agg", "scene.figure", "tracing.trace")
"""The modules that any figure needs."""

ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""No file is there; a link in a circle is replaced, as any link is."""
ELSEWHERE = "choose another folder with -o, or another name with 'output:'"
"""The way out where a picture cannot be written."""

Change: TypeAlias = Literal["new", "changed", "same", "removed"]
Made: TypeAlias = "list[tuple[str, bytes]]"
"""Names of files, and what is in them."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to make of a spec, or with the format ``frames`` one file a frame. ``path`` has no suffix."""

    spec: Spec
    format: str
    path: Path
    step: Steps | None
    check: bool
    """Compare instead of writing."""
    limits: Limits = USUAL
    key: str = ""
    """What it is noted by in the `conv_anim.app.build_cache`; empty if it is not to be noted."""

    @property
    def file(self) -> Path:
        """The file, or with the format ``frames`` what its many files begin with."""
        return self.path.with_name(f"{self.path.name}.{self.format}")

    def targets(self) -> list[Path]:
        """The files that are written; frames take a while to be counted. Raises SpecError if they cannot be."""
        named = pipeline.names(self.spec, self.format, self.path.name, step=self.step, limits=self.limits)
        return [self.path.with_name(name) for name in named]

    @property
    def first(self) -> str:
        """The file, or all the frames, as a person knows them."""
        return f"{self.path}-….png" if self.format == "frames" else f"{self.path}.{self.format}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its files, or its problems."""

    files: tuple[tuple[Path, Change], ...] = ()
    problems: tuple[Problem, ...] = ()
    advice: str = ""
    """How the file is used, where that is not plain."""
    note: str | None = None
    """What the picture leaves out."""


# one


def done(job: Job) -> Outcome:
    """Draw and write, or compare."""
    signals.raise_pending()
    outcome, made = drawn(job)
    if outcome.problems:
        return outcome
    try:
        for name, _ in made:
            claims.check(job.path.with_name(name), job.spec.files, ELSEWHERE)
        written = tuple(
            _put(job.path.with_name(name), data, check=job.check, text=_is_text(job)) for name, data in made
        )
        _note(job, made)
        return Outcome(written, advice=_advice(job), note=outcome.note)
    except SpecError as error:
        return Outcome(problems=error.problems)
    except (OSError, UnicodeError) as error:
        return Outcome(problems=(_unwritable(job, error),))
    except Exception as error:  # noqa: BLE001  # as in `drawn`
        return Outcome(problems=(fatal_errors.unforeseen(error, str(job.path)),))


def drawn(job: Job) -> tuple[Outcome, Made]:
    """The pictures of a job, with their names, not written anywhere; none if there are problems."""
    try:
        scene = pipeline.scene(job.spec, limits=job.limits)
        made = pipeline.pictures_of(job.spec, scene, job.format, job.path.name, step=job.step, limits=job.limits)
        return Outcome(note=pipeline.remark(scene, job.format, job.step)), made
    except SpecError as error:
        return Outcome(problems=error.problems), []
    except Exception as error:  # noqa: BLE001  # one bug does not keep other figures from being drawn
        return Outcome(problems=(fatal_errors.unforeseen(error, str(job.path)),)), []


def _is_text(job: Job) -> bool:
    return job.format != "frames" and formats.of(job.format).text


def _put(path: Path, data: bytes, *, check: bool, text: bool) -> tuple[Path, Change]:
    from conv_anim.export import files

    change = _change(path, data, text=text)
    if change != "same" and not check:
        files.write(path, data)
    return path, change


def _change(path: Path, data: bytes, *, text: bool) -> Change:
    """What becomes of a file that is to hold this; of a larger one nothing is read. Raises OSError.

    A ``text`` may have the line ends of Windows, as a checkout of git may give it.
    """
    lines = data.replace(b"\n", b"\r\n") if text else data
    try:
        return "same" if opening.content(path, len(lines)) in {data, lines} else "changed"
    except OSError as error:
        if error.errno in ABSENT:
            return "new"
        raise


def _unwritable(job: Job, error: OSError | UnicodeError) -> Problem:
    match error:
        case UnicodeError():
            why = "the system's encoding has no such name; LC_ALL=C.UTF-8 has"
        case FileExistsError() | NotADirectoryError():
            why = f"{error.filename} is no folder"
        case _:
            why = error.strerror or str(error)
    hint = fatal_errors.way(error, ELSEWHERE)
    return Problem(Code.OUTPUT, f"{job.first} cannot be written: {why}", file=str(job.path), hint=hint)


def _advice(job: Job) -> str:
    advice = formats.of(job.format).advice
    return "" if advice is None or job.check else named(advice)(job.file.stem, job.spec.animation)


# what was done before


def key(job: Job) -> str:
    """What decides the bytes of a job's files, as a sum; empty if it cannot be known."""
    from conv_anim.app import build_cache

    format_ = formats.of(job.format)
    if any(map(_foreign, job.spec.figures)) or not formats.is_ours(format_):
        return ""
    if job.spec.theme.font_files:  # a font may change, and keep its name
        return ""
    encoder = "-" if format_.encoder is None else named(format_.encoder)()
    spec = job.spec if job.format == "html" else replace(job.spec, controls=(), states=())  # which only pages show
    parts = (repr(spec), job.format, repr(job.step), job.path.name, repr(job.limits), encoder)
    return build_cache.key(*parts) if encoder else ""


def _foreign(spec: Spec) -> bool:
    """Whether another package draws or computes it, whose source is not among those that are summed."""
    from conv_anim.spec.views import VIEWS

    ours = __name__.partition(".")[0]
    packages = {type(op).__module__.partition(".")[0] for op in spec.layers}
    return spec.view.kind not in VIEWS.own or packages != {ours}


def up_to_date(job: Job) -> Outcome | None:
    """The outcome of a job whose files are as they were drawn before, by all that decides them; None if one is not."""
    from conv_anim.app import build_cache

    sums = build_cache.find(job.key)
    if not build_cache.intact(job.path.parent, sums):
        return None
    return Outcome(tuple((job.path.with_name(name), "same") for name in sums), advice=_advice(job))


def _note(job: Job, made: Made) -> None:
    """Note what was written, unless it depends on fonts of the system, which are not known to stay the same."""
    if not job.key or job.check:
        return
    from conv_anim.app import build_cache
    from conv_anim.painting import fonts

    if fonts.ours(lettering.words(job.spec)):
        build_cache.note(job.key, made)


# many


def all_done(todo: Iterable[Job], processes: int) -> Generator[tuple[Job, Outcome]]:
    """Every job with its outcome, as they come. Jobs are taken as they can be done, a few ahead."""
    if fatal_errors.debugging():
        processes = 1
    coming = iter(todo)
    first = list(islice(coming, ENOUGH)) if processes > 1 else []
    if len(first) < ENOUGH:
        yield from ((job, done(job)) for job in chain(first, coming))
        return
    from conv_anim.app import worker_pool

    _import_all()
    with closing(worker_pool.map_tasks(chain(first, coming), done, processes, _clean_up)) as results:
        for job, outcome in results:
            yield job, outcome or Outcome(problems=(_killed(job),))


def _import_all() -> None:
    """What is imported here already, forked processes need not import each for itself."""
    from importlib import import_module

    fatal_errors.check_room()
    for name in DRAWING:
        import_module(f"conv_anim.{name}")


def _killed(job: Job) -> Problem:
    what = f"the process that drew {job.first} was killed, twice; perhaps there was not enough memory"
    hint = "a smaller input or fewer steps; fewer processes at the same time, as with -j 1"
    return Problem(Code.KILLED, what, file=str(job.path), hint=hint)


def _clean_up(job: Job) -> None:
    """Clear up after a process that was killed."""
    from conv_anim.export import files

    files.clear(job.path.parent)
