"""What may befall a command, caused for real: a message and an exit status, no traceback, no file half written."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, limits and modes as POSIX has them")

SPEC = "input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\nview: flat\n"
OLD = b"an old picture"
COMMAND = [sys.executable, "-m", "conv_anim"]
STAGED = """
import os, shutil, signal, sys, time
{}
from conv_anim.cli import main
main(sys.argv[1:], prog_name="conv-anim")
"""
"""The command line in a program that does something at some stage; `staged` runs it."""
PATIENCE = 900
"""Seconds after which something hangs, however slow the machine."""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a spec and its old picture, which is the current one."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "fig.yaml").write_text(SPEC)
    (folder / "fig.png").write_bytes(OLD)
    (tmp_path / "scratch").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def run(*args, **more):
    return subprocess.run([*COMMAND, *map(str, args)], check=False, capture_output=True, timeout=PATIENCE, **more)


def limited(kind, most, *args, env=os.environ, **more):
    """A command with a limit of the system. It compiles nothing: modules would be cut at the limit too."""
    limit = lambda: resource.setrlimit(kind, (most, most))  # noqa: E731
    return run(*args, preexec_fn=limit, env={**env, "PYTHONDONTWRITEBYTECODE": "1"}, **more)


def staged(code, *args, **more):
    return subprocess.Popen(
        [sys.executable, "-c", STAGED.format(code), *map(str, args)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **more,
    )  # fmt: skip


def ended(process, data=None):
    """Exit status, stdout and stderr, when all processes that hold these are gone."""
    try:
        out, err = process.communicate(data, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return process.returncode, out, err.decode()


def nothing_half_done(folder):
    assert not [path for path in folder.rglob(".*") if path.is_file()]
    assert not list((folder.parent / "scratch").iterdir())
    assert not list((folder.parent / "cache").rglob(".*"))


def refused(done, *parts):
    """An exit status of 1, and a message with these parts."""
    text = done.stderr.decode()
    assert done.returncode == 1, text
    assert "Traceback" not in text
    for part in parts:
        assert part in text
    return text


def whole(path):
    with Image.open(path) as image:
        image.load()
    return True


def specs(folder, count):
    folder.mkdir(exist_ok=True)
    for k in range(count):
        (folder / f"s{k}.yaml").write_text(SPEC)


# disks and folders


def test_a_full_disk(here):
    disk = here / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk]
    mounted = subprocess.run(mount, check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here; the test below fills a file")
    try:
        (disk / "fig.png").write_bytes(OLD)
        (disk / "filler").write_bytes(b"\0" * 8192)
        done = run("render", "fig.yaml", "-o", disk, "-f", "png")
        refused(done, "fig.png cannot be written: No space left on device [output]")
        assert (disk / "fig.png").read_bytes() == OLD
        nothing_half_done(here)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_that_may_not_become_so_large(here):
    done = limited(resource.RLIMIT_FSIZE, 1000, "render", "fig.yaml", "-f", "png")
    refused(done, "fig.png cannot be written: File too large")
    assert (here / "fig.png").read_bytes() == OLD
    nothing_half_done(here)


def as_anybody():
    """Modes of files count for root too: it gives up the right to override them."""
    if os.geteuid() == 0:
        drop_from_bounding_set, capabilities = 24, (1, 2)
        for capability in capabilities:
            assert ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0) == 0


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "linux", reason="root may write everywhere here")
def test_a_folder_that_is_read_only(here):
    here.chmod(0o555)
    try:
        refused(run("render", "fig.yaml", "-f", "png", preexec_fn=as_anybody), "cannot be written: Permission denied")
        assert (here / "fig.png").read_bytes() == OLD
        done = run("render", "fig.yaml", "-o", "-", "-f", "png", preexec_fn=as_anybody)
        assert (done.returncode, done.stderr, done.stdout[:4]) == (0, b"", b"\x89PNG")
    finally:
        here.chmod(0o755)
    nothing_half_done(here)


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "linux", reason="root may read everywhere here")
def test_a_spec_that_may_not_be_read(here):
    Path("fig.yaml").chmod(0)
    refused(run("render", "fig.yaml", preexec_fn=as_anybody), "fig.yaml: error: cannot be read: Permission denied")


@pytest.mark.parametrize(("output", "why"), [
    ("dir.png", "dir.png cannot be written: Is a directory"),
    ("file/fig.png", "file is no folder"),
    ("file/a/b/fig.png", "is no folder"),
    (f"{'long' * 80}.png", "File name too long"),
])  # fmt: skip
def test_a_place_where_no_file_can_be(here, output, why):
    (here / "dir.png").mkdir()
    (here / "file").write_bytes(OLD)
    refused(run("render", "fig.yaml", "--set", f"output={Path(output).name}", "-o", Path(output).parent), why)
    assert (here / "file").read_bytes() == OLD
    nothing_half_done(here)


def test_a_name_too_long_to_be_looked_for(here):
    refused(run("render", f"{'long' * 80}.yaml"), "File name too long")


def test_a_current_folder_that_is_gone(here):
    code = f"os.makedirs('gone'); os.chdir('gone'); os.rmdir({str(here / 'gone')!r})"
    assert ended(staged(code, "render", here / "fig.yaml", "-f", "png")) == (0, b"", "")
    assert whole("fig.png")
    status, _, said = ended(staged(code, "render", "fig.yaml"))
    assert status == 1
    assert "there is no such file" in said


# what vanishes


def test_a_spec_that_vanishes_after_it_was_listed(here):
    specs(here / "specs", 3)
    code = """
