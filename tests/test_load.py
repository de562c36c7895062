"""Many specs in one command: all good ones drawn, the others listed, memory flat, and gone on with after a stop."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from conv_anim import cli, pipeline
from conv_anim.app import build, build_cache, report

SPEC = "title: {title}\ninput: {{size: [3, 3]}}\nlayer: {{type: conv, kernel_size: {kernel}}}\nview: flat\n"
BAD = (3, 40)
PATIENCE = 900
"""Seconds after which something hangs, however slow the machine."""


def specs(folder: Path, count: int, *, bad=BAD) -> Path:
    """A folder of specs that are all different."""
    folder.mkdir(parents=True)
    for k in range(count):
        text = SPEC.format(title=f"number {k}", kernel="none" if k in bad else 2)
        (folder / f"s{k:04}.yaml").write_text(text)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "fig.yaml").write_text(SPEC.format(title="one", kernel=2))
    return tmp_path


@pytest.fixture
def drawn(monkeypatch):
    """The files that are drawn, by their names without suffixes."""
    found: list[str] = []
    meant = pipeline.pictures_of

    def pictures_of(spec, scene, format_, name, **more):
        found.append(name)
        return meant(spec, scene, format_, name, **more)

    monkeypatch.setattr(pipeline, "pictures_of", pictures_of)
    return found


def render(*args):
    return CliRunner().invoke(cli.main, ["render", *map(str, args)], catch_exceptions=False)


def command(*args):
    return [sys.executable, "-m", "conv_anim", "render", *map(str, args)]


# many


def test_all_good_specs_are_drawn_and_the_others_are_listed(here):
    specs(here / "specs", 60)
    done = subprocess.run(
        command("specs", "-o", "out", "-f", "png", "-j", 2, "-v"),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert sorted(path.name for path in Path("out").iterdir()) == [f"s{k:04}.png" for k in range(60) if k not in BAD]
    assert len({path.read_bytes() for path in Path("out").iterdir()}) == 58, "each has its own title"
    told, listed = done.stderr.split("2 of 60 specs have problems:\n")
    assert [told.count(f"s{k:04}.yaml:3") for k in BAD] == [1, 1]
    assert listed == "  specs/s0003.yaml\n  specs/s0040.yaml\n58 files: 58 new; 2 specs with problems\n"


def test_a_long_list_is_cut(here):
    specs(here / "specs", 30, bad=range(1, 30))
    (here / "specs" / "s0001.yaml").write_text("input: 3\n")
    *_, listed = render("specs", "-o", "out", "-f", "png").stderr.split("29 of 30 specs have problems:\n")
    lines = listed.splitlines()
    assert lines[0] == "  specs/s0001.yaml (2 problems)"
    assert lines[-1] == "  and 9 more"
    assert len(lines) == 21


@pytest.mark.parametrize("form", ["short", "json"])
def test_programs_get_no_list(here, form):
    specs(here / "specs", 5)
    said = render("specs", "-o", "out", "-f", "png", "--diagnostics", form).stderr
    assert len(said.splitlines()) == 1


def test_a_folder_without_specs_does_not_keep_others_from_being_drawn(here):
    (here / "empty").mkdir()
    done = render("empty", "fig.yaml", "-f", "png")
    assert done.exit_code == 1
    assert done.stderr.startswith("empty: error: there is no .yaml file in this folder")
    assert Path("fig.png").exists()


@pytest.mark.parametrize(("processes", "ahead"), [(1, 1), (2, build.ENOUGH)])
def test_specs_are_read_as_they_are_drawn(here, monkeypatch, processes, ahead):
    """Never more than a few ahead: what is read is held only until it is drawn."""
    specs(here / "specs", 30, bad=())
    read: list[Path] = []
    finished: list[int] = []
    load, finish = pipeline.loaded, report.Run._finish
    monkeypatch.setattr(pipeline, "loaded", lambda source, **more: read.append(source) or load(source, **more))

    def counted(self, *args):
        finished.append(len(read) - len(finished))
        finish(self, *args)

    monkeypatch.setattr(report.Run, "_finish", counted)
    assert render("specs", "-o", "out", "-f", "png", "-j", processes).exit_code == 0
    assert len(finished) == 30
    assert max(finished) == ahead


LARGE = "input: {{values: {values}}}\nlayer: {{type: avg_pool, kernel_size: [30, 40]}}\nsize: {{scale: 0.25}}\n"
PEAK = """
import re, sys
from pathlib import Path
from conv_anim.cli import main
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""
"""How much memory a program took at the most; what `os.wait4` says counts its parent's too, until it was forked."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no way to ask for a process's peak memory here")
def test_memory_does_not_grow_with_the_number_of_specs(here):
    """`make bench` does the same with 500 and 2,000; with larger ones it shows sooner."""
    text = LARGE.format(values=[list(range(40))] * 30)
    peaks = []
    for count in (10, 50):
        folder = specs(here / f"specs{count}", count, bad=())
        for path in folder.iterdir():
            path.write_text(text)
        command = [sys.executable, "-c", PEAK, "render", folder, "-f", "png", "-j", "1"]
        peaks.append(int(subprocess.run(command, capture_output=True, check=True).stdout))
    assert peaks[1] <= 1.1 * peaks[0]


def test_a_terminal_is_shown_how_far_it_is(here):
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    specs(here / "specs", 6)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(
        command("specs", "-o", "out", "-f", "png"), stdout=subprocess.DEVNULL, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # as Linux says that nobody is there any more
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(timeout=PATIENCE) == 1
    text = shown.decode()
    percents = [int(found) for found in re.findall(r"drawing\s+\[[#-]+\]\s+(\d+)%", text)]
    assert percents == sorted(percents)
    assert percents[0] == 0
    assert percents[-1] == 100
    assert len(set(percents)) > 3
    assert "\r\x1b[K\x1b[1mspecs/s0003.yaml:3" in text, "a problem stands in the place of the bar"
    assert text.endswith("5 files: 5 new; 1 spec with problems\r\n")


# gone on with


def as_written(folder):
    """Which files there are, and when they were written; not when they were read."""
    found = {path: path.stat() for path in Path(folder).iterdir()}
    return {path: (one.st_ino, one.st_size, one.st_mode, one.st_mtime_ns) for path, one in found.items()}


def test_what_is_up_to_date_is_not_drawn_again(here, drawn):
    specs(here / "specs", 5)
    args = ("specs", "-o", "out", "-f", "png", "-j", 1, "-v")
    assert render(*args).stderr.endswith("4 files: 4 new; 1 spec with problems\n")
    before = as_written("out")
    drawn.clear()
    done = render(*args)
    assert (done.exit_code, done.stdout, drawn) == (1, "", [])
    assert done.stderr.endswith("4 files: 4 as before; 1 spec with problems\n")
    assert as_written("out") == before
    assert render(*args, "--force").stderr.endswith("4 files: 4 as before; 1 spec with problems\n")
    assert drawn == ["s0000", "s0001", "s0002", "s0004"]


def test_a_run_that_was_stopped_is_gone_on_with(here, drawn):
    specs(here / "specs", 8, bad=())
    code = """
