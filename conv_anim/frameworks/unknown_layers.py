"""Messages about layers that are in no table: whose they are, and which name is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, listed, nearest
from conv_anim.frameworks import functionals, libraries
from conv_anim.frameworks.sketch import DRAWN
from conv_anim.frameworks.tables import READ, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.refusals import Refusal


def refusal(call: Call, owners: tuple[str, ...]) -> Refusal | None:
    """Why a layer that one of its libraries has is not drawn; None where no reason of its own is known."""
    return next((TABLES[owner].refused[call.short] for owner in owners if call.short in TABLES[owner].refused), None)


def unknown(call: Call, owners: tuple[str, ...], imports: Mapping[str, str]) -> Problem:
    """Whose layer it is, if that is known; a name that is near only where it is one of the same library's."""
    whole = libraries.whole(call.name, imports)
    library = libraries.library(whole)
    within = libraries.module(whole)
    known = TABLES[library].layers if library is not None and library in TABLES else {}
    function = functionals.near(whole)
    if function is not None and call.short not in known:
        message = f"no function is known as '{call.name}'"
        hint = f"did you mean '{call.prefix}.{function}'? {DRAWN}"
        return Problem(Code.UNKNOWN_NAME, message, "", call.span, hint)
    if whole.startswith("self."):
        message = f"the text does not say what '{call.name}' is"
        hint = "write the layer itself, or name the file that has its class: conv-anim draw net.py"
        return Problem(Code.UNKNOWN_NAME, message, "", call.span, hint)
    if not owners and library not in TABLES:
        said = f"'{call.name}' is {library}'s" if library else f"'{within}' is not a known library"
        message = f"{said}: read are the layers of {listed(READ, last='and')}"
        hint = "write the layer of PyTorch or Keras that computes the same, as in nn.Conv2d(…) or layers.Conv2D(…)"
        return Problem(Code.UNKNOWN_NAME, message, "", call.span, hint)
    if not owners and library is not None and library in TABLES:
        message, places = f"{library} has no layers in '{within}'", TABLES[library].modules
        hint = f"did you mean '{places[0]}.{call.short}'?" if call.short in known else DRAWN
        return Problem(Code.UNKNOWN_NAME, message, "", call.span, hint)
    reason = refusal(call, owners)
    if reason is not None:
        return Problem(Code.UNSUPPORTED, f"{call.name} is not drawn: {reason.why}", "", call.span, reason.hint)
    near = nearest(call.short, [name for owner in reversed(owners) for name in TABLES[owner].layers])
    dot = f"{call.prefix}." if call.prefix else ""
    hint = DRAWN if near is None else f"did you mean '{dot}{near}'? {DRAWN}"
    return Problem(Code.UNKNOWN_NAME, f"no layer is known as '{call.name}'", "", call.span, hint)
