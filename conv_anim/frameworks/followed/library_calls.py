"""Calls of what libraries have in a model's text: layers, containers, functions of maps and of plain values."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks import libraries
from conv_anim.frameworks.followed import builtins as model_builtins
from conv_anim.frameworks.followed import library as model_library
from conv_anim.frameworks.followed import patterns as model_patterns
from conv_anim.frameworks.followed import settings as model_settings
from conv_anim.frameworks.followed.binding import Binding
from conv_anim.frameworks.followed.builtins import BUILTINS
from conv_anim.frameworks.followed.core import CONTAINERS
from conv_anim.frameworks.followed.values import (
    Held,
    Map,
    Module,
    Name,
    Partial,
    Trained,
    Unknown,
    UnreadError,
)

if TYPE_CHECKING:
    import ast

MODULES = {f"torch.nn.{name}" for name in ("Module", *CONTAINERS)}
OF_ARRAYS = {"torch", "torch.nn.functional", "einops"}
"""Modules with functions of arrays."""


class LibraryCalls(Binding):
    """What calls of libraries make."""

    def fill(self, made: Module, given: list[Any], node: ast.AST) -> None:
        """Put modules into a container."""
        parts: Any = given
        if (len(given) == 1 and isinstance(given[0], dict | list | tuple)) or made.kind != "Sequential":
            parts = given[0] if given else []
        if isinstance(parts, dict):
            made.parts |= {str(name): part for name, part in parts.items()}
            return
        for each in self.items_of(parts, node):
            if isinstance(each, tuple) and len(each) == 2:
                made.parts[str(each[0])] = each[1]
            else:
                made.parts[str(len(made.parts))] = each

    def begun(self, module: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> None:
        """What the ``__init__`` of a library does to an instance."""
        raise NotImplementedError

    def library(self, called: Name, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:  # noqa: PLR0911  # one for each
        """What a class or a function of a library makes. Raises UnreadError."""
        whole, values = called.whole, [*given, *named.values()]
        if whole in BUILTINS:
            return self._builtin(whole, given, named, node)
        if whole in MODULES or (libraries.module(whole) == "torch.nn" and called.short in CONTAINERS):
            made = Module(called.short)
            if called.short in CONTAINERS:
                self.fill(made, given, node)
            return made
        if called.short == "__init__" and given and isinstance(given[0], Module):
            return self.begun(given[0], given[1:], named, node)
        if whole == "functools.partial":
            return Partial(given[0], tuple(given[1:]), named)
        if any(isinstance(each, Map) for each in _flat(values)):
            return self.at(node, self.maps.function, whole, self.written(called, given, named, node), given, named)
        if called.short[:1].isupper() and (whole.startswith("einops.layers.torch.") or _is_layer(whole)):
            if called.short == "Parameter":
                shape = given[0].shape if given and isinstance(given[0], Held) else None
                return given[0] if shape is None else Held(shape, (Trained(prod(shape)),))
            written = self.written(called, given, named, node)
            self.at(node, model_settings.check_whole, written)
            made = Module(called.short, written)
            keys = ("layer", "num_layers", "norm") if called.short == "TransformerEncoder" else ()
            parts = {**dict(zip(keys, given, strict=False)), **named}
            made.parts |= {name: part for name, part in parts.items() if name in keys and isinstance(part, Module)}
            return made
        if libraries.module(whole) in OF_ARRAYS and any(isinstance(each, Held) for each in _flat(values)):
            return self._of_arrays(called, given, named, node)
        return self.at(node, model_library.of_library, whole, given, named)

    def _of_arrays(self, called: Name, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        """What a function makes of arrays that do not depend on the input."""
        if libraries.module(called.whole) == "einops" and isinstance(given[0], Held):
            return Held(self.at(node, model_patterns.moved, given[1], given[0].shape, named), given[0].trained)
        made = self.at(node, model_library.of_library, called.whole, given, named)
        if not isinstance(made, Unknown):
            return made
        try:
            return self.maps.method(given[0], called.short, given[1:], named)
        except (UnreadError, TypeError, ValueError, LookupError, AttributeError):
            return made

    def _builtin(self, name: str, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        if name in {"map", "filter"}:
            return [self.call(given[0], [each], {}, node) for each in self.items_of(given[1], node)]
        values = [self.items_of(each, node) if isinstance(each, Module) else each for each in given]
        if name == "sum" and isinstance(values[0], list) and any(isinstance(each, Map) for each in values[0]):
            total = values[0][0]
            for each in values[0][1:]:
                total = self.maps.operated("add", total, each)
            return total
        self.at(node, model_builtins.check_lengths, values)
        unknown = next((each for each in values if isinstance(each, Unknown)), None)
        return unknown if unknown is not None else self.at(node, BUILTINS[name], *values, **named)


def _is_layer(whole: str) -> bool:
    return libraries.library(whole) is not None and "nn" in whole.split(".")


def _flat(values: list[Any]) -> list[Any]:
    return [item for each in values for item in (each if isinstance(each, list | tuple) else [each])]
