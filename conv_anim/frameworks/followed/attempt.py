"""Whether a text has a class of PyTorch that can be followed. What follows it is imported for such texts only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.calls import tree_of
from conv_anim.frameworks.listing import Line, Listing
from conv_anim.frameworks.python_files import is_file
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.followed.network import Followed
    from conv_anim.frameworks.followed.values import UnreadError

OF_A_ROW = {Code.SHAPE, Code.AXES, Code.UNSUPPORTED}
"""What may be wrong with layers in a row that are none."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of following a text: its network, or why not."""

    source: Source
    feed: Feed
    names: Names
    wanted: str | None = None
    name: str | None = None
    followed: Followed | None = None
    problem: UnreadError | None = None

    @property
    def is_large(self) -> bool:
        """Whether it is a class of PyTorch that does more than to call a few layers in a row."""
        return self.followed is not None and self.followed.is_large

    @property
    def row(self) -> Listing | None:
        """The layers in the order in which ``forward`` calls them, where each is fed by the one before."""
        if self.followed is None or not self.followed.is_row:
            return None
        found = self.followed
        lines = tuple(Line(found.network.nodes[k].name, call) for k, call in found.calls.items())
        return Listing(self.name or "", lines, (), found.imports, loose=True)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of it."""
        if self.problem is None:
            return ()
        place = "" if self.problem.span is None else f" (line {self.problem.span.line})"
        return (f"forward of {self.name} is not followed: {self.problem.why}{place}",)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Layers in a row that do not fit each other are no mistake of a text whose ``forward`` is not followed."""
        try:
            yield
        except SpecError as error:
            problem = self.problem
            if problem is None or not {each.code for each in error.problems} <= OF_A_ROW:
                raise
            message = f"{self.name} cannot be drawn: {problem.why}"
            raise SpecError([Problem(Code.UNSUPPORTED, message, "", problem.span, problem.hint)]) from None


def attempt(source: Source, feed: Feed, names: Names, wanted: str | None = None) -> Attempt:
    """What following a text comes to; nothing where it has no class of PyTorch. Raises SpecError.

    ``names`` are the values of names in the text, ``wanted`` the class or function that is asked for.
    """
    tried = Attempt(source, feed, names, wanted)
    if not is_file(source.text):
        return tried
    from conv_anim.frameworks.followed.choice import main_of, others
    from conv_anim.frameworks.followed.network import followed
    from conv_anim.frameworks.followed.values import UnreadError

    tree = tree_of(source)
    name = main_of(tree, source, names) if wanted is None else wanted
    if name is None or name not in {getattr(each, "name", None) for each in tree.body}:
        return tried
    try:
        found = followed(source, feed, names, name)
        if wanted is None:
            found = replace(
                found, network=replace(found.network, notes=(*found.network.notes, *others(tree, name, names)))
            )
        return replace(tried, name=name, followed=found)
    except UnreadError as error:
        return replace(tried, name=name, problem=error)
