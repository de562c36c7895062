"""The command line, used as a user would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import conv_anim
from conv_anim import __version__, catalog, pipeline
from conv_anim.cli import main
from conv_anim.spec.themes import THEMES
from tests import pictures

SPEC = "input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n"


def run(*args: object, text: str | None = None):
    result = CliRunner().invoke(main, [str(arg) for arg in args], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def here(tmp_path, monkeypatch):
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "fig.yaml").write_text(SPEC)
    return folder


def drawn():
    return pipeline.scene(conv_anim.load("fig.yaml"))


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


# render


def test_a_spec_becomes_a_gif_beside_it(here):
    assert run("render", "fig.yaml").exit_code == 0
    with Image.open("fig.gif") as image:
        assert image.n_frames == len(pictures.changes(drawn())) > len(drawn().rests) == 4


def test_an_output_folder_is_made(here):
    assert run("render", "fig.yaml", "-o", "new/folder").exit_code == 0
    assert files(here) == ["fig.yaml", "new/folder/fig.gif"]


def test_output_may_name_a_file(here):
    assert run("render", "fig.yaml", "-o", "out/other.png").exit_code == 0
    assert files(here) == ["fig.yaml", "out/other.png"]


def test_one_file_name_does_not_do_for_several_specs(here):
    Path("b.yaml").write_text(SPEC)
    assert run("render", "fig.yaml", "b.yaml", "-o", "one.gif").exit_code == 2


def test_formats_can_be_chosen(here):
    assert run("render", "fig.yaml", "-f", "png", "-f", "gif", "-f", "frames").exit_code == 0
    assert files(here) == ["fig-0.png", "fig-1.png", "fig-2.png", "fig-3.png", "fig.gif", "fig.png", "fig.yaml"]


def test_frames_are_what_the_gif_shows_and_the_png_is_the_last(here):
    run("render", "fig.yaml", "-f", "frames", "-f", "png", "-f", "gif")
    stills = [np.asarray(Image.open(f"fig-{k}.png").convert("RGB")).astype(int) for k in range(4)]
    with Image.open("fig.gif") as gif:
        for frame, still in zip(drawn().rests, stills, strict=True):
            gif.seek(sum(k <= frame for k in pictures.changes(drawn())) - 1)
            assert np.abs(np.asarray(gif.convert("RGB")) - still).max() < 48
            assert np.abs(np.asarray(gif.convert("RGB")) - still).mean() < 1
    assert np.array_equal(np.asarray(Image.open("fig.png").convert("RGB")), stills[-1])


def test_one_step_as_a_still(here):
    run("render", "fig.yaml", "-f", "frames")
    assert run("render", "fig.yaml", "--step", 2).exit_code == 0
    assert Path("fig.png").read_bytes() == Path("fig-2.png").read_bytes()


def test_a_spec_may_name_its_files(here):
    Path("fig.yaml").write_text(SPEC + "output: [pictures/one.gif, two.png]\n")
    assert run("render", "fig.yaml").exit_code == 0
    assert files(here) == ["fig.yaml", "pictures/one.gif", "two.png"]


def test_a_folder_is_drawn_with_its_subfolders(here):
    for name in ("specs/a.yaml", "specs/deep/b.yml", "specs/.hidden/c.yaml"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(SPEC)
    assert run("render", "specs", "-o", "out").exit_code == 0
    assert files(here / "out") == ["a.gif", "deep/b.gif"]


def test_a_folder_without_specs_is_an_error(here):
    Path("empty").mkdir()
    result = run("render", "empty")
    assert result.exit_code == 1
    assert "no .yaml file" in result.stderr


def test_a_spec_from_standard_input(here):
    assert run("render", "-", "-o", "out", text=SPEC).exit_code == 0
    assert files(here / "out") == ["figure.gif"]


def test_a_bad_spec_does_not_keep_the_good_ones_from_being_drawn(here):
    Path("bad.yaml").write_text("input: 3\n")
    result = run("render", "bad.yaml", "missing.yaml", "fig.yaml")
    assert result.exit_code == 1
    assert "bad.yaml:1" in result.stderr
    assert "missing.yaml" in result.stderr
    assert "fig.gif" in files(here)


def test_two_specs_do_not_write_the_same_file(here):
    Path("fig.yml").write_text(SPEC)
    result = run("render", "fig.yaml", "fig.yml")
    assert result.exit_code == 1
    assert "fig.yaml writes already" in result.stderr


def test_check_writes_nothing_and_fails_for_what_is_new_or_changed(here):
    assert run("render", "fig.yaml", "--check").exit_code == 1
    assert files(here) == ["fig.yaml"]
    run("render", "fig.yaml")
    assert run("render", "fig.yaml", "--check").exit_code == 0
    before = Path("fig.gif").read_bytes()
    result = run("render", "fig.yaml", "--check", "--set", "layer.stride=2", "-f", "gif")
    assert result.exit_code == 1
    assert "would change: fig.gif" in result.stdout
    assert Path("fig.gif").read_bytes() == before


def test_a_file_that_stays_the_same_is_left_alone(here):
    run("render", "fig.yaml")
    os.utime("fig.gif", (1, 1))
    assert "1 as before" in run("render", "fig.yaml", "--verbose").stderr
    assert Path("fig.gif").stat().st_mtime == 1


def test_quiet_in_a_pipe(here):
    result = run("render", "fig.yaml")
    assert result.output == ""


def test_an_output_that_cannot_be_written_is_an_error_and_leaves_nothing(here):
    Path("out").write_text("a file, not a folder")
    result = run("render", "fig.yaml", "-o", "out")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert files(here) == ["fig.yaml", "out"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_many_processes_write_the_same_bytes(here, jobs):
    for k in range(5):
        Path(f"{k}.yaml").write_text(SPEC.replace("view: flat", f"animation: {{step: {100 + k}}}"))
    assert run("render", *(f"{k}.yaml" for k in range(5)), "-o", "out", "-j", jobs).exit_code == 0
    alone = [conv_anim.render(conv_anim.load(f"{k}.yaml"), here / "alone" / f"{k}.gif") for k in range(5)]
    assert [p.read_bytes() for p in alone] == [(here / "out" / p.name).read_bytes() for p in alone]


def test_the_same_bytes_from_another_process_with_another_hash_seed(here):
    spec = catalog.templates()[0]
    made = []
    for seed in ("1", "2"):
        out = here / seed
        command = [sys.executable, "-m", "conv_anim", "render", str(spec.path), "-o", str(out)]
        subprocess.run(
            command, check=True, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Taipei", "LC_ALL": "C"}
        )
        made.append((out / f"{spec.name}.gif").read_bytes())
    assert made[0] == made[1]


# the others


def test_validate_says_nothing_of_good_specs(here):
    result = run("validate", "fig.yaml")
    assert (result.exit_code, result.output) == (0, "")
    Path("bad.yaml").write_text(SPEC + "extra: 1\n")
    result = run("validate", "fig.yaml", "bad.yaml")
    assert result.exit_code == 1
    assert "bad.yaml:4:1" in result.stderr


def test_trace_prints_the_numbers(here):
    layer = json.loads(run("trace", "fig.yaml").stdout)["layers"][0]
    traced = conv_anim.trace(conv_anim.load("fig.yaml"))
    assert layer["output"] == traced.output.tolist()
    assert layer["input"] == traced.input.tolist()


def test_trace_prints_every_step(here):
    steps = json.loads(run("trace", "fig.yaml", "--steps").stdout)["steps"]
    traced = conv_anim.trace(conv_anim.load("fig.yaml"))
    assert [step["value"] for step in steps] == traced.output.ravel().tolist()
    for step in steps:
        assert sum(tap["product"] for tap in step["taps"]) == step["value"]
        assert len(step["taps"]) == 9


def test_a_template_can_be_copied_and_drawn(here):
    template = next(t for t in catalog.templates() if t.name == "con_9")
    assert run("new", "con_9").exit_code == 0
    assert Path("con_9.yaml").read_text() == "# yaml-language-server: $schema=conv-anim.schema.json\n" + template.spec
    assert run("render", "con_9.yaml").exit_code == 0
    assert run("new", "con_9").exit_code == 2
    assert run("new", "con_9", "--force").exit_code == 0
    assert run("new", "con_9", "-o", "-").stdout == template.spec
    assert run("new", "con_9", "-o", "own.yaml", "--no-schema").exit_code == 0
    assert Path("own.yaml").read_text() == template.spec


def test_the_schema_is_written_once_and_named_from_below(here):
    assert "and conv-anim.schema.json" in run("new", "con_9").stderr
    assert "conv-anim.schema.json" not in run("new", "con_2", "-o", "sub folder/deep/own.yaml").stderr
    assert files(here) == ["con_9.yaml", "conv-anim.schema.json", "fig.yaml", "sub folder/deep/own.yaml"]
    first = Path("sub folder/deep/own.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../conv-anim.schema.json"
    Path("conv-anim.schema.json").write_text("{}")
    run("new", "con_5")
    assert Path("conv-anim.schema.json").read_text() == "{}"
    assert run("schema", "-o", "conv-anim.schema.json").exit_code == 0
    assert json.loads(Path("conv-anim.schema.json").read_text())["title"] == "conv-anim spec"


def test_in_a_repository_the_schema_of_its_root_counts(here, monkeypatch):
    Path(".git").mkdir()
    run("schema", "-o", "conv-anim.schema.json")
    Path("figures").mkdir()
    monkeypatch.chdir("figures")
    assert run("new", "con_9").exit_code == 0
    assert Path("con_9.yaml").read_text().startswith("# yaml-language-server: $schema=../conv-anim.schema.json\n")
    assert not Path("conv-anim.schema.json").exists()


def test_without_a_template_new_writes_the_starter(here):
    assert "conv-anim render starter.yaml" in run("new").stderr
    assert run("render", "starter.yaml").exit_code == 0
    assert run("new", "--layer", "fold", "-o", "fold.yaml").exit_code == 0
    assert "type: fold" in Path("fold.yaml").read_text()
    assert "did you mean 'max_pool'" in run("new", "--layer", "MaxPool2d").stderr
    assert run("new", "--layer", "max_unpool").exit_code == 2
    assert run("new", "con_9", "--layer", "conv").exit_code == 2


# a spec on stdin, a picture on stdout


@pytest.mark.parametrize("format_", ["gif", "png"])
def test_a_spec_comes_in_and_a_picture_goes_out(here, format_):
    result = run("render", "-", "-o", "-", "-f", format_, text=SPEC)
    run("render", "fig.yaml", "-f", format_)
    assert result.stdout_bytes == Path(f"fig.{format_}").read_bytes()
    assert result.stderr == ""


def test_a_layer_is_drawn_to_standard_output(here):
    done = subprocess.run(
        [sys.executable, "-m", "conv_anim", "draw", "nn.Conv2d(1, 1, 3)", "-f", "png", "-o", "-"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(b"\x89PNG")
    assert files(here) == ["fig.yaml"]


@pytest.mark.parametrize("args", [
    ["fig.yaml", "-f", "gif", "-f", "png"], ["fig.yaml", "-f", "frames"], ["fig.yaml", "."], ["fig.yaml", "--check"],
])  # fmt: skip
def test_only_one_picture_goes_out(here, args):
    Path("b.yaml").write_text(SPEC)
    result = run("render", *args, "-o", "-")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "-o -" in result.stderr
    assert files(here) == ["b.yaml", "fig.yaml"]


def test_a_bad_spec_writes_nothing_to_standard_output(here):
    result = run("render", "-", "-o", "-", text="input: 3\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "<stdin>:1:8: error:" in result.stderr


def test_a_reader_who_leaves_is_no_error_to_tell(here):
    command = [sys.executable, "-m", "conv_anim", "render", "fig.yaml", "-o", "-", "-f", "png"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


@pytest.mark.parametrize("command", ["validate", "explain", "trace", "code"])
def test_every_reading_command_takes_standard_input(here, command):
    assert run(command, "-", text=SPEC).output == run(command, "fig.yaml").output


def test_standard_input_may_stand_among_files(here):
    assert run("render", "-", "fig.yaml", text=SPEC).exit_code == 0
    assert files(here) == ["fig.gif", "fig.yaml", "figure.gif"]


# diagnostics

BAD = SPEC + "theme: {windw: '#fff'}\n"


def told(form, *more, text=BAD, env=None):
    Path("bad.yaml").write_text(text)
    args = ["validate", "bad.yaml", "missing.yaml", *more]
    result = CliRunner().invoke(main, [*args, "--diagnostics", form] if form else args, env=env)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def test_short_is_a_line_each(here):
    wanted = [
        "bad.yaml:4:9: error: a theme has no key 'windw' [unknown-key]",
        "missing.yaml:1:1: error: there is no such file [unreadable]",
    ]
    assert told("short").splitlines() == wanted
    assert told(None, env={"CONV_ANIM_DIAGNOSTICS": "short"}).splitlines() == wanted


def test_the_problem_matcher_of_the_manual_reads_short(here):
    page = (Path(__file__).parent.parent / "docs" / "editors.md").read_text(encoding="utf-8")
    tasks = next(block for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if "problemMatcher" in block)
    pattern = json.loads(tasks)["tasks"][0]["problemMatcher"]["pattern"]
    for line in told("short").splitlines():
        match = re.fullmatch(pattern["regexp"], line)
        assert match[pattern["file"]].endswith(".yaml")
        assert match[pattern["line"]].isdigit()
        assert match[pattern["code"]] in {"unknown-key", "unreadable"}


def test_json_is_an_object_each(here):
    first, second = (json.loads(line) for line in told("json").splitlines())
    hint = first.pop("hint")
    assert first == {
        "code": "unknown-key", "message": "a theme has no key 'windw'", "path": "theme.windw",
        "file": "bad.yaml", "line": 4, "column": 9, "end": 14,
    }  # fmt: skip
    assert hint.startswith("did you mean 'window'?")
    assert (second["file"], second["line"], second["path"]) == ("missing.yaml", None, None)


def test_the_end_of_what_goes_on_in_the_next_line_is_the_end_of_the_line(here):
    (problem, _) = (
        json.loads(line) for line in told("json", text="input:\n  [5,\n   5]\nlayer: {}\n").splitlines()[:2]
    )
    assert (problem["line"], problem["column"], problem["end"]) == (2, 3, 6)


def test_problems_of_drawing_have_their_file_too(here):
    result = run("render", "fig.yaml", "--step", "99", "--diagnostics", "json")
    assert json.loads(result.stderr)["file"] == "fig.yaml"


def test_colors_on_a_terminal_only_and_not_if_they_are_not_wanted(here, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    plain = told("human")
    assert "\x1b" not in plain
    colored = told("human", env={"FORCE_COLOR": "1"})
    assert colored.count("\x1b[1;31m") == 3
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert told("human", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}) == plain
    assert told("short", env={"FORCE_COLOR": "1"}) == told("short")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
@pytest.mark.parametrize(("more", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_is_told_in_color(here, more, colored):
    reader, writer = os.openpty()
    env = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    command = [sys.executable, "-m", "conv_anim", "validate", "missing.yaml"]
    subprocess.run(command, stderr=writer, check=False, env={**env, "TERM": "xterm", **more})
    os.close(writer)
    assert (b"\x1b[1;31merror:\x1b[0m" in os.read(reader, 10_000)) is colored
    os.close(reader)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
def test_a_terminal_gets_no_picture(here):
    reader, writer = os.openpty()
    command = [sys.executable, "-m", "conv_anim", "render", "fig.yaml", "-o", "-"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "would write a gif to the terminal" in done.stderr
    os.close(writer)
    os.close(reader)


def test_an_unknown_template_names_the_nearest(here):
    result = run("new", "dilatoin")
    assert result.exit_code == 2
    assert "did you mean 'dilation'?" in result.stderr


def test_templates_and_themes_are_listed():
    text = run("templates").stdout
    assert all(template.name in text and template.title in text for template in catalog.templates())
    assert all(f"{theme.name} " in run("themes").stdout for theme in THEMES.values())


def test_the_schema_is_printed():
    assert json.loads(run("schema").stdout)["title"] == "conv-anim spec"


def test_version_and_help():
    assert __version__ in run("--version").stdout
    for command in main.commands:
        assert run(command, "--help").exit_code == 0


def test_wrong_usage_has_exit_status_2():
    assert run("render").exit_code == 2
    assert run("draw-it").exit_code == 2
    assert run("render", "x.yaml", "-f", "bmp").exit_code == 2


@pytest.mark.parametrize(("args", "forbidden"), [
    (["--help"], {"numpy", "matplotlib", "PIL", "yaml"}),
    (["templates"], {"numpy", "matplotlib", "PIL", "yaml"}),
    (["themes"], {"numpy", "matplotlib", "PIL", "yaml"}),
    (["validate", "fig.yaml"], {"numpy", "matplotlib", "PIL"}),
    (["schema"], {"numpy", "matplotlib", "PIL", "yaml"}),
    (["trace", "fig.yaml"], {"matplotlib", "PIL"}),
])  # fmt: skip
def test_a_command_imports_only_what_it_needs(here, args, forbidden):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "conv_anim", *args], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert imported & forbidden == set()
    assert "click" in imported


@pytest.mark.parametrize("kind", ["svg", "html", "png"])
def test_a_check_minds_no_line_ends_of_texts(here, kind):
    """As git gives them on Windows (core.autocrlf)."""
    assert run("render", "fig.yaml", "-f", kind).exit_code == 0
    made = Path(f"fig.{kind}")
    made.write_bytes(made.read_bytes().replace(b"\n", b"\r\n"))
    assert run("render", "fig.yaml", "-f", kind, "--check").exit_code == (kind == "png")


def test_a_png_says_how_large_it_is_on_paper(here):
    """As large as the PDF: 96 pixels to the inch."""
    assert run("render", "fig.yaml", "-f", "png").exit_code == 0
    with Image.open("fig.png") as image:
        assert [round(each) for each in image.info["dpi"]] == [96, 96]
