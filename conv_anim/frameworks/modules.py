"""``from_torch``: a real module of PyTorch with its weights, as a spec. Whoever has one has imported PyTorch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.arrays import array, fed
from conv_anim.frameworks.sketch import DRAWN, NOTHING
from conv_anim.frameworks.specs import spec_of
from conv_anim.frameworks.torch.keys import IN_CHANNELS
from conv_anim.frameworks.torch.layers import HARMLESS, TORCH
from conv_anim.frameworks.torch.moves import MODE_AXES
from conv_anim.frameworks.torch.torchvision_layers import TORCHVISION
from conv_anim.spec.nodes import Entries, Scalar, from_python
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Given, Spec
    from conv_anim.spec.records import Record


OWN: Final = {**TORCH, **TORCHVISION}
"""Layers of modules, by the names of their classes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A layer of a module, with its place in it."""

    place: str
    module: Any

    @property
    def name(self) -> str:
        """The name of the module's class."""
        return type(self.module).__name__

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        """A diagnostic about it, ready to raise."""
        return SpecError([Problem(code, message, self.place, hint=hint)])


def from_torch(layer: Any, input: Any, **keys: Any) -> Spec:  # noqa: A002  # as PyTorch calls it
    """The figure of a module of PyTorch with its own weights and biases: a layer, or a network of any form.

    ``input`` is a tensor or an array (channels, *size), with one more axis in front as a batch of 1, or a tuple of
    sizes, whose numbers are then drawn at random. ``keys`` are those of a spec: ``view="flat"``, ``theme="dark"``.
    A module is what its ``forward`` does, which torch.export traces unless all of it is known by PyTorch's own layers.
    Raises SpecError for what cannot be traced, or not be drawn as it is computed.
    """
    parts = list(_parts(layer, type(layer).__name__))
    for part in parts:
        _check(part)
    if all(map(_plain, parts)):
        return spec_of(_in_a_row(parts, layer, input), keys)
    return spec_of(_by_its_graph(layer, input), keys)


def _check(part: Part) -> None:
    """Raise SpecError for something that is not a module, or has no weights yet."""
    if not hasattr(part.module, "forward") or not hasattr(part.module, "named_modules"):
        raise part.problem(f"this is not a PyTorch module, but of the type {part.name}", code=Code.WRONG_TYPE)
    for name, module in part.module.named_modules():
        if any(type(each).__name__ == "UninitializedParameter" for each in module.parameters(recurse=False)):
            lazy = Part(f"{part.place}.{name}" if name else part.place, module)
            raise lazy.problem("this lazy layer has no weights yet", "call it once, then draw it", Code.SHAPE)


def _plain(part: Part) -> bool:
    """Whether it is one of PyTorch's own layers that is drawn, and nothing else happens when it is called."""
    module = part.module
    own = type(module).__module__.startswith(("torch.nn.modules.", "torchvision.ops.")) and "forward" not in vars(
        module
    )
    known = part.name in OWN or (part.name in HARMLESS and not (module.training and getattr(module, "p", 0)))
    return own and known and not _hooked(module)


def _hooked(module: Any) -> bool:
    """Whether functions are called with it, its own or for all modules."""
    shared = sys.modules[module.__class__.__mro__[-2].__module__]
    names = ("_forward_hooks", "_forward_pre_hooks")
    return any(getattr(module, name, None) for name in names) or any(
        getattr(shared, f"_global{name}", None) for name in names
    )


def _in_a_row(parts: list[Part], layer: Any, given: Any) -> Sketch:
    """PyTorch's own layers, one after the other."""
    parts = [part for part in parts if part.name not in HARMLESS]
    if not parts:
        raise Part("layer", layer).problem(NOTHING, DRAWN)
    known = [OWN[part.name] for part in parts]
    said = (
        layer_.axes or MODE_AXES.get(getattr(part.module, "mode", ""))
        for part, layer_ in zip(parts, known, strict=True)
    )
    axes = next((n for n in said if n is not None), None)
    wanted = next((getattr(part.module, IN_CHANNELS.name, None) for part in parts), None) or None
    held: dict[str, Given] = {}
    sketch = fed(given, held, axes=axes, layer=parts[0].name, channels=wanted)
    for part, layer_ in zip(parts, known, strict=True):
        sketch.weights = _weights(part, held)
        layer_.enter(_record(part, layer_), sketch)
    sketch.settle()
    return sketch


