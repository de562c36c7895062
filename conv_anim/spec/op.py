"""An op: one record of all that is asked of it, from the keys of its spec to its words and its code.

An op's class is the record, an instance of it the op with its parameters and sizes. What a stage asks is a method,
which imports what that stage has when it is called: reading a spec takes neither numpy nor words. Views ask what an op
*can* be shown as (a window, an interpolation, a badge …), never which op it is.
"""

from __future__ import annotations

from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from conv_anim.spec.op_words import OpWords
from conv_anim.spec.roles import Role
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeAlias

    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Size, Values
    from conv_anim.spec.records import Object, Record
    from conv_anim.spec.shown_as import Attends, Columns, Interpolation, Sites, Woven
    from conv_anim.tracing.gathers import Fed, Gather
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.values import Array

    Writers: TypeAlias = Mapping[str, Callable[[Any, CodeContext], list[str]]]


class Shape(NamedTuple):
    """Of what enters an op or leaves it. A flat vector has its numbers as channels, and no axes."""

    channels: int
    size: Size

    @property
    def cells(self) -> int:
        """Numbers in it."""
        return self.channels * prod(self.size)

    def __str__(self) -> str:
        """``5x5`` and, with more than one channel, ``5x5 in 3 channels``."""
        if not self.size:
            return f"{self.channels} number{'s' * (self.channels > 1)}"
        return "x".join(map(str, self.size)) + (f" in {self.channels} channels" if self.channels > 1 else "")


class Products(NamedTuple):
    """Multiply-adds: a number of cells, of the output or the input, and how many each of them takes."""

    cells: int
    each: int
    of_input: bool = False


class UnwrittenError(Exception):
    """A framework has no words for an op."""


