"""The arguments of a function: bound to its parameters, with the shape of its weight, as those of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.calls import Argument, Call, Group, Unread
from conv_anim.spec.nodes import Scalar

if TYPE_CHECKING:
    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Value

MAKERS = {"ones", "zeros", "randn", "rand", "empty", "full", "normal", "uniform"}
"""Functions of a library that make an array of a shape."""


def bound(call: Call, parameters: tuple[str, ...]) -> dict[str, Value]:
    """Arguments by the function's own parameters, which are not always a layer's. Raises SpecError."""
    given: dict[str, Value] = {}
    for k, argument in enumerate(call.arguments):
        if argument.keyword is None and k >= len(parameters):
            what = f"{call.name} takes at most {len(parameters)} arguments; this is number {k + 1}"
            raise SpecError([Problem(Code.UNKNOWN_KEY, what, "", argument.value.span)])
        name = parameters[k] if argument.keyword is None else argument.keyword.text
        if name not in parameters:
            known = ", ".join(parameters)
            what = f"{call.name} has no parameter '{name}'"
            span = argument.keyword.span if argument.keyword is not None else None
            raise SpecError([Problem(Code.UNKNOWN_KEY, what, name, span, f"in their order: {known}")])
        if name in given:
            what = f"{call.name} is given '{name}' twice"
            raise SpecError([Problem(Code.DUPLICATE_KEY, what, name, argument.value.span)])
        given[name] = argument.value
    return given


def named(layer: str, arguments: list[tuple[str, Value]], span: Span) -> Call:
    """A call of a layer with arguments by their names."""
    return Call(layer, tuple(Argument(scalar(key, span), value) for key, value in arguments), span)


def weight_last(value: Value | None, call: Call, axes: int, name: str) -> tuple[tuple[int, ...], str | None]:
    """Channels and kernel size of a weight whose channels come last."""
    return weight(value, call, axes, name, order="KIO")


def weight(
    value: Value | None, call: Call, axes: int, name: str = "weight", *, order: str = "OIK"
) -> tuple[tuple[int, ...], str | None]:
    """The shape of a weight, as far as the text says it; a small one else, and a note.

    ``order`` says where its outputs, its inputs and its kernel are.
    """
    found = shape_of(value)
    if found is not None and len(found) == axes + 2:
        return found, None
    if found is not None:
        what = f"the {name} of {call.name} has {axes + 2} axes, two of them channels, and this one has {len(found)}"
        raise SpecError([Problem(Code.SHAPE, what, name, call.span)])
    sizes = ({"O": (1,), "I": (1,), "K": (3,) * axes}, {"O": (8,), "I": (3,), "K": (3,) * axes})
    small, example = (tuple(n for part in order for n in size[part]) for size in sizes)
    known = value.name if isinstance(value, Unread) and value.name else "w"
    taken, other = ("x".join(map(str, shape)) for shape in (small, example))
    return small, f"the {name} is taken for one of {taken}; --let {known}={other} says another"


def shape_of(value: Value | None) -> tuple[int, ...] | None:
    """Of ``torch.ones(8, 3, 3, 3)``, ``np.zeros((8, 3, 3, 3))``, a nested list, or a shape of ``--let``."""
    match value:
        case Call(short=short) if short in MAKERS:
            sized = {"size", "shape"}
            sizes = [each.value for each in value.arguments if each.keyword is None or each.keyword.text in sized]
            first = sizes[0] if sizes and isinstance(sizes[0], Group) else None
            return _whole(first.items if first is not None else tuple(sizes))
        case Call(short="tensor" | "array" | "asarray") if value.arguments:
            return _nested(value.arguments[0].value)
        case Group():
            return _whole(value.items)
        case _:
            return None


def _whole(values: tuple[Value, ...]) -> tuple[int, ...] | None:
    numbers = tuple(each.value for each in values if isinstance(each, Scalar) and isinstance(each.value, int))
    return numbers if len(numbers) == len(values) and numbers and min(numbers) > 0 else None


def _nested(value: Value) -> tuple[int, ...] | None:
    if not isinstance(value, Group) or not value.items:
        return () if isinstance(value, Scalar) else None
    inside = _nested(value.items[0])
    return None if inside is None else (len(value.items), *inside)


def scalar(value: bool | int | str, span: Span | None) -> Scalar:  # noqa: FBT001  # a value
    """A value as a node of a spec."""
    return Scalar(value, str(value), "", span)
