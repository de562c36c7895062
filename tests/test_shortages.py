"""Too little memory, too few descriptors and processes, and what runs that were killed leave, caused for real."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from conv_anim import fatal_errors
from conv_anim.app import worker_pool
from conv_anim.export import files
from tests import test_faults
from tests.test_faults import BUG, OLD, SPEC, ended, limited, nothing_half_done, refused, run, specs, staged

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and locks as POSIX has them")
here = test_faults.here
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="where Linux counts it")


def test_a_limit_leaves_no_cut_module_behind(here, tmp_path, monkeypatch):
    """Python writes what it has compiled as far as a limit allows, and fails in every later run on what was cut."""
    compiled = tmp_path / "compiled"
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(compiled))
    limited(resource.RLIMIT_FSIZE, 1000, "render", "fig.yaml", "-f", "png")
    assert not list(compiled.rglob("*.pyc"))


@pytest.mark.parametrize("most", [12, 20, 32, 64])
def test_few_descriptors_mean_fewer_processes(here, most):
    specs(here / "specs", 8)
    done = limited(resource.RLIMIT_NOFILE, most, "render", "specs", "-o", "out", "-f", "png", "-j", 64)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((here / "out").iterdir())) == 8
    nothing_half_done(here)


def test_so_many_processes_as_there_are_descriptors_for(monkeypatch):
    monkeypatch.setattr(os, "listdir", lambda _: ["0", "1", "2", "3"])
    for most, count in ((resource.RLIM_INFINITY, 64), (1024, 64), (100, 26), (32, 4), (20, 0), (4, 0)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, most=most: (most, most))
        assert worker_pool.affordable(64) == count, most


def test_no_descriptor_left_is_told(here):
    code = """
from conv_anim import pipeline
draw = pipeline.scene
def scene(spec, **more):
    if spec.title == "odd":
        while True:
            os.open(os.devnull, os.O_RDONLY)
    return draw(spec, **more)
pipeline.scene = scene
"""
    Path("fig.yaml").write_text(f"title: odd\n{SPEC}")
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))  # noqa: E731
    status, _, said = ended(staged(code, "render", "fig.yaml", preexec_fn=few))
    assert status == 1
    assert said.startswith(
        "fig.yaml: error: too many files are open in one process [shortage]\n  hint: fewer processes"
    )
    assert "ulimit -n" in said


@LINUX
@pytest.mark.parametrize("megabytes", [40, 70, 90, 105, 110, 120, 140])
def test_little_memory_is_told(here, megabytes):
    """Whether it is enough depends on the machine; a bug of ours it is nowhere."""
    specs(here / "specs", 4)
    for args in (["fig.yaml", "-f", "gif"], ["specs", "-f", "png", "-j", 4]):
        done = limited(resource.RLIMIT_AS, megabytes << 20, "render", *args)
        if done.returncode != 0:
            text = refused(done, "there is not enough memory to draw this [too-large]", "ulimit -v")
            assert "[internal]" not in text
    nothing_half_done(here)


def test_a_file_that_may_not_become_so_large_says_the_way(here):
    done = limited(resource.RLIMIT_FSIZE, 1000, "render", "fig.yaml", "-f", "png")
    refused(done, "fig.png cannot be written: File too large", "a higher limit than 'ulimit -f' tells")
    assert Path("fig.png").read_bytes() == OLD


def test_a_video_that_may_not_become_so_large_says_the_way(here):
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg")
    done = limited(resource.RLIMIT_FSIZE, 1000, "render", "fig.yaml", "-f", "mp4")
    refused(done, "ffmpeg", "a higher limit than 'ulimit -f' tells")


def test_no_place_for_temporary_files(here):
    """Not a byte can be written anywhere, and what there is not is told: no folder for temporary files is needed."""
    done = limited(resource.RLIMIT_FSIZE, 0, "render", "fig.yaml", "-f", "png")
    refused(done, "fig.png cannot be written: File too large")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who has no processes")
@LINUX
def test_no_processes_allowed():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        specs(folder, 6)
        for path in (folder, *folder.iterdir()):
            os.chown(path, 54321, 54321)
        environment = {**os.environ, "HOME": name, "XDG_CACHE_HOME": f"{name}/cache", "TMPDIR": name}
        try:
            done = limited(
                resource.RLIMIT_NPROC, 0, "render", ".", "-f", "png", "-j", 4, cwd=name, user=54321, group=54321,
                env=environment,
            )  # fmt: skip
        except PermissionError:
            pytest.skip("another user may not run this Python")
        if b"Permission denied" in done.stderr or b"No module named" in done.stderr:
            pytest.skip("another user may not read this checkout")
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(list(folder.glob("*.png"))) == 6


@pytest.mark.parametrize("most", [0, 1, 2])
def test_where_no_more_processes_are_started_fewer_draw(here, most):
    specs(here / "specs", 8)
    code = f"""