import os, signal, sys
from conv_anim.app import report
finish = report.Run._finish
def finished(self, *args):
    finish(self, *args)
    if sum(self.changes.values()) == 5:
        os.kill(os.getpid(), signal.SIGINT)
report.Run._finish = finished
from conv_anim.cli import main
main(["render", "specs", "-o", "out", "-f", "png", "-j", "1"])
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "stopped by SIGINT\n")
    assert len(list(Path("out").iterdir())) == 5
    assert render("specs", "-o", "out", "-f", "png", "-j", 1, "-v").stderr == "8 files: 3 new, 5 as before\n"
    assert drawn == ["s0005", "s0006", "s0007"]


@pytest.mark.parametrize("change", [
    lambda: Path("fig.png").write_bytes(Path("fig.png").read_bytes()[:-20]),
    lambda: Path("fig.png").write_bytes(b"something else"),
    lambda: Path("fig.png").unlink(),
    lambda: (Path("fig.png").unlink(), Path("fig.png").mkdir()),
], ids=["cut", "replaced", "removed", "a folder"])  # fmt: skip
def test_a_file_that_is_not_as_it_was_is_drawn_again(here, drawn, change):
    render("fig.yaml", "-f", "png")
    before = Path("fig.png").read_bytes()
    change()
    render("fig.yaml", "-f", "png")
    assert drawn == ["fig", "fig"]
    assert Path("fig.png").is_dir() or Path("fig.png").read_bytes() == before


