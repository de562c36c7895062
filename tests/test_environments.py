"""Environments are set up from wherever make finds Python, the activated environment that is made anew included."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.repository
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def environments():
    """The tool, which is no part of the package."""
    found = importlib.util.spec_from_file_location("environments", ROOT / "tools" / "environments.py")
    module = importlib.util.module_from_spec(found)
    sys.modules["environments"] = module
    found.loader.exec_module(module)
    yield module
    del sys.modules["environments"]


def test_the_python_of_an_environment_that_is_made_anew_is_not_needed(environments, tmp_path):
    """With .venv activated and a new lock, the set-up removed the Python that it then looked for."""
    folder = tmp_path / "a folder" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    inside = str(folder / "bin" / "python3")
    found = environments.outside(folder, inside)
    assert folder not in Path(found).parents
    versions = {subprocess.run([each, "-VV"], capture_output=True, check=True).stdout for each in (found, inside)}
    assert len(versions) == 1
    assert environments.outside(tmp_path / "another", inside) == inside
