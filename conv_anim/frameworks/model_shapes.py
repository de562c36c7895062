"""The shapes that PyTorch's operators make of shapes, the batch first."""

from __future__ import annotations

from math import prod
from typing import Any

from conv_anim.frameworks.model_values import FitError, UnreadError
from conv_anim.values import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """What becomes of a shape: another one, those of several maps, or a plain value."""

    shape: Shape | None = None
    type: str | None = None
    several: tuple[Shape, ...] | None = None
    plain: Any = None
    pair: bool = False
    """Whether indices come with it."""


def broadcast(one: Shape, other: Shape) -> Shape:
    """Of two arrays that are computed cell by cell. Raises UnreadError."""
    count = max(len(one), len(other))
    pairs = zip((1,) * (count - len(one)) + one, (1,) * (count - len(other)) + other, strict=True)
    found = tuple(max(a, b) if 1 in {a, b} or a == b else 0 for a, b in pairs)
    if 0 in found:
        raise FitError(f"maps of the shapes {_said(one)} and {_said(other)} do not fit each other")
    return found


def multiplied(one: Shape, other: Shape) -> Shape:
    """Of a product of matrices. Raises UnreadError."""
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-2]:
        raise FitError(f"matrices of the shapes {_said(one)} and {_said(other)} do not fit each other")
    return (*broadcast(one[:-2], other[:-2]), one[-2], other[-1])


def joined(shapes: list[Shape], along: Any, *, stacked: bool = False) -> Shape:
    """Of arrays one behind the other. Raises UnreadError."""
    first = shapes[0]
    axis = axis_of(first, along, more=stacked)
    if stacked:
        return (*first[:axis], len(shapes), *first[axis:])
    others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes if len(shape) > axis}
    if len(others) != 1 or any(len(shape) != len(first) for shape in shapes):
        raise FitError(f"maps of the shapes {', '.join(map(_said, shapes))} do not fit behind each other")
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def axis_of(shape: Shape, along: Any, *, more: bool = False) -> int:
    """The number of an axis, which may be counted from the end. Raises UnreadError."""
    count = len(shape) + more
    if not isinstance(along, int) or not -count <= along < count:
        raise UnreadError(f"a map of the shape {_said(shape)} has no axis {along}")
    return along % count


def flat(shape: Shape, start: Any = 1, end: Any = -1) -> Shape:
    """With some axes as one."""
    first, last = axis_of(shape, start), axis_of(shape, end)
    return (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])


def unflat(shape: Shape, along: Any, sizes: Any) -> Shape:
    """With one axis as several."""
    axis = axis_of(shape, along)
    return (*shape[:axis], *reshaped((shape[axis],), tuple(sizes)), *shape[axis + 1 :])


def reshaped(shape: Shape, wanted: Shape) -> Shape:
    """With -1 for what is left. Raises UnreadError."""
    if not all(isinstance(n, int) for n in wanted) or wanted.count(-1) > 1:
        raise UnreadError("the shape that is wanted here is not known")
    known = prod(n for n in wanted if n != -1)
    left = prod(shape) // known if known and -1 in wanted else 1
    found = tuple(left if n == -1 else n for n in wanted)
    batch = len(wanted) != 2 or wanted[0] != -1 or found[0] == shape[0]
    if prod(found) != prod(shape) or not batch:
        raise FitError(f"a map of the shape {_said(shape)} does not fit into {_said(wanted)}")
    return found


def indexed(shape: Shape, index: tuple[Any, ...]) -> Shape:
    """Of a part. Raises UnreadError."""
    gap = next((k for k, each in enumerate(index) if each is ...), None)
    if gap is not None:
        taken = sum(each is not None and each is not ... for each in index)
        index = (*index[:gap], *[slice(None)] * (len(shape) - taken), *index[gap + 1 :])
    found: list[int] = []
    rest = list(shape)
    for each in index:
        if each is None:
            found.append(1)
        elif isinstance(each, slice) and rest:
            count = len(range(*each.indices(rest.pop(0))))
            if count == 0 or (each.step or 1) < 0:
                raise FitError(f"nothing of a map of the shape {_said(shape)} is left here")
            found.append(count)
        elif isinstance(each, int) and not isinstance(each, bool) and rest:
            if not -rest[0] <= each < rest[0]:
                raise FitError(f"a map of the shape {_said(shape)} has no part {each}")
            rest.pop(0)
        else:
            raise UnreadError("which part this is is not known")
    return (*found, *rest)


def _whole(given: list[Any]) -> Shape:
    return tuple(given[0]) if len(given) == 1 and isinstance(given[0], list | tuple) else tuple(given)


def _reduced(shape: Shape, over: Any, *, keeps: bool) -> Shape:
    axes = {axis_of(shape, each) for each in (over if isinstance(over, list | tuple) else [over])}
    return tuple(1 if k in axes else n for k, n in enumerate(shape) if keeps or k not in axes)


