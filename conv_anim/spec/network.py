"""A whole network as its framework has it: named nodes with their sizes and edges, also those that cannot be drawn.

`Network` is what readers of models make (`conv_anim.frameworks.networks.network`) and what shows a whole model. It is
plain data: no arrays, and nothing of the framework.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.spec.roles import Role
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.spec.model import Padding, Size

Sizes: TypeAlias = "tuple[int | None, ...]"
"""The shape of an array; None for a size that is left open."""
Setting: TypeAlias = "int | float | str | tuple[int | float | str, ...]"


@dataclass(frozen=True, slots=True)
class NetWindow:
    """A window that slides: one number for each axis. Of a pool, ``groups`` is 1."""

    kernel_size: Size
    stride: Size
    padding: Padding | None
    """Before and after each axis; None where the node says it by a name (``same``) and the size is left open."""
    dilation: Size
    groups: int = 1
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class NetNode:
    """A node of a network: an operator, a module, or an input."""

    number: int
    """Its place in ``Network.nodes``."""
    label: str
    """Its number as the file counts it: ``12``, in a branch of node 3 ``3.then.7``; of an input its name."""
    name: str
    """As the model calls it, ``layer1.0.conv1`` or ``/stem/Conv``; made of its label where it has none."""
    kind: str
    """As the framework calls it: ``Conv``, ``nn.Conv2d``, ``aten.add``; of an input ``Input``."""
    inputs: tuple[int, ...] = ()
    """The numbers of the nodes that feed it, in order; weights are not among them."""
    outputs: tuple[str, ...] = ()
    """What the model calls the values that it makes."""
    shape: Sizes | None = None
    """Of its (first) output: (batch, channels, *size), channels first in every framework."""
    type: str | None = None
    """The type of a spec's layer that computes the same (``conv``, ``relu``, ``add``); None if there is none."""
    window: NetWindow | None = None
    settings: tuple[tuple[str, Setting], ...] = ()
    """Its further settings, by the framework's names."""
    products: int | None = 0
    """Multiply-adds of a convolution or a matrix product, as ``explain`` counts them; None if a size is left open."""
    parameters: int = 0
    """How many trained numbers it has; those shared with an earlier node are counted there."""
    weight: Sizes | None = None
    """The shape of its weight, if it has one."""
    scope: tuple[str, ...] = ()
    """The modules, functions or branches that it is inside of, from the outermost."""
    sizing: bool = False
    """Whether it computes nothing but sizes of other values (``Shape`` and what is made of it)."""
    why: str | None = None
    """Why it cannot be drawn by itself, if it cannot."""

    @property
    def role(self) -> Role:
        """What its type is in a network; that of no type is nothing in particular."""
        from conv_anim.spec.op_types import TYPES

        kind = None if self.type is None else TYPES.get(self.type)
        return Role() if kind is None else kind.role

    @property
    def channels(self) -> int | None:
        """How many channels it makes; None if that is left open, or there are none."""
        return self.shape[1] if self.shape is not None and len(self.shape) > 1 else None

    @property
    def size(self) -> Sizes:
        """Along its axes: (rows, columns); empty for a flat vector."""
        return () if self.shape is None else self.shape[2:]

    @property
    def is_depthwise(self) -> bool:
        """Whether it is a convolution that gives each channel a kernel of its own."""
        grouped = self.window is not None and self.window.groups > 1
        return grouped and self.weight is not None and len(self.weight) > 1 and self.weight[1] == 1

    @property
    def is_input(self) -> bool:
        """Whether it is an input of the network."""
        return self.kind == INPUT

    @property
    def cells(self) -> int | None:
        """How many numbers it makes, without the batch; None if that is left open."""
        cells = 1
        for n in (None,) if self.shape is None else self.shape[1:]:
            if n is None:
                return None
            cells *= n
        return cells


INPUT = "Input"
"""The kind of what is fed to a network."""


@dataclass(frozen=True)
class Network:
    """The nodes of a model in the order in which they are computed; every edge goes forward."""

    name: str
    nodes: tuple[NetNode, ...]
    outputs: tuple[int, ...] = ()
    """The nodes whose values the model returns."""
    notes: tuple[str, ...] = ()
    """Notes about how it was read."""

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """From node to node, each once, in the order of the nodes they lead to."""
        pairs = ((source, node.number) for node in self.nodes for source in node.inputs)
        return tuple(dict.fromkeys(pairs))

    @property
    def parameters(self) -> int:
        """The parameters of all nodes together."""
        return sum(node.parameters for node in self.nodes)

    @cached_property
    def readers(self) -> dict[int, tuple[int, ...]]:
        """For each node those that it feeds."""
        found: dict[int, list[int]] = {node.number: [] for node in self.nodes}
        for source, target in self.edges:
            found[source].append(target)
        return {number: tuple(targets) for number, targets in found.items()}

    def without(self, dropped: set[int]) -> Network:
        """Without some nodes: their outputs read their inputs. Nodes are renumbered, labels stay."""
        feeding: dict[int, tuple[int, ...]] = {}
        kept: list[NetNode] = []
        for node in self.nodes:
            inputs = tuple(dict.fromkeys(into for source in node.inputs for into in feeding[source]))
            feeding[node.number] = inputs if node.number in dropped else (len(kept),)
            if node.number not in dropped:
                kept.append(replace(node, number=len(kept), inputs=inputs))
        outputs = tuple(dict.fromkeys(into for number in self.outputs for into in feeding[number]))
        return Network(self.name, tuple(kept), outputs, self.notes)
