"""What the fuzzer feeds: from any bytes to a value, or to problems that can be told."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest import mock

import yaml

from conv_anim import inputs, pipeline
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.embed import markdown, page_files
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import Feed, shape_of
from conv_anim.scene import choice
from conv_anim.spec import document, overrides, reader
from conv_anim.spec.arrays import DataFileError
from conv_anim.spec.nodes import from_python
from tests.cases import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from conv_anim.diagnostics import Source
    from conv_anim.spec.model import Given

HERE = Path(__file__).parent
TESTS = HERE.parent
ERRORS = TESTS / "errors"
TEMPLATES = TESTS.parent / "templates"
BAD_SPECS = TESTS.parent / "build" / "fuzz" / "bad-specs"
"""Where the specs of ``errors/`` are, each as a file, once `unpacked`."""
DATA = inputs.Folder(ERRORS)
LOADERS = [getattr(yaml, name) for name in ("CSafeLoader", "SafeLoader") if hasattr(yaml, name)]
"""libyaml's, and the one in Python that reads where libyaml is missing."""


# problems


def told(error: SpecError) -> None:
    """Every problem has a message and a place that is there, and nothing that a terminal obeys, in any form."""
    assert error.problems
    for problem in error.problems:
        assert problem.message.strip(), problem
        assert all(line.isprintable() for line in problem.human().split("\n")), problem
        assert problem.short().isprintable(), problem
        assert json.loads(problem.json())["message"] == problem.message
        _placed(problem)


def _placed(problem: Problem) -> None:
    span = problem.span
    if span is None:
        assert problem.file or problem.path, problem
        return
    lines = max(1, len(span.source.text.splitlines()))
    assert 1 <= span.line <= lines, problem
    assert 1 <= span.column <= len(span.source.line(span.line)) + 1, problem
    assert span.width >= 1, problem
    assert span.column < span.end <= max(span.column + 1, len(span.source.line(span.line)) + 1), problem


@contextmanager
def problems_told() -> Iterator[None]:
    """What is done here may end in problems, if they can be told."""
    try:
        yield
    except SpecError as error:
        told(error)


def text(data: bytes, name: str) -> Source:
    """The text of a file. Raises SpecError."""
    return inputs.decoded(BytesIO(data), name)


# targets


def spec(data: bytes) -> None:
    """A spec's file, read by either YAML reader."""
    for loader in LOADERS:
        with mock.patch.object(document, "LOADER", loader), problems_told():
            pipeline.loaded(text(data, "spec.yaml"), files=DATA)


BASE = from_python({"input": {"size": [3, 3]}, "layers": [{"type": "conv", "kernel_size": 2}]})
STEPS = 12


def argument(data: bytes) -> None:
    """A text on the command line: for ``--set``, for ``--step``, for ``--input``."""
    said = data.decode("utf-8", "surrogateescape")
    with problems_told():
        reader.spec(overrides.changed(BASE, said.split("\n")), DATA)
    shape = shape_of(said)
    assert shape is None or min(shape) >= 1
    with suppress(SpecError):
        steps = choice.numbers(said, STEPS)
        assert steps == sorted(set(steps))
        assert set(steps) <= set(range(STEPS))


def layer(data: bytes) -> None:
    """A layer as a framework writes it. What is drawn of it can be written as a spec, which says the same."""
    with problems_told():
        source = text(data, "layer")
        if source.text.strip().lower().endswith(".onnx"):
            return
        made = drawing(source.text, Feed())
        written = made.yaml()
        again = pipeline.loaded(inputs.decoded(BytesIO(written.encode()), "written.yaml"))
        assert again.spec == made.loaded().spec


def page(data: bytes) -> None:
    """A Markdown page. Filled once more, it stays as it is."""
    with problems_told():
        made = _filled(data)
        assert _filled(made) == made


def _filled(data: bytes) -> bytes:
    """The page after ``embed``, without its pictures."""
    path = ERRORS / "page.md"
    read = page_files.Page(path, data, text(data, str(path)))
    if read.with_text(read.source.text) != data:
        return data
    return markdown.filled(read, markdown.fills(read, markdown.Wanted(folder=ERRORS)))


def table(data: bytes) -> None:
    """A data file, of every kind."""
    with TemporaryDirectory() as folder:
        for suffix in inputs.READERS:
            name = f"numbers{suffix}"
            (Path(folder) / name).write_bytes(data)
            with problems_told():
                given = _read(Path(folder), name)
                assert len(given.numbers) == prod(given.shape) > 0


def _read(folder: Path, name: str) -> Given:
    try:
        return inputs.Folder(folder)(name)
    except DataFileError as error:
        raise SpecError([Problem(Code.DATA_FILE, str(error), file=name, hint=error.hint)]) from None


@dataclass(frozen=True, slots=True)
class Target:
    """What is tried with any bytes, which part of the time it gets, and what to begin with besides its corpus."""

    attempt: Callable[[bytes], None]
    share: float
    seeds: tuple[Path, ...] = ()
    damaged: bool = False
    """Whether some of it is damaged as a spec is, see `tests.fuzzing.damage`."""

    @property
    def name(self) -> str:
        return self.attempt.__name__

    @property
    def corpus(self) -> Path:
        return HERE / "corpus" / self.name

    @property
    def found(self) -> Path:
        return HERE / "found" / self.name


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target(spec, 0.6, (TEMPLATES, BAD_SPECS), damaged=True),
        Target(argument, 0.1),
        Target(layer, 0.1),
        Target(page, 0.1, (TESTS.parent / "docs",)),
        Target(table, 0.1, (ERRORS / "data",)),
    )
}


def unpacked() -> None:
    """Write the specs of ``errors/`` as files, as the fuzzer takes them."""
    BAD_SPECS.mkdir(parents=True, exist_ok=True)
    for case in cases():
        (BAD_SPECS / f"{case.topic}-{case.title}.yaml").write_bytes(case.spec)


def files(*folders: Path) -> Iterable[Path]:
    """All files of some folders and below, in the order of their names."""
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
