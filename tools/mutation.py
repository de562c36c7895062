"""How much of what is broken on purpose do the tests notice? A random sample of several parts is broken.

    python tools/mutation.py                 a sample of every part: the score of each, and build/mutation/PART.json
    python tools/mutation.py spec -n 400     more of one part
    python tools/mutation.py spec --again    only what survived or was not reached the last time
    python tools/mutation.py spec --show     what survived the last time, as lines before and after; runs nothing

The mutations are mutmut's; how they are run is not. mutmut leaves functions with decorators alone, and half of the
layout is properties; and it collects the tests anew for every mutant. Here pytest collects once, a run in a fork says
which test reaches which lines, and every mutant is a fork in which one function gets other code and the tests that
reach it run, the quickest first, until one fails. Nothing is written into the project's own files.
"""

from __future__ import annotations

import argparse
import functools
import gc
import hashlib
import importlib
import inspect
import json
import os
import random
import re
import resource
import signal
import sys
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from itertools import accumulate
from math import ceil, sqrt
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

import coverage
import libcst as cst
import pytest
from _pytest.runner import runtestprotocol
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "build" / "mutation"
ENVIRONMENT = {"CI": "true", "HYPOTHESIS_PROFILE": "mutation", "PYTHONHASHSEED": "0"}
MEMORY = 6 << 30
"""Bytes that a mutant may take."""

UNTESTED, NOTHING, CRASHED = 2, 3, 9
STATUS = {0: "survived", 1: "killed", UNTESTED: "untested", NOTHING: "nothing"}
"""By exit status of the fork; any other is that of a signal: it took too long."""

TERMINAL = os.dup(2)
SLACK = (10.0, 4.0)
"""Seconds of processor time that a mutant gets, and for each second of its tests."""

WAIT = 5
"""Times as many seconds may pass until it is ended even if it only waits."""

UNSEEN = ("cast", "overload", "assert_never")
"""What is there for the type checker."""

SURE = re.compile(r"\bstrict=\w+")
"""Of zip: it says what cannot happen otherwise, so nothing changes without it."""

SCENE = {
    *(
        "hit_regions",
        "breaks",
        "choice",
        "grid",
        "layout",
        "marks",
        "clipping",
        "sheet",
        "stacks",
        "steps",
        "storyboard",
    ),
    *("table", "channels/arrangement", "channels/towers", "flat/strip_layout", "flat/strip", "flat/windows"),
    *("isometric/floors", "isometric/drawn_plane", "isometric/slanted", "matrix/plan"),
    *("sequence/lattice", "sequence/rows", "volume/lineup", "volume/oblique", "volume/space"),
}
"""What decides where things stand."""


@dataclass(frozen=True)
class Part:
    """Modules to break, as patterns of paths, and the tests that ought to notice."""

    broken: tuple[str, ...]
    tests: tuple[str, ...]

    def paths(self) -> list[Path]:
        return sorted({path for pattern in self.broken for path in (ROOT / "conv_anim").glob(pattern)})


PARTS = {
    "spec": Part(
        ("spec/**/*.py",),
        (
            *("spec", "errors", "mistakes", "settings", "limits", "files", "cli", "language", "templates", "explain"),
            *("gathers", "words", "layout"),
        ),
    ),
    "trace": Part(
        ("tracing/*.py", "ops/*.py"),
        (
            *("ops", "trace_oracle", "trace_laws", "gathers", "scatter", "settings", "explain", "guide", "templates"),
            *("language", "matrix", "cli"),
        ),
    ),
    "files": Part(
        (
            *("opening.py", "inputs.py", "claims.py", "app/stale_frames.py", "app/build_cache.py"),
            *("app/build.py", "app/plan.py", "app/worker_pool.py"),
            *("data_files/*.py", "export/files.py", "embed/marks.py", "embed/markdown.py", "embed/run.py"),
        ),
        (
            *("opening", "overwriting", "data_files", "marks", "embed", "load", "files", "boundaries", "shortages"),
            *("cli", "damaged", "messages"),
        ),
    ),
    "layout": Part(
        tuple(f"scene/{name}.py" for name in SCENE),
        (
            *("scene_parts", "layout", "flat", "isometric", "sequence", "volume", "matrix", "channels", "motion"),
            *("templates", "language", "guide"),
        ),
    ),
}


@dataclass(frozen=True)
class Mutant:
    """One change to one function: `old` at a line of a file becomes `new`."""

    name: str
    path: str
    function: str
    line: int
    old: str
    new: str
    status: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Change:
    """Where bytes of a module are replaced, within which function, and the lines of that function's body."""

    function: str
    lines: range
    line: int
    start: int
    length: int
    new: str


