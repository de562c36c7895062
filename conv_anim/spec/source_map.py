"""Where a problem is in the spec that it was found in, when it was found long after reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.spec.nodes import Entries, Items, Scalar
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.spec.nodes import Node


def located(error: SpecError, root: Node) -> SpecError:
    """The same error, at the place in the tree that it is about."""
    return SpecError(_located(problem, root) for problem in error.problems)


def _located(problem: Problem, root: Node) -> Problem:
    match problem.code:
        case Code.GLYPH:
            return _at_character(problem, root)
        case Code.OUT_OF_RANGE | Code.TOO_LARGE | Code.DATA_FILE if problem.span is None:
            where = _at(root, problem.path) or _at(root, re.sub(r"^panels\[\d+\]\.", "", problem.path))
            return problem if where is None else replace(problem, span=where.span)
        case _:
            return problem


def _at_character(problem: Problem, root: Node) -> Problem:
    drawn = (node for node in _scalars(root) if node.path != "title")
    where = next((node for node in drawn if problem.path in node.text), None)
    if where is None:
        return problem
    return Problem(problem.code, problem.message, where.path, where.span, problem.hint)


def _at(node: Node, path: str) -> Node | None:
    """What stands at a place; of a list or mapping, where it begins."""
    if node.path == path and path:
        return node
    match node:
        case Scalar():
            return None
        case Items():
            inside: Iterable[Node] = node.items
        case Entries():
            inside = (value for _, value in node.entries)
    return next((found for item in inside if path.startswith(item.path) and (found := _at(item, path))), None)


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Items():
            for item in node.items:
                yield from _scalars(item)
        case Entries():
            for _, value in node.entries:
                yield from _scalars(value)
