"""What a model's text may call that is Python's own, and what it may ask of lists, texts and modules."""

from __future__ import annotations

import ast
import operator
import re
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.arithmetic import LARGEST, STEEPEST
from conv_anim.frameworks.followed.values import Module, UnreadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_ITEMS = 20_000

OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv),
    ast.FloorDiv: ("floor_divide", operator.floordiv),
    ast.Mod: ("remainder", operator.mod),
    ast.Pow: ("pow", operator.pow),
    ast.MatMult: ("matmul", operator.matmul),
    ast.BitAnd: ("bitwise_and", operator.and_),
    ast.BitOr: ("bitwise_or", operator.or_),
    ast.BitXor: ("bitwise_xor", operator.xor),
    ast.RShift: ("shift", operator.rshift),
    ast.LShift: ("shift", operator.lshift),
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
BUILTINS: dict[str, Callable[..., Any]] = {
    **{each.__name__: each for each in (len, int, float, bool, str, abs, round, min, max, sum, any, all, divmod, dict)},
    **{each.__name__: each for each in (list, tuple, range)},
    "zip": lambda *rows, strict=False: list(zip(*rows, strict=strict)),
    "enumerate": lambda items, start=0: list(enumerate(items, start)),
    "reversed": lambda items: list(items)[::-1],
    "sorted": lambda items, reverse=False: sorted(items, reverse=reverse),
    "set": lambda items=(): list(dict.fromkeys(items)),
    **dict.fromkeys(("map", "filter"), list),
}
"""Functions by their names; those which call others are followed where they are called."""

RUN = {"super", "getattr", "hasattr", "setattr", "isinstance", "print", "dir", "type"}
"""Functions that have to know where they are called."""


def checked(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """What an operator makes of two values, if it is no larger than what a layer has."""
    if compute is operator.pow and isinstance(right, int | float) and abs(right) > STEEPEST:
        raise UnreadError("this power is too large")
    if compute is operator.lshift and (not isinstance(right, int) or right > STEEPEST):
        raise UnreadError("this number is too large")
    if compute is operator.mul:
        for items, times in ((left, right), (right, left)):
            if isinstance(items, list | tuple | str) and isinstance(times, int):
                check_size(len(items) * times)
    elif isinstance(left, list | tuple | str):
        check_lengths([left, right])
    if compute is operator.mod and isinstance(left, str) and not PLAIN.fullmatch(left):
        raise UnreadError("this way to write a number is not followed")
    made = compute(left, right)
    if isinstance(made, int | float) and abs(made) > LARGEST:
        raise UnreadError("this number is too large")
    return made


PLAIN = re.compile(r"([^%]|%%|%\d{0,2}[dsrfi])*", re.DOTALL)
"""Texts with values in them that are not made any longer than they are."""
FIELDS = re.compile(r"([^{}]|\{\w{0,20}\})*", re.DOTALL)


def check_lengths(values: Iterable[Any]) -> None:
    """Raise UnreadError if lists and texts are longer together than those of a model."""
    check_size(sum(len(each) for each in values if isinstance(each, list | tuple | str | dict | range)))


def check_size(count: int) -> None:
    """Raise UnreadError for more items than a model has."""
    if count > MOST_ITEMS:
        raise UnreadError("this list or text is too long")


OF_LISTS = {"append", "extend", "insert", "pop", "index", "copy", "count", "reverse"}
OF_DICTS = {"items", "keys", "values", "get", "update", "setdefault", "pop", "copy"}
OF_TEXTS = {"format", "startswith", "endswith", "split", "lower", "upper", "join", "replace", "strip", "isdigit"}


def _parted(numbers: list[float], sizes: Any) -> list[list[float]]:
    """A row of numbers in parts of some sizes, as ``Tensor.split``."""
    sizes = [sizes] * -(-len(numbers) // sizes) if isinstance(sizes, int) else sizes
    ends = [sum(sizes[: k + 1]) for k in range(len(sizes))]
    return [numbers[end - n : end] for n, end in zip(sizes, ends, strict=True)]


OF_NUMBERS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("item", "tolist"), lambda of: of),
    "is_integer": lambda of: float(of).is_integer(),
    "split": _parted,
}
"""Methods of numbers, and of a row of them, as ``torch.linspace`` makes it."""


