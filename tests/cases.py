"""The bad specs of ``errors/TOPIC.txt``: each with its title, and after it the whole diagnostic that it gets.

::

    === stride_of_zero
    input: {size: [5, 5]}
    layer: {type: conv, kernel_size: 3, stride: 0}
    --->
    spec.yaml:2:44: error: …

A spec that a text file cannot show (or that is very long) is a file of its own: ``=== title < specs/FILE``. A spec
whose first line is ``# args: …`` gives further arguments to ``conv-anim render``.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).parent / "errors"
TITLE = re.compile(r"=== (?P<title>\w+)(?: < (?P<apart>\S+))?\n")
SAYS = "--->\n"


@dataclass(frozen=True, slots=True)
class Case:
    topic: str
    title: str
    spec: bytes
    expected: str
    apart: str | None = None
    """The file with the spec, seen from ``errors/``."""

    @property
    def id(self) -> str:
        return f"{self.topic}/{self.title}"

    @property
    def args(self) -> list[str]:
        first = self.spec.split(b"\n", 1)[0].decode("utf-8", "replace")
        return shlex.split(first.removeprefix("# args:")) if first.startswith("# args:") else []

    def section(self) -> str:
        """The case as it stands in the file of its topic."""
        if self.apart is not None:
            return f"=== {self.title} < {self.apart}\n{SAYS}{self.expected}"
        return f"=== {self.title}\n{self.spec.decode('utf-8')}{SAYS}{self.expected}"


def written(cases: Iterable[Case]) -> str:
    """The file of a topic."""
    return "\n".join(case.section() for case in cases)


def read(topic: str, text: str) -> list[Case]:
    """The cases of a file, in its order."""
    parts = re.split(r"^(?==== )", text, flags=re.MULTILINE)
    assert parts[0] == "", f"{topic}.txt begins with a title"
    return [_case(topic, part.removesuffix("\n") if part is not parts[-1] else part) for part in parts[1:]]


def _case(topic: str, section: str) -> Case:
    title = TITLE.match(section)
    assert title, f"{topic}.txt: not a title: {section.splitlines()[0]}"
    spec, *expected = re.split(f"^{SAYS}", section[title.end() :], flags=re.MULTILINE)
    assert len(expected) == 1, f"{topic}.txt, {title['title']}: one line {SAYS.strip()} between a spec and what it gets"
    data = spec.encode() if title["apart"] is None else (HERE / title["apart"]).read_bytes()
    return Case(topic, title["title"], data, expected[0], title["apart"])


def topics(folder: Path = HERE) -> Mapping[Path, list[Case]]:
    """The cases of all topics, by the topic's file."""
    return {path: read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.txt"))}


def cases() -> list[Case]:
    """All of them."""
    return [case for each in topics().values() for case in each]
