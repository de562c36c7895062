"""How the cells of a figure are made that shows no sums: a line each, made from the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.view_values import Channels, Flat, Isometric, Sequence, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Spec

MOST = 3
"""The most ways to make a cell that are told of several layers."""


def of_making(spec: Spec, say: Language) -> Iterator[str]:
    """Of one layer, or of several that make their cells alike, in a line; else layer by layer."""
    if spec.backward is not None or not _is_silent(spec):
        return
    last = len(spec.nodes)
    ways: dict[str, list[int]] = {}
    for number, node in enumerate(spec.nodes, start=1):
        ways.setdefault(node.op.computes(say), []).append(number)
    if len(ways) == 1:
        yield from (say("term.made" if last == 1 else "term.made.every", how=how) for how in ways if how)
    elif len(ways) <= MOST:
        yield from (_of_layers(spec, how, numbers, say) for how, numbers in ways.items() if how)


def _of_layers(spec: Spec, how: str, numbers: list[int], say: Language) -> str:
    """By their numbers, as the view counts them: steps of boxes, else layers up to the output."""
    boxes = isinstance(spec.view, Volume)
    if not boxes and numbers == [len(spec.nodes)]:
        return say("term.made.output", how=how)
    key = f"term.made.{'step' if boxes else 'layer'}.{'one' if len(numbers) == 1 else 'many'}"
    return say(key, numbers=say.listed(numbers), how=how)


def of_boxes(spec: Spec, say: Language) -> Iterator[str]:
    """Where the first channel of a box is."""
    if not isinstance(spec.view, Volume) or len(spec.input.size) > 2:
        return
    numbered = [node.op for node in spec.nodes if node.op.weight_shape is not None and node.op.ends.out_channels > 1]
    if numbered or spec.input.channels > 1:
        place = "ahead" if spec.animation.order == "reverse" else "behind"
        yield say(f"term.{place}{'.made' if numbered else ''}")


def _is_silent(spec: Spec) -> bool:
    """Whether no sum is written in the figure."""
    match spec.view:
        case Isometric() | Volume():
            return True
        case Sequence():
            return not spec.view.numbers and spec.view.cells not in {"numbers", "both"}
        case Flat():
            return spec.view.cells == "plain" and not spec.view.sum
        case Channels():
            return spec.view.cells == "plain"
    return False
