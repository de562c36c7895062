"""The nodes of a spec in the making: each entry of its layers resolved for what enters it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.limits import Asked
from conv_anim.spec.entering import Entering
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.model import Node
from conv_anim.spec.op import Shape
from conv_anim.spec.op_types import TYPES
from conv_anim.spec.wiring import FROM, NAME, Wiring, given
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.kinds import Maybe, Report
    from conv_anim.spec.model import Size
    from conv_anim.spec.op import Op, OpType
    from conv_anim.spec.records import Chosen, Record


@dataclass
class Graph:
    """Nodes, and by the number of an entry the number of the map that it makes: 0 is the input."""

    input: Shape
    files: Files
    report: Report
    active: frozenset[Size] | None = None
    """The places of the input's cells that there are; None if all are."""
    made: list[Node] = field(default_factory=list)
    outputs: dict[int, int] = field(default_factory=lambda: {0: 0})

    def nodes(self, chosen: tuple[Chosen, ...]) -> Maybe[tuple[Node, ...]]:
        """Those of all entries; what depends on one with a problem is not looked at."""
        wiring = Wiring(tuple(choice.record for choice in chosen), self.report)
        links = wiring.links()
        for number, (choice, link) in enumerate(zip(chosen, links, strict=True), start=1):
            if not isinstance(link, Invalid) and all(entry in self.outputs for entry in link):
                self.add(number, choice, link)
        wiring.unused(links)
        return INVALID if len(self.outputs) <= len(chosen) else tuple(self.made)

    def add(self, number: int, choice: Chosen, link: tuple[int, ...]) -> None:
        """The nodes of an entry that is fed by others, if it has no problem."""
        kind, inputs = TYPES[choice.name], tuple(self.outputs[entry] for entry in link)
        resolved = self.report.attempt(lambda: _resolved(choice, kind, self.entering(inputs)))
        if isinstance(resolved, Invalid):
            return
        ops, entering = resolved
        self._count(ops[-1], choice.record)
        name = given(choice.record, NAME)
        for k, op in enumerate(ops):
            count = len(self.made) + 1
            called = name if name is not None and k == len(ops) - 1 else str(count)
            self.made.append(Node(called, op, entering.inputs if k == 0 else (count - 1,)))
        self.outputs[number] = len(self.made)

    def entering(self, inputs: tuple[int, ...]) -> Entering:
        """What an op is fed by some maps."""
        fed = tuple(self.shape(number) for number in inputs)
        before = tuple(node.op for node in self.made)
        taken = frozenset(node.inputs[1] for node in self.made if node.op.puts_back)
        return Entering(
            fed[0].channels, fed[0].size, before, self.files, self.report, inputs, fed, taken, self.there(inputs[0])
        )

    def there(self, number: int) -> frozenset[Size] | None:
        """The places of a map's cells that there are; None if all are."""
        if number == 0:
            return self.active
        node = self.made[number - 1]
        if node.op.sites is not None:
            return node.op.sites.made
        return self.there(node.inputs[0]) if node.op.leaves_absent() else None

    def shape(self, number: int) -> Shape:
        """The shape of a map."""
        if number == 0:
            return self.input
        ends = self.made[number - 1].op.ends
        return Shape(ends.out_channels, ends.out_size)

    def _count(self, last: Op, record: Record) -> None:
        """How large the output of an entry is."""
        cells = last.ends.out_channels * prod(last.ends.out_size)
        what = f"the layer's output has {cells:,} cells"
        self.report.counted(Asked("cells", cells, what, "fewer channels, or a smaller input"), record.node)


def _resolved(choice: Chosen, kind: OpType, entering: Entering) -> Maybe[tuple[tuple[Op, ...], Entering]]:
    """The ops of an entry, and what the first of them is fed. Raises SkippedError."""
    completed = entering if kind.complete is None else kind.complete(choice.record, entering)
    if isinstance(completed, Invalid) or not _takes(choice.record, kind, completed):
        return INVALID
    ops = kind.resolve(choice.record, completed)
    return INVALID if isinstance(ops, Invalid) else (ops, completed)


def _takes(record: Record, kind: OpType, entering: Entering) -> bool:
    """Whether a type takes this number and kind of inputs; reports if not."""
    (least, most), count = kind.inputs, len(entering.inputs)
    name, report = kind.keys.name, entering.report
    if count < least or (most is not None and count > most):
        wanted = f"{least} or more inputs" if most is None else f"{most} input{'s' * (most > 1)}"
        several = "from: [-1, input] is the layer before and the spec's input"
        hint = several if least > 1 else "from: -1 is the layer before"
        report.add(Code.INPUTS, f"{name} takes {wanted}; this one has {count}", record.at(FROM), hint)
        return False
    if kind.needs_axes and not entering.size:
        what = f"{name} is for maps; what enters is a flat vector of {entering.channels} numbers"
        report.add(Code.AXES, what, record.node, "put it before the layer that flattens")
        return False
    return True
