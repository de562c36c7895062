"""What may stand where a file is expected: pipes, devices, sockets, files without an end, files that others shorten."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import threading
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from conv_anim import inputs, opening
from conv_anim.app import build_cache
from conv_anim.data_files import table
from conv_anim.limits import USUAL
from conv_anim.painting import fonts
from conv_anim.spec.arrays import DataFileError
from tests import test_faults
from tests.test_faults import OLD, SPEC, ended, refused, run, shell, staged, whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices as POSIX has them")
here = test_faults.here
WITH_DATA = "input: {{values: {{file: {}}}}}\nlayer: {{type: conv, kernel_size: 2}}\nview: flat\n"
LARGE = 1 << 40
"""Bytes of a file with holes, which takes no place on the disk."""


@contextmanager
def standing(kind, path):
    """Something that is no file."""
    kept = None
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            try:
                os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
            except OSError:
                pytest.skip("only root makes devices, where it may")
        case "socket":
            kept = socket.socket(socket.AF_UNIX)
            before = Path.cwd()
            os.chdir(path.parent)  # its address has little room
            kept.bind(path.name)
            os.chdir(before)
    try:
        yield path
    finally:
        path.unlink()
        if kept is not None:
            kept.close()


KINDS = ("pipe", "device", "socket")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_files_is_opened(tmp_path, kind):
    with standing(kind, tmp_path / "a") as path:
        with pytest.raises(opening.NoFileError, match=f"a {kind} is there, not a file"):
            opening.opened(path)
        assert opening.stream(path) == f"a {kind}"
    with pytest.raises(IsADirectoryError):
        opening.opened(tmp_path)
    assert opening.stream(tmp_path) is opening.stream(tmp_path / "none") is None


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\n")
    look = Path.stat

    def replaced(self, **more):
        found = look(self, **more)
        if stat.S_ISREG(found.st_mode):
            self.unlink()
            os.mkfifo(self)
        return found

    monkeypatch.setattr(Path, "stat", replaced)
    with pytest.raises(opening.NoFileError):
        opening.opened(path)


def test_who_waits_to_write_into_a_pipe_is_not_woken(tmp_path):
    os.mkfifo(tmp_path / "a")
    with subprocess.Popen(["sh", "-c", "echo begun > b; echo x > a; echo done > b"], cwd=tmp_path) as writer:
        while not (tmp_path / "b").exists():
            pass
        with pytest.raises(opening.NoFileError):
            opening.opened(tmp_path / "a")
        assert (tmp_path / "a").read_text() == "x\n"
        assert writer.wait(test_faults.PATIENCE) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_picture_is_expected(here, kind):
    (here / "fig.png").unlink()
    with standing(kind, here / "fig.png") as path:
        before = path.lstat()
        for more in ([], ["--check"], ["--force"]):
            refused(run("render", "fig.yaml", "-f", "png", *more), f"a {kind} is there, not a file [output]")
        assert path.lstat() == before
    assert run("render", "fig.yaml", "-f", "png").returncode == 0, "the next run draws it"
    assert whole("fig.png")


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_note_is_expected(here, kind):
    assert run("render", "fig.yaml", "-f", "png").returncode == 0
    notes = [path for path in (here.parent / "cache").rglob("*") if path.is_file()]
    assert len(notes) == 1
    notes[0].unlink()
    with standing(kind, notes[0]):
        done = run("render", "fig.yaml", "-f", "png")
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["npy", "csv", "png"])
def test_where_data_is_expected(here, kind, suffix):
    Path("data.yaml").write_text(WITH_DATA.format(f"numbers.{suffix}"))
    with standing(kind, here / f"numbers.{suffix}"):
        done = run("validate", "data.yaml", "--allow-outside")
        refused(done, f"'numbers.{suffix}' is a {kind}, not a file [data-file]")


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_page_is_expected(here, kind):
    with standing(kind, here / "page.md"):
        refused(run("embed", "page.md"), f"page.md: error: this is a {kind}, not a file [unreadable]")
    Path("page.md").write_text("<!-- conv-anim: other.yaml -->\n<!-- /conv-anim -->\n")
    with standing(kind, here / "other.yaml"):
        assert "Traceback" not in refused(run("embed", "page.md"), "page.md:1")


def write_model():
    """A model whose weights are in a file of their own."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.ones((1, 1, 2, 2), np.float32), "w")
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="conv")
    sizes = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 3, 3])]
    graph = helper.make_graph([node], "g", sizes, [helper.make_empty_tensor_value_info("y")], [weight])
    onnx.save(helper.make_model(graph), "model.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_model_is_expected(here, kind):
    pytest.importorskip("onnx")
    with standing(kind, here / "model.onnx"):
        refused(run("draw", "model.onnx"), f"this is a {kind}, not a file [unreadable]")
    write_model()
    Path("w.bin").unlink()
    with standing(kind, here / "w.bin"):
        text = refused(run("draw", "model.onnx"))
        assert "is there, not a file" in text or "outside the model's folder" in text


def test_of_a_model_only_what_belongs_to_it_is_read(here):
    write_model()
    assert run("draw", "model.onnx", "-f", "png").returncode == 0
    with Path("w.bin").open("wb") as file:
        file.truncate(LARGE)
    assert run("draw", "model.onnx", "-f", "png").returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_font_is_expected(tmp_path, kind):
    with standing(kind, tmp_path / "NotoSansTC-Regular.otf") as path:
        found = list(fonts.Opened(iter([path, fonts.font("DejaVuSans.ttf")])))
    assert [font.path.name for font in found] == ["DejaVuSans.ttf"]


# what the user names


def test_a_pipe_that_is_named_is_read(here):
    assert shell("$C render <(cat fig.yaml) -o one.png").returncode == 0
    assert shell("$C render /dev/stdin -o two.png < fig.yaml").returncode == 0
    assert shell("cat fig.yaml | $C render /dev/stdin -o three.png").returncode == 0
    os.mkfifo("named")
    writer = threading.Thread(target=lambda: Path("named").write_text(SPEC))
    writer.start()
    assert run("render", "named", "-o", "four.png").returncode == 0
    writer.join()
    assert len({Path(f"{name}.png").read_bytes() for name in ("one", "two", "three", "four")}) == 1


def test_a_pipe_without_an_end_is_read_to_the_limit(here):
    for line in ("$C validate <(yes)", "$C render /dev/zero", "yes | $C render -"):
        refused(shell(line), "more than 4,000,000 [too-large]")


def test_a_picture_goes_where_the_user_says(here):
    assert run("render", "fig.yaml", "-o", "one.png").returncode == 0
    wanted = Path("one.png").read_bytes()
    assert shell("$C render fig.yaml -f png -o /dev/stdout").stdout == wanted
    assert shell("$C render fig.yaml -f png -o /dev/fd/3 3> two.png").returncode == 0
    assert Path("two.png").read_bytes() == wanted
    assert shell("echo old > three.png; $C render fig.yaml -f png -o /dev/stdout >> three.png").returncode == 0
    assert Path("three.png").read_bytes() == b"old\n" + wanted
    os.mkfifo("four.png")
    reader = subprocess.Popen(["cat", "four.png"], stdout=subprocess.PIPE)
    assert run("render", "fig.yaml", "-o", "four.png").returncode == 0
    assert reader.communicate(timeout=test_faults.PATIENCE)[0] == wanted
    assert stat.S_ISFIFO(Path("four.png").stat().st_mode)
    refused(run("render", "fig.yaml", "-f", "svg", "-o", "/dev/full"), "/dev/full cannot be written: No space left")
    assert run("render", "fig.yaml", ".", "-f", "svg", "-o", "/dev/null").returncode == 2


@pytest.mark.parametrize("line", [
    "$C new con_1 -o /dev/stdout", "$C new con_1 -o /dev/fd/3 3>&1", "$C schema -o /dev/stdout",
    "mkfifo p; cat p & $C new con_1 -o p; wait",
])  # fmt: skip
def test_other_files_go_there_too(here, line):
    before = Path("/dev/stdout").lstat()
    done = shell(line)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert Path("/dev/stdout").lstat().st_ino == before.st_ino
    assert {path.name for path in here.iterdir()} <= {"fig.yaml", "fig.png", "p"}


# files without an end


def sparse(path):
    with path.open("ab") as file:
        file.truncate(LARGE)


def test_a_picture_that_is_larger_than_it_can_be_is_not_read(here):
    assert run("render", "fig.yaml", "-f", "png").returncode == 0
    wanted = Path("fig.png").read_bytes()
    sparse(here / "fig.png")
    done = run("render", "fig.yaml", "-f", "png", "-v")
    assert (done.returncode, done.stdout) == (0, b"changed: fig.png\n")
    assert Path("fig.png").read_bytes() == wanted


@pytest.mark.parametrize("suffix", ["npy", "csv", "png", "yaml"])
def test_files_of_a_terabyte(here, suffix):
    path = Path(f"numbers.{suffix}")
    match suffix:
        case "npy":
            np.save(path, np.ones((3, 3)))
        case "csv":
            path.write_text("1,2\n3,4\n")
    sparse(path)
    Path("data.yaml").write_text(WITH_DATA.format(path))
    if suffix == "yaml":
        refused(run("render", path), "[too-large]")
    elif suffix == "npy":
        refused(run("validate", "data.yaml"), "'numbers.npy' has more data after its array")
    else:
        refused(run("validate", "data.yaml"), f"numbers.{suffix}")


def test_what_a_header_claims_is_not_taken_on_trust(tmp_path):
    header = np.lib.format.header_data_from_array_1_0(np.ones((1000, 1000)))
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(b"\0" * 100)
    with pytest.raises(DataFileError, match="is cut off: it has 100 of the 8,000,000 bytes"):
        inputs.Folder(tmp_path)("a.npy")
    with (tmp_path / "b.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header | {"shape": (10**9, 10**9)})
    with pytest.raises(DataFileError, match="1,000,000,000,000,000,000 numbers"):
        inputs.Folder(tmp_path)("b.npy")
    with (tmp_path / "c.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header | {"shape": (-1000, -1000)})
    with pytest.raises(DataFileError, match="not a complete"):
        inputs.Folder(tmp_path)("c.npy")


@pytest.mark.parametrize("array", [
    np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(6, dtype=">i2"),
    np.array([[True, False]]),
], ids=["rows", "columns", "big-endian", "truth"])  # fmt: skip
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_arrays_are_read_as_numpy_reads_them(tmp_path, array, version):
    with (tmp_path / "a.npy").open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that old versions of numpy read the first version only
        np.lib.format.write_array(file, array, version)
    given = inputs.Folder(tmp_path)("a.npy")
    assert np.array_equal(np.array(given.numbers).reshape(given.shape), np.load(tmp_path / "a.npy"))


def test_a_file_that_is_shortened_while_it_is_read(here):
    """Mapped to memory, it would be the end of the process, by SIGBUS."""
    test_faults.specs(here / "specs", 2)
    np.save("specs/a.npy", np.ones((300, 300)))
    Path("specs/data.yaml").write_text(WITH_DATA.format("a.npy"))
    code = """
from conv_anim.data_files import npy
limited = npy.limited
def shortened(*args):
    os.truncate("specs/a.npy", 500)
    limited(*args)
npy.limited = shortened
"""
    status, _, said = ended(staged(code, "render", "specs", "-f", "png"))
    assert status == 1
    assert said.startswith("specs/data.yaml:1:24: error: 'a.npy' is cut off")
    assert whole("specs/s0.png")
    assert whole("specs/s1.png")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there are no files of the system here")
def test_files_of_the_system_do_not_say_how_large_they_are(tmp_path):
    with opening.opened(Path("/proc/self/status")) as file, pytest.raises(DataFileError, match="is not a number"):
        table.read(file, "status", USUAL)
    assert opening.content(Path("/proc/self/status"), 10) is None
    assert b"Pid:" in (opening.content(Path("/proc/self/status"), 1 << 20) or b"")


def test_a_file_of_the_system_that_has_nothing_to_give(tmp_path):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with opening._Ready(reading, "rb") as file, pytest.raises(OSError, match="nothing to give"):
        file.readall()
    os.close(writing)


def test_a_file_that_grows_while_it_is_looked_at(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x" * 50)
    monkeypatch.setattr(opening, "size", lambda _: 10)
    assert opening.content(tmp_path / "a", 10) is None
    assert build_cache.intact(tmp_path, {"a": build_cache.noted(b"x" * 10)}) is False


def test_a_link_in_a_circle_is_replaced(here):
    Path("fig.png").unlink()
    Path("fig.png").symlink_to("fig.png")
    assert run("render", "fig.yaml", "-f", "png").returncode == 0
    assert whole("fig.png")


def test_a_folder_of_many_entries(here):
    many = here / "many"
    many.mkdir()
    for k in range(20_000):
        (many / f"{k}.txt").touch()
    (many / "a.yaml").write_text(SPEC)
    assert run("render", many, "-f", "png").returncode == 0
    assert whole(many / "a.png")
    assert (here / "fig.png").read_bytes() == OLD


def test_a_pipe_that_a_new_spec_would_replace_is_left_alone(here):
    os.mkfifo("con_1.yaml")
    refused(run("new", "con_1", "--force"), "a pipe is there, not a file")
    Path("con_1.yaml").unlink()
    Path("conv-anim.schema.json").unlink(missing_ok=True)
    os.mkfifo("conv-anim.schema.json")
    refused(run("new", "con_1"), "conv-anim.schema.json", "a pipe is there, not a file")
    with standing("socket", here / "named.yaml"):
        refused(run("validate", "named.yaml"), "this is a socket, not a file [unreadable]")
