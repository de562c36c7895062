"""Where a line of text may be broken: at spaces, and on both sides of a Han character, as in Chinese typesetting."""

from __future__ import annotations

from unicodedata import category, east_asian_width

OPENING = {"Ps", "Pi"}
CLOSING = {"Pe", "Pf", "Po", "Pd"}
"""Kinds of punctuation, as Unicode has them: what does not end a line, and what does not begin one."""

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
