"""What shells complete, asked as they ask: with the words in the environment; and bash itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner

from conv_anim import catalog
from conv_anim.cli import COMMANDS, main
from conv_anim.spec.themes import THEMES

BASH = shutil.which("bash")
CODE = 'from conv_anim.cli import main; main(prog_name="conv-anim")'


def asking(*words: str) -> dict[str, str]:
    """How a shell asks for words of which the last is begun, as bash splits them."""
    begun = {"COMP_WORDS": "\n".join(["conv-anim", *words]), "COMP_CWORD": str(len(words))}
    return {"_CONV_ANIM_COMPLETE": "bash_complete", **begun}


def completed(*words: str, folder: Path | None = None) -> list[str]:
    with chdir(folder or Path.cwd()):
        said = CliRunner().invoke(main, env=asking(*words), prog_name="conv-anim")
    assert (said.exit_code, said.stderr) == (0, "")
    return [line.removeprefix("plain,") for line in said.stdout.splitlines() if line]


def test_commands_and_options():
    assert completed("") == list(COMMANDS)
    assert completed("va") == ["validate"]
    assert {"--set", "--output", "--diagnostics"} <= set(completed("render", "--"))
    assert completed("validate", "--diagnostics", "") == ["human", "short", "json"]


def test_templates_and_types_of_layers():
    assert completed("new", "") == ["starter", *(template.name for template in catalog.templates())]
    assert completed("new", "con_1") == ["con_1", "con_10"]
    assert completed("new", "--layer", "max") == ["max_pool", "max_unpool"]


def test_themes_wherever_one_can_be_given():
    assert completed("render", "a.yaml", "--set", "theme", "=", "") == list(THEMES)
    assert completed("render", "a.yaml", "--set", "theme", "=") == list(THEMES)
    assert completed("render", "--set", "theme.base", "=", "da") == ["dark"]
    assert completed("draw", "'nn.Conv2d(1, 1, 3)'", "--theme", "c") == ["classic", "colorblind"]


@pytest.mark.parametrize(("begun", "found"), [
    ("layer.str", ["layer.stride="]),
    ("lay", ["layer.", "layers."]),
    ("th", ["theme=", "theme."]),
    ("layers.0.dil", ["layers.0.dilation="]),
    ("animation.o", ["animation.order="]),
    ("input.values.random.s", ["input.values.random.seed="]),
    ("view.k", ["view.kind="]),
    ("nothing.", []),
])  # fmt: skip
def test_keys_of_a_spec(begun, found):
    assert completed("render", "--set", begun) == found


@pytest.mark.parametrize(("key", "begun", "found"), [
    ("layer.padding", "s", ["same", "same_lower"]),
    ("layer.type", "depth", ["depthwise", "depthwise_separable"]),
    ("layers.1.type", "glob", ["global_avg_pool"]),
    ("view.kind", "m", ["matrix"]),
    ("animation.order", "rev", ["reverse"]),
    ("caption", "", ["true", "false"]),
    ("layer.weight", "gau", ["gaussian"]),
    ("layer.stride", "", []),
])  # fmt: skip
def test_values_that_have_names(key, begun, found):
    assert completed("render", "--set", key, "=", begun) == found


def test_specs(tmp_path):
    for name in ("a.yaml", "b.yml", "c.txt", ".hidden.yaml", "deep/er/d.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert completed("render", "", folder=tmp_path) == ["a.yaml", "b.yml", "deep/"]
    assert completed("explain", "de", folder=tmp_path) == ["deep/er/d.yaml"]
    assert completed("validate", ".h", folder=tmp_path) == [".hidden.yaml"]
    assert completed("render", "z", folder=tmp_path) == ["file,z"]


@pytest.mark.parametrize(("shell", "words", "said"), [
    ("zsh", "conv-anim render --set theme=da", "dark"),
    ("fish", "conv-anim render --set theme=da", "theme=dark"),
])  # fmt: skip
def test_other_shells_get_the_whole_word(shell, words, said):
    env = {**os.environ, "_CONV_ANIM_COMPLETE": f"{shell}_complete", "COMP_WORDS": words}
    env["COMP_CWORD"] = words.rsplit(" ", 1)[-1] if shell == "fish" else "3"
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=env)
    assert said in done.stdout


@pytest.mark.parametrize(("words", "forbidden"), [
    (("",), {"yaml", "numpy", "matplotlib", "PIL", "conv_anim.spec"}),
    (("new", "con"), {"yaml", "numpy", "matplotlib", "PIL"}),
    (("render", "--set", "layer."), {"yaml", "numpy", "matplotlib", "PIL"}),
])  # fmt: skip
def test_completion_imports_no_more_than_it_needs(words, forbidden):
    command, env = [sys.executable, "-X", "importtime", "-c", CODE], {**os.environ, **asking(*words)}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stderr
    imported = {line.rsplit("|", 1)[-1].strip() for line in said.splitlines()}
    assert {name for name in imported if name in forbidden or name.split(".")[0] in forbidden} == set()


IN_BASH = """
shopt -s progcomp
eval "$(_CONV_ANIM_COMPLETE=bash_source conv-anim)"
complete -p conv-anim
ask() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _conv_anim_completion conv-anim
    printf '<%s>' "${COMPREPLY[@]}"; echo
}
ask conv-anim va
ask conv-anim render --set theme = da
ask conv-anim render --set layer.str
ask conv-anim render 'a\\ '
"""


@pytest.mark.skipif(BASH is None, reason="no bash here")
def test_bash_takes_it(tmp_path):
    (tmp_path / "a b.yaml").write_text("")
    program = tmp_path / "bin" / "conv-anim"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{CODE}' \"$@\"\n")
    program.chmod(0o755)
    env = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(BASH), "--norc", "-c", IN_BASH]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, cwd=tmp_path)
    first, *answers = done.stdout.splitlines()
    assert first == "complete -o nosort -o nospace -F _conv_anim_completion conv-anim"
    assert answers == ["<validate >", "<dark >", "<layer.stride=>", "<a\\ b.yaml >"]
    assert done.stderr == ""
