"""A network as a table: of every layer its kernel, its output, what it costs, how far it sees; as text and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from conv_anim.scene.network import kinds, wording
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.words import size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from conv_anim.spec.model import Lang
    from conv_anim.spec.network import NetNode, Network
    from conv_anim.tracing.reach import Reach

    Reaches = Sequence[Reach | None]

NUMBERS = 5
"""Columns at the end that are aligned to the right."""


# as text


def text(network: Network, reaches: Reaches, lang: Lang) -> str:
    """A line for each layer, below the names of the columns, and the sums."""
    say = Language(lang)
    keys = (
        "name",
        "layer",
        "from",
        "kernel",
        "output",
        "parameters",
        "multiply_adds",
        "receptive_field",
        "jump",
        "center",
    )
    head = ["", *(say(f"network.{key}") for key in keys)]
    rows = [_row(node, reach, say) for node, reach in zip(network.nodes, reaches, strict=True)]
    shown = [k for k in range(len(head)) if k == 0 or any(row[k] for row in rows)]
    sums = [_total(network, which) for which in ("parameters", "products")]
    lines = [head, *rows, [*(say("cost.total") if k == shown[1] else "" for k in range(6)), *sums, "", "", ""]]
    return _aligned([[line[k] for k in shown] for line in lines], len(shown) - NUMBERS)


def _row(node: NetNode, reach: Reach | None, say: Language) -> list[str]:
    plain = node.inputs in {(node.number - 1,), ()}
    far = [wording.NONE] * 3
    if reach is not None:
        far = [size(reach.field), wording.fractions(reach.jump), wording.fractions(reach.center)]
    return [
        str(node.number),
        wording.name(node) or "",
        wording.kind(node, say) if kinds.badge(node) is None else node.kind,
        "" if plain else ", ".join(map(str, node.inputs)),
        wording.kernel(node, say),
        wording.made(node),
        wording.counted(node.parameters, short=False) if node.parameters else wording.NONE,
        wording.counted(node.products, short=False) if node.products != 0 else wording.NONE,
        *far,
    ]


def _total(network: Network, which: str) -> str:
    found = [getattr(node, which) for node in network.nodes]
    return wording.UNKNOWN if None in found else f"{sum(found):,}"


def _aligned(lines: list[list[str]], words: int) -> str:
    """In columns: numbers end at one place, words begin at one."""
    widths = [max(map(_places, column)) for column in zip(*lines, strict=True)]
    found = []
    for line in lines:
        cells = []
        for k, (said, wide) in enumerate(zip(line, widths, strict=True)):
            room = " " * (wide - _places(said))
            cells.append(room + said if k == 0 or k >= words else said + room)
        found.append("  ".join(cells).rstrip())
    rule = "─" * max(map(_places, found))
    return "\n".join([found[0], rule, *found[1:-1], rule, found[-1]]) + "\n"


def _places(said: str) -> int:
    return sum(2 if east_asian_width(character) in {"W", "F"} else 1 for character in said)


# as data


def data(network: Network, reaches: Reaches) -> dict[str, Any]:
    """The same for programs; what is not known is null."""
    products = [node.products for node in network.nodes]
    known = [number for number in products if number is not None]
    return {
        "name": network.name,
        "layers": [_data(node, reach) for node, reach in zip(network.nodes, reaches, strict=True)],
        "total": {
            "parameters": network.parameters,
            "multiply_adds": sum(known) if len(known) == len(products) else None,
        },
        "notes": list(network.notes),
    }


def _data(node: NetNode, reach: Reach | None) -> dict[str, Any]:
    window = node.window
    return {
        "number": node.number,
        "name": node.name,
        "kind": node.kind,
        "type": node.type,
        "fed": list(node.inputs),
        "kernel_size": None if window is None else list(window.kernel_size),
        "stride": None if window is None else list(window.stride),
        "padding": None if window is None or window.padding is None else [list(pair) for pair in window.padding],
        "dilation": None if window is None else list(window.dilation),
        "groups": None if window is None else window.groups,
        "output": None if node.shape is None else {"channels": node.channels, "size": list(node.size)},
        "parameters": node.parameters,
        "multiply_adds": node.products,
        **far(reach),
        "why_not_drawn": node.why,
    }


def far(reach: Reach | None) -> dict[str, list[int] | list[float] | None]:
    """How far a layer sees, one number for each axis."""
    if reach is None:
        return {"receptive_field": None, "jump": None, "center": None}
    return {"receptive_field": list(reach.field), "jump": _plain(reach.jump), "center": _plain(reach.center)}


def _plain(values: tuple[Fraction, ...]) -> list[float]:
    """Whole numbers as such."""
    return [int(value) if value.denominator == 1 else float(value) for value in values]
