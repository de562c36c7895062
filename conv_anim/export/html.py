"""HTML: a page of its own that plays a scene, steps through it, and tells what a cell is made of or where it goes.

The page fetches nothing: its policy allows its own style and script, by their hashes, and no other. Without scripts it
shows the last frame.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib import resources
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import SpecError
from conv_anim.export.figures import Book, Sheet, Tables
from conv_anim.limits import fixed
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conv_anim.export.figures import Beside
    from conv_anim.scene.primitives import Scene

LARGEST = 2_000_000
"""Bytes of a page."""
ROOM_INSIDE = 700_000
"""Bytes of a page that the figures inside of networks may take."""
MOST_FRAMES = 4000
"""The most frames that all figures of a page have together."""
FEWER = "fewer values of 'controls', "
PLAYER = ("figures.js", "player.js", "cells.js", "knobs.js", "states.js")
"""What every page runs."""
SCRIPTS = (*PLAYER, "start.js")

Data: TypeAlias = dict[str, Any]
"""Figures as the page's script reads them."""


def encode(scene: Scene) -> bytes:
    """The page of a scene, the same bytes every time. Raises SpecError if it would be too large."""
    return _whole(figure(scene), scene, scene)


def encode_states(book: Book) -> bytes:
    """The page of all combinations of some controls. Raises SpecError if it would be too large."""
    first = book.sheets[book.first]
    assert isinstance(first, Sheet)
    return _whole(booked(book), first.scene, max(book.drawn, key=lambda scene: len(scene.frames)))


def _whole(made: Data, scene: Scene, largest: Scene) -> bytes:
    whole = page(made, poster=_poster(scene), scripts=SCRIPTS).encode()
    if len(whole) > LARGEST:
        what = f"this page would have {len(whole) / 1e6:.1f} million bytes, more than {LARGEST / 1e6:.0f}"
        raise _too_large(what, largest, FEWER if made["controls"] else "")
    return whole


def figure(scene: Scene, beside: Beside | None = None) -> Data:
    """A scene as data, its picture as elements of SVG. Raises SpecError if it has too many frames."""
    return booked(Book((Sheet(scene, beside),)))


def booked(book: Book) -> Data:
    """The figures of a book as data, what they have in common once. Raises SpecError if they have too many frames."""
    count = sum(len(scene.frames) for scene in book.drawn)
    if count > MOST_FRAMES:
        largest = max(book.drawn, key=lambda scene: len(scene.frames))
        fewer = FEWER if len(book.drawn) > 1 else ""
        raise _too_large(f"this page would have {count} frames, more than {MOST_FRAMES}", largest, fewer)
    tables = Tables()
    windows = Windows(tables, ROOM_INSIDE)
    states = [
        sheet if isinstance(sheet, str) else tables.figure(sheet, windows.inside(sheet.scene)) for sheet in book.sheets
    ]
    return {**tables.data(), "controls": list(book.controls), "states": states, "first": book.first}


@dataclass
class Windows:
    """Takes the figures inside of networks: as figures of the same page, each once, as far as there is room."""

    tables: Tables
    room: int
    known: dict[str, int] = field(default_factory=dict)

    def inside(self, scene: Scene) -> Data:
        """The numbers of those inside a network, None for one that is not there, and how many found no room.

        Those that are small come first. Empty for a scene that is no network.
        """
        if scene.insides is None:
            return {}
        drawn = scene.insides()
        alone = {k: (packed(figure(one)), one) for k, one in enumerate(drawn) if one is not None}
        numbers: list[int | None] = [None] * len(drawn)
        for k in sorted(alone, key=lambda k: (len(alone[k][0]), k)):
            numbers[k] = self._number(*alone[k])
        return {"insides": numbers, "left_out": len(alone) + numbers.count(None) - len(drawn)}

    def _number(self, alone: str, scene: Scene) -> int | None:
        """The number of a figure, which takes at most as many bytes as it does alone."""
        if alone not in self.known:
            if len(alone) > self.room:
                return None
            self.room -= len(alone)
            self.known[alone] = self.tables.figure(Sheet(scene))
        return self.known[alone]


def _too_large(what: str, scene: Scene, fewer: str = "") -> SpecError:
    every = max(2, ceil(len(scene.rests) / 100))
    phases = {moment.phase for moment in scene.timeline.moments} if scene.timeline else set()
    slow = ", pace: even" if phases & {"read", "summed", "sent"} else ""
    smooth = ", motion: step" if "way" in phases else ""
    hint = f"show {fewer}fewer frames with 'animation: {{every: {every}{slow}{smooth}}}', or a smaller input"
    return SpecError([fixed(what, hint)])


# the page


def page(
    made: Data,
    *,
    poster: str,
    scripts: Sequence[str],
    connects: bool = False,
    styles: Sequence[str] = ("page.css",),
    more: str = "",
) -> str:
    """A whole page of a figure with scripts of ours; with ``connects`` it may ask the server that it came from.

    ``more`` is further markup before the figure.
    """
    style, script = "".join(map(part, styles)), "".join(map(part, scripts))
    first = made["figures"][made["states"][made["first"]]]
    width, height = first["size"]
    blanks = {
        "lang": first["lang"],
        "policy": _policy(style, script, connects=connects),
        "title": first["title"] or first["description"],
        "description": first["description"],
        "heading": "" if first["headed"] else first["title"],
        "width": str(width),
        "height": str(height),
        "still": poster,
    }
    ours = {"style": style, "script": script, "data": packed(made), "more": more}
    return filled(part("page.html"), {key: escape(text) for key, text in blanks.items()} | ours)


def packed(made: Data) -> str:
    """Data as compressed JSON in base 64."""
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return b64encode(zlib.compress(text.encode(), 9)).decode()


def _poster(scene: Scene) -> str:
    """The last frame as the address of a picture."""
    from PIL import Image

    from conv_anim.export import poster

    out = BytesIO()
    Image.open(BytesIO(poster.picture(scene))).convert("RGB").save(out, "WEBP", lossless=True)
    return f"data:image/webp;base64,{b64encode(out.getvalue()).decode()}"


def part(name: str) -> str:
    """A file that pages are made of."""
    return (resources.files("conv_anim.export") / "page" / name).read_text(encoding="utf-8")


def filled(template: str, blanks: Mapping[str, str]) -> str:
    """A template with its ``{{blanks}}`` filled; what fills them is left alone."""
    first, *others = template.split("{{")
    found = [first]
    for piece in others:
        name, _, rest = piece.partition("}}")
        found += [blanks[name], rest]
    return "".join(found)


def _policy(style: str, script: str, *, connects: bool) -> str:
    connect = " connect-src 'self';" if connects else ""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)};{connect} "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
