"""Where the maps and filters of the volume view stand, and how large their cells are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.sheets.presence import staged
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.stacks import broken
from conv_anim.scene.sheets.tones import RGB, asked
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.steps import Steps, Walks
from conv_anim.scene.volume.bodies import Body
from conv_anim.scene.volume.dimensions import room
from conv_anim.scene.volume.faces import Faces
from conv_anim.scene.volume.filling import Filling
from conv_anim.scene.volume.filters import Bank
from conv_anim.scene.volume.hues import Hues, groups_of
from conv_anim.scene.volume.lineup import Lineup
from conv_anim.scene.volume.oblique import MOST, Depth, Stack
from conv_anim.scene.volume.space import Space
from conv_anim.scene.wording import names
from conv_anim.scene.wording import words as names_of
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.sheets.sheet import Run
    from conv_anim.tracing.trace import LayerTrace

CONVOLVED = "∗"
LARGEST, SMALLEST = 28, 6
"""A cell's side at scale 1; smaller ones are not whole pixels."""
SHUFFLED = 16
"""How far slices stand apart, at scale 1, where lines lead to each of them."""
MOST_SHUFFLED = 16
"""Slices that are all told apart there."""
MOST_CHAINED = 36
"""Steps of a chain of layers that are shown, so that it can be followed from the first one to the last."""


