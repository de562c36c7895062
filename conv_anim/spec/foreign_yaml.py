"""YAML that is not a spec, but that conv-anim reads elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.spec.nodes import Entries

if TYPE_CHECKING:
    from conv_anim.spec.nodes import Node

ULTRALYTICS = {"backbone", "head"}
"""Keys of a model of Ultralytics, and of no spec."""


def check_foreign(node: Node) -> None:
    """Raise SpecError for YAML of another kind that conv-anim reads elsewhere: one message, not one for each key."""
    if not isinstance(node, Entries) or not set(node.keys) >= ULTRALYTICS:
        return
    key = next(name for name, _ in node.entries if name.value == "backbone")
    named = key.span.source.name if key.span is not None else "model.yaml"
    what = "this is a model of Ultralytics, with a backbone and a head, and no spec"
    raise SpecError([Problem(Code.WRONG_TYPE, what, "", key.span, f"a model is drawn by: conv-anim draw {named}")])
