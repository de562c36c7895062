"""Bad specs of every kind, with the whole diagnostic that each gets: ``errors/NAME.yaml`` and ``errors/NAME.txt``.

A first line ``# args: …`` gives further arguments to ``conv-anim render``. To write all texts anew, for review:
``python -m tests.test_errors``.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from conv_anim.cli import main
from conv_anim.diagnostics import Code

HERE = Path(__file__).parent / "errors"
CASES = sorted(HERE.glob("*.yaml"))
ELSEWHERE = {Code.UNSUPPORTED, Code.KILLED, Code.SHORTAGE, Code.INTERNAL}
"""What no spec can cause: a framework's layer that cannot be shown, see `test_draw` and `test_code`."""

UNSET = dict.fromkeys(("CONV_ANIM_DIAGNOSTICS", "FORCE_COLOR"))


def said(case: Path, folder: Path) -> tuple[int, str]:
    """Exit status and stderr of rendering the case in a folder of its own, with the data files beside it."""
    shutil.copytree(HERE / "data", folder / "data")
    shutil.copy(case, folder)
    first = case.read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
    more = shlex.split(first.removeprefix("# args:")) if first.startswith("# args:") else []
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner(env=UNSET).invoke(main, ["render", case.name, "-o", "out", *more])
    finally:
        os.chdir(before)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_bad_spec_says_what_is_wrong_and_where(case: Path, tmp_path: Path) -> None:
    status, text = said(case, tmp_path)
    assert text == case.with_suffix(".txt").read_text(encoding="utf-8")
    assert status == 1
    assert not (tmp_path / "out").exists()


def test_every_code_has_a_case() -> None:
    texts = "\n".join(case.with_suffix(".txt").read_text(encoding="utf-8") for case in CASES)
    assert {code for code in Code if f"[{code}]" not in texts} == ELSEWHERE


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    for each in CASES:
        with TemporaryDirectory() as scratch:
            each.with_suffix(".txt").write_text(said(each, Path(scratch))[1], encoding="utf-8")
