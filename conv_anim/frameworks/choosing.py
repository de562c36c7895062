"""Which node of a model is meant, by its number or a name of it; else the nodes that there are, as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, nearest
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.diagnostics import SpecError

LISTED = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """A node: its number as the file counts it, its name first among its names, and what it is in a few words."""

    label: str
    names: tuple[str, ...]
    kind: str
    told: Callable[[], str] = field(compare=False)
    is_drawn: bool = True

    @property
    def name(self) -> str:
        """What it is called first."""
        return self.names[0]


def chosen(
    choices: Sequence[Choice],
    wanted: str | int | None,
    wrong: Callable[[str, str, Code], SpecError],
    listed: Sequence[Choice] | None = None,
) -> int:
    """The index of the choice that is meant; it may be left open where one alone is ``listed`` (all, by default).

    Raises what ``wrong`` makes of a message and a hint, which lists them.
    """
    shown = [each for each in choices if each.is_drawn] if listed is None else listed
    if wanted is None:
        if len(shown) == 1:
            return choices.index(shown[0])
        raise wrong("say which node is meant", _listed(shown, ""), Code.MISSING_KEY)
    named = [each for each in choices if wanted in each.names]
    found = [each for each in choices if each.label == str(wanted)] or named
    found = found if len(found) < 2 else [each for each in found if each.is_drawn]
    if len(found) == 1 and found[0].is_drawn:
        return choices.index(found[0])
    if len(found) == 1:
        what = f"node {wanted} is '{found[0].name}', and {found[0].kind} is not drawn by itself"
        raise wrong(what, _listed(shown, str(wanted)), Code.UNSUPPORTED)
    called = [each for each in shown if each in named]
    if called:
        raise wrong(f"{len(called)} nodes are called '{wanted}'", _listed(called, ""), Code.UNKNOWN_NAME)
    what = f"no node that can be drawn is called '{wanted}'"
    raise wrong(what, _listed(shown, str(wanted)), Code.UNKNOWN_NAME)


def _listed(choices: Sequence[Choice], wanted: str) -> str:
    """A list of them: those whose names have something of what is wanted, else all."""
    near = nearest(wanted, [each.name for each in choices]) if wanted else None
    found = [each for each in choices if wanted and wanted.lower() in f"{each.name} {each.kind}".lower()]
    shown = found or choices
    lines = [f"{each.label}: {each.name} ({each.told()})" for each in shown[:LISTED]]
    spare = len(shown) - LISTED
    more = [f"… and {spare} more: --node with a part of a name lists those"] if spare > 0 else []
    meant = "" if near is None or found else f"did you mean '{near}'? "
    asked = f"those with '{wanted}' in them" if found else "by name or number (node=, --node)"
    return "\n    ".join([f"{meant}{asked}:", *lines, *more])
