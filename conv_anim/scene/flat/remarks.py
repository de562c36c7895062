"""What the flat view says below its grids about cells that are not plain input or output."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.callouts import Key
from conv_anim.scene.hatching import hatching
from conv_anim.scene.sheets.marks import MarkStyle
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import words
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.scatter import Scatter
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.sheet import Sheet
    from conv_anim.scene.sheets.sheet_grid import SheetGrid
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.scatter import FullAxis
    from conv_anim.tracing.trace import LayerTrace


@dataclass(frozen=True)
class Remarks(Traced):
    """The keys of a drawing of one layer of a trace."""

    input: SheetGrid
    framed: bool
    """Whether cells that are borrowed are framed, with an arrow from them."""

    @property
    def window(self) -> Operator:
        """What reads the input."""
        return self.layer.operator

    @property
    def sheet(self) -> Sheet:
        """The input with its border."""
        return self.input.sheet

    @property
    def mark_style(self) -> MarkStyle:
        """How marked cells look on it."""
        return MarkStyle(self.style, self.style.colors.input)

    def keys(self) -> tuple[Key, ...]:
        """The keys that the figure needs."""
        found = [*self._borrowed(), self._counted(), self._beyond(), self._extra(), self._unread(), self._masked()]
        return (*self._zeros(), *self._flipped(), *(key for key in found if key is not None))

    def _key(self, text: str, fill: str | None = None, *, cross: bool = False) -> Key:
        background = self.style.colors.background
        return Key(text, fill or background, self.style.empty_edge, self.mark_style.cross if cross else None)

    def _has(self, source: Source) -> bool:
        return any(found is source for _, _, found, _ in self.sheet.cells())

    def _zeros(self) -> list[Key]:
        """Those between the cells of a transposed layer's input, and those around them."""
        if not self.window.transposed:
            return []
        zeros = (self._inserted(), self.mark_style.inserted), (self._border(), None)
        return [self._key(text, fill) for text, fill in zeros if text]

    def _flipped(self) -> list[Key]:
        """Why a transposed layer's window meets its kernel the other way round."""
        if not (self.window.transposed and self.window.flips):
            return []
        return [Key(self.say("flat.flipped.gather"), self.style.colors.kernel, self.style.edge)]

    def _inserted(self) -> str:
        if not self._has(Source.INSERTED):
            return ""
        strides = tuple(axis.stretch for axis in self.window.axes)
        between = tuple(stride - 1 for stride in strides)
        return self.say("flat.inserted", stride=words.per_axis(strides), cells=words.per_axis(between))

    def _border(self) -> str:
        if not self._has(Source.PADDING):
            return ""
        return self.say("flat.border", border=words.border(self.window, self.say))

    def _borrowed(self) -> list[Key]:
        """What stands in cells that repeat others, and which others these are."""
        first = next(((r, c) for r, c, source, _ in self.sheet.cells() if source is Source.BORROWED), None)
        if first is None:
            return []
        said, fill = self.say(f"flat.{self.window.axes[0].mode}"), self.input.fill(first)
        if not self.framed:
            return [self._key(said, fill)]
        led = self.say("flat.led" if len(self.window.axes) > 1 else "flat.led.cell", said=said)
        lent, edge, ink = self.say("flat.lent"), self.style.edge, self.style.colors.ink
        shaded = self.input.image is not None
        deeper = self.style.deeper(self.style.colors.input)
        return [
            self._key(led, fill),
            Key(lent, None, strong(self.style, ink)) if shaded else Key(lent, deeper, edge),
        ]

    def _counted(self) -> Key | None:
        """Whether a mean counts its padding."""
        if self.window.reduce != "mean" or not self._has(Source.PADDING):
            return None
        return self._key(self.say("flat.counted" if self.window.mean_counts_padding else "flat.not_counted"))

    def _beyond(self) -> Key | None:
        if self.window.weighs or not self._has(Source.OUTSIDE):
            return None
        said = "flat.beyond_mean" if self.window.reduce == "mean" else "flat.beyond"
        return self._key(self.say(said))

    def _extra(self) -> Key | None:
        more = tuple(axis.extra for axis in self.window.axes)
        if not any(more):
            return None
        return self._key(self.say("flat.further", cells=words.per_axis(more)), self.mark_style.extra)

    def _masked(self) -> Key | None:
        """What the slanting lines mean."""
        if not self.window.left_out:
            return None
        text = self.say.of(self.layer.layer, "mask.key")
        return Key(text, self.style.colors.background, self.style.edge, hatch=hatching(self.style))

    def _unread(self) -> Key | None:
        places = {(r, c): source for r, c, source, _ in self.sheet.cells() if self.sheet.unread((r, c))}
        sources = set(places.values()) - {Source.OUTSIDE}
        if not sources:
            return None
        fill = next((self.input.fill(place) for place, source in places.items() if source is Source.INPUT), None)
        return self._key(self.say("flat.unread"), fill, cross=True)


def stamp_keys(traced: LayerTrace, say: Language, style: Style) -> tuple[Key, ...]:
    """What there is to know about the output that a transposed layer stamps."""
    axes, mark_style = traced.operator.axes, MarkStyle(style, style.colors.input)
    turned = traced.operator.flips and traced.layer.roles[0] == "input"
    found = [Key(say("flat.stamped"), style.colors.kernel, style.edge)] if turned else []
    found += _cut(traced, say, style)
    if any(axis.extra for axis in axes):
        less = all(axis.extra <= axis.cut[1] for axis in axes)
        more = words.per_axis(tuple(axis.extra for axis in axes))
        said = say("flat.less_cut" if less else "flat.moved", cells=more)
        found.append(Key(said, mark_style.extra, style.edge))
    if traced.bias is not None:
        said = say("flat.from_bias", bias=format_for(traced.bias)(traced.bias[0].item()))
        found.append(Key(said, style.colors.background, style.pending_edge))
    return tuple(found)


def overlap_keys(traced: LayerTrace, say: Language, style: Style, shade: str) -> tuple[Key, ...]:
    """Whether stamps fall evenly on the output; ``shade`` is the colour of the cells that are hit most often."""
    return (Key(_evenness(Scatter(traced).axes, say), shade, style.edge), *_cut(traced, say, style))


def _evenness(axes: tuple[FullAxis, ...], say: Language) -> str:
    uneven = [axis for axis in axes if not axis.even]
    hits = sorted({prod(each) for each in product(*(axis.hits for axis in axes))})
    if uneven:
        said = say("flat.checkerboard" if len(uneven) > 1 else "flat.lines", hits=say.listed(hits))
    else:
        said = say("flat.once") if hits == [1] else say("flat.even", hits=hits[0])
    if all((axis.kernel, axis.dilation, axis.extra) == (axis.stride, 1, 0) for axis in axes):
        said = say("flat.once.all")
    if any(axis.dilation > 1 for axis in axes):
        return said
    kernel, stride = (words.per_axis(tuple(getattr(axis, name) for axis in axes)) for name in ("kernel", "stride"))
    dense = {axis.stride for axis in axes} == {1}
    key = "no_multiple" if uneven else "multiple.one" if dense and hits != [1] else "multiple"
    return say(f"flat.{key}", said=said, kernel=kernel, stride=stride)


def _cut(traced: LayerTrace, say: Language, style: Style) -> list[Key]:
    """What padding does to the output."""
    padding = tuple(axis.cut for axis in traced.operator.axes)
    if not any(map(any, padding)):
        return []
    said = say("flat.cut", cells=words.padding(padding, say))
    return [Key(said, style.colors.background, style.empty_edge)]
