"""Bad specs of every kind, with the whole diagnostic that each gets: ``errors/TOPIC.txt``, see `tests.cases`.

``make update-expected`` writes what they get now, and shows what that changes.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from conv_anim.cli import main
from conv_anim.diagnostics import Code
from tests.cases import HERE, Case, cases, read, topics, written

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = cases()
ELSEWHERE = {Code.UNSUPPORTED, Code.KILLED, Code.SHORTAGE, Code.INTERNAL}
"""What no spec can cause: a framework's layer that cannot be shown, see `test_draw` and `test_code`."""

UNSET = dict.fromkeys(("CONV_ANIM_DIAGNOSTICS", "FORCE_COLOR"))


def said(case: Case, folder: Path) -> tuple[int, str]:
    """Exit status and stderr of rendering the case in a folder of its own, with the data files beside it."""
    shutil.copytree(HERE / "data", folder / "data")
    (folder / "spec.yaml").write_bytes(case.spec)
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner(env=UNSET).invoke(main, ["render", "spec.yaml", "-o", "out", *case.args])
    finally:
        os.chdir(before)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


def expected() -> Iterator[tuple[Path, str]]:
    """Each file of a topic, and what it would hold now."""
    for path, of_topic in topics().items():
        yield path, written([replace(case, expected=_now(case)) for case in of_topic])


def _now(case: Case) -> str:
    with TemporaryDirectory() as folder:
        return said(case, Path(folder))[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_bad_spec_says_what_is_wrong_and_where(case: Case, tmp_path: Path) -> None:
    status, text = said(case, tmp_path)
    assert text == case.expected
    assert status == 1
    assert not (tmp_path / "out").exists()


def test_every_code_has_a_case() -> None:
    texts = "\n".join(case.expected for case in CASES)
    assert {code for code in Code if f"[{code}]" not in texts} == ELSEWHERE


def test_every_file_holds_cases_or_is_part_of_one() -> None:
    used = {case.apart for case in CASES if case.apart}
    assert {f"specs/{path.name}" for path in (HERE / "specs").iterdir()} == used
    assert {path.name for path in HERE.iterdir()} - {path.name for path in topics()} == {"data", "specs"}


def test_titles_are_unique_and_files_are_as_they_would_be_written() -> None:
    assert [each for each, times in Counter(case.id for case in CASES).items() if times > 1] == []
    for path, of_topic in topics().items():
        assert path.read_text(encoding="utf-8") == written(of_topic)


@pytest.mark.parametrize("spec", [b"", b"\n", b"---\n", b"a: ---> b\n ===\n\n", b"# === a\n--- >\n"])
def test_a_spec_is_read_as_it_was_written(spec: bytes) -> None:
    pair = [Case("topic", "one", spec, "said\n\nmore\n"), Case("topic", "two", spec, "")]
    assert read("topic", written(pair)) == pair


def test_what_is_expected_is_written_and_shown(tmp_path: Path) -> None:
    from tests.expected import changed  # it imports this module

    path = tmp_path / "topic.txt"
    path.write_text("=== one\na: 1\n--->\nsaid\n", encoding="utf-8")
    assert changed(path, "=== one\na: 1\n--->\nmore\n").splitlines()[-2:] == ["-said", "+more"]
    assert changed(path, path.read_text(encoding="utf-8")) == ""
    assert [case.expected for case in read("topic", path.read_text(encoding="utf-8"))] == ["more\n"]
