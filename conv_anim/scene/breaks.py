"""Where a line of text may be broken: at spaces, and on both sides of a Han character, as in Chinese typesetting.

Within a formula only where it is wider than a line: then before "=" and "−", and after "+".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Callable

OPENING = {"Ps", "Pi"}
CLOSING = {"Pe", "Pf", "Po", "Pd"}
"""Kinds of punctuation, as Unicode has them: what does not end a line, and what does not begin one."""

SIGNS = frozenset("=≈≠≤≥+−±×·/∗⊙")
"""What joins what stands on both sides of it, beyond a space, into a formula."""
BEFORE, AFTER = frozenset("=≈−"), frozenset("+")
"""Those of them that may begin a line, and that may end one."""
MARKS = (",", ":", ";", "，", "：", "；", "。")


def pieces(text: str) -> list[str]:
    """The text cut at every place where a line may end; a space belongs to what stands before it."""
    found: list[str] = []
    for k, character in enumerate(text):
        if k > 0 and not _breaks(text[k - 1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def places(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The same pieces, but formulas whole that fit; others are cut at some of their signs, if that is enough."""
    found = list[str]()
    for formula in formulas(text):
        terms = [formula] if fits(formula) else formulas(formula, opened=True)
        found += [piece for term in terms for piece in ([term] if fits(term) else pieces(term))]
    return found


def formulas(text: str, *, opened: bool = False) -> list[str]:
    """The same pieces, with formulas whole: ``2 = kernel 3 − 1``; ``opened``: cut at some of their signs."""
    tokens, found, joined = re.findall(r"[^ ]* +|[^ ]+", text), list[str](), False
    for k, token in enumerate(tokens):
        joins = _joins(tokens, k, opened=opened)
        cut = [token] if joined and joins else pieces(token)
        if joined:
            found[-1] += cut.pop(0)
        found, joined = [*found, *cut], joins
    return found


def _joins(tokens: list[str], k: int, *, opened: bool) -> bool:
    """Whether a formula goes on behind a token: at a sign, or at the number of a name that stands beside one."""
    before, here, after, further = ([""] + [token.strip() for token in tokens] + ["", ""])[k : k + 4]
    if here in SIGNS or after in SIGNS:
        return not opened or not (here in AFTER or after in BEFORE)
    return here[-1:].isalpha() and after[:1].isdigit() and not {before, further}.isdisjoint(SIGNS)


def phrases(text: str) -> list[str]:
    """The text cut after its commas, colons and semicolons only."""
    found: list[str] = []
    for piece in pieces(text):
        if found and not found[-1].rstrip(" ").endswith(MARKS):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def headed(cut: list[str], head: int) -> list[str]:
    """The same pieces, the first ``head`` characters and what follows them joined into one."""
    first = next((k for k in range(1, len(cut)) if sum(map(len, cut[:k])) > head), len(cut)) if head else 1
    return ["".join(cut[:first]), *cut[first:]] if cut else cut


def _breaks(before: str, after: str) -> bool:
    """Whether a line may end between two characters."""
    if after == " ":
        return False
    if before == " ":
        return True
    if category(before) in OPENING or category(after) in CLOSING:
        return False
    return _wide(before) or _wide(after)


def _wide(character: str) -> bool:
    """Whether a character of Chinese writing is as wide as it is high."""
    return east_asian_width(character) in {"W", "F"}
