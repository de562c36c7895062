"""A package that brings an op, a view, a theme and a format: they work wherever ours do; a broken one is told of."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest
from PIL import Image

TOY = Path(__file__).parent / "toy" / "conv_anim_toy.py"
POINTS = """
[conv_anim.ops]
square = toy_square:TYPE

[conv_anim.views]
bars = conv_anim_toy:VIEW

[conv_anim.themes]
sunset = conv_anim_toy:THEME

[conv_anim.formats]
bmp = conv_anim_toy:FORMAT
"""
SPEC = "input: {size: [6], values: arange}\nlayer: {type: conv, kernel_size: 3}\nview: bars\ntheme: sunset\n"


def installed(folder, name, module, points):
    """A package as an installer leaves it: a module, and beside it what it says of itself."""
    (folder / f"{name}.py").write_text(module, encoding="utf-8")
    said = folder / f"{name}-1.0.dist-info"
    said.mkdir()
    (said / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (said / "entry_points.txt").write_text(points, encoding="utf-8")


@pytest.fixture
def toy(tmp_path):
    folder = tmp_path / "site packages"
    folder.mkdir()
    installed(folder, "conv_anim_toy", TOY.read_text(encoding="utf-8"), POINTS)
    (folder / "toy_square.py").write_text((TOY.parent / "square.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def run(folder, *arguments, status=0):
    path = os.pathsep.join([str(folder / "site packages"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "conv_anim", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


@pytest.mark.parametrize("suffix", ["gif", "svg", "html", "storyboard.png"])
def test_a_spec_is_drawn_in_a_view_and_a_theme_of_another_package(toy, suffix):
    run(toy, "render", "a.yaml", "-o", f"a.{suffix}")
    assert (toy / f"a.{suffix}").stat().st_size > 500


OWN = "from conv_anim.spec.formats import Format\nFORMAT = Format(%r, len)\n"


def bmp(path):
    with Image.open(path, formats=["BMP"]) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-o", "a.bmp"], "a.bmp"),
        (["-f", "bmp"], "a.bmp"),
        (["--set", "output=b.bmp"], "b.bmp"),
        (["-f", "storyboard.bmp"], "a.storyboard.bmp"),
        (["-o", "a.strip.bmp"], "a.strip.bmp"),
    ],
)
def test_a_format_of_another_package_is_made_wherever_one_is_named(toy, arguments, name):
    run(toy, "render", "a.yaml", *arguments)
    png = [argument.replace("bmp", "png") for argument in arguments]
    run(toy, "render", "a.yaml", *png)
    with Image.open(toy / name.replace("bmp", "png")) as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), bmp(toy / name))


def test_a_page_shows_a_format_of_another_package(toy):
    (toy / "page.md").write_text("<!-- conv-anim: a.yaml format=bmp -->\n<!-- /conv-anim -->\n", encoding="utf-8")
    run(toy, "embed", "page.md")
    assert "](a.bmp)" in (toy / "page.md").read_text(encoding="utf-8")
    assert bmp(toy / "a.bmp").any()


def test_a_format_of_another_package_is_drawn_anew_and_keeps_to_what_it_can_do(toy):
    run(toy, "render", "a.yaml", "-o", "a.bmp")
    before = (toy / "a.bmp").read_bytes()
    module = toy / "site packages" / "conv_anim_toy.py"
    module.write_text(module.read_text(encoding="utf-8").replace('"RGB"', '"L"'), encoding="utf-8")
    run(toy, "render", "a.yaml", "-o", "a.bmp")
    assert (toy / "a.bmp").read_bytes() != before
    said = run(toy, "render", "a.yaml", "-f", "bmp", "--step", "0,1", status=1)
    assert "a bmp shows one step, not 2" in said
    said = run(toy, "render", "a.yaml", "-f", "bmp", "--max-memory", "100M", status=1)
    assert "to make this bmp takes about" in said


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["render", "a.yaml", "-f", "bmpp"], 2, "'bmp'"),
        (["render", "a.yaml", "-o", "a.tiff"], 2, ".html, .bmp, .storyboard.png, .strip.png (or .svg, .pdf, .bmp)"),
        (["validate", "a.yaml", "--set", "output=a.bmq"], 1, ".html, .bmp, .storyboard.png"),
    ],
)
def test_messages_name_the_formats_of_other_packages(toy, arguments, status, said):
    assert said in run(toy, *arguments, status=status).replace("\n  ", " ")


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("import nothing_like_this", "it cannot be loaded: ModuleNotFoundError"),
        ("FORMAT = 3", "broken:FORMAT is no Format"),
        (OWN % "other", "broken:FORMAT calls itself 'other'"),
        (OWN % "A/b", "it cannot be loaded: ValueError: 'A/b' is not a suffix"),
    ],
)
def test_a_format_that_is_broken_is_named_and_does_not_spoil_the_rest(toy, module, why):
    installed(toy / "site packages", "broken", module, "[conv_anim.formats]\nodd = broken:FORMAT\n")
    for arguments, status in ((["-f", "odd"], 2), (["-o", "a.odd"], 2), (["--set", "output=a.odd"], 1)):
        said = run(toy, "render", "a.yaml", *arguments, status=status)
        assert f"the package 'broken' brings 'odd', but {why}" in " ".join(said.split())
    run(toy, "render", "a.yaml", "-o", "a.bmp")
    assert "odd" not in run(toy, "render", "--help")


def test_the_view_stands_in_a_panel_and_differences_are_marked_on_it(toy):
    (toy / "panels.yaml").write_text(
        "input: {size: [6], values: arange}\nview: bars\ndifferences: true\n"
        "panels:\n- layer: {type: conv, weight: [1, 0, 1]}\n- layer: {type: conv, weight: [1, 1, 0]}\n",
        encoding="utf-8",
    )
    run(toy, "render", "panels.yaml", "-o", "panels.svg")
    assert (toy / "panels.svg").read_text(encoding="utf-8").count("outlined") == 1


def test_it_is_drawn_anew_because_its_source_is_not_known(toy):
    run(toy, "render", "a.yaml", "-o", "a.gif")
    before = (toy / "a.gif").read_bytes()
    module = toy / "site packages" / "conv_anim_toy.py"
    module.write_text(module.read_text(encoding="utf-8").replace("default=8", "default=20"), encoding="utf-8")
    run(toy, "render", "a.yaml", "-o", "a.gif")
    assert (toy / "a.gif").read_bytes() != before


def test_what_an_op_of_another_package_makes_is_drawn_anew_too(toy):
    square = ("--set", "layer={type: square}", "--set", "view=flat", "--set", "theme=light")
    run(toy, "render", "a.yaml", *square, "-o", "a.gif")
    before = (toy / "a.gif").read_bytes()
    module = toy / "site packages" / "toy_square.py"
    module.write_text(module.read_text(encoding="utf-8").replace("x²", "x·x"), encoding="utf-8")
    run(toy, "render", "a.yaml", *square, "-o", "a.gif")
    assert (toy / "a.gif").read_bytes() != before


def test_a_panel_has_an_op_of_another_package_and_a_view_of_ours(toy):
    (toy / "panels.yaml").write_text(
        "input: {size: [6], values: arange}\nview: flat\n"
        "panels:\n- layer: {type: square}\n- layer: {type: conv, kernel_size: 3}\n  view: bars\n",
        encoding="utf-8",
    )
    run(toy, "render", "panels.yaml", "-o", "panels.svg")
    assert "x²" in (toy / "panels.svg").read_text(encoding="utf-8")
    assert [
        panel["layers"][0]["type"] for panel in json.loads(run(toy, "explain", "panels.yaml", "--json"))["panels"]
    ] == [
        "square",
        "conv",
    ]


def test_schema_help_and_lists_know_them(toy):
    schema = json.loads(run(toy, "schema"))
    kinds = [arm["properties"]["kind"]["const"] for arm in schema["properties"]["view"]["anyOf"][0]["oneOf"]]
    assert kinds[-1] == "bars"
    assert "tall" in json.dumps(schema["properties"]["view"])
    assert "sunset" in json.dumps(schema["properties"]["theme"])
    assert schema["$defs"]["layer"]["oneOf"][-1]["properties"]["type"]["const"] == "square"
    assert "sunset" in run(toy, "themes")
    assert "html|bmp)$" in json.dumps(schema["properties"]["output"])
    assert "From other packages: bmp." in " ".join(run(toy, "render", "--help").split())


def test_a_shell_completes_formats_of_other_packages(toy):
    words = {"_CONV_ANIM_COMPLETE": "bash_complete", "COMP_WORDS": "conv-anim render a.yaml -f bm", "COMP_CWORD": "4"}
    code = "from conv_anim.cli import main; main(prog_name='conv-anim')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **words, "PYTHONPATH": str(toy / "site packages")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "plain,bmp", done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("layer={type: sqare}", "did you mean 'square'"),
        ("layer={type: square, stride: 2}", "a square layer has no key 'stride'"),
        ("view=bar", "did you mean 'bars'"),
        ("view={kind: bars, tal: 3}", "did you mean 'tall'"),
        ("view={kind: bars, tall: 0}", "'tall' must be a whole number from 1 to 100, not 0"),
        ("theme=sunst", "did you mean 'sunset'"),
        ("theme={base: sunset, inc: 1}", "a theme has no key 'inc'"),
        ("input.size=[6, 6]", "the bars view shows one output channel of one layer along one axis"),
        ("animation.motion=smooth", "the bars view goes from step to step"),
    ],
)
def test_mistakes_are_told_as_those_with_our_own_are(toy, change, said):
    changes = ["--set", change, *(["--set", "input.values={random: {}}"] if "size" in change else [])]
    assert said in run(toy, "validate", "a.yaml", *changes, status=1)


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("import nothing_like_this", "it cannot be loaded: ModuleNotFoundError: No module named 'nothing_like_this'"),
        ("VIEW = 3", "broken:VIEW is no ViewKind"),
        ("from conv_anim_toy import VIEW", "broken:VIEW calls itself 'bars'"),
    ],
)
def test_a_package_that_is_broken_is_named_and_does_not_spoil_the_rest(toy, module, why):
    installed(toy / "site packages", "broken", module, "[conv_anim.views]\noddity = broken:VIEW\n")
    said = run(toy, "validate", "a.yaml", "--set", "view=oddity", status=1)
    assert f"the package 'broken' brings 'oddity', but {why}" in said.replace("\n", " ")
    run(toy, "validate", "a.yaml")
    assert "oddity" not in run(toy, "schema")


def test_an_op_that_is_broken_is_named_and_does_not_spoil_the_rest(toy):
    points = "[conv_anim.ops]\noddity = broken:TYPE\nodd = broken:nothing\n"
    installed(toy / "site packages", "broken", "TYPE = 3", points)
    said = run(toy, "validate", "a.yaml", "--set", "layer={type: oddity}", status=1).replace("\n", " ")
    assert "the package 'broken' brings 'oddity', but broken:TYPE is no OpType" in said
    assert "known here" not in said
    said = run(toy, "validate", "a.yaml", "--set", "layer={type: odd}", status=1).replace("\n", " ")
    assert "it cannot be loaded: AttributeError" in said
    run(toy, "validate", "a.yaml", "--set", "layer={type: square}", "--set", "view=flat")
    assert "oddity" not in run(toy, "schema")


def test_our_own_names_stay_ours_and_of_two_packages_the_first_counts(toy):
    other = TOY.read_text(encoding="utf-8").replace("default=8", "default=9")
    points = "[conv_anim.views]\nflat = another:VIEW\nbars = another:VIEW\n"
    installed(toy / "site packages", "another", other, points)
    schema = run(toy, "schema")
    assert '"default": 9' in schema
    assert '"default": 8' not in schema
    run(toy, "validate", "a.yaml", "--set", "view=flat")


def test_who_names_only_our_own_looks_for_no_package(toy):
    (toy / "site packages" / "conv_anim_toy.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    run(toy, "validate", "a.yaml", "--set", "view=flat", "--set", "theme=dark")
    run(
        toy,
        "render",
        "a.yaml",
        "--set",
        "view=flat",
        "--set",
        "theme=dark",
        "-f",
        "svg",
        "-f",
        "storyboard",
        "-o",
        "out",
    )
    run(toy, "render", "a.yaml", "--set", "view=flat", "--set", "theme=dark", "-o", "a.svg")


def test_the_page_shows_the_package_of_this_test():
    page = (Path(__file__).parent.parent / "docs" / "extending.md").read_text(encoding="utf-8")
    assert TOY.read_text(encoding="utf-8") in page


def test_what_the_page_says_of_our_modules_is_there():
    """ "`conv_anim.scene.layout` composes panels: `row`, `column`"; it named one that was not there."""
    page = (TOY.parents[2] / "docs/extending.md").read_text(encoding="utf-8")
    named = re.findall(r"`(conv_anim\.[a-z_.]+)`\s+(?:composes|makes)[^:]*:\s((?:`\w+`(?:,\s)?)+)", page)
    assert len(named) == 2
    for module, names in named:
        assert [name for name in re.findall(r"`(\w+)`", names) if not hasattr(import_module(module), name)] == []
    for name in set(re.findall(r"`(conv_anim\.[a-z_.]+)`", page)):
        assert resolve_name(name)


def test_an_op_of_another_package_has_its_colour_in_a_network(toy):
    (toy / "network.yaml").write_text(
        "input: {size: [6, 6]}\nlayers: [{type: conv, kernel_size: 3}, {type: square}]\nview: network\n",
        encoding="utf-8",
    )
    run(toy, "render", "network.yaml", "-o", "network.svg")
    assert "resizing" in (toy / "network.svg").read_text(encoding="utf-8")
