"""What shells complete behind ``--set``: the keys of a spec, and values with names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from conv_anim.spec import completing

if TYPE_CHECKING:
    from typing import Any


def settings(incomplete: str) -> list[CompletionItem[Any]]:
    """Keys of a spec like ``layer.stride=``, and behind the equals sign the values that have names."""
    key, equals, value = incomplete.partition("=")
    if equals:
        found = completing.values(key.split("."))
        return [CompletionItem(f"{key}={name}") for name in found if name.startswith(value)]
    *outer, begun = key.split(".")
    before = "".join(f"{part}." for part in outer)
    return [
        CompletionItem(before + each.name + each.ends, help=each.doc)
        for each in completing.keys(outer)
        if each.name.startswith(begun)
    ]
