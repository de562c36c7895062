"""A spec's tree as newly written YAML."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import yaml

from conv_anim.spec.nodes import Entries, Items, Scalar

if TYPE_CHECKING:
    from conv_anim.spec.nodes import Node

WIDEST = 100


def text(root: Entries, comment: str) -> str:
    """The tree as a file with a comment above it: a line for each key, and for each of several layers."""
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    for key, node in root.entries:
        if key.value == "layers" and isinstance(node, Items):
            lines += [f"{key.value}:", *(line for item in node.items for line in _indented("- ", item))]
        else:
            lines += _line(f"{key.value}: ", node)
    return "\n".join([*lines, ""])


def value(node: Node) -> Any:
    """The plain data of a tree."""
    match node:
        case Scalar():
            return node.value
        case Items():
            return [value(item) for item in node.items]
        case Entries():
            return {str(key.value): value(each) for key, each in node.entries}


def flow(node: Node) -> str:
    """The tree on one line."""
    return _dumped(value(node), flow=True)


def _indented(start: str, node: Node) -> list[str]:
    return [f"  {line}" for line in _line(start, node)]


def _line(start: str, node: Node) -> list[str]:
    """A value behind its key, on one line if there is room, else with a line for each of its own keys."""
    flow = start + _dumped(value(node), flow=True)
    if len(flow) <= WIDEST or isinstance(node, Scalar):
        return [flow]
    if isinstance(node, Entries):
        parts = [line for key, each in node.entries for line in _indented(f"{key.value}: ", each)]
    else:
        parts = [f"  {line}" for line in _dumped(value(node), flow=None).splitlines()]
    return [start + parts[0].strip(), *parts[1:]] if start == "- " else [start.rstrip(), *parts]


def _dumped(data: Any, *, flow: bool | None) -> str:
    said = yaml.safe_dump(data, sort_keys=False, default_flow_style=flow, width=sys.maxsize, allow_unicode=True)
    return said.removesuffix("...\n").rstrip("\n")
