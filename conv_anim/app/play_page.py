"""The page of ``play`` and its server."""

from __future__ import annotations

import secrets
from html import escape
from pathlib import PurePath
from typing import TYPE_CHECKING

from conv_anim.app.play import Desk
from conv_anim.app.publisher import EMPTY
from conv_anim.app.server import Server
from conv_anim.export import html
from conv_anim.limits import USUAL

if TYPE_CHECKING:
    from pathlib import Path

    from conv_anim.limits import Limits

SCRIPTS = (*html.PLAYER, "editor.js", "play.js")
STYLES = ("page.css", "editor.css")


def server(name: str, text: str, folder: Path, *, port: int = 0, limits: Limits = USUAL) -> Server:
    """A server of a page to write in; data files lie in the folder. Raises OSError if the port is taken."""
    desk = Desk(name, folder, limits)
    token = secrets.token_urlsafe(24)
    return Server(page(PurePath(name).stem, text), port, answers=desk.answers, token=token)


def page(name: str, text: str) -> str:
    """The page, with a text to begin with."""
    words = {"text": f"\n{escape(text)}", "name": escape(name)}
    editor = html.filled(html.part("editor.html"), words)
    return html.page(EMPTY, poster="data:,", scripts=SCRIPTS, styles=STYLES, connects=True, more=editor)
