"""The square of every number: an op of another package."""

from dataclasses import dataclass

from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op, OpType
from conv_anim.spec.records import Object
from conv_anim.spec.roles import Role

WORDS = {"en": {"kind.square": "square"}, "zh-TW": {"kind.square": "平方"}}


@dataclass(frozen=True, slots=True)
class Square(Op):
    ends: Ends

    WORDS = WORDS
    CODE = __name__  # the module with WRITERS
    type = "square"  # as a spec writes it
    badge = "x²"  # what stands between two maps
    stays = True  # every output is made of the cell at its own place

    def gather(self, fed):
        """The output, and what each of its cells is made of."""
        from conv_anim.tracing.gathers import Gather, Share

        made = fed.arrays[0] ** 2
        return Gather(self.ends, lambda cell: [Share(cell, made=made[cell].item())], lambda _: made)

    def worked(self, numbers, result):
        return f"({numbers[0]})² {result}"


WRITERS = {"torch": lambda op, context: ["y = x**2"], "numpy": lambda op, context: ["y = x**2"]}


def resolve(record, entering):
    """The op for what enters it, or what is wrong: here nothing can be."""
    shape = entering.channels, entering.size
    return (Square(Ends(*shape, *shape)),)


KEYS = Object("a square layer", (), "type", "The square of every number.")
TYPE = OpType(KEYS, resolve, needs_axes=False, role=Role("resize", stays=True))