def _by_its_graph(module: Any, given: Any) -> Sketch:
    """What a module's forward does, traced."""
    from conv_anim.frameworks.torch.aten import drawn
    from conv_anim.frameworks.torch.export import traced

    held: dict[str, Given] = {}
    axes, channels = _entered(module)
    sketch = fed(given, held, axes=axes, layer=type(module).__name__, channels=channels)
    graph = traced(module, (1, sketch.channels, *sketch.size))
    drawn(graph, sketch, held)
    sketch.settle()
    if not sketch.nodes:
        raise Part(type(module).__name__, module).problem(NOTHING, DRAWN)
    return sketch


def _entered(module: Any) -> tuple[int | None, int | None]:
    """The axes and channels that the first layer takes which says so."""
    for _, each in module.named_modules():
        known = next((OWN[kind.__name__] for kind in type(each).__mro__ if kind.__name__ in OWN), None)
        if known is not None and known.axes is not None:
            return known.axes, getattr(each, IN_CHANNELS.name, None) or None
    return None, None


def _parts(module: Any, place: str) -> Iterator[Part]:
    """The layers of a module, in the order in which PyTorch's own Sequential calls them."""
    kind = type(module)
    if (kind.__name__, kind.__module__) != ("Sequential", "torch.nn.modules.container") or _hooked(module):
        yield Part(place, module)
        return
    for name, child in module.named_children():
        yield from _parts(child, f"{place}[{name}]")


def _record(part: Part, known: ForeignLayer) -> Record:
    """The layer's settings, by the names of its parameters."""
    entries = []
    for field in known.keys.fields:
        setting = getattr(part.module, field.name, None)
        if field.name == "bias":
            setting = setting is not None
        if setting is not None and field.name not in {"device", "dtype"}:
            path = f"{part.place}.{field.name}"
            entries.append((Scalar(field.name, field.name, path), from_python(setting, path)))
    return known.settings(Entries(tuple(entries), part.place))


def _weights(part: Part, held: dict[str, Given]) -> dict[str, Any]:
    """The numbers of a layer as a spec names them; its arrays are held under the layer's place."""
    if part.name == "MultiheadAttention":
        return _attention_weights(part, held)
    weight, bias = getattr(part.module, "weight", None), getattr(part.module, "bias", None)
    if weight is None:
        return {}
    held[part.place] = array(weight, part.place)
    bias_numbers = None if bias is None else list(array(bias, part.place).numbers)
    return {"weight": {"file": part.place}, "bias": bias_numbers}


def _attention_weights(part: Part, held: dict[str, Given]) -> dict[str, Any]:
    """The matrices of an attention, and its output projection with what the bias of its values adds.

    Nothing of one whose keys come from another input, which is refused by its sizes.
    """
    module = part.module
    if module.training and module.dropout:
        raise part.problem("in training, a dropout drops other shares each time", "model.eval()")
    if module.bias_k is not None:
        raise part.problem("'add_bias_kv' changes numbers in a way that is not drawn", "leave it out")
    if module.in_proj_weight is None:
        return {}
    matrices = module.in_proj_weight.detach().double().chunk(3)
    out, bias = module.out_proj.weight.detach().double(), module.out_proj.bias
    if module.in_proj_bias is not None:
        query, _, value = module.in_proj_bias.detach().double().chunk(3)
        if query.any():
            raise part.problem("its queries have a bias, which an attention of a spec has not", "bias=False")
        bias = out @ value + bias.detach().double()
    found: dict[str, Any] = {}
    for name, matrix in [*zip(("query", "key", "value"), matrices, strict=True), ("weight", out[:, :, None])]:
        held[f"{part.place}.{name}"] = array(matrix, part.place)
        found[name] = {"file": f"{part.place}.{name}"}
    return found if bias is None else {**found, "bias": list(array(bias, part.place).numbers)}
