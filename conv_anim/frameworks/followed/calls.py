"""Calls in a model's text: functions and classes of its own, layers, and what a library has."""

from __future__ import annotations

import ast
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.followed import builtins as model_builtins
from conv_anim.frameworks.followed import settings as model_settings
from conv_anim.frameworks.followed.builtins import RUN
from conv_anim.frameworks.followed.core import CONTAINERS
from conv_anim.frameworks.followed.library_calls import MODULES, LibraryCalls
from conv_anim.frameworks.followed.maps import POINTWISE
from conv_anim.frameworks.followed.nodes import counted_in
from conv_anim.frameworks.followed.objects import PLAIN
from conv_anim.frameworks.followed.values import (
    Bound,
    Class,
    Function,
    Held,
    Map,
    Module,
    Name,
    Partial,
    ReturnError,
    Super,
    Unknown,
    UnreadError,
)
from conv_anim.frameworks.function_tables import TORCH
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.followed.core import Scope

OBJECTS = {"object", "typing.NamedTuple", "abc.ABC"}
"""What a class may inherit whose instances only hold values."""
OF_TIMM = {
    *("variant", "pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "model_cfg", "feature_cfg"),
    *("pretrained_strict", "pretrained_filter_fn", "cache_dir", "kwargs_filter"),
}
"""Arguments of timm's builder that are not the model's."""
DEEPEST = 40
"""Calls inside of each other."""
WRAPPERS = {
    "torch.jit.ScriptModule",
    "lightning.LightningModule",
    "pytorch_lightning.LightningModule",
    "lightning.pytorch.LightningModule",
}


class Calls(LibraryCalls):
    """What calls make, by what is called."""

    def _of_call(self, node: ast.Call, scope: Scope) -> Any:
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner), attr="parse_args") if owner in self.options:
                return self.options_of(owner)
        called = self.value(node.func, scope)
        if isinstance(called, Name) and called.whole in RUN:
            return self.run(called.whole, node, scope)
        given, named = self.arguments_of(node, scope)
        return self.call(called, given, named, node)

    def run(self, name: str, node: ast.Call, scope: Scope) -> Any:
        """What a function makes that has to know where it is called."""
        if name == "super":
            own = next((each for each in _scopes(scope) if "__class__" in each), {})
            if not own:
                raise self.unread("super() is outside of a method", node)
            given, _ = self.arguments_of(node, scope)
            return Super(own["self"], given[0] if given and isinstance(given[0], Class) else own["__class__"])
        given, _ = self.arguments_of(node, scope)
        if name == "print":
            return None
        if name in {"dir", "type", "isinstance"}:
            return self.is_instance(*given) if name == "isinstance" else _kind(name, given[0])
        owner, attribute, *rest = given
        if name == "setattr":
            return self.put_attribute(owner, attribute, rest[0], node)
        has = isinstance(owner, Module) and (
            attribute in {**owner.parts, **owner.fields}
            or (owner.of is not None and owner.of.method(attribute) is not None)
        )
        if name == "hasattr":
            return has
        return rest[0] if rest and not has else self.attribute(owner, attribute, node)

    def call(self, called: Any, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        """What something makes that is called. Raises UnreadError."""
        self.step(node)
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.unread("too many calls are inside of each other", node)
        try:
            return self._entered_or_made(called, given, named, node)
        finally:
            self.depth -= 1

    def _entered_or_made(self, called: Any, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:  # noqa: PLR0911  # one for each
        match called:
            case Function():
                return self._entered(called, given, named, node)
            case Class():
                return self._made(called, given, named, node)
            case Module():
                return self.applied(called, given, named, node)
            case Bound():
                return self._bound(called, given, named, node)
            case Partial(called=inner, given=before, named=kept):
                return self.call(inner, [*before, *given], {**kept, **named}, node)
            case Name():
                return self.library(called, given, named, node)
            case Unknown(why=why):
                if any(isinstance(each, Map) for each in (*given, *named.values())):
                    raise self.unread(why, node)
                return called
            case _:
                what = "what is called here is None" if called is None else "what is called here is not known"
                raise self.unread(what, node)

    def _entered(self, called: Function, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        definition = called.definition
        if getattr(definition, "name", "") == "build_model_with_cfg" and "timm" in self._own(definition).parts:
            config = {"cfg": named["model_cfg"]} if named.get("model_cfg") is not None else {}
            kept = {name: value for name, value in named.items() if name not in OF_TIMM}
            return self.call(given[0], [], {**config, **kept}, node)
        inside = ChainMap({}, called.scope)
        own = [called.of] if called.of is not None else []
        self.bind(called, [*own, *given], named, inside, node)
        if called.owner is not None and isinstance(called.of, Module):
            inside["__class__"] = called.owner
            inside["self"] = called.of
        if isinstance(definition, ast.Lambda):
            return self.value(definition.body, inside)
        try:
            self.follow(definition.body, inside)
        except ReturnError as end:
            return end.value
        return None

    def _made(self, of: Class, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        layer = of.layer
        kind = layer or next((root.rpartition(".")[2] for root in of.roots if root in MODULES), "Module")
        if set(of.roots) <= OBJECTS:
            kind = PLAIN
        elif layer is None and not any(root in MODULES | WRAPPERS for root in of.roots):
            return Unknown(f"{of.definition.name} is not a module of PyTorch")
        made = Module(kind, of=of)
        if of.method("__init__") is not None:
            self.call(self.attribute(made, "__init__", node), given, named, node)
        elif made.kind == PLAIN:
            self._with_fields(made, given, named, node)
        elif kind in CONTAINERS:
            self.fill(made, given, node)
        elif layer is not None:
            self._as_layer(made, given, named, node)
        return made

    def _as_layer(self, made: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> None:
        """Make an instance of a class that inherits from a layer that layer."""
        written = self.written(Name(f"torch.nn.{made.kind}"), given, named, node)
        if not given and not named and model_settings.takes(made.kind):
            name = model_settings.takes(made.kind)
            raise self.unread(f"'{name}' has no value", node, f"a class that inherits from nn.{made.kind} takes it")
        self.at(node, model_settings.check_whole, written)
        made.call = written

    def _with_fields(self, made: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> None:
        """Give an instance of a dataclass what it is called with."""
        assert made.of is not None
        fields = [
            each.target.id
            for of in reversed(made.of.lineage())
            if isinstance(of, Class)
            for each in of.definition.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        if len(given) > len(fields) or not set(named) <= set(fields):
            raise self.unread(f"{made.of.definition.name} does not take this", node)
        made.fields |= {**dict(zip(fields, given, strict=False)), **named}

    def applied(self, module: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        """What a module makes of what it is given."""
        outside, self.maps.inside = self.maps.inside, module.path
        try:
            return self._applied(module, given, named, node)
        finally:
            self.maps.inside = outside

    def _applied(self, module: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        name = "__call__" if module.kind == PLAIN else "forward"
        if module.of is not None and (module.of.method(name) is not None or name in module.of.fields):
            return self.call(self.attribute(module, name, node), given, named, node)
        if module.kind == "Sequential":
            made = given[0] if given else next(iter(named.values()), None)
            for part in list(module.parts.values()):
                made = self.call(part, [made], {}, node)
            return made
        if module.call is None:
            what = module.of.definition.name if module.of is not None else module.kind
            if module.kind == PLAIN:
                raise self.unread(f"{what} is not a module of PyTorch", node)
            raise self.unread(f"{what} has no forward", node)
        if not any(isinstance(each, Map | Held) for each in (*given, *named.values())):
            unknown = next((each for each in given if isinstance(each, Unknown)), None)
            raise self.unread("what enters this layer is not known" if unknown is None else unknown.why, node)
        return self.at(node, self.maps.layer, module, given, named)

    def _bound(self, called: Bound, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        if isinstance(called.of, Map | Held):
            return self.at(node, self.maps.method, called.of, called.name, given, named)
        if isinstance(called.of, Module):
            return self._of_modules(called.of, called.name, given, named, node)
        return self.at(node, model_builtins.method, called.of, called.name, given, named)

    def _of_modules(self, module: Module, name: str, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        if name.removeprefix("super.") == "__setattr__":
            return self.put_attribute(module, given[0], given[1], node)
        if name.removeprefix("super.") == "__getattr__":
            return self.attribute(module, given[0], node)
        if name == "super.__init__":
            return self.begun(module, given, named, node)
        if name in {"super.forward", "_conv_forward", "super._conv_forward"}:
            shallow = Module(module.kind, module.call, None, module.parts, path=module.path, counted=module.counted)
            module.counted, shallow.arrays, shallow.more = True, module.arrays, module.more
            return self._with_weight(shallow, given, named, node)
        if name in {"forward", "__call__", "apply"}:
            applied = name != "apply"
            return self.applied(module, given, named, node) if applied else self._for_all(module, given[0], node)
        return self.at(node, model_builtins.of_module, module, name.removeprefix("super."), given)

    def _with_weight(self, layer: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> Any:
        """What a layer makes; where it is handed its weight, that one's parameters count."""
        held = [each for each in given[1:] if isinstance(each, Held)]
        layer.counted = layer.counted or bool(held)
        made = self.applied(layer, given[:1], named, node)
        if held:
            nodes = self.maps.nodes
            nodes[-1] = replace(nodes[-1], parameters=counted_in(held))
        return made

    def _for_all(self, module: Module, function: Any, node: ast.AST) -> Module:
        """A module after a function was given each module in it; what only sets numbers need not be followed."""
        for each in reversed(model_builtins.within(module).values()):
            try:
                self.call(function, [each], {}, node)
            except UnreadError:
                if isinstance(function, Function) and self.alters(function.definition):
                    raise
        return module

    def alters(self, node: ast.AST) -> bool:
        """Whether a loop over layers, or a function of one, may change more of them than their numbers."""
        raise NotImplementedError

    def begun(self, module: Module, given: list[Any], named: dict[str, Any], node: ast.AST) -> None:
        """What the ``__init__`` of a library does to an instance."""
        if module.kind == PLAIN and (given or named):
            self._with_fields(module, given, named, node)
        elif module.of is not None and module.of.layer is not None:
            self._as_layer(module, given, named, node)
        elif module.kind in CONTAINERS:
            self.fill(module, given, node)


def _kind(name: str, of: Any) -> Any:
    """What ``type`` makes of a module, and ``dir`` of PyTorch's functions."""
    if name == "dir" and of == Name("torch.nn.functional"):
        return sorted({*POINTWISE, *TORCH})
    if name == "type" and isinstance(of, Module):
        return of.of if of.of is not None else Name(f"torch.nn.{of.kind}")
    return Unknown(f"what '{name}' makes is not known")


def _scopes(scope: Scope) -> list[Scope]:
    return list(scope.maps) if isinstance(scope, ChainMap) else [scope]
