"""The hooks for pre-commit, run by pre-commit where it is installed, else as it would run them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
GOOD = "input: {size: [3, 3]}\nlayer: {type: max_pool, kernel_size: 2}\n"
PAGE = "<!-- conv-anim: figures/a.yaml -->\n<!-- /conv-anim -->\n"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / ".cache"))
    Path("figures").mkdir()
    Path("figures/a.yaml").write_text(GOOD)
    Path("mkdocs.yml").write_text("site_name: no spec\n")
    Path("README.md").write_text(PAGE)
    return tmp_path


def run(name, files):
    """Exit status and output of a hook over changed files."""
    if shutil.which("pre-commit"):
        return by_pre_commit(name, files)
    hook = HOOKS[name]
    chosen = [file for file in files if re.search(hook.get("files", ""), file) and typed(file, hook)]
    given = chosen if hook.get("pass_filenames", True) else []
    return called([*shlex.split(hook["entry"]), *hook.get("args", []), *given]) if chosen else (0, "")


def typed(file, hook):
    return "yaml" not in hook.get("types", []) or file.endswith((".yaml", ".yml"))


def by_pre_commit(name, files):
    """As a hook of this repository, in this environment."""
    local = {"repos": [{"repo": "local", "hooks": [{**HOOKS[name], "language": "system"}]}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump(local))
    for command in (["git", "init", "-q"], ["git", "add", "."]):
        subprocess.run(command, check=True)
    return called(["pre-commit", "run", "--files", *files])


def called(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def test_specs_are_checked_and_other_yaml_is_not(repository):
    assert run("conv-anim-validate", ["figures/a.yaml", "mkdocs.yml"])[0] == 0
    Path("figures/a.yaml").write_text(GOOD.replace("kernel_size", "kernl_size"))
    status, said = run("conv-anim-validate", ["figures/a.yaml", "mkdocs.yml"])
    assert status == 1
    assert "figures/a.yaml:2:25: error" in said
    assert "mkdocs" not in said


def test_pages_are_checked_when_a_page_or_a_spec_changes(repository):
    status, said = run("conv-anim-check", ["README.md"])
    assert status == 1
    assert "would change: README.md" in said
    assert Path("README.md").read_text() == PAGE
    assert called(["conv-anim", "embed", "."])[0] == 0
    assert run("conv-anim-check", ["README.md"])[0] == 0
    Path("figures/a.yaml").write_text(GOOD.replace("[3, 3]", "[4, 4]"))
    status, said = run("conv-anim-check", ["figures/a.yaml"])
    assert status == 1
    assert "figures/a.gif" in said
    assert run("conv-anim-check", ["setup.py"])[0] == 0
