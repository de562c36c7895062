"""No file that a command reads is written over, no two pictures have one place, and what is no more is not left."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import conv_anim
from conv_anim import claims, inputs
from conv_anim.app import build, build_cache
from conv_anim.cli import main
from conv_anim.diagnostics import SpecError
from conv_anim.export import files

PHOTO = "input: {values: {file: photo.png}}\nlayer: {type: conv, kernel_size: 2}\nview: flat\n"
PLAIN = "input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\nview: flat\n"
LONGER = PLAIN.replace("[3, 3]", "[4, 4]")


def run(*args, text=None):
    result = CliRunner().invoke(main, [str(arg) for arg in args], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def inline(output, spec=PLAIN):
    return f"<!-- conv-anim output={output}\n{spec}-->\n<!-- /conv-anim -->\n"


def photo(path):
    Image.new("L", (3, 3), 7).save(path)
    return Path(path).read_bytes()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a spec that reads a picture, which is the current one."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("photo.yaml").write_text(PHOTO)
    photo("photo.png")
    return folder


@pytest.fixture
def drawn(monkeypatch):
    """The names of what is drawn."""
    found: list[str] = []
    draw = build.drawn
    monkeypatch.setattr(build, "drawn", lambda job: found.append(job.path.name) or draw(job))
    return found


def content(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(result, *parts):
    assert result.exit_code == 1, result.output
    for part in parts:
        assert part in result.stderr
    return result


# what is read


@pytest.mark.parametrize(
    "args",
    [
        ("-f", "png"),
        ("--step", "0"),
        ("-o", "photo.png"),
        ("-f", "png", "-o", "."),
        ("-f", "png", "--force"),
        ("-f", "png", "--check"),
        ("-f", "png", "-o", "../a folder"),
        ("--set", "output=[fig.gif, photo.png]"),
        ("-f", "gif", "-f", "png"),
    ],
    ids=" ".join,
)
def test_a_picture_is_not_written_over_the_input_of_its_spec(here, drawn, args):
    before = content(here)
    result = refused(run("render", "photo.yaml", *args), "photo.png, which photo.yaml reads")
    assert content(here)["photo.png"] == before["photo.png"]
    assert "Traceback" not in result.stderr
    assert set(drawn) <= {"photo", "fig"}
    assert "photo.png" not in result.stdout
    assert len(content(here)) - len(before) == (1 if "gif" in str(args) else 0)


@pytest.mark.parametrize("link", [os.link, os.symlink], ids=["hard link", "link"])
@pytest.mark.parametrize("read_by", ["link", "target"])
def test_links_are_no_other_files(here, link, read_by):
    """In the place of a link a picture is a file of its own; but who gave it that name meant the one that is read."""
    link(here / "photo.png", "other.png")
    read, written = ("other.png", "photo.png") if read_by == "link" else ("photo.png", "other.png")
    Path("fig.yaml").write_text(PHOTO.replace("photo.png", read))
    before = content(here)
    refused(
        run("render", "fig.yaml", "-o", written),
        "this would write ",
        f"over {'photo.png' if link is os.symlink else read}, which fig",
    )
    assert content(here) == before


def test_a_folder_by_another_name(here):
    Path("sub").mkdir()
    Path("same").symlink_to(".")
    before = content(here)
    for folder in ("same", "sub/..", "same/same"):
        refused(run("render", "photo.yaml", "-f", "png", "-o", folder), "over photo.png, which photo.yaml reads")
    assert content(here) == before


def test_a_name_in_capitals_where_they_do_not_count(here, monkeypatch):
    Path("x").mkdir()
    Path("x/FIG.yaml").write_text(PLAIN)
    Path("fig.yaml").write_text(LONGER)
    args = ("render", "x/FIG.yaml", "fig.yaml", "-o", "out", "-f", "png")
    assert run(*args).exit_code == 0
    assert len(list(Path("out").iterdir())) == 2
    monkeypatch.setattr(claims, "_folds", lambda folder: True)
    refused(run(*args), "fig.yaml: error: this would write out/fig.png, which x/FIG.yaml writes already")


def test_the_system_is_asked_whether_capitals_count(here, monkeypatch):
    assert not claims._folds(str(here))
    numbers = claims._number
    monkeypatch.setattr(claims, "_number", lambda path: numbers(path.replace("A FOLDER", "a folder")))
    assert claims._folds(str(here))
    assert not claims._folds("/")


@pytest.mark.parametrize("order", [("photo.yaml", "fig.yaml"), ("fig.yaml", "photo.yaml"), (".",)], ids=" ".join)
@pytest.mark.parametrize("processes", [1, 2])
def test_a_picture_of_one_spec_is_not_written_over_the_input_of_another(here, order, processes):
    Path("fig.yaml").write_text(PLAIN + "output: photo.png\n")
    before = photo("photo.png")
    refused(
        run("render", *order, "-j", processes), "fig.yaml: error: this would write over photo.png, which photo.yaml"
    )
    assert Path("photo.png").read_bytes() == before
    assert Path("photo.gif").exists()


def test_not_even_of_a_spec_that_is_wrong_or_of_a_file_that_is_not_there_yet(here, drawn):
    Path("fig.yaml").write_text(PLAIN + "output: [photo.png, later.png]\n")
    Path("photo.yaml").write_text(PHOTO + "bad: key\n")
    Path("next.yaml").write_text(PHOTO.replace("photo.png", "later.png"))
    before = content(here)
    refused(run("render", "fig.yaml", "photo.yaml", "next.yaml"), "over later.png, which next.yaml reads")
    assert content(here) == before
    assert drawn == []


def test_a_spec_is_not_written_over(here):
    Path("fig.svg").write_text(PLAIN)
    refused(run("render", "fig.svg", "-f", "svg"), "write over fig.svg, which is read itself")
    Path("fig.yaml").write_text(PLAIN + "output: fig.svg\n")
    refused(run("render", "fig.yaml", "fig.svg", "-f", "svg"), "fig.yaml: error: this would write over fig.svg")
    assert Path("fig.svg").read_text() == PLAIN


@pytest.mark.parametrize("format_", ["frames", "storyboard", "strip"])
def test_pictures_with_longer_names_are_not_written_over_what_is_read(here, drawn, format_):
    name = {"frames": "fig-2.png"}.get(format_, f"fig.{format_}.png")
    Path("fig.yaml").write_text(PHOTO.replace("photo.png", name))
    photo(name)
    before = content(here)
    refused(run("render", "fig.yaml", "-f", format_), f"write over {name}, which fig.yaml reads")
    assert content(here) == before
    assert drawn == []
    if format_ == "frames":
        assert run("render", "fig.yaml", "-f", format_, "--step", "0,1").exit_code == 0, "fig-2.png is none of them"


def test_what_is_piped_in_may_be_a_file(here):
    Path("in.png").write_text(PLAIN)
    with Path("in.png").open() as given:
        done = subprocess.run(
            [sys.executable, "-m", "conv_anim", "render", "-", "-o", "in.png"],
            stdin=given,
            capture_output=True,
            check=False,
        )
    assert done.returncode == 1
    assert b"over the file on standard input" in done.stderr
    assert Path("in.png").read_text() == PLAIN


@pytest.mark.parametrize(
    "args",
    [("render", "fig.yaml", "-o", "-", "-f", "svg"), ("code", "fig.yaml"), ("trace", "fig.yaml"), ("code", "-")],
    ids=" ".join,
)
def test_standard_output_may_be_what_is_read(here, args):
    Path("fig.yaml").write_text(PLAIN)
    with Path("fig.yaml").open("a") as out, Path("fig.yaml").open() as given:
        done = subprocess.run(
            [sys.executable, "-m", "conv_anim", *args], stdin=given, stdout=out, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"standard output would go into" in done.stderr
    assert Path("fig.yaml").read_text() == PLAIN


def test_from_python(here):
    before = content(here)
    spec = conv_anim.load("photo.yaml")
    os.chdir("..")
    for name in ("photo.png", "../a folder/photo.png"):
        with pytest.raises(SpecError, match=r"photo\.png"):
            conv_anim.render(spec, here / name)
    os.chdir(here)
    os.link("photo.yaml", "photo.svg")
    with pytest.raises(SpecError, match=r"photo\.yaml"):
        conv_anim.render(spec, "photo.svg")
    Path("photo.svg").unlink()
    spec = conv_anim.load({"input": {"values": {"file": "photo.png"}}, "layer": {"type": "conv", "kernel_size": 2}})
    with pytest.raises(SpecError, match=r"photo\.png"):
        conv_anim.render(spec, "photo.png")
    assert content(here) == before


def test_a_cell_of_a_notebook(here):
    pytest.importorskip("IPython")
    from conv_anim.embed import jupyter

    before = content(here)
    given = jupyter._parser().parse_args(["-o", "photo.png"])
    with pytest.raises(SpecError, match=r"photo\.png"):
        jupyter._drawn(PHOTO, given)
    assert content(here) == before


def test_a_model_and_its_numbers(here):
    onnx = pytest.importorskip("onnx")
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.ones((1, 1, 2, 2), np.float32), "w")
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="c")
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1, k, k]) for n, k in (("x", 3), ("y", 2))]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, "m.onnx", save_as_external_data=True, location="w.png", size_threshold=0)
    os.link("m.onnx", "m.png")
    before = content(here)
    refused(run("draw", "m.onnx", "-o", "w.png"), "write over w.png")
    refused(run("draw", "m.onnx", "-o", "m.png"), "write m.png over m.onnx")
    for name in ("w.png", "m.png"):
        with pytest.raises(SpecError, match=name):
            conv_anim.render(conv_anim.from_onnx("m.onnx"), name)
    assert content(here) == before
    assert run("draw", "m.onnx", "-o", "fig.png").exit_code == 0


@pytest.mark.parametrize("place", ["photo.png", "./photo.png", "same/photo.png", "link.png"])
def test_a_page(here, place):
    Path("same").symlink_to(".")
    Path("link.png").symlink_to("photo.png")
    Path("page.md").write_text(f"<!-- conv-anim: photo.yaml output={place} -->\n<!-- /conv-anim -->\n")
    before = content(here)
    refused(run("embed", "page.md"), "page.md:1:1: error: this would write", "photo.png, which photo.yaml reads")
    assert content(here) == before


def test_a_page_and_the_input_of_another_one(here):
    Path("a.md").write_text(inline("photo.png"))
    Path("b.md").write_text("<!-- conv-anim: photo.yaml -->\n<!-- /conv-anim -->\n")
    before = photo("photo.png")
    refused(run("embed", "a.md", "b.md"), "a.md:1:1: error: this would write over photo.png, which photo.yaml reads")
    assert Path("photo.png").read_bytes() == before
    assert Path("a.md").read_text() == inline("photo.png")
    assert "photo.gif" in Path("b.md").read_text()


def test_a_spec_of_a_page_that_is_called_like_a_picture(here):
    Path("fig.svg").write_text(PLAIN)
    Path("page.md").write_text("<!-- conv-anim: fig.svg format=svg -->\n<!-- /conv-anim -->\n")
    refused(run("embed", "page.md"), "write over fig.svg, which the block at page.md:1 reads")
    assert Path("fig.svg").read_text() == PLAIN


def test_a_file_that_comes_into_the_place_of_the_picture_while_it_is_drawn(here, monkeypatch):
    """What is written is looked at once more."""
    draw = build.drawn

    def moving(job):
        done = draw(job)
        Path("photo.png").rename("photo.gif")
        os.link("photo.gif", "photo.png")
        return done

    monkeypatch.setattr(build, "drawn", moving)
    before = photo("photo.png")
    refused(run("render", "photo.yaml", "-j", "1"), "photo.gif over photo.png")
    assert Path("photo.gif").read_bytes() == before


def test_a_new_spec_is_not_written_over_its_template_or_the_schema(here, monkeypatch):
    from conv_anim import catalog

    template = Path("con_5.yaml")
    template.write_text(PLAIN)
    monkeypatch.setattr(catalog, "templates", lambda: [catalog.Template("con_5", "", template)])
    assert "the template itself" in run("new", "con_5", "--force").stderr
    assert template.read_text() == PLAIN
    run("new", "con_5", "-o", "mine.yaml")
    schema = Path("conv-anim.schema.json").read_bytes()
    for args in ([], ["--force"]):
        assert run("new", "-o", "conv-anim.schema.json", *args).exit_code == 2
    assert Path("conv-anim.schema.json").read_bytes() == schema


def test_a_new_spec_does_not_replace_what_somebody_writes_meanwhile(here, monkeypatch):
    from conv_anim.spec import starter

    text = starter.text

    def slow(*args, **more):
        Path("starter.yaml").write_text("somebody's own")
        return text(*args, **more)

    monkeypatch.setattr(starter, "text", slow)
    there = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: Path(path).name != "starter.yaml" and there(path))
    assert run("new", "--no-schema").exit_code == 1
    assert Path("starter.yaml").read_text() == "somebody's own"


def test_where_a_file_system_has_no_links_new_files_are_new_too(here, monkeypatch):
    def refusing(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refusing)
    files.write(here / "a.txt", b"one", new=True)
    with pytest.raises(FileExistsError):
        files.write(here / "a.txt", b"two", new=True)
    assert (here / "a.txt").read_bytes() == b"one"
    assert not [path for path in here.iterdir() if path.name.startswith(".")]


# what is written


@pytest.mark.parametrize("order", [("fig.yaml", "fig-0.yaml"), ("fig-0.yaml", "fig.yaml")], ids=" ".join)
def test_frames_and_a_picture_with_the_name_of_one(here, drawn, order):
    Path("fig.yaml").write_text(PLAIN)
    Path("fig-0.yaml").write_text(PLAIN.replace("flat", "isometric"))
    args = ("render", *order, "-f", "frames", "-f", "png", "-j", 1)
    told = refused(run(*args), "this would write fig-0.png, which ").stderr
    assert told.count("would write") == 1
    Path("one.yaml").write_text(PLAIN + "output: fig-4.png\n")
    assert run("render", "fig.yaml", "one.yaml", "-f", "png").exit_code == 0, "there is no fifth frame"


def test_collisions_are_told_before_anything_is_drawn(here, monkeypatch):
    for name in "abc":
        Path(f"{name}.yaml").write_text(PLAIN + f"output: {'fig' if name != 'b' else 'b'}.png\n")
    told: list[str] = []
    draw = build.drawn
    monkeypatch.setattr(build, "drawn", lambda job: told.append(err.getvalue()) or draw(job))
    err = io.StringIO()
    monkeypatch.setattr(conv_anim.app.report, "tell", lambda problems: err.write("".join(map(str, problems))))
    assert run("render", "a.yaml", "b.yaml", "c.yaml", "-j", "1").exit_code == 1
    assert len(told) == 2
    assert all("c.yaml: error: this would write ./fig.png" in said or "c.yaml: error" in said for said in told)


def test_a_place_by_two_names(here):
    Path("same").symlink_to(".")
    Path("a.yaml").write_text(PLAIN + "output: fig.png\n")
    Path("b.yaml").write_text(LONGER + "output: same/fig.png\n")
    refused(
        run("render", "a.yaml", "b.yaml"), "b.yaml: error: this would write same/fig.png, which a.yaml writes already"
    )


def test_a_spec_by_two_names_is_one(here):
    Path("same").symlink_to(".")
    Path("fig.yaml").write_text(PLAIN)
    assert run("render", "fig.yaml", "same/fig.yaml", ".", "-f", "png", "--set", "input.size=[3,3]").exit_code == 1
    Path("photo.yaml").unlink()
    assert run("render", "fig.yaml", "same/fig.yaml", "./fig.yaml", "-f", "png").exit_code == 0


@pytest.mark.parametrize("second", ["same/fig.gif", "./fig.gif", "link.gif", "fig.still.png"])
def test_a_place_in_pages_by_two_names(here, drawn, second):
    Path("same").symlink_to(".")
    Path("link.gif").symlink_to("fig.gif")
    other = inline(second, LONGER)
    Path("page.md").write_text(inline("fig.gif") + other)
    before = content(here)
    refused(run("embed", "page.md"), "this would write", "which the block at page.md:1 makes of something else")
    assert content(here) == before
    assert drawn == []
    if second.endswith("fig.gif"):
        Path("page.md").write_text(inline("fig.gif") + inline(second))
        assert run("embed", "page.md").exit_code == 0, "the same figure"
        assert drawn == ["fig", "fig"], "with its still"


# what is left


def frames(size, *args):
    return run("render", "fig.yaml", "-f", "frames", "--set", f"input.size=[{size}, {size}]", "-v", *args)


@pytest.fixture
def longer(here):
    """Nine frames, of which the next run has four."""
    Path("photo.yaml").unlink()
    Path("photo.png").unlink()
    Path("fig.yaml").write_text(PLAIN)
    assert frames(4).exit_code == 0
    return here


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix == ".png")


def test_frames_that_are_no_more_are_removed(longer):
    done = frames(3)
    assert done.stdout.splitlines()[4:] == [f"removed: fig-{k}.png" for k in range(4, 9)]
    assert names(longer) == [f"fig-{k}.png" for k in range(4)]
    assert done.stderr == "9 files: 4 changed, 5 removed\n"
    assert frames(4).stderr == "9 files: 4 changed, 5 new\n".replace("4 changed, 5 new", "5 new, 4 changed")
    assert frames(5).exit_code == 0
    assert names(longer)[0] == "fig-00.png"
    assert not [name for name in names(longer) if len(name) == len("fig-0.png")], "of another width"


def test_a_check_of_frames_removes_nothing(longer):
    done = frames(3, "--check")
    assert done.exit_code == 1
    assert "would be removed: fig-8.png" in done.stdout
    assert len(names(longer)) == 9


def test_frames_that_are_not_known_to_be_ours_are_named_and_stay(longer):
    photo("fig-5.png")
    Path("fig-6.png").unlink()
    Image.new("L", (3, 3)).save("other.gif")
    Path("fig-6.png").symlink_to("other.gif")
    done = frames(3)
    assert names(longer) == ["fig-0.png", "fig-1.png", "fig-2.png", "fig-3.png", "fig-5.png", "fig-6.png"]
    assert "note: fig-5.png to fig-6.png are left from before, and not among the 4 frames drawn now" in done.stderr
    photo("fig-4.png")
    Path("fig-5.png").unlink()
    assert "note: fig-4.png is left from before" in frames(3).stderr, "though all is up to date"


def test_without_notes_frames_are_named(longer, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "nowhere")
    assert "note: fig-4.png to fig-8.png are left" in frames(3).stderr
    assert len(names(longer)) == 9


def test_chosen_frames_leave_the_others(longer):
    assert frames(4, "--step", "0-3").exit_code == 0
    assert frames(3, "--step", "0").exit_code == 0
    assert len(names(longer)) == 9
    assert frames(3).exit_code == 0
    assert len(names(longer)) == 4


def test_what_another_spec_of_the_run_writes_or_reads_is_no_frame_of_before(longer):
    Path("fig-4.yaml").write_text(PLAIN)
    done = run("render", "fig.yaml", "fig-4.yaml", "-f", "frames", "-f", "png", "-j", "2")
    assert done.exit_code == 0, done.stderr
    assert "fig-4.png" in names(longer)
    assert "fig-5.png" not in names(longer)
    frames(4)
    Path("other.yaml").write_text(PHOTO.replace("photo.png", "fig-7.png"))
    run("render", "fig.yaml", "other.yaml", "-f", "frames")
    assert "fig-7.png" in names(longer)
    assert "fig-8.png" not in names(longer)


def test_drawn_frames_are_told_by_names_that_there_are(here):
    done = run("draw", "nn.Conv2d(1, 1, 2)", "--input", "3x3", "-f", "frames")
    assert done.stderr.endswith("drew conv2d-….png\n")


def test_frames_are_noted_by_their_place(here):
    assert build_cache.place(here, "fig") == build_cache.place(Path(), "fig") != build_cache.place(here, "other")
    assert build_cache.place(here.parent, "fig") != build_cache.place(here, "fig")


# links, modes, devices


def test_a_new_file_in_the_place_of_a_link_has_the_mode_of_the_umask(here):
    Path("secret").write_bytes(b"x")
    Path("secret").chmod(0o700)
    Path("a.gif").symlink_to("secret")
    before = os.umask(0o027)
    try:
        files.write(here / "a.gif", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("a.gif").lstat().st_mode) == 0o640
    assert not Path("a.gif").is_symlink()
    assert (Path("secret").read_bytes(), stat.S_IMODE(Path("secret").stat().st_mode)) == (b"x", 0o700)


def test_what_is_read_only_is_not_replaced(here):
    Path("fig.yaml").write_text(PLAIN)
    Path("fig.png").write_bytes(b"mine")
    Path("fig.png").chmod(0o444)
    refused(run("render", "fig.yaml", "-f", "png"), "fig.png cannot be written: it is read-only")
    assert Path("fig.png").read_bytes() == b"mine"
    assert run("new", "-o", "fig.png", "--force", "--no-schema").exit_code == 1
    assert Path("fig.png").read_bytes() == b"mine"


def test_nothing_takes_the_place_of_a_folder_a_pipe_or_a_device(here):
    Path("folder").mkdir()
    Path("a.gif").symlink_to("folder")
    os.mkfifo("b.gif")
    Path("c.gif").symlink_to("b.gif")
    for name in ("a.gif", "b.gif", "c.gif"):
        with pytest.raises(OSError, match=r"gif"):
            files.write(here / name, b"new")
    assert Path("a.gif").is_symlink()
    assert stat.S_ISFIFO(Path("b.gif").lstat().st_mode)
    assert Path("c.gif").is_symlink()
    assert run("schema", "-o", "/dev/null").exit_code == 0, "what the user names is written into"
    assert stat.S_ISCHR(Path("/dev/null").lstat().st_mode)


# contradictions


@pytest.mark.parametrize("command", [("render", "photo.yaml"), ("draw", "nn.Conv2d(1, 1, 2)")], ids=["render", "draw"])
def test_a_file_of_one_format_and_another_format(here, command):
    for formats in (["-f", "svg"], ["-f", "gif", "-f", "svg"], ["-f", "frames"]):
        done = run(*command, "-o", "x.gif", *formats)
        assert done.exit_code == 2
        assert f"-o x.gif names a gif, and -f says {formats[-1]}" in done.stderr
    assert not list(here.glob("x*"))
    assert run(*command, "-o", "x.gif", "-f", "gif").exit_code == 0
    assert run(*command, "-o", "x.storyboard.png", "-f", "storyboard").exit_code == 0


def test_a_check_says_what_would_change_and_how(here):
    Path("fig.yaml").write_text(PLAIN)
    done = run("render", "fig.yaml", "-f", "png", "--check")
    assert done.stdout == "would be new: fig.png\n"
    assert done.stderr == "to make these changes: conv-anim render fig.yaml -f png\n"
    assert run("render", "fig.yaml", "-f", "png").exit_code == 0
    done = run("render", "fig.yaml", "-f", "png", "--set", "title=a b", "--check", "--diagnostics", "short")
    assert (done.stdout, done.stderr) == ("would change: fig.png\n", "")


# what is known of files


def test_noting_remembers_what_cannot_be_read(here):
    noting = inputs.Noting(Path())
    with pytest.raises(Exception, match="no file"):
        noting("none.png")
    noting("photo.png")
    assert noting.read == [Path("none.png"), Path("photo.png")]


def test_marks(here):
    Path("link").symlink_to("new/folder")
    same = [Path("a.png"), Path("./a.png"), here / "a.png", here / "." / "a.png", here.parent / "a folder" / "a.png"]
    assert len({claims.identities(path) for path in same}) == 1
    assert claims.identities(Path("new/folder/a.png")) == claims.identities(Path("link/a.png"))
    assert not claims.identities(Path("new/a.png")) & claims.identities(Path("other/a.png"))
    Path("loop").symlink_to("loop")
    assert claims.marks(Path("loop/a.png"))
    assert claims.marks(Path("a\0b"))
    assert claims.shown(Path("/elsewhere/a.png")) == "/elsewhere/a.png"
    assert claims.shown(here / "a.png") == "a.png"


def test_without_a_current_folder(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert claims.marks(Path("a.png")) == {("a.png",)}
    monkeypatch.chdir(tmp_path)


# names

ODD = ["a\nb", "-x", "\x1b[2Ja", "n" * 240, "\u00e9", "e\u0301", "two  words", "100%", "a'b\"c"]


@pytest.mark.parametrize("name", ODD, ids=map(ascii, ODD))
def test_odd_names(here, name):
    """What is told of them is one line each, without what a terminal obeys."""
    Path(f"{name}.yaml").write_text(PLAIN)
    done = run("render", "-f", "frames", "-v", "--", f"{name}.yaml")
    assert done.exit_code == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4
    assert all(line.isprintable() for line in done.stdout.splitlines())
    if not set('\n"\x1b') & set(name):
        Path("page.md").write_text(f'<!-- conv-anim: "{name}.yaml" output=out/ -->\n<!-- /conv-anim -->\n')
        assert run("embed", "page.md").exit_code == 0
        assert Path("out", f"{name}.gif").exists()
    if not name.isprintable():  # which no spec can name
        return
    Path(f"{name}.png").write_bytes(b"")
    data = json.dumps(f"{name}.png")
    Path("other.yaml").write_text(f"input: {{values: {{file: {data}}}}}\nlayer: {{type: conv, kernel_size: 1}}\n")
    told = refused(run("render", "-f", "png", "--", f"{name}.yaml", "other.yaml"), "write over ").stderr
    assert all(line.isprintable() for line in told.splitlines())
    assert Path(f"{name}.png").read_bytes() == b""
