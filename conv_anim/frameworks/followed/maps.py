"""Maps of a model that is followed: what operators and functions make of them, each as a node with its shape."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks import functionals, libraries
from conv_anim.frameworks.followed import patterns as model_patterns
from conv_anim.frameworks.followed import shapes as model_shapes
from conv_anim.frameworks.followed.layers import Layers, WantedError
from conv_anim.frameworks.followed.library import LIKE
from conv_anim.frameworks.followed.moves import Moved, moved_to
from conv_anim.frameworks.followed.nodes import counted
from conv_anim.frameworks.followed.values import Bound, FitError, Held, Map, Trained, Unknown, UnreadError
from conv_anim.frameworks.torch.network import TYPES
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.calls import Call

__all__ = ["Maps", "WantedError"]

SILENT = {
    *("contiguous", "clone", "detach", "to", "float", "half", "double", "cuda", "cpu", "type", "type_as", "dropout"),
    *("dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "requires_grad_", "identity", "bfloat16"),
}
POINTWISE = {
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "sigmoid", "tanh", "softplus"),
    *("hardtanh", "hardsigmoid", "hardswish", "softmax", "log_softmax", "logsigmoid", "prelu", "rrelu", "softsign"),
    *("normalize", "layer_norm", "instance_norm", "group_norm", "batch_norm", "local_response_norm", "rms_norm"),
    *("abs", "exp", "log", "sqrt", "rsqrt", "sin", "cos", "clamp", "clip", "neg", "square", "erf", "sign"),
    *("reciprocal", "roll", "flip", "masked_fill", "cumsum", "round", "floor", "ceil", "log1p", "expm1", "tanhshrink"),
    *("log2", "log10", "atan"),
}
"""Functions that keep the shape of what they are given."""
OPERATORS = {
    **{name: name for name in ("add", "sub", "mul", "div", "pow", "matmul", "maximum", "minimum")},
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "bmm": "matmul",
}
"""Methods that are operators, with the operators' names."""
JOINS = {"cat": "cat", "concat": "cat", "concatenate": "cat", "stack": "stack"}
SCALARS = Map | Held | int | float
VIEWS = {
    *("slice", "view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose", "swapaxes"),
    *("swapdims", "t", "movedim", "moveaxis", "chunk", "split", "split_with_sizes", "tensor_split", "unbind", "expand"),
    *("narrow", "view_as", "reshape_as", "expand_as"),
}
"""What shares its numbers with the map that it is made of."""


