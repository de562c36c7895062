"""Expressions of a model's text."""

from __future__ import annotations

import ast
import re
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks import libraries
from conv_anim.frameworks.arithmetic import dotted
from conv_anim.frameworks.followed.builtins import BUILTINS, COMPARISONS, OPERATORS, RUN, checked
from conv_anim.frameworks.followed.objects import Objects
from conv_anim.frameworks.followed.values import Class, Function, Globals, Held, Map, Module, Name, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.frameworks.followed.core import Scope

SHORT = re.compile(r"[ +]?[<>^]?0?\d{0,2}(\.\d)?[dsfge]?")
"""Ways to write a value that do not make it any longer than it is."""


class Expressions(Objects):
    """What expressions stand for, by their kinds."""

    def give(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to a name, to several, or to a place."""
        match target:
            case ast.Name(id=name):
                scope[name] = value
            case ast.Attribute(value=owner, attr=name):
                self.put_attribute(self.value(owner, scope), name, value, target)
            case ast.Tuple(elts=targets) | ast.List(elts=targets) if isinstance(value, Unknown):
                for each in targets:
                    self.give(each, value, scope)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, self.items_of(value, target), target, scope)
            case ast.Subscript(value=owner, slice=index):
                self.put_item(self.value(owner, scope), self.value(index, scope), value, target)
            case _:
                raise self.unread("what this is given to is not followed", target)

    def _unpack(self, targets: list[ast.expr], items: list[Any], node: ast.AST, scope: Scope) -> None:
        star = next((k for k, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
        if star is not None:
            after = len(targets) - star - 1
            items = [*items[:star], items[star : len(items) - after], *items[len(items) - after :]]
        if len(items) != len(targets):
            raise self.unread(f"there are {len(items)} values here for {len(targets)} names", node)
        for target, item in zip(targets, items, strict=True):
            self.give(target.value if isinstance(target, ast.Starred) else target, item, scope)

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for."""
        self.step(node)
        of = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if of is None:
            raise self.unread(f"an expression of this kind is not followed ({type(node).__name__})", node)
        return of(node, scope)

    def _of_constant(self, node: ast.Constant, _scope: Scope) -> Any:
        return node.value

    def _of_name(self, node: ast.Name, scope: Scope) -> Any:
        name, inner = node.id, scope
        while isinstance(inner, ChainMap):
            if name in inner.maps[0]:
                return inner.maps[0][name]
            inner = inner.maps[1]
        assert isinstance(inner, Globals)
        if name in inner or name in inner.pending:
            return self.named(name, inner, node)
        if name in BUILTINS or name in RUN:
            return Name(name)
        if name in libraries.USUAL:
            return Name(libraries.USUAL[name])
        return Unknown(f"'{name}' is not defined in this text")

    def class_of(self, node: ast.ClassDef, scope: Scope) -> Class:
        """A class of the text with its parents."""
        if node not in self.classes:
            self.classes[node] = Class(node, scope, tuple(self.value(each, scope) for each in node.bases))
        return self.classes[node]

    def _of_attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        said = dotted(node)
        if said is not None and said in self.said:
            return self.said[said]
        return self.attribute(self.value(node.value, scope), node.attr, node)

    def _of_list(self, node: ast.List | ast.Set | ast.Tuple, scope: Scope) -> list[Any]:
        found: list[Any] = []
        for each in node.elts:
            if isinstance(each, ast.Starred):
                found += self.items_of(self.value(each.value, scope), each)
            else:
                found.append(self.value(each, scope))
        return found

    def _of_tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self._of_list(node, scope))

    def _of_set(self, node: ast.Set, scope: Scope) -> list[Any]:
        return self.at(node, BUILTINS["set"], self._of_list(node, scope))  # type: ignore[no-any-return]

    def _of_dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            made = self.value(value, scope)
            if key is not None:
                found[self._hashable(self.value(key, scope), key)] = made
            elif isinstance(made, dict):
                found |= made
            else:
                raise self.unread("what is spread out here is not known", value)
        return found

    def _hashable(self, key: Any, node: ast.AST) -> Any:
        if not isinstance(key, int | float | str | bool | tuple | None):
            raise self.unread("this key is not known", node)
        return key

    def _of_joinedstr(self, node: ast.JoinedStr, scope: Scope) -> str:
        return "".join(str(self.value(each, scope)) for each in node.values)

    def _of_formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> str:
        value = self.value(node.value, scope)
        form = "" if node.format_spec is None else self._of_joinedstr(node.format_spec, scope)  # type: ignore[arg-type]
        if not SHORT.fullmatch(form):
            raise self.unread("this way to write a value is not followed", node)
        if node.conversion != -1:
            value = repr(value) if node.conversion == ord("r") else str(value)
        return self.at(node, format, value, form) if form else str(value)

    def _of_lambda(self, node: ast.Lambda, scope: Scope) -> Function:
        return Function(node, scope, defaults=self.defaults_of(node.args, scope))

    def defaults_of(self, arguments: ast.arguments, scope: Scope) -> dict[str, Any]:
        """What parameters are if nobody says it."""
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        usual = dict(zip(names[::-1], arguments.defaults[::-1], strict=False))
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        usual |= {each.arg: default for each, default in pairs if default is not None}
        return {name: self.value(default, scope) for name, default in usual.items()}

    def _of_ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.is_true(node.test, scope) else node.orelse, scope)

    def _of_namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self.give(node.target, value, scope)
        return value

    def _of_boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        value = None
        for each in node.values:
            value = self.value(each, scope)
            if self.truth(value, each) is isinstance(node.op, ast.Or):
                break
        return value

    def _of_unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        if isinstance(node.op, ast.Not):
            return not self.is_true(node.operand, scope)
        value = self.value(node.operand, scope)
        if isinstance(value, Map):
            return self.maps.operated("neg", value, -1)
        if isinstance(value, int | float):
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(value, Unknown | Held):
            return value
        raise self.unread("this is not a number", node)

    def _of_binop(self, node: ast.BinOp, scope: Scope) -> Any:
        return self.operated(self.value(node.left, scope), node.op, self.value(node.right, scope), node)

    def operated(self, left: Any, op: ast.operator, right: Any, node: ast.AST) -> Any:
        """What an operator makes of two values. Raises UnreadError."""
        name, compute = OPERATORS.get(type(op), ("", None))
        for each in (left, right):
            if isinstance(each, Unknown):
                if isinstance(left, Map) or isinstance(right, Map):
                    raise self.unread(each.why, node)
                return each
        if isinstance(left, Map | Held) or isinstance(right, Map | Held):
            return self.at(node, self.maps.operated, name or "this operator", left, right)
        if compute is None:
            raise self.unread("this operator is not followed", node)
        return self.at(node, checked, compute, left, right)

    def _of_compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node, scope)
            held = self.compared(left, op, right, node)
            if isinstance(held, Unknown) or not held:
                return held
            left = right
        return True

    def compared(self, left: Any, op: ast.cmpop, right: Any, node: ast.AST) -> Any:
        """Whether two values compare as an operator says; Unknown where that is not known."""
        identity = isinstance(op, ast.Is | ast.IsNot)
        if identity and right is None and isinstance(left, Unknown) and left.exists:
            return isinstance(op, ast.IsNot)
        for each in (left, right):
            if isinstance(each, Unknown) or (isinstance(each, Map | Held) and not identity):
                return Unknown(getattr(each, "why", "it depends on the numbers of a map"))
        if identity and isinstance(left, Name):
            return (left == right) is isinstance(op, ast.Is)
        return self.at(node, COMPARISONS[type(op)], left, right)

    def is_true(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression counts as true. Raises UnreadError if that is not known."""
        return self.truth(self.value(node, scope), node)

    def _of_subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner, index = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(owner, Map | Held):
            return self.at(node, self.maps.indexed, owner, index)
        if isinstance(owner, Unknown | Name):
            return Unknown(getattr(owner, "why", "types are not followed"))
        if isinstance(owner, Module):
            return self.part(owner, index, node)
        try:
            return owner[index]
        except (LookupError, TypeError):
            known = f": known are {', '.join(map(str, owner))}" if isinstance(owner, dict) else ""
            raise self.unread(f"there is no {index!r} here{known}", node) from None

    def _of_slice(self, node: ast.Slice, scope: Scope) -> slice:
        ends = [None if each is None else self.value(each, scope) for each in (node.lower, node.upper, node.step)]
        if not all(end is None or isinstance(end, int) for end in ends):
            raise self.unread("where this begins or ends is not known", node)
        return slice(*ends)

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Any:
        return [self.value(node.elt, inside) for inside in self._rounds(node.generators, scope)]

    _of_generatorexp = _of_setcomp = _of_listcomp

    def _of_dictcomp(self, node: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        return {
            self._hashable(self.value(node.key, inside), node.key): self.value(node.value, inside)
            for inside in self._rounds(node.generators, scope)
        }

    def _rounds(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        return self._turns(generators, ChainMap({}, scope))

    def _turns(self, generators: list[ast.comprehension], inside: Scope) -> Iterator[Scope]:
        if not generators:
            yield inside
            return
        each, *rest = generators
        for item in self.items_of(self.value(each.iter, inside), each.iter):
            self.give(each.target, item, inside)
            if all(self.is_true(test, inside) for test in each.ifs):
                yield from self._turns(rest, inside)
