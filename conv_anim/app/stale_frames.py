"""Frames that a longer run left behind: those known to be ours are removed, and the others named."""

from __future__ import annotations

from itertools import count, takewhile
from typing import TYPE_CHECKING

from conv_anim.app import build_cache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conv_anim.claims import Claims

WIDEST = 9
"""Digits of a frame's number at the most."""


def beyond(name: str, frames: Sequence[Path]) -> list[Path]:
    """The files that whoever counts frames of this name would take for more of them.

    Their numbers go on where those of all the ``frames`` end, or have another width and begin at 0.
    """
    folder, width = frames[0].parent, len(str(len(frames) - 1))
    found: list[Path] = []
    for digits in range(1, WIDEST + 1):
        numbers = count(len(frames) if digits == width else 0)
        named = (folder / f"{name}-{k:0{digits}}.png" for k in takewhile(lambda k: len(str(k)) <= digits, numbers))  # noqa: B023  # it is used up in this turn
        found += takewhile(lambda path: path.is_file(), named)
    return found


def ours(name: str, found: Sequence[Path], claims: Claims) -> Iterator[Path]:
    """Those that were drawn here as frames of this name and are unchanged since, and that no spec of the run needs."""
    noted = build_cache.find(build_cache.place(found[0].parent, name)) if found else {}
    for path in found:
        known = not path.is_symlink() and build_cache.is_noted(path, noted.get(path.name))
        if known and not claims.knows(path):
            yield path


def note(name: str, frames: Sequence[Path]) -> None:
    """Keep in mind that these were drawn, beside those that were before and are still there."""
    key = build_cache.place(frames[0].parent, name)
    before = [(each, said) for each, said in build_cache.find(key).items() if (frames[0].parent / each).is_file()]
    drawn = {path.name: said for path in frames if (said := build_cache.note_of(path)) is not None}
    build_cache.keep(key, {**dict(before), **drawn})
