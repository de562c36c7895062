"""What is public says what it is: modules, classes, functions and methods without an underscore.

A method that a base class has, or a protocol that the class keeps to, is described there.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import conv_anim

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(conv_anim.__file__).parent
Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Described:
    """The methods that a protocol describes."""

    name: str
    members: frozenset[str]
    methods: frozenset[str]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    return (node for node in body if isinstance(node, Definition) and not node.name.startswith("_"))


def is_overload(node: Definition) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list)


def protocols() -> list[Described]:
    """All of ours."""
    classes = [node for _, tree in modules() for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        Described(node.name, members(node), frozenset(f.name for f in public(node.body) if ast.get_docstring(f)))
        for node in classes
        if any("Protocol" in ast.unparse(base) for base in node.bases)
    ]


def members(node: ast.ClassDef) -> frozenset[str]:
    fields = (
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    )
    given = (
        t.id for each in node.body if isinstance(each, ast.Assign) for t in each.targets if isinstance(t, ast.Name)
    )
    return frozenset({*fields, *given, *(method.name for method in public(node.body))})


def undescribed() -> Iterator[str]:
    known = protocols()
    documented = {
        (name, node.name): {f.name for f in public(node.body) if ast.get_docstring(f)}
        for name, tree in modules()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    for name, tree in modules():
        if ast.get_docstring(tree) is None and tree.body:
            yield name
        for node in public(tree.body):
            if ast.get_docstring(node) is None and not is_overload(node):
                yield f"{name}.{node.name}"
            if isinstance(node, ast.ClassDef):
                inherited = inherits(name, node, documented, known)
                yield from (
                    f"{name}.{node.name}.{method.name}"
                    for method in public(node.body)
                    if ast.get_docstring(method) is None and method.name not in inherited and not is_overload(method)
                )


def inherits(
    name: str, node: ast.ClassDef, documented: dict[tuple[str, str], set[str]], known: list[Described]
) -> set[str]:
    """What the bases of a class describe, also those of other packages, and the protocols that it keeps to."""
    class_ = getattr(import_module(name), node.name)
    found: set[str] = set()
    for base in class_.__mro__[1:]:
        ours = documented.get((base.__module__, base.__name__))
        found |= {each for each in vars(base) if getattr(vars(base)[each], "__doc__", None)} if ours is None else ours
    has = {*dir(class_), *(field for base in class_.__mro__ for field in vars(base).get("__annotations__", ()))}
    return found | {method for each in known if each.members and each.members <= has for method in each.methods}


def test_all_that_is_public_has_a_docstring() -> None:
    assert list(undescribed()) == []
