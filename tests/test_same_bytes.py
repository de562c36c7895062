"""The same bytes wherever, whenever and however a figure is drawn.

Each circumstance is a process of its own, compared with a plain one. ``make test-bytes`` draws every template in every
format, twice; here a few small ones stand for them, and take turns: each circumstance meets every template and every
format, and each template is drawn in each format in one or more of them.
"""

from __future__ import annotations

import json
import locale
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import pytest

from conv_anim import catalog
from conv_anim.spec import formats

TEMPLATES = {template.name: template.path for template in catalog.templates()}
TOPICS: dict[str, list[str]] = {}
for template in catalog.templates():
    TOPICS.setdefault(template.topic or "none", []).append(template.name)
EVERY = os.environ.get("EVERY_TEMPLATE")
"""Whether to draw all of them; ``in every step`` also in formats that take long."""
FEW = ("con_3", "con_8", "max_pool", "conv_1d", "pooled_channels")
ONE = ("no_padding_strides",)
"""Each view, stills and animations, with numbers and without; they are small."""
WHOLE = ("gif", "png", "svg", "pdf", "html", "strip.svg", "storyboard.svg")
"""What is drawn of every step in a moment; of the other formats, two steps have to do."""
FORMATS = formats.names(formats.FORMATS.own)
PAGES = ("pages.pdf", "storyboard.pdf", "strip.pdf")
"""What PDF, storyboards and strips are made of."""
TURNS = 3
STEPPED = (*(name for name in FORMATS if name not in WHOLE), "frames")

BREAK_NETWORK = """
import socket
def refuse(*_, **__):
    raise AssertionError("a figure is drawn without the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
"""
HOSTILE = """
backend: tkagg
text.usetex: True
text.hinting: native
text.antialiased: False
font.family: fantasy
font.size: 3
path.simplify: True
path.simplify_threshold: 1.0
path.snap: False
path.sketch: 3, 30, 3
path.effects:
agg.path.chunksize: 2
lines.antialiased: False
savefig.dpi: 17
figure.dpi: 17
svg.hashsalt: salt
svg.fonttype: none
pdf.fonttype: 3
pdf.compression: 0
pdf.use14corefonts: True
pdf.inheritcolor: True
interactive: True
"""
BROKEN = "backend: none_such\nno.such.key: 1\nthis is no line\nfigure.dpi: many\ntext.usetex: perhaps\n\x01: \x02\n"


def known(name):
    """Whether this machine has a locale."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_ALL, before)
    return True


@dataclass(frozen=True)
class Circumstance:
    """What is different from a plain run. ``{here}`` is the folder that it starts in."""

    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    python: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Variables that are not set."""
    umask: int = 0o022
    elsewhere: bool = False
    """The specs are in another folder, with a longer name, and named from there."""
    backwards: bool = False
    alone: bool = False
    """A process for each spec."""


ELSEWHERE = Circumstance(
    {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "COLUMNS": "20", "SOURCE_DATE_EPOCH": "1"},
    umask=0o077,
    elsewhere=True,
)
NO_NETWORK = Circumstance({"PYTHONPATH": "{here}/site"}, {"site/sitecustomize.py": BREAK_NETWORK}, python=("-OO",))
BARE = Circumstance(
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "XDG_CACHE_HOME": "/dev/null/x", "TMPDIR": "{here}"},
    missing=("HOME",),
)
"""As a service of the system runs: no home, no folder for a cache, nothing but ASCII."""
CIRCUMSTANCES = {
    "another folder, hash seed, time zone, umask and date, hostile settings here": replace(
        ELSEWHERE, files={"matplotlibrc": HOSTILE}
    ),
    "no network, no docstrings, broken settings": replace(
        NO_NETWORK,
        environment=NO_NETWORK.environment | {"MPLCONFIGDIR": "{here}/conf"},
        files=NO_NETWORK.files | {"conf/matplotlibrc": BROKEN},
    ),
    "two at a time, backwards, settings that are no text": Circumstance(
        {"MATPLOTLIBRC": "{here}/rc", "MPLBACKEND": "none"}, {"rc": "\udcff\0"}, options=("-j", "2"), backwards=True
    ),
    "no home, and ASCII": BARE,
    "alone": Circumstance(alone=True),
    **{name: Circumstance({"LC_ALL": name}) for name in ("de_DE.UTF-8", "tr_TR.UTF-8", "zh_TW.UTF-8") if known(name)},
}
"""What does not get into each other's way is one circumstance: most of the time goes into starting processes."""
TOGETHER = Circumstance(
    ELSEWHERE.environment | NO_NETWORK.environment | {"MATPLOTLIBRC": "{here}/rc", "LC_ALL": "C"},
    NO_NETWORK.files | {"rc": HOSTILE},
    python=("-OO",),
    options=("-j", "2"),
    missing=("HOME",),
    umask=0o077,
    elsewhere=True,
    backwards=True,
)


