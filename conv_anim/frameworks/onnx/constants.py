"""Values of an ONNX model that are known without running it: tensors of the model, and what follows from them.

Numbers are made only on demand, by ONNX's own reference implementation, and within bounds.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.network import Sizes

Array: TypeAlias = Any
"""numpy's; ONNX brings it."""
MOST_CELLS = 16_000_000
"""Numbers of an array that is made."""
MOST_WORK = 200_000_000
"""Numbers that are read, written or multiplied to make one array, with all those that it is made of."""
SMALL = 4096
"""Numbers of a value that may be a size, and is therefore made at once."""
FOLDED = frozenset(
    (
        *("Abs", "Add", "And", "BitShift", "Cast", "CastLike", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape"),
        *("Cos", "DequantizeLinear", "Div", "Equal", "Erf", "Exp", "Expand", "EyeLike", "Flatten", "Floor", "Gather"),
        *("GatherElements", "GatherND", "Gemm", "Greater", "GreaterOrEqual", "Identity", "IsInf", "IsNaN", "Less"),
        *("LessOrEqual", "Log", "MatMul", "Max", "Mean", "Min", "Mod", "Mul", "Neg", "Not", "OneHot", "Or", "Pad"),
        *("Pow", "QuantizeLinear", "Range", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean"),
        *("ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Round", "ScatterElements"),
        *("ScatterND", "Shape", "Sigmoid", "Sign", "Sin", "Size", "Slice", "Softmax", "Split", "Sqrt", "Squeeze"),
        *("Sub", "Sum", "Tan", "Tanh", "Tile", "Transpose", "Trilu", "Unsqueeze", "Where", "Xor"),
    )
)
"""Operators whose outputs follow from their inputs alone, in one pass over them."""
MULTIPLYING = {"MatMul", "Gemm"}


class NotMadeError(Exception):
    """The numbers of a value cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A value that an operator makes of values that are known."""

    proto: Any
    inputs: tuple[str, ...]
    """Keys of values; empty where an input is left out."""
    outputs: tuple[str, ...]
    opset: int


@dataclass
class Constants:
    """Known values by their keys, each a tensor of the model or what an operator makes of others."""

    tensors: dict[str, Any] = field(default_factory=dict)
    folded: dict[str, Folded] = field(default_factory=dict)
    made: dict[str, Array] = field(default_factory=dict)

    def __contains__(self, key: object) -> bool:
        return key in self.tensors or key in self.folded or key in self.made

    def add(self, folded: Folded) -> None:
        """Keeps what all outputs of a node are computed from."""
        self.folded |= dict.fromkeys(filter(None, folded.outputs), folded)

    def array(self, key: str, shapes: Callable[[str], Sizes | None], read: Callable[[Any], Array]) -> Array:
        """The numbers of a value. Raises NotMadeError for what is too much, or cannot be computed."""
        if key in self.made:
            return self.made[key]
        made: dict[str, Array] = {}
        work = 0
        for each in self._order(key):
            if each in self.tensors:
                made[each] = read(self.tensors[each])
                continue
            work += self._work(each, {**self.made, **made}, shapes)
            if work > MOST_WORK:
                raise NotMadeError("takes too many steps to compute here")
            made |= self._computed(each, {**self.made, **made})
        self.made |= {name: array for name, array in made.items() if array.size <= SMALL}
        return made[key]

    def _order(self, key: str) -> list[str]:
        """What a value is made of, and then itself; those that are made are left out."""
        order: list[str] = []
        seen: set[str] = set()
        rest = [(key, False)]
        while rest:
            each, ready = rest.pop()
            if ready:
                order.append(each)
            elif each not in seen and each not in self.made:
                seen.add(each)
                rest.append((each, True))
                rest += [(name, False) for name in self._sources(each)]
        return order

    def _sources(self, key: str) -> tuple[str, ...]:
        return tuple(filter(None, self.folded[key].inputs)) if key in self.folded else ()

    def _work(self, key: str, known: dict[str, Array], shapes: Callable[[str], Sizes | None]) -> int:
        """How many numbers an operator reads, writes and multiplies. Raises NotMadeError for too many."""
        folded, shape = self.folded[key], shapes(key)
        if shape is None or None in shape:
            raise NotMadeError("has a size that does not follow from the model")
        cells = prod(n or 0 for n in shape)
        if cells > MOST_CELLS:
            raise NotMadeError(f"has {cells:,} numbers, more than {MOST_CELLS:,}")
        read = [known[name] for name in folded.inputs if name]
        deep = read[0].shape[-1] if folded.proto.op_type in MULTIPLYING and read and read[0].ndim else 1
        return cells * int(deep) + sum(int(array.size) for array in read)

    def _computed(self, key: str, known: dict[str, Array]) -> dict[str, Array]:
        from onnx.reference import ReferenceEvaluator

        folded = self.folded[key]
        names = [name for name in folded.proto.input if name]
        fed = dict(zip(names, (known[each] for each in folded.inputs if each), strict=True))
        try:
            outputs = ReferenceEvaluator(folded.proto, opsets={"": folded.opset}).run(None, fed)
        except Exception as error:  # noqa: BLE001  # of an operator that may hold anything
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise NotMadeError(f"cannot be computed: {said}") from None
        return {name: array for name, array in zip(folded.outputs, outputs, strict=False) if name}
