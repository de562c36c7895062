"""A change to the text of a spec that leaves everything else in it as it is written, comments too."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from conv_anim.diagnostics import Source, SpecError
from conv_anim.spec import document, yaml_text
from conv_anim.spec.document import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.spec.nodes import Entries
    from conv_anim.spec.overrides import Change

PLAIN = re.compile(r"[A-Za-z_][\w-]*")
"""Keys that need no quotes."""


class Slot(NamedTuple):
    """Where in a text something is replaced, and by what."""

    start: int
    end: int
    text: str


def rewritten(text: str | None, changes: Iterable[Change], whole: Entries) -> str:
    """The text of a tree: with its original formatting where possible, else rewritten."""
    for change in changes:
        place = [part.text for part in change.place]
        text = None if text is None else edited(text, place, yaml_text.flow(change.node))
    return text if text is not None and _data(text) == yaml_text.value(whole) else yaml_text.text(whole, "")


def _data(text: str) -> Any:
    """A text's data, for comparison; None if it is not valid."""
    try:
        return yaml_text.value(document.parsed(Source("", text)))
    except SpecError:
        return None


def edited(text: str, place: Sequence[str], value: str) -> str | None:
    """The text of a spec with a value, in YAML's flow style, at a place; mappings that are missing are made.

    None where the text has no such place, or where it is shared by an alias.
    """
    try:
        root: Any = yaml.compose(text, Loader=LOADER)
    except (yaml.YAMLError, ValueError):
        return None
    slot = None if root is None else _slot(text, root, place, value)
    return None if slot is None else text[: slot.start] + slot.text + text[slot.end :]


def _slot(text: str, root: Any, place: Sequence[str], value: str) -> Slot | None:
    node, start = root, 0
    for k, part in enumerate(place):
        found = _child(node, part)
        if found is None:
            return _added(text, node, place[k:], value) if isinstance(node, yaml.MappingNode) else None
        node, after = found
        if node.start_mark.index < max(after, start):
            return None  # an alias: its value is written elsewhere
        start = node.start_mark.index
    if isinstance(node, yaml.ScalarNode) and not text[start : node.end_mark.index].strip():
        return Slot(start, start, value if text[start - 1 : start].isspace() else f" {value}")
    return Slot(start, _end(text, node), value)


def _child(node: Any, part: str) -> tuple[Any, int] | None:
    """The value of a key or the item of a number, and where the key ends."""
    if isinstance(node, yaml.MappingNode):
        return next(((value, key.end_mark.index) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdecimal() and int(part) < len(node.value):
        return node.value[int(part)], 0
    return None


def _added(text: str, node: Any, rest: Sequence[str], value: str) -> Slot | None:
    """A key that is not there yet, as the last one of its mapping."""
    for part in reversed(rest[1:]):
        value = f"{{{_key(part)}: {value}}}"
    entry = f"{_key(rest[0])}: {value}"
    if node.flow_style:
        end = node.end_mark.index - 1
        before = text[:end].rstrip()
        comma = "" if before[-1] in "{," else ", "
        return Slot(len(before), end, f"{comma or ' ' * before.endswith(',')}{entry}")
    if not node.value:
        return None
    end = text.find("\n", _end(text, node))
    end = len(text) if end < 0 else end
    indent = " " * node.value[0][0].start_mark.column
    return Slot(end, end, f"\n{indent}{entry}")


def _key(name: str) -> str:
    return name if PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _end(text: str, node: Any) -> int:
    """Behind the last character of a value; what stands below each other ends with its last item."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        start = int(node.start_mark.index)
        return start + len(text[start : node.end_mark.index].rstrip())
    last = node.value[-1]
    key, value = last if isinstance(last, tuple) else (None, last)
    return max(_end(text, value), 0 if key is None else int(key.end_mark.index))
