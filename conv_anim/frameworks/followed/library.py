"""Functions of libraries of which a model's text makes plain values, arrays and layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.followed.builtins import check_lengths, check_size
from conv_anim.frameworks.followed.values import Held, Module, Unknown, UnreadError
from conv_anim.frameworks.followed.weights import arrays

if TYPE_CHECKING:
    from collections.abc import Callable

MADE = {"zeros", "ones", "randn", "rand", "empty", "full"}
LIKE = {f"{name}_like" for name in (*MADE, "randint")}
NORMED = {"spectral_norm", "weight_norm"}
NEVER = {"is_available", "is_scripting", "is_tracing", "is_in_onnx_export"}
"""What is asked of CUDA, TorchScript and the like."""
OF_MATH = {"floor", "ceil", "sqrt", "log", "log2", "log10", "exp", "prod", "pow", "gcd", "fabs", "isclose"}


def _normed(short: str, given: list[Any], named: dict[str, Any]) -> Any:
    """A layer whose weight is divided by its norm: that of each output is trained, for ``weight_norm``."""
    layer = given[0]
    if short not in NORMED and isinstance(layer, Module):
        layer.more = 0
        return layer
    name = named.get("name", given[1] if len(given) > 1 else "weight")
    if not isinstance(layer, Module) or layer.call is None or name != "weight":
        raise UnreadError(f"what '{short}' is of is not known")
    weight = arrays(layer).get("weight")
    if short == "weight_norm":
        along = named.get("dim", given[2] if len(given) > 2 else 0)
        if weight is None:
            raise UnreadError(f"the weight of {layer.call.name} is not known")
        layer.more += 1 if along is None else weight.shape[along]
    return layer


def copied(value: Any, known: dict[int, Any] | None = None) -> Any:
    """A module with modules of its own, those that are used twice still the same; anything else as it is."""
    known = {} if known is None else known
    if isinstance(value, list):
        return [copied(each, known) for each in value]
    if not isinstance(value, Module):
        return value
    if id(value) not in known:
        made = Module(value.kind, value.call, value.of, {}, dict(value.fields), more=value.more)
        known[id(value)] = made
        made.parts |= {name: copied(each, known) for name, each in value.parts.items()}
    return known[id(value)]


def of_library(whole: str, given: list[Any], named: dict[str, Any]) -> Any:
    """What a function of a library makes of values that do not depend on the input."""
    check_lengths(given)
    owner, _, short = whole.rpartition(".")
    if short in NEVER:
        return False
    if owner.startswith("."):
        return Unknown(f"{short} is imported from a file that is not there")
    if owner.startswith("torch.nn.utils") and short.removeprefix("remove_") in NORMED:
        return _normed(short, given, named)
    if owner == "torch" and short in MADE:
        return _array(short, given, named)
    if owner == "torch" and short in LIKE and isinstance(given[0], Held):
        return given[0]
    known = FUNCTIONS.get(whole, FUNCTIONS.get(f"*.{short}"))
    made = None if known is None else known(*given, **named)
    return Unknown(f"what {whole} makes is not known") if made is None else made


def _array(short: str, given: list[Any], named: dict[str, Any]) -> Any:
    sizes = named.get("size", given[0] if len(given) == 1 or short == "full" else given)
    sizes = [sizes] if isinstance(sizes, int) else sizes
    return (
        Held(tuple(sizes)) if all(isinstance(n, int) for n in sizes) else Unknown(f"the size of '{short}' is not known")
    )


def _repeated(value: Any, times: int) -> list[Any]:
    check_size(times)
    return [value] * times


def _replaced(of: Any, **fields: Any) -> Any:
    return Module(of.kind, of=of.of, fields={**of.fields, **fields}) if isinstance(of, Module) else None


def _spaced(start: float, end: float, steps: int = 50, *, num: int | None = None, **_: Any) -> list[float] | None:
    count = steps if num is None else num
    if not all(isinstance(n, int | float) for n in (start, end, count)):
        return None
    check_size(count)
    return [start + (end - start) * k / max(count - 1, 1) for k in range(count)]


def _meshed(*rows: Any, **_: Any) -> Any:
    listed = rows[0] if isinstance(rows[0], list | tuple) else rows
    if not all(isinstance(each, Held) for each in listed):
        return None
    return [Held(tuple(n for each in listed for n in each.shape)) for _ in listed]


def _counted(*ends: Any, **_: Any) -> Any:
    return Held((len(range(*ends)),)) if all(isinstance(n, int) for n in ends) else None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"math.{name}": getattr(math, name) for name in OF_MATH},
    **{f"numpy.{name}": getattr(math, name) for name in ("prod", "sqrt", "log2", "floor", "ceil")},
    "typing.cast": lambda _, value: value,
    "itertools.repeat": _repeated,
    "itertools.chain": lambda *rows: [each for items in rows for each in items],
    "dataclasses.replace": _replaced,
    **dict.fromkeys(("torch.linspace", "numpy.linspace"), _spaced),
    "torch.meshgrid": _meshed,
    "torch.arange": _counted,
    **dict.fromkeys(("copy.deepcopy", "copy.copy"), copied),
    "*.OrderedDict": dict,
    "torch.nn.Parameter": lambda array=None, **_: array,
}
"""Functions of libraries whose values are known, by their whole names; ``*.`` for those of any."""
