"""How layers are wired: their names, what each is fed by, and what is wrong with that, all at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from conv_anim.diagnostics import Code, nearest
from conv_anim.spec.kinds import INVALID, Either, Invalid, ListOf, SkippedError
from conv_anim.spec.nodes import Scalar, is_list, is_number, is_scalar, shown
from conv_anim.spec.records import Field
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

INPUT = "input"
"""What the spec's input is called in ``from``."""
MOST_INPUTS = 16
NAME_FORM = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
EARLIER = "a name, 'input', or -1, -2, … for the layers before it"

T = TypeVar("T")
Link: TypeAlias = "int | str"
Links: TypeAlias = "int | str | tuple[int | str, ...]"


@dataclass(frozen=True, slots=True)
class NameKind:
    """What a layer can be called."""

    expected: str = "a name: letters, digits, '_', '-' and '.', beginning with a letter"

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not NAME_FORM.fullmatch(node.value):
            return report.wrong(node, self.expected)
        if node.value == INPUT:
            what = "'input' is what the input of the spec is called: no layer can have this name"
            return report.add(Code.NAME, what, node, "another name")
        return node.value

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{NAME_FORM.pattern}$", "not": {"const": INPUT}}


@dataclass(frozen=True, slots=True)
class LinkKind:
    """One input: a name, or how many layers before."""

    expected: str = EARLIER

    def decode(self, node: Node, report: Report) -> Maybe[Link]:
        if is_number(node) and isinstance(node, Scalar):
            back = node.value
            return back if isinstance(back, int) and back < 0 else self._no_layer(node, report)
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return report.wrong(node, self.expected)
        return node.value

    def _no_layer(self, node: Node, report: Report) -> Maybe[Link]:
        what = f"{shown(node)} is not a layer before this one"
        return report.add(Code.OUT_OF_RANGE, what, node, "-1 is the layer before, -2 the one before that")

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "integer", "maximum": -1}, {"type": "string"}]}


LINK = LinkKind()
NAME = Field("name", NameKind(), "What later layers call it in 'from'.", example="main")
FROM: Field[Links] = Field(
    "from",
    Either(
        (
            (is_list, ListOf(LINK, f"a list of inputs, each {EARLIER}", 1, MOST_INPUTS)),
            (is_scalar, LINK),
        )
    ),
    "What it is fed: names of layers, 'input', or -1, -2, … for those before it; one, or a list.",
    default=-1,
    example=[-1, INPUT],
)


@dataclass(frozen=True)
class Wiring:
    """The entries of a spec's ``layers`` as they name each other. Numbers are of entries from 1; 0 is the input."""

    records: tuple[Record, ...]
    report: Report

    def links(self) -> list[Maybe[tuple[int, ...]]]:
        """What each entry is fed by; every mistake is reported."""
        names = self._names()
        return [self._of(number, record, names) for number, record in enumerate(self.records, start=1)]

    def _names(self) -> dict[str, int]:
        """The number of each name; one that comes twice is reported, and its first one counts."""
        found: dict[str, int] = {}
        for number, record in enumerate(self.records, start=1):
            name = given(record, NAME)
            if name in found:
                what = f"the name '{name}' is taken: layer {found[name]} has it"
                self.report.add(Code.NAME, what, record.at(NAME), "every layer needs its own name, or none")
            elif name is not None:
                found[name] = number
        return found

    def _of(self, number: int, record: Record, names: dict[str, int]) -> Maybe[tuple[int, ...]]:
        try:
            written = record.of(FROM)
        except SkippedError:
            return INVALID
        links = written if isinstance(written, tuple) else (written,)
        places = _places(record.at(FROM), len(links))
        found = [self._link(link, number, place, names) for link, place in zip(links, places, strict=True)]
        good = tuple(link for link in found if not isinstance(link, Invalid))
        return good if len(good) == len(found) else INVALID

    def _link(self, link: Link, number: int, place: Node, names: dict[str, int]) -> Maybe[int]:
        if isinstance(link, int):
            if number + link >= 0:
                return number + link
            before = f"there {'is' if number == 2 else 'are'} {number - 1}" if number > 1 else "there is none"
            what = f"{link} is too far back: before this layer {before}"
            return self.report.add(Code.OUT_OF_RANGE, what, place, f"{-number} is the input of the spec: write input")
        if link == INPUT:
            return 0
        if link not in names:
            return self._unknown(link, place, [INPUT, *(n for n, k in names.items() if k < number)])
        if names[link] < number:
            return names[link]
        return self._later(link, number, place, names)

    def _later(self, link: str, number: int, place: Node, names: dict[str, int]) -> Maybe[int]:
        """A layer that is not above: it is this one, depends on it, or is in the wrong place."""
        if names[link] == number:
            return self.report.add(
                Code.CYCLE, f"'{link}' is this layer itself", place, "a layer is fed by those above it"
            )
        if number in self._behind(names[link], names):
            what = f"'{link}' is made from this layer: the two would run in a circle"
            return self.report.add(Code.CYCLE, what, place, "feed one of them from another layer")
        what = f"'{link}' comes after this layer, which can only be fed by those above it"
        return self.report.add(Code.ORDER, what, place, f"move this layer below '{link}'")

    def _behind(self, number: int, names: dict[str, int]) -> set[int]:
        """The entries that one depends on, in any order."""
        found, rest = set[int](), [number]
        while rest:
            entry = rest.pop()
            named = given(self.records[entry - 1], FROM)
            links = named if isinstance(named, tuple) else (named,)
            reads = {entry + link if isinstance(link, int) else names.get(link or "", 0) for link in links}
            rest += [read for read in reads - found if read > 0]
            found |= reads
        return found

    def _unknown(self, link: str, place: Node, known: list[str]) -> Maybe[int]:
        meant = nearest(link, known)
        known_ones = f"known here: {', '.join(known)}, or -1 for the layer before"
        hint = known_ones if meant is None else f"did you mean '{meant}'? {known_ones}"
        return self.report.add(Code.UNKNOWN_NAME, f"no layer is called '{link}'", place, hint)

    def unused(self, links: Sequence[Maybe[tuple[int, ...]]]) -> None:
        """Report what nothing uses, if it is known what is used; the last layer makes the output."""
        if any(isinstance(found, Invalid) for found in links):
            return
        used = {number for found in links if not isinstance(found, Invalid) for number in found}
        for number, record in enumerate(self.records[:-1], start=1):
            if number not in used:
                name = given(record, NAME)
                maker = "this layer" if name is None else f"'{name}'"
                what = f"nothing uses what {maker} makes"
                self.report.add(
                    Code.UNUSED, what, record.node, "name it in the 'from' of a later layer, or leave it out"
                )


def given(record: Record, field: Field[T]) -> T | None:
    """A value; None too if it has a problem."""
    try:
        return record.get(field)
    except SkippedError:
        return None


def _places(node: Node, count: int) -> list[Node]:
    """Where each of some links stands."""
    items = getattr(node, "items", None)
    return list(items) if items is not None and len(items) == count else [node] * count