class Op(OpWords):
    """What the stages ask. An op that is not asked about something answers as if it had nothing to do with it."""

    __slots__ = ()
    CODE: ClassVar[str] = ""
    """The module with its ``WRITERS``: by the name of a framework, what writes it in a program."""
    GRADIENTS: ClassVar[str] = ""
    """The module with its ``input_gradient`` and ``weight_gradient``, where these are sliding windows themselves."""
    has_gradient: ClassVar[bool] = False
    """Whether its taps, or its `derivative`, say how its output changes with what it reads."""
    drawn_inputs: ClassVar[int | None] = None
    """How many of its inputs are drawn as such: not those that only say how others came about. None for all."""
    given: ClassVar[bool] = False
    """Whether its numbers are there from the start."""

    @property
    def fed(self) -> tuple[Shape, ...]:
        """The shapes of its inputs."""
        return (Shape(self.ends.in_channels, self.ends.in_size),)

    @property
    def part_of(self) -> str | None:
        """The name of the composition that it is a part of."""
        return None

    @property
    def parts(self) -> int:
        """How many ops that composition has."""
        return 1

    @property
    def filters_each(self) -> int:
        """Filters for each channel, where a composition says so."""
        return 1

    # what it can be shown as

    @property
    def window(self) -> Operator | None:
        """The sliding window that it is."""
        return None

    @property
    def sampled(self) -> Operator | None:
        """The sliding window that it is but for reading its cells elsewhere, between cells."""
        return None

    @property
    def sites(self) -> Sites | None:
        """The cells that there are, in its input and in its output, and the window that joins them; None if all are."""
        return None

    def leaves_absent(self) -> bool:
        """Whether what is not there in its input is not there in its output either."""
        return False

    @property
    def interpolation(self) -> Interpolation | None:
        """How it interpolates between cells; None if it does not."""
        return None

    @property
    def attends(self) -> Attends | None:
        """Which cells look at which, by shares that depend on the numbers; its `gather` makes an `Attending`."""
        return None

    @property
    def dealt(self) -> int | None:
        """The number of groups into which it shuffles channels."""
        return None

    @property
    def woven(self) -> Woven | None:
        """How it weaves channels into space; None if it does not."""
        return None

    @property
    def columns(self) -> Columns | None:
        """Its windows as the columns of a matrix; None if it has none."""
        return None

    @property
    def puts_back(self) -> bool:
        """Whether it puts numbers where the pool that is its second input found them."""
        return False

    @property
    def undoes(self) -> Op | None:
        """The op whose gradient it computes, where that is not a sliding window."""
        return None

    @property
    def unflipped(self) -> bool:
        """Whether the spec says that its kernel is not flipped."""
        return False

    @property
    def stacks(self) -> bool:
        """Whether it sets the channels of its inputs behind each other."""
        return False

    @property
    def scales(self) -> bool:
        """Whether each number of one input is multiplied by one of the other."""
        return False

    @property
    def makes_shares(self) -> bool:
        """Whether it brings every number between 0 and 1, as a share of what it is multiplied with."""
        return False

    @property
    def causal(self) -> bool:
        """Whether it is made for a time that runs along its one axis."""
        return False

    # numbers

    @property
    def weight_shape(self) -> Size | None:
        """The shape of its weights, None if it has none."""
        return None

    @property
    def weight_values(self) -> Values | None:
        """What the weights are: given numbers, or how they are drawn."""
        return None

    @property
    def added(self) -> tuple[Number, ...] | None:
        """The bias: one number for each output channel."""
        return None

    def kernels(self, weight: Array) -> Array:
        """A window's weights as (out_channels, in_channels / groups, *kernel_size)."""
        return weight

    def gather(self, fed: Fed) -> Gather:
        """How it is computed, if not by a window: the cells that each output cell is made of."""
        raise NotImplementedError

    # the backward pass

    @property
    def input_gradient(self) -> Op | None:
        """The sliding window that makes the gradient of its input from that of its output alone, if there is one."""
        return self._gradient("input_gradient")

    def weight_gradient(self, input_: Values, upstream: Values) -> Op | None:
        """The sliding window that makes the gradient of its weight, if there is one.

        It moves over one of the two maps with the other as its kernel: its `roles` say which.
        """
        return self._gradient("weight_gradient", input_, upstream)

    def _gradient(self, name: str, *maps: Values) -> Op | None:
        made: Op | None = getattr(import_module(self.GRADIENTS), name)(self, *maps) if self.GRADIENTS else None
        return made

    @property
    def hands_on(self) -> bool:
        """Whether the gradient of each of its inputs is that of its output, unchanged."""
        return False

    def derivative(self, x: Number, y: Number) -> Number:
        """How much an output y changes with the only number x that it is made of, where its tap does not say so."""
        raise NotImplementedError

    def slopes(self, step: Step) -> list[Number]:
        """How much the value of a step changes with the number of each tap, where the taps do not say so."""
        return [self.derivative(tap.x or 0, step.value) for tap in step.taps]

    def unfolded(self, made: Array) -> Array:
        """Its output in the requested shape: a weight's for the gradient of one."""
        return made

    # cost

    @property
    def parameter_terms(self) -> tuple[Size, ...]:
        """The sizes of its arrays of parameters: weights first, then biases."""
        weights, biases = self.weight_shape, self.added
        return (*([] if weights is None else [weights]), *([] if biases is None else [(len(biases),)]))

    @property
    def products(self) -> Products:
        """How many multiply-adds it takes."""
        return Products(self.ends.out_channels * prod(self.ends.out_size), 0)

    def counted(self, say: Language) -> str | None:
        """How its multiply-adds are counted, if not per cell of its output or input."""
        del say
        return None

    @property
    def most_taps(self) -> int:
        """Cells that an output cell is made of, at the most."""
        return 1

    # receptive field

    @property
    def stays(self) -> bool:
        """Whether every output is made of cells at its own place only."""
        return False

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int] | None:
        """The first and the last cell of an input that neighbouring outputs are made of, along an axis.

        None if it does not keep neighbours together, or does not read that input's numbers.
        """
        del a, of
        return (first, last) if self.stays else None

    def period(self, a: int) -> int:
        """After how many of its outputs along an axis it repeats itself."""
        del a
        return 1

    # code

    def code(self, framework: str, context: CodeContext) -> list[str]:
        """Lines of a program from ``x`` to ``y``. Raises UnwrittenError if the framework has no words for it."""
        writers: Writers = import_module(self.CODE).WRITERS if self.CODE else {}
        if framework not in writers:
            raise UnwrittenError(self.type)
        return writers[framework](self, context)


@dataclass(frozen=True, slots=True)
class OpType:
    """A type of a spec: its keys, and how they become one or more ops for what enters, each fed by the one before.

    ``inputs`` are how many it takes, from and to; None is for any number. ``complete`` adds inputs that a spec leaves
    open.
    """

    keys: Object
    resolve: Callable[[Record, Entering], Maybe[tuple[Op, ...]]]
    inputs: tuple[int, int | None] = (1, 1)
    complete: Callable[[Record, Entering], Maybe[Entering]] | None = None
    needs_axes: bool = True
    """Whether it is for maps, and not for flat vectors."""
    role: Role = Role()
