"""From a framework's layer to a spec that is ready to be drawn or written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conv_anim import pipeline
from conv_anim.diagnostics import Source
from conv_anim.frameworks.yaml_text import text as as_yaml
from conv_anim.limits import USUAL
from conv_anim.spec import reader
from conv_anim.spec.nodes import Entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.limits import Limits
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.overrides import Option

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Drawing:
    """A layer as the tree of a spec: what a file of it may be called, what it comes from, what is to be said of it."""

    name: str
    origin: str
    tree: Entries
    files: Files
    notes: tuple[str, ...]
    read: tuple[Path, ...] = ()
    """The files that it comes from."""

    def loaded(self, changes: Sequence[str | Option] = (), limits: Limits = USUAL) -> pipeline.Loaded:
        """The spec, with changes as in ``layer.stride=2``, whether a view can show it or not. Raises SpecError."""
        return pipeline.changed(self.tree, changes, self.files, limits=limits, read=self.read)

    def yaml(self, changes: Sequence[str | Option] = (), limits: Limits = USUAL) -> str:
        """The spec as a file. Raises SpecError if it is none."""
        root = self.loaded(changes, limits).root
        assert isinstance(root, Entries)
        return as_yaml(root, self.origin)


def drawing(text: str, feed: Feed, node: str | None = None, limits: Limits = USUAL) -> Drawing:
    """What a layer's text draws, or a node of the ONNX model that it names. Raises SpecError."""
    from conv_anim.frameworks.texts import sketched

    text = text.strip()
    if text.lower().endswith(".onnx"):
        from conv_anim.frameworks.graphs import sketched as from_graph

        sketch, name = from_graph(Path(text), node, feed)
        stem = Path(text).stem + ("" if node is None else f"_{name}")
        return made(sketch, stem, f"{name} of {Path(text).name}", limits)
    return made(sketched(Source("layer", text), feed), _first_name(text), text, limits)


def made(sketch: Sketch, name: str, origin: str, limits: Limits = USUAL) -> Drawing:
    """A sketch with a name, if it is a spec. Raises SpecError."""
    reader.spec(sketch.tree, sketch.files, limits)
    return Drawing(_as_file_name(name), origin, sketch.tree, sketch.files, tuple(sketch.notes), tuple(sketch.read))


def _first_name(text: str) -> str:
    """The name that is called first, without its modules."""
    found = re.search(r"(\w+)\s*\(", text)
    return found[1] if found else "layer"


def _as_file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST_NAME] or "layer"
