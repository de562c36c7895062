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
import shlex
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from conv_anim.cli import main
from tests.cases import Case, topics, written

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPICS = topics(Path(__file__).parent / "messages")
COMMAND = "$ "
UNSET = dict.fromkeys(("CONV_ANIM_DIAGNOSTICS", "FORCE_COLOR"))
TINY = "input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\n"
"""A spec that can be drawn."""


def reads(name: str) -> None:
    """Write a spec that reads its input from a file."""
    Path("spec.yaml").write_text(
        f"input: {{values: {{file: {name}}}}}\nlayer: {{type: conv, kernel_size: 1}}\n", encoding="utf-8"
    )


def said(case: Case, folder: Path) -> str:
    """What the commands print, one after the other, in a folder of their own."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        tools = {"Path": Path, "np": np, "Image": Image, "os": os, "TINY": TINY, "reads": reads}
        lines = case.spec.decode().splitlines()
        exec("\n".join(line for line in lines if not line.startswith(COMMAND)), tools)
        printed = [_printed(line.removeprefix(COMMAND)) for line in lines if line.startswith(COMMAND)]
    finally:
        os.chdir(before)
    return "".join(printed).replace(f"{folder.resolve()}{os.sep}", "FOLDER/")


def _printed(command: str) -> str:
    done = CliRunner(env=UNSET).invoke(main, shlex.split(command))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return f"{done.output}exit status {done.exit_code}\n"


def expected() -> Iterator[tuple[Path, str]]:
    """Each file, and what it would hold now."""
    for path, of_topic in TOPICS.items():
        yield path, written([replace(case, expected=_now(case)) for case in of_topic])


def _now(case: Case) -> str:
    with TemporaryDirectory() as folder:
        return said(case, Path(folder))


@pytest.mark.parametrize("case", [case for each in TOPICS.values() for case in each], ids=lambda case: case.id)
def test_all_that_is_said(case: Case, tmp_path: Path) -> None:
    assert said(case, tmp_path) == case.expected


def test_titles_are_unique_and_files_are_as_they_would_be_written() -> None:
    for path, of_topic in TOPICS.items():
        assert len({case.title for case in of_topic}) == len(of_topic)
        assert path.read_text(encoding="utf-8") == written(of_topic)
