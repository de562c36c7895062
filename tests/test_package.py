"""What is packed: the sdist, the wheel that is made of it, and a command that works where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

import conv_anim

pytestmark = pytest.mark.repository
ROOT = Path(__file__).parent.parent
MADE = {"__pycache__", ".mypy_cache", ".ruff_cache"}


def built(source, target, kind, epoch="1700000000"):
    """An sdist or a wheel of what is in a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": epoch, "PYTHONPATH": ""}
    subprocess.run(command, cwd=source, env=environment, capture_output=True, check=True)
    return next(target.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def unpacked(sdist, folder):
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return built(ROOT, tmp_path_factory.mktemp("sdist"), "sdist")


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """Made of the sdist, not of the repository."""
    return built(unpacked(sdist, tmp_path_factory.mktemp("source")), tmp_path_factory.mktemp("wheel"), "wheel")


def contents(archive):
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def listed(folder):
    """The files of a folder of the repository, without what is made of them."""
    return {p for p in (ROOT / folder).rglob("*") if p.is_file() and not MADE & set(p.parts)}


def test_the_wheel_holds_the_package_and_the_templates_and_nothing_else(wheel):
    wanted = {path.relative_to(ROOT).as_posix() for path in listed("conv_anim")}
    wanted |= {f"conv_anim/{path.relative_to(ROOT).as_posix()}" for path in listed("templates")}
    files = {name for name in contents(wheel) if ".dist-info/" not in name}
    assert files == wanted
    kinds = {Path(name).suffix for name in files}
    assert kinds >= {".py", ".typed", ".ttf", ".js", ".css", ".html", ".lua", ".yaml", ".json", ".txt"}


def test_what_the_wheel_says_of_itself(wheel):
    files = contents(wheel)
    said = HeaderParser().parsestr(next(files[n] for n in files if n.endswith("dist-info/METADATA")).decode())
    assert (said["Name"], said["Version"]) == ("conv-anim", conv_anim.__version__)
    assert said["Description-Content-Type"] == "text/markdown"
    assert said.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert said["License-Expression"] == "MIT AND OFL-1.1"
    licenses = {n.partition("/licenses/")[2] for n in files if "/licenses/" in n}
    assert licenses == set(said.get_all("License-File")) == {"LICENSE", "conv_anim/painting/data/NotoSansTC-OFL.txt"}
    (commands,) = (files[n].decode() for n in files if n.endswith("entry_points.txt"))
    assert "conv-anim = conv_anim.cli:main" in commands


def test_the_same_source_makes_the_same_bytes(sdist, wheel, tmp_path):
    source = unpacked(sdist, tmp_path / "elsewhere")
    for path in source.rglob("*"):
        os.utime(path, (1, 1))
    again = built(source, tmp_path / "again", "wheel")
    assert again.read_bytes() == wheel.read_bytes()
    assert built(ROOT, tmp_path / "again", "sdist").read_bytes() == sdist.read_bytes()


def test_nothing_names_the_machine_that_it_was_packed_on(sdist, wheel):
    with tarfile.open(sdist) as archive:
        packed = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    for name, data in (packed | contents(wheel)).items():
        assert str(ROOT).encode() not in data, name
        assert str(Path.home()).encode() + b"/" not in data, name


def test_the_sdist_holds_the_tests_and_what_they_read(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {path.relative_to(ROOT).as_posix() for path in listed("tests")} <= names
    assert {"Makefile", "requirements.lock", "docs/spec.md", "tools/pages.py", ".pre-commit-hooks.yaml"} <= names
    assert not any(name.startswith(("output/", "build/", ".venv")) for name in names)


TRIED = """
import sys
sys.path.insert(0, sys.argv[1])
import conv_anim
from conv_anim import cli
for command in (["new", "max_pool"], ["render", "max_pool.yaml", *sys.argv[2:]]):
    try:
        cli.main(command)
    except SystemExit as end:
        if end.code:
            raise
sys.exit(0 if conv_anim.__file__.startswith(sys.argv[1]) else conv_anim.__file__)
"""


@pytest.mark.parametrize("options", [["-W", "error"], ["-OO"], ["-I"]], ids=" ".join)
def test_it_works_in_an_empty_folder(wheel, tmp_path, options):
    installed, here = tmp_path / "installed", tmp_path / "here"
    here.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    formats = ("gif", "svg", "pdf", "html", "webp")
    wanted = [part for format_ in formats for part in ("-f", format_)]
    command = [sys.executable, *options, "-c", TRIED, str(installed), *wanted]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1), done.stderr
    assert done.stderr.startswith("wrote max_pool.yaml and conv-anim.schema.json")
    names = {f"max_pool.{suffix}" for suffix in ("yaml", *formats)}
    assert {path.name for path in here.iterdir()} == names | {"conv-anim.schema.json"}


@pytest.mark.parametrize("suite", ["frameworks", "libraries"])
def test_a_suite_of_marked_tests_names_every_file_that_has_such(suite):
    """Only these are imported by its command; a file that it leaves out would be run nowhere."""
    rule = (ROOT / "Makefile").read_text("utf-8").split(f"\ntest-{suite}:")[1].split("\n\n")[0]
    marked = [path for path in (ROOT / "tests").glob("test_*.py") if f"mark.{suite}" in path.read_text("utf-8")]
    assert marked
    assert {f"tests/{path.name}" for path in marked} <= set(rule.split())
