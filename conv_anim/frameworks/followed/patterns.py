"""Shapes by patterns of letters: ``torch.einsum``, and ``rearrange``, ``reduce`` and ``repeat`` of einops.

Source: the documentation of torch.einsum, https://pytorch.org/docs/stable/generated/torch.einsum.html, and of einops,
https://einops.rocks/api/rearrange/.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

from conv_anim.frameworks.followed.values import FitError, UnreadError

Shape = tuple[int, ...]
TOKEN = re.compile(r"\(|\)|\.\.\.|…|\w+")
LONGEST = 300


def summed(equation: Any, shapes: list[Shape]) -> Shape:
    """What ``einsum`` makes of arrays. Raises UnreadError."""
    if not isinstance(equation, str) or len(equation) > LONGEST:
        raise UnreadError("the equation of 'einsum' is not known")
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise FitError(f"'{equation}' is about {len(terms)} arrays, and {len(shapes)} are given")
    sizes: dict[str, int] = {}
    beyond: Shape = ()
    for term, shape in zip(terms, shapes, strict=True):
        before, dots, after = term.partition("...")
        free = len(shape) - len(before) - len(after)
        if free < 0 or (free and not dots):
            raise FitError(f"'{term}' does not fit an array of {len(shape)} axes")
        beyond = max(beyond, shape[len(before) : len(before) + free], key=len)
        for letter, n in zip(before + after, shape[: len(before)] + shape[len(shape) - len(after) :], strict=True):
            if sizes.setdefault(letter, n) not in {n, 1} and n != 1:
                raise FitError(f"'{letter}' of '{equation}' is {sizes[letter]} in one array and {n} in another")
            sizes[letter] = max(sizes[letter], n)
    if not arrow:
        letters = "".join(terms).replace(".", "")
        right = "..." * bool(beyond) + "".join(sorted(each for each in set(letters) if letters.count(each) == 1))
    if not set(right.replace("...", "")) <= set(sizes):
        raise FitError(f"'{equation}' makes axes that no array has")
    return tuple(n for each in re.findall(r"\.\.\.|.", right) for n in (beyond if each == "..." else (sizes[each],)))


def moved(pattern: Any, shape: Shape, sizes: dict[str, Any]) -> Shape:
    """What ``rearrange``, ``reduce`` or ``repeat`` makes of an array. Raises UnreadError."""
    if not isinstance(pattern, str) or len(pattern) > LONGEST or "->" not in pattern:
        raise UnreadError("the pattern is not known")
    left, _, right = pattern.partition("->")
    groups, made = _groups(left), _groups(right)
    free = len(shape) - sum(each != ["..."] for each in groups)
    if free < 0 or (free and ["..."] not in groups):
        raise FitError(f"'{left.strip()}' does not fit a map of {len(shape)} axes")
    known: dict[str, int] = {name: n for name, n in sizes.items() if isinstance(n, int)}
    beyond: Shape = ()
    rest = list(shape)
    for group in groups:
        if group == ["..."]:
            beyond, rest = tuple(rest[:free]), rest[free:]
        else:
            _solve(group, rest.pop(0), known)
    try:
        return tuple(n for group in made for n in (beyond if group == ["..."] else (_size(group, known, beyond),)))
    except KeyError as missing:
        raise UnreadError(f"the size of {missing} is not said") from None


def _groups(side: str) -> list[list[str]]:
    """Each axis as the names that it is made of."""
    found: list[list[str]] = []
    inside = False
    for token in TOKEN.findall(side.replace("…", "...")):
        if token in {"(", ")"}:
            inside = token == "("
            if inside:
                found.append([])
        elif inside:
            found[-1].append(token)
        else:
            found.append([token])
    return found


def _solve(group: list[str], size: int, known: dict[str, int]) -> None:
    """The one name of an axis whose size is not known yet."""
    open_ = [name for name in group if name not in known and not name.isdigit()]
    there = prod(int(name) if name.isdigit() else known[name] for name in group if name not in open_)
    if len(open_) > 1:
        raise UnreadError(f"the sizes of {' and '.join(open_)} are not said")
    if there < 1 or size % there or (not open_ and there != size):
        raise FitError(f"{size} cells are not '{' '.join(group)}'")
    known |= dict.fromkeys(open_, size // there)


def _size(group: list[str], known: dict[str, int], beyond: Shape) -> int:
    return prod(prod(beyond) if name == "..." else int(name) if name.isdigit() else known[name] for name in group)
