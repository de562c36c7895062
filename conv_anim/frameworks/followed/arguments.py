"""Values of a model's text as arguments of a layer's text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.calls import Argument, Call, Group, Unread
from conv_anim.frameworks.followed.values import Held, Map, Name, Unknown
from conv_anim.spec.nodes import Scalar

if TYPE_CHECKING:
    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Value


def as_value(value: Any, span: Span) -> Value:  # noqa: PLR0911  # one for each kind
    """A value as the text of a layer has it."""
    match value:
        case None | bool() | int() | float() | str():
            return Scalar(value, str(value), "", span)
        case list() | tuple() | range():
            return Group(tuple(as_value(each, span) for each in value), span)
        case Held(shape=shape):
            return Call("torch.zeros", (Argument(None, as_value(shape, span)),), span)
        case Map():
            return Unread("a map", span)
        case Name(whole=whole):
            return Unread(whole, span)
        case Unknown(why=why):
            return Unread("…", span, why=why)
        case _:
            return Unread(type(value).__name__.lower(), span)