fork, parent, left = os.fork, os.getpid(), {most}
def forked():
    global left
    if left == 0 and os.getpid() == parent:
        raise BlockingIOError({errno.EAGAIN}, "Resource temporarily unavailable")
    left -= 1
    return fork()
os.fork = forked
"""
    assert ended(staged(code, "render", "specs", "-o", "out", "-f", "png", "-j", "4")) == (0, b"", "")
    assert len(list((here / "out").iterdir())) == 8


def test_what_kills_its_process_is_not_drawn_in_this_one(here):
    specs(here / "specs", 5)
    code = f"""
{test_faults.KILLING.format("")}
fork, count = os.fork, 0
def forked():
    global count
    count += 1
    if count > 2 and os.getpid() == parent:
        raise BlockingIOError({errno.EAGAIN}, "Resource temporarily unavailable")
    return fork()
os.fork = forked
"""
    status, _, said = ended(staged(code, "render", "specs", "-o", "out", "-f", "png", "-j", "2"))
    assert status == 1
    assert "specs/s2.yaml: error: the process that drew out/s2.png was killed" in said
    assert len(list((here / "out").iterdir())) == 4


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOMEM, "not enough memory"), (errno.EMFILE, "in one process"), (errno.ENFILE, "on this machine"),
    (errno.EAGAIN, "no more processes"), (errno.ENOSPC, "disk is full"), (errno.EDQUOT, "disk quota"),
    (errno.EFBIG, "larger than this system allows"),
])  # fmt: skip
def test_what_is_short_and_the_way_out(here, number, words):
    Path("fig.yaml").write_text(f"title: odd\n{SPEC}")
    code = BUG.format(f"(_ for _ in ()).throw(OSError({number}, os.strerror({number})))")
    status, _, said = ended(staged(code, "render", "fig.yaml"))
    assert status == 1
    assert words in said.splitlines()[0]
    assert said.splitlines()[1].startswith("  hint: ")
    assert "bug" not in said


def test_shortages_that_have_no_number():
    for error in (
        ImportError("libx.so: failed to map segment from shared object"),
        ImportError("libx.so: cannot open shared object file: Too many open files"),
        RuntimeError("can't start new thread"),
        MemoryError(),
    ):
        wrapped = ImportError("importing failed")
        wrapped.__cause__ = error
        assert fatal_errors.shortage(wrapped) is fatal_errors.shortage(error) is not None
    assert fatal_errors.shortage(ImportError("no module")) is fatal_errors.shortage(ValueError("x")) is None
    hidden = ValueError("x")
    hidden.__context__, hidden.__suppress_context__ = MemoryError(), True
    assert fatal_errors.shortage(hidden) is None


# what is left of runs that were killed

WAITING = """
def waiting(_):
    os.write(1, b".")
    while True:
        time.sleep(0.01)