def moved(shape: Shape, name: str, given: list[Any], named: dict[str, Any]) -> Moved:  # noqa: C901, PLR0911, PLR0912, PLR0915  # one for each
    """What a method makes of a shape. Raises UnreadError for those that are not known."""
    match name:
        case "size":
            along = given[0] if given else named.get("dim")
            return Moved(plain=shape if along is None else shape[axis_of(shape, along)])
        case "dim" | "ndimension":
            return Moved(plain=len(shape))
        case "numel" | "nelement":
            return Moved(plain=prod(shape))
        case "view" | "reshape":
            found = reshaped(shape, _whole(given or list(named.values())))
            return Moved(found, "flatten" if len(found) == 2 else None)
        case "view_as" | "reshape_as" | "expand_as":
            return Moved(given[0].shape)
        case "flatten":
            start, end = (
                named.get(key, given[k] if len(given) > k else usual)
                for k, (key, usual) in enumerate((("start_dim", 0), ("end_dim", -1)))
            )
            found = flat(shape, start, end)
            return Moved(found, "flatten" if len(found) == 2 else None)
        case "unflatten":
            return Moved(unflat(shape, *given, *named.values()))
        case "squeeze":
            over = given[0] if given else named.get("dim")
            if over is None:
                return Moved(tuple(n for n in shape if n != 1))
            axes = {axis_of(shape, each) for each in (over if isinstance(over, list | tuple) else [over])}
            return Moved(tuple(n for k, n in enumerate(shape) if k not in axes or n != 1))
        case "unsqueeze":
            axis = axis_of(shape, given[0] if given else named.get("dim"), more=True)
            return Moved((*shape[:axis], 1, *shape[axis:]))
        case "permute":
            order = _whole(given or list(named.values()))
            if sorted(axis_of(shape, each) for each in order) != list(range(len(shape))):
                raise FitError(f"{_said(order)} is no order of the axes of a map of the shape {_said(shape)}")
            return Moved(tuple(shape[axis_of(shape, each)] for each in order))
        case "transpose" | "swapaxes" | "swapdims":
            one, other = (axis_of(shape, each) for each in (given or list(named.values())))
            turned = list(shape)
            turned[one], turned[other] = shape[other], shape[one]
            return Moved(tuple(turned))
        case "t" if len(shape) <= 2:
            return Moved(shape[::-1])
        case "movedim" | "moveaxis":
            one, other = (axis_of(shape, each) for each in (given or list(named.values())))
            rest = [n for k, n in enumerate(shape) if k != one]
            return Moved((*rest[:other], shape[one], *rest[other:]))
        case (
            "mean" | "sum" | "amax" | "amin" | "std" | "var" | "prod" | "norm" | "max" | "min" | "argmax" | "logsumexp"
        ):
            if name == "norm":
                given = given[1:]
            over = given[0] if given else named.get("dim", named.get("axis"))
            if over is None:
                return Moved(())
            keeps = bool(named.get("keepdim", given[-1] if len(given) > 1 else False))
            found = _reduced(shape, over, keeps=keeps)
            pooled = name == "mean" and isinstance(over, list | tuple) and len(over) > 1
            return Moved(found, "global_avg_pool" if pooled else None, pair=name in {"max", "min"})
        case "chunk":
            parts, along = (
                named.get(key, given[k] if len(given) > k else usual)
                for k, (key, usual) in enumerate((("chunks", 1), ("dim", 0)))
            )
            axis = axis_of(shape, along)
            return _split(shape, axis, -(-shape[axis] // parts))
        case "tensor_split":
            axis, parts = axis_of(shape, named.get("dim", given[1] if len(given) > 1 else 0)), given[0]
            if not isinstance(parts, int) or parts < 1:
                raise UnreadError("where this splits a map is not known")
            return _split(shape, axis, [len(range(k, shape[axis], parts)) for k in range(parts)])
        case "split" | "split_with_sizes":
            size = given[0] if given else named.get("split_size", named.get("split_size_or_sections"))
            return _split(shape, axis_of(shape, named.get("dim", given[1] if len(given) > 1 else 0)), size)
        case "unbind":
            axis = axis_of(shape, given[0] if given else named.get("dim", 0))
            return Moved(several=((*shape[:axis], *shape[axis + 1 :]),) * shape[axis])
        case "expand":
            wanted = _whole(given)
            before = (1,) * (len(wanted) - len(shape)) + shape
            if any(old not in {1, new} and new != -1 for old, new in zip(before, wanted, strict=True)):
                raise FitError(f"a map of the shape {_said(shape)} does not expand to {_said(wanted)}")
            return Moved(tuple(old if new == -1 else new for old, new in zip(before, wanted, strict=True)))
        case "repeat" | "tile":
            times = _whole(given)
            before = (1,) * (len(times) - len(shape)) + shape
            return Moved(tuple(n * m for n, m in zip(before, times, strict=True)))
        case "narrow":
            axis = axis_of(shape, given[0])
            return Moved((*shape[:axis], given[2], *shape[axis + 1 :]))
        case _:
            raise UnreadError(f"what '{name}' makes of a map is not known")


def _split(shape: Shape, axis: int, size: Any) -> Moved:
    whole = shape[axis]
    sizes = [min(size, whole - start) for start in range(0, whole, size)] if isinstance(size, int) else list(size)
    if sum(sizes) != whole:
        raise FitError(f"{whole} cells are not split into {', '.join(map(str, sizes))}")
    return Moved(several=tuple((*shape[:axis], n, *shape[axis + 1 :]) for n in sizes))


def _said(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "a number"
