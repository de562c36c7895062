"""A trace as JSON, piece by piece, so that no list of steps is ever held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.spec.model import Number
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import LayerTrace, Trace


def pieces(trace: Trace, *, steps: bool) -> Iterator[str]:
    """The text of ``{"layers": […], "steps": […]}``; ``steps`` only on request.

    A backward pass has its ``gradient`` too, in the shape of the input or of the weight.
    """
    yield '{\n  "layers": ['
    for k, layer in enumerate(trace.layers):
        yield ("," if k else "") + "\n    " + json.dumps(_layer(layer))
    yield "\n  ]"
    if trace.spec.backward is not None:
        yield ',\n  "gradient": ' + json.dumps((trace.output + 0).tolist())
    if steps:
        yield ',\n  "steps": ['
        for k, step in enumerate(trace):
            yield ("," if k else "") + "\n    " + json.dumps(_step(step), ensure_ascii=False)
        yield "\n  ]"
    yield "\n}\n"


def listed(traces: Iterable[Trace], *, steps: bool) -> Iterator[str]:
    """The same of several, as ``{"panels": […]}``."""
    yield '{"panels": ['
    for k, trace in enumerate(traces):
        yield ",\n" if k else "\n"
        yield from pieces(trace, steps=steps)
    yield "]}\n"


def _layer(layer: LayerTrace) -> dict[str, Any]:
    """Zeros are those that a picture shows: what is added to them takes their sign away."""
    arrays = {"input": layer.input, "weight": layer.weight, "bias": layer.bias, "output": layer.output}
    return {
        "type": type(layer.layer).__name__,
        "fed": list(layer.fed),
        "input_size": list(layer.input.shape),
        "output_size": list(layer.output.shape),
        **{name: None if array is None else (array + 0).tolist() for name, array in arrays.items()},
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "index": step.index,
        "layer": step.layer,
        "output": step.output,
        "value": _plain(step.value),
        "bias": _plain(step.bias),
        "divisor": step.divisor,
        "taps": [_tap(tap) for tap in step.taps],
    }


def _tap(tap: Tap) -> dict[str, Any]:
    return {
        "source": tap.source.name.lower(),
        "input": tap.input,
        "x": _plain(tap.x),
        "weight": tap.weight,
        "w": _plain(tap.w),
        "product": _plain(tap.product),
        **({"of": tap.of} if tap.of else {}),
        **({"other": tap.other} if tap.other else {}),
    }


def _plain(number: Number | None) -> Number | None:
    """Without the sign of a zero."""
    return None if number is None else number + 0
