"""What is said of a figure's steps and cells, for those who point at them or listen: all from the trace."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.arithmetic.sums import in_a_line
from conv_anim.scene.arithmetic.workings import cell_formats, worked
from conv_anim.scene.wording.language import TOLD, Language
from conv_anim.spec.view_values import Channels, Flat
from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.scatter import Scatter
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.hit_regions import Cell, Turn
    from conv_anim.spec.model import Number
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.trace import LayerTrace, Trace

GAP = ",\N{NO-BREAK SPACE}"
LONGEST = 16
"""The most terms of a sum that is described in full."""


@dataclass(frozen=True)
class Narration:
    """Of a trace, in its spec's language. Maps are counted from 0, the input."""

    trace: Trace

    @property
    def lang(self) -> str:
        """The spec's language, by its code."""
        return self.trace.spec.lang

    @cached_property
    def say(self) -> Language:
        """The spec's language."""
        return Language(self.trace.spec.lang)

    @property
    def phrases(self) -> dict[str, str]:
        """For what only the page can put together."""
        return {**TOLD[self.trace.spec.lang], "enumeration": self.say("enumeration")}

    # cells

    def cell(self, number: int, cell: Cell, *, every: str = "cell.channels") -> str:
        """A cell of a map by its place and its channel, both counted from 1, as in figures.

        ``every`` is how all channels are described; if empty, they are not.
        """
        channel, *position = cell
        count = self._shape(number)[0]
        if self._is_matrix(number):
            return self.position(cell)
        if all(at is None for at in position) and channel is not None:
            return self.say.told("channel", channel=channel + 1)
        place = self.position(tuple(position))
        if count == 1:
            return place
        if channel is None:
            return self.say.told(every, position=place, count=count) if every else place
        return self.say.told("cell.channel", position=place, channel=channel + 1)

    def position(self, cell: Cell) -> str:
        """A place without the name of its map."""
        every = self.say.told("every")
        return f"({GAP.join(every if at is None else str(at + 1) for at in cell)})"

    def named(self, number: int, cell: Cell) -> str:
        """A cell with the name of its map."""
        said = self.cell(number, cell)
        if number == 0:
            return self.say.told("map.input", cell=said)
        if number == len(self.trace.layers):
            return self.say.told("map.output", cell=said)
        return self.say.told("map.layer", number=number, cell=said)

    def weight(self, cell: Cell) -> str:
        """A cell of the kernel of the only layer, with its number."""
        kernels = self.trace.layer.kernels
        assert kernels is not None
        whole = tuple(at for at in cell if at is not None)
        name = self.say.told("map.kernel", cell=self.position(cell[1:]))
        return f"{name} = {format_for(kernels)(kernels[(0, *whole)].item())}"

    def _shape(self, number: int) -> tuple[int, ...]:
        return self.trace.layers[number - 1].output.shape if number else self.trace.input.shape

    def _is_matrix(self, number: int) -> bool:
        """Whether a map's channels are the rows of a matrix: unfold makes one, fold reads one."""
        layers = self.trace.layers
        made = layers[number - 1].layer.columns if number > 0 else None
        read = layers[number].layer.columns if number < len(layers) else None
        return (made is not None and made.made) or (read is not None and not read.made)

    # steps

    def step(self, turn: Turn, seen: int) -> str:
        """What happens in a step; ``seen`` is how many input cells are behind what it makes."""
        name = self.named(turn.number, turn.cell)
        if turn.number == 0:
            return self._stamped(name, turn.cell)
        layer = self.trace.layers[turn.number - 1]
        cell = turn.cell if layer.output.shape[0] > 1 else (0, *turn.cell[1:])
        whole = tuple(at for at in cell if at is not None)
        if len(whole) == len(cell):
            said = self._made(name, layer, layer.step(whole))
            stacked = turn.number == len(self.trace.layers) > 1
            return self.say.told(f"field{_many(seen)}", said=said, count=seen) if stacked else said
        if layer.layer.columns is not None and layer.layer.columns.made:
            return self.say.told("column", cell=name, count=layer.output.shape[0])
        key = "made_of" if len(self.trace.layers) == 1 else "through"
        return self.say.told(f"{key}{_many(seen)}", cell=name, count=seen)

    def _stamped(self, name: str, cell: Cell) -> str:
        layer = self.trace.layer
        whole = tuple(at for at in cell if at is not None)
        count = sum(hit.output is not None for hit in Scatter(layer).stamp(whole).hits)
        value = format_for(layer.input)(layer.input[whole].item())
        return self.say.told(f"stamped{_many(count)}", cell=name, value=value, count=count)

    def _made(self, name: str, layer: LayerTrace, step: Step) -> str:
        if isinstance(layer.means, Gather):
            return self._gathered(name, layer, step)
        if self._only_maps:
            return self._maps(step)
        if len(step.taps) <= LONGEST:
            result = in_a_line(layer, step, bias=self.say("bias.named", value="{value}"), y=self._format(step))
            return f"{name} {'' if result.startswith('=') else '= '}{result}"
        value = f"{name} = {(self._format(step) or format_for(layer.output))(step.value)}"
        return self.say.told("long", said=value, count=len(step.taps)) if layer.operator.reduce == "sum" else value

    @cached_property
    def _in_cells(self) -> list[Format]:
        return cell_formats(self.trace)

    def _format(self, step: Step) -> Format | None:
        """How a step's value stands in its cell, where cells may have more digits than usual."""
        return self._in_cells[step.layer + 1] if isinstance(self.trace.spec.view, Flat) else None

    @property
    def _only_maps(self) -> bool:
        """Whether the channels' maps are drawn and not the output that they add up to."""
        view, window = self.trace.spec.view, self.trace.layer.layer.window
        meet = window is not None and window.weighs and window.in_channels > window.groups
        return isinstance(view, Channels) and view.show == "maps" and meet

    def _maps(self, step: Step) -> str:
        """What each channel adds to an output."""
        made: dict[int, Number] = {}
        for tap in step.taps:
            made[tap.channel] = made.get(tap.channel, 0) + (tap.product or 0)
        fmt = format_for(np.array(list(made.values())))
        cell = self.cell(1, (None, *step.output[1:]), every="")
        return self.say.told("maps", cell=cell, values=self.say.listed(map(fmt, made.values())))

    def _gathered(self, name: str, layer: LayerTrace, step: Step) -> str:
        taps = [tap for tap in step.taps if tap.input is not None]
        said = worked(layer, step, self.say, self._format(step))
        value = f"{name} {'' if said.startswith('=') else '= '}{said}"
        if len(taps) == 1 and taps[0].w is None and taps[0].made is None and taps[0].input is not None:
            return self.say.told("copied", said=value, source=self.named(layer.fed[taps[0].of], taps[0].input))
        return value


def _many(count: int) -> str:
    """The ending of a phrase for so many."""
    return {0: ".none", 1: ".one"}.get(count, "")
