"""Which class or function of a text is the model that is drawn."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from conv_anim.diagnostics import listed
from conv_anim.frameworks.followed.calls import WRAPPERS
from conv_anim.frameworks.followed.library_calls import MODULES
from conv_anim.frameworks.followed.maps import Maps
from conv_anim.frameworks.followed.program import Program
from conv_anim.frameworks.followed.values import Class, UnreadError
from conv_anim.frameworks.listing import Listing

if TYPE_CHECKING:
    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Names


def others(tree: ast.Module, name: str, names: Names) -> tuple[str, ...]:
    """What is to be said where a text has other functions that make a model."""
    if not any(isinstance(each, ast.FunctionDef) and each.name == name for each in tree.body):
        return ()
    others = [each.name for each in _makers(tree, names) if each.name != name]
    return (f"{name} is drawn; --node names another: {listed(others, last='or')}",) if others else ()


def _makers(tree: ast.Module, names: Names) -> list[ast.FunctionDef]:
    """Functions that need no arguments and return what they call."""
    return [
        each
        for each in tree.body
        if isinstance(each, ast.FunctionDef)
        and not required_of(each.args, names)
        and any(isinstance(end, ast.Return) and isinstance(end.value, ast.Call | ast.Name) for end in ast.walk(each))
    ]


def main_of(tree: ast.Module, source: Source, names: Names) -> str | None:
    """The last class that is a model and can be made without arguments, else the first function that makes one."""
    program = program_of(tree, source, names, Listing("", ()))
    models = [each.name for each in tree.body if isinstance(each, ast.ClassDef) and _is_model(program, each)]
    if not models:
        return None
    for name in reversed(models):
        if not _needed(tree, name, names):
            return name
    for each in _makers(tree, names):
        if models[-1] in {found.id for found in ast.walk(each) if isinstance(found, ast.Name)}:
            return each.name
    return models[-1]


def _is_model(program: Program, node: ast.ClassDef) -> bool:
    try:
        made = program.value(ast.copy_location(ast.Name(id=node.name, ctx=ast.Load()), node), program.scope)
    except UnreadError:
        return False
    return isinstance(made, Class) and any(root in MODULES | WRAPPERS for root in made.roots)


def _needed(tree: ast.Module, name: str, names: Names) -> list[str]:
    """The parameters of a class's ``__init__`` that have no value."""
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.name == name:
            for made in each.body:
                if isinstance(made, ast.FunctionDef) and made.name == "__init__":
                    return required_of(made.args, names)[1:]
    return []


def required_of(arguments: ast.arguments, names: Names) -> list[str]:
    """The parameters of a function that have no value."""
    listed = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    listed = listed[: len(listed) - len(arguments.defaults)]
    listed += [
        each.arg for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
    ]
    return [name for name in listed if name not in names]


def program_of(tree: ast.Module, source: Source, names: Names, found: Listing) -> Program:
    """A text that is to be followed, with what it defines."""
    program = Program(source, names, Maps(found))
    program.begin(tree)
    return program