@pytest.mark.parametrize("more", [
    ["--set", "layer.kernel_size=3"], ["--set", "theme=dark"], ["--set", "title=two"], ["--step", "1"],
    ["--set", "animation.every=2"], ["--max-pixels", "1000000"],
])  # fmt: skip
def test_whatever_decides_the_bytes_counts(here, drawn, more):
    render("fig.yaml", "-f", "png")
    render("fig.yaml", "-f", "png", *more)
    assert len(drawn) == 2
    render("fig.yaml", "-f", "png", *more)
    assert len(drawn) == 2


def test_the_content_counts_and_not_the_time_or_the_place(here, drawn):
    render("fig.yaml", "-f", "png")
    Path("fig.yaml").write_text(f"# the same\n{Path('fig.yaml').read_text()}")
    os.utime("fig.yaml", (2**31, 2**31))
    os.utime("fig.png", (1, 1))
    Path("elsewhere").mkdir()
    Path("fig.png").rename("elsewhere/fig.png")
    render("fig.yaml", "-f", "png", "-o", "elsewhere")
    assert drawn == ["fig"]


def test_data_files_count(here, drawn):
    Path("fig.yaml").write_text("input: {values: {file: a.csv}}\nlayer: {type: conv, kernel_size: 2}\n")
    for numbers in ("1,2\n3,4\n", "1,2\n3,5\n", "1,2\n3,5\n"):
        Path("a.csv").write_text(numbers)
        render("fig.yaml", "-f", "png")
    assert len(drawn) == 2


@pytest.mark.parametrize("what", ["_sources", "_versions"])
def test_the_programs_count(here, drawn, monkeypatch, what):
    """Another version of a library, or a source that was edited."""
    render("fig.yaml", "-f", "png")
    found = list(getattr(build_cache, what)())
    assert len(found) >= 3
    Path("other.py").write_text("version = '0'\n")
    monkeypatch.setattr(build_cache, what, lambda: iter([*found[:-1], (found[-1][0], Path("other.py"))]))
    build_cache._programs.cache_clear()
    render("fig.yaml", "-f", "png")
    assert len(drawn) == 2
    monkeypatch.undo()
    build_cache._programs.cache_clear()


def test_all_sources_are_among_the_programs():
    names = {name for name, _ in build_cache._sources()}
    package = Path(build_cache.__file__).parent.parent
    wanted = {f"/{path.relative_to(package).as_posix()}" for path in package.rglob("*.py")}
    assert wanted <= names
    assert {"/export/page/player.js", "/painting/data/NotoSansTC-Regular-subset.ttf"} <= names


def test_all_frames_are_compared(here, drawn):
    render("fig.yaml", "-f", "frames")
    assert "4 files: 4 as before" in render("fig.yaml", "-f", "frames", "-v").stderr
    Path("fig-2.png").unlink()
    assert "4 files: 1 new, 3 as before" in render("fig.yaml", "-f", "frames", "-v").stderr
    assert len(drawn) == 2


def test_the_advice_is_given_again(here, drawn):
    first, again = (render("fig.yaml", "-f", "pages").stdout for _ in range(2))
    assert "animategraphics" in first
    assert first == again
    assert len(drawn) == 1


def test_a_check_draws(here, drawn):
    render("fig.yaml", "-f", "png")
    assert render("fig.yaml", "-f", "png", "--check").exit_code == 0
    assert len(drawn) == 2


