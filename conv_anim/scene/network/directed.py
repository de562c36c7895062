"""A network that leads to one side: how large its boxes are, whichever way it leads."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from conv_anim.scene.network.bodies import Measure, half_of
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.network.bodies import Body
    from conv_anim.scene.network.picture import Direction
    from conv_anim.scene.network.plan import Plan
    from conv_anim.scene.network.wording import Costs
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

    @cached_property
    def bodies(self) -> list[Body]:
        """The boxes of all items."""
        nodes = [item.node for item in self.plan.items]
        measure = Measure.of(nodes, self.style, self.view.scale, self.direction, self.share)
        return [measure.body(node) for node in nodes]

    @cached_property
    def halves(self) -> list[tuple[float, float]]:
        """Half of the width and of the height of each item."""
        extents = (body.extent(self.direction) for body in self.bodies)
        return [half_of(item, extent, self.style) for item, extent in zip(self.plan.items, extents, strict=True)]
