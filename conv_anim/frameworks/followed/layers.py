"""Layers of a model that is followed: each as a node with the shape of what it makes, without its numbers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.calls import Unread
from conv_anim.frameworks.followed import patterns as model_patterns
from conv_anim.frameworks.followed import sequences as model_sequences
from conv_anim.frameworks.followed import shapes as model_shapes
from conv_anim.frameworks.followed.nodes import Nodes, counted_in
from conv_anim.frameworks.followed.sequences import SEQUENCES
from conv_anim.frameworks.followed.values import Held, Map, Unknown, UnreadError
from conv_anim.frameworks.followed.weights import arrays
from conv_anim.frameworks.ops_of_layers import with_ops
from conv_anim.frameworks.sketch import Sketch
from conv_anim.frameworks.text_network import OTHERS, settings
from conv_anim.frameworks.texts import drawn_layer, kind_of
from conv_anim.spec.network import NetNode
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.followed.values import Module
    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.spec.nodes import Scalar
    from conv_anim.spec.records import Record

NOT_FOLLOWED = ("LSTM", "GRU", "RNN", "Transformer", "Attention", "Embedding", "Bilinear")
"""Parts of the names of layers whose output is not a map."""
CALLED = {"AdaptiveAvgPool": "adaptive_avg_pool", "AdaptiveMaxPool": "adaptive_max_pool", "Pad": "pad"}
"""Layers that stay what they are called, whatever they are with these sizes, by a part of their names."""


class WantedError(Exception):
    """What the first layer says of an input: its channels (None: any), its axes, and whether it makes more of it.

    Or, of a layer of sequences, its shape.
    """

    def __init__(  # all that it may say
        self, node: int, channels: int | None, axes: int, *, grows: bool = False, shape: tuple[int, ...] | None = None
    ) -> None:
        super().__init__()
        self.node, self.channels, self.axes, self.grows, self.shape = node, channels, axes, grows, shape


class Layers(Nodes):
    """Nodes of layers."""

    def layer(self, module: Module, given: list[Any], named: dict[str, Any]) -> Any:
        """What a layer makes. Raises SpecError, UnreadError, WantedError."""
        call = module.call
        assert call is not None
        reads = [each for each in (*given, *named.values()) if isinstance(each, Map | Held)]
        first = reads[0]
        fed = next((each for each in reads if isinstance(each, Map)), None)
        if call.short in SEQUENCES and fed is not None:
            return self._of_sequence(module, fed, given, named)
        if isinstance(first, Held):
            return self._of_held(module, first)
        if call.short in {"Rearrange", "Reduce"}:
            shape = model_patterns.moved(_arguments(call).get("0"), first.shape, _arguments(call))
            return self.made(call.short.lower(), (first,), shape, views=True)
        made = self.of_call(call, first, module)
        return (made, Unknown("the indices of a pool are not followed")) if _asks(call, "return_indices") else made

    def of_call(self, call: Call, read: Map, module: Module | None = None) -> Map:
        """What the text of a layer makes of a map. Raises as `layer` does."""
        kind = kind_of(call, self.found)
        if any(part in call.short for part in NOT_FOLLOWED):
            raise UnreadError(f"what {call.name} makes is not followed", call.span)
        path = module.path if module is not None else ""
        scope = tuple(path.split(".")[:-1]) if path else tuple(self.inside.split(".")) if self.inside else ()
        node = NetNode(0, "", path or call.short, call.name, (read.node,), settings=settings(call), scope=scope)
        if kind == "harmless":
            return read
        if kind == "drawn":
            node = self._windowed(call, read, node)
        elif kind in {"pointwise", "beyond"}:
            node = self._plain(call, read, node)
        else:
            raise UnreadError(f"no layer is known as '{call.name}'", call.span)
        if module is not None and module.counted:
            node = replace(node, parameters=0)
        elif module is not None:
            node = replace(node, parameters=node.parameters + module.more - _counted_before(module))
            module.counted = True
        made = self.add(node, call)
        return self.change(read, made) if kind == "pointwise" and _in_place(call) else made

    def _of_held(self, module: Module, read: Held) -> Held:
        """What a layer makes of an array that does not depend on the input; who reads it counts its parameters."""
        assert module.call is not None
        trained = (*read.trained, *(each for held in arrays(module).values() for each in held.trained))
        if module.call.short == "Linear":
            return Held((*read.shape[:-1], arrays(module)["weight"].shape[0]), trained)
        if module.call.short == "Embedding":
            return Held((*read.shape, arrays(module)["weight"].shape[1]), trained)
        if kind_of(module.call, self.found) not in {"pointwise", "harmless"}:
            raise UnreadError("a layer of what does not depend on the input is not followed")
        return Held(read.shape, trained)

    def _of_sequence(self, module: Module, read: Map, given: list[Any], named: dict[str, Any]) -> Any:
        """What an embedding, a recurrent layer or attention makes."""
        made = model_sequences.made(module, given, named)
        source = self._source(read.node)
        assert module.call is not None
        if made.wanted is not None and source is not None:
            raise WantedError(source, None, 0, shape=made.wanted)
        if made.wanted is not None:
            what = f"{module.call.name} takes {made.wanted[-1]} numbers in each place, and what enters has the shape"
            raise SpecError([Problem(Code.SHAPE, f"{what} {_shape(read)}", module.call.name, module.call.span)])
        reads = [each for each in (*given, *named.values()) if isinstance(each, Map)]
        node = NetNode(0, "", module.path or module.call.short, module.call.name, tuple(each.node for each in reads))
        counted = 0 if module.counted else made.parameters + module.more - _counted_before(module)
        module.counted = True
        counted += counted_in(each for each in (*given, *named.values()) if isinstance(each, Held))
        scope = tuple(module.path.split(".")[:-1])
        settings_ = settings(module.call)
        first, *others = made.shapes
        out = self.add(
            replace(node, shape=first, settings=settings_, products=made.products, parameters=counted, scope=scope),
            module.call,
        )
        return (out, *(_of_node(out, each) for each in others)) if others else out

    def _windowed(self, call: Call, read: Map, node: NetNode) -> NetNode:
        for each in call.arguments:
            if isinstance(each.value, Unread) and each.value.why is not None and not _is_place(each.keyword):
                raise UnreadError(each.value.why, each.value.span)
        layer, record = drawn_layer(call, self.found)
        axes = layer.along(record)
        self._check_input(read, layer, record, call)
        if axes not in {None, len(read.shape) - 2}:
            what = f"{call.name} works along {axes} axes, and what enters has the shape {_shape(read)}"
            raise SpecError([Problem(Code.AXES, what, call.name, call.span)])
        sketch = Sketch(read.shape[1], read.shape[2:])
        layer.enter(record, sketch)
        sketch.settle()
        made = replace(with_ops(node, sketch.layers), shape=(read.shape[0], sketch.channels, *sketch.size))
        called = next((type_ for part, type_ in CALLED.items() if part in call.short), None)
        return made if called is None else replace(made, type=called, window=None)

    def _check_input(self, read: Map, layer: ForeignLayer, record: Record, call: Call) -> None:
        """Raise WantedError if the layer says what an input is, and it is something else."""
        source = self._source(read.node)
        if source is None:
            return
        channels = record.of(layer.takes) if layer.takes is not None and record.has(layer.takes) else None
        axes = layer.along(record) or len(read.shape) - 2
        if channels not in {None, read.shape[1]} or axes != len(read.shape) - 2:
            raise WantedError(source, channels, axes, grows="Transpose" in call.short)

    def _source(self, number: int) -> int | None:
        """The input that a map is but for its numbers; None for a map that is more than that."""
        node = self.nodes[number]
        while not node.is_input:
            if len(node.inputs) != 1 or node.window is not None or node.shape != self.nodes[node.inputs[0]].shape:
                return None
            node = self.nodes[node.inputs[0]]
        return node.number

    def _plain(self, call: Call, read: Map, node: NetNode) -> NetNode:
        """A layer that moves no window."""
        given, short = _arguments(call), call.short
        type_ = OTHERS.get(short)
        if short in {"Flatten", "Unflatten"}:
            start, end = given.get("start_dim", given.get("0", 1)), given.get("end_dim", given.get("1", -1))
            shape = (
                model_shapes.flat(read.shape, start, end)
                if short == "Flatten"
                else model_shapes.unflat(read.shape, start, end)
            )
            return replace(node, shape=shape, type=type_)
        if short in {"Linear", "LazyLinear"}:
            return self._linear(call, read, node, given)
        return replace(node, shape=read.shape, type=type_, parameters=self._of_norm(call, read, given))

    def _linear(self, call: Call, read: Map, node: NetNode, given: dict[str, Any]) -> NetNode:
        lazy = call.short == "LazyLinear"
        into = read.shape[-1] if lazy else given.get("in_features", given.get("0"))
        out = given.get("out_features", given.get("0" if lazy else "1"))
        if not isinstance(into, int) or not isinstance(out, int):
            raise UnreadError(f"what {call.name} takes and makes is not known", call.span)
        if into != read.shape[-1]:
            source = self._source(read.node)
            if source is not None:
                raise WantedError(source, into, 0, grows=False)
            what = f"'in_features' is {into}, but {read.shape[-1]} numbers enter, of the shape {_shape(read)}"
            raise SpecError([Problem(Code.SHAPE, what, call.name, call.span, "--input says another size")])
        biased = given.get("bias", given.get("1" if lazy else "2", True)) is not False
        cells = prod(read.shape[:-1])
        parameters = into * out + (out if biased else 0)
        shape = (*read.shape[:-1], out)
        return replace(
            node, shape=shape, type="linear", weight=(out, into), products=cells * into * out, parameters=parameters
        )

    def _of_norm(self, call: Call, read: Map, given: dict[str, Any]) -> int:
        """How many trained numbers a layer has that keeps the shape."""
        short = call.short
        if short == "PReLU":
            return int(given.get("num_parameters", given.get("0", 1)))
        affine = given.get("affine", given.get("elementwise_affine", not short.startswith("Instance")))
        if "Norm" not in short or short == "LocalResponseNorm" or affine is False:
            return 0
        if short in {"LayerNorm", "RMSNorm"}:
            over = given.get("normalized_shape", given.get("0", ()))
            return (1 if short == "RMSNorm" else 2) * prod(over if isinstance(over, tuple) else (over,))
        place = "1" if short == "GroupNorm" else "0"
        channels = given.get("num_channels", given.get("num_features", given.get(place)))
        if isinstance(channels, int) and channels != read.shape[1]:
            what = f"{call.name} has {channels} channels, and {read.shape[1]} enter"
            raise SpecError([Problem(Code.SHAPE, what, call.name, call.span)])
        return 2 * read.shape[1]


def _arguments(call: Call) -> dict[str, Any]:
    return dict(settings(call))


def _is_place(keyword: Scalar | None) -> bool:
    """Whether an argument says only where numbers are kept, and as what."""
    return keyword is not None and keyword.text in {"device", "dtype"}


def _counted_before(module: Module) -> int:
    """How many parameters of a layer were counted where its weight was read by itself; notes that all are now."""
    trained = [each for held in module.arrays.values() for each in held.trained]
    before = sum(each.size for each in trained if each.counted)
    for each in trained:
        each.counted = True
    return before


def _of_node(out: Map, shape: Any) -> Any:
    """A further result of a node: a map, several of them, or None."""
    if shape is None:
        return None
    return Map(out.node, shape) if isinstance(shape[0], int) else tuple(_of_node(out, each) for each in shape)


def _asks(call: Call, name: str) -> bool:
    return any(
        each.keyword is not None and each.keyword.text == name and getattr(each.value, "value", False)
        for each in call.arguments
    )


def _in_place(call: Call) -> bool:
    """Whether a layer changes what it is given: ``nn.ReLU(inplace=True)``, ``nn.ReLU(True)``."""
    return "Norm" not in call.short and any(
        getattr(each.value, "value", None) is True and (each.keyword is None or each.keyword.text == "inplace")
        for each in call.arguments
    )


def _shape(read: Map) -> str:
    return "x".join(map(str, read.shape[1:]))
