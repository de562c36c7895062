"""A class of PyTorch in a text as the network that its ``forward`` makes. Read, never run."""

from __future__ import annotations

import ast
import re
from itertools import product
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.frameworks.calls import tree_of
from conv_anim.frameworks.followed.choice import program_of, required_of
from conv_anim.frameworks.followed.maps import Maps, WantedError
from conv_anim.frameworks.followed.objects import PLAIN
from conv_anim.frameworks.followed.sequences import SEQUENCES
from conv_anim.frameworks.followed.values import Class, FitError, Function, Map, Module, UnreadError
from conv_anim.frameworks.listing import Listing
from conv_anim.spec.network import Network
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from pathlib import Path

    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.followed.program import Program
    from conv_anim.spec.model import Size

SIDES = {1: (16_000, 1024, 256, 128, 64), 2: (224, 32, 28, 64, 128, 256, 299, 96, 48, 16, 8, 512), 3: (64, 32, 112, 16)}
"""Sizes along each axis that are tried where nobody says one, the usual first."""
MOST_WINDOWS = 6
"""Layers in a row whose windows a figure shows."""
CHANNELS = (3, 1)
"""The channels to try if the first layer does not say how many it takes."""
TURNS = 12
"""Inputs that say what they are, one after the other."""
AXES = re.compile(r"\b(?:Conv|ConvTranspose|MaxPool|AvgPool)([123])d\b")


@dataclass(frozen=True, slots=True)
class Followed:
    """A network, with the layers that its nodes are, by their numbers; and what reads them."""

    network: Network
    calls: dict[int, Call]
    imports: dict[str, str]
    read: tuple[Path, ...] = ()
    """Files of the project that were read with it."""

    @property
    def is_large(self) -> bool:
        """Whether it is too much for windows that slide: it branches, has many layers with windows, or sequences."""
        windows = sum(node.window is not None for node in self.network.nodes)
        sequences = any(call.short in SEQUENCES for call in self.calls.values())
        return sequences or not self.is_row or windows > MOST_WINDOWS

    @property
    def is_row(self) -> bool:
        """Whether each node reads only the one before it."""
        nodes = self.network.nodes
        return all(node.inputs == ((k - 1,) if k else ()) for k, node in enumerate(nodes))


def followed(source: Source, feed: Feed, names: Names, name: str) -> Followed:
    """The network that a class makes of its input, or the model that a function returns.

    Raises UnreadError for what cannot be followed, and SpecError for layers that do not fit what enters them.
    """
    tree = tree_of(source)
    axes = _axes(source)
    sizes: list[Size | None] = [None] if feed.shape is not None else [(side,) * axes for side in SIDES[axes]]
    first: SpecError | FitError | None = None
    usual = [feed] if feed.shape is not None or feed.channels else [replace(feed, channels=n) for n in CHANNELS]
    for fed, size in product(usual, sizes):
        try:
            return _fed(source, tree, name, names, fed, size)
        except (SpecError, FitError) as error:
            first = first or error
    assert first is not None
    raise first


def _axes(source: Source) -> int:
    found = AXES.findall(source.text)
    return int(max(set(found), key=found.count)) if found else 2


def _fed(  # noqa: PLR0917  # what it depends on
    source: Source, tree: ast.Module, name: str, names: Names, feed: Feed, size: Size | None
) -> Followed:
    """With an input of a size, which has the channels that the first layer takes."""
    shapes: dict[int, Size] = {}
    takes = ""
    for _ in range(TURNS):
        try:
            return _once(source, tree, name, names, feed, size, shapes)
        except WantedError as wanted:
            shape = _wanted(wanted, size, feed)
            takes = f"{wanted.channels} {'channels' if wanted.axes else 'numbers'}" if wanted.channels else ""
            takes = f"{wanted.shape[-1]} numbers in each place" if wanted.shape is not None else takes
            if shapes.get(wanted.node) == shape:
                break
            shapes[wanted.node] = shape
    raise SpecError([Problem(Code.SHAPE, _contrary(name, feed, takes), name, hint="--input 3x224x224 says it")])


