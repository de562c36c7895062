"""From a sketch to a spec, with what its caller says besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim import pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.spec.yaml_text import value
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.diagnostics import Problem
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Spec


def check_signs(spec: Spec, unsigned: Problem | None) -> None:
    """Raise SpecError for negative numbers under a norm of odd order, which the framework makes something else of."""
    if unsigned is None:
        return
    from conv_anim.tracing.trace import trace

    for layer in (layer for figure in spec.figures for layer in trace(figure).layers):
        op = layer.layer
        if op.type == "lp_pool" and getattr(op, "norm_type", 2) % 2 and layer.input.min() < 0:
            raise SpecError([unsigned])


def spec_of(sketch: Sketch, keys: Mapping[str, Any]) -> Spec:
    """The spec that a sketch is, with more keys of a spec. Raises SpecError."""
    spec = pipeline.loaded({**value(sketch.tree), **keys}, files=sketch.files).spec
    check_signs(spec, sketch.unsigned)
    return replace(spec, files=(*spec.files, *(path.absolute() for path in sketch.read)))
