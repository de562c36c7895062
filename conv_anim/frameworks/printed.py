"""The text of ``print(model)`` of PyTorch: a line for each module, those inside of others indented."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError
from conv_anim.frameworks.calls import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.frameworks.calls import Value

LINE = re.compile(r"^[ \t]*\((?P<name>[^()\s]+)\): (?:(?P<count>\d+) x )?(?P<layer>[A-Za-z_][\w.]*\(.*)$", re.MULTILINE)
"""A module inside of another: its name, how many there are of it, and what it prints."""


def is_printed(text: str) -> bool:
    """Whether a text has a line as PyTorch prints modules."""
    return LINE.search(text) is not None


def printed(source: Source) -> list[tuple[str, Value]]:
    """Its layers with their paths, in the order in which they are printed. Raises SpecError."""
    return list(_layers(source))


def _layers(source: Source) -> Iterator[tuple[str, Value]]:
    inside: list[tuple[int, str]] = []
    for found in LINE.finditer(source.text):
        indent = found.start("name") - found.start()
        while inside and inside[-1][0] >= indent:
            inside.pop()
        path = ".".join([*(name for _, name in inside), found["name"]])
        opens = found["layer"].rstrip().endswith("(") and found["layer"].count("(") > found["layer"].count(")")
        if opens:
            inside.append((indent, found["name"]))
            continue
        for _ in range(min(int(found["count"] or 1), 1000)):
            yield path, _layer(source, found.start("layer"), found.end("layer"))


def _layer(source: Source, start: int, end: int) -> Value:
    """The one at a place, on one line."""
    text = source.text[start:end].rstrip()
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        span = Span.at(source, start, len(text))
        raise SpecError([Problem(Code.SYNTAX, "this is not a layer as PyTorch prints it", span=span)]) from None
    line = source.text.rfind("\n", 0, start) + 1
    moved = len(source.text[line:start].encode())
    for node in ast.walk(tree.body):
        if isinstance(node, ast.expr | ast.keyword):
            node.col_offset += moved
            node.end_col_offset = (node.end_col_offset or 0) + moved
    ast.increment_lineno(tree, source.text.count("\n", 0, start))
    return reading(source, {}, printed=True).value(tree.body)
