"""SVG: a figure as vectors, moved by CSS alone, so that it moves inside an ``<img>`` too; without a script."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from conv_anim.painting.svg import FAMILY, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Scene

SHORT = 48
"""An element of at most this many characters, or one used once, is written where it is used."""
MARK = "\0"
"""A placeholder for the figure's own name, which is known last; no text has this character."""
OWN = f"#{MARK}"
STAYS, GOES = "k", "s"
"""What stays from its frame on, and what goes with it."""


def picture(drawn: Scene) -> bytes:
    """A scene as an SVG: animated if it has several frames. Readers who want no motion see the last one, at rest."""
    if len(drawn.frames) == 1:
        frame = drawn.frames[0]
        return _document(drawn, "".join(map(element, (*drawn.static, *frame.kept, *frame.shown))), [])
    frames = [([*map(element, frame.kept)], [*map(element, frame.shown)]) for frame in drawn.frames]
    counts = Counter(text for kept, shown in frames for text in (*kept, *shown))
    shared = [text for text, count in counts.items() if count > 1 and len(text) > SHORT]
    names = {text: f"e{k}" for k, text in enumerate(shared)}
    defs = "".join(text.replace(" ", f' id="{MARK}{name}" ', 1) for text, name in names.items())
    static = "".join(map(element, drawn.static))
    body = f"<defs>{defs}</defs>{static}" + _moving(drawn, frames, names)
    return _document(drawn, body, _motion(drawn))


def _moving(drawn: Scene, frames: Sequence[tuple[list[str], list[str]]], names: dict[str, str]) -> str:
    """Groups in the order of painting: what stays lies below what goes.

    What goes is transparent rather than invisible, by an attribute: Inkscape shows what a rule makes invisible.
    """
    starts, last = _starts(drawn), len(frames) - 1
    kept = [_group(elements, names, f"{STAYS} k{k}") for k, (elements, _) in enumerate(frames)]
    shown = [
        _group(elements, names, f"{STAYS} k{k}" if k == last else f"{GOES} s{drawn.time(k)}", starts[k] * (k != last))
        for k, (_, elements) in enumerate(frames)
    ]
    return "".join((*kept, *shown))


def _group(elements: list[str], names: dict[str, str], class_: str, delay: int = 0) -> str:
    if not elements:
        return ""
    inside = "".join(f'<use xlink:href="{OWN}{names[e]}"/>' if e in names else e for e in elements)
    late = f' style="animation-delay:{delay}ms"' if delay else ""
    gone = ' opacity="0"' if class_.startswith(GOES) else ""
    return f'<g class="{class_}"{gone}{late}>{inside}</g>'


def _starts(drawn: Scene) -> list[int]:
    """When each frame begins, in milliseconds, and after them when the last one ends."""
    starts = [0]
    for k in range(len(drawn.frames)):
        starts.append(starts[-1] + drawn.time(k))
    return starts


def _motion(drawn: Scene) -> list[str]:
    """The rules that show each group at its time.

    At rest, on paper, and in programs that know no animation, what the last frame shows is there.
    """
    starts = _starts(drawn)
    whole, last = starts[-1], len(drawn.frames) - 1
    times = f"{whole}ms step-end {drawn.loop or 'infinite'}"
    rules = []
    for time in sorted({drawn.time(k) for k in range(last)}):
        shown = f"0%{{opacity:1}}{_percent(time, whole)}{{opacity:0}}"
        rules.append(f"{OWN} .s{time}{{animation:{MARK}s{time} {times}}}@keyframes {MARK}s{time}{{{shown}}}")
    for k, start in enumerate(starts[:-1]):
        if k == last or drawn.frames[k].kept:
            hidden = "0%{opacity:0}" if start else ""
            shown = f"{hidden}{_percent(start, whole)},to{{opacity:1}}"
            rules.append(f"{OWN} .k{k}{{animation:{MARK}k{k} {times} forwards}}@keyframes {MARK}k{k}{{{shown}}}")
    return [*rules, f"@media (prefers-reduced-motion:reduce),print{{{OWN} .{STAYS},{OWN} .{GOES}{{animation:none}}}}"]


def _percent(time: int, whole: int) -> str:
    return f"{100 * time / whole:.6f}".rstrip("0").rstrip(".") + "%"


def _document(drawn: Scene, body: str, rules: Sequence[str]) -> bytes:
    """The whole file; its ids are unique, so that several can be in one page."""
    linked = ' xmlns:xlink="http://www.w3.org/1999/xlink"' if "xlink:" in body else ""
    style = f"<style>{''.join(rules)}</style>" if rules else ""
    words = {"title": drawn.title or drawn.description, "desc": drawn.description}
    told = "".join(f'<{tag} id="{MARK}{tag}">{escape(text)}</{tag}>' for tag, text in words.items())
    size = f'width="{drawn.width}" height="{drawn.height}" viewBox="0 0 {drawn.width} {drawn.height}"'
    painted = f'<path fill="{drawn.background}" d="M0 0h{drawn.width}v{drawn.height}H0Z"/>'
    ground = "" if drawn.transparent else painted
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg"{linked} id="{MARK}" {size} font-family="{FAMILY}" role="img" '
        f'aria-labelledby="{MARK}title {MARK}desc">{told}{style}{ground}{body}</svg>\n'
    )
    return text.replace(MARK, f"f{sha256(text.encode()).hexdigest()[:5]}").encode()