class Maps(Layers):
    """Nodes in the making."""

    def function(self, whole: str, call: Call, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function of a library makes of maps."""
        short, owner = whole.rpartition(".")[2], libraries.module(whole)
        if owner == "torch.nn.functional" and short in {"upsample", "upsample_bilinear", "upsample_nearest"}:
            whole, short = "torch.nn.functional.interpolate", "interpolate"
        if short in {"checkpoint", "DropPath", "StochasticDepth"}:
            raise UnreadError(f"{whole} is not followed")
        if owner == "einops" and short in {"rearrange", "reduce", "repeat"}:
            of, pattern = (*given, *(named.pop(key) for key in ("tensor", "pattern") if key in named))[:2]
            stacked = model_shapes.joined([each.shape for each in of], 0, stacked=True) if isinstance(of, list) else ()
            reads = tuple(each for each in (of if isinstance(of, list) else [of]) if isinstance(each, Map))
            shape = model_patterns.moved(pattern, stacked or of.shape, named)
            return self.made(short, reads, shape, views=short == "rearrange" and not stacked)
        if owner not in {"torch", "torch.nn.functional", "torch.nn", "torch.special"}:
            raise UnreadError(f"what {whole} makes of a map is not known", call.span)
        if short == "linear":
            return self._linear_of(call, *given, **named)
        if short in {"einsum", "scaled_dot_product_attention"}:
            return self._by_shapes(short, given, named)
        if short == "pad" and isinstance(given[0], Map) and _pads_more(given, named):
            ends = model_shapes.padded(given[0].shape, _ends(given, named))
            return self.made("pad", (given[0],), ends, "pad")
        if functionals.is_function(whole) and short not in POINTWISE | SILENT:
            return self._of_table(whole, call, given, named)
        first = given[0] if given else next(iter(named.values()))
        if not isinstance(first, Map | Held | list | tuple):
            raise UnreadError(f"what '{short}' makes of a map is not known", call.span)
        return self.method(first, short, given[1:], named)

    def _linear_of(self, call: Call, input: Any, weight: Any, bias: Any = None) -> Map:  # noqa: A002  # PyTorch's name
        """``F.linear``, whose weight is an array."""
        if not isinstance(input, Map) or not isinstance(weight, Held) or len(weight.shape) != 2:
            raise UnreadError("the weight of 'linear' is not known", call.span)
        out, into = weight.shape
        if into != input.shape[-1]:
            raise FitError(f"the weight takes {into} numbers, but {input.shape[-1]} enter", call.span)
        shape = (*input.shape[:-1], out)
        made = self.made("linear", (input,), shape, "linear", trained=_trained((weight, bias)))
        self.nodes[-1] = replace(self.nodes[-1], weight=weight.shape, products=prod(shape) * into)
        return made

    def _by_shapes(self, short: str, given: list[Any], named: dict[str, Any]) -> Map:
        """A function whose result has a shape that follows from all that it is given."""
        if short == "einsum":
            equation, *arrays = given
            arrays = list(arrays[0]) if arrays and isinstance(arrays[0], list | tuple) else arrays
        else:
            equation, arrays = None, [*given, *(named[key] for key in ("query", "key", "value") if key in named)][:3]
        if not all(isinstance(each, Map | Held) for each in arrays):
            raise UnreadError(f"what enters '{short}' is not known")
        shapes = [each.shape for each in arrays]
        shape = model_patterns.summed(equation, shapes) if equation is not None else (*shapes[0][:-1], shapes[2][-1])
        reads = tuple(each for each in arrays if isinstance(each, Map))
        return self.made(short, reads, shape, trained=_trained(arrays))

    def _of_table(self, whole: str, call: Call, given: list[Any], named: dict[str, Any]) -> Map:
        unknown = next((each for each in (*given, *named.values()) if isinstance(each, Unknown)), None)
        if unknown is not None:
            raise UnreadError(unknown.why, call.span)
        read = next(each for each in (*given, *named.values()) if isinstance(each, Map))
        _, layer, _ = functionals.as_layer(call, whole)
        made = self.of_call(layer, read)
        held = [each for each in (*given, *named.values()) if isinstance(each, Held)]
        parameters = counted(_trained(held)) if held else self.nodes[-1].parameters
        self.nodes[-1] = replace(self.nodes[-1], kind=f"F.{whole.rpartition('.')[2]}", parameters=parameters)
        return made

    def method(self, of: Any, name: str, given: list[Any], named: dict[str, Any]) -> Any:  # noqa: PLR0911  # one for each kind
        """What a method makes of a map, or the function of that name."""
        short = name.rstrip("_") or name
        if short in {"max", "min"} and isinstance(given[0] if given else named.get("other"), Map | Held):
            short = name = f"{short}imum"
        unknown = next((each for each in (of, *given, *named.values()) if isinstance(each, Unknown)), None)
        if short in SILENT or (isinstance(of, Held) and name.endswith("_")):
            return of
        stays = short in POINTWISE and unknown is not of  # the shape does, whatever it is
        if unknown is not None and not stays and short not in {"mean", "sum"}:
            raise UnreadError(unknown.why)
        if short in LIKE or (short.startswith("new_") and given):
            return Held(of.shape if short in LIKE else _whole(given))
        if short in JOINS:
            return self._joined(JOINS[short], of, given, named)
        if isinstance(of, Held) and not any(isinstance(each, Map) for each in given):
            moved = moved_to(of.shape, short, given, named) if short not in POINTWISE else Moved(of.shape)
            if moved.several is not None:
                return tuple(Held(shape, of.trained) for shape in moved.several)
            return moved.plain if moved.plain is not None else Held(moved.shape or of.shape, of.trained)
        if short in OPERATORS:
            made = self.operated(OPERATORS[short], of, given[0] if given else next(iter(named.values())))
            return self.change(of, made) if short != name else made
        if short in POINTWISE:
            trained = _trained((*given, *named.values()))
            made = self.made(short, (of,), of.shape, TYPES.get(short), trained=trained)
            return self.change(of, made) if short != name or named.get("inplace") is True else made
        return self._moved(of, short, given, named)

    def _moved(self, of: Map, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a method makes that changes a shape."""
        moved = moved_to(of.shape, name, given, named)
        if moved.plain is not None:
            return moved.plain
        if moved.several is not None:
            return tuple(self.made(name, (of,), shape, views=name in VIEWS) for shape in moved.several)
        assert moved.shape is not None
        made = self.made(name, (of,), moved.shape, moved.type, views=name in VIEWS)
        return (made, Unknown("which cells these are is not followed")) if moved.pair else made

    def _joined(self, kind: str, maps: Any, given: list[Any], named: dict[str, Any]) -> Any:
        listed = list(maps) if isinstance(maps, list | tuple) else []
        along = given[0] if given else named.get("dim", named.get("axis", 0))
        if not listed or not all(isinstance(each, Map | Held) for each in listed):
            raise UnreadError("what is put together here is not known")
        if len(listed) == 1 and kind == "cat":
            return listed[0]
        shape = model_shapes.joined([each.shape for each in listed], along, stacked=kind == "stack")
        reads = tuple(each for each in listed if isinstance(each, Map))
        trained = _trained(listed)
        if not reads:
            return Held(shape, trained)
        type_ = "concat" if kind == "cat" and len(reads) > 1 else None
        return self.made(kind, reads, shape, type_, trained=trained)

    def operated(self, name: str, left: Any, right: Any) -> Any:
        """What an operator makes of two values, one of them a map or an array."""
        shapes = [each.shape if isinstance(each, Map | Held) else () for each in (left, right)]
        shape = model_shapes.multiplied(*shapes) if name == "matmul" else model_shapes.broadcast(*shapes)
        reads = tuple(each for each in (left, right) if isinstance(each, Map))
        if not reads:
            return Held(shape, _trained((left, right)))
        if not isinstance(left, SCALARS) or not isinstance(right, SCALARS):
            raise UnreadError("what this operator makes of a map is not known")
        return self.made(
            name,
            reads,
            shape,
            TYPES.get(name) if len(reads) == 2 and name in {"add", "mul"} else None,
            trained=_trained((left, right)),
        )

    def attribute(self, of: Map | Held, name: str) -> Any:
        """An attribute of a map."""
        match name:
            case "shape":
                return of.shape
            case "ndim":
                return len(of.shape)
            case "T" | "mT" if len(of.shape) == 2 or name == "mT":
                return self.method(of, "transpose", [-2, -1], {})
            case "data":
                return of
            case "device" | "dtype" | "is_cuda" | "requires_grad" | "training":
                return Unknown(f"the {name} of a map is not followed")
            case _:
                return Bound(of, name)

    def indexed(self, of: Map | Held, index: Any) -> Any:
        """A part of a map."""
        shape = model_shapes.indexed(of.shape, index if isinstance(index, tuple) else (index,))
        return self.made("slice", (of,), shape, views=True) if isinstance(of, Map) else Held(shape, of.trained)


def _whole(given: list[Any]) -> tuple[int, ...]:
    return tuple(given[0]) if isinstance(given[0], list | tuple) else tuple(given)


def _ends(given: list[Any], named: dict[str, Any]) -> Any:
    return given[1] if len(given) > 1 else named.get("pad")


def _pads_more(given: list[Any], named: dict[str, Any]) -> bool:
    """Whether ``F.pad`` reaches fewer axes or more than those of a map: its channels are last, or it is a sequence."""
    ends = _ends(given, named)
    return isinstance(ends, list | tuple) and len(ends) // 2 != len(given[0].shape) - 2


def _trained(values: Any) -> tuple[Trained, ...]:
    """The parameters in arrays that do not depend on the input."""
    return tuple(each for value in values if isinstance(value, Held) for each in value.trained)
