"""The reference of the spec, from the tables that check it: every key, what it takes, what it is by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.spec import appearance, figure_size, input_keys, reader, theme_keys
from conv_anim.spec.arrays import KERNELS, RANDOM, SOURCES
from conv_anim.spec.op_types import TYPES
from conv_anim.spec.themes import THEMES, Theme
from conv_anim.spec.views import VIEWS
from conv_anim.spec.wiring import FROM, NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.records import Field, Object

INTRODUCTION = """# The spec, key by key

A spec is a YAML file. Only `input` and `layer` (or `layers`) are needed; every other key has a default. A key that is
not listed here is an error, which names the nearest one that is. `conv-anim schema` prints the same as JSON Schema.
Every figure of the [gallery](gallery.md) stands beside its spec.
"""
PANELS = (
    "Each is a mapping; what it does not say itself, it takes from the top of the spec, where `input` and `layer` are "
    "then not needed. See [figures side by side](side-by-side.md)."
)

WIRED = (
    "Layers feed one another: each is fed by the one before, the first one by the input. `from` names others, so that "
    "ways part and join again; each layer stands below those that it is fed by."
)


def text() -> str:
    """The page."""
    parts = [INTRODUCTION, section("The spec", reader.SPEC.fields)]
    parts += [section("`input`", _fields(input_keys.INPUT)), _values()]
    parts += [section("Any layer", [NAME, FROM], WIRED)]
    parts += [section(f"`layer: {{type: {name}}}`", kind.keys.fields) for name, kind in TYPES.items()]
    parts += [section(f"`view: {{kind: {name}}}`", kind.options) for name, kind in VIEWS.items()]
    parts += [
        section("`panels`", reader.BOARD.of_panels, PANELS),
        section(
            "`theme`", theme_keys.OWN_THEME.fields, "The themes: " + ", ".join(f"`{name}`" for name in THEMES) + "."
        ),
        section("`animation`", _fields(appearance.ANIMATION)),
        section("`size`", _fields(figure_size.SIZE)),
        section("`labels`", _of(appearance.OWN_LABELS).fields),
    ]
    return "\n".join(parts)


def _values() -> str:
    named = ", ".join(f"`{name}`" + ("" if size is None else " (3x3)") for name, (size, _) in KERNELS.items())
    note = (
        "A nested list, `arange`, or one of the keys `random` and `file`. "
        "What is `random` is drawn by `seed`, `low` and `high`. "
        f"A `weight` may be the name of a kernel: {named}."
    )
    return section("`values` and `weight`", [*SOURCES.fields, *RANDOM.fields], note)


def _fields(field: Field[Any]) -> Sequence[Field[Any]]:
    return _of(field.kind).fields


def _of(kind: Any) -> Object:
    """The mapping that a kind is, or is made from."""
    while not hasattr(kind, "fields"):
        kind = kind.kind
    found: Object = kind
    return found


def section(title: str, fields: Sequence[Field[Any]], note: str = "") -> str:
    lines = [f"## {title}\n"]
    lines += [f"{note}\n"] if note else []
    if not fields:
        return "\n".join([*lines, "No keys of its own.\n"])
    lines += ["| key | what it is | takes | default |", "|---|---|---|---|"]
    lines += [f"| `{f.name}` | {_cell(f.doc)} | {_cell(f.kind.expected)} | {_default(f)} |" for f in fields]
    return "\n".join(lines) + "\n"


def _cell(said: str) -> str:
    return said.replace("|", "\\|").replace("1,000,000", "a million")


def _default(field: Field[Any]) -> str:
    value = field.default
    if field.required:
        return "*needed*"
    match value:
        case None | ():
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case Theme():
            return f"`{value.name}`"
        case int() | float() | str():
            return f"`{value}`"
        case _:
            return "see below"
