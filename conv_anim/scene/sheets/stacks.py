"""What is said beside the maps of a stack of layers: how each is made, and how much of the input its cells see."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.wording import words
from conv_anim.tracing.analysis import receptive_field
from conv_anim.tracing.input_reach import input_reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Layer
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.trace import LayerTrace

MOST_WORDS = 240
"""Pixels, at scale 1, that a line beside a map may take."""
PLAIN = ("conv", "dilated", "causal", "causal.dilated")
"""Kinds of layers that their settings tell enough of."""
BORDERS = ("padding", "p", "output_padding")
"""Settings that say what is around a map."""


def made_by(layer: Layer, say: Language, *, borders: bool) -> list[str]:
    """How a layer makes its map: its kind, unless that is a convolution, and the settings that are not their default.

    ``borders``: with the padding, which elsewhere is said of the map that is padded.
    """
    settings = [s for s in layer.settings(say) if not s.usual and (borders or s.key not in BORDERS)]
    said = say.joined(_short(setting, say) for setting in settings)
    kind = [] if layer.kind() in PLAIN else [layer.name(say)]
    return [line for line in (*kind, said) if line]


def _short(setting: Setting, say: Language) -> str:
    """A setting without its explanation."""
    if setting.key == "dilation":
        return say("series.dilation", cells=setting.cells)
    return setting.said(say)


def of_map(layers: Sequence[LayerTrace], k: int, say: Language, *, numbers: bool) -> list[str]:
    """What is to be known about the k-th map of a figure, 0 for the input: its channels, and what made its numbers."""
    ends = layers[max(0, k - 1)].layer.ends
    channels = ends.in_channels if k == 0 else ends.out_channels
    said = [say("stack.channels", count=channels)] if channels > 1 else []
    if k == 0 or not numbers:
        return said
    made = layers[k - 1]
    if made.is_window and any(axis.flipped and axis.kernel > 1 for axis in made.operator.axes):
        said.append(say("stack.flipped"))
    if made.bias is not None:
        said.append(say("stack.bias", value=format_for(made.bias)(made.bias[0].item())))
    return said


def around(traced: LayerTrace, say: Language) -> str:
    """What is around the map that a layer reads: its padding, or the zeros between and around its cells."""
    return traced.layer.surroundings(say)


def broken(texts: Iterable[str], style: Style, say: Language, *, most: float = MOST_WORDS) -> list[str]:
    """Texts in lines that are no wider than so many pixels at scale 1, broken at commas."""
    return [line for text in texts for line in _broken(text, style, say, most * style.scale)]


def _broken(text: str, style: Style, say: Language, most: float) -> list[str]:
    lines: list[str] = []
    for part in text.split(say("comma")):
        longer = say.joined([*lines[-1:], part])
        fits = style.width(longer, size=style.small_size) <= most
        lines = [*lines[:-1], longer] if fits else [*lines, part]
    return lines


def sees(layers: Sequence[Layer], say: Language) -> str:
    """How much of the input a cell is made of that the last of some layers makes, and how: ``sees 7×7: 5 + 2·1``."""
    field, reach = receptive_field(layers), input_reach(layers)
    assert field is not None
    assert reach is not None
    fewer = ".up_to" if reach.varies else ""
    key = f"stack.{'reaches' if _skips(layers) else 'sees'}{fewer}"
    said, how = say(key, size=words.part(reach.size, say)), grown(layers)
    if how is None or reach.size != field.size:
        return said
    return say("stack.grown", said=said, how="{} + {}·{}".format(*how))


def _skips(layers: Sequence[Layer]) -> bool:
    """Whether cells within the reach of the last of some layers are never read, as dilation leaves them out."""
    windows = [layer.window for layer in layers]
    if not windows or None in windows:
        return False
    for along in zip(*(window.axes for window in windows if window is not None), strict=True):
        read, jump = {0}, 1
        for axis in along:
            read = {cell + jump * axis.dilation * k for cell in read for k in range(axis.kernel)}
            jump *= axis.stride
            if axis.stretch > 1:
                return False
        if len(read) <= max(read):
            return True
    return False


def grown(layers: Sequence[Layer]) -> tuple[int, int, int] | None:
    """How far the last of some layers sees, from what those before see: 7 + 2·4, r + (k − 1)·(d·j).

    None unless it is so along every axis, with the same numbers, and more than what those before see.
    """
    before = receptive_field(layers[:-1]) if len(layers) > 1 else None
    after, windows = receptive_field(layers), [layer.window for layer in layers]
    if before is None or after is None or before.varies or after.varies:
        return None
    axes = zip(*(window.axes for window in windows if window is not None), strict=True)
    found = {_growth(along) for along in axes} if None not in windows else set()
    if len(found) != 1 or len(set(before.size)) != 1 or len(set(after.size)) != 1:
        return None
    ((steps, apart),) = found
    first = before.size[0]
    return (first, steps, apart) if steps and first + steps * apart == after.size[0] else None


def _growth(along: Sequence[Axis]) -> tuple[int, int]:
    """Along an axis of some layers, how many steps the last one's window is longer than one cell, and how long each."""
    last = along[-1]
    return last.kernel - 1, last.dilation * prod(axis.stride for axis in along[:-1])