def method(of: Any, name: str, given: list[Any], named: dict[str, Any]) -> Any:
    """What a method of a list, a dict or a text makes. Raises UnreadError for others."""
    if name in OF_NUMBERS and isinstance(of, int | float | list):
        return OF_NUMBERS[name](of, *given)
    kinds: dict[type, set[str]] = {list: OF_LISTS, dict: OF_DICTS, str: OF_TEXTS, tuple: {"index", "count"}}
    if name not in kinds.get(type(of), set()):
        raise UnreadError(f"'.{name}' is not followed here")
    check_lengths([of, *given])
    if name == "replace":
        check_size(len(of) * len(given[1]))
    if name == "join":
        check_size(sum(len(of) + len(each) for each in given[0]))
    if name == "format" and not FIELDS.fullmatch(of):
        raise UnreadError("this way to write a value is not followed")
    made = getattr(of, name)(*given, **named)
    return list(made) if name in {"items", "keys", "values"} else made


UNCHANGED = {
    *("to", "cuda", "cpu", "eval", "train", "double", "float", "half", "bfloat16", "requires_grad_", "apply"),
    *("load_state_dict", "zero_grad", "type", "share_memory"),
}
LISTED = {"parameters", "named_parameters", "buffers", "named_buffers", "state_dict"}
"""What a text goes over to set numbers, which are not followed."""


def of_module(module: Module, name: str, given: list[Any]) -> Any:
    """What a method that every module has makes. Raises UnreadError for others."""
    if name not in OF_MODULES:
        raise UnreadError(f"'{name}' is not defined here")
    return OF_MODULES[name](module, *given)


def _put(module: Module, name: Any, part: Any) -> None:
    module.parts[str(name)] = part


def _register(module: Module, name: Any, value: Any, *_: Any) -> None:
    module.fields[str(name)] = value


def _append(module: Module, part: Any) -> Module:
    _put(module, len(module.parts), part)
    return module


def _extend(module: Module, parts: Any) -> Module:
    for each in parts.parts.values() if isinstance(parts, Module) else parts:
        _append(module, each)
    return module


def _insert(module: Module, place: int, part: Any) -> Module:
    listed = list(module.parts.values())
    listed.insert(place, part)
    module.parts.clear()
    return _extend(module, listed)


OF_MODULES: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(UNCHANGED, lambda module, *_: module),
    **dict.fromkeys(LISTED, lambda *_: []),
    "modules": lambda module, *_: list(within(module).values()),
    "named_modules": lambda module, *_: list(within(module).items()),
    "get_submodule": lambda module, path: within(module)[path],
    **dict.fromkeys(("children", "values"), lambda module: list(module.parts.values())),
    **dict.fromkeys(("named_children", "items"), lambda module: list(module.parts.items())),
    "keys": lambda module: list(module.parts),
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "add_module": _put,
    "register_module": _put,
    "update": lambda module, parts: module.parts.update(parts),
    **dict.fromkeys(("register_buffer", "register_parameter"), _register),
    **dict.fromkeys(("register_forward_hook", "save_hyperparameters", "__setattr__", "__getattr__"), lambda *_: None),
}
"""What methods make of a module and of what they are given."""


def within(module: Module, path: str = "", known: set[int] | None = None) -> dict[str, Module]:
    """A module and all in it by their paths, each once."""
    known = set() if known is None else known
    if id(module) in known:
        return {}
    known.add(id(module))
    check_size(len(known))
    found = {path: module}
    for name, part in module.parts.items():
        if isinstance(part, Module):
            found |= within(part, f"{path}.{name}" if path else name, known)
    return found