class Changes(cst.CSTVisitor):
    """All changes that mutmut's operators know for the bodies of a module's functions."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider, PositionProvider)

    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self.module = module
        self.scope: list[str] = []
        self.body: list[tuple[str, range]] = []
        self.found: list[Change] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.ClassDef() if not self.body:
                self.scope.append(node.name.value)
            case cst.FunctionDef() if not self.body:
                if any(cst.Module([]).code_for_node(each.decorator) in UNSEEN for each in node.decorators):
                    return False
                place = self.get_metadata(PositionProvider, node.body)
                self.body.append(
                    (".".join([*self.scope, node.name.value]), range(place.start.line, place.end.line + 1))
                )
                node.body.visit(self)
                self.body.pop()
                return False
            case cst.Annotation() | cst.Param() | cst.Decorator():
                return False
            case cst.Call(func=cst.Name(value=name)) if name in ("len", "isinstance", *UNSEEN):
                return False
            case cst.Arg(keyword=cst.Name(value="strict")):
                return False
            case _ if self.body:
                self.found += self.changes(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef) and not self.body:
            self.scope.pop()

    def changes(self, node: cst.CSTNode) -> Iterator[Change]:
        span = self.get_metadata(ByteSpanPositionProvider, node, None)
        if span is None:
            return
        line, before = self.get_metadata(PositionProvider, node).start.line, self.module.code_for_node(node)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                for other in operator(node):
                    code = self.module.code_for_node(other)
                    if is_zip(node) and SURE.findall(code) != SURE.findall(before):
                        continue
                    yield Change(*self.body[-1], line, span.start, span.length, code)


def is_zip(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "zip"


@dataclass(frozen=True)
class Module:
    """A module as text, and everything that can be changed in it."""

    path: Path

    @property
    def relative(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def source(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def changes(self) -> dict[str, Change]:
        wrapper = MetadataWrapper(cst.parse_module(self.source))
        visitor = Changes(wrapper.module)
        wrapper.visit(visitor)
        count: Counter[str] = Counter()
        named = {}
        for change in visitor.found:
            count[change.function] += 1
            named[f"{self.relative}::{change.function}::{count[change.function]}"] = change
        return named

    def changed(self, change: Change) -> bytes:
        return self.source[: change.start] + change.new.encode() + self.source[change.start + change.length :]

    def mutant(self, name: str) -> Mutant:
        change = self.changes[name]
        before, after = self.source.decode().splitlines(), self.changed(change).decode().splitlines()
        first = change.line - 1
        last = first + self.source[change.start : change.start + change.length].count(b"\n") + 1
        old, new = before[first:last], after[first : last + len(after) - len(before)]
        return Mutant(
            name, self.relative, change.function, change.line, *("\n".join(map(str.strip, each)) for each in (old, new))
        )

    def code(self, change: Change) -> CodeType | None:
        """The changed function's code; nothing where the change makes no code or the same code."""
        try:
            codes = [compile(text, str(self.path), "exec") for text in (self.source, self.changed(change))]
        except SyntaxError:
            return None
        old, new = ([each for each in inner(code) if each.co_qualname == change.function][-1] for code in codes)
        return None if same(old, new) else new

    def function(self, change: Change) -> FunctionType:
        """The function as it is in memory."""
        *owners, name = change.function.split(".")
        dotted = self.relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        owner: object = importlib.import_module(dotted)
        for each in owners:
            owner = getattr(owner, each)
        return plain(vars(owner)[name])


def inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from inner(each)


def same(one: CodeType, other: CodeType) -> bool:
    """Whether two functions do the same, wherever their lines stand."""
    nested = [[each for each in code.co_consts if isinstance(each, CodeType)] for code in (one, other)]
    kept = [[repr(each) for each in code.co_consts if not isinstance(each, CodeType)] for code in (one, other)]
    said = [
        (code.co_code, code.co_names, code.co_varnames, *consts)
        for code, consts in zip((one, other), kept, strict=True)
    ]
    return said[0] == said[1] and len(nested[0]) == len(nested[1]) and all(map(same, *nested))


def plain(wrapped: object) -> FunctionType:
    """The function within a property, a cache or a class method."""
    for name in ("fget", "func", "__func__"):
        wrapped = getattr(wrapped, name, wrapped)
    function = inspect.unwrap(wrapped)  # type: ignore[arg-type]
    assert isinstance(function, FunctionType), wrapped
    return function


@dataclass(frozen=True)
class Reach:
    """The lines of each file that a test reaches, the seconds it takes, and of which code and tests this is so."""

    of: str
    seconds: float
    lines: dict[str, list[int]]


