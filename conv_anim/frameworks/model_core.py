"""What following a text needs everywhere: its places, its names, and what is asked of a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.frameworks.calls import reading
from conv_anim.frameworks.model_values import Held, Map, Module, Name, Unknown, UnreadError
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from conv_anim.diagnostics import Source, Span
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.model_maps import Maps

Scope: TypeAlias = "MutableMapping[str, Any]"
"""What names stand for in a part of a text."""
MOST_STEPS = 400_000
CONTAINERS = {"Sequential", "ModuleList", "ModuleDict"}


@dataclass(eq=False)
class Core:
    """A text that is followed; ``maps`` makes a node of each operator."""

    source: Source
    said: Names
    maps: Maps
    steps: int = 0
    depth: int = 0
    scope: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, ast.expr] = field(default_factory=dict)
    """What the text gives to names outside of functions, not followed yet."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for. Raises UnreadError."""
        raise NotImplementedError

    def follow(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        """What statements do. Raises UnreadError."""
        raise NotImplementedError

    def call(self, called: Any, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        """What something makes that is called. Raises UnreadError."""
        raise NotImplementedError

    def step(self, node: ast.AST) -> None:
        """Count a step. Raises UnreadError if there are too many."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise self.unread("it takes too many steps to follow", node)

    def unread(self, why: str, node: ast.AST, hint: str | None = None) -> UnreadError:
        """What is not known, at its place."""
        return UnreadError(why, self.span(node), hint)

    def span(self, node: ast.AST) -> Span:
        """Where something stands in the text."""
        assert isinstance(node, ast.expr | ast.keyword | ast.stmt)
        return reading(self.source, {}).span(node)  # type: ignore[arg-type]  # statements have the same places

    def truth(self, value: Any, node: ast.AST) -> bool:
        """Whether a value counts as true. Raises UnreadError if that is not known."""
        if isinstance(value, Unknown):
            raise self.unread(f"which way it goes here is not known: {value.why}", node)
        if isinstance(value, Map | Held):
            raise self.unread("which way it goes here depends on the numbers of a map", node)
        if isinstance(value, Module):
            return bool(value.parts) if value.kind in CONTAINERS else True
        return bool(value)

    def items_of(self, value: Any, node: ast.AST) -> list[Any]:
        """What a loop over a value goes over. Raises UnreadError if that is not known."""
        if isinstance(value, Module):
            return list(value.parts) if value.kind == "ModuleDict" else list(value.parts.values())
        if isinstance(value, Map):
            return [self.maps.indexed(value, k) for k in range(min(value.shape[0], 64))]
        if isinstance(value, Unknown):
            raise self.unread(value.why, node)
        if not isinstance(value, list | tuple | dict | range | str | set):
            raise self.unread("what this loop goes over is not known", node)
        if len(value) > MOST_STEPS:
            raise self.unread("it takes too many steps to follow", node)
        return list(value)

    def at(self, node: ast.AST, compute: Any, *given: Any, **named: Any) -> Any:
        """What something computes; what goes wrong in it is told at a place."""
        try:
            return compute(*given, **named)
        except UnreadError as error:
            if error.span is None:
                error.span = self.span(node)
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
            raise self.unread("it cannot be followed with these values", node) from None

    def imported(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        """What an import gives names to."""
        for each in node.names:
            if isinstance(node, ast.Import):
                first = each.name.partition(".")[0]
                scope[each.asname or first] = Name(each.name if each.asname else first)
            else:
                scope[each.asname or each.name] = Name(f"{'.' * node.level}{node.module or ''}.{each.name}")
