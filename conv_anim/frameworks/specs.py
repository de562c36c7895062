"""From a sketch to a spec, with what its caller says besides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conv_anim import pipeline
from conv_anim.frameworks.yaml_text import value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Spec


def spec_of(sketch: Sketch, keys: Mapping[str, Any]) -> Spec:
    """The spec that a sketch is, with more keys of a spec. Raises SpecError."""
    spec = pipeline.loaded({**value(sketch.tree), **keys}, files=sketch.files).spec
    return replace(spec, files=(*spec.files, *(path.absolute() for path in sketch.read)))