os.fsync = waiting
"""


def test_what_a_killed_run_left_is_cleared_by_the_next(here):
    specs(here / "specs", 5)
    args = ["render", "specs", "-o", "out", "-f", "png", "-j", "2"]
    process = staged(WAITING, *args)
    assert process.stdout.read(2) == b".."
    os.killpg(process.pid, signal.SIGKILL)
    assert ended(process)[0] == -signal.SIGKILL
    scratch = here.parent / "scratch"
    assert (len(list((here / "out").glob(".*"))), len(list(scratch.iterdir()))) == (2, 2)
    done = run(*args)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((here / "out").iterdir())) == 5
    nothing_half_done(here)


def test_what_another_run_is_at_stays(here):
    specs(here / "specs", 5)
    args = ["specs", "-o", "out", "-f", "png", "-j", "2"]
    process = staged(WAITING, "render", *args)
    assert process.stdout.read(2) == b".."
    parts, scratch = sorted((here / "out").glob(".*")), sorted((here.parent / "scratch").iterdir())
    assert (len(parts), len(scratch)) == (2, 2)
    done = run("render", *args)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted((here / "out").glob(".*")) == parts
    assert sorted((here.parent / "scratch").iterdir()) == scratch
    os.killpg(process.pid, signal.SIGKILL)
    ended(process)
    files.clear(here / "out")
    assert not list((here / "out").glob(".*"))


def left(folder, number, owner=None):
    path = folder / f".a.png.{number}.abcdefgh{files.PART}"
    path.write_bytes(b"half")
    if owner is not None:
        os.chown(path, owner, owner)
    return path


def test_numbers_of_processes_say_nothing(tmp_path):
    """They are used again, and other containers have others."""
    gone = left(tmp_path, os.getpid())
    files.clear(tmp_path)
    assert not gone.exists()


def test_what_looks_like_ours_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "kept").write_bytes(b"kept")
    stays = [tmp_path / ".a.part", tmp_path / f"a.1.abcdefgh{files.PART}", tmp_path / f".a.x.abcdefgh{files.PART}"]
    for path in stays:
        path.write_bytes(b"not ours")
    link = tmp_path / f".b.1.abcdefgh{files.PART}"
    link.symlink_to("kept")
    pipe = tmp_path / f".c.1.abcdefgh{files.PART}"
    os.mkfifo(pipe)
    folders = [tmp_path / f".d.1.abcdefgh{files.PART}", tmp_path / "conv-anim-1-abcdefgh", scratch / "conv-anim-mine"]
    for path in folders:
        path.mkdir()
    plain = scratch / "conv-anim-1-abcdefgh"
    plain.write_bytes(b"a file, not a folder")
    others = [left(tmp_path, 7, owner=54321)] if os.geteuid() == 0 else []
    files.clear(tmp_path)
    for path in (*stays, link, pipe, *folders, plain, *others):
        assert os.path.lexists(path), path
    assert (tmp_path / "kept").read_bytes() == b"kept"


def test_scratch_folders_with_all_that_is_in_them(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old = tmp_path / "conv-anim-1-abcdefgh"
    (old / "deep").mkdir(parents=True)
    (old / "deep" / "file").touch()
    with files.scratch() as mine:
        files.clear(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == [Path(mine).name]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("moment", ["open", "lock", "locked"])
def test_a_folder_that_is_cleared_before_it_is_locked_is_made_anew(tmp_path, monkeypatch, moment):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened, lock, cleared = os.open, files._lock, []

    def clear():
        if not cleared:
            cleared.extend(tmp_path.glob("conv-anim-*"))
            cleared[0].rmdir()
            return True
        return False

    def late(path, *args, **more):
        if moment == "open" and str(path).startswith(f"{tmp_path}/conv-anim-"):
            clear()
        return opened(path, *args, **more)

    def later(handle, **more):
        if moment == "lock" and clear():
            return False
        if moment == "locked":
            clear()
        return lock(handle, **more)

    monkeypatch.setattr(os, "open", late)
    monkeypatch.setattr(files, "_lock", later)
    with files.scratch() as mine:
        assert cleared
        assert Path(mine).is_dir()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_cleared_before_it_is_locked_is_made_anew(tmp_path, monkeypatch):
    lock, cleared = files._lock, []

    def late(handle, **more):
        if not cleared:  # what else is locked first is scratch of other programs
            cleared.extend(tmp_path.glob(".*"))
            for path in cleared:
                path.unlink()
        return lock(handle, **more)

    monkeypatch.setattr(files, "_lock", late)
    files.write(tmp_path / "a.gif", b"new")
    assert cleared
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def none(*_):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(files.fcntl, "flock", none)
    files.write(tmp_path / "a.gif", b"new")
    old = left(tmp_path, 1)
    files.clear(tmp_path)
    assert sorted(tmp_path.iterdir()) == [old, tmp_path / "a.gif"]