def digest(*files: Module | Path) -> str:
    every = b"".join(file.source if isinstance(file, Module) else file.read_bytes() for file in files)
    return hashlib.sha256(every).hexdigest()[:16]


class Breaking:
    """A plugin of pytest that runs no test itself, but lets forks run those that reach what is broken."""

    def __init__(self, part: Part, wanted: list[str] | None, learned: Path, options: argparse.Namespace) -> None:
        self.modules = {module.relative: module for module in map(Module, part.paths())}
        self.wanted, self.learned = wanted, learned
        self.sample, self.seed, self.jobs, self.patience = options.number, options.seed, options.jobs, options.seconds
        self.total = sum(len(module.changes) for module in self.modules.values())
        self.done: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        self.reach = self.measured()
        waiting = self.chosen()
        running: dict[int, Mutant] = {}
        while waiting or running:
            while waiting and len(running) < self.jobs:
                mutant = waiting.pop()
                running[forked(partial(self.met, mutant))] = mutant
            process, status, used = os.wait4(-1, 0)
            mutant = running.pop(process)
            said = os.waitstatus_to_exitcode(status)
            assert said != CRASHED, f"{mutant.name} cannot be tried"
            result = STATUS.get(said, "timeout")
            self.done.append(replace(mutant, status=result, seconds=round(used.ru_utime + used.ru_stime, 2)))
            self.tell()
        return True

    def tell(self) -> None:
        count = Counter(mutant.status for mutant in self.done)
        if len(self.done) % 20 == 0:
            os.write(TERMINAL, f"{len(self.done)}: {dict(count)}\n".encode())

    def measured(self) -> dict[str, Reach]:
        """What each test reaches, from the last time where neither it nor the code has changed."""
        code = digest(*self.modules.values())
        files = {item.path: digest(item.path) for item in self.items.values()}
        kept = json.loads(self.learned.read_text(encoding="utf-8")) if self.learned.exists() else {}
        known = {test: Reach(**each) for test, each in kept.items()}
        fresh = {test: f"{code} {files[item.path]}" for test, item in self.items.items()}
        known = {test: each for test, each in known.items() if fresh.get(test) == each.of}
        unknown = {test: of for test, of in fresh.items() if test not in known}
        process = forked(partial(self.learn, unknown, known))
        assert os.waitpid(process, 0)[1] == 0, "the tests cannot be measured"
        kept = json.loads(self.learned.read_text(encoding="utf-8"))
        return {test: Reach(**each) for test, each in kept.items()}

    def learn(self, unknown: dict[str, str], known: dict[str, Reach]) -> int:
        forget()
        paths = [str(module.path) for module in self.modules.values()]
        cover = coverage.Coverage(data_file=None, config_file=False, include=paths)
        cover.set_option("run:disable_warnings", ["no-data-collected"])
        for test, of in unknown.items():
            begun = os.times()
            cover.erase()
            cover.start()
            passed = passes(self.items[test], None)
            cover.stop()
            if passed is False:
                os.write(TERMINAL, f"left out, as it fails as it is: {test}\n".encode())
                continue
            data = cover.get_data()
            lines = {Path(file).relative_to(ROOT).as_posix(): data.lines(file) or [] for file in data.measured_files()}
            own, others = spent(begun, os.times())
            known[test] = Reach(of, own, lines if others < own else {})
        self.learned.parent.mkdir(parents=True, exist_ok=True)
        self.learned.write_text(json.dumps({test: asdict(each) for test, each in known.items()}), encoding="utf-8")
        return 0

    def chosen(self) -> list[Mutant]:
        """Mutants of every module, as many as its share of all."""
        if self.wanted is not None:
            known = [name for name in self.wanted if name in self.modules[name.partition("::")[0]].changes]
            return [self.modules[name.partition("::")[0]].mutant(name) for name in known]
        dice = random.Random(self.seed)
        chosen = []
        for module in self.modules.values():
            share = self.sample * len(module.changes) / self.total
            count = int(share) + (dice.random() < share % 1)
            chosen += [module.mutant(name) for name in dice.sample(sorted(module.changes), count)]
        dice.shuffle(chosen)
        return chosen

    def reaching(self, change: Change, path: str) -> list[str]:
        """The tests that come by, the quickest first, as many as there is time for."""
        lines = set(change.lines)
        tests = [test for test, reach in self.reach.items() if not lines.isdisjoint(reach.lines.get(path, ()))]
        tests.sort(key=lambda test: self.reach[test].seconds)
        return [
            test
            for test, total in zip(tests, accumulate(self.reach[test].seconds for test in tests), strict=True)
            if total < self.patience or test == tests[0]
        ]

    def met(self, mutant: Mutant) -> int:
        module = self.modules[mutant.path]
        change = module.changes[mutant.name]
        code = module.code(change)
        if code is None:
            return NOTHING
        tests = self.reaching(change, mutant.path)
        if not tests:
            return UNTESTED
        limit = ceil(SLACK[0] + SLACK[1] * sum(self.reach[test].seconds for test in tests))
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        signal.alarm(WAIT * limit)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        forget()
        function = module.function(change)
        if len(code.co_freevars) != len(function.__code__.co_freevars):
            return NOTHING
        function.__code__ = code
        items = [self.items[test] for test in tests]
        return int(any(passes(item, after) is False for item, after in zip(items, [*items[1:], None], strict=True)))


