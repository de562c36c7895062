"""The backward pass of any graph: a node for the gradient of each map, from the output back to what is requested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops.joins import Add
from conv_anim.ops.pulls import UPSTREAM, InputPull, Upstream, WeightPull
from conv_anim.spec.model import Ends, Input, Node
from conv_anim.spec.op import Shape
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from conv_anim.spec.model import Backward
    from conv_anim.spec.op import Op

Made = tuple[Input, tuple[Node, ...], "Backward"]


def backward(of: Backward) -> Made:
    """The input and the nodes of a backward pass.

    As sliding windows over the gradients alone where all of it can be that; else after the forward nodes, whose maps
    it needs: their output is weighed by a loss, and goes back from there.
    """
    alone = _weight_alone(of) if of.weighted is not None else _alone(of)
    return alone or _after(of)


def _weight_alone(of: Backward) -> Made | None:
    """The gradient of a weight as a window over one of the two maps, with the other as its kernel."""
    made = of.nodes[0].op.weight_gradient(of.input.values, of.upstream) if len(of.nodes) == 1 else None
    if made is None:
        return None
    read = of.upstream if made.roles[0] == UPSTREAM else of.input.values
    return Input(made.ends.in_size, made.ends.in_channels, read), (Node("1", made, (0,)),), of


def _alone(of: Backward) -> Made | None:
    """The windows of a chain, from its end to its start; None if it is not a chain of windows."""
    if any(node.inputs != (k,) for k, node in enumerate(of.nodes)):
        return None
    ops = [node.op.input_gradient for node in reversed(of.nodes)]
    made = [op for op in ops if op is not None]
    if len(made) < len(ops):
        return None
    ends = of.nodes[-1].op.ends
    nodes = tuple(Node(str(k + 1), op, (k,)) for k, op in enumerate(made))
    return Input(ends.out_size, ends.out_channels, of.upstream), nodes, of


def _after(of: Backward) -> Made:
    """The forward nodes, the loss, and a node for the gradient of each map on the way to the requested one."""
    way = Way(of, list(of.nodes), [None] * len(of.nodes))
    last = len(of.nodes)
    ends = of.nodes[-1].op.ends
    upstream = way.add(Upstream(_kept(Shape(ends.out_channels, ends.out_size)), of.upstream), (last,), last)
    found: dict[int, list[int]] = {last: [upstream]}
    target = 0 if of.weighted is None else of.weighted + 1
    behind = _behind(of.nodes, target)
    for number in range(last, target, -1):
        if number in found and number in behind:
            way.through(number, way.summed(number, found[number]), found, behind)
    if target in found:
        arrived = way.summed(target, found[target])
        if of.weighted is not None:
            node = of.nodes[of.weighted]
            way.add(WeightPull.through(node.op), (arrived, target, *node.inputs), None)
    return of.input, tuple(way.nodes), replace(of, gradient_of=tuple(way.maps))


def _behind(nodes: tuple[Node, ...], target: int) -> set[int]:
    """The maps that are made of one, and that one."""
    found = {target}
    for number, node in enumerate(nodes, start=1):
        if found & set(node.inputs):
            found.add(number)
    return found


def _kept(shape: Shape) -> Ends:
    return Ends(*shape, *shape)


@dataclass
class Way:
    """Nodes in the making, and for each of them the map whose gradient it makes."""

    of: Backward
    nodes: list[Node]
    maps: list[int | None] = field(default_factory=list)

    def add(self, op: Op, inputs: tuple[int, ...], map_: int | None) -> int:
        """The number of what a new node makes."""
        self.nodes.append(Node(str(len(self.nodes) + 1), op, inputs))
        self.maps.append(map_)
        return len(self.nodes)

    def through(self, number: int, gradient: int, found: dict[int, list[int]], wanted: set[int]) -> None:
        """From the gradient of what a node makes to those of what it reads."""
        node = self.of.nodes[number - 1]
        for of, read in enumerate(node.inputs):
            if read not in wanted or (node.op.puts_back and of > 0):
                continue
            if node.op.hands_on:
                found.setdefault(read, []).append(gradient)
                continue
            window = node.op.input_gradient
            op, inputs = (
                (InputPull.through(node.op, of), (gradient, number, *node.inputs))
                if window is None
                else (window, (gradient,))
            )
            found.setdefault(read, []).append(self.add(op, inputs, read))

    def summed(self, map_: int, gradients: list[int]) -> int:
        """The gradient of a map that is read several times: the sum of what comes back."""
        if len(gradients) == 1:
            return gradients[0]
        shape = self.shape(map_)
        return self.add(Add(_kept(shape), (shape,) * len(gradients)), tuple(gradients), map_)

    def shape(self, map_: int) -> Shape:
        """The shape of a forward map."""
        if map_ == 0:
            return Shape(self.of.input.channels, self.of.input.size)
        ends = self.of.nodes[map_ - 1].op.ends
        return Shape(ends.out_channels, ends.out_size)