def test_a_figure_with_fonts_of_the_system_is_drawn_again(here, drawn, monkeypatch):
    """A character of such a font; the one here is said to be none of ours."""
    from conv_anim.painting import fonts

    Path("fig.yaml").write_text(f"{Path('fig.yaml').read_text()}caption: 卷積\n", encoding="utf-8")
    for _ in range(2):
        render("fig.yaml", "-f", "png")
    assert len(drawn) == 1
    monkeypatch.setattr(fonts, "OURS", here)
    paths = fonts.paths
    monkeypatch.setattr(fonts, "paths", lambda *, bold: iter([next(paths(bold=bold)), Path("none"), *paths(bold=bold)]))
    for _ in range(2):
        render("fig.yaml", "-f", "png", "--force")
        render("fig.yaml", "-f", "png", "--set", "title=other")
    assert len(drawn) == 5


def entries(folder):
    return [path for path in (folder / "cache").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff",
        b'{"fig.png": 3}',
        b'{"gone.png": null}',
        b"[" * 100_000,
        b'{"fig.png": null, "fig2.png": null}',
    ],
)
def test_a_damaged_entry_is_none_and_is_mended(here, drawn, text):
    render("fig.yaml", "-f", "png")
    (entry,) = entries(here)
    good = entry.read_bytes()
    entry.write_bytes(text)
    render("fig.yaml", "-f", "png")
    assert len(drawn) == 2
    assert entry.read_bytes() == good
    assert json.loads(good).keys() == {"fig.png"}


def test_a_folder_where_an_entry_should_be_does_no_harm(here, drawn):
    render("fig.yaml", "-f", "png")
    (entry,) = entries(here)
    entry.unlink()
    entry.mkdir()
    assert render("fig.yaml", "-f", "png").exit_code == 0
    assert len(drawn) == 2


@pytest.mark.parametrize("cache", ["fig.yaml", "relative"])
def test_without_a_cache_all_is_drawn(here, drawn, monkeypatch, cache):
    monkeypatch.setenv("XDG_CACHE_HOME", cache if cache == "relative" else str(here / cache))
    for _ in range(2):
        done = render("fig.yaml", "-f", "png")
        assert (done.exit_code, done.output) == (0, "")
    assert len(drawn) == 2
    assert sorted(path.name for path in here.iterdir()) == ["fig.png", "fig.yaml"]


def test_entries_make_room(here, monkeypatch):
    monkeypatch.setattr(build_cache, "MOST", 3)
    keys = [f"aa{k}" for k in range(6)]
    for k, key in enumerate(keys):
        build_cache.note(key, [("a.png", b"")])
        os.utime(build_cache._path(key), (k, k))
    assert [bool(build_cache.find(key)) for key in keys] == [False] * 3 + [True] * 3
    build_cache.note("bb", [("a.png", b"")])
    assert build_cache.find("aa5")


def test_programs_at_the_same_time(here):
    """They draw the same files, and note them; each finds what the others wrote whole."""
    specs(here / "specs", 6, bad=())
    running = [subprocess.Popen(command("specs", "-o", "out", "-f", "png", "-j", 1)) for _ in range(3)]
    assert [process.wait(timeout=PATIENCE) for process in running] == [0, 0, 0]
    assert render("specs", "-o", "out", "-f", "png", "-v").stderr == "6 files: 6 as before\n"
    for path in Path("out").iterdir():
        with Image.open(path) as image:
            image.load()
    assert len(entries(here)) == 6


UNUSED = """
import json, sys
from conv_anim import cli
try:
    cli.main(["render", "fig.yaml", "-f", "png"])
except SystemExit as end:
    assert not end.code
print(json.dumps(list(sys.modules)))
"""


def test_what_draws_is_not_imported_for_what_is_up_to_date(here):
    render("fig.yaml", "-f", "png")
    done = subprocess.run([sys.executable, "-c", UNUSED], capture_output=True, text=True, check=True)
    assert not {"numpy", "matplotlib", "PIL", "multiprocessing", "conv_anim.app.worker_pool"} & set(
        json.loads(done.stdout)
    )
