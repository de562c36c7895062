"""The network view: every layer a box to scale, lines from what feeds it, and step by step through all of it."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast

from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import animated, as_one, column, flow, row
from conv_anim.scene.network import inside, kinds, marks
from conv_anim.scene.network.landscape import Landscape
from conv_anim.scene.network.picture import fill_of
from conv_anim.scene.network.plan import plan
from conv_anim.scene.network.portrait import Portrait
from conv_anim.scene.network.wording import Costs
from conv_anim.scene.primitives import Boxes, Frame
from conv_anim.scene.text_panels import line, written
from conv_anim.scene.wording.language import Language
from conv_anim.spec.view_values import NetworkView
from conv_anim.tracing import networks, reach
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.network.bodies import Direction
    from conv_anim.scene.network.plan import Plan
    from conv_anim.scene.primitives import Items
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Spec
    from conv_anim.spec.roles import Family
    from conv_anim.tracing.trace import Trace

WIDE = 1400
"""Pixels, at scale 1, that a network may take to the right before it leads down, if nothing else is said."""
MOST_RIGHT = 60
"""Items that nobody would look for side by side."""
SMALLEST = 9 / 11
"""The scale at which the letters of a network to the right are still 9 pixels high."""
FAR = {"receptive_field", "jump", "center"}


@lru_cache(maxsize=2)
def read(spec: Spec) -> tuple[Costs, Plan]:
    """What is drawn of a spec at any scale, found once."""
    assert isinstance(spec.view, NetworkView)
    network = networks.of_spec(spec)
    far = bool(FAR.intersection(spec.view.columns))
    reaches = reach.reaches(network, spec if spec.view.of is None else None) if far else ()
    return Costs(network, reaches), plan(network, fold=spec.view.fold)


@dataclass(frozen=True)
class Whole:
    """A network as it is drawn. Step k is about its k-th item; the last one shows all of it."""

    spec: Spec
    style: Style

    @cached_property
    def view(self) -> NetworkView:
        """What the spec says of the view."""
        assert isinstance(self.spec.view, NetworkView)
        return self.spec.view

    @cached_property
    def costs(self) -> Costs:
        """Parameters and products of the network."""
        return read(self.spec)[0]

    @cached_property
    def plan(self) -> Plan:
        """The items to be drawn."""
        return read(self.spec)[1]

    @cached_property
    def direction(self) -> Direction:
        """Where it leads: to the right if nothing is said, and it can be read there."""
        if self.view.direction != "auto":
            return self.view.direction
        if len(self.plan.items) > MOST_RIGHT:
            return "down"
        wide = Landscape(self.plan, self.view, replace(self.style, scale=1.0), self.say, self.costs).width
        room = WIDE if self.spec.size.width is None else self.spec.size.width / SMALLEST
        return "right" if wide <= room else "down"

    @property
    def say(self) -> Language:
        """Words in the spec's language."""
        return Language(self.spec.lang)

    @cached_property
    def layout(self) -> Landscape | Portrait:
        """The drawing for the direction."""
        made = Landscape if self.direction == "right" else Portrait
        return made(self.plan, self.view, self.style, self.say, self.costs)

    # steps

    @property
    def steps(self) -> range:
        return range(len(self.plan.items) + 1)

    def static(self) -> Items:
        picture = self.layout.picture
        pale = tuple(part for item in self.plan.items for part in picture.item(item, pale=True))
        return (*self.layout.around(), *picture.all_lines(), *pale)

    def frame(self, k: int) -> Frame:
        if k == len(self.plan.items):
            return Frame()
        item, picture = self.plan.items[k], self.layout.picture
        kept = (*picture.item(item), *self.layout.words(item))
        return Frame(kept, (*picture.lit_lines(item), *picture.item(item), *picture.ring(item)))

    def hit_regions(self) -> list[HitRegion]:
        return [HitRegion("output", (item.number,), self.layout.picture.outline(item)) for item in self.plan.items]

    def turn(self, k: int) -> Turn | None:
        return Turn(1, (k,)) if k < len(self.plan.items) else None


def network(trace: Trace, style: Style) -> Panel:
    """The panel of a spec's network, with what its colours mean."""
    whole = Whole(trace.spec, style)
    layout = whole.layout
    return column(
        animated(whole, layout.width, layout.height), _legend(whole, layout.width), gap=style.loose, align="middle"
    )


def _legend(whole: Whole, width: float) -> Panel:
    """The families and the signs of what is drawn, in lines."""
    style = whole.style
    found = {kinds.family(item.node) for item in whole.plan.items if item.sign is None}
    signs = dict.fromkeys(item.sign for item in whole.plan.items if item.sign is not None)
    said: dict[str, str] = {
        family: whole.say(f"network.family.{family}") for family in kinds.FAMILIES if family in found
    }
    said |= {sign: whole.say(f"network.sign.{sign}") for sign in signs}
    size = style.em(11)
    side = round(size)
    entries = [_entry(key, text, size, side, style) for key, text in said.items()]
    return as_one(flow(entries, width, across=style.gap, down=1.6 * size - side))


def _entry(key: str, text: str, size: float, side: int, style: Style) -> Panel:
    """A sample and what it means."""
    sample = written(_sample(key, side, style), side, side)
    told = line(text, style, size=size, color=style.label_ink)
    return row(sample, told, gap=0.5 * size, align="middle")


def _sample(key: str, side: float, style: Style) -> Items:
    """The colour of a family, or a sign in its circle, as they are in the picture."""
    if key in kinds.SIGNS.values():
        middle, fill = (side / 2, side / 2), fill_of("join", style)
        return marks.sign(middle, key, 0.54 * side, style, fill=fill, ink=style.ink_on(fill, style.colors.ink))
    return (Boxes(((0.0, 0.0, side, side),), fill_of(cast("Family", key), style), radius=side / 5),)


def inside_of(spec: Spec) -> list[dict[str, Any]]:
    """The specs of the windows in a spec's network, in the order in which its guide counts them."""
    return inside.specs(read(spec)[1].items, Language(spec.lang))[0]