DRIVER = """
import json, sys
from conv_anim.cli import main
for command in json.loads(sys.argv[1]):
    try:
        main(command)
    except SystemExit as end:
        if end.code:
            raise
"""
"""Commands one after the other, in one process."""


def drawn(home, circumstance, *groups):
    """The files that a process of its own makes of groups of templates, by name."""
    here, out = home / "here", home / "out"
    write(here, circumstance)
    commands = [command for group in groups for command in rendering(home, circumstance, *group)]
    for each in [[command] for command in commands] if circumstance.alone else [commands]:
        done = subprocess.run(
            [sys.executable, *circumstance.python, "-c", DRIVER, json.dumps(each)],
            cwd=here,
            env=environment(home, circumstance),
            umask=circumstance.umask,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    return {path.name: path.read_bytes() for path in out.iterdir()}


def rendering(home, circumstance, names, formats, options=()):
    """What is asked of conv-anim to draw some templates in some formats."""
    specs = located(home, circumstance, names)
    wanted = [part for format_ in formats for part in ("-f", format_)]
    for each in [[spec] for spec in specs] if circumstance.alone else [specs]:
        yield ["render", *map(str, each), "-o", str(home / "out"), *wanted, *options, *circumstance.options]


def write(here, circumstance):
    here.mkdir()
    for name, text in circumstance.files.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_bytes(text.encode("utf-8", "surrogateescape"))


def located(home, circumstance, names):
    specs = [TEMPLATES[name] for name in (reversed(names) if circumstance.backwards else names)]
    if not circumstance.elsewhere:
        return specs
    root = next(path for path in specs[0].parents if path.name == "templates")
    shutil.copytree(root, home / "here" / "an other 文件夾", dirs_exist_ok=True)
    return [Path("an other 文件夾") / path.relative_to(root) for path in specs]


def environment(home, circumstance):
    plain = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "TZ": "UTC"}
    changed = {name: value.replace("{here}", str(home / "here")) for name, value in circumstance.environment.items()}
    path = os.pathsep.join(filter(None, (changed.get("PYTHONPATH"), str(Path(catalog.__file__).parent.parent))))
    return {k: v for k, v in (plain | changed).items() if k not in circumstance.missing} | {"PYTHONPATH": path}


def available(formats):
    return [format_ for format_ in formats if format_ != "mp4" or shutil.which("ffmpeg") or "CI" in os.environ]


def different(one, other):
    """The names of files that are not the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def drawn_in(turn):
    """The groups of a circumstance, in the formats that this machine can write."""
    for k, name in enumerate(FEW):
        yield (name,), [format_ for j, format_ in enumerate(WHOLE) if (j + k + turn) % TURNS == 0], ()
    left_out = [PAGES[(turn + k) % TURNS] for k in (1, 2)]
    yield ONE, [format_ for format_ in available(STEPPED) if format_ not in left_out], ("--step", "0,last")


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """What a plain run makes, all of it."""
    groups = (FEW, WHOLE, ()), (ONE, available(STEPPED), ("--step", "0,last"))
    return drawn(tmp_path_factory.mktemp("plain"), Circumstance(), *groups)


def test_every_template_has_its_turn_in_every_format():
    turns = [(names, format_) for k in range(len(CIRCUMSTANCES)) for names, each, _ in drawn_in(k) for format_ in each]
    assert {name for names, _ in turns for name in names} == {*FEW, *ONE}
    few = {((name,), format_) for name in FEW for format_ in WHOLE}
    assert set(turns) == few | {(ONE, format_) for format_ in available(STEPPED)}
    for k in range(len(CIRCUMSTANCES)):
        assert {format_ for _, each, _ in drawn_in(k) for format_ in each} | {*PAGES} == {*WHOLE, *available(STEPPED)}


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_the_same_bytes(plain, name, tmp_path):
    assert {path.rpartition(".")[2] for path in plain} >= {"gif", "svg", "pdf", "html", "png", "webp"}
    groups = [*drawn_in(list(CIRCUMSTANCES).index(name))]
    made = drawn(tmp_path, CIRCUMSTANCES[name], *groups)
    for names, each, _ in groups:
        for spec, format_ in product(names, each):
            assert any(file.startswith(f"{spec}{'-' if format_ == 'frames' else '.' + format_}") for file in made)
    assert different(made, {file: data for file, data in plain.items() if file in made}) == []


@pytest.mark.parametrize("topic", TOPICS if EVERY else ())
@pytest.mark.parametrize(
    ("formats", "options"), [(WHOLE, ()), (STEPPED, ("--step", "0,last"))], ids=["whole", "stepped"]
)
def test_every_template_in_every_format(topic, formats, options, tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    options = () if EVERY == "in every step" else options
    group = TOPICS[topic], available(formats), options
    assert different(drawn(first, Circumstance(), group), drawn(second, TOGETHER, group)) == []
