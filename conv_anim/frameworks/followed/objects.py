"""Attributes and parts of what a model's text has: of modules, classes and what they inherit."""

from __future__ import annotations

import ast
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks import libraries
from conv_anim.frameworks.arithmetic import dotted
from conv_anim.frameworks.followed import builtins as model_builtins
from conv_anim.frameworks.followed import settings as model_settings
from conv_anim.frameworks.followed.core import Core
from conv_anim.frameworks.followed.values import (
    Bound,
    Class,
    File,
    Function,
    Held,
    Map,
    Module,
    Name,
    Partial,
    Super,
    Unknown,
)
from conv_anim.frameworks.followed.weights import arrays
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.followed.core import Scope

PLAIN = "object"
"""The kind of an instance that is no module."""
OTHER = "whether it is of a class of a library is not known"
OF_LAYERS = {"forward", "__call__", "_conv_forward"}
LEAVING = {
    *("staticmethod", "classmethod", "property", "cached_property", "setter", "wraps", "dataclass", "lru_cache"),
    *("register_model", "handle_legacy_interface", "kwonly_to_pos_or_kw"),
}
"""Decorators that leave what a function does, and those that say how a class has it."""
TYPES: dict[str, Any] = {
    **{each.__name__: each for each in (int, float, str, bool, list, tuple, dict)},
    "types.FunctionType": Function,
    "functools.partial": Partial,
    "type": Class | Name,
    "Callable": Function | Partial | Class | Name,
    "torch.Tensor": Map | Held,
    "Tensor": Map | Held,
    "Sequence": list | tuple,
    "Iterable": list | tuple | dict,
    "set": (),
    "torch.Size": tuple,
    "collections.OrderedDict": dict,
    "Mapping": dict,
}


