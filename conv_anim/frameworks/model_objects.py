"""Attributes and parts of what a model's text has: of modules, classes and what they inherit."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks import model_builtins
from conv_anim.frameworks.model_core import Core
from conv_anim.frameworks.model_values import Bound, Class, Function, Held, Map, Module, Name, Super, Unknown
from conv_anim.spec.nodes import Scalar

if TYPE_CHECKING:
    from conv_anim.frameworks.model_core import Scope


class Objects(Core):
    """What is asked of objects."""

    def attribute(self, owner: Any, name: str, node: ast.AST) -> Any:  # noqa: PLR0911  # one for each kind
        """What stands behind a dot. Raises UnreadError."""
        match owner:
            case Name(whole=whole):
                return Name(f"{whole}.{name}")
            case Module():
                return self._of_module(owner, name, node)
            case Super(of=module, owner=of):
                return self._inherited(module, of, name)
            case Map() | Held():
                return self.maps.attribute(owner, name)
            case Class(scope=inside):
                return self.class_attribute(owner, name, node, inside)
            case Unknown():
                return owner
            case list() | dict() | str() | tuple() | set():
                return Bound(owner, name)
            case _:
                raise self.unread(f"'.{name}' is not followed here", node)

    def class_attribute(self, owner: Class, name: str, node: ast.AST, scope: Scope) -> Any:
        """A method of a class, or what it gives to a name. Raises UnreadError."""
        found = owner.method(name)
        if found is not None:
            return Function(found[1], scope, owner=found[0])
        for each in owner.lineage():
            if isinstance(each, Class):
                for made in each.definition.body:
                    match made:
                        case ast.Assign(targets=[ast.Name(id=given)], value=value) if given == name:
                            return self.value(value, scope)
                        case ast.AnnAssign(target=ast.Name(id=given), value=ast.expr() as value) if given == name:
                            return self.value(value, scope)
        if name == "__name__":
            return owner.definition.name
        raise self.unread(f"{owner.definition.name} has no '{name}'", node)

    def _of_module(self, owner: Module, name: str, node: ast.AST) -> Any:  # noqa: PLR0911  # in the order of Python
        for kept in (owner.parts, owner.fields):
            if name in kept:
                return kept[name]
        if name == "training":
            return False
        if owner.of is not None:
            found = owner.of.method(name)
            if found is not None:
                method = Function(found[1], self.scope, None if _is_static(found[1]) else owner, found[0])
                return self.call(method, [], {}, node) if _is_property(found[1]) else method
            if name not in model_builtins.OF_MODULES and name != "__class__":
                return self.class_attribute(owner.of, name, node, self.scope)
        given = (
            None
            if owner.call is None
            else next((each.value for each in owner.call.arguments if each.keyword and each.keyword.text == name), None)
        )
        if isinstance(given, Scalar):
            return given.value
        if name in {"weight", "bias"}:
            return Unknown(f"the {name} of a layer is not followed")
        return Bound(owner, name)

    def _inherited(self, module: Module, owner: Class, name: str) -> Any:
        assert module.of is not None
        lineage = list(module.of.lineage())
        for each in lineage[lineage.index(owner) + 1 :]:
            if isinstance(each, Class):
                for made in each.definition.body:
                    if isinstance(made, ast.FunctionDef) and made.name == name:
                        return Function(made, self.scope, module, each)
        return Bound(module, f"super.{name}")

    def put_attribute(self, owner: Any, name: str, value: Any, node: ast.AST) -> None:
        """Give a module something under a name."""
        if not isinstance(owner, Module):
            raise self.unread(f"'{name}' is given to something that is not a module", node)
        owner.parts.pop(name, None)
        owner.fields.pop(name, None)
        (owner.parts if isinstance(value, Module) else owner.fields)[name] = value

    def put_item(self, owner: Any, index: Any, value: Any, node: ast.AST) -> None:
        """Put something into a list, a dict or a container."""
        if isinstance(owner, Module):
            owner.parts[str(index)] = value
            return
        if not isinstance(owner, list | dict):
            raise self.unread("numbers that are written into a map are not followed", node)
        try:
            owner[index] = value
        except (IndexError, TypeError):
            raise self.unread("there is no such place", node) from None

    def part(self, owner: Module, index: Any, node: ast.AST) -> Any:
        """A module of a container, or several. Raises UnreadError."""
        parts = list(owner.parts.values())
        if isinstance(index, slice):
            return Module(owner.kind, parts=dict(list(owner.parts.items())[index]))
        if isinstance(index, str) and index in owner.parts:
            return owner.parts[index]
        if not isinstance(index, int) or not -len(parts) <= index < len(parts):
            raise self.unread(f"there is no {index!r} here", node)
        return parts[index]

    def _is_instance(self, given: list[Any]) -> Any:
        value, kinds = given
        kinds = kinds if isinstance(kinds, tuple | list) else (kinds,)
        if isinstance(value, Module):
            lineage = [value.of, *value.of.lineage()] if value.of is not None else [Name(f"torch.nn.{value.kind}")]
            lineage += [Name("torch.nn.Module")]
            return any(kind in lineage for kind in kinds if isinstance(kind, Name | Class))
        names = {kind.short for kind in kinds if isinstance(kind, Name)}
        types = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "tuple": tuple, "dict": dict}
        types |= {"Tensor": Map, "Sequence": list | tuple, "Iterable": list | tuple}  # type: ignore[dict-item]
        return any(isinstance(value, types[each]) for each in names if each in types)


def _decorated(definition: ast.FunctionDef, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in definition.decorator_list)


def _is_static(definition: ast.FunctionDef) -> bool:
    return _decorated(definition, "staticmethod")


def _is_property(definition: ast.FunctionDef) -> bool:
    return _decorated(definition, "property")