def forked(task: Callable[[], int]) -> int:
    """The process in which a task runs; it ends with the number that the task returns."""
    if (process := os.fork()) == 0:
        code = CRASHED
        try:
            code = task()
        except BaseException:  # noqa: BLE001
            os.write(TERMINAL, traceback.format_exc().encode())
        finally:
            os._exit(code)
    return process


def spent(begun: os.times_result, ended: os.times_result) -> tuple[float, float]:
    """Seconds of processor time of this process, and of those that it started, which know nothing of mutants."""
    own = ended.user + ended.system - begun.user - begun.system
    return own, ended.children_user + ended.children_system - begun.children_user - begun.children_system


def forget() -> None:
    """Empties what the collection of the tests left in caches."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):  # noqa: SLF001
            each.cache_clear()


def passes(item: pytest.Item, after: pytest.Item | None) -> bool | None:
    """Whether a test passes; nothing if it is skipped."""
    reports = runtestprotocol(item, log=False, nextitem=after)
    if any(report.failed for report in reports):
        return False
    return None if any(report.skipped for report in reports) else True


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's, at 95 %."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def score(name: str, mutants: list[Mutant], total: int) -> str:
    count = Counter(mutant.status for mutant in mutants)
    of = len(mutants) - count["nothing"]
    hits = count["killed"] + count["timeout"]
    low, high = interval(hits, of)
    return (
        f"{name}: {hits} of {of} noticed, {hits / max(of, 1):.1%} (95 %: {low:.1%} to {high:.1%}) of {total} possible; "
        f"{count['timeout']} by time, {count['survived']} survived, {count['untested']} not reached, "
        f"{count['nothing']} changed nothing"
    )


def shown(mutants: list[Mutant]) -> str:
    left = sorted((each for each in mutants if each.status in ("survived", "untested")), key=lambda each: each.name)
    return "\n".join(
        f"{each.name} line {each.line} ({each.status})\n"
        + "\n".join(f"  - {line}" for line in each.old.splitlines())
        + "\n"
        + "\n".join(f"  + {line}" for line in each.new.splitlines())
        for each in left
    )


def ran(name: str, options: argparse.Namespace) -> str:
    """Breaks a sample of a part, or what is left of the last one, and says how it went."""
    kept = BUILT / f"{name}.json"
    known = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() and (options.again or options.show) else None
    before = [Mutant(**each) for each in known["mutants"]] if known else []
    if options.show:
        return shown(before)
    left = [each.name for each in before if each.status in ("survived", "untested")] if options.again else None
    breaking = Breaking(PARTS[name], left, BUILT / f"{name}.reach.json", options)
    tests = [f"tests/test_{each}.py" for each in PARTS[name].tests if (ROOT / f"tests/test_{each}.py").exists()]
    plain_order = ["-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    ended = pytest.main(["-q", "--no-header", "--no-summary", *plain_order, *tests], plugins=[breaking])
    if ended == pytest.ExitCode.INTERNAL_ERROR:
        sys.exit(f"{name}: the tests could not be run")
    again = {each.name for each in breaking.done}
    mutants = [*(each for each in before if each.name not in again), *breaking.done]
    BUILT.mkdir(parents=True, exist_ok=True)
    kept.write_text(
        json.dumps({"total": breaking.total, "mutants": [asdict(each) for each in mutants]}, indent=1), encoding="utf-8"
    )
    return score(name, mutants, breaking.total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("-n", "--number", type=int, default=400, help="mutants of each part (400)")
    parser.add_argument("--seed", type=int, default=6, help="which ones (6)")
    parser.add_argument("--seconds", type=float, default=30, help="of tests for each (30)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    parser.add_argument("--again", action="store_true", help="those that were left the last time")
    parser.add_argument("--show", action="store_true", help="what was left the last time")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    if ENVIRONMENT.items() - os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ENVIRONMENT)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    print("\n".join([ran(name, options) for name in options.parts or PARTS]))  # noqa: T201


if __name__ == "__main__":
    main()