from conv_anim import inputs
read = inputs.source
def source(path, *more, **named):
    if path.name == "s0.yaml":
        os.unlink("specs/s1.yaml")
    return read(path, *more, **named)
inputs.source = source
"""
    status, _, said = ended(staged(code, "render", "specs", "-f", "png"))
    assert status == 1
    assert said.startswith("specs/s1.yaml: error: there is no such file [unreadable]")
    assert said.endswith("1 of 3 specs has problems:\n  specs/s1.yaml\n")
    assert whole("specs/s0.png")
    assert whole("specs/s2.png")


def test_a_data_file_that_vanishes_after_it_was_looked_at(here):
    Path("fig.yaml").write_text("input: {values: {file: a.csv}}\nlayer: {type: conv, kernel_size: 2}\n")
    Path("a.csv").write_text("1,2\n3,4\n")
    code = """
from pathlib import Path
stat = Path.stat
def vanishing(self, **more):
    found = stat(self, **more)
    if self.name == "a.csv":
        os.unlink(self)
    return found
Path.stat = vanishing
"""
    status, _, said = ended(staged(code, "render", "fig.yaml", "-f", "png"))
    assert status == 1
    assert "Traceback" not in said
    assert "[data-file]" in said
    assert (here / "fig.png").read_bytes() == OLD


@pytest.mark.parametrize(("stage", "status"), [("pipeline.pictures_of", 0), ("tempfile.mkstemp", 1)])
def test_an_output_folder_that_vanishes_while_it_is_drawn(here, stage, status):
    """Before it is needed, it is made again; between that and the file, it is missing."""
    (here / "out").mkdir()
    code = f"""
