"""What following a text needs everywhere: its places, its names, and what is asked of a value."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.frameworks.calls import reading
from conv_anim.frameworks.followed.files import located
from conv_anim.frameworks.followed.values import (
    Class,
    File,
    Globals,
    Held,
    Imported,
    Map,
    Module,
    Name,
    Unknown,
    UnreadError,
)
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from conv_anim.diagnostics import Source, Span
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.followed.maps import Maps

Scope: TypeAlias = "MutableMapping[str, Any]"
"""What names stand for in a part of a text."""
MOST_STEPS = 400_000
MOST_MAPS = 64
CONTAINERS = {"Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
"""Modules that hold others by number or name."""


@dataclass(eq=False)
class Core:
    """A text that is followed; ``maps`` makes a node of each operator."""

    source: Source
    said: Names
    maps: Maps
    steps: int = 0
    depth: int = 0
    scope: Globals = field(default_factory=Globals)
    files: dict[Path, Globals] = field(default_factory=dict)
    """Files of the project that the text imports from, and its own."""
    classes: dict[ast.ClassDef, Class] = field(default_factory=dict)
    options: dict[str, list[ast.Call]] = field(default_factory=dict)
    """The options that parsers of a command line take, by their names."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for. Raises UnreadError."""
        raise NotImplementedError

    def follow(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        """What statements do. Raises UnreadError."""
        raise NotImplementedError

    def call(self, called: Any, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        """What something makes that is called. Raises UnreadError."""
        raise NotImplementedError

    def read(self, file: Globals, node: ast.AST) -> None:
        """Read what a file defines that is imported, once. Raises SpecError, UnreadError."""
        raise NotImplementedError

    def class_of(self, node: ast.ClassDef, scope: Scope) -> Class:
        """A class of the text with its parents."""
        raise NotImplementedError

    def named(self, name: str, scope: Globals, node: ast.AST) -> Any:
        """What a name of a file stands for; Unknown where the file has none."""
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
        return reading(getattr(node, "source", self.source), {}).span(node)  # type: ignore[arg-type]  # statements have the same places

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
        if isinstance(value, Module) and value.kind in CONTAINERS:
            return list(value.parts) if value.kind in {"ModuleDict", "ParameterDict"} else list(value.parts.values())
        if isinstance(value, Map):
            if not value.shape or value.shape[0] > MOST_MAPS:
                raise self.unread(f"a loop over more than {MOST_MAPS} maps is not followed", node)
            return [self.maps.indexed(value, k) for k in range(value.shape[0])]
        if isinstance(value, Unknown):
            raise self.unread(value.why, node)
        if not isinstance(value, list | tuple | dict | range | str | set):
            raise self.unread("what this loop goes over is not known", node)
        if len(value) > MOST_STEPS:
            raise self.unread("it takes too many steps to follow", node)
        return list(value)

    def at(self, node: ast.AST, compute: Any, *given: Any, **named: Any) -> Any:
        """What something computes; its errors are given a place."""
        try:
            return compute(*given, **named)
        except UnreadError as error:
            if error.span is None:
                error.span = self.span(node)
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
            raise self.unread("it cannot be followed with these values", node) from None

    def imported(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        """What an import gives names to; of a file of the project, what that defines."""
        if isinstance(node, ast.ImportFrom):
            self._imported_from(node, scope)
            return
        for each in node.names:
            first = each.name.partition(".")[0]
            file = self.file(located(each.name if each.asname else first, 0, self._own(node)))
            scope[each.asname or first] = Name(each.name if each.asname else first) if file is None else File(file)

    def _imported_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        own, module = self._own(node), node.module or ""
        file = self.file(located(module, node.level, own))
        for each in node.names:
            name = each.asname or each.name
            if file is None:
                scope[name] = Name(f"{'.' * node.level}{module}.{each.name}")
            elif each.name == "*":
                self.read(file, node)
                scope |= {  # type: ignore[operator]  # both kinds of scope have it
                    other: Imported(file, other) for other in (*file, *file.pending) if not other.startswith("_")
                }
            else:
                scope[name] = Imported(file, each.name)

    def _own(self, node: ast.AST) -> Path:
        """The file that a statement stands in."""
        return Path(getattr(node, "source", self.source).name)

    def file(self, path: Path | None) -> Globals | None:
        """What a file defines, which is read when it is asked for."""
        if path is not None and path not in self.files:
            self.files[path] = Globals(path)
        return None if path is None else self.files[path]
