"""``from_torch``: a real module of PyTorch with its weights, as a spec. PyTorch is never imported here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.arrays import array, fed
from conv_anim.frameworks.sketch import DRAWN, NOTHING
from conv_anim.frameworks.specs import spec_of
from conv_anim.frameworks.torch_layers import BEYOND, HARMLESS, IN_CHANNELS, MODE_AXES, TORCH
from conv_anim.spec.kinds import Invalid, Report
from conv_anim.spec.nodes import Entries, Scalar, from_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.spec.model import Given, Spec
    from conv_anim.spec.records import Record


@dataclass(frozen=True, slots=True)
class Part:
    """A layer of a module: where it stands in it, and what it is."""

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
    """The figure of a module of PyTorch, a layer or a Sequential of them, with its own weights and biases.

    ``input`` is a tensor or an array (channels, *size), with one more axis in front as a batch of 1, or a tuple of
    sizes, whose numbers are then drawn at random. ``keys`` are those of a spec: ``view="flat"``, ``theme="dark"``.
    Raises SpecError for what cannot be shown as it is computed, such as an activation between two layers.
    """
    parts = [part for part in _parts(layer, type(layer).__name__) if part.name not in HARMLESS]
    if not parts:
        raise Part("layer", layer).problem(NOTHING, DRAWN)
    known = [_known(part) for part in parts]
    said = (
        layer_.axes or MODE_AXES.get(getattr(part.module, "mode", ""))
        for part, layer_ in zip(parts, known, strict=True)
    )
    axes = next((n for n in said if n is not None), None)
    wanted = next((getattr(part.module, IN_CHANNELS.name, None) for part in parts), None) or None
    held: dict[str, Given] = {}
    sketch = fed(input, held, axes=axes, layer=parts[0].name, channels=wanted)
    for part, layer_ in zip(parts, known, strict=True):
        sketch.weights = _weights(part, held)
        layer_.draw(_record(part, layer_), sketch)
    sketch.finish()
    return spec_of(sketch, keys)


def _parts(module: Any, place: str) -> Iterator[Part]:
    """The layers of a module, in the order in which its Sequentials call them."""
    if type(module).__name__ != "Sequential":
        yield Part(place, module)
        return
    for name, child in module.named_children():
        yield from _parts(child, f"{place}[{name}]")


def _known(part: Part) -> ForeignLayer:
    known = TORCH.get(part.name)
    if known is not None and hasattr(part.module, "forward"):
        return known
    if not hasattr(part.module, "forward"):
        raise part.problem(f"this is no module of PyTorch, but of the type {part.name}", code=Code.WRONG_TYPE)
    if part.name in BEYOND:
        hint = "draw the part before it: from_torch(model[:3], …)"
        raise part.problem(f"{part.name} slides no window, and a figure ends before it", hint)
    what = f"{part.name} changes numbers in a way that is not drawn, so those after it would be wrong"
    raise part.problem(what, "draw a part without it, as in from_torch(model[0], …)")


def _record(part: Part, known: ForeignLayer) -> Record:
    """The layer's settings, by the names of its parameters."""
    report = Report()
    entries = []
    for field in known.keys.fields:
        setting = getattr(part.module, field.name, None)
        if field.name == "bias":
            setting = setting is not None
        if setting is not None and field.name not in {"device", "dtype"}:
            path = f"{part.place}.{field.name}"
            entries.append((Scalar(field.name, field.name, path), from_python(setting, path)))
    record = known.keys.decode(Entries(tuple(entries), part.place), report)
    if isinstance(record, Invalid) or report.problems:
        raise SpecError(report.problems)
    return record


def _weights(part: Part, held: dict[str, Given]) -> dict[str, Any]:
    """The numbers of a layer as a spec names them; its arrays are held under the layer's place."""
    weight, bias = getattr(part.module, "weight", None), getattr(part.module, "bias", None)
    if weight is None:
        return {}
    if type(weight).__name__ == "UninitializedParameter":
        raise part.problem("this lazy layer has no weights yet", "call it once, then draw it", Code.SHAPE)
    held[part.place] = array(weight, part.place)
    bias_numbers = None if bias is None else list(array(bias, part.place).numbers)
    return {"weight": {"file": part.place}, "bias": bias_numbers}