import tempfile
from conv_anim import pipeline
meant = {stage}
def instead(*args, **more):
    shutil.rmtree("out")
    return meant(*args, **more)
{stage} = instead
"""
    found, _, said = ended(staged(code, "render", "fig.yaml", "-o", "out", "-f", "png"))
    assert found == status
    assert said == "" if status == 0 else "cannot be written: No such file or directory" in said
    assert status == 1 or whole("out/fig.png")
    nothing_half_done(here)


# signals

PAUSING = """
from conv_anim import inputs, pipeline
def pausing(*args, **more):
    os.write(1, b".")
    while True:
        time.sleep(0.01)
{} = pausing
"""
"""For ever, in short naps: a signal that comes just before a long one would be heeded only when that ends."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("stage", "jobs"), [
    ("inputs.source", 1), ("pipeline.pictures_of", 1), ("pipeline.pictures_of", 2),
])  # fmt: skip
@pytest.mark.parametrize("whom", [os.kill, os.killpg], ids=["process", "group"])
def test_a_signal_ends_all_processes(here, number, stage, jobs, whom):
    """`ended` waits for the workers as well, which hold the same stdout."""
    specs(here, 5)
    process = staged(PAUSING.format(stage), "render", ".", "-f", "png", "-j", jobs)
    assert process.stdout.read(1) == b"."
    whom(process.pid, number)
    status, _, said = ended(process)
    assert (status, said) == (128 + number, f"stopped by {number.name}\n")
    assert (here / "fig.png").read_bytes() == OLD
    nothing_half_done(here)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_just_before_it_waits_for_workers_is_heeded(here, number):
    """It does not end the wait then: caused here by another thread, which gets it in the place of the waiting one."""
    code = """
import threading
from conv_anim import pipeline
from conv_anim.app import worker_pool

def pausing(*args, **more):
    while True:
        time.sleep(0.01)

def waiting(found):
    if threading.active_count() == 1:
        threading.Thread(target=time.sleep, args=(10_000,), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        os.write(1, b".")
    return wait(found)

wait, worker_pool.wait, pipeline.pictures_of = worker_pool.wait, waiting, pausing
"""
    specs(here, 5)
    process = staged(code, "render", ".", "-f", "png", "-j", 2)
    assert process.stdout.read(1) == b"."
    os.kill(process.pid, number)
    status, _, said = ended(process)
    assert (status, said) == (128 + number, f"stopped by {number.name}\n")
    nothing_half_done(here)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_signal_that_was_swallowed_is_heeded_when_it_comes_again(here, jobs):
    """Once in many runs a worker lost it, in code that swallows everything, and went on: all waited for it for ever."""
    code = """
from conv_anim import pipeline

def swallowing(*args, **more):
    try:
        os.write(1, b".")
        while True:
            time.sleep(0.01)
    except BaseException:
        pass
    os.write(1, b"!")
    while True:
        time.sleep(0.01)

pipeline.pictures_of = swallowing
"""
    specs(here, 5)
    process = staged(code, "render", ".", "-f", "png", "-j", jobs)
    assert process.stdout.read(1) == b"."
    os.kill(process.pid, signal.SIGINT)
    if jobs == 1:  # of workers, the one that waits for them sends it again
        assert process.stdout.read(1) == b"!"
        os.kill(process.pid, signal.SIGINT)
    status, _, said = ended(process)
    assert (status, said) == (130, "stopped by SIGINT\n")
    nothing_half_done(here)


def test_a_second_signal_does_not_disturb_what_is_put_in_order(here):
    code = """
from conv_anim import pipeline

def untidy(*args, **more):
    try:
        os.write(1, b".")
        while True:
            time.sleep(0.01)
    finally:
        os.write(1, b"!")
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            time.sleep(0.01)
        os.write(1, b"tidied")

pipeline.pictures_of = untidy
"""
    specs(here, 1)
    process = staged(code, "render", ".", "-f", "png", "-j", 1)
    assert process.stdout.read(1) == b"."
    os.kill(process.pid, signal.SIGINT)
    assert process.stdout.read(1) == b"!"
    os.kill(process.pid, signal.SIGTERM)
    status, out, said = ended(process)
    assert (status, out, said) == (130, b"tidied", "stopped by SIGINT\n")
    nothing_half_done(here)


def test_what_is_being_written_is_written_to_its_end(here):
    code = """
def waiting(_):
    os.write(1, b".")
    sys.stdin.read(1)
os.fsync = waiting
"""
    process = staged(code, "render", "fig.yaml", "-f", "png")
    assert process.stdout.read(1) == b"."
    assert [path.suffix for path in here.glob(".fig*")] == [".part"]
    process.send_signal(signal.SIGTERM)
    assert ended(process, b"x") == (143, b"", "stopped by SIGTERM\n")
    assert whole("fig.png")
    nothing_half_done(here)


COUNTED = """
left = int(os.environ["CALLS"])
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), int(os.environ["SIGNAL"]))
import atexit
atexit.register(lambda: (sys.setprofile(None), os.write(1, str(-left).encode())))
from conv_anim.cli import main
sys.setprofile(count)
"""
"""A signal at one of the calls and returns of functions, which are as many in every run."""


