"""A class of PyTorch read as what it does: ``__init__`` and ``forward`` are followed, and nothing is run.

What is followed is plain: numbers, texts, lists, loops over them, branches that depend on them, functions and
classes of the same text. Layers and operators of PyTorch become nodes (`model_maps`). All else raises `UnreadError`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from conv_anim.frameworks.model_calls import Calls
from conv_anim.frameworks.model_values import Function, ReturnError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.frameworks.model_core import Scope


class _BreakError(Exception):
    pass


class _ContinueError(Exception):
    pass


class Program(Calls):
    """A text whose statements are followed."""

    def begin(self, tree: ast.Module) -> None:
        """Note what a text defines."""
        self._define(tree.body)
        self.scope |= dict(self.said)
        for name in self.said:
            self.pending.pop(name, None)

    def _define(self, body: Iterable[ast.stmt]) -> None:
        for each in body:
            match each:
                case ast.ClassDef(name=name):
                    self.scope[name] = each
                case ast.FunctionDef(name=name):
                    self.scope[name] = Function(each, self.scope)
                case ast.Import() | ast.ImportFrom():
                    self.imported(each, self.scope)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.pending[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.pending[name] = value
                case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                    pass
                case ast.If() | ast.Try():
                    self._define(each.body)

    def follow(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        """What statements do."""
        for each in body:
            self.step(each)
            follow = getattr(self, f"_do_{type(each).__name__.lower()}", None)
            if follow is None:
                raise self.unread(f"'{type(each).__name__.lower()}' is not followed", each)
            follow(each, scope)

    def _nothing(self, _node: ast.stmt, _scope: Scope) -> None:
        pass

    _do_pass = _do_assert = _do_global = _do_nonlocal = _do_delete = _nothing

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _do_return(self, node: ast.Return, scope: Scope) -> None:
        raise ReturnError(None if node.value is None else self.value(node.value, scope))

    def _do_break(self, _node: ast.Break, _scope: Scope) -> None:
        raise _BreakError

    def _do_continue(self, _node: ast.Continue, _scope: Scope) -> None:
        raise _ContinueError

    def _do_raise(self, node: ast.Raise, _scope: Scope) -> None:
        raise self.unread("with these values it raises an error here", node)

    def _do_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        self.imported(node, scope)

    _do_importfrom = _do_import

    def _do_functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        scope[node.name] = Function(node, scope)

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.give(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.give(node.target, self.value(node.value, scope), scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.value(node.target, scope)
        after = self.operated(before, node.op, self.value(node.value, scope), node)
        self.give(node.target, self.maps.change(before, after), scope)

    def _do_if(self, node: ast.If, scope: Scope) -> None:
        self.follow(node.body if self.is_true(node.test, scope) else node.orelse, scope)

    def _do_with(self, node: ast.With, scope: Scope) -> None:
        self.follow(node.body, scope)

    def _do_try(self, node: ast.Try, scope: Scope) -> None:
        self.follow([*node.body, *node.orelse, *node.finalbody], scope)

    def _do_for(self, node: ast.For, scope: Scope) -> None:
        for each in self.items_of(self.value(node.iter, scope), node.iter):
            self.give(node.target, each, scope)
            try:
                self.follow(node.body, scope)
            except _ContinueError:
                continue
            except _BreakError:
                return
        self.follow(node.orelse, scope)

    def _do_while(self, node: ast.While, scope: Scope) -> None:
        while self.is_true(node.test, scope):
            try:
                self.follow(node.body, scope)
            except _ContinueError:
                continue
            except _BreakError:
                return