def _contrary(name: str, feed: Feed, takes: str) -> str:
    """What is wrong where no input is one that all layers take."""
    if feed.shape is None or not takes:
        return f"the layers of {name} do not say what it is fed"
    return f"a layer of {name} takes {takes}, but the input is {'x'.join(map(str, feed.shape))}"


def _wanted(wanted: WantedError, size: Size | None, feed: Feed) -> Size:
    if wanted.shape is not None:
        return (1, *feed.shape) if feed.shape is not None else wanted.shape
    channels = wanted.channels or feed.channels or 3
    if wanted.axes == 0:
        return (1, channels)
    if feed.shape is not None and len(feed.shape) in {wanted.axes, wanted.axes + 1}:
        said = feed.shape if len(feed.shape) > wanted.axes else (channels, *feed.shape)
        return (1, *said)
    side = 1 if wanted.grows else (size or SIDES[wanted.axes])[0]
    return (1, channels, *(side,) * wanted.axes)


def _first_shape(feed: Feed, size: Size | None, axes: int) -> Size:
    shape = feed.shape or size or ()
    return (1, *shape) if len(shape) > axes else (1, feed.channels or 3, *shape)


def _once(  # noqa: PLR0917  # what it depends on
    source: Source, tree: ast.Module, name: str, names: Names, feed: Feed, size: Size | None, shapes: dict[int, Size]
) -> Followed:
    imports: dict[str, str] = {}
    program = program_of(tree, source, names, Listing(name, (), imports=imports))
    for scope in [*program.files.values()][::-1]:
        imports |= {key: value.whole for key, value in scope.items() if hasattr(value, "whole")}
    try:
        at = next((each for each in tree.body if getattr(each, "name", None) == name), tree.body[0])
        place = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), at)
        made = program.value(place, program.scope)
        model = program.call(made, [], {}, place) if isinstance(made, Class | Function) else made
        if not isinstance(model, Module) or model.kind == PLAIN:
            raise UnreadError(f"{name} is not a model of PyTorch", program.span(place))
        model.place("")
        given = _inputs(program, model, feed, size, shapes, _axes(source))
        out = program.applied(model, given, {}, place)
    except RecursionError:
        raise UnreadError("too many calls are inside of each other", Span(source, 1, 1)) from None
    notes = _said(program.maps, feed)
    returned = [_itself(program.maps, each) for each in _maps(out)]
    outputs = tuple(dict.fromkeys(program.maps.current(each.node) for each in returned))
    if not outputs:
        raise UnreadError(f"forward of {name} returns no map", program.span(place))
    network = Network(name, tuple(program.maps.nodes), outputs, notes)
    return Followed(network, program.maps.calls, imports, tuple(_read(program)))


def _read(program: Program) -> list[Path]:
    """The files that were read besides the text's own."""
    return [path for path, file in program.files.items() if file.is_read and file is not program.scope]


def _inputs(  # noqa: PLR0917  # what it depends on
    program: Program, model: Module, feed: Feed, size: Size | None, shapes: dict[int, Size], axes: int
) -> list[Map]:
    """One for each parameter of ``forward`` that has no value of its own."""
    forward = model.of.method("forward") if model.of is not None else None
    required = ["input"] if forward is None else required_of(forward[1].args, program.said)[1:]
    if forward is not None and not required and forward[1].args.vararg is not None:
        required = [forward[1].args.vararg.arg]
    usual = _first_shape(feed, size, axes)
    return [program.maps.input(name, shapes.get(k, usual)) for k, name in enumerate(required)]


def _itself(maps: Maps, found: Map) -> Map:
    """A map as a node of its own, where it is a further result of one: a state, or the weights of attention."""
    return found if maps.nodes[found.node].shape == found.shape else maps.made("getitem", (found,), found.shape)


def _maps(value: Any) -> list[Map]:
    """All maps in what is returned."""
    if isinstance(value, Map):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [each for item in items for each in _maps(item)]


def _said(maps: Maps, feed: Feed) -> tuple[str, ...]:
    """What the inputs are, where nobody says it."""
    if feed.shape is not None:
        return ()
    inputs = [node for node in maps.nodes if node.is_input]
    each = " and ".join("x".join(str(n) for n in (node.shape or ())[1:]) for node in inputs)
    return (f"the input is {each} here; --input says another size",)
