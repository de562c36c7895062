"""The fenced blocks of a Markdown page, and how each kind is tried in a folder of its own.

What a page says it shows is what happens: commands run, printed output is compared, Python runs, specs are loaded. What
stands in a comment before a block is for the test alone:

    <!-- file: NAME -->       the block is this file; a first line like `# dilated.yaml` says the same to readers too
    <!-- run: COMMAND -->     run this first: what a reader would have done already
    <!-- needs: NAME -->      only where this module or command is installed
    <!-- not run: REASON -->  one of the reasons below
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from click.testing import CliRunner
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

import conv_anim
from conv_anim.cli import main
from conv_anim.spec import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MARKDOWN = MarkdownIt("commonmark").enable("table").use(anchors_plugin, max_level=6)

REASONS = {
    "it installs",
    "it runs until it is stopped",
    "it is for a notebook",
    "it changes your shell",
    "it is wrong on purpose",
    "it needs your own files",
}
"""Why a block may not be run."""
INSTALLERS = {
    "apt",
    "apt-get",
    "brew",
    "conda",
    "curl",
    "git",
    "npm",
    "pip",
    "pipx",
    "pre-commit",
    "quarto",
    "uv",
    "wget",
}
NOTE = re.compile(r"<!-- (file|run|needs|not run): (.+?) -->")
DRAWN = re.compile(r"<!-- conv-anim: (\S+\.yaml) ")
WORD = r"(?:'[^'\n]*'|\"[^\"$`\\\n]*\"|[\w./:=,@%+-])+"
ALONE = re.compile(rf"conv-anim((?: +{WORD})*)(?: +> ({WORD}))?(?: +#.*)?")
"""A line that any shell takes as our program, its words, and maybe a file for what it prints."""
FILE_NAME = re.compile(r"(?:#|//|--|%|<!--) ?([\w./-]*\.[\w-]+)(?: ?-->)?\n")
SPEC_KEYS = {field.name for field in reader.SPEC.fields}
SOMETHING = {"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3}}
"""What a part of a spec is loaded with."""


@dataclass(frozen=True, slots=True)
class Block:
    line: int
    lang: str
    text: str
    notes: tuple[tuple[str, str], ...] = ()
    drawn: Path | None = None
    """The spec whose text stands here, below its figure."""

    def said(self, kind: str) -> list[str]:
        return [value for name, value in self.notes if name == kind]

    @property
    def file(self) -> str | None:
        named = FILE_NAME.match(self.text)
        return next(iter(self.said("file")), named and named[1])


@cache
def tokens(page: Path) -> list[Token]:
    return MARKDOWN.parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> Iterator[Block]:
    notes: tuple[tuple[str, str], ...] = ()
    drawn: Path | None = None
    for token in tokens(page):
        if token.type == "html_block":
            notes += tuple(NOTE.findall(token.content))
            named = DRAWN.search(token.content)
            drawn = page.parent / named[1] if named else None if "/conv-anim" in token.content else drawn
        elif token.type == "fence":
            yield Block(token.map[0] + 1, token.info.partition(" ")[0], token.content, notes, drawn)
            notes, drawn = (), None
        elif not token.type.endswith("_close"):
            notes = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone who does what a page says, in an empty folder, block after block."""

    folder: Path
    names: dict[str, Any]
    apart: bool = True
    """Whether bash starts our program; else its commands run in this process where nothing else is in a line."""

    def follow(self, block: Block) -> None:
        for command in block.said("run"):
            self.shell(command)
        if block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        if not block.said("not run") and all(map(installed, block.said("needs"))):
            self.tried(block)

    def tried(self, block: Block) -> None:
        match block.lang:
            case "sh" | "bash" | "shell":
                self.shell(checked(block.text))
            case "console":
                self.session(block.text)
            case "python" | "py":
                self.python(block)
            case "yaml":
                self.spec(block)
            case "json":
                json.loads(block.text)
            case "toml":
                tomllib.loads(block.text)

    def shell(self, commands: str) -> str:
        """What they print, all of it; they have to succeed."""
        status, said = self.run(commands)
        assert status == 0, f"{commands}\n{said}"
        return said

    def run(self, commands: str) -> tuple[int, str]:
        """The exit status, and what is printed, until a command fails."""
        lines = [line for line in map(str.strip, commands.splitlines()) if line and line[0] != "#"]
        if self.apart or not all(map(ALONE.fullmatch, lines)):
            return self.in_bash(commands)
        status, said = 0, ""
        for line in lines:
            status, more = self.here(line)
            said += more
            if status:
                break
        return status, said

    def here(self, line: str) -> tuple[int, str]:
        words, to = ALONE.fullmatch(line).groups()
        with chdir(self.folder):
            done = CliRunner(env={"HOME": str(self.folder), "NO_COLOR": "1"}).invoke(main, shlex.split(words))
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                raise done.exception
            if to is None:
                return done.exit_code, done.output
            Path(*shlex.split(to)).write_bytes(done.stdout_bytes)
        return done.exit_code, done.stderr

    def in_bash(self, commands: str) -> tuple[int, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": path, "HOME": str(self.folder), "COLUMNS": "100", "NO_COLOR": "1"}
        done = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout

    def session(self, text: str) -> None:
        """`$ command` and below it what it prints; a lone … stands for any lines, and one in a line for the rest."""
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command = re.match(r"(.*\\\n)*.*", part)[0]
            _, said = self.run(checked(re.sub(r"\\\n(> )?", " ", command)))
            wanted = re.escape(part.removeprefix(command).strip()).replace("…", ".*")
            assert re.fullmatch(wanted, said.strip(), re.DOTALL), f"$ {command}\n{said}"

    def python(self, block: Block) -> None:
        name = f"line {block.line}"
        if ">>> " not in block.text:
            exec(compile(block.text, name, "exec"), self.names)  # our own pages
            return
        example = doctest.DocTestParser().get_doctest(block.text, self.names, name, None, 0)
        said: list[str] = []
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append, clear_globs=False)
        self.names.update(example.globs)
        assert not said, "".join(said)

    def spec(self, block: Block) -> None:
        """A spec, a part of one, or something else in YAML."""
        value = yaml.safe_load(block.text)
        if not isinstance(value, dict) or not set(value) <= SPEC_KEYS:
            return
        if block.drawn is not None:
            text = re.sub(r"\A# yaml-language-server: .*\n", "", block.drawn.read_text(encoding="utf-8"))
            assert block.text.strip() == text.strip(), "it is not the spec of the figure above it"
            conv_anim.load(block.drawn)
        elif "input" in value or block.file is not None:
            path = self.folder / (block.file or "spec.yaml")
            path.write_text(block.text, encoding="utf-8")
            conv_anim.load(path)
        else:
            conv_anim.load({**SOMETHING, **value})


def installed(name: str) -> bool:
    return shutil.which(name) is not None or find_spec(name) is not None


def checked(commands: str) -> str:
    """Without the calls of make, whose targets must exist. What installs has to be marked as such."""
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    kept = []
    for line in commands.splitlines():
        word, _, rest = line.strip().partition(" ")
        assert word not in INSTALLERS, f"mark this as not to be run: {line}"
        if word == "make":
            assert rest.partition("#")[0].split()[0] in targets, line
        else:
            kept.append(line)
    return "\n".join(kept)
