"""A class of PyTorch read as what it does: ``__init__`` and ``forward`` are followed, and nothing is run.

What is followed is plain: numbers, texts, lists, loops over them, branches that depend on them, functions and
classes of the same text. Layers and operators of PyTorch become nodes (`maps`). All else raises `UnreadError`.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.calls import tree_of
from conv_anim.frameworks.files_of_text import read_text
from conv_anim.frameworks.followed.calls import Calls
from conv_anim.frameworks.followed.files import within
from conv_anim.frameworks.followed.values import (
    Bound,
    File,
    FitError,
    Function,
    Globals,
    Imported,
    Module,
    ReturnError,
    Unknown,
    UnreadError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.frameworks.followed.core import Scope


MOST_FILES = 60
"""Files that a text imports from."""
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom)
ADDING = {"append", "extend", "insert", "update", "setdefault", "pop", "remove", "clear"}
"""Methods of lists and dicts that change them."""
OF_NUMBERS = {"data", "weight", "bias", "momentum", "eps", "inplace", "requires_grad"}
"""What may be set in a layer without another network."""


class _BreakError(Exception):
    pass


class _ContinueError(Exception):
    pass


class Program(Calls):
    """A text whose statements are followed."""

    def begin(self, tree: ast.Module) -> None:
        """Note what a text defines."""
        self.scope.path = Path(self.source.name)
        self.files[self.scope.path] = self.scope
        self._define(tree.body, self.scope)
        self.scope |= dict(self.said)
        for name in self.said:
            self.scope.pending.pop(name, None)

    def _define(self, body: Iterable[ast.stmt], scope: Globals) -> None:
        for each in body:
            match each:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    scope[name] = each
                    scope.pending.pop(name, None)
                case ast.Import() | ast.ImportFrom():
                    self.imported(each, scope)
                    for alias in each.names:
                        scope.pending.pop(alias.asname or alias.name, None)
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="add_argument")) as call
                ):
                    self.options.setdefault(owner, []).append(call)
                case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                    pass
                case ast.If() if any(isinstance(made, DEFINITIONS) for made in each.body):
                    self._define(each.body, scope)
                case ast.Try():
                    self._define(each.body, scope)
                case _:
                    for name in _given(each):
                        scope.pending.setdefault(name, []).append(each)

    def read(self, file: Globals, node: ast.AST) -> None:
        """Read what a file defines that is imported, once. Raises SpecError, UnreadError."""
        if file.is_read:
            return
        assert file.path is not None
        file.is_read = True
        if not file.path.is_file():  # a folder of modules
            return
        if sum(each.is_read for each in self.files.values()) > MOST_FILES:
            raise self.unread(f"it reads more than {MOST_FILES} files", node)
        source = read_text(file.path)
        if not source.text.strip():  # as many an __init__.py
            return
        tree = tree_of(source)
        for each in ast.walk(tree):
            each.source = source  # type: ignore[attr-defined]  # where it stands
        self._define(tree.body, file)

    def named(self, name: str, scope: Globals, node: ast.AST) -> Any:
        """What a name of a file stands for; Unknown where the file has none."""
        self.read(scope, node)
        for each in scope.pending.pop(name, ()):
            if id(each) not in scope.done:
                scope.done.add(id(each))
                self.follow([each], scope)
        if name not in scope and scope.path is not None and (module := self.file(within(scope.path, name))) is not None:
            return File(module)
        value = scope.get(name, Unknown(f"'{name}' is not defined in this text"))
        match value:
            case ast.ClassDef():
                scope[name] = self.class_of(value, scope)
            case ast.FunctionDef():
                scope[name] = Function(value, scope)
                scope[name] = self.decorated(scope[name], value.decorator_list, scope)
            case Imported(scope=other, name=further) if other is scope:  # a module of the package itself
                module = None if scope.path is None else self.file(within(scope.path, further))
                scope[name] = Unknown(f"there is no '{further}' here") if module is None else File(module)
            case Imported(scope=other, name=further):
                self.step(node)
                scope[name] = Unknown(f"'{name}' is imported in a circle")
                scope[name] = self.named(further, other, node)
        return scope.get(name, value)

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

    _do_pass = _nothing

    def _do_assert(self, node: ast.Assert, scope: Scope) -> None:
        try:
            held = self.is_true(node.test, scope)
        except UnreadError:  # what is not known may well be so
            return
        if not held:
            raise FitError("with these values this does not hold", self.span(node))

    def _do_delete(self, node: ast.Delete, scope: Scope) -> None:
        for each in node.targets:
            match each:
                case ast.Attribute(value=owner, attr=name):
                    self.take_attribute(self.value(owner, scope), name, each)
                case ast.Subscript(value=owner, slice=index):
                    self.take_item(self.value(owner, scope), self.value(index, scope), each)
                case _:
                    self.value(each, scope)

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _do_return(self, node: ast.Return, scope: Scope) -> None:
        raise ReturnError(None if node.value is None else self.value(node.value, scope))

    def _do_break(self, _node: ast.Break, _scope: Scope) -> None:
        raise _BreakError

    def _do_continue(self, _node: ast.Continue, _scope: Scope) -> None:
        raise _ContinueError

    def _do_raise(self, node: ast.Raise, _scope: Scope) -> None:
        raise FitError("with these values it raises an error here", self.span(node))

    def _do_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        self.imported(node, scope)

    _do_importfrom = _do_import

    def _do_functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        made = Function(node, scope, defaults=self.defaults_of(node.args, scope))
        scope[node.name] = self.decorated(made, node.decorator_list, scope)

    def _do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        scope[node.name] = self.class_of(node, scope)

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.give(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.give(node.target, self.value(node.value, scope), scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        before, other = self.value(node.target, scope), self.value(node.value, scope)
        if isinstance(node.op, ast.Add) and isinstance(before, list | Module):
            self.call(Bound(before, "extend"), [self.items_of(other, node)], {}, node)
            return
        after = self.operated(before, node.op, other, node)
        self.give(node.target, self.maps.change(before, after), scope)

    def _do_if(self, node: ast.If, scope: Scope) -> None:
        self.follow(node.body if self.is_true(node.test, scope) else node.orelse, scope)

    def _do_match(self, node: ast.Match, scope: Scope) -> None:
        subject = self.value(node.subject, scope)
        for case in node.cases:
            if self._fits(subject, case.pattern, scope) and (case.guard is None or self.is_true(case.guard, scope)):
                self.follow(case.body, scope)
                return

    def _fits(self, subject: Any, pattern: ast.pattern, scope: Scope) -> bool:
        match pattern:
            case ast.MatchValue(value=value):
                return self.truth(self.compared(subject, ast.Eq(), self.value(value, scope), value), value)
            case ast.MatchSingleton(value=value):
                return subject is value
            case ast.MatchOr(patterns=patterns):
                return any(self._fits(subject, each, scope) for each in patterns)
            case ast.MatchAs(pattern=inner, name=name):
                fits = inner is None or self._fits(subject, inner, scope)
                scope |= {name: subject} if fits and name is not None else {}  # type: ignore[operator]
                return fits
            case _:
                raise UnreadError("a pattern of this kind is not followed")

    def _do_with(self, node: ast.With, scope: Scope) -> None:
        self.follow(node.body, scope)

    def _do_try(self, node: ast.Try, scope: Scope) -> None:
        self.follow([*node.body, *node.orelse, *node.finalbody], scope)

    def alters(self, node: ast.AST) -> bool:
        return _alters(node)

    def _do_for(self, node: ast.For, scope: Scope) -> None:
        match node.iter:  # what sets the weights of all layers
            case ast.Call(func=ast.Attribute(attr="modules" | "named_modules")) if not self.alters(node):
                return
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


def _given(node: ast.stmt) -> set[str]:
    """The names that a statement gives something to, or changes."""
    names: set[str] = set()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                names |= _owner(each)
            case ast.Call(func=ast.Attribute(attr=attr) as called) if attr in ADDING:
                names |= _owner(called)
    return names


def _alters(node: ast.AST) -> bool:
    for each in ast.walk(node):
        match each:
            case ast.Attribute(attr=name, ctx=ast.Store()) if name not in OF_NUMBERS:
                return True
            case ast.AugAssign(target=ast.Name()):
                return True
            case ast.Subscript(ctx=ast.Store()) | ast.Call(func=ast.Name(id="setattr")):
                return True
            case ast.Return() if isinstance(node, ast.For):
                return True
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in {*ADDING, "add_module", "register_module"}:
                return True
    return False


def _owner(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