def test_a_signal_at_any_moment(here):
    def at(calls, number):
        environment = {**os.environ, "CALLS": str(calls), "SIGNAL": str(int(number)), "PYTHONHASHSEED": "0"}
        return ended(staged(COUNTED, "render", "fig.yaml", "-f", "png", "--force", "-j", "1", env=environment))

    at(0, 0)  # what it keeps for later runs is then kept
    status, calls, _ = at(0, 0)
    assert status == 0
    new = (here / "fig.png").read_bytes()
    for k in range(1, 16):
        (here / "fig.png").write_bytes(OLD)
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[k % 3]
        status, _, said = at(int(calls) * k // 16, number)
        assert (status, said) == (128 + number, f"stopped by {number.name}\n"), k
        assert (here / "fig.png").read_bytes() in {OLD, new}
        nothing_half_done(here)


def test_a_signal_where_exceptions_are_ignored(here):
    code = """
class Deleted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(9):
            pass
from conv_anim import inputs
def source(*_, **__):
    Deleted()
    while True:
        time.sleep(0.01)
inputs.source = source
"""
    assert ended(staged(code, "render", "fig.yaml")) == (143, b"", "stopped by SIGTERM\n")


def test_nohup_keeps_it_going(here):
    code = """
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from conv_anim import pipeline
draw = pipeline.pictures_of
def pictures(*args, **more):
    os.kill(os.getpid(), signal.SIGHUP)
    return draw(*args, **more)
pipeline.pictures_of = pictures
"""
    assert ended(staged(code, "render", "fig.yaml", "-f", "png")) == (0, b"", "")


def test_the_end_of_a_video_ends_its_encoder(here):
    if shutil.which("ffmpeg") is None:
        reason = "needs ffmpeg (apt install ffmpeg)"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    code = """
from conv_anim.export import mp4
def ticks(drawn):
    os.write(1, b".")
    while True:
        time.sleep(0.01)
    yield
mp4.ticks = ticks
"""
    process = staged(code, "render", "fig.yaml", "-f", "mp4")
    assert process.stdout.read(1) == b"."
    process.terminate()
    assert ended(process)[::2] == (143, "stopped by SIGTERM\n")
    nothing_half_done(here)


def test_ctrl_c_ends_a_watch_quietly(here):
    process = staged("", "watch", "fig.yaml")
    assert b"watching fig.yaml" in process.stderr.readline()
    assert process.stderr.readline() == b"drawn 1\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, b"", "")


def test_workers_end_when_the_parent_is_killed(here):
    specs(here, 5)
    code = """
from conv_anim.app import report
finish = report.Run._finish
def finished(self, *args):
    finish(self, *args)
    if sum(self.changes.values()) == 4:
        os.write(1, b".")
        while True:
            time.sleep(0.01)
report.Run._finish = finished
"""
    process = staged(code, "render", ".", "-o", "out", "-f", "png", "-j", "2")
    assert process.stdout.read(1) == b"."
    process.kill()
    assert ended(process)[0] == -signal.SIGKILL


# workers

KILLING = """
from conv_anim.app import build
draw = build.drawn
parent = os.getpid()
def drawn(job):
    if job.path.name == "s2" and not os.path.exists("spared"):
        {}
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(job)
build.drawn = drawn
"""


def test_a_killed_worker_is_told_and_all_else_is_drawn(here):
    specs(here / "specs", 9)
    status, _, said = ended(staged(KILLING.format(""), "render", "specs", "-o", "out", "-f", "png", "-j", "2"))
    assert status == 1
    assert said == (
        "specs/s2.yaml: error: the process that drew out/s2.png was killed, twice; perhaps there was not enough"
        " memory [killed]\n  hint: a smaller input or fewer steps; fewer processes at the same time, as with -j 1\n"
        "1 of 9 specs has problems:\n  specs/s2.yaml\n"
    )
    assert sorted(path.name for path in (here / "out").iterdir()) == [f"s{k}.png" for k in range(9) if k != 2]
    assert all(map(whole, (here / "out").iterdir()))


def test_what_is_drawn_when_it_is_tried_again_is_no_problem(here):
    specs(here / "specs", 9)
    code = KILLING.format("open('spared', 'w').close()")
    assert ended(staged(code, "render", "specs", "-o", "out", "-f", "png", "-j", "2")) == (0, b"", "")
    assert len(list((here / "out").iterdir())) == 9


def test_what_a_killed_worker_left_half_written_is_cleared(here):
    specs(here / "specs", 5)
    code = """
from conv_anim.export import files
sync = os.fsync
def killed(handle):
    if ".s2.png" in os.readlink(f"/proc/self/fd/{handle}"):
        os.kill(os.getpid(), signal.SIGKILL)
    sync(handle)
os.fsync = killed
"""
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc, to know which file is being written")
    status, _, said = ended(staged(code, "render", "specs", "-o", "out", "-f", "png", "-j", "2"))
    assert status == 1
    assert "[killed]" in said
    assert sorted(path.name for path in (here / "out").iterdir()) == ["s0.png", "s1.png", "s3.png", "s4.png"]
    nothing_half_done(here)


BUG = """
from conv_anim import pipeline
draw = pipeline.scene
def scene(spec, **more):
    if spec.title == "odd":
        return {}
    return draw(spec, **more)
pipeline.scene = scene
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_does_not_keep_other_specs_from_being_drawn(here, jobs):
    specs(here / "specs", 5)
    (here / "specs" / "s2.yaml").write_text(f"title: odd\n{SPEC}")
    command = ["render", "specs", "-o", "out", "-f", "png", "-j", jobs]
    status, _, said = ended(staged(BUG.format("[][0]"), *command))
    assert status == 1
    first, hint, *_ = said.splitlines()
    assert first.startswith("specs/s2.yaml: error: IndexError: list index out of range (conv_anim.app.build:")
    assert "this is a bug of conv-anim; please report it" in hint
    assert len(list((here / "out").iterdir())) == 4
    status, _, said = ended(staged(BUG.format("[][0]"), *command, env={**os.environ, "CONV_ANIM_DEBUG": "1"}))
    assert status == 1
    assert said.startswith("Traceback")
    assert said.endswith("IndexError: list index out of range\n")


def test_a_lack_of_memory_is_no_bug(here):
    Path("fig.yaml").write_text(f"title: odd\n{SPEC}")
    status, _, said = ended(staged(BUG.format("bytes(1 << 62)"), "render", "fig.yaml"))
    assert status == 1
    assert said.startswith("fig.yaml: error: there is not enough memory to draw this [too-large]")


def test_a_bug_elsewhere_is_told_as_well(here):
    code = "from conv_anim import catalog\ncatalog.templates = lambda: 1 / 0"
    status, _, said = ended(staged(code, "templates"))
    assert status == 1
    assert said.startswith("error: ZeroDivisionError: division by zero (conv_anim.commands.templates:")
    assert "[internal]" in said


# standard streams


@pytest.mark.parametrize("args", [
    ["templates"], ["--help"], ["trace", "fig.yaml"], ["render", "fig.yaml", "-o", "-", "-f", "png"],
    ["render", "fig.yaml", "-f", "png", "-v", "--force"],
])  # fmt: skip
def test_a_full_standard_output(here, args):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, *args], check=False, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE)
    assert done.stderr.decode() == "error: standard output cannot be written: No space left on device\n"
    assert done.returncode == 1


def shell(line, **more):
    """What a line of a shell does, with the command as $C."""
    environment = {**os.environ, "PYTHON": sys.executable, **more}
    called = line.replace("$C", "conv-anim")
    command = ["bash", "-c", f'set -o pipefail; conv-anim() {{ "$PYTHON" -m conv_anim "$@"; }}; {called}']
    return subprocess.run(command, check=False, capture_output=True, env=environment, timeout=PATIENCE)


@pytest.mark.parametrize("line", [
    "$C render fig.yaml -o - -f png | head -c 10", "$C trace fig.yaml --steps | head -1",
    "$C templates | true", "$C render fig.yaml -o - -f svg | true",
])  # fmt: skip
def test_a_reader_who_leaves(here, line):
    done = shell(line)
    assert done.stderr == b""
    assert done.returncode in {0, 1}, "as the reader left before the end, or not"


@pytest.mark.parametrize("lost", ["full", "left"])
@pytest.mark.parametrize(("status", "made", "args"), [
    (0, "drawn.png", ["draw", "nn.Conv2d(1, 1, 3)", "--input", "5x5", "-o", "drawn.png"]),
    (0, "copy.yaml", ["new", "con_9", "-o", "copy.yaml"]), (0, "fig.png", ["render", "fig.yaml", "-f", "png", "-v"]),
    (1, "", ["render", "missing.yaml"]), (1, "", ["validate", "missing.yaml"]), (2, "", ["render", "--nonsense"]),
])  # fmt: skip
def test_messages_that_nobody_takes(here, lost, status, made, args):
    """They are lost; a command does its work, and its exit status says how it went: Python's own would be 120."""
    if lost == "full" and not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    if lost == "full":
        messages = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, messages = os.pipe()
        os.close(reader)
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    try:
        done = subprocess.run(
            [*COMMAND, *args], check=False, stdout=subprocess.PIPE, stderr=messages, env=buffered, timeout=PATIENCE
        )
    finally:
        os.close(messages)
    assert done.returncode == status
    assert not made or (Path(made).stat().st_size > 0 and Path(made).read_bytes() != OLD)


INTERRUPTED = """
import signal, sys
from conv_anim.fatal_errors import reported
class Now(Exception):
    pass
def now(*_):
    raise Now
with reported():
    signal.signal(signal.SIGALRM, now)
    k = 0
    while k < 4000:
        try:
            while k < 4000:
                k += 1
                signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + k % 50))
                sys.stderr.write(f"line {k}\\n")
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Now:
            pass
"""
"""Messages with a signal at any moment of their writing."""


def test_a_message_that_a_signal_comes_with_is_not_written_twice():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], check=False, capture_output=True, timeout=PATIENCE)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 0, lines[-1:]
    assert len(lines) > 1000
    assert len(set(lines)) == len(lines)


