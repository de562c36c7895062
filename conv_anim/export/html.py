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
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import SpecError
from conv_anim.export.markup import Markup, ring
from conv_anim.limits import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conv_anim.scene.primitives import Guide, Items, Scene, Spot

LARGEST = 2_000_000
"""Bytes of a page."""
MOST_FRAMES = 4000
SCRIPTS = ("player.js", "start.js")

Data: TypeAlias = dict[str, Any]
"""A figure as the page's script reads it."""


def encode(scene: Scene) -> bytes:
    """The page of a scene, the same bytes every time. Raises SpecError if it would be too large."""
    made = figure(scene)
    whole = page(made, poster=_poster(scene), scripts=SCRIPTS).encode()
    if len(whole) > LARGEST:
        what = f"this page would have {len(whole) / 1e6:.1f} million bytes, more than {LARGEST / 1e6:.0f}"
        raise _too_large(what, scene)
    return whole


def figure(scene: Scene) -> Data:
    """A scene as data, its picture as elements of SVG. Raises SpecError if it has too many frames."""
    if len(scene.frames) > MOST_FRAMES:
        raise _too_large(f"this page would have {len(scene.frames)} frames, more than {MOST_FRAMES}", scene)
    assert scene.guide is not None
    return {**_picture(scene), **_times(scene), **_guided(scene.guide())}


def _too_large(what: str, scene: Scene) -> SpecError:
    every = max(2, ceil(len(scene.rests) / 100))
    smooth = " and 'motion: step'" if scene.between else ""
    hint = f"show fewer steps with 'animation: {{every: {every}}}'{smooth}, or a smaller input"
    return SpecError([fixed(what, hint)])


# the picture


def _picture(scene: Scene) -> Data:
    """``elements`` once each; ``still``, and of each frame what it keeps and shows, by their numbers."""
    markup, numbers = Markup(), dict[str, int]()

    def numbered(items: Items) -> list[int]:
        return [numbers.setdefault(element, len(numbers)) for element in map(markup.element, items)]

    static = numbered(scene.static)
    frames = [(numbered(frame.kept), numbered(frame.shown)) for frame in scene.frames]
    return {
        "size": [scene.width, scene.height],
        "background": scene.background,
        "dark": _is_dark(scene.background),
        "definitions": markup.definitions(),
        "elements": list(numbers),
        "still": static,
        "kept": [k for kept, _ in frames for k in kept],
        "keeps": list(accumulate(len(kept) for kept, _ in frames)),
        "frames": [shown for _, shown in frames],
        "title": scene.title,
        "headed": bool(scene.heading),
        "description": scene.description,
    }


def _is_dark(color: str) -> bool:
    return sum(int(color[k : k + 2], 16) for k in (1, 3, 5)) < 3 * 128


def _times(scene: Scene) -> Data:
    """The frame of each step; of every frame the step that it shows or leaves, and its milliseconds."""
    return {
        "rests": list(scene.rests),
        "steps": scene.steps,
        "times": [scene.time(frame) for frame in range(len(scene.frames))],
        "loop": scene.loop,
    }


# the guide


def _guided(guide: Guide) -> Data:
    named = (name for spot in guide.spots for name in (spot.name, *spot.names))
    names = {name: k for k, name in enumerate(dict.fromkeys(named))}
    return {
        "lang": guide.lang,
        "phrases": dict(guide.phrases),
        "told": list(guide.told),
        "names": list(names),
        "spots": [_spot(spot, names) for spot in guide.spots],
        "drifts": [[round(way, 1) for way in ways] for ways in guide.drifts],
    }


def _spot(spot: Spot, names: Mapping[str, int]) -> list[Any]:
    """As ``spotOf`` in player.js takes it apart."""
    linked = [names[name] for name in spot.names] if spot.side == "input" else []
    numbers = map(list, (spot.steps, spot.linked, linked, spot.same))
    return [names[spot.name], ring(spot.ring), *numbers, spot.told, int(spot.drifts)]


# the page


def page(made: Data, *, poster: str, scripts: Sequence[str], connects: bool = False) -> str:
    """A whole page of a figure with scripts of ours; with ``connects`` it may ask the server that it came from."""
    style, script = part("page.css"), "".join(map(part, scripts))
    width, height = made["size"]
    blanks = {
        "lang": made["lang"],
        "policy": _policy(style, script, connects=connects),
        "title": made["title"] or made["description"],
        "description": made["description"],
        "heading": "" if made["headed"] else made["title"],
        "width": str(width),
        "height": str(height),
        "still": poster,
    }
    ours = {"style": style, "script": script, "data": packed(made)}
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