class Objects(Core):
    """What is asked of objects."""

    def attribute(self, owner: Any, name: str, node: ast.AST) -> Any:  # noqa: C901, PLR0911  # one for each kind
        """What stands behind a dot. Raises UnreadError."""
        match owner:
            case Name(whole=whole):
                return Name(f"{whole}.{name}")
            case Module():
                return self._of_module(owner, name, node)
            case Super(of=module, owner=of):
                return self._inherited(module, of, name, node)
            case Map() | Held():
                return self.maps.attribute(owner, name)
            case Class():
                return self.class_attribute(owner, name, node)
            case File(scope=inside):
                return self.named(name, inside, node)
            case Partial(called=called, named=named) if name in {"func", "keywords"}:
                return called if name == "func" else named
            case Function():
                return self._of_function(owner, name, node)
            case Unknown():
                return owner
            case list() | dict() | str() | tuple() | set() | float() | int():
                return Bound(owner, name)
            case _:
                raise self.unread(f"'.{name}' is not followed here", node)

    def _of_function(self, owner: Function, name: str, node: ast.AST) -> Any:
        known = {"__name__": getattr(owner.definition, "name", "<lambda>"), "__module__": self._own(node).stem}
        return known.get(name, Unknown(f"the {name} of a function is not followed"))

    def class_attribute(self, owner: Class, name: str, node: ast.AST) -> Any:
        """A method of a class, or what it gives to a name. Raises UnreadError."""
        for each in owner.lineage():
            if not isinstance(each, Class):
                continue
            if name in each.fields or self._defines(each, name):
                found = each.fields[name]
                kinds = _decorations(found)
                return replace(found, of=owner) if "classmethod" in kinds and found.of is None else found
        if name in {"__name__", "__qualname__"}:
            return owner.definition.name
        if name == "__module__":
            return self._own(node).stem
        raise self.unread(f"{owner.definition.name} has no '{name}'", node)

    def _defines(self, of: Class, name: str) -> bool:
        """Follow what the body of a class gives to a name. Returns whether it does."""
        for made in reversed(of.definition.body):
            match made:
                case ast.FunctionDef(name=given) if given == name and of.method(name) == (of, made):
                    function = Function(made, of.scope, owner=of)
                    of.fields[name] = self.decorated(function, made.decorator_list, of.scope)
                case ast.ClassDef(name=given) if given == name:
                    of.fields[name] = self.class_of(made, of.scope)
                case ast.Assign(targets=[*_, ast.Name(id=given)], value=value) if given == name:
                    of.fields[name] = self.value(value, self._within(of, value, name))
                case ast.AnnAssign(target=ast.Name(id=given), value=ast.expr() as value) if given == name:
                    of.fields[name] = self.value(value, self._within(of, value, name))
                case _:
                    continue
            return True
        return False

    def _within(self, of: Class, value: ast.expr, name: str) -> Scope:
        """What an expression in the body of a class sees: the other names of that body too."""
        inside: Scope = ChainMap({}, of.scope)
        for each in ast.walk(value):
            if isinstance(each, ast.Name) and each.id != name and (each.id in of.fields or self._defines(of, each.id)):
                inside[each.id] = of.fields[each.id]
        return inside

    def decorated(self, function: Function, decorators: list[ast.expr], scope: Scope) -> Any:
        """What decorators of the text make of a function; those of libraries leave it as it is."""
        made: Any = function
        for each in reversed(decorators):
            called = each.func if isinstance(each, ast.Call) else each
            if (dotted(called) or "").rpartition(".")[2] in LEAVING or not isinstance(called, ast.Name):
                continue
            decorator = self.value(called, scope)
            if isinstance(decorator, Function | Class):
                made = self.call(self.value(each, scope), [made], {}, each)
        return made

    def _of_module(self, owner: Module, name: str, node: ast.AST) -> Any:  # noqa: C901, PLR0911  # in the order of Python
        for kept in (owner.parts, owner.fields):
            if name in kept:
                return kept[name]
        if name in {"training", "_modules"}:
            return owner.parts if name == "_modules" else False
        if name == "__class__" and owner.of is not None:
            return owner.of
        if name == "__module__":
            return self._own(node).stem
        if owner.of is not None:
            if owner.of.method(name) is not None:
                return self._method(owner, self.class_attribute(owner.of, name, node), node)
            own = any(name in each.fields or self._defines(each, name) for each in _classes(owner.of))
            if own or owner.kind == PLAIN or (owner.call is None and name not in model_builtins.OF_MODULES):
                return self.class_attribute(owner.of, name, node)
        if owner.call is None or name in model_builtins.OF_MODULES or name in OF_LAYERS:
            return Bound(owner, name)
        known = model_settings.said(owner.call)
        if name in (trained := arrays(owner)):
            return trained[name]
        if name == "bias" and known.get(name, True) in {False, None}:
            return None
        if name in known and name != "bias":
            return known[name]
        return Unknown(f"the {name} of a layer is not followed", exists=name in {"weight", "bias"})

    def _method(self, owner: Module, found: Any, node: ast.AST) -> Any:
        """A method of an instance."""
        kinds = _decorations(found)
        if not isinstance(found, Function) or "staticmethod" in kinds:
            return found
        of = owner.of if "classmethod" in kinds else owner
        method = replace(found, of=of) if found.owner is not None else Partial(found, (of,), {})
        return self.call(method, [], {}, node) if kinds & {"property", "cached_property"} else method

    def _inherited(self, module: Module, owner: Class, name: str, node: ast.AST) -> Any:
        assert module.of is not None
        found = module.of.method(name, owner)
        if found is None:
            return Bound(module, f"super.{name}")
        return self._method(module, self.class_attribute(found[0], name, node), node)

    def put_attribute(self, owner: Any, name: str, value: Any, node: ast.AST) -> None:
        """Give a module something under a name."""
        if isinstance(owner, Unknown | Held):  # a weight, whose numbers are not followed
            return
        if isinstance(owner, Class | Function):
            owner.fields.update({name: value}) if isinstance(owner, Class) else None
            return
        if not isinstance(owner, Module):
            raise self.unread(f"'{name}' is given to something that is not a module", node)
        if owner.call is not None and isinstance(value, Held) and name in arrays(owner):
            self._tie(owner, name, value, node)
        elif owner.call is not None:
            self.at(node, model_settings.with_setting, owner, name, value)
        kept, other = owner.parts, owner.fields
        if not isinstance(value, Module) or PLAIN in (value.kind, owner.kind):
            kept, other = other, kept
        other.pop(name, None)
        kept[name] = value

    def _tie(self, owner: Module, name: str, value: Held, node: ast.AST) -> None:
        """Give a layer the weight of another one, or another of the same shape."""
        if value.shape != owner.arrays[name].shape:
            raise self.unread(f"'{name}' of another shape is not followed", node)
        owner.arrays[name] = value

    def take_attribute(self, owner: Any, name: str, node: ast.AST) -> None:
        """Take away what something has under a name."""
        if not isinstance(owner, Module) or (name not in owner.parts and name not in owner.fields):
            raise self.unread(f"there is no '{name}' here", node)
        owner.parts.pop(name, None)
        owner.fields.pop(name, None)

    def take_item(self, owner: Any, index: Any, node: ast.AST) -> None:
        """Take something out of a list, a dict or a container."""
        if isinstance(owner, Module):
            names = list(owner.parts)[index] if isinstance(index, slice) else [self._key(owner, index, node)]
            for name in names:
                del owner.parts[name]
            left = list(owner.parts.values())
            if all(name.isdigit() for name in owner.parts):
                owner.parts.clear()
                owner.parts.update({str(k): each for k, each in enumerate(left)})
            return
        if not isinstance(owner, list | dict):
            raise self.unread("what is taken away here is not followed", node)
        self.at(node, owner.__delitem__, index)

    def _key(self, owner: Module, index: Any, node: ast.AST) -> str:
        """The name of a part by its name or number."""
        names = list(owner.parts)
        if isinstance(index, str):
            return index
        if not isinstance(index, int) or not -len(names) <= index < len(names):
            raise self.unread(f"there is no {index!r} here", node)
        return names[index]

    def put_item(self, owner: Any, index: Any, value: Any, node: ast.AST) -> None:
        """Put something into a list, a dict or a container."""
        if isinstance(owner, Module):
            owner.parts[self._key(owner, index, node)] = value
            return
        if isinstance(owner, Held | Unknown):  # numbers, which are not followed
            return
        if not isinstance(owner, list | dict):
            raise self.unread("numbers that are written into a map are not followed", node)
        try:
            owner[index] = value
        except (IndexError, TypeError):
            raise self.unread("there is no such place", node) from None

    def part(self, owner: Module, index: Any, node: ast.AST) -> Any:
        """A module of a container, or several. Raises UnreadError."""
        if isinstance(index, slice):
            taken = list(owner.parts.items())[index]
            if owner.kind == "ModuleList":
                taken = [(str(k), each) for k, (_, each) in enumerate(taken)]
            return Module(owner.kind, parts=dict(taken))
        key = self._key(owner, index, node)
        if key not in owner.parts:
            raise self.unread(f"there is no {index!r} here", node)
        return owner.parts[key]

    def is_instance(self, value: Any, kinds: Any) -> Any:
        """Whether a value is of a kind, or of one of several; Unknown where that is not known."""
        kinds = kinds if isinstance(kinds, tuple | list) else (kinds,)
        if isinstance(value, Unknown):
            return value
        held = [self._is_of(value, kind) for kind in kinds]
        return True if True in held else next((each for each in held if isinstance(each, Unknown)), False)

    def _is_of(self, value: Any, kind: Any) -> Any:
        if isinstance(value, Module):
            lineage = value.of.lineage() if value.of is not None else (Name(f"torch.nn.{value.kind}"),)
            if kind in lineage or kind == Name("torch.nn.Module"):
                return kind in lineage or value.kind != PLAIN
            layer = isinstance(kind, Name) and kind.whole == f"torch.nn.{kind.short}" and kind.short[:1] != "_"
            roots = value.of.roots if value.of is not None else ("",)
            own = all(root.startswith("torch.nn.") or root == "object" for root in roots)  # of no other library's
            return False if layer or own or isinstance(kind, Class) or kind.whole in TYPES else Unknown(OTHER)
        if isinstance(value, list | tuple | dict | str | int | float) and "Tensor" in getattr(kind, "short", ""):
            return False
        if isinstance(kind, Name) and (kind.whole in TYPES or kind.short in TYPES):
            return isinstance(value, TYPES.get(kind.whole, TYPES.get(kind.short)))  # type: ignore[arg-type]
        known = isinstance(kind, Class) or libraries.module(getattr(kind, "whole", "")) == "torch.nn"
        return False if known else Unknown(OTHER)


def _classes(of: Class) -> list[Class]:
    """Itself and what it inherits from in its text."""
    return [each for each in of.lineage() if isinstance(each, Class)]


def _decorations(function: Any) -> set[str]:
    listed = getattr(function.definition, "decorator_list", []) if isinstance(function, Function) else []
    return {(dotted(each) or "").rpartition(".")[2] for each in listed}
