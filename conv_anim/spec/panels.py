"""Several figures in one spec: what each of them says itself, and what it has from the top of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import INVALID
from conv_anim.spec.nodes import Entries, Items, is_flag
from conv_anim.spec.op import Shape
from conv_anim.spec.records import Field, Object, switch
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.model import Spec
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

MOST = 12
LAYERS = frozenset({"layer", "layers"})
"""Either says what is computed: a panel that has one of them takes none from the top."""
WRITTEN = frozenset({"caption", "formula"})
"""A text of these is written once, for all panels."""


class Anything:
    """A value that is read elsewhere."""

    expected = "a value"

    def decode(self, node: Node, report: Report) -> Node:
        del report
        return node

    def schema(self) -> Schema:
        return {}


class PanelsKind:
    """A list of mappings."""

    expected = f"a list of 1 to {MOST} panels, each a mapping with a layer"

    def decode(self, node: Node, report: Report) -> Maybe[tuple[Entries, ...]]:
        if not isinstance(node, Items) or not 1 <= len(node.items) <= MOST:
            return report.wrong(node, self.expected)
        good = tuple(item for item in node.items if isinstance(item, Entries))
        for item in node.items:
            if not isinstance(item, Entries):
                report.wrong(item, "a mapping (title, layer, view, …)")
        return good if len(good) == len(node.items) else INVALID

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "maxItems": MOST, "items": {"$ref": "#/$defs/panel"}}


PANELS: Field[tuple[Entries, ...]] = Field(
    "panels",
    PanelsKind(),
    "Figures side by side and in step. A panel has a title, and whatever it does not have in common with the others.",
    example=[{"title": "a panel", "layer": {"type": "conv", "kernel_size": 3}}],
)
DIFFERENCES = switch("differences", "Mark the cells of the panels' outputs whose numbers differ.")
LETTERS = switch("letters", "A letter before each panel's title: (a), (b), … as in papers.")


@dataclass(frozen=True, slots=True)
class Board:
    """The keys of a spec with panels: those of every panel, and those that only the whole has."""

    of_panels: tuple[Field[Any], ...]
    of_whole: tuple[Field[Any], ...]

    @property
    def panel(self) -> Object:
        """The keys of one panel."""
        return Object("a panel", self.of_panels)

    @property
    def whole(self) -> Object:
        """The keys of a spec with panels."""
        own = {field.name for field in self.of_whole}
        passed = (Field(f.name, Anything(), f.doc) for f in self.of_panels if f.name not in own)
        return Object("a spec", (*self.of_whole, *passed))

    def merged(self, root: Node, panel: Entries) -> Entries:
        """A panel with what it has from the top."""
        assert isinstance(root, Entries)
        own = set(panel.keys)
        taken = own | {"title"} | (LAYERS if own & LAYERS else set())
        shared = {field.name for field in self.of_panels} - taken
        more = tuple((key, node) for key, node in root.entries if key.text in shared and _shares(key.text, node))
        return Entries((*panel.entries, *more), panel.path, panel.span)

    def unused(self, root: Node, panels: tuple[Entries, ...], report: Report) -> None:
        """What every panel says itself is of no use at the top."""
        assert isinstance(root, Entries)
        used = {
            key.text for panel in panels for key, _ in self.merged(root, panel).entries if key.path not in _paths(panel)
        }
        names = {field.name for field in self.of_panels} - {"title"}
        for key, node in root.entries:
            if key.text in names - used and _shares(key.text, node):
                what = f"every panel has its own '{key.text}', so this one is never used"
                report.add(Code.EXCLUSIVE_KEYS, what, key, "leave it out here, or in the panels that are to have it")


def _paths(panel: Entries) -> set[str]:
    return {key.path for key, _ in panel.entries}


def _shares(name: str, node: Node) -> bool:
    """Whether a value at the top is for every panel."""
    return name not in WRITTEN or is_flag(node)


def comparable(specs: list[Spec], record: Record, report: Report) -> None:
    """Whether the panels' outputs have cells in common, if they are to be compared."""
    if not record.of(DIFFERENCES):
        return
    ends = [spec.layers[-1].ends for spec in specs]
    shapes = dict.fromkeys(Shape(end.out_channels, end.out_size) for end in ends)
    if len(shapes) > 1:
        said = ", ".join(map(str, shapes))
        what = f"'differences' compares outputs of one size; these are {said}"
        report.add(Code.SHAPE, what, record.at(DIFFERENCES), "differences: false")
    elif len(specs) < 2:
        what = "'differences' compares panels, and there is one"
        report.add(Code.SHAPE, what, record.at(DIFFERENCES), "differences: false")
