"""Many specs in one go: where they are from, which files they become, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conv_anim import claims, inputs, pipeline
from conv_anim.app.build import ELSEWHERE, Job, key
from conv_anim.diagnostics import Code, Problem, SpecError, visible
from conv_anim.limits import USUAL
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from conv_anim.app.build import Change
    from conv_anim.claims import Claims
    from conv_anim.diagnostics import Source
    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded
    from conv_anim.scene.choice import Steps
    from conv_anim.spec.overrides import Option


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about all specs."""

    folder: Path | None = None
    """Where pictures go; beside their spec if None."""
    formats: tuple[str, ...] = ()
    changes: tuple[str | Option, ...] = ()
    step: Steps | None = None
    check: bool = False
    """Compare instead of writing."""
    limits: Limits = USUAL
    noted: bool = False
    """What is drawn is noted in the build cache."""
    force: bool = True
    """Redraw even what the build cache says is up to date."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A spec's file, or text from standard input, and the folder below the output's that its pictures go to."""

    source: Path | Source
    subfolder: Path = Path()
    named: Path | None = None
    """The folder that the command line names, if it is not the spec itself."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.source) if isinstance(self.source, Path) else self.source.name

    @property
    def path(self) -> Path:
        """The file; what is piped in has a name too."""
        return self.source if isinstance(self.source, Path) else claims.STANDARD_INPUT

    @property
    def stem(self) -> str:
        """What its pictures are called unless it says otherwise."""
        return self.source.stem if isinstance(self.source, Path) else "figure"

    @property
    def folder(self) -> Path:
        """Where its data files are, and its pictures by default."""
        return self.source.parent if isinstance(self.source, Path) else Path()

    @property
    def root(self) -> Path:
        """What lies in it, or below it, the spec may name."""
        return self.named or self.folder


def origins(paths: Iterable[Path]) -> list[Origin]:
    """The specs at some paths: of a folder all in it and below, each in its own subfolder.

    Raises SpecError for a folder without any.
    """
    found: list[Origin] = []
    for path in paths:
        try:
            found += _inside(path) if path.is_dir() else [Origin(path)]
        except OSError as error:
            what = f"cannot be looked into: {error.strerror or error}"
            raise inputs.problem(Code.UNREADABLE, what, str(path)) from None
    return found


def _inside(folder: Path) -> list[Origin]:
    """The specs in a folder and below. Raises SpecError if there are none, OSError if it cannot be read."""
    inside = sorted(p for p in folder.rglob("*") if _is_spec(p) and not hidden(p.relative_to(folder)))
    if not inside:
        raise inputs.problem(Code.UNREADABLE, "there is no .yaml file in this folder", str(folder))
    return [Origin(p, p.parent.relative_to(folder), folder) for p in inside]


def _is_spec(path: Path) -> bool:
    """Whether to read a path in a folder: not a folder, pipe or device; a broken link is reported later."""
    return path.suffix in inputs.SPECS and (path.is_file() or (path.is_symlink() and not path.exists()))


def check_place(origin: Origin, limits: Limits) -> None:
    """Raise SpecError for a spec that a link in a folder fetches from outside it."""
    if origin.named is None or limits.outside or not isinstance(origin.source, Path):
        return
    if not inputs.is_within(origin.source, origin.named):
        what = f"this symlink leads out of {origin.named}"
        hint = "name the file itself; --allow-outside reads it all the same"
        raise inputs.problem(Code.UNREADABLE, what, origin.name, hint)


def hidden(path: Path) -> bool:
    """Whether a name on the path begins with a dot."""
    return any(part.startswith(".") for part in path.parts)


def jobs(origin: Origin, loaded: Loaded, wanted: Wanted) -> list[Job]:
    """The files to make of a spec: those it names, or its own name in each requested format."""
    spec = loaded.spec
    folder = origin.folder if wanted.folder is None else wanted.folder / origin.subfolder
    root = origin.root if wanted.folder is None else wanted.folder
    if wanted.formats or not spec.output:
        named = _parts(Path(spec.output[0]))[0].name if spec.output else origin.stem
        wished = wanted.formats or (("png",) if _single(wanted.step) else pipeline.default_formats(spec))
        parts = [(folder / named, format_) for format_ in dict.fromkeys(wished)]
    else:
        parts = [_parts(folder / name) for name in dict.fromkeys(spec.output)]
    for path, _ in parts:
        _stays(path, root, origin, wanted)
    made = [Job(spec, format_, path, wanted.step, wanted.check, wanted.limits) for path, format_ in parts]
    return [replace(job, key=key(job)) for job in made] if wanted.noted and not wanted.check else made


def _stays(path: Path, root: Path, origin: Origin, wanted: Wanted) -> None:
    """Raise SpecError if a picture would leave its folder, as through a link."""
    if not wanted.limits.outside and not inputs.is_within(path.parent, root):
        what = f"{path} is outside {root}: a symlink leads there"
        hint = "name its folder with -o; --allow-outside writes it all the same"
        raise inputs.problem(Code.OUTPUT, what, origin.name, hint)


def _single(step: Steps | None) -> bool:
    """Whether a single step is requested."""
    return isinstance(step, int) or (isinstance(step, str) and not {",", "-"} & set(step))


def _parts(path: Path) -> tuple[Path, str]:
    """The path without its suffix, and the format. Raises SpecError."""
    format_ = pipeline.format_of(path)
    return path.with_name(path.name[: -len(format_) - 1]), format_


def conflict(origin: Origin, job: Job, known: Claims) -> Problem | None:
    """The problem of a job that would write over a file that is read, or that another spec writes; else notes it."""
    try:
        targets = job.targets()
    except SpecError:  # reported when it is drawn
        return None
    for path in targets:
        reading = known.over(path)
        if reading is not None:
            return replace(claims.overwriting(path, reading, ELSEWHERE), file=origin.name)
    for path in targets:
        first = known.writes(path, origin.name)
        if first is not None and not _same(first, origin.name):
            what = f"this would write {path}, which {first} writes already"
            return Problem(Code.OUTPUT, what, file=origin.name, hint="give one of them another name with 'output:'")
    return None


def _same(one: str, other: str) -> bool:
    """Whether two names are of the same spec."""
    return bool(claims.marks(Path(one)) & claims.marks(Path(other)))


WOULD: dict[Change, str] = {"new": "would be new", "changed": "would change", "removed": "would be removed"}
"""What a check says of files."""


def told(path: Path, change: Change, *, check: bool) -> str:
    """A file and what became of it, or would in a check."""
    return f"{WOULD.get(change, change) if check else change}: {visible(str(path))}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a whole run did."""

    changes: Counter[Change]
    bad: int
    """Specs that are not drawn."""

    def __str__(self) -> str:
        files = sum(self.changes.values())
        words: dict[Change, str] = {"new": "new", "changed": "changed", "removed": "removed", "same": "as before"}
        parts = [f"{self.changes[change]} {word}" for change, word in words.items() if self.changes[change]]
        text = f"{files} file{'s' * (files != 1)}: {', '.join(parts)}" if files else "no files"
        return f"{text}; {self.bad} spec{'s' * (self.bad != 1)} with problems" if self.bad else text
