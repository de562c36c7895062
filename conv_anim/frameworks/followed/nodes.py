"""Nodes of a model that is followed, in the making: what feeds them, and which share numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.followed.values import FitError, Held, Map, Trained, UnreadError
from conv_anim.limits import Location, fixed
from conv_anim.spec.network import INPUT, NetNode
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.listing import Listing

MOST_NODES = 5_000


@dataclass(eq=False)
class Nodes:
    """Nodes in the making."""

    found: Listing
    nodes: list[NetNode] = field(default_factory=list)
    calls: dict[int, Call] = field(default_factory=dict)
    """The layers that nodes are, by their numbers."""
    shared: dict[int, int] = field(default_factory=dict)
    """Nodes that are views, with the node whose numbers they show."""
    stale: set[int] = field(default_factory=set)
    """Nodes that share numbers with what was changed in its place."""
    inputs: int = 0
    inside: str = ""
    """The module whose ``forward`` is followed."""
    names: dict[str, int] = field(default_factory=dict)
    changed: dict[int, int] = field(default_factory=dict)
    """Nodes whose map was changed in its place, and what changed it: who reads it later reads that."""

    def input(self, name: str, shape: tuple[int, ...]) -> Map:
        """An input of the model."""
        self.inputs += 1
        return self.add(NetNode(0, name, name, INPUT, outputs=(name,), shape=shape))

    def add(self, node: NetNode, call: Call | None = None) -> Map:
        """Note a node that a layer is (``call``), or an operator."""
        number = len(self.nodes)
        if number >= MOST_NODES:
            raise SpecError([fixed(f"the model has more than {MOST_NODES:,} nodes", "a part of it", Location("model"))])
        if call is not None:
            self.calls[number] = call
        label = node.label if node.is_input else str(number)
        inputs = tuple(map(self.current, node.inputs))
        for each in inputs:
            if each in self.stale:
                raise UnreadError("a part of this map was changed in its place before, which is not followed")
        self.nodes.append(replace(node, number=number, label=label, inputs=inputs))
        assert node.shape is not None
        return Map(number, tuple(n or 1 for n in node.shape))

    def current(self, number: int) -> int:
        """The node that made a map what it is by now."""
        while number in self.changed:
            number = self.changed[number]
        return number

    def change(self, before: Any, made: Any) -> Any:
        """Note that a map was changed in its place. Returns what it is now."""
        if isinstance(before, Map) and isinstance(made, Map) and before.shape == made.shape:
            old = self.current(before.node)
            self._spoil(old, made.node)
            self.changed[old] = made.node
            if old in self.shared:
                self.shared[made.node] = self.shared[old]
        elif isinstance(before, Map) and isinstance(made, Map):
            raise FitError("a map that is changed in its place would get another shape")
        return made

    def _spoil(self, changed: int, made: int) -> None:
        """Note which maps share numbers with one that is changed in its place: they are not what they were."""
        root = self.shared.get(changed, changed)
        same = {root, *(node for node, of in self.shared.items() if of == root)}
        self.stale |= same - {changed, made}

    def made(  # what it is made of
        self,
        kind: str,
        reads: tuple[Map, ...],
        shape: tuple[int, ...],
        type_: str | None = None,
        *,
        views: bool = False,
        trained: tuple[Trained, ...] = (),
    ) -> Map:
        """An operator, which has no parameters. ``views``: it shows the numbers of what it reads."""
        self.names[kind] = self.names.get(kind, -1) + 1
        name = f"{kind}_{self.names[kind]}" if self.names[kind] else kind
        scope = tuple(self.inside.split(".")) if self.inside else ()
        inputs = tuple(each.node for each in reads)
        node = NetNode(0, "", name, kind, inputs, (name,), shape, type_, scope=scope, parameters=counted(trained))
        found = self.add(node)
        if views:
            first = self.current(inputs[0])
            self.shared[found.node] = self.shared.get(first, first)
        return found


def counted_in(held: Iterable[Held]) -> int:
    """How many parameters in some arrays are new."""
    return counted(tuple(each for one in held for each in one.trained))


def counted(trained: tuple[Trained, ...]) -> int:
    """How many parameters are new."""
    new = {id(each): each for each in trained if not each.counted}
    for each in new.values():
        each.counted = True
    return sum(each.size for each in new.values())
