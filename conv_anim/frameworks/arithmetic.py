"""Numbers that a text computes of numbers and names: ``2 * width``. Computed by us, never run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

LARGEST = 2**53
"""Larger whole numbers are not taken for a layer's."""


Held: TypeAlias = "int | float | str | bool | tuple[Held, ...] | None"
Names: TypeAlias = Mapping[str, Held]
"""The values of names, from ``--let`` or the file."""


def dotted(node: ast.expr) -> str | None:
    """``torch.nn.Conv2d``, None for what is not only names and dots."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


# arithmetic

ARITHMETIC = (ast.Name, ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.unaryop, ast.expr_context)
STEEPEST = 64
"""The largest exponent of a power."""
OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"int": int, "round": round, "max": max, "min": min, "abs": abs}


def evaluated(node: ast.expr, names: Names) -> int | float | None:
    """The number that an expression of numbers is, at most 2⁵³; None for all else."""
    try:
        found = _evaluated(node, names)
    except (ArithmeticError, ValueError, TypeError, RecursionError):
        return None
    good = isinstance(found, int | float) and not isinstance(found, bool)
    return found if good and abs(found) <= LARGEST else None


def _evaluated(node: ast.expr, names: Names) -> Any:  # noqa: PLR0911  # one for each form
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name() | ast.Attribute():
            return names.get(dotted(node) or "")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            found = _evaluated(operand, names)
            return -found if isinstance(node.op, ast.USub) else found
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            base, exponent = evaluated(left, names), evaluated(right, names)
            return None if base is None or exponent is None or abs(exponent) > STEEPEST else base**exponent
        case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATIONS:
            numbers = evaluated(left, names), evaluated(right, names)
            return None if None in numbers else OPERATIONS[type(op)](*numbers)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS and args:
            given = [evaluated(each, names) for each in args]
            return None if None in given else FUNCTIONS[name](*given)
        case _:
            return None