@dataclass(frozen=True)
class VolumePlan(Traced):
    """The boxes of a trace with cells of ``cell`` pixels."""

    cell: float

    @property
    def reverse(self) -> bool:
        """Slices are drawn from the back in the order in which they are made."""
        return self.trace.spec.animation.order == "reverse"

    @cached_property
    def spaces(self) -> list[Space]:
        """The maps from the input to the output."""
        return [*(Space.read_by(layer.means) for layer in self.layers), Space.made_by(self.layers[-1].means)]

    @property
    def deep(self) -> bool:
        """Whether slices are places in depth instead of channels."""
        return self.spaces[0].deep

    @cached_property
    def shuffles(self) -> tuple[int, ...]:
        """Which layers shuffle channels."""
        return tuple(k for k, layer in enumerate(self.layers) if layer.layer.dealt is not None)

    @cached_property
    def portions(self) -> tuple[tuple[Run, ...], ...]:
        """Of each layer, the output channels that are made together: one by one, or in a chain of layers all.

        Where channels are shuffled, groups are made one after the other, and a shuffle moves map by map.
        """
        return tuple(map(self._portions, self.layers))

    def _portions(self, layer: LayerTrace) -> tuple[Run, ...]:
        if self.deep:
            return ((0, 1),)
        many = layer.means.out_channels
        alone = len(self.layers) == 1 or layer.layer.dealt is not None
        each = 1 if alone else many // groups_of(layer) if self.shuffles else many
        return tuple((first, each) for first in range(0, many, each))

    def _moves_maps(self, number: int) -> bool:
        """Whether a layer's steps are about whole maps: of a shuffle between others."""
        return number in self.shuffles and len(self.layers) > 1 and not self.deep

    @cached_property
    def steps(self) -> Walks:
        """Those of every layer, one after the other: a step for each place of each portion."""
        sizes = [layer.means.out_size for layer in self.layers]
        shapes = [
            (len(portions), *((1,) * len(size) if self._moves_maps(k) else size))
            for k, (portions, size) in enumerate(zip(self.portions, sizes, strict=True))
        ]
        animation = self.trace.spec.animation
        if len(shapes) == 1:
            return Walks((Steps(shapes[0], animation),))
        return Walks(tuple(staged(shapes, animation, most=MOST_CHAINED)))

    @cached_property
    def hues(self) -> Hues:
        """The colours of the maps."""
        return Hues(self.trace, self.style.colors)

    # places

    @property
    def pitch(self) -> float:
        """How far slices stand behind each other; channels stay distinct even if cells are tiny."""
        pitch = 0.42 * self.cell
        if self.shuffles and not self.deep:
            return max(round(pitch), round(SHUFFLED * self.style.scale))
        if self.deep:
            return round(pitch) if pitch >= 2 else pitch
        return max(round(pitch), round(4 * self.style.scale), 1)

    def _stack(self, space: Space, cell: float, most: int) -> Stack:
        """With cells of a size; with more slices than ``most``, only some of them are told apart."""
        depth = Depth.of(space.slices.extent, self.pitch, deep=self.deep, reverse=self.reverse, most=most)
        return Stack(depth, space.rows.extent, space.columns.extent, cell)

    def _bank(self, number: int) -> Bank | None:
        """The filters of a layer; a pool has none."""
        layer = self.layers[number]
        if layer.kernels is None:
            return None
        op, narrow = layer.operator, len(self.layers) > 1
        one = Space.plain(len(op.seen_by(0)), op.kernel_size)
        stack = self._stack(one, max(self.cell, SMALLEST * self.style.scale), MOST)
        called = names.group_names(op, self.say) if self.labelled else ()
        return Bank(self.style, op, stack, self.hues.of_filters(number), self.labelled, narrow, called)

    @cached_property
    def _unplaced(self) -> tuple[list[Stack], list[Bank | None]]:
        most = MOST_SHUFFLED if self.shuffles else MOST
        stacks = [self._stack(space, self.cell, most) for space in self.spaces]
        return stacks, [self._bank(k) for k in range(len(self.layers))]

    @cached_property
    def lineup(self) -> Lineup:
        """Where maps and filters go."""
        stacks, banks = self._unplaced
        sizes = [(stacks[0].width, stacks[0].height)]
        signs: list[str] = []
        for layer, filters, stack in zip(self.layers, banks, stacks[1:], strict=True):
            sizes += [(0.0, 0.0) if filters is None else (filters.width, filters.height), (stack.width, stack.height)]
            signs += self._signs(layer)
        labels = [
            Callout.of(self.style, name, broken([detail], self.style, self.say), None, ())
            for name, detail in (names.volume_labels(self.trace) if self.labelled else [])
        ]
        margin = max(self.style.loose, room(self.style, self.spaces[0], stacks[-1])) if self.labelled else 0.0
        return Lineup(self.style, tuple(sizes), tuple(labels), tuple(signs), margin)

    def _signs(self, layer: LayerTrace) -> tuple[str, str]:
        """Before and after a layer's filters."""
        if layer.layer.dealt is not None and not self.labelled:
            return "", ""
        if layer.kernels is None:
            return "→" if self.labelled else "", "→"
        made = "=" if len(self.layers) == 1 else "→"
        return CONVOLVED, made if layer.bias is None else f"+ {self.say('matrix.bias')} {made}"

    @cached_property
    def stacks(self) -> list[Stack]:
        """The maps, in their places."""
        middle, lefts = self.lineup.middle, self.lineup.lefts[::2]
        return [
            replace(stack, x=x, y=round(middle - stack.height / 2 + stack.depth.total))
            for stack, x in zip(self._unplaced[0], lefts, strict=True)
        ]

    @cached_property
    def banks(self) -> list[Bank | None]:
        """The filters of each layer in their places; None for a layer without."""
        middle, lefts = self.lineup.middle, self.lineup.lefts[1::2]
        return [
            None if filters is None else replace(filters, x=x, y=round(middle - filters.height / 2))
            for filters, x in zip(self._unplaced[1], lefts, strict=True)
        ]

    @property
    def marks_room(self) -> float:
        """Below the maps, for the steps of a chain, in pixels."""
        return 2 * self.style.small_size if self.labelled and len(self.layers) > 1 else 0.0

    # what is drawn there

    @cached_property
    def bodies(self) -> list[Body]:
        """The maps that are read."""
        window = self.style.colors.window
        parts = zip(self.spaces[:-1], self.stacks[:-1], strict=True)
        return [
            Body(self.style, space, stack, self.hues.of_map(k), window, self.faces[k])
            for k, (space, stack) in enumerate(parts)
        ]

    @cached_property
    def faces(self) -> list[Faces | None]:
        """Of each map, if it has shades: those that are asked for, and pictures."""
        wanted = asked(self.trace.spec.view)
        if wanted == "plain" or (wanted == "auto" and not self.tones.greys[0]):
            return [None] * (len(self.layers) + 1)
        return [self._faces(k) for k in range(len(self.layers) + 1)]

    def _faces(self, k: int) -> Faces:
        values, tones = self.tones.maps[k], self.tones
        slices = values[0] if self.deep else values
        if slices.ndim == 2:
            slices = slices[:, None]
        front = tones.picture(k) if not self.deep and len(values) == RGB and tones.greys[k] and k == 0 else None
        return Faces(tones.of_maps[k].colors(slices), front)

    def scales(self) -> list[Scale]:
        """The shades of the maps that have them."""
        last, names = len(self.layers), names_of.ends_of(self.trace)
        named = {0: names[0], last: names[1]}
        return [
            scale(named.get(k, f"{k}"), self.tones.of_maps[k], self.tones.maps[k])
            for k, faces in enumerate(self.faces)
            if faces is not None and faces.front is None
        ]

    @cached_property
    def fillings(self) -> list[Filling]:
        """The maps that are made, one by each layer."""
        return [
            Filling(
                self.style,
                self.spaces[k],
                self.stacks[k],
                self.hues.of_map(k),
                self.steps.each[k - 1],
                self.portions[k - 1],
                None if self.spaces[k].spread else self.faces[k],
                whole=self._moves_maps(k - 1),
            )
            for k in range(1, len(self.spaces))
        ]
