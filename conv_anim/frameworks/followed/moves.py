"""What methods of maps make of their shapes, by their names."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.followed.shapes import axis_of, flat, reshaped, said, unflat
from conv_anim.frameworks.followed.values import FitError, UnreadError
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.followed.shapes import Shape


@dataclass(frozen=True, slots=True)
class Moved:
    """What becomes of a shape: another one, those of several maps, or a plain value."""

    shape: Shape | None = None
    type: str | None = None
    several: tuple[Shape, ...] | None = None
    plain: Any = None
    pair: bool = False
    """Whether indices come with it."""


def _whole(given: list[Any]) -> Shape:
    return tuple(given[0]) if len(given) == 1 and isinstance(given[0], list | tuple) else tuple(given)


def _reduced(shape: Shape, over: Any, *, keeps: bool) -> Shape:
    axes = {axis_of(shape, each) for each in (over if isinstance(over, list | tuple) else [over])}
    return tuple(1 if k in axes else n for k, n in enumerate(shape) if keeps or k not in axes)


def _split(shape: Shape, axis: int, size: Any) -> Moved:
    whole = shape[axis]
    sizes = [min(size, whole - start) for start in range(0, whole, size)] if isinstance(size, int) else list(size)
    if sum(sizes) != whole:
        raise FitError(f"{whole} cells are not split into {', '.join(map(str, sizes))}")
    return Moved(several=tuple((*shape[:axis], n, *shape[axis + 1 :]) for n in sizes))


def _size_of(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    along = given[0] if given else named.get("dim")
    return Moved(plain=shape if along is None else shape[axis_of(shape, along)])


def _count_of_axes(shape: Shape, _given: list[Any], _named: dict[str, Any]) -> Moved:
    return Moved(plain=len(shape))


def _numel(shape: Shape, _given: list[Any], _named: dict[str, Any]) -> Moved:
    return Moved(plain=prod(shape))


def _view(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    found = reshaped(shape, _whole(given or list(named.values())))
    return Moved(found, "flatten" if len(found) == 2 else None)


def _view_as(_shape: Shape, given: list[Any], _named: dict[str, Any]) -> Moved:
    return Moved(given[0].shape)


def _flatten(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    start, end = (
        named.get(key, given[k] if len(given) > k else usual)
        for k, (key, usual) in enumerate((("start_dim", 0), ("end_dim", -1)))
    )
    found = flat(shape, start, end)
    return Moved(found, "flatten" if len(found) == 2 else None)


def _unflatten(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    return Moved(unflat(shape, *given, *named.values()))


def _squeeze(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    over = given[0] if given else named.get("dim")
    if over is None:
        return Moved(tuple(n for n in shape if n != 1))
    axes = {axis_of(shape, each) for each in (over if isinstance(over, list | tuple) else [over])}
    return Moved(tuple(n for k, n in enumerate(shape) if k not in axes or n != 1))


def _unsqueeze(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    axis = axis_of(shape, given[0] if given else named.get("dim"), more=True)
    return Moved((*shape[:axis], 1, *shape[axis:]))


def _permute(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    order = _whole(given or list(named.values()))
    if sorted(axis_of(shape, each) for each in order) != list(range(len(shape))):
        raise FitError(f"{said(order)} is no order of the axes of a map of the shape {said(shape)}")
    return Moved(tuple(shape[axis_of(shape, each)] for each in order))


def _transpose(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    one, other = (axis_of(shape, each) for each in (given or list(named.values())))
    turned = list(shape)
    turned[one], turned[other] = shape[other], shape[one]
    return Moved(tuple(turned))


def _turned(shape: Shape, _given: list[Any], _named: dict[str, Any]) -> Moved:
    if not (len(shape) <= 2):
        raise UnreadError("'t' is for matrices")
    return Moved(shape[::-1])


def _movedim(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    one, other = (axis_of(shape, each) for each in (given or list(named.values())))
    rest = [n for k, n in enumerate(shape) if k != one]
    return Moved((*rest[:other], shape[one], *rest[other:]))


def _reduction(shape: Shape, given: list[Any], named: dict[str, Any], name: str) -> Moved:
    if name == "norm":
        given = given[1:]
    over = given[0] if given else named.get("dim", named.get("axis"))
    if over is None:
        return Moved(())
    keeps = bool(named.get("keepdim", given[-1] if len(given) > 1 else False))
    found = _reduced(shape, over, keeps=keeps)
    pooled = name == "mean" and isinstance(over, list | tuple) and len(over) > 1
    return Moved(found, "global_avg_pool" if pooled else None, pair=name in {"max", "min"})


def _two(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    one = _reduction(shape, given, named, name="var").shape
    return Moved(several=() if one is None else (one, one))


def _chunk(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    parts, along = (
        named.get(key, given[k] if len(given) > k else usual)
        for k, (key, usual) in enumerate((("chunks", 1), ("dim", 0)))
    )
    axis = axis_of(shape, along)
    return _split(shape, axis, -(-shape[axis] // parts))


def _tensor_split(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    axis, parts = axis_of(shape, named.get("dim", given[1] if len(given) > 1 else 0)), given[0]
    if not isinstance(parts, int) or parts < 1:
        raise UnreadError("where this splits a map is not known")
    return _split(shape, axis, [len(range(k, shape[axis], parts)) for k in range(parts)])


def _parted(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    size = given[0] if given else named.get("split_size", named.get("split_size_or_sections"))
    return _split(shape, axis_of(shape, named.get("dim", given[1] if len(given) > 1 else 0)), size)


def _unbind(shape: Shape, given: list[Any], named: dict[str, Any]) -> Moved:
    axis = axis_of(shape, given[0] if given else named.get("dim", 0))
    return Moved(several=((*shape[:axis], *shape[axis + 1 :]),) * shape[axis])


def _expand(shape: Shape, given: list[Any], _named: dict[str, Any]) -> Moved:
    wanted = _whole(given)
    before = (1,) * (len(wanted) - len(shape)) + shape
    if any(old not in {1, new} and new != -1 for old, new in zip(before, wanted, strict=True)):
        raise FitError(f"a map of the shape {said(shape)} does not expand to {said(wanted)}")
    return Moved(tuple(old if new == -1 else new for old, new in zip(before, wanted, strict=True)))


def _repeat(shape: Shape, given: list[Any], _named: dict[str, Any]) -> Moved:
    times = _whole(given)
    before = (1,) * (len(times) - len(shape)) + shape
    return Moved(tuple(n * m for n, m in zip(before, times, strict=True)))


def _narrow(shape: Shape, given: list[Any], _named: dict[str, Any]) -> Moved:
    axis = axis_of(shape, given[0])
    return Moved((*shape[:axis], given[2], *shape[axis + 1 :]))


REDUCTIONS = (
    "mean",
    "sum",
    "amax",
    "amin",
    "std",
    "var",
    "prod",
    "norm",
    "max",
    "min",
    "argmax",
    "logsumexp",
)
MOVES: dict[str, Callable[[Shape, list[Any], dict[str, Any]], Moved]] = {
    "size": _size_of,
    **dict.fromkeys(("dim", "ndimension"), _count_of_axes),
    **dict.fromkeys(("numel", "nelement"), _numel),
    **dict.fromkeys(("view", "reshape"), _view),
    **dict.fromkeys(("view_as", "reshape_as", "expand_as"), _view_as),
    "flatten": _flatten,
    "unflatten": _unflatten,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "permute": _permute,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), _transpose),
    "t": _turned,
    **dict.fromkeys(("movedim", "moveaxis"), _movedim),
    **{name: partial(_reduction, name=name) for name in REDUCTIONS},
    **dict.fromkeys(("var_mean", "std_mean"), _two),
    "chunk": _chunk,
    "tensor_split": _tensor_split,
    **dict.fromkeys(("split", "split_with_sizes"), _parted),
    "unbind": _unbind,
    "expand": _expand,
    **dict.fromkeys(("repeat", "tile"), _repeat),
    "narrow": _narrow,
}
"""What methods of maps make of their shapes."""


def moved_to(shape: Shape, name: str, given: list[Any], named: dict[str, Any]) -> Moved:
    """What a method makes of a shape. Raises UnreadError for those that are not known."""
    if name not in MOVES:
        raise UnreadError(f"what '{name}' makes of a map is not known")
    return MOVES[name](shape, given, named)
