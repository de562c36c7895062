"""The line below a network in the flat view: how the value of a step is worked out."""

from __future__ import annotations

from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.scoring import scored
from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.flat.connections import Connections
from conv_anim.scene.flat.fitting import WIDEST
from conv_anim.scene.sheets.presence import present, staged
from conv_anim.scene.steps import Walks
from conv_anim.spec.model import MOST_STEPS
from conv_anim.tracing.attending import Attending
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.steps import Steps
    from conv_anim.tracing.taps import Step

MOST_BACK = 28
"""Steps of a backward pass that are shown, so that each can be followed."""
MOST_MEASURED = 200
"""Lines whose widths are measured to make room for them."""
LEADING = 1.4
"""From one to the next, in ems."""
NARROWEST = 420
"""Pixels, at scale 1, that a line may take that is broken only to be no wider than its figure."""
BOLDER = 1.1
"""How much wider than others a line may be that is bold in parts."""


@dataclass(frozen=True)
class WorkedLine(Connections):
    """Room for the longest line, and the line of each step."""

    # the steps of all layers

    @cached_property
    def steps(self) -> Walks:
        """The steps of all layers, one after the other."""
        return Walks(tuple(self.stages))

    @cached_property
    def walked(self) -> list[int]:
        """The numbers of the layers whose steps are gone through: of all that are not there from the start.

        Where a pass leads back, what went forward is over when it begins.
        """
        made = (k for k, layer in enumerate(self.layers) if not layer.layer.given)
        return [k for k in made if self.forward is None or self.leads_back(k + 1)]

    @cached_property
    def stages(self) -> list[Steps]:
        """The steps of each of these layers."""
        made = [self.layers[k].output.shape for k in self.walked]
        most = MOST_STEPS if self.forward is None else MOST_BACK
        return staged(made, self.trace.spec.animation, [present(self.trace, k + 1) for k in self.walked], most)

    def _step(self, k: int) -> Step:
        stage, step = self.steps.at(k)
        return self.layers[self.walked[stage]].step(self.stages[stage].cell(step))

    # the line

    @cached_property
    def _written(self) -> bool:
        """Whether there is anything to say below the maps."""
        walks = zip(self.walked, self.stages, strict=True)
        lasts = [self.layers[k].step(steps.cell(len(steps) - 1)) for k, steps in walks]
        said = any(not worked(self.layers[step.layer], step.there, self.say).startswith("=") for step in lasts)
        return said and bool(getattr(self.trace.spec.view, "sum", False))

    def _line(self, stage: int, step: Step) -> list[Primitive]:
        """How the value comes about, and the value itself; nothing of a copy."""
        said = worked(self.layers[stage], step.there, self.say, self.formats[stage + 1])
        if not self._written or said.startswith("="):
            return []
        *before, last = self._told(stage, step)
        wide = max(map(self._wide_line, (*before, last)))
        size = self.style.label_size * min(1.0, max(self.width, self._line_room) / wide)
        how, result = _parted(last)
        x, tops = (self.width - wide * size / self.style.label_size) / 2, self._line_tops
        after = x + self.style.width(how, size=size)
        said_before = zip(tops, (*before, how), strict=False)
        ink = self.style.text_ink
        return [
            *(self.style.text(x, top, text, size=size, color=ink) for top, text in said_before),
            self.style.text(after, tops[len(before)], result, size=size, color=self.style.result_ink, bold=True),
        ]

    def _told(self, stage: int, step: Step) -> list[str]:
        """The lines of a step: of attention how scores become shares, and then what these make."""
        layer = self.layers[stage]
        said, means, room = worked(layer, step.there, self.say, self.formats[stage + 1]), layer.means, self.style.room
        if not isinstance(means, Attending):
            return self._broken(said, room)
        channel, *place = step.output
        token = int(np.ravel_multi_index(tuple(place), layer.layer.ends.in_size))
        shares = scored(means, means.head_of(channel), token, self.say)
        room = min(room or inf, max(self.width, NARROWEST * self.style.scale))
        if self._wide_line(shares) > room:
            how, found = _parted(shares)
            return [*self._broken(how.rstrip(), room), *self._broken(found, room), *self._broken(said, room)]
        return [shares, *self._broken(said, room)]

    def _broken(self, said: str, room: float | None) -> list[str]:
        """A line as lines, where there is only so much room."""
        if room is None or self._wide_line(said) <= room:
            return [said]
        return self.style.wrapped(said, size=self.style.label_size, width=room / BOLDER)

    @cached_property
    def _line_tops(self) -> list[float]:
        """Where the lines of a step begin, of the one with the most."""
        top, most = self.bottom + self.style.wide, max(map(len, self._measured))
        return [top + k * LEADING * self.style.label_size for k in range(most)]

    def _wide_line(self, said: str) -> float:
        how, result = _parted(said)
        size = self.style.label_size
        return self.style.width(how, size=size) + self.style.width(result, size=size, bold=True)

    @cached_property
    def _line_room(self) -> float:
        """The width of the longest line, found among so many of them, which is set smaller where a page would end."""
        longest = max(self._wide_line(line) for lines in self._measured for line in lines)
        least = longest * min(1.0, self.style.least / self.style.label_size)
        return max(least, min(longest, max(self.width, WIDEST * self.style.scale)))

    @cached_property
    def _measured(self) -> list[list[str]]:
        """What is said of so many of the steps, in lines."""
        count = len(self.steps)
        steps = (self._step(k) for k in range(0, count, -(-count // MOST_MEASURED)))
        return list(map(list, dict.fromkeys(tuple(self._told(step.layer, step)) for step in steps)))


def _parted(said: str) -> tuple[str, str]:
    """A line before its last equals sign, and from there on."""
    at = max(said.rfind("="), said.rfind("≈"))
    return said[:at], said[at:]
