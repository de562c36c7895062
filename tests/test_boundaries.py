"""What a spec may reach: nothing runs, nothing is read or written outside the folders that the command line names."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.diagnostics import Code, SpecError
from tests import conftest

LAYER = "layer: {type: conv, kernel_size: 2}\n"
SPEC = f"input: {{size: [3, 3]}}\n{LAYER}"


def run(*args):
    result = CliRunner().invoke(main, list(map(str, args)))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def refused(result, code):
    """What is said of a spec at fault."""
    assert result.exit_code == 1
    assert f"[{code}]" in result.stderr
    return result.stderr


def from_file(name):
    return f"input: {{values: {{file: {name}}}}}\n{LAYER}"


def with_data(name):
    return {"input": {"values": {"file": str(name)}}, "layer": {"type": "conv", "kernel_size": 2}}


def problem_of(spec):
    with pytest.raises(SpecError) as found:
        conv_anim.load(spec)
    (problem,) = found.value.problems
    return problem


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The current folder, beside one that specs must not reach."""
    secret = tmp_path / "secret"
    secret.mkdir()
    np.save(secret / "numbers.npy", np.arange(9.0).reshape(3, 3))
    (secret / "spec.yaml").write_text(SPEC)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# nothing runs


class Trap:
    """Unpickling it makes a file."""

    def __reduce__(self):
        return Path.touch, (Path("sprung"),)


