"""What a page has to show: the newest state, for readers who wait for one that they have not seen."""

from __future__ import annotations

import json
from threading import Condition
from typing import TYPE_CHECKING

from conv_anim.export import html
from conv_anim.scene.primitives import Frame, Guide, Scene
from conv_anim.scene.wording.phrases.page import EN
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from conv_anim.export.html import Data

PATIENCE = 20.0
"""Seconds that a page waits for something new before it asks again."""
EMPTY: Data = html.figure(
    Scene(
        width=480,
        height=1,
        background="#ffffff",
        static=(),
        frames=(Frame((), ()),),
        step=1000,
        hold=0,
        loop=0,
        title="conv-anim",
        description=EN["waiting"],
        guide=lambda: Guide("en", EN, ("",), ()),
    )
)
"""What the page shows before its first picture."""


@dataclass(frozen=True, slots=True)
class State:
    """What the page has to show: the last good picture, and what is wrong with the spec, if anything is."""

    version: int = 0
    figure: Data | None = None
    problem: str = ""

    def told(self) -> bytes:
        """As JSON."""
        return json.dumps({"version": self.version, "figure": self.figure, "problem": self.problem}).encode()


@dataclass
class Publisher:
    """Has the newest state; readers wait for one that they have not seen."""

    state: State = field(default_factory=State)
    changed: Condition = field(default_factory=Condition)

    def post(self, figure: Data | None, problem: str) -> None:
        """A new state, if it is one; without a figure the last one stays."""
        with self.changed:
            before = self.state
            kept = before.figure if figure is None else figure
            if before.version == 0 or (kept, problem) != (before.figure, before.problem):
                self.state = State(before.version + 1, kept, problem)
                self.changed.notify_all()

    def after(self, version: int, patience: float = PATIENCE) -> State:
        """The newest state, once it is another one than ``version``, or when patience is at an end."""
        with self.changed:
            self.changed.wait_for(lambda: self.state.version != version, patience)
            return self.state
