"""The glossary and the code agree: what its table names is there, and words that gave way stay away."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import conv_anim

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.repository
PACKAGE = Path(conv_anim.__file__).parent
PAGE = Path(__file__).parent.parent / "ARCHITECTURE.md"
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """A name, where the code has it, and the words that it has not for it."""

    name: str
    places: tuple[str, ...]
    instead: tuple[str, ...]


def rows() -> list[Row]:
    part = PAGE.read_text(encoding="utf-8").split("### Names in the code\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1:4] for line in part.splitlines() if line.startswith("| ")][1:]
    return [
        Row(name.strip(), tuple(CODE.findall(where)), tuple(CODE.findall(instead))) for name, where, instead in cells
    ]


ROWS = rows()


def is_there(place: str) -> bool:
    """Whether ``module`` or ``module.thing`` of the package is there."""
    whole = f"conv_anim.{place}"
    module, _, thing = whole.rpartition(".")
    if find_spec(module) is None:
        return False
    found = import_module(module)
    return hasattr(found, thing) or (hasattr(found, "__path__") and find_spec(whole) is not None)


@cache
def names() -> list[tuple[str, str]]:
    """Every module, class and function of the package: its name, and where it is."""
    return [found for path in sorted(PACKAGE.rglob("*.py")) for found in _inside(path)]


def _inside(path: Path) -> Iterator[tuple[str, str]]:
    where = path.relative_to(PACKAGE).as_posix()
    yield f"{path.parent.name if path.stem == '__init__' else path.stem}.py", where
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name.strip("_").lower(), f"{where}: {node.name}"


def comes_back(word: str) -> list[str]:
    """Where a word is a name; one that ends in ``.py`` is of modules only, any other one stands for all its kinds."""
    forms = {word} if word.endswith(".py") else {word, f"{word}s", f"{word}.py", f"{word}s.py"}
    return [where for name, where in names() if name in forms]


def test_the_table_is_read() -> None:
    assert len(ROWS) > 30
    assert sum(len(row.instead) for row in ROWS) > 20
    assert comes_back("tap.py") == []
    assert comes_back("tap")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_the_glossary_names_is_in_the_code(row: Row) -> None:
    assert row.places
    assert [place for place in row.places if not is_there(place)] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.instead], ids=lambda row: row.name)
def test_words_that_gave_way_do_not_come_back(row: Row) -> None:
    assert {word: found for word in row.instead if (found := comes_back(word))} == {}
