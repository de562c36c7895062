"""A network that leads to one side: how large its boxes are, and what repeats, whichever way it leads."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from conv_anim.scene.network.bodies import SIGN, Measure
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.network.bodies import Body, Direction
    from conv_anim.scene.network.picture import Picture
    from conv_anim.scene.network.plan import Item, Plan
    from conv_anim.scene.network.wording import Costs
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.view_values import NetworkView


@dataclass(frozen=True)
class Directed:
    """What is drawn of a plan, and what is to be known of its items."""

    plan: Plan
    view: NetworkView
    style: Style
    say: Language
    costs: Costs

    direction: ClassVar[Direction]
    letters: ClassVar[float]
    """The size of letters, in pixels at scale 1."""

    @property
    def size(self) -> float:
        """The size of the words."""
        return self.style.em(self.letters)

    @property
    def share(self) -> float:
        """How large boxes are: 1, or less where there are many."""
        raise NotImplementedError

    @property
    def picture(self) -> Picture:
        """Boxes and lines in their places."""
        raise NotImplementedError

    def brackets(self, at: float, *, outward: float) -> Items:
        """How often blocks repeat, at so much across the network."""
        found: list[Primitive] = []
        for block in self.plan.blocks:
            low, high = self.picture.places.span(block.first, block.last)
            found += self.picture.bracket(low, high, at, block.times, outward=outward)
        return tuple(found)

    @cached_property
    def bodies(self) -> list[Body]:
        """The boxes of all items."""
        nodes = [item.node for item in self.plan.items]
        measure = Measure.of(nodes, self.style, self.view.scale, self.direction, self.share)
        return [measure.body(node) for node in nodes]

    @cached_property
    def halves(self) -> list[tuple[float, float]]:
        """Half of the width and of the height of each item."""
        return [self._half_of(*pair) for pair in zip(self.plan.items, self.bodies, strict=True)]

    def _half_of(self, item: Item, body: Body) -> tuple[float, float]:
        """Of a box, or of the circle of a sign."""
        wide, high = body.extent if item.sign is None else (2 * SIGN * self.style.scale,) * 2
        return wide / 2, high / 2
