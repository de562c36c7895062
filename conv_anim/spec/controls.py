"""What the reader of a page may change: places of a spec, each with its values, and all their combinations.

What reads YAML is imported only where there are controls: the table of keys is read for completion too.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.limits import Location, fixed
from conv_anim.spec.kinds import INVALID, Invalid, Report
from conv_anim.spec.model import Control, State
from conv_anim.spec.nodes import Entries, Items, Scalar, is_flag
from conv_anim.spec.records import Field
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conv_anim.spec.kinds import Maybe, Schema
    from conv_anim.spec.model import Spec
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.overrides import Change

MOST_STATES = 200
"""Combinations of a page."""
MOST_VALUES = 50
FIXED = ("controls", "output")
"""Keys that no reader of a page can change."""
CANNOT = frozenset({
    Code.AXES, Code.SHAPE, Code.DOES_NOT_FIT, Code.GROUPS, Code.PADDING, Code.OUTPUT_PADDING, Code.INPUTS, Code.VIEW
})  # fmt: skip
"""Problems of values that are good in themselves but do not go together: a page says so; others are mistakes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A key of ``controls``: its place in the spec, and the values allowed there."""

    key: Scalar
    place: tuple[Scalar, ...]
    values: tuple[Node, ...]

    @property
    def path(self) -> str:
        """The place as ``--set`` takes it."""
        return ".".join(part.text for part in self.place)

    @property
    def labels(self) -> tuple[str, ...]:
        """The values as they are written."""
        return tuple(map(_label, self.values))

    def control(self) -> Control:
        """What the page shows for it: a slider for numbers in order, a switch for truth values, else a stepper."""
        numbers = [node.value for node in self.values if isinstance(node, Scalar) and _is_number(node.value)]
        ordered = len(numbers) == len(self.values) and numbers == sorted(numbers)  # type: ignore[type-var]  # numbers
        switch = len(self.values) == 2 and all(map(is_flag, self.values))
        return Control(self.path, self.labels, "switch" if switch else "slider" if ordered else "stepper")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _label(node: Node) -> str:
    """A value on one line, as it can be written."""
    from conv_anim.spec import yaml_text

    return node.text if isinstance(node, Scalar) else yaml_text.flow(node)


class ControlsKind:
    """A mapping from places, as ``--set`` takes them, to lists of values."""

    expected = "a mapping from keys to lists of values, as in layer.stride: [1, 2, 3]"
    of_key = f"a list of 2 to {MOST_VALUES} values, or true for a switch between false and true"

    def decode(self, node: Node, report: Report) -> Maybe[tuple[Asked, ...]]:
        if not isinstance(node, Entries) or not node.entries:
            return report.wrong(node, self.expected)
        good = self.good(node, report)
        self._once(good, report)
        count = prod(len(one.values) for one in good)
        if count > MOST_STATES:
            what = f"these controls have {count:,} combinations; a page holds at most {MOST_STATES}"
            report.problems.append(fixed(what, "give them fewer values", Location(node.path, node.span)))
        return good if len(good) == len(node.entries) else INVALID

    def good(self, node: Node, report: Report) -> tuple[Asked, ...]:
        """The controls that have no problem of their own."""
        entries = node.entries if isinstance(node, Entries) else ()
        found = (self._one(key, value, report) for key, value in entries)
        return tuple(one for one in found if not isinstance(one, Invalid))

    def _one(self, key: Scalar, value: Node, report: Report) -> Maybe[Asked]:
        from conv_anim.spec import overrides

        place = overrides.parts(key.text, lambda start, width: _within(key, start, width))
        values = self._values(key, value, report)
        if not place:
            what = f"'{key.text}' does not say which key to control"
            return report.add(
                Code.OVERRIDE, what, key, "a key as --set takes it, like layer.stride or layers.0.padding"
            )
        if place[0].text in FIXED:
            what = f"'{place[0].text}' cannot be controlled"
            return report.add(Code.OVERRIDE, what, key, "a key that changes the figure, like layer.stride")
        return INVALID if isinstance(values, Invalid) else Asked(key, place, values)

    def _values(self, key: Scalar, node: Node, report: Report) -> Maybe[tuple[Node, ...]]:
        if isinstance(node, Scalar) and node.value is True:
            return tuple(Scalar(value, str(value).lower(), node.path, node.span) for value in (False, True))
        if not isinstance(node, Items) or not 2 <= len(node.items) <= MOST_VALUES:
            return report.wrong(node, self.of_key, f"{key.text}: [1, 2, 3]")
        known = set[str]()
        for item in node.items:
            label = _label(item)
            if label in known:
                return report.add(Code.DUPLICATE_KEY, f"{label} is listed twice", item, "list each value once")
            known.add(label)
        return node.items

    @staticmethod
    def _once(found: Iterable[Asked], report: Report) -> None:
        known = set[str]()
        for one in found:
            if one.path in known:
                report.add(Code.DUPLICATE_KEY, f"'{one.path}' is controlled twice", one.key, "list its values once")
            known.add(one.path)

    def schema(self) -> Schema:
        values: Schema = {"type": "array", "minItems": 2, "maxItems": MOST_VALUES, "uniqueItems": True}
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[^.\[\]]+(\.[^.\[\]]+|\[[0-9]+\])*$"},
            "additionalProperties": {"anyOf": [values, {"const": True}]},
        }


def _within(key: Scalar, start: int, width: int) -> Span | None:
    """The place of a part of a key; of one in quotes, behind the first of them."""
    if key.span is None:
        return None
    quoted = key.span.source.line(key.span.line)[key.span.column - 1 : key.span.column] in {"'", '"'}
    return Span(key.span.source, key.span.line, key.span.column + start + quoted, width)


CONTROLS: Field[tuple[Asked, ...]] = Field(
    "controls",
    ControlsKind(),
    "What the reader of an HTML page can change: keys, as --set takes them, each with its values. "
    "Other formats draw the spec's own.",
    example={"layer.stride": [1, 2]},
)


# all combinations


def without(root: Node) -> tuple[Node, Node | None]:
    """A tree without its controls, and these."""
    if not isinstance(root, Entries) or root.get(CONTROLS.name) is None:
        return root, None
    return replace(root, entries=tuple(e for e in root.entries if e[0].value != CONTROLS.name)), root.get(CONTROLS.name)


def mistakes(root: Node, controls: Node, read: Callable[[Node], Spec]) -> Iterator[Problem]:
    """The problems of places and values; those of their form are reported elsewhere."""
    from conv_anim.spec import overrides

    for one in ControlsKind().good(controls, Report()):
        if one.place[0].text == "layer" and isinstance(root, Entries) and "layers" in root.keys:
            what, way = "this spec has 'layers', and no 'layer'", one.path.replace("layer", "layers.0", 1)
            yield Problem(Code.OVERRIDE, what, one.key.path, one.place[0].span, f"of the first of them: {way}")
            continue
        for value in one.values:
            try:
                read(overrides.put(root, overrides.Change(one.place, value)))
            except SpecError as error:
                yield from (problem for problem in error.problems if problem.code not in CANNOT)


def controlled(made: Spec, root: Node, controls: Node, read: Callable[[Node], Spec]) -> Spec:
    """A spec with what it becomes in every combination of its controls.

    Raises SpecError with the mistakes of all of them, or where no combination can be drawn.
    """
    from conv_anim.spec import overrides

    asked = ControlsKind().good(controls, Report())
    problems: list[Problem] = []
    states: list[State] = []
    for chosen in product(*(range(len(one.values)) for one in asked)):
        tree = root
        changes = [overrides.Change(one.place, one.values[k]) for one, k in zip(asked, chosen, strict=True)]
        try:
            for change in changes:
                tree = overrides.put(tree, change)
            states.append(State(chosen, read(tree), text=_text(controls, tree, changes)))
        except SpecError as error:
            problems += [problem for problem in error.problems if problem.code not in CANNOT]
            states.append(State(chosen, None, "; ".join(dict.fromkeys(p.message for p in error.problems))))
    if not problems and all(state.spec is None for state in states):
        what = "none of these combinations can be drawn"
        problems = [Problem(Code.DOES_NOT_FIT, what, controls.path, controls.span, f"of the first: {states[0].why}")]
    if problems:
        raise SpecError(dict.fromkeys(problems))
    return replace(made, controls=tuple(one.control() for one in asked), states=tuple(states))


def _text(controls: Node, tree: Node, changes: Sequence[Change]) -> str:
    """A combination as a spec of its own."""
    from conv_anim.spec.editing import rewritten

    assert isinstance(tree, Entries)
    whole = replace(tree, entries=(*tree.entries, (Scalar(CONTROLS.name, CONTROLS.name), controls)))
    return rewritten(None if tree.span is None else tree.span.source.text, changes, whole)
