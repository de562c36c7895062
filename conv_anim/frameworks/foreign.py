"""What the tables of PyTorch's and of Keras's layers are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Field, Object, Record

Draw: TypeAlias = "Callable[[Record, Sketch], None]"
Fields: TypeAlias = "tuple[Field[Any], ...]"


@dataclass(frozen=True, slots=True)
class ForeignLayer:
    """A layer of a framework: its parameters in their order, its axes (None: any), and how it goes into a sketch.

    ``axes_of`` says how many axes it has where its arguments do, ``positional`` how many of them may be given by
    position (None: all).
    """

    keys: Object
    axes: int | None
    draw: Draw
    joins_padding: bool = False
    """Whether it takes the padding of a layer before it on as its own; else that is a layer by itself."""
    axes_of: Callable[[Record], int | None] | None = None
    positional: int | None = None
    takes: Field[int] | None = None
    """What says how many channels it takes."""

    def along(self, record: Record) -> int | None:
        """How many axes it has with these arguments; None if they do not say it."""
        return self.axes if self.axes_of is None else self.axes_of(record)

    def enter(self, record: Record, sketch: Sketch) -> None:
        """Draw it as the next layer of a sketch."""
        if not self.joins_padding:
            sketch.settle()
        self.draw(record, sketch)


def biased(record: Record, sketch: Sketch, bias: Field[bool], *, first: int) -> int | None:
    """What is added to every output, where the layer's own numbers are not known."""
    return first if record.of(bias) and not sketch.weights else None