def test_pickled_objects_are_not_opened(work):
    np.save(work / "numbers.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    np.load(work / "numbers.npy", allow_pickle=True)
    assert (work / "sprung").exists(), "the trap works"
    (work / "sprung").unlink()
    assert problem_of(with_data("numbers.npy")).code == Code.DATA_FILE
    assert not (work / "sprung").exists()


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [sprung]]",
        "!!python/object/apply:os.system [touch sprung]",
        "!include ../secret/spec.yaml",
    ],
)
def test_tags_make_nothing(work, text):
    (work / "a.yaml").write_text(f"title: {text}\n{SPEC}")
    refused(run("render", "a.yaml"), "not-plain-data")
    assert [path.name for path in work.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(
    "text", ["__import__('pathlib').Path('sprung').touch()", "nn.Conv2d(__import__('os').system('touch sprung'), 1, 3)"]
)
def test_a_layer_as_text_is_not_evaluated(work, text):
    assert run("draw", text, "--input", "5x5").exit_code == 1
    assert list(work.iterdir()) == []


# pictures are looked at before they are decoded


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width, height):
    """A PNG that claims a size, with next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (5_000, 5_000)])
def test_a_picture_that_claims_to_be_huge_is_not_decoded(work, monkeypatch, size):
    (work / "bomb.png").write_bytes(png_of_size(*size))
    monkeypatch.setattr(Image.core, "fill", lambda *_: pytest.fail("memory was asked for"))
    monkeypatch.setattr(Image.core, "new", lambda *_: pytest.fail("memory was asked for"))
    problem = problem_of(with_data("bomb.png"))
    assert problem.code in {Code.DATA_FILE, Code.TOO_LARGE}
    assert "bomb.png" in problem.message


def test_text_that_unpacks_to_gigabytes_is_not_unpacked(work):
    """A compressed comment in a PNG."""
    packed = zlib.compress(b"a" * 80_000_000, 9)
    whole = png_of_size(3, 3)
    comment = chunk(b"zTXt", b"Comment\0\0" + packed)
    (work / "talkative.png").write_bytes(whole[:33] + comment + whole[33:])
    assert problem_of(with_data("talkative.png")).code == Code.DATA_FILE


# what is read


@pytest.mark.parametrize(
    "name", ["../secret/numbers.npy", "sub/../../secret/numbers.npy", "ABSOLUTE", "link.npy", "linked/numbers.npy"]
)
def test_no_numbers_from_outside(work, name):
    secret = work.parent / "secret"
    (work / "link.npy").symlink_to(secret / "numbers.npy")
    (work / "linked").symlink_to(secret)
    name = str(secret / "numbers.npy") if name == "ABSOLUTE" else name
    (work / "a.yaml").write_text(from_file(name))
    assert "lies outside" in refused(run("render", "a.yaml"), "data-file")
    assert run("render", "a.yaml", "--allow-outside").exit_code == 0
    assert (work / "a.gif").is_file()


def test_numbers_from_anywhere_below_the_folder_named(work):
    """A spec in a folder of specs may read what lies there; by itself it may not."""
    (work / "specs" / "deep").mkdir(parents=True)
    np.save(work / "specs" / "numbers.npy", np.arange(9.0).reshape(3, 3))
    (work / "specs" / "deep" / "a.yaml").write_text(from_file("../numbers.npy"))
    (work / "specs" / "deep" / "inner.npy").symlink_to("../numbers.npy")
    (work / "specs" / "deep" / "b.yaml").write_text(from_file("inner.npy"))
    assert run("render", "specs", "-o", "out").exit_code == 0
    assert sorted(str(path.relative_to("out")) for path in Path("out").rglob("*.gif")) == ["deep/a.gif", "deep/b.gif"]
    refused(run("render", "specs/deep/a.yaml"), "data-file")


def test_a_link_that_stands_for_a_spec_is_not_followed_out_of_a_folder(work):
    (work / "specs").mkdir()
    (work / "specs" / "a.yaml").symlink_to(work.parent / "secret" / "spec.yaml")
    (work / "specs" / "b.yaml").write_text(SPEC)
    said = refused(run("render", "specs", "-o", "out"), "unreadable")
    assert "specs/a.yaml" in said
    assert [path.name for path in Path("out").iterdir()] == ["b.gif"]
    assert run("render", "specs", "-o", "out", "--allow-outside").exit_code == 0
    assert run("render", "specs/a.yaml", "-o", "out").exit_code == 0, "it is named by the command line"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
@pytest.mark.parametrize("kind", ["npy", "csv", "png"])
def test_a_pipe_is_not_waited_for(work, kind):
    os.mkfifo(work / f"numbers.{kind}")
    assert problem_of(with_data(f"numbers.{kind}")).code == Code.DATA_FILE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_in_a_folder_is_no_spec(work):
    os.mkfifo(work / "a.yaml")
    (work / "b.yaml").write_text(SPEC)
    assert run("render", ".", "-o", "out").exit_code == 0
    assert [path.name for path in Path("out").iterdir()] == ["b.gif"]


def test_links_in_a_circle(work):
    (work / "a.npy").symlink_to("b.npy")
    (work / "b.npy").symlink_to("a.npy")
    (work / "around").symlink_to(".")
    (work / "a.yaml").write_text(SPEC)
    assert problem_of(with_data("a.npy")).code == Code.DATA_FILE
    assert run("render", ".", "-o", "out").exit_code == 0
    assert [path.name for path in Path("out").iterdir()] == ["a.gif"]


# what is written


@pytest.mark.parametrize(
    "name", ["../secret/a.png", "sub/../../secret/a.png", "ABSOLUTE", "linked/a.png", "linked/new/a.png"]
)
@pytest.mark.parametrize("folder", [None, "out"])
def test_no_picture_outside(work, name, folder):
    secret = work.parent / "secret"
    (work / "out").mkdir()
    for place in (work, work / "out"):
        (place / "linked").symlink_to(secret)
    name = (
        str(secret / "a.png") if name == "ABSOLUTE" else name if folder is None else name.replace("../../", "../../../")
    )
    (work / "a.yaml").write_text(f"{SPEC}output: {name}\n")
    options = [] if folder is None else ["-o", folder]
    before = sorted(secret.rglob("*"))
    refused(run("render", "a.yaml", *options), "output")
    assert sorted(secret.rglob("*")) == before
    assert sorted(work.rglob("*.png")) == []
    (secret / "new").mkdir()
    assert run("render", "a.yaml", *options, "--allow-outside").exit_code == 0
    assert [path.name for path in work.parent.rglob("*.png")] == ["a.png"]


def test_a_link_where_the_picture_goes_is_replaced(work):
    victim = work.parent / "secret" / "victim"
    victim.write_text("whole")
    (work / "a.gif").symlink_to(victim)
    (work / "a.yaml").write_text(SPEC)
    assert run("render", "a.yaml").exit_code == 0
    assert victim.read_text() == "whole"
    assert (work / "a.gif").is_file()
    assert not (work / "a.gif").is_symlink()


def test_a_picture_below_the_folder(work):
    (work / "a.yaml").write_text(f"{SPEC}output: [sub/a.png, sub/deep/b.png]\n")
    assert run("render", "a.yaml", "-o", "out").exit_code == 0
    assert sorted(str(path.relative_to("out")) for path in Path("out").rglob("*.png")) == [
        "sub/a.png",
        "sub/deep/b.png",
    ]


def test_a_folder_that_is_a_link_may_be_named(work):
    """What the command line names may be anything."""
    (work / "out").symlink_to(work.parent / "secret")
    (work / "a.yaml").write_text(SPEC)
    assert run("render", "a.yaml", "-o", "out").exit_code == 0
    assert (work.parent / "secret" / "a.gif").is_file()


# pages


def test_a_page_neither_reads_nor_writes_outside(work):
    (work / "a.yaml").write_text(SPEC)
    for marker, code in (("../secret/spec.yaml", "unreadable"), ("a.yaml output=../secret/", "output")):
        Path("page.md").write_text(f"<!-- conv-anim: {marker} -->\n<!-- /conv-anim -->\n")
        before = sorted(work.parent.rglob("*"))
        assert "page.md:1:" in refused(run("embed", "page.md"), code)
        assert sorted(work.parent.rglob("*")) == before
        assert run("embed", "page.md", "--allow-outside").exit_code == 0
    assert (work.parent / "secret" / "a.gif").is_file()


# text is text

HACK = "document.documentElement.dataset.hacked = 1"
NASTY = f"<script>{HACK}</script><img src=x onerror='{HACK}'>\"'&amp;]]>--><!--"
WORDS = {
    "title": NASTY,
    "caption": NASTY,
    "formula": NASTY,
    "labels": {"input": NASTY, "kernel": NASTY, "output": NASTY},
    "input": {"size": [3, 3]},
    "layer": {"type": "conv", "kernel_size": 2},
    "size": {"width": 2000},
}


@pytest.mark.parametrize("view", ["flat", "isometric"])
@pytest.mark.parametrize("format_", ["svg", "html", "storyboard.svg"])
def test_every_text_stays_text_in_a_browser(browser, tmp_path, view, format_):
    path = tmp_path / f"nasty.{format_}"
    path.write_bytes(pipeline.encoded(pipeline.scene(conv_anim.load({**WORDS, "view": view})), format_))
    page = conftest.new_page(browser)
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.dataset.hacked") is None
    assert page.evaluate("document.querySelectorAll('img, foreignObject, iframe, [onerror], [onload]').length") == 0
    titles = page.evaluate("[...document.querySelectorAll('title')].map(title => title.textContent)")
    assert NASTY in titles
    assert asked == [path.as_uri()]
    assert wrong == []
    page.close()
