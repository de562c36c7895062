"""What the commands say of files: ``messages/TOPIC.txt``, each case with the whole of what is printed.

::

    === a_folder_as_a_spec
    Path("spec.yaml").mkdir()
    $ render spec.yaml
    --->
    spec.yaml: error: …
    exit status 1

First Python that makes the files, then command lines. ``make update-expected`` writes what is printed now.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from conv_anim.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "messages"
SAYS = "--->\n"
UNSET = dict.fromkeys(("CONV_ANIM_DIAGNOSTICS", "FORCE_COLOR"))
TINY = "input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\n"
"""A spec that can be drawn."""


def reads(name: str) -> None:
    """Write a spec that reads its input from a file."""
    Path("spec.yaml").write_text(
        f"input: {{values: {{file: {name}}}}}\nlayer: {{type: conv, kernel_size: 1}}\n", encoding="utf-8"
    )


@dataclass(frozen=True, slots=True)
class Case:
    topic: str
    title: str
    making: str
    commands: tuple[str, ...]
    expected: str

    def section(self) -> str:
        lines = "".join(f"$ {command}\n" for command in self.commands)
        return f"=== {self.title}\n{self.making}{lines}{SAYS}{self.expected}"


def read(topic: str, text: str) -> Iterator[Case]:
    for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        before, _, expected = rest.partition(SAYS)
        lines = before.splitlines(keepends=True)
        making = "".join(line for line in lines if not line.startswith("$ "))
        commands = tuple(line[2:].rstrip("\n") for line in lines if line.startswith("$ "))
        yield Case(topic, title, making, commands, expected)


def topics() -> dict[Path, list[Case]]:
    return {path: list(read(path.stem, path.read_text(encoding="utf-8"))) for path in sorted(HERE.glob("*.txt"))}


def said(case: Case, folder: Path) -> str:
    """What the commands print, one after the other, in a folder of their own."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        tools = {"Path": Path, "np": np, "Image": Image, "os": os, "TINY": TINY, "reads": reads}
        exec(case.making, tools)
        printed = [_printed(command) for command in case.commands]
    finally:
        os.chdir(before)
    return "".join(printed).replace(f"{folder.resolve()}{os.sep}", "FOLDER/")


def _printed(command: str) -> str:
    done = CliRunner(env=UNSET).invoke(main, shlex.split(command))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return f"{done.output}exit status {done.exit_code}\n"


def expected() -> Iterator[tuple[Path, str]]:
    """Each file, and what it would hold now."""
    for path, cases in topics().items():
        now = [replace(case, expected=_now(case) + "\n" * (case is not cases[-1])) for case in cases]
        yield path, "".join(case.section() for case in now)


def _now(case: Case) -> str:
    with TemporaryDirectory() as folder:
        return said(case, Path(folder))


@pytest.mark.parametrize("case", [case for each in topics().values() for case in each], ids=lambda case: case.title)
def test_all_that_is_said(case: Case, tmp_path: Path) -> None:
    assert said(case, tmp_path) == case.expected.removesuffix("\n\n") + "\n" * case.expected.endswith("\n\n")
