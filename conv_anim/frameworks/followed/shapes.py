"""The shapes that PyTorch's operators make of shapes, the batch first."""

from __future__ import annotations

from math import prod
from typing import Any

from conv_anim.frameworks.followed.values import FitError, Held, UnreadError

Shape = tuple[int, ...]


def broadcast(one: Shape, other: Shape) -> Shape:
    """The shape of two arrays combined cell by cell. Raises UnreadError."""
    count = max(len(one), len(other))
    pairs = zip((1,) * (count - len(one)) + one, (1,) * (count - len(other)) + other, strict=True)
    found = tuple(max(a, b) if 1 in {a, b} or a == b else 0 for a, b in pairs)
    if 0 in found:
        raise FitError(f"maps of the shapes {said(one)} and {said(other)} do not fit each other")
    return found


def multiplied(one: Shape, other: Shape) -> Shape:
    """The shape of a product of matrices. Raises UnreadError."""
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-2]:
        raise FitError(f"matrices of the shapes {said(one)} and {said(other)} do not fit each other")
    return (*broadcast(one[:-2], other[:-2]), one[-2], other[-1])


def joined(shapes: list[Shape], along: Any, *, stacked: bool = False) -> Shape:
    """The shape of arrays one behind the other. Raises UnreadError."""
    first = shapes[0]
    axis = axis_of(first, along, more=stacked)
    if stacked:
        return (*first[:axis], len(shapes), *first[axis:])
    others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes if len(shape) > axis}
    if len(others) != 1 or any(len(shape) != len(first) for shape in shapes):
        raise FitError(f"maps of the shapes {', '.join(map(said, shapes))} do not fit behind each other")
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def axis_of(shape: Shape, along: Any, *, more: bool = False) -> int:
    """The number of an axis, which may be counted from the end. Raises UnreadError."""
    count = len(shape) + more
    if not isinstance(along, int) or not -count <= along < count:
        raise UnreadError(f"a map of the shape {said(shape)} has no axis {along}")
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
    ends = {prod(shape[k:]) for k in range(1, len(shape))}
    batch = len(wanted) != 2 or wanted[0] != -1 or found[0] == shape[0] or found[1] in ends
    if prod(found) != prod(shape) or not batch:
        raise FitError(f"a map of the shape {said(shape)} does not fit into {said(wanted)}")
    return found


def padded(shape: Shape, ends: Any) -> Shape:
    """With cells around it, those of the last axis first. Raises UnreadError."""
    if len(ends) % 2 or len(ends) > 2 * len(shape) or not all(isinstance(n, int) for n in ends):
        raise UnreadError("what is put around this map is not known")
    more = [ends[2 * k] + ends[2 * k + 1] for k in range(len(ends) // 2)]
    return tuple(n + m for n, m in zip(shape, [0] * (len(shape) - len(more)) + more[::-1], strict=True))


def indexed(shape: Shape, index: tuple[Any, ...]) -> Shape:
    """The shape of a part. Raises UnreadError."""
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
                raise FitError(f"nothing of a map of the shape {said(shape)} is left here")
            found.append(count)
        elif isinstance(each, Held) and rest:  # as places
            rest.pop(0)
            found += each.shape
        elif isinstance(each, int) and not isinstance(each, bool) and rest:
            if not -rest[0] <= each < rest[0]:
                raise FitError(f"a map of the shape {said(shape)} has no part {each}")
            rest.pop(0)
        else:
            raise UnreadError("which part this is is not known")
    return (*found, *rest)


def said(shape: Shape) -> str:
    """A shape in words."""
    return "x".join(map(str, shape)) or "a number"
