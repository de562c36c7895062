"""The layers of a text in their order: of a layer, a Sequential, ``print(model)``, a file of Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.arguments import unread
from conv_anim.frameworks.calls import Call, Group, Unread, check_length, parsed
from conv_anim.frameworks.function_calls import MAKERS
from conv_anim.frameworks.functionals import as_layer, is_function
from conv_anim.frameworks.libraries import library, module, whole
from conv_anim.frameworks.printed import is_printed, printed
from conv_anim.frameworks.python_files import is_file, layers_of, order
from conv_anim.frameworks.tables import TABLES
from conv_anim.spec.nodes import Scalar
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.calls import Value

SEQUENTIAL = {"Sequential", "ModuleList"}
NAMED = {"OrderedDict", "ModuleDict"}
AS_PRINTED = "a printed model has its layers in the order in which they were made, and not what forward adds to them"


@dataclass(frozen=True, slots=True)
class Line:
    """A layer, and what the model calls it; empty for one that stands alone."""

    path: str
    call: Call


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines of a text that lists layers, by the name of where it is from."""

    name: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    """What names are short for, by the text itself."""
    loose: bool = False
    """Whether calls that are not layers are left out: a file has other things in it."""


def listing(source: Source, names: Names, wanted: str | None = None) -> Listing:
    """The layers of a text. Raises SpecError."""
    check_length(source)
    if is_printed(source.text):
        lines = tuple(Line(path, call) for path, value in printed(source) for call in _calls(value))
        nested = len({line.path.count(".") for line in lines}) > 1 or not source.text.lstrip().startswith("Sequential(")
        return Listing(_first_word(source.text), lines, (AS_PRINTED,) if nested else ())
    if is_file(source.text):
        name, found, imports = layers_of(source, names, wanted)
        lines, notes = _with_functions([Line(path, call) for path, value in found for call in _calls(value)], imports)
        return Listing(name, lines, (*filter(None, [order(source, name)]), *notes), imports, loose=True)
    lines, notes = _with_functions(list(_flat(parsed(source, names), "")), {})
    return Listing(_first_word(source.text), lines, notes)


def _with_functions(lines: list[Line], imports: Mapping[str, str]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Functions as layers, after those that make their inputs, and notes."""
    notes: dict[str, None] = {}

    def unfolded(line: Line) -> Iterator[Line]:
        name = whole(line.call.name, imports)
        if not is_function(name):
            inside = _fed_to_pointwise(line.call, name)
            if inside is not None:
                yield from unfolded(Line(line.path, inside))
                line = Line(line.path, replace(line.call, arguments=()))
            yield line
            return
        fed, layer, note = as_layer(line.call, name)
        notes.update({} if note is None else {note: None})
        if isinstance(fed, Call | Group) and not _is_array(fed):
            for each in _flat(fed, line.path):
                yield from unfolded(each)
        yield Line(line.path, layer)

    return tuple(each for line in lines for each in unfolded(line)), tuple(notes)


def _fed_to_pointwise(call: Call, name: str) -> Call | None:
    """The call whose output a function changes number by number, as in ``jax.nn.relu(lax.conv(…))``."""
    first = call.arguments[0].value if call.arguments else None
    if not isinstance(first, Call) or _is_array(first) or call.short != call.short.lower():
        return None
    owners = [table for table in TABLES.values() if module(name) in table.modules]
    return first if any(call.short in table.pointwise for table in owners) else None


def _is_array(value: Value) -> bool:
    """Whether a value is what is fed, and no layer: ``torch.randn(1, 3, 8, 8)``."""
    return isinstance(value, Group) or (isinstance(value, Call) and value.short in {*MAKERS, "tensor", "array"})


def _first_word(text: str) -> str:
    return text.strip().partition("(")[0].strip() or "model"


def _calls(value: Value) -> Iterator[Call]:
    for line in _flat(value, ""):
        yield line.call


def _flat(value: Value, path: str) -> Iterator[Line]:  # noqa: C901  # one for each form
    """The layers of a call, through all that only puts them in a row."""
    match value:
        case Call(short=short) if short in SEQUENTIAL | NAMED:
            given = [each.value for each in value.arguments if each.keyword is None or each.keyword.text == "layers"]
            for k, each in enumerate(given):
                yield from _flat(each, _inside(path, k) if len(given) > 1 else path)
        case Call(short="partial" | "Lambda") if (inside := _called(value)) is not None:
            yield from _flat(inside, path)
        case Call():
            yield Line(path, value)
        case Unread(text=text, span=span) if _is_named_function(text):
            yield Line(path, Call(text, (), span))
        case Group(items=(Scalar(value=str() as name), Call() | Group() as layer)):
            yield from _flat(layer, ".".join(filter(None, [path, name])))
        case Group():
            for k, item in enumerate(value.items):
                yield from _flat(item, _inside(path, k))
        case Unread():
            raise SpecError([_not_read(value)])
        case Scalar():
            raise SpecError([Problem(Code.WRONG_TYPE, f"{value.text} is no layer", "", value.span)])


def _called(call: Call) -> Value | None:
    """What ``functools.partial`` or Equinox's ``Lambda`` calls; None if the call is neither."""
    name = whole(call.name, {})
    if not call.arguments or name not in {"partial", "functools.partial", LAMBDA}:
        return None
    first, *rest = call.arguments
    if first.keyword is not None and first.keyword.text != "fn":
        return None
    if name == LAMBDA:
        return first.value
    return Call(first.value.text, tuple(rest), first.value.span) if isinstance(first.value, Unread) else None


LAMBDA = "equinox.nn.Lambda"
FUNCTION = re.compile(r"[A-Za-z_][\w.]*\.[a-z_]\w*")


def _is_named_function(text: str) -> bool:
    """Whether this is a function of a library in which functions stand between layers, as in ``jax.nn.relu``."""
    return FUNCTION.fullmatch(text) is not None and library(whole(text, {})) in OF_FUNCTIONS


OF_FUNCTIONS = {"JAX", "Flax NNX", "Equinox", "Haiku", "MLX", "tinygrad"}


def _not_read(value: Unread) -> Problem:
    if value.why is not None:
        return Problem(Code.SYNTAX, f"this is not a layer: {value.why}", "", value.span)
    return unread(value, "a layer")


def _inside(path: str, k: int) -> str:
    return f"{path}.{k}" if path else str(k)
