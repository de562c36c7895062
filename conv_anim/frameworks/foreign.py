"""What the tables of libraries and their layers are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import SpecError
from conv_anim.spec.kinds import Invalid, Report
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conv_anim.frameworks.refusals import Refusal
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.nodes import Entries
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

    def settings(self, given: Entries, report: Report | None = None) -> Record:
        """What is given for its parameters. Raises SpecError for what is wrong with it, or was reported before."""
        report = Report() if report is None else report
        record = self.keys.decode(given, report)
        if report.problems or isinstance(record, Invalid):
            raise SpecError(report.problems)
        return record

    def enter(self, record: Record, sketch: Sketch) -> None:
        """Draw it as the next layer of a sketch."""
        if not self.joins_padding:
            sketch.settle()
        self.draw(record, sketch)


def axes_by(field_: Field[Any], single: int) -> Callable[[Record], int]:
    """As many axes as a parameter has numbers; ``single`` where it is a number by itself."""

    def axes(record: Record) -> int:
        said = record.of(field_)
        return len(said) if isinstance(said, tuple) else single

    return axes


def biased(record: Record, sketch: Sketch, bias: Field[bool], *, first: int) -> int | None:
    """What is added to every output, where the layer's own numbers are not known."""
    return first if record.of(bias) and not sketch.weights else None


def weighted(
    record: Record,
    sketch: Sketch,
    *,
    takes: Field[int],
    makes: Field[int],
    groups: Field[int],
    bias: Field[bool],
    first: int,
) -> dict[str, Any]:
    """Output channels, groups and bias of a convolution, as keys of a spec. Raises SpecError for other channels."""
    sketch.takes(record, takes)
    many = record.of(groups)
    added = biased(record, sketch, bias, first=first)
    return {"out_channels": record.at(makes), "groups": many if many > 1 else None, "bias": added}


@dataclass(frozen=True, slots=True)
class Library:
    """A library: the modules that its layers are in (what lies below the last one is its own too), and its layers."""

    modules: tuple[str, ...]
    layers: Mapping[str, ForeignLayer]
    pointwise: tuple[str, ...] = ()
    """Layers that change numbers where they stand, and move nothing."""
    harmless: tuple[str, ...] = ()
    """Layers that change nothing in a network that is trained."""
    beyond: tuple[str, ...] = ()
    """Where the part of a network ends that a figure shows."""
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    """Layers that are not drawn, for a reason of their own."""
