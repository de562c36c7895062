"""What calls in a model's text are given, and what functions take."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import listed
from conv_anim.frameworks.arithmetic import dotted
from conv_anim.frameworks.calls import Argument, Call
from conv_anim.frameworks.followed.arguments import as_value
from conv_anim.frameworks.followed.expressions import Expressions
from conv_anim.frameworks.followed.values import Function, Module, Name
from conv_anim.spec.nodes import Scalar

if TYPE_CHECKING:
    from conv_anim.frameworks.followed.core import Scope

OF_OPTIONS = ("dest", "default", "action")


class Binding(Expressions):
    """Arguments and parameters."""

    def arguments_of(self, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        """What is given by position, and what by name."""
        given: list[Any] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                given += self.items_of(self.value(each.value, scope), each)
            else:
                given.append(self.value(each, scope))
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named |= value
            else:
                raise self.unread("what is spread out here is not known", keyword.value)
        return given, named

    def options_of(self, owner: str) -> Module:
        """What a command line without arguments says."""
        made = Module("Namespace")
        for call in self.options[owner]:
            names = [str(each.value) for each in call.args if isinstance(each, ast.Constant)]
            said = {each.arg: self.value(each.value, self.scope) for each in call.keywords if each.arg in OF_OPTIONS}
            usual = {"store_true": False, "store_false": True}.get(str(said.get("action")))
            name = said.get("dest", max(names, key=len, default="").lstrip("-").replace("-", "_"))
            made.fields[name] = said.get("default", usual)
        return made

    def written(self, called: Name, given: list[Any], named: dict[str, Any], node: ast.AST) -> Call:
        """The call as a layer's text has it."""
        args, keywords, func = (node.args, node.keywords, node.func) if isinstance(node, ast.Call) else ([], [], node)
        places = [self.span(each) for each in args]
        at = self.span(func)
        arguments = [
            Argument(None, as_value(value, (places[k] if k < len(places) else at))) for k, value in enumerate(given)
        ]
        spans = {each.arg: self.span(each.value) for each in keywords}
        for name, value in named.items():
            arguments.append(
                Argument(Scalar(name, name, "", spans.get(name, at)), as_value(value, spans.get(name, at)))
            )
        written = (dotted(func) if isinstance(func, ast.expr) else None) or ""
        stands = written.rpartition(".")[2] != called.short  # a name that stands for a layer
        return Call(called.whole.removeprefix("torch.") if stands else written, tuple(arguments), at)

    def bind(self, called: Function, given: list[Any], named: dict[str, Any], scope: Scope, node: ast.AST) -> None:
        """Give the parameters of a function what it is called with. Raises UnreadError if one has no value."""
        arguments = called.definition.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        defaults = called.defaults
        if defaults is None:
            defaults = self.defaults_of(arguments, called.scope)
        if len(given) > len(names) and arguments.vararg is None:
            raise self.unread(f"{len(given)} values are given, and {len(names)} are taken", node)
        scope.update(zip(names, given, strict=False))
        if arguments.vararg is not None:
            scope[arguments.vararg.arg] = tuple(given[len(names) :])
        wanted = [*names[len(given) :], *(each.arg for each in arguments.kwonlyargs)]
        known = {**defaults, **self.said, **named}
        scope.update({name: known[name] for name in wanted if name in known})
        missing = [name for name in wanted if name not in known]
        if missing:
            hint = " ".join(f"--let {name}=64" for name in missing)
            which = listed([f"'{name}'" for name in missing], last="and")
            raise self.unread(f"{which} {'has' if len(missing) == 1 else 'have'} no value", node, f"say it: {hint}")
        rest = {name: value for name, value in named.items() if name not in wanted}
        if arguments.kwarg is not None:
            scope[arguments.kwarg.arg] = rest
        elif rest:
            raise self.unread(f"it takes no '{next(iter(rest))}'", node)
