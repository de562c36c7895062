"""From a framework's layer to a spec that is ready to be drawn or written down."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from conv_anim import pipeline
from conv_anim.diagnostics import Problem, Source
from conv_anim.frameworks.files_of_text import is_python_file, source_of
from conv_anim.frameworks.followed.attempt import attempt
from conv_anim.frameworks.specs import check_signs
from conv_anim.frameworks.written import Written, written
from conv_anim.limits import USUAL
from conv_anim.spec import reader
from conv_anim.spec.nodes import Entries, Scalar, from_python
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.followed.attempt import Attempt
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.limits import Limits
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.overrides import Option

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Drawing:
    """A layer as the tree of a spec, with a file name for it, its origin, and notes about it."""

    name: str
    origin: str
    tree: Entries
    files: Files
    notes: tuple[str, ...]
    read: tuple[Path, ...] = ()
    """The files that it comes from."""
    unsigned: Problem | None = None
    """What is wrong if a norm of odd order is fed negative numbers."""

    def loaded(self, changes: Sequence[str | Option] = (), limits: Limits = USUAL) -> pipeline.Loaded:
        """The spec, with changes as in ``layer.stride=2``, whether a view can show it or not. Raises SpecError."""
        loaded = pipeline.changed(self.tree, changes, self.files, limits=limits, read=self.read)
        check_signs(loaded.spec, self.unsigned)
        return loaded

    def yaml(self, changes: Sequence[str | Option] = (), limits: Limits = USUAL) -> str:
        """The spec as text, with all its numbers. Raises SpecError if it is not valid, or has too many."""
        return self.written(None, changes, limits).text

    def written(self, stem: str | None, changes: Sequence[str | Option] = (), limits: Limits = USUAL) -> Written:
        """The spec as a file and those beside it, whose names begin with ``stem``. Raises SpecError."""
        root = self.loaded(changes, limits).root
        assert isinstance(root, Entries)
        return written(root, self.origin, self.files, stem)


def drawing(
    text: str, feed: Feed, node: str | None = None, limits: Limits = USUAL, *, names: Names | None = None
) -> Drawing:
    """What a layer's text draws, or a node of the model in the file that it names. Raises SpecError.

    ``names`` are the values of names in the text.
    """
    text = text.strip()
    if text.lower().endswith(".onnx"):
        from conv_anim.frameworks.graphs import sketched as from_graph

        sketch, name = from_graph(Path(text), node, feed)
        stem = Path(text).stem + ("" if node is None else f"_{name}")
        return made(sketch, stem, f"{name} of {Path(text).name}", limits, in_file=True)
    if text.lower().endswith((".pt2", ".keras")):
        from conv_anim.frameworks.saved import from_keras, from_pt2

        path = Path(text)
        sketch, name = from_pt2(path, node) if path.suffix.lower() == ".pt2" else from_keras(path, node, feed)
        stem = path.stem + ("" if node is None else f"_{name}")
        return made(sketch, stem, f"{name} of {path.name}", limits, in_file=True)
    if is_yolo_file(text):
        from conv_anim.frameworks.saved import from_yolo

        path = Path(text)
        layer, fed, name = from_yolo(path, node, feed, names or {})
        stem = path.stem + ("" if node is None else f"_{node}")
        sketch = _sketched(attempt(Source("layer", layer), fed, {}))
        sketch.read.append(path)
        return made(sketch, stem, f"{name} of {path.name}", limits, in_file=True)
    return of_attempt(attempt(source_of(text), feed, names or {}, node), limits)


def of_attempt(tried: Attempt, limits: Limits = USUAL) -> Drawing:
    """What the layers of a text draw. Raises SpecError."""
    source = tried.source
    if not is_python_file(source.name):
        return made(_sketched(tried), _first_name(source.text), source.text, limits)
    path = Path(source.name)
    stem = path.stem + ("" if tried.wanted is None else f"_{tried.wanted}")
    called = tried.name or tried.wanted
    origin = path.name if called is None else f"{called} of {path.name}"
    return made(_sketched(tried), stem, origin, limits, in_file=True)


def _sketched(tried: Attempt) -> Sketch:
    """The layers of a text in a row, in the order of ``forward`` where that is one. Raises SpecError."""
    from conv_anim.frameworks.texts import sketched

    with tried.explained():
        sketch = sketched(tried.source, tried.feed, tried.names, tried.name or tried.wanted, tried.row)
    sketch.notes[:0] = tried.notes
    return sketch


def is_yolo_file(text: str) -> bool:
    """Whether a text names a file of Ultralytics that lists a model's modules."""
    from conv_anim.frameworks.yolo.files import is_yolo

    return "\n" not in text and "(" not in text and text.lower().endswith((".yaml", ".yml")) and is_yolo(Path(text))


def made(sketch: Sketch, name: str, origin: str, limits: Limits = USUAL, *, in_file: bool = False) -> Drawing:
    """A sketch with a name, if it is a spec: with a sentence on it, below its origin if that is ``in_file``.

    Raises SpecError.
    """
    reader.spec(sketch.tree, sketch.files, limits)
    heading = {**({"title": origin} if in_file else {}), "takeaway": True}
    entries = [(Scalar(key, key, key), from_python(said, key)) for key, said in heading.items()]
    tree = Entries((*entries, *sketch.tree.entries))
    return Drawing(
        file_name(name), origin, tree, sketch.files, tuple(sketch.notes), tuple(sketch.read), sketch.unsigned
    )


def _first_name(text: str) -> str:
    """The name that is called first, without its modules."""
    found = re.search(r"(\w+)\s*\(", text)
    return found[1] if found else "layer"


def file_name(name: str) -> str:
    """A name in the letters and digits that every file system takes."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST_NAME] or "layer"