def test_closed_streams(here):
    for line in ("$C templates >&-", "$C render fig.yaml -o - -f png >&-"):
        done = shell(line)
        assert done.stderr == b"error: standard output cannot be written: Bad file descriptor\n"
        assert done.returncode == 1
    for closed in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
        (here / "fig.png").write_bytes(OLD)
        done = shell(f"$C render fig.yaml -f png {closed}")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), closed
        assert whole("fig.png")
    assert shell("$C render missing.yaml 2>&-").returncode == 1
    refused(shell("$C render - <&-"), "standard input is closed")


# surroundings


@pytest.mark.parametrize("format_", ["gif", "pdf", "svg", "html", "webp"])
def test_no_home_and_no_cache(here, format_):
    """Nothing is said of it, and nothing is left behind."""
    nowhere = {"HOME": "/dev/null/home", "XDG_CACHE_HOME": "/dev/null/cache", "XDG_CONFIG_HOME": "/dev/null"}
    environment = {key: value for key, value in os.environ.items() if key != "MPLCONFIGDIR"} | nowhere
    done = run("render", "fig.yaml", "-f", format_, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    nothing_half_done(here)


def test_no_home_in_several_processes(here):
    specs(here / "specs", 5)
    environment = {**os.environ, "HOME": "/dev/null/home", "XDG_CACHE_HOME": "/dev/null/cache"}
    environment.pop("MPLCONFIGDIR", None)
    done = run("render", "specs", "-f", "pdf", "-j", 2, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    nothing_half_done(here)


NARROW = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


def test_a_locale_that_lacks_characters(here):
    environment = {**os.environ, **NARROW}
    Path("bad.yaml").write_text("title: 卷積 × ∗\nnope: 3\n", encoding="utf-8")
    for args in (["explain", "fig.yaml"], ["trace", "fig.yaml"], ["templates"], ["schema"], ["code", "fig.yaml"]):
        done = run(*args, env=environment)
        assert (done.returncode, done.stderr) == (0, b""), args
    for form in ("human", "short", "json"):
        refused(run("render", "bad.yaml", "--diagnostics", form, env=environment), "unknown-key")


def test_a_name_that_the_system_cannot_write(here):
    Path("fig.yaml").write_text(f"{SPEC}output: 圖.png\n", encoding="utf-8")
    done = run("render", "fig.yaml", env={**os.environ, **NARROW})
    if done.returncode == 0:
        pytest.skip("this system writes names as UTF-8 whatever the locale is")
    refused(done, "cannot be written: the system's encoding has no such name")


def test_a_path_that_is_no_text(here):
    name = os.fsdecode(b"\xff.yaml")
    try:
        Path(name).write_text(SPEC)
    except OSError:
        pytest.skip("this file system has only names that are text")
    done = run("render", name, "-f", "png", "-v")
    assert (done.returncode, done.stdout) == (0, b"new: \\udcff.png\n")
    assert whole(os.fsdecode(b"\xff.png"))
    refused(run("render", os.fsdecode(b"\xfe.yaml")), "\\udcfe.yaml: error: there is no such file")


def test_a_new_file_has_the_mode_of_the_umask(here):
    assert run("render", "fig.yaml", "-o", "new.png", umask=0o027).returncode == 0
    assert stat.S_IMODE(Path("new.png").stat().st_mode) == 0o640
